#include "plan/instance.h"

#include <cmath>
#include <limits>

#include "construction/critical_path.h"
#include "programme/after.h"

namespace stargate::plan {

namespace {

int quarters_of(int days) { return static_cast<int>(std::ceil(days / days_per_quarter - 1e-9)); }

/// Index of a name in a list that grows as names come up.
int number_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  names.push_back(name);
  return static_cast<int>(names.size()) - 1;
}

}  // namespace

int critical_days(const Programme& p, const std::string& construction_template, const std::string& scope) {
  std::vector<const Activity*> chosen;
  for (const auto& a : p.activities)
    if (a.construction_template == construction_template && a.scope == scope) chosen.push_back(&a);
  const auto days = [](double weeks) { return std::lround(7 * weeks); };
  std::vector<construction::Activity> network;
  for (const auto* a : chosen) {
    construction::Activity node{.id = a->id, .duration = days(a->weeks_p50) * construction::minutes_a_day};
    for (const auto& text : a->after) {
      const auto after = parse_after(text).value();
      const auto before = std::ranges::find(chosen, after.activity, [](const Activity* b) { return b->id; });
      if (before == chosen.end()) continue;  // a site activity, done before any block begins
      node.predecessors.push_back({static_cast<std::size_t>(before - chosen.begin()),
                                   static_cast<construction::LinkType>(after.type),
                                   days(after.lag_weeks) * construction::minutes_a_day});
    }
    network.push_back(std::move(node));
  }
  const auto finish = construction::finishes(network, {{}});
  return finish.empty() ? 0 : static_cast<int>(std::ranges::max(finish) / construction::minutes_a_day);
}

Instance::Instance(const Programme& programme)
    : p(programme), N(p.quarters()), B(static_cast<int>(p.settings.build_quarters)) {
  set_time();
  set_compute();  // direct supply is needed to know when something can first run
  set_sites();
  set_profiles();
  set_dispatch();
  set_restrictions();
}

void Instance::set_time() {
  const auto& s = p.settings;
  for (int t = 0; t < N; ++t) {
    const Quarter q = p.quarter(t);
    discount.push_back(std::pow(1 + s.discount_rate, -(t + 0.5) / 4));
    hours.push_back(q.hours());
    season.push_back(q.of_year() - 1);
    calendar_year.push_back(q.year() - s.start.year());
    if (t < B && (t == 0 || q.of_year() == 1)) year_start.push_back(t);
  }
  terminal_factor =
      s.discount_rate > 0 ? (1 - std::pow(1 + s.discount_rate, -s.terminal_years)) / s.discount_rate : s.terminal_years;
  for (const auto& price : p.fuel_prices)
    fuel_prices_[{price.fuel, price.zone.empty() ? -1 : index_of(p.zones, price.zone)}][static_cast<int>(price.year)] =
        price.usd_per_mmbtu;
  for (const auto& f : p.fuels) fuel_co2_[f.id] = f.co2_t_per_mmbtu;
}

void Instance::set_compute() {
  // A table by quarter: rows give values for their quarter; what lies between is 0, or carried on.
  const auto spread = [&](const auto& items, const auto& rows, auto id, auto value, bool carry) {
    std::vector<std::vector<double>> out(items.size(), std::vector<double>(at(N), 0));
    std::vector<std::map<int, double>> known(items.size());
    for (const auto& row : rows) known[at(index_of(items, row.*id))][t_of(row.quarter)] = value(row);
    for (std::size_t i = 0; i < items.size(); ++i)
      for (int t = 0; t < N; ++t) {
        if (const auto found = known[i].find(t); found != known[i].end())
          out[i][at(t)] = found->second;
        else if (carry) {
          const auto next = known[i].upper_bound(t);
          if (next != known[i].begin()) out[i][at(t)] = std::prev(next)->second;
        }
      }
    return out;
  };
  direct_ = spread(
      p.accelerators, p.accelerator_supply, &AcceleratorSupply::accelerator,
      [](const auto& r) { return r.world_racks * r.programme_share / thousand; }, false);
  stage_ = spread(
      p.stages, p.stage_capacity, &StageCapacity::stage,
      [](const auto& r) { return r.world_units * r.programme_share / thousand; }, true);
  equipment_ = spread(
      p.equipment, p.equipment_supply, &EquipmentSupply::equipment,
      [](const auto& r) { return r.available_mw / thousand; }, false);
  for (std::size_t e = 0; e < p.equipment.size(); ++e)
    if (std::ranges::find(p.equipment_supply, p.equipment[e].id, &EquipmentSupply::equipment) ==
        p.equipment_supply.end())
      equipment_[e].assign(at(N), std::numeric_limits<double>::infinity());
}

void Instance::set_sites() {
  sites_of_zone.resize(p.zones.size());
  for (const auto& site : p.sites) {
    SiteData d{};
    d.state = number_of(states, site.state);
    d.county = number_of(counties, site.state + " " + site.county);
    d.zone = index_of(p.zones, site.zone);
    d.opening_quarters = quarters_of(critical_days(p, site.construction_template, "site"));
    d.block_quarters = std::max(1, quarters_of(critical_days(p, site.construction_template, "block")));
    d.earliest = std::max(0, t_of(site.earliest_start));
    d.block_gw = site.block_mw / thousand;
    d.most_gw = d.block_gw * static_cast<double>(site.most_blocks);
    const double pue[4] = {site.pue_winter, site.pue_spring, site.pue_summer, site.pue_autumn};
    std::copy_n(pue, 4, d.pue);
    d.pue_peak = *std::max_element(pue, pue + 4);
    for (std::size_t g = 0; g < p.accelerators.size(); ++g) {
      const auto& a = p.accelerators[g];
      const double chips =
          std::min(p.settings.cluster_chips, d.most_gw * 1e6 / a.rack_kw * static_cast<double>(a.chips_per_rack));
      d.rack_eflops.push_back(efficiency(static_cast<int>(g), chips) * static_cast<double>(a.chips_per_rack) / 1000);
    }
    sites_of_zone[at(d.zone)].push_back(static_cast<int>(sites.size()));
    sites.push_back(std::move(d));
  }
  for (std::size_t i = 0; i < p.interconnection.size(); ++i) {
    auto& site = sites[at(index_of(p.sites, p.interconnection[i].site))];
    site.steps.push_back(static_cast<int>(i));
    if (p.interconnection[i].kind == "managed") site.restricted_hours = p.interconnection[i].curtailed_hours_per_year;
  }
  for (const auto& c : p.commitments) {
    const int s = index_of(p.sites, c.site);
    auto& site = sites[at(s)];
    const int days = critical_days(p, p.sites[at(s)].construction_template, "block");
    const Date finished = c.start + std::chrono::days{days};
    Quarter ready{finished};
    if (ready.first_day() < finished) ready = ready + 1;
    const int start = t_of(Quarter(c.start));
    committed.push_back({s, static_cast<int>(c.blocks), start, std::max(t_of(ready), start + 1)});
    site.open_from = site.committed ? std::min(site.open_from, start) : start;
    site.committed = true;
  }

  best_eflops_per_gw.assign(at(N), 0);
  for (int t = 0; t < N; ++t)
    for (std::size_t g = 0; g < p.accelerators.size(); ++g)
      if (t_of(p.accelerators[g].available_from) <= t)
        for (const auto& site : sites)
          best_eflops_per_gw[at(t)] =
              std::max(best_eflops_per_gw[at(t)], site.rack_eflops[g] * 1000 / p.accelerators[g].rack_kw);
  for (const auto& c : p.cloud) {
    const int g = index_of(p.accelerators, c.accelerator);
    cloud_eflops.push_back(efficiency(g, std::max(1.0, c.most_committed_chips)) / 1000);
    burst_eflops.push_back(efficiency(g, std::max(1.0, c.most_burst_chips)) / 1000);
  }
}

double Instance::efficiency(int g, double chips) const {
  const auto& a = p.accelerators[at(g)];
  std::map<double, const Efficiency*> by_size;
  for (const auto& e : p.efficiency)
    if (e.accelerator == a.id) by_size[e.cluster_chips] = &e;
  if (by_size.empty()) return 0;
  const auto value = [&](const Efficiency& e) {
    const double peak = e.precision == "fp4"   ? a.fp4_tflops.value()
                        : e.precision == "fp8" ? a.fp8_tflops.value()
                                               : a.bf16_tflops;
    return peak * e.mfu * e.goodput;
  };
  const auto above = by_size.lower_bound(chips);
  if (above == by_size.begin()) return value(*above->second);
  if (above == by_size.end()) return value(*by_size.rbegin()->second);
  const auto below = std::prev(above);
  const double share = std::log(chips / below->first) / std::log(above->first / below->first);
  // MFU and goodput are interpolated each by itself.
  const auto& lo = *below->second;
  const auto& hi = *above->second;
  Efficiency mixed = hi;
  mixed.mfu = lo.mfu + share * (hi.mfu - lo.mfu);
  mixed.goodput = lo.goodput + share * (hi.goodput - lo.goodput);
  return value(mixed);
}

void Instance::set_profiles() {
  const int H = static_cast<int>(p.settings.hours_per_step);
  for (int s = 0; s < 4; ++s) {
    double days = 0;
    for (const auto& day : p.days)
      if (day.season == s + 1) days += day.days;
    for (std::size_t j = 0; j < p.days.size(); ++j) {
      if (p.days[j].season != s + 1 || p.days[j].days <= 0) continue;
      for (int hour = 0; hour < 24; hour += H)
        steps[s].push_back({static_cast<int>(j), hour, p.days[j].days / days * H / 24});
    }
    profile[s].assign(p.zones.size(), std::vector<ZoneStepData>(steps[s].size(), ZoneStepData{0, 0, 0}));
  }
  for (const auto& row : p.profiles) {
    const int day = index_of(p.days, row.day), zone = index_of(p.zones, row.zone);
    const int s = static_cast<int>(p.days[at(day)].season) - 1;
    for (std::size_t k = 0; k < steps[s].size(); ++k) {
      const auto& step = steps[s][k];
      if (step.day != day || row.hour < step.hour || row.hour >= step.hour + H) continue;
      auto& data = profile[s][at(zone)][k];
      data.load += row.load_mw / thousand / H;
      data.wind += row.wind / H;
      data.solar += row.solar / H;
    }
  }
  fleet_of_zone.resize(p.zones.size());
  for (std::size_t f = 0; f < p.fleet.size(); ++f)
    fleet_of_zone[at(index_of(p.zones, p.fleet[f].zone))].push_back(static_cast<int>(f));
}

void Instance::set_dispatch() {
  // The first quarter in which a rack can stand in a ready block.
  int first_ready = N, first_rack = N;
  for (const auto& c : committed) first_ready = std::min(first_ready, std::max(0, c.ready));
  for (const auto& s : sites) {
    const int begin = s.committed ? std::max({0, s.earliest, s.open_from}) : s.earliest + s.opening_quarters;
    if (begin < B) first_ready = std::min(first_ready, begin + s.block_quarters);
  }
  for (std::size_t g = 0; g < p.accelerators.size(); ++g)
    for (int t = 0; t < N; ++t)
      if (direct_[g][at(t)] > 0 && t >= t_of(p.accelerators[g].available_from) &&
          t >= p.accelerators[g].order_lead_quarters)
        first_rack = std::min(first_rack, t);
  const int first = std::max(first_ready, first_rack);

  dispatched_by.assign(at(N), -1);
  for (int t = first; t < N; ++t) {
    const bool tail = t >= B;
    if (tail && t < N - 4 && N - 4 >= B) continue;
    dispatch.push_back({t, season[at(t)], {t}});
    dispatched_by[at(t)] = static_cast<int>(dispatch.size()) - 1;
  }
  for (int t = std::max(first, B); t < N - 4; ++t)
    for (std::size_t d = 0; d < dispatch.size(); ++d)
      if (dispatch[d].quarter >= B && dispatch[d].season == season[at(t)]) {
        dispatch[d].stands_for.push_back(t);
        dispatched_by[at(t)] = static_cast<int>(d);
      }
}

void Instance::set_restrictions() {
  struct Hour {
    double net;
    int season, step;
  };
  for (int s = 0; s < 4; ++s) restricted_[s].assign(p.sites.size(), std::vector<char>(steps[s].size(), 0));
  for (std::size_t z = 0; z < p.zones.size(); ++z) {
    std::vector<Hour> hours_of_year;
    for (int s = 0; s < 4; ++s)
      for (std::size_t k = 0; k < steps[s].size(); ++k) {
        const auto& data = profile[s][z][k];
        double net = data.load;
        for (const int f : fleet_of_zone[z]) {
          const auto& unit = p.fleet[at(f)];
          if (unit.kind == "wind") net -= unit.capacity_mw / thousand * data.wind;
          if (unit.kind == "solar") net -= unit.capacity_mw / thousand * data.solar;
        }
        hours_of_year.push_back({net, s, static_cast<int>(k)});
      }
    std::ranges::stable_sort(hours_of_year, std::greater{}, &Hour::net);
    for (const int site : sites_of_zone[z]) {
      double covered = 0;
      for (const auto& hour : hours_of_year) {
        if (covered >= sites[at(site)].restricted_hours - 1e-9) break;
        restricted_[hour.season][at(site)][at(hour.step)] = 1;
        covered += steps[hour.season][at(hour.step)].share * 91.25 * 24;
      }
    }
  }
}

bool Instance::restricted(int site, int s, int step) const { return restricted_[s][at(site)][at(step)] != 0; }

double Instance::load_growth(int zone, int t) const {
  return std::pow(1 + p.zones[at(zone)].load_growth_per_year, p.quarter(t).year() - 2025);
}

double Instance::fuel_price(const std::string& fuel, int zone, int t) const {
  if (fuel.empty()) return 0;
  auto found = fuel_prices_.find({fuel, zone});
  if (found == fuel_prices_.end()) found = fuel_prices_.find({fuel, -1});
  const auto& years = found->second;
  const int year = p.quarter(t).year();
  const auto above = years.lower_bound(year);
  if (above == years.begin()) return above->second;
  if (above == years.end()) return years.rbegin()->second;
  const auto below = std::prev(above);
  return below->second + (above->second - below->second) * (year - below->first) / (above->first - below->first);
}

double Instance::fuel_co2(const std::string& fuel) const { return fuel.empty() ? 0 : fuel_co2_.at(fuel); }

double Instance::fleet_cost(const Fleet& unit, int zone, int t) const {
  return unit.variable_usd_per_mwh + unit.heat_rate_mmbtu_per_mwh * fuel_price(unit.fuel, zone, t);
}

double Instance::power_cost(const PowerTechnology& tech, int zone, int t) const {
  return tech.variable_usd_per_mwh + tech.heat_rate_mmbtu_per_mwh * fuel_price(tech.fuel, zone, t);
}

double Instance::fleet_available(const Fleet& unit, int s) const {
  const double by_season[4] = {unit.available_winter, unit.available_spring, unit.available_summer,
                               unit.available_autumn};
  return by_season[s];
}

double Instance::rack_price(int g, int t) const {
  const auto& a = p.accelerators[at(g)];
  return a.rack_usd_m * std::pow(1 - a.price_decline_per_year, std::max(0, t - t_of(a.available_from)) / 4.0);
}

double Instance::direct_supply(int g, int t) const { return direct_[at(g)][at(t)]; }
double Instance::stage_supply(int e, int t) const { return stage_[at(e)][at(t)]; }
double Instance::equipment_supply(int e, int t) const { return equipment_[at(e)][at(t)]; }

double Instance::expansion_yield(int x, int q, int t) const {
  const auto& e = p.expansions[at(x)];
  const int k = t - q - static_cast<int>(e.lead_quarters);
  if (k < 0) return 0;
  return e.units_per_quarter / thousand * std::min(1.0, (k + 1.0) / (static_cast<double>(e.ramp_quarters) + 1));
}

double Instance::recovery(double life_years) const {
  const double r = p.settings.discount_rate;
  return r > 0 ? r / (1 - std::pow(1 + r, -life_years)) : 1 / life_years;
}

int Instance::energised(const Interconnection& step, int requested) const {
  return std::max(requested + static_cast<int>(step.lead_quarters), t_of(step.earliest));
}

}  // namespace stargate::plan
