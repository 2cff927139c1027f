#include "impact/plan_impact.h"

#include <algorithm>
#include <format>
#include <set>
#include <tuple>

#include "base/diagnostics.h"

namespace stargate::impact {

namespace {

template <class Record>
const Record* find(const std::vector<Record>& rows, const std::string& id) {
  const auto at = std::ranges::find(rows, id, &Record::id);
  return at == rows.end() ? nullptr : &*at;
}

const Site& site_of(const Programme& p, const std::string& id) {
  if (const Site* site = find(p.sites, id)) return *site;
  throw InputError({}, std::format("the plan names the site '{}', which the programme has not", id),
                   "is it the plan of another programme?");
}

std::vector<JobsQuarter> plan_jobs(const Programme& p, const Plan& plan) {
  std::vector<Works> works;
  Quarter first = p.settings.start;
  for (const BlockStart& b : plan.blocks) {
    const Site& s = site_of(p, b.site);
    const double peak_pue = std::max({s.pue_winter, s.pue_spring, s.pue_summer, s.pue_autumn});
    works.push_back({s.state, s.id, b.start.first_day(), b.ready.first_day(), b.it_mw, b.it_mw * peak_pue,
                     s.construction_jobs_peak_per_mw, s.permanent_jobs_per_mw_contract, s.permanent_jobs_per_mw_claim});
    first = std::min(first, b.start);
  }
  return jobs(works, first, p.settings.start + p.quarters() - first);
}

/// What a source emits and takes, per MWh.
struct Factor {
  double t_per_mwh = 0;
  Ranged water_m3_per_mwh;
  bool clean = false;
};

class Dispatch {
 public:
  Dispatch(const Programme& p, const Plan& plan, const std::vector<WaterUse>& water)
      : p_(p), plan_(plan), water_(water) {
    for (std::size_t z = 0; z < p.zones.size(); ++z) zone_[p.zones[z].id] = z;
    for (const RepresentativeDay& d : p.days) days_[d.id] = d.days;
    for (const Line& l : p.lines) lines_[l.id] = &l;
  }

  std::vector<QuarterCarbon> run() {
    gather();
    std::map<Quarter, QuarterCarbon> out;
    for (const auto& [key, step] : steps_) add_step(std::get<0>(key), step, out[std::get<0>(key)]);
    for (auto& [quarter, q] : out) {
      q.quarter = quarter;
      q.carbon.market_t = settle_market_t(q.carbon.grid_mwh, q.carbon.clean_mwh, residual_t_[quarter]);
    }
    std::vector<QuarterCarbon> list;
    for (const auto& [quarter, mwh] : planned_use())
      if (const QuarterCarbon* from = stands_for(out, quarter)) list.push_back(taken_over(*from, quarter, mwh));
    return list;
  }

 private:
  std::map<Quarter, double> planned_use() const {
    std::map<Quarter, double> mwh;
    for (const SiteQuarter& s : plan_.site_quarters)
      if (s.load_gwh > s.shed_gwh) mwh[s.quarter] += (s.load_gwh - s.shed_gwh) * 1000;
    return mwh;
  }

  /// The quarter itself, or the nearest of the same season, later ones first: plans dispatch some years for all.
  static const QuarterCarbon* stands_for(const std::map<Quarter, QuarterCarbon>& dispatched, Quarter quarter) {
    const QuarterCarbon* best = nullptr;
    const auto distance = [&](Quarter q) { return q >= quarter ? q - quarter : 1000 + (quarter - q); };
    for (const auto& [q, row] : dispatched)
      if (q.of_year() == quarter.of_year() && row.carbon.load_mwh > 0 &&
          (!best || distance(q) < distance(best->quarter)))
        best = &row;
    return best;
  }

  static QuarterCarbon taken_over(const QuarterCarbon& from, Quarter quarter, double mwh) {
    QuarterCarbon q = from;
    q.dispatched_share = from.quarter == quarter ? from.carbon.load_mwh / mwh : 0;
    if (from.quarter == quarter) return q;
    const double factor = mwh / from.carbon.load_mwh;
    q.quarter = quarter;
    q.carbon = from.carbon.scaled(factor);
    for (double Ranged::*end : {&Ranged::low, &Ranged::middle, &Ranged::high}) q.offsite_water_ml.*end *= factor;
    return q;
  }

  struct Step {
    std::vector<ZoneHour> zones;
    std::vector<Ranged> water_m3;
    std::vector<ZoneFlow> flows;
    double onsite_mwh = 0, onsite_t = 0;
  };
  using Key = std::tuple<Quarter, std::string, std::int64_t>;

  std::size_t zone(const std::string& id) const {
    const auto at = zone_.find(id);
    if (at == zone_.end())
      throw InputError({}, std::format("the plan names the zone '{}', which the programme has not", id),
                       "is it the plan of another programme?");
    return at->second;
  }
  double hours(const std::string& day) const {
    const auto at = days_.find(day);
    if (at == days_.end())
      throw InputError({}, std::format("the plan names the day '{}', which the programme has not", day),
                       "is it the plan of another programme?");
    return at->second * static_cast<double>(p_.settings.hours_per_step);
  }
  template <class Row>
  Step& step(const Row& row) {
    Step& s = steps_[{row.quarter, row.day, row.hour}];
    s.zones.resize(p_.zones.size());
    s.water_m3.resize(p_.zones.size());
    return s;
  }

  const Factor& factor(const SourceStep& row) {
    const auto [at, added] = factors_.emplace(row.kind + "/" + row.source, Factor{});
    Factor& f = at->second;
    if (!added) return f;
    const Fleet* fleet = row.kind == "existing" ? find(p_.fleet, row.source) : nullptr;
    const PowerTechnology* built = fleet ? nullptr : find(p_.power, row.source);
    if (!fleet && !built)
      throw InputError(
          {}, std::format("the plan's dispatch names the source '{}', which the programme has not", row.source));
    const std::string& fuel_id = fleet ? fleet->fuel : built->fuel;
    const Fuel* fuel = find(p_.fuels, fuel_id);
    f.t_per_mwh =
        (fleet ? fleet->heat_rate_mmbtu_per_mwh : built->heat_rate_mmbtu_per_mwh) * (fuel ? fuel->co2_t_per_mmbtu : 0);
    f.clean = f.t_per_mwh == 0;
    const std::string kind =
        generation_kind(fleet ? fleet->technology : built->id, fuel_id, fleet ? fleet->kind : built->kind);
    for (const WaterUse& w : water_)
      if (w.scope == "generation" && w.kind == kind)
        f.water_m3_per_mwh = {w.l_per_kwh_low, w.l_per_kwh, w.l_per_kwh_high};
    return f;
  }

  void gather() {
    for (const SiteStep& row : plan_.site_steps) {
      ZoneHour& z = step(row).zones[zone(site_of(p_, row.site).zone)];
      // What a site sends into the grid (grid_mw below 0) is not its own use.
      z.programme_mwh += std::max(0.0, row.grid_mw) * hours(row.day);
      step(row).onsite_mwh += (row.onsite_mw + std::min(0.0, row.grid_mw)) * hours(row.day);
    }
    for (const SourceStep& row : plan_.source_steps) {
      if (row.kind == "charge" || row.kind == "discharge") continue;  // what is stored was counted when it was made
      Step& s = step(row);
      const double mwh = row.mw * hours(row.day);
      const Factor& f = factor(row);
      if (row.kind == "onsite") {
        s.onsite_t += mwh * f.t_per_mwh;
        continue;
      }
      const std::size_t z = zone(row.zone);
      s.zones[z].generation_mwh += mwh;
      s.zones[z].emissions_t += mwh * f.t_per_mwh;
      s.water_m3[z] += {mwh * f.water_m3_per_mwh.low, mwh * f.water_m3_per_mwh.middle, mwh * f.water_m3_per_mwh.high};
      if (row.kind != "built") continue;
      s.zones[z].own_mwh += mwh;
      s.zones[z].own_emissions_t += mwh * f.t_per_mwh;
      if (f.clean) s.zones[z].clean_mwh += mwh;
    }
    for (const FlowStep& row : plan_.flow_steps) {
      const auto line = lines_.find(row.line);
      if (line == lines_.end())
        throw InputError({}, std::format("the plan names the line '{}', which the programme has not", row.line));
      const std::size_t from = zone(line->second->from_zone), to = zone(line->second->to_zone);
      const double mwh = row.mw * hours(row.day);
      if (mwh > 0) step(row).flows.push_back({from, to, mwh});
      if (mwh < 0) step(row).flows.push_back({to, from, -mwh});
    }
  }

  void add_step(Quarter quarter, const Step& s, QuarterCarbon& out) {
    const auto results = step_carbon(s.zones, s.flows);
    Carbon& c = out.carbon;
    c.load_mwh += s.onsite_mwh;
    c.onsite_t += s.onsite_t;
    for (std::size_t z = 0; z < results.size(); ++z) {
      c.load_mwh += s.zones[z].programme_mwh;
      c.grid_mwh += s.zones[z].programme_mwh;
      c.clean_mwh += s.zones[z].clean_mwh;
      c.location_t += results[z].location_t;
      c.market_hourly_t += results[z].market_hourly_t;
      c.matched_hourly_mwh += results[z].matched_mwh;
      residual_t_[quarter] += results[z].residual_t;
    }
    // Water follows the power as emissions do.
    for (double Ranged::*end : {&Ranged::low, &Ranged::middle, &Ranged::high}) {
      auto zones = s.zones;
      for (std::size_t z = 0; z < zones.size(); ++z) zones[z].emissions_t = s.water_m3[z].*end;
      const auto mix = traced_t_per_mwh(zones, s.flows);
      for (std::size_t z = 0; z < zones.size(); ++z)
        out.offsite_water_ml.*end += zones[z].programme_mwh * mix[z] / 1000;
    }
  }

  const Programme& p_;
  const Plan& plan_;
  const std::vector<WaterUse>& water_;
  std::map<std::string, std::size_t> zone_;
  std::map<std::string, double> days_;
  std::map<std::string, const Line*> lines_;
  std::map<std::string, Factor> factors_;
  std::map<Key, Step> steps_;
  std::map<Quarter, double> residual_t_;
};

/// "liquid_dry", "adiabatic", ...: the row whose kind is part of the site's own name for it.
const WaterUse& cooling_of(const Site& site, const std::vector<WaterUse>& water) {
  const WaterUse* found = nullptr;
  std::vector<std::string> kinds;
  for (const WaterUse& w : water) {
    if (w.scope != "cooling") continue;
    kinds.push_back(w.kind);
    if (site.cooling.find(w.kind) != std::string::npos && (!found || w.kind.size() > found->kind.size())) found = &w;
  }
  if (!found)
    throw InputError({}, std::format("the water of cooling '{}' (site '{}') is not known", site.cooling, site.id),
                     name_hint(site.cooling, kinds));
  return *found;
}

std::vector<SiteWater> site_water(const Programme& p, const Plan& plan, const std::vector<WaterUse>& water) {
  std::map<std::string, SiteWater> by_site;
  std::map<std::pair<std::string, int>, double> by_year;
  for (const SiteQuarter& q : plan.site_quarters) {
    const Site& site = site_of(p, q.site);
    SiteWater& w = by_site[q.site];
    w.site = q.site;
    w.state = site.state;
    w.cooling = site.cooling;
    w.plan_ml += q.water_ml;
    const double pue[] = {site.pue_winter, site.pue_spring, site.pue_summer, site.pue_autumn};
    w.it_gwh += (q.load_gwh - q.shed_gwh) / pue[q.quarter.of_year() - 1];
    by_year[{q.site, q.quarter.year()}] += q.water_ml;
  }
  std::vector<SiteWater> out;
  for (auto& [id, w] : by_site) {
    const WaterUse& use = cooling_of(site_of(p, id), water);
    w.by_cooling_ml = {w.it_gwh * use.l_per_kwh_low, w.it_gwh * use.l_per_kwh, w.it_gwh * use.l_per_kwh_high};
    for (const auto& [key, ml] : by_year)
      if (key.first == id) w.peak_year_ml = std::max(w.peak_year_ml, ml);
    out.push_back(std::move(w));
  }
  return out;
}
/// What each site has of a category over the whole plan; nothing for what no site pays.
std::map<std::string, double> site_weights(const Programme& p, const Plan& plan, const std::string& category) {
  std::map<std::string, double> weight;
  if (category == "opening")
    for (const Opening& o : plan.openings) weight[o.site] += site_of(p, o.site).opening_cost_usd_m;
  if (category == "construction" || category == "property_tax")
    for (const BlockStart& b : plan.blocks) {
      const Site& s = site_of(p, b.site);
      weight[b.site] +=
          b.it_mw * s.construction_usd_per_kw * (category == "property_tax" ? s.property_tax_per_year : 1);
    }
  if (category == "grid_connection")
    for (const GridRequest& g : plan.grid) weight[g.site] += g.capex_usd_m;
  if (category == "racks" || category == "sales_tax")
    for (const RackOrder& r : plan.racks)
      weight[r.site] += r.price_usd_m * (category == "sales_tax" ? site_of(p, r.site).sales_tax : 1);
  if (category == "onsite_power" || category == "onsite_fixed")
    for (const PowerOrder& o : plan.onsite_power) weight[o.place] += o.capex_usd_m;
  for (const SiteQuarter& q : plan.site_quarters) {
    if (category == "operations") weight[q.site] += q.installed_it_mw;
    if (category == "energy_grid") weight[q.site] += std::max(0.0, q.grid_gwh);
    if (category == "energy_onsite") weight[q.site] += q.onsite_gwh;
  }
  return weight;
}

/// Shares of a line of spending by state, adding up to 1: of the site that it names, or as the sites stand to one
/// another in that category; "" where no site pays.
std::map<std::string, double> state_shares(const Programme& p, const Plan& plan, const Spending& s) {
  if (const Site* site = find(p.sites, s.place)) return {{site->state, 1}};
  std::map<std::string, double> shares;
  double all = 0;
  for (const auto& [id, weight] : site_weights(p, plan, s.category))
    shares[site_of(p, id).state] += weight, all += weight;
  if (all <= 0) return {{"", 1}};
  for (auto& [state, share] : shares) share /= all;
  return shares;
}
}  // namespace

std::string generation_kind(const std::string& technology, const std::string& fuel, const std::string& kind) {
  if (kind == "wind" || kind == "solar" || kind == "hydro" || kind == "storage") return kind;
  for (const auto& [part, name] :
       {std::pair{"gas", "gas"}, {"coal", "coal"}, {"uranium", "nuclear"}, {"nuclear", "nuclear"}})
    if (fuel.find(part) != std::string::npos || technology.find(part) != std::string::npos) return name;
  return "other";
}

PlanImpact plan_impact(const Programme& p, const Plan& plan, const Multipliers& multipliers,
                       const std::vector<WaterUse>& water) {
  PlanImpact out;
  out.jobs = plan_jobs(p, plan);
  out.carbon = Dispatch(p, plan, water).run();
  out.water = site_water(p, plan, water);
  for (const Spending& s : plan.spending) {
    const Economy e = economy(multipliers, s.category, s.usd_m);
    out.by_category[s.category] += e;
    out.economy += e;
    for (const auto& [state, share] : state_shares(p, plan, s)) {
      out.by_state[state] += economy(multipliers, s.category, s.usd_m * share);
      DirectTax& tax = out.taxes[state];
      if (s.category == "sales_tax") tax.sales_tax_usd_m += s.usd_m * share;
      if (s.category == "property_tax") tax.property_tax_usd_m += s.usd_m * share;
      if (s.category == "incentives") tax.incentives_usd_m -= s.usd_m * share;
    }
  }
  return out;
}

}  // namespace stargate::impact
