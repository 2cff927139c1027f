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
                        near.empty() ? "the ids of schedule.csv" : "did you mean '" + near + "'?");
      continue;
    }
    if (row.finished && (!row.started || *row.finished < *row.started))
      diagnostics.error(place, std::format("activity '{}' finishes before it starts", row.activity));
    Task& task = network.tasks[at->second];
    task.actual_start = row.started;
    task.actual_finish = row.finished;
    task.complete = row.finished ? 1 : row.complete;
    task.actual_cost_usd = row.cost_usd_m * 1e6;
  }
  diagnostics.throw_if_errors();
}

std::vector<ActivityProgress> progress_of(const Network& network, const CriticalPath& cpm) {
  const auto day = [&](std::optional<Date> date) {
    return date ? std::optional(static_cast<int>((*date - network.start).count())) : std::nullopt;
  };
  std::vector<ActivityProgress> list;
  for (std::size_t i = 0; i < network.activities.size(); ++i) {
    const Task& t = network.tasks[i];
    list.push_back({network.activities[i].id, t.budget_usd, cpm.dates[i].early_start, cpm.dates[i].early_finish,
                    day(t.actual_start), day(t.actual_finish), t.complete, t.actual_cost_usd});
  }
  return list;
}

std::vector<Activity> with_progress(const Network& network, int on_day) {
  std::vector<Activity> list = network.activities;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Task& t = network.tasks[i];
    Activity& a = list[i];
    if (!t.actual_start) {
      a.not_before_day = std::max(a.not_before_day, on_day);
      continue;
    }
    const int start = static_cast<int>((*t.actual_start - network.start).count());
    const auto worked = [&](int to) { return a.calendar ? a.calendar->worked_between(start, to) : to - start; };
    const int rest = static_cast<int>(std::ceil((1 - t.complete) * a.duration_days - 1e-9));
    a.duration_days = std::max(0, t.actual_finish ? worked(static_cast<int>((*t.actual_finish - network.start).count()))
                                                  : worked(on_day) + rest);
    a.not_before_day = start;
    a.predecessors.clear();
  }
  return list;
}

}  // namespace stargate::construction
