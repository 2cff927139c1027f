#include "construction/plan_schedule.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <set>

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

Minutes span_of(double weeks) { return std::lround(7 * weeks) * minutes_a_day; }

class Builder {
 public:
  Builder(const Programme& programme, const Plan& plan, std::optional<double> crews)
      : programme_(programme), plan_(plan), crews_(crews) {
    result_.network.id = "PLAN";
    result_.network.name = programme.settings.name;
    result_.network.start = midnight_of(programme.settings.start.first_day());
  }

  PlanSchedule build() {
    set_rules();
    make_slots();
    make_releases();
    for (const Opening& opening : plan_.openings) add_site(opening);
    for (const BlockStart& row : plan_.blocks) add_row(row);
    for (const PowerOrder& order : plan_.onsite_power)
      if (order.mw > 0)
        add_order(order.place, std::format("{} {:.0f} MW", order.technology, order.mw), order.ordered, order.service,
                  "delivery and construction by the supplier");
    for (const GridRequest& grid : plan_.grid)
      if (grid.mw > 0)
        add_order(grid.site, std::format("grid connection {} {}, {:.0f} MW", grid.kind, grid.step, grid.mw),
                  grid.requested, grid.energised, "work of the utility");
    close();
    set_status();
    return std::move(result_);
  }

 private:
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

  void set_rules() {
    Network& network = result_.network;
    Date known = programme_.settings.start.first_day();
    for (const Commitment& c : programme_.commitments) known = std::max(known, c.as_of);
    network.rules.front().start = network.start;
    network.rules.front().data_date = midnight_of(known);
    network.resources.push_back({"site management", {}});
    network.resources.push_back({"suppliers and utilities", {}});
  }

  // ---- milestones that hold the network together ----

  /// A milestone at the beginning of each quarter in which something starts, one behind the other.
  void make_releases() {
    std::set<Quarter> quarters{programme_.settings.start};
    const auto wants = [&](Quarter q) { quarters.insert(std::max(q, programme_.settings.start)); };
    for (const Opening& o : plan_.openings) wants(o.quarter);
    for (const BlockStart& b : plan_.blocks) wants(b.start);
    for (const PowerOrder& o : plan_.onsite_power) wants(o.ordered);
    for (const GridRequest& g : plan_.grid) wants(g.requested);
    for (const Quarter q : quarters) {
      Activity a;
      a.id = "PLAN.from-" + to_string(q);
      a.kind = ActivityKind::start_milestone;
      a.constraints = {{ConstraintKind::start_on_or_after, midnight_of(q.first_day())}};
      if (!releases_.empty()) a.predecessors = {{releases_.rbegin()->second}};
      releases_[q] = add(std::move(a), {.name = "beginning of " + to_string(q), .group = "Programme"}, {});
    }
  }
  std::size_t release(Quarter q) const { return releases_.at(std::max(q, programme_.settings.start)); }

  /// The milestone by which the quarter's work is due: floats are counted against the plan.
  void due(std::size_t activity, Quarter q) { due_[q].push_back(activity); }

  /// Everything ends: due milestones by quarter, and one behind all of them.
  void close() {
    std::vector<bool> followed(result_.network.activities.size());
    for (const Activity& a : result_.network.activities)
      for (const Link& link : a.predecessors) followed[link.predecessor] = true;
    Activity end;
    end.id = "PLAN.complete";
    end.kind = ActivityKind::finish_milestone;
    for (auto& [quarter, list] : due_) {
      Activity a;
      a.id = "PLAN.due-" + to_string(quarter);
      a.kind = ActivityKind::finish_milestone;
      a.deadline = midnight_of(quarter.first_day());
      for (const std::size_t i : list) a.predecessors.push_back({i}), followed[i] = true;
      end.predecessors.push_back(
          {add(std::move(a), {.name = "ready by " + to_string(quarter), .group = "Programme"}, {})});
    }
    for (std::size_t i = 0; i < followed.size(); ++i)
      if (!followed[i]) end.predecessors.push_back({i});
    add(std::move(end), {.name = "programme complete", .group = "Programme"}, {});
  }

  // ---- what has happened ----

  /// Actual dates up to the data date: those that were reported, and the plan's own for what nobody reported.
  void set_status() {
    Network& network = result_.network;
    const Instant now = *network.rules.front().data_date;
    Network as_planned = network;
    as_planned.rules.front().data_date.reset();
    as_planned.rules.front().start = 0;
    const auto dates = critical_path(as_planned).dates;
    for (PlannedBlock& block : result_.blocks) block.expected_ready = day_of(dates[block.ready].finish);
    std::vector<std::pair<Instant, Instant>> spans;
    for (const Dates& d : dates) spans.emplace_back(d.start, d.finish);
    std::vector<bool> reported(spans.size());
    for (const PlannedBlock& block : result_.blocks)
      if (block.reported_ready) fit_to_report(block, spans, reported);
    for (std::size_t i = 0; i < network.activities.size(); ++i) {
      const auto [start, finish] = spans[i];
      network.tasks[i].baseline = spans[i];  // the plan was made knowing the reports
      if (start >= now) continue;
      Activity& a = network.activities[i];
      a.actual_start = start;
      const double complete =
          finish <= now ? 1 : static_cast<double>(now - start) / static_cast<double>(finish - start);
      a.remaining = std::lround((1 - complete) * static_cast<double>(a.duration) / minutes_a_day) * minutes_a_day;
      if (finish <= now) a.actual_finish = finish;
      network.tasks[i].complete = complete;
      ++(reported[i] ? result_.reported : result_.as_planned);
    }
  }

  /// Between the day on which a building began and the day on which it was ready, or is promised, its work went evenly
  /// quicker or slower than by middle durations.
  void fit_to_report(const PlannedBlock& block, std::vector<std::pair<Instant, Instant>>& spans,
                     std::vector<bool>& reported) const {
    const Instant begin = spans[block.first].first, expected = spans[block.ready].first,
                  ready = midnight_of(*block.reported_ready);
    if (expected <= begin || ready <= begin) return;
    const double pace = static_cast<double>(ready - begin) / static_cast<double>(expected - begin);
    const auto moved = [&](Instant at) {  // to whole days
      return begin + std::lround(pace * static_cast<double>(at - begin) / minutes_a_day) * minutes_a_day;
    };
    for (std::size_t i = block.first; i <= block.ready; ++i) {
      spans[i] = {moved(spans[i].first), moved(spans[i].second)};
      reported[i] = true;
    }
  }

  /// Equipment as slots by quarter; a quarter without a row, and all behind the last, have what the last one had.
  void make_slots() {
    for (const EquipmentSupply& supply : programme_.equipment_supply) {
      const auto [at, added] = slots_.emplace(supply.equipment, result_.network.resources.size());
      if (added) result_.network.resources.push_back({supply.equipment, {}, Resource::Kind::taken_at_start});
      auto& steps = result_.network.resources[at->second].steps;
      if (steps.empty()) steps.push_back({midnight_of(Date{}), without_limit});  // before the programme: history
      steps.push_back({midnight_of(supply.quarter.first_day()), supply.available_mw});
    }
    for (auto& resource : result_.network.resources) {
      if (resource.steps.empty()) continue;
      std::ranges::sort(resource.steps, {}, &Resource::Step::from);
      // Every quarter is a step of its own, so that its slots come anew.
      std::vector<Resource::Step> all{resource.steps.front()};
      std::size_t at = 1;
      double available = 0;
      const Quarter first(day_of(resource.steps[1].from));
      for (Quarter q = first; q < programme_.settings.start + programme_.quarters() + 80; q = q + 1) {
        const Instant from = midnight_of(q.first_day());
        while (at < resource.steps.size() && resource.steps[at].from <= from)
          available = resource.steps[at++].available;
        all.push_back({from, std::max(0.0, available - taken_by_power(resource.id, q))});
      }
      resource.steps = std::move(all);
    }
  }

  std::size_t crew_of(const std::string& trade) {
    const auto [at, added] = trades_.emplace(trade, result_.network.resources.size());
    if (added) result_.network.resources.push_back({"crew: " + trade, {{midnight_of(Date{}), *crews_}}});
    return at->second;
  }

  std::size_t add(Activity activity, Task task, LogNormal duration) {
    result_.durations.push_back(duration);
    return result_.network.add(std::move(activity), std::move(task));
  }

  /// The activities of one scope, from `begin` on; `known` holds those that stand before, and gets these.
  void add_scope(const std::string& site, std::string_view scope, const std::string& prefix, std::size_t begin,
                 double budget_usd, std::map<std::string, std::size_t>& known) {
    const auto list = activities_of(site, scope);
    double weeks = 0;
    for (const auto* a : list) weeks += a->weeks_p50;
    const std::size_t first = result_.network.activities.size();
    for (std::size_t i = 0; i < list.size(); ++i) known[list[i]->id] = first + i;
    for (const auto* row : list) {
      Activity a;
      a.id = prefix + row->id;
      a.duration = span_of(row->weeks_p50);
      for (const std::string& text : row->after) {
        const auto after = parse_after(text).value();
        // A block of a site whose own activities are not part of the plan (they are done) waits for none of them.
        if (const auto before = known.find(after.activity); before != known.end())
          a.predecessors.push_back({before->second, static_cast<LinkType>(after.type), span_of(after.lag_weeks)});
      }
      // Nothing of a building begins before its start, whatever of the site is done.
      if (a.predecessors.empty() || !row->equipment.empty() || scope == "block") a.predecessors.push_back({begin});
      Task task{.name = row->name,
                .group = group_of(site),
                .budget_usd = weeks > 0 ? budget_usd * row->weeks_p50 / weeks : 0};
      if (!row->equipment.empty()) {
        task.justification = "delivery of long-lead equipment";
        task.uses.push_back({suppliers, 1});
      } else {
        task.uses.push_back({crews_ && scope == "block" ? crew_of(row->id) : site_management, 1});
      }
      const bool uncertain = row->weeks_p10 > 0 && row->weeks_p90 > row->weeks_p10;
      add(std::move(a), std::move(task),
          uncertain ? from_percentiles(7 * row->weeks_p10, 7 * row->weeks_p50, 7 * row->weeks_p90) : LogNormal{});
    }
  }

  void add_site(const Opening& opening) {
    if (opening.committed) return;  // a committed site's own work is done, or part of its first commitment
    const Site& site = find(programme_.sites, opening.site, "the site");
    add_scope(opening.site, "site", opening.site + ".", release(opening.quarter), site.opening_cost_usd_m * 1e6,
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
    order.kind = ActivityKind::start_milestone;
    if (row.committed)  // begun on a day of its own
      order.constraints = {{ConstraintKind::start_on_or_after, midnight_of(start)}};
    else
      order.predecessors = {{release(row.start)}};
    Task task{.name = "order of long-lead equipment", .group = group_of(row.site)};
    if (!row.committed)  // what was begun before the plan had its slots
      for (const Equipment& e : programme_.equipment)
        if (const auto slot = slots_.find(e.id); slot != slots_.end() && e.per_it_mw > 0)
          task.uses.push_back({slot->second, e.per_it_mw * block.it_mw});
    auto known = row.committed ? std::map<std::string, std::size_t>{} : site_activities_[row.site];
    const std::size_t begin = add(std::move(order), std::move(task), {});
    add_scope(row.site, "block", block.id + ".", begin, block.budget_usd, known);

    Activity ready;
    ready.id = block.id + ".ready";
    ready.kind = ActivityKind::start_milestone;  // racks can come on that day
    for (std::size_t i = block.first; i < result_.network.activities.size(); ++i) ready.predecessors.push_back({i});
    block.ready = add(std::move(ready), {.name = "ready", .group = group_of(row.site)}, {});
    // What was promised for later than the plan's quarter is due by the promise.
    due(block.ready, reported ? std::max(row.ready, first_whole_quarter(*reported)) : row.ready);
    result_.blocks.push_back(std::move(block));
  }

  /// A power order or grid request keeps the plan's dates; the slots it takes were taken off in make_slots.
  void add_order(const std::string& place, std::string name, Quarter ordered, Quarter service, std::string reason) {
    Activity a;
    a.id = std::format("{}.p{}", place, ++orders_);
    a.duration = midnight_of(service.first_day()) - midnight_of(ordered.first_day());
    if (ordered < programme_.settings.start)
      a.constraints = {{ConstraintKind::start_on_or_after, midnight_of(ordered.first_day())}};
    else
      a.predecessors = {{release(ordered)}};
    Task task{.name = std::move(name), .group = group_of(place), .uses = {{suppliers, 1}}};
    task.justification = std::move(reason);
    due(add(std::move(a), std::move(task), {}), service);
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

  static constexpr std::size_t site_management = 0, suppliers = 1;  ///< resources without a limit
  const Programme& programme_;
  const Plan& plan_;
  std::optional<double> crews_;
  PlanSchedule result_;
  std::map<std::string, std::size_t> slots_, trades_;
  std::map<std::string, std::map<std::string, std::size_t>> site_activities_;
  std::map<std::string, int> count_;
  int orders_ = 0;
  std::map<Quarter, std::size_t> releases_;
  std::map<Quarter, std::vector<std::size_t>> due_;
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
