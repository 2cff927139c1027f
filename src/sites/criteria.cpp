#include "sites/criteria.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace stargate::sites {

namespace {

double highest_pue(const Site& s) { return std::max({s.pue_winter, s.pue_spring, s.pue_summer, s.pue_autumn}); }

double it_mw(const Site& s) { return s.block_mw * static_cast<double>(s.most_blocks); }

bool burns_gas(const PowerTechnology& k) { return !k.fuel.empty() && k.fuel != "uranium"; }

/// Quarters until the connection (asked for at once) or on-site plant carries one block.
double time_to_power(const Programme& p, const Site& site) {
  const double needed_mw = site.block_mw * highest_pue(site);
  double best = p.quarters();
  std::map<double, double> energised;
  for (const auto& step : p.interconnection)
    if (step.site == site.id)
      energised[std::max<double>(static_cast<double>(step.lead_quarters), step.earliest - p.settings.start)] += step.mw;
  double mw = 0;
  for (const auto& [quarter, step_mw] : energised)
    if ((mw += step_mw) >= needed_mw) {
      best = std::min(best, quarter);
      break;
    }
  for (const auto& k : p.power)
    if (k.kind == "thermal" && k.scale != "zone" && (!burns_gas(k) || site.gas_limit_mw >= needed_mw))
      best = std::min(best, static_cast<double>(k.lead_quarters));
  return std::max(0.0, best);
}

double reachable_mw(const Programme& p, const Site& site) {
  double supply = site.gas_limit_mw;
  for (const auto& step : p.interconnection)
    if (step.site == site.id) supply += step.mw;
  return std::min(it_mw(site), supply / highest_pue(site));
}

double connection_cost(const Programme& p, const Site& site) {
  double mw = 0, cost = 0, highest = 0;
  for (const auto& step : p.interconnection) {
    highest = std::max(highest, step.cost_usd_per_kw);
    if (step.site == site.id) mw += step.mw, cost += step.mw * step.cost_usd_per_kw;
  }
  return mw > 0 ? cost / mw : highest;  // no connection at all is no better than the dearest
}

/// Price in the programme's first year; the zone's own, or the one that holds everywhere.
double fuel_price(const Programme& p, const std::string& fuel, const std::string& zone) {
  const FuelPrice* best = nullptr;
  const auto distance = [&](const FuelPrice& x) { return std::abs(x.year - p.settings.start.year()); };
  for (const auto& x : p.fuel_prices) {
    if (x.fuel != fuel || (!x.zone.empty() && x.zone != zone)) continue;
    const bool nearer =
        !best || (x.zone.empty() == best->zone.empty() ? distance(x) < distance(*best) : best->zone.empty());
    if (nearer) best = &x;
  }
  return best ? best->usd_per_mmbtu : 0;
}

/// Mean marginal cost of the zone's fleet over the representative days.
double energy_price(const Programme& p, const Zone& zone) {
  std::map<std::string, const RepresentativeDay*> days;
  for (const auto& day : p.days) days[day.id] = &day;
  struct Unit {
    double usd_per_mwh, mw;
    const Fleet* fleet;
  };
  std::vector<Unit> thermal;
  for (const auto& f : p.fleet)
    if (f.zone == zone.id && f.kind == "thermal")
      thermal.push_back(
          {f.variable_usd_per_mwh + f.heat_rate_mmbtu_per_mwh * fuel_price(p, f.fuel, zone.id), f.capacity_mw, &f});
  std::ranges::sort(thermal, {}, &Unit::usd_per_mwh);
  double price = 0, weight = 0;
  for (const auto& row : p.profiles) {
    if (row.zone != zone.id) continue;
    const auto& day = *days.at(row.day);
    const auto share = [&](const Fleet& f) {
      return std::array{f.available_winter, f.available_spring, f.available_summer,
                        f.available_autumn}[static_cast<std::size_t>(day.season - 1)];
    };
    double left = row.load_mw;
    for (const auto& f : p.fleet) {
      if (f.zone != zone.id) continue;
      if (f.kind == "wind") left -= f.capacity_mw * row.wind;
      if (f.kind == "solar") left -= f.capacity_mw * row.solar;
      if (f.kind == "hydro") left -= f.capacity_mw * share(f);
    }
    double marginal = 0;  // the dearest unit that runs; what is short comes from ties at that cost
    for (const auto& unit : thermal) {
      if (left <= 0) break;
      left -= unit.mw * share(*unit.fleet);
      marginal = unit.usd_per_mwh;
    }
    price += day.days * marginal;
    weight += day.days;
  }
  return (weight > 0 ? price / weight : 0) + zone.delivery_usd_per_mwh;
}

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double tax(const Programme& p, const Site& site) {
  std::vector<double> usd_per_kw;
  for (const auto& a : p.accelerators) usd_per_kw.push_back(a.rack_usd_m * 1e6 / a.rack_kw);
  double sales = site.sales_tax, property = site.property_tax_per_year;
  for (const auto& i : p.incentives) {
    if (i.jurisdiction != site.state || (i.smallest_it_mw && it_mw(site) < *i.smallest_it_mw)) continue;
    if (i.kind == "sales_tax") sales -= site.sales_tax * i.rate * i.probability;
    if (i.kind == "property_tax") property -= site.property_tax_per_year * i.rate * i.probability;
  }
  const double r = p.settings.discount_rate, years = 10;
  const double annuity = r > 0 ? (1 - std::pow(1 + r, -years)) / r : years;
  return std::max(0.0, sales) * middle(usd_per_kw) + std::max(0.0, property) * annuity * site.construction_usd_per_kw;
}

}  // namespace

const std::vector<Criterion>& criteria() {
  static const std::vector<Criterion> all{{"time_to_power", "until one block has power", "quarters", false},
                                          {"power_mw", "IT power it can reach", "MW", true},
                                          {"connection_cost", "connection", "USD/kW", false},
                                          {"energy_price", "energy delivered", "USD/MWh", false},
                                          {"construction_cost", "building", "USD/kW", false},
                                          {"risk", "natural risk of the county", "index", false},
                                          {"climate", "mean PUE", "", false},
                                          {"tax", "sales and property tax", "USD/kW", false},
                                          {"water", "water", "l/kWh", false},
                                          {"gas", "on-site power by gas", "MW", true},
                                          {"neighbours", "data centres near by", "", true}};
  return all;
}

std::vector<std::vector<double>> judge(const Programme& p) {
  std::map<std::string, double> energy;
  for (const auto& zone : p.zones) energy[zone.id] = energy_price(p, zone);
  std::vector<std::vector<double>> values;
  for (const auto& s : p.sites)
    values.push_back({time_to_power(p, s), reachable_mw(p, s), connection_cost(p, s), energy.at(s.zone),
                      s.construction_usd_per_kw + s.opening_cost_usd_m * 1000 / it_mw(s), s.risk_index,
                      (s.pue_winter + s.pue_spring + s.pue_summer + s.pue_autumn) / 4, tax(p, s), s.water_l_per_kwh,
                      s.gas_limit_mw, s.existing_datacenters_50km});
  return values;
}

}  // namespace stargate::sites
