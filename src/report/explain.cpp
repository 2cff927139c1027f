#include "report/explain.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <set>

#include "base/text.h"
#include "plan/instance.h"
#include "sites/criteria.h"
#include "sites/ranking.h"

namespace stargate::report {

namespace {

const Site& find_site(const Programme& p, const std::string& id) {
  const auto found = std::ranges::find(p.sites, id, &Site::id);
  if (found != p.sites.end()) return *found;
  std::vector<std::string> names;
  for (const auto& s : p.sites) names.push_back(s.id);
  throw InputError({p.folder.empty() ? "sites.csv" : p.folder + "/sites.csv", 0, 0}, "there is no site '" + id + "'",
                   name_hint(id, names));
}

std::set<std::string> sites_of(const Plan& plan) {
  std::set<std::string> sites;
  for (const auto& o : plan.openings) sites.insert(o.site);
  return sites;
}

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void put_screen(const Programme& p, const Plan& plan, const Site& site, Explanation& out) {
  const auto screen = sites::screen(p);
  const auto chosen = sites_of(plan);
  out.candidates = static_cast<int>(screen.sites.size());
  out.leading = screen.leading;
  const auto mine = std::ranges::find(screen.sites, &site, [&](const auto& x) { return &p.sites[x.site]; });
  const auto next = std::ranges::find_if(
      screen.sites, [&](const auto& x) { return &p.sites[x.site] != &site && !chosen.contains(p.sites[x.site].id); });
  if (next != screen.sites.end()) {
    out.next_by_screen = p.sites[next->site].id;
    out.next_by_screen_rank = next->rank;
  }
  if (mine == screen.sites.end()) return;  // forbidden
  out.screen_rank = mine->rank;
  out.topsis = mine->topsis;
  out.leading_share = mine->leading_share;
  for (std::size_t c = 0; c < sites::criteria().size(); ++c) {
    const auto& criterion = sites::criteria()[c];
    if (screen.weights[c] <= 0) continue;
    CriterionView view{
        std::string(criterion.id), std::string(criterion.unit), criterion.more_is_better, mine->values[c], 0, 1};
    std::vector<double> of_plan;
    for (const auto& x : screen.sites) {
      if (chosen.contains(p.sites[x.site].id)) of_plan.push_back(x.values[c]);
      const bool better = criterion.more_is_better ? x.values[c] > view.value : x.values[c] < view.value;
      view.rank += better ? 1 : 0;
    }
    view.median_of_plan = middle(of_plan);
    out.criteria.push_back(view);
  }
}

SiteCost cost_of(const Programme& p, const Plan& plan, const std::string& id) {
  const Site& site = find_site(p, id);
  SiteCost cost{.site = id};
  for (const auto& b : plan.blocks)
    if (b.site == id) cost.it_mw += b.it_mw;
  if (cost.it_mw <= 0) return cost;
  cost.building = site.opening_cost_usd_m + cost.it_mw * site.construction_usd_per_kw / 1000;
  for (const auto& x : plan.grid)
    if (x.site == id) cost.connection += x.capex_usd_m;
  for (const auto& x : plan.onsite_power)
    if (x.place == id) cost.onsite_power += x.capex_usd_m;
  for (const auto& x : plan.racks)
    if (x.site == id) cost.sales_tax += x.price_usd_m * site.sales_tax;
  for (double* part : {&cost.building, &cost.connection, &cost.onsite_power, &cost.sales_tax}) *part /= cost.it_mw;

  const auto zone = std::ranges::find(p.zones, site.zone, &Zone::id);
  std::map<std::tuple<Quarter, std::string, std::int64_t>, double> price;
  for (const auto& x : plan.zone_steps)
    if (x.zone == site.zone) price[{x.quarter, x.day, x.hour}] = x.price_usd_per_mwh;
  double paid = 0, load = 0;
  for (const auto& x : plan.site_steps) {
    if (x.site != id) continue;
    const auto day = std::ranges::find(p.days, x.day, &RepresentativeDay::id);
    const double mwh = x.load_mw * (day == p.days.end() ? 0 : day->days);
    paid += mwh * price[{x.quarter, x.day, x.hour}];
    load += mwh;
  }
  if (load > 0) cost.energy_usd_per_mwh = paid / load + (zone == p.zones.end() ? 0 : zone->delivery_usd_per_mwh);
  return cost;
}

void put_costs(const Programme& p, const Plan& plan, Explanation& out) {
  for (const auto& id : sites_of(plan)) {
    auto cost = cost_of(p, plan, id);
    if (id == out.site)
      out.cost = cost;
    else
      out.others.push_back(std::move(cost));
  }
  std::ranges::stable_sort(out.others, {}, &SiteCost::total);
}

// ---- when, and why then --------------------------------------------------------------------------------------------

std::string count_text(int quarters) { return std::format("{} quarter{}", quarters, quarters == 1 ? "" : "s"); }

int quarters_of(int days) { return std::max(0, static_cast<int>(std::ceil(days / plan::days_per_quarter - 1e-9))); }

struct Leads {
  int site, block;  ///< quarters
};
Leads leads_of(const Programme& p, const Site& site) {
  return {quarters_of(plan::critical_days(p, site.construction_template, "site")),
          std::max(1, quarters_of(plan::critical_days(p, site.construction_template, "block")))};
}

/// The first power at a site, and what brings it.
struct Power {
  Quarter quarter{};
  std::string why;
  bool could_be_sooner = false;  ///< it was not asked for in the first quarter, and no date holds it
};

std::optional<Power> power_of(const Programme& p, const Plan& plan, const Site& site) {
  std::optional<Power> first;
  const auto arrive = [&](double mw, Power power) {
    if (mw > 0 && (!first || power.quarter < first->quarter)) first = std::move(power);
  };
  for (const auto& x : plan.grid)
    if (x.site == site.id) {
      const auto step =
          std::ranges::find_if(p.interconnection, [&](const auto& i) { return i.site == x.site && i.step == x.step; });
      const int lead = step == p.interconnection.end() ? 0 : static_cast<int>(step->lead_quarters);
      const bool by_date = x.requested + lead < x.energised;
      arrive(x.mw,
             {x.energised,
              std::format(
                  "{} connection of {} MW, asked for in {}{}", x.kind, grouped(x.mw), to_string(x.requested),
                  by_date ? "; it cannot be energised sooner, whenever it is asked for" : ", lead " + count_text(lead)),
              !by_date && x.requested > p.settings.start});
    }
  for (const auto& x : plan.onsite_power)
    if (x.place == site.id)
      arrive(x.mw,
             {x.service,
              std::format("{} MW of {} on site, ordered in {}", grouped(x.mw), x.technology, to_string(x.ordered)),
              x.ordered > p.settings.start});
  return first;
}

/// Accelerators whose supply of that quarter is used up.
std::string short_supply(const Programme& p, const Plan& plan, Quarter quarter) {
  std::map<std::string, double> bought;
  for (const auto& r : plan.racks)
    if (r.installed == quarter) bought[r.accelerator] += r.racks;
  std::string names;
  for (const auto& row : p.accelerator_supply)
    if (row.quarter == quarter) {
      const double most = row.world_racks * row.programme_share;
      if (most > 0 && bought[row.accelerator] >= 0.999 * most) names += (names.empty() ? "" : ", ") + row.accelerator;
    }
  return names;
}

void put_timing(const Programme& p, const Plan& plan, const Site& site, Explanation& out) {
  const auto lead = leads_of(p, site);
  const auto opening = std::ranges::find(plan.openings, site.id, &Opening::site);
  if (opening == plan.openings.end()) {
    const Quarter ready = site.earliest_start + lead.site + lead.block;
    out.milestones = {{"work could begin", site.earliest_start, "its earliest start"},
                      {"a block could be ready", ready,
                       std::format("{} for the site, {} for a block", count_text(lead.site), count_text(lead.block))}};
    Quarter power = p.settings.start + p.quarters();
    for (const auto& i : p.interconnection)
      if (i.site == site.id)
        power = std::min(power, std::max(i.earliest, p.settings.start + static_cast<int>(i.lead_quarters)));
    if (power < p.settings.start + p.quarters())
      out.milestones.push_back({"a connection could be energised", power, "asked for in the first quarter"});
    std::ranges::stable_sort(out.milestones, {}, &Milestone::quarter);
    out.bound_by = power > ready ? "its connection would come after its first block"
                                 : "its building would come after its connection";
    return;
  }
  std::optional<Quarter> start, ready, racks;
  for (const auto& b : plan.blocks)
    if (b.site == site.id) {
      if (!start || b.start < *start) start = b.start;
      if (!ready || b.ready < *ready) ready = b.ready;
    }
  for (const auto& r : plan.racks)
    if (r.site == site.id && r.racks > 1e-6 && (!racks || r.installed < *racks)) racks = r.installed;

  const bool at_earliest = opening->quarter <= site.earliest_start || opening->quarter <= p.settings.start;
  out.milestones.push_back({"work begins", opening->quarter,
                            opening->committed ? "given: it is under way"
                            : at_earliest      ? "as early as it may"
                                               : std::format("it might have begun in {}",
                                                             to_string(std::max(site.earliest_start, p.settings.start)))});
  if (start)
    out.milestones.push_back(
        {"first block starts", *start,
         opening->committed ? "given"
         : *start - opening->quarter <= lead.site
             ? std::format("as soon as the site's own activities are done ({})", count_text(lead.site))
             : std::format("the site was prepared in {}", to_string(opening->quarter + lead.site))});
  if (ready)
    out.milestones.push_back(
        {"first block is ready", *ready, std::format("{} of construction", count_text(*ready - *start))});
  const auto power = power_of(p, plan, site);
  if (power) out.milestones.push_back({"power arrives", power->quarter, power->why});
  if (racks) {
    const auto scarce = short_supply(p, plan, *racks);
    out.milestones.push_back(
        {"first racks run", *racks, scarce.empty() ? "" : "supply of that quarter is used up: " + scarce});
  }
  std::ranges::stable_sort(out.milestones, {}, &Milestone::quarter);

  if (!racks) {
    out.bound_by = "no racks run here";
  } else if (power && power->quarter >= *racks && (!ready || *ready < *racks)) {
    out.bound_by = "power: " + power->why + (power->could_be_sooner ? "; the plan asked for it no sooner" : "");
  } else if (ready && *ready >= *racks && (!power || power->quarter < *racks)) {
    out.bound_by = at_earliest || opening->committed
                       ? "construction: the building is ready no sooner"
                       : "its opening: building takes its time from there, and the plan chose to open it later";
  } else if (ready && power && *ready >= *racks && power->quarter >= *racks) {
    out.bound_by = power->could_be_sooner
                       ? "construction: the building is ready no sooner, and power was asked for in time for it"
                       : "construction and power, both ready in that quarter; power is the " + power->why;
  } else {
    const auto before = short_supply(p, plan, *racks - 1);
    out.bound_by = before.empty() ? "neither building nor power: both were there before the first racks came"
                                  : "supply of racks: " + before + " was used up at sites that came before";
  }
}

// ---- what would change it ------------------------------------------------------------------------------------------

void put_worths(const Plan& plan, const Site& site, Explanation& out) {
  const std::string county = site.state + " " + site.county;
  for (const auto& w : plan.worths) {
    const bool here = w.what == site.id || w.what.starts_with(site.id + " ") || w.what == site.zone ||
                      w.what == county || w.what.ends_with(" in " + site.zone);
    (here ? out.worths : out.elsewhere).push_back(w);
  }
  for (auto* list : {&out.worths, &out.elsewhere})
    std::ranges::stable_sort(*list, std::greater{}, [](const Worth& w) { return std::abs(w.worth_usd_m); });
}

void put_alternatives(const Plan& plan, const Site& site, Explanation& out) {
  for (const auto& a : plan.alternatives) {
    if (a.site == site.id && a.change == (out.chosen ? "without" : "with")) out.own = a;
    if (a.change == "with" && a.site != site.id && (!out.next_best || a.regret < out.next_best->regret))
      out.next_best = a;
  }
}

}  // namespace

Explanation explain(const Programme& p, const Plan& plan, const std::string& id) {
  const Site& site = find_site(p, id);
  Explanation out{.site = id,
                  .name = site.name,
                  .county = site.county,
                  .state = site.state,
                  .zone = site.zone,
                  .developer = site.developer,
                  .status = site.status};
  out.most_it_mw = site.block_mw * static_cast<double>(site.most_blocks);
  for (const auto& o : plan.openings)
    if (o.site == id) out.chosen = true, out.committed = o.committed;
  for (const auto& b : plan.blocks)
    if (b.site == id) out.it_mw += b.it_mw;
  put_screen(p, plan, site, out);
  put_costs(p, plan, out);
  put_timing(p, plan, site, out);
  put_worths(plan, site, out);
  put_alternatives(plan, site, out);
  return out;
}

}  // namespace stargate::report
