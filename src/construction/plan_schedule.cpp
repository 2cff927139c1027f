#include "construction/plan_schedule.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/diagnostics.h"
#include "programme/after.h"

namespace stargate::construction {

namespace {

/// Slots before the programme begins: history had what it had. A number that every format can carry.
constexpr double without_limit = 1e9;

template <class Record>
const Record& find(const std::vector<Record>& rows, const std::string& id, std::string_view what) {
  const auto at = std::ranges::find(rows, id, &Record::id);
  if (at == rows.end())
    throw InputError({}, std::format("the plan names {} '{}', which the programme has not", what, id),
                     "is it the plan of another programme?");
  return *at;
}

int days_of(double weeks) { return static_cast<int>(std::lround(7 * weeks)); }

class Builder {
 public:
  Builder(const Programme& programme, const Plan& plan, std::optional<double> crews)
      : programme_(programme), plan_(plan), crews_(crews) {
    result_.network.id = "PLAN";
    result_.network.name = programme.settings.name;
    result_.network.start = programme.settings.start.first_day();
  }

  PlanSchedule build() {
    make_slots();
    for (const Opening& opening : plan_.openings) add_site(opening);
    for (const BlockStart& row : plan_.blocks) add_row(row);
    for (const PowerOrder& order : plan_.onsite_power)
      if (order.mw > 0)
        add_order(order.place, std::format("{} {:.0f} MW", order.technology, order.mw), order.ordered, order.service);
    for (const GridRequest& grid : plan_.grid)
      if (grid.mw > 0)
        add_order(grid.site, std::format("grid connection {} {}, {:.0f} MW", grid.kind, grid.step, grid.mw),
                  grid.requested, grid.energised);
    return std::move(result_);
  }

 private:
  int day(Date date) const { return static_cast<int>((date - result_.network.start).count()); }

  std::string group_of(const std::string& site) const {
    const Site& s = find(programme_.sites, site, "the site");
    return s.state + "/" + s.name;
  }

  std::vector<const stargate::Activity*> activities_of(const std::string& site, std::string_view scope) const {
    const std::string& name = find(programme_.sites, site, "the site").construction_template;
    std::vector<const stargate::Activity*> list;
    for (const auto& a : programme_.activities)
      if (a.construction_template == name && a.scope == scope) list.push_back(&a);
    return list;
  }

  /// Equipment as slots by quarter; a quarter without a row, and all behind the last, have what the last one had.
  void make_slots() {
    for (const EquipmentSupply& supply : programme_.equipment_supply) {
      const auto [at, added] = slots_.emplace(supply.equipment, result_.network.resources.size());
      if (added) result_.network.resources.push_back({supply.equipment, {}, Resource::Kind::taken_at_start});
      auto& steps = result_.network.resources[at->second].steps;
      if (steps.empty()) steps.push_back({day(Date{}), without_limit});  // before the programme: history
      steps.push_back({day(supply.quarter.first_day()), supply.available_mw});
    }
    for (auto& resource : result_.network.resources) {
      std::ranges::sort(resource.steps, {}, &Resource::Step::from_day);
      // Every quarter is a step of its own, so that its slots come anew.
      std::vector<Resource::Step> all{resource.steps.front()};
      std::size_t at = 1;
      double available = 0;
      const Quarter first(result_.network.start + std::chrono::days{resource.steps[1].from_day});
      for (Quarter q = first; q < programme_.settings.start + programme_.quarters() + 80; q = q + 1) {
        const int from = day(q.first_day());
        while (at < resource.steps.size() && resource.steps[at].from_day <= from)
          available = resource.steps[at++].available;
        all.push_back({from, std::max(0.0, available - taken_by_power(resource.id, q))});
      }
      resource.steps = std::move(all);
    }
  }

  std::size_t crew_of(const std::string& trade) {
    const auto [at, added] = trades_.emplace(trade, result_.network.resources.size());
    if (added) result_.network.resources.push_back({"crew: " + trade, {{day(Date{}), *crews_}}});
    return at->second;
  }

  std::size_t add(Activity activity, Task task, LogNormal duration) {
    result_.durations.push_back(duration);
    return result_.network.add(std::move(activity), std::move(task));
  }

  /// The activities of one scope; `known` holds those that stand before, and gets these.
  void add_scope(const std::string& site, std::string_view scope, const std::string& prefix, int start,
                 double budget_usd, std::map<std::string, std::size_t>& known) {
    const auto list = activities_of(site, scope);
    double weeks = 0;
    for (const auto* a : list) weeks += a->weeks_p50;
    const std::size_t first = result_.network.activities.size();
    for (std::size_t i = 0; i < list.size(); ++i) known[list[i]->id] = first + i;
    for (const auto* row : list) {
      Activity a;
      a.id = prefix + row->id;
      a.duration_days = days_of(row->weeks_p50);
      a.not_before_day = start;
      for (const std::string& text : row->after) {
        const auto after = parse_after(text).value();
        // A block of a site whose own activities are not part of the plan (they are done) waits for none of them.
        if (const auto before = known.find(after.activity); before != known.end())
          a.predecessors.push_back({before->second, static_cast<LinkType>(after.type), days_of(after.lag_weeks)});
      }
      if (!row->equipment.empty() && known.contains("order")) a.predecessors.push_back({known.at("order")});
      Task task{.name = row->name,
                .group = group_of(site),
                .budget_usd = weeks > 0 ? budget_usd * row->weeks_p50 / weeks : 0};
      if (crews_ && scope == "block" && row->equipment.empty()) task.uses.push_back({crew_of(row->id), 1});
      const bool uncertain = row->weeks_p10 > 0 && row->weeks_p90 > row->weeks_p10;
      add(std::move(a), std::move(task),
          uncertain ? from_percentiles(7 * row->weeks_p10, 7 * row->weeks_p50, 7 * row->weeks_p90) : LogNormal{});
    }
  }

  void add_site(const Opening& opening) {
    if (opening.committed) return;  // a committed site's own work is done, or part of its first commitment
    const Site& site = find(programme_.sites, opening.site, "the site");
    add_scope(opening.site, "site", opening.site + ".", day(opening.quarter.first_day()), site.opening_cost_usd_m * 1e6,
              site_activities_[opening.site]);
  }

  void add_row(const BlockStart& row) {
    if (!row.committed) {
      for (std::int64_t b = 0; b < row.blocks; ++b) add_block(row, row.start.first_day(), {});
      return;
    }
    // Committed rows stand for what was reported: day by day where the programme has it.
    std::int64_t left = row.blocks;
    for (const Commitment& c : programme_.commitments) {
      if (c.site != row.site || Quarter(c.start) != row.start) continue;
      for (std::int64_t b = 0; b < c.blocks && left > 0; ++b, --left) add_block(row, c.start, c.reported_ready);
    }
    for (; left > 0; --left) add_block(row, row.start.first_day(), {});
  }

  void add_block(const BlockStart& row, Date start, std::optional<Date> reported) {
    const Site& site = find(programme_.sites, row.site, "the site");
    PlannedBlock block{row.site,
                       std::format("{}.b{}", row.site, ++count_[row.site]),
                       row.committed,
                       row.it_mw / static_cast<double>(std::max<std::int64_t>(1, row.blocks)),
                       0,
                       start,
                       row.ready,
                       reported,
                       result_.network.activities.size(),
                       0};
    block.budget_usd = block.it_mw * 1000 * site.construction_usd_per_kw;
    Activity order;
    order.id = block.id + ".order";
    order.not_before_day = day(start);
    Task task{.name = "order of long-lead equipment", .group = group_of(row.site)};
    if (!row.committed)  // what was begun before the plan had its slots
      for (const Equipment& e : programme_.equipment)
        if (const auto slot = slots_.find(e.id); slot != slots_.end() && e.per_it_mw > 0)
          task.uses.push_back({slot->second, e.per_it_mw * block.it_mw});
    auto known = row.committed ? std::map<std::string, std::size_t>{} : site_activities_[row.site];
    known["order"] = add(std::move(order), std::move(task), {});
    add_scope(row.site, "block", block.id + ".", day(start), block.budget_usd, known);

    Activity ready;
    ready.id = block.id + ".ready";
    ready.not_before_day = day(start);
    ready.deadline_day = day(row.ready.first_day());  // floats are counted against the plan
    for (std::size_t i = block.first; i < result_.network.activities.size(); ++i) ready.predecessors.push_back({i});
    block.ready = add(std::move(ready), {.name = "ready", .group = group_of(row.site)}, {});
    result_.blocks.push_back(std::move(block));
  }

  /// A power order or grid request keeps the plan's dates; the slots it takes were taken off in make_slots.
  void add_order(const std::string& place, std::string name, Quarter ordered, Quarter service) {
    Activity a;
    a.id = std::format("{}.p{}", place, ++orders_);
    a.duration_days = static_cast<int>((service.first_day() - ordered.first_day()).count());
    a.not_before_day = day(ordered.first_day());
    add(std::move(a), {.name = std::move(name), .group = group_of(place)}, {});
  }

  /// What power orders take of an equipment's slots in a quarter, MW.
  double taken_by_power(const std::string& equipment, Quarter quarter) const {
    double mw = 0;
    for (const auto* orders : {&plan_.onsite_power, &plan_.zone_power})
      for (const PowerOrder& o : *orders)
        if (o.ordered == quarter && find(programme_.power, o.technology, "the technology").equipment == equipment)
          mw += o.mw;
    return mw;
  }

  const Programme& programme_;
  const Plan& plan_;
  std::optional<double> crews_;
  PlanSchedule result_;
  std::map<std::string, std::size_t> slots_, trades_;
  std::map<std::string, std::map<std::string, std::size_t>> site_activities_;
  std::map<std::string, int> count_;
  int orders_ = 0;
};

}  // namespace

PlanSchedule plan_schedule(const Programme& programme, const Plan& plan, std::optional<double> crews) {
  return Builder(programme, plan, crews).build();
}

WeekCost week_cost(const Programme& programme, const Plan& plan, const PlannedBlock& block) {
  const auto& s = programme.settings;
  WeekCost cost;
  cost.carrying_usd = block.budget_usd * s.discount_rate / 52;
  // The first quarter from which the site's racks run tells the compute of a MW.
  const SiteQuarter* first = nullptr;
  for (const SiteQuarter& q : plan.site_quarters)
    if (q.site == block.site && q.quarter >= block.planned_ready && q.installed_it_mw > 0 &&
        (!first || q.quarter < first->quarter))
      first = &q;
  if (!first) return cost;
  const double years = (first->quarter - s.start) / 4.0;
  const double price = s.compute_price_usd_per_pflop_hour * std::pow(1 - s.compute_price_decline, years);
  cost.compute_usd = first->effective_pflops / first->installed_it_mw * block.it_mw * price * 168;
  return cost;
}

Quarter first_whole_quarter(Date day) {
  const Quarter quarter(day);
  return quarter.first_day() < day ? quarter + 1 : quarter;
}

int days_late(const PlannedBlock& block, Date finish) {
  return static_cast<int>((finish - block.planned_ready.first_day()).count());
}

}  // namespace stargate::construction
