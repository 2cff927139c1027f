#include "construction/actuals.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/diagnostics.h"

namespace stargate::construction {

const Table<Actual>& actual_table() {
  using R = Actual;
  static const Table<R> table{
      "actuals",
      "how activities went",
      {field("activity", &R::activity, "id of the activity").as_key(),
       field("started", &R::started, "first day of work; empty: not begun").optional(),
       field("finished", &R::finished, "first day on which it was done; empty: not done").optional(),
       field("complete", &R::complete, "share of the work that is done").range(0, 1),
       field("cost_usd_m", &R::cost_usd_m, "spent so far").in("million USD").from(0)}};
  return table;
}

void apply_actuals(Network& network, const std::vector<Actual>& actuals, const std::string& file) {
  std::map<std::string, std::size_t> index;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < network.activities.size(); ++i) {
    index[network.activities[i].id] = i;
    ids.push_back(network.activities[i].id);
  }
  Diagnostics diagnostics;
  for (const Actual& row : actuals) {
    const Place place{file, row.line, 0};
    const auto at = index.find(row.activity);
    if (at == index.end()) {
      const auto near = nearest_name(row.activity, ids);
      diagnostics.error(place, std::format("there is no activity '{}'", row.activity),
                        near.empty() ? "the ids of activities.csv" : "did you mean '" + near + "'?");
      continue;
    }
    if (row.finished && (!row.started || *row.finished < *row.started))
      diagnostics.error(place, std::format("activity '{}' finishes before it starts", row.activity));
    Activity& activity = network.activities[at->second];
    Task& task = network.tasks[at->second];
    const auto instant = [](std::optional<Date> day) { return day ? std::optional(midnight_of(*day)) : std::nullopt; };
    activity.actual_start = instant(row.started);
    activity.actual_finish = instant(row.finished);
    task.complete = row.finished ? 1 : row.complete;
    activity.remaining = static_cast<Minutes>(
        std::llround((1 - task.complete) * static_cast<double>(activity.duration) / minutes_a_day) * minutes_a_day);
    task.actual_cost_usd = row.cost_usd_m * 1e6;
  }
  diagnostics.throw_if_errors();
}

std::vector<ActivityProgress> progress_of(const Network& network, const CriticalPath& cpm) {
  const auto day = [&](Instant at) { return static_cast<int>((day_of(at) - day_of(network.start)).count()); };
  const auto end_day = [&](Instant at) { return day(at + minutes_a_day - 1); };
  std::vector<ActivityProgress> list;
  for (std::size_t i = 0; i < network.activities.size(); ++i) {
    const Task& t = network.tasks[i];
    const Activity& a = network.activities[i];
    if (a.spanning()) continue;
    const auto [start, finish] = t.baseline.value_or(std::pair(cpm.dates[i].start, cpm.dates[i].finish));
    list.push_back({a.id, t.budget_usd, day(start), std::max(day(start), end_day(finish)),
                    a.actual_start ? std::optional(day(*a.actual_start)) : std::nullopt,
                    a.actual_finish ? std::optional(end_day(*a.actual_finish)) : std::nullopt, t.complete,
                    t.actual_cost_usd});
  }
  return list;
}

Network with_progress(Network network, Date day) {
  for (SchedulingRules& rules : network.rules) rules.data_date = midnight_of(day);
  return network;
}

}  // namespace stargate::construction
