// Thermal, variable and must-run plants of a GenX folder: what they burn, emit and capture, and how they are committed.
#include <algorithm>
#include <cmath>
#include <format>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

void GenxCase::read_generator(const GenxResource& r, Capacity c) {
  Generator g;
  static_cast<Capacity&>(g) = std::move(c);
  g.bus = bus(r);
  g.p_max_pu = availability(r);
  if (r.kind == GenxKind::must_run) g.p_min_pu = g.p_max_pu;
  g.marginal_cost = number(r, "Var_OM_Cost_per_MWh", 0);
  if (r.kind == GenxKind::thermal) commit(r, g);
  if (!burns_several(r, g) && !burns_by_pieces(r, g)) price(r, g);
  carrier(g.carrier);
  network.generators.push_back(std::move(g));
}

GenxCase::Carbon GenxCase::carbon(const GenxResource& r) const {
  return {number(r, "CO2_Capture_Fraction", 0), number(r, "CO2_Capture_Fraction_Startup", 0), number(r, "Biomass", 0) > 0 ? 1.0 : 0.0,
          number(r, "CCS_Disposal_Cost_per_Metric_Ton", 0)};
}

const GenxCase::Fuel* GenxCase::fuel_of(const GenxResource& r, const std::string& name) const {
  if (name == "None" || name.empty()) return nullptr;
  const auto fuel = fuels_.find(name);
  if (fuel == fuels_.end())
    throw InputError(tables_[r.table].place(r.row), std::format("'{}': fuel '{}' is not in Fuels_data", r.name, name));
  return &fuel->second;
}

namespace {
Profile scaled(Profile p, double factor, double more) {
  p.fixed = factor * p.fixed + more;
  for (double& v : p.hourly) v = factor * v + more;
  return p;
}
}  // namespace

/// One fuel at one heat rate: its price and its CO2 go with the power.
void GenxCase::price(const GenxResource& r, Generator& g) {
  const std::string name = tables_[r.table].text(r.row, "Fuel", std::string("None"));
  const Fuel* fuel = fuel_of(r, name);
  if (!fuel) return;
  const double heat = number(r, "Heat_Rate_MMBTU_per_MWh", 0), start = g.module * number(r, "Start_Fuel_MMBTU_per_MW", 0);
  const Carbon c = carbon(r);
  g.marginal_cost = scaled(fuel->price, heat, g.marginal_cost.fixed + heat * c.disposal * c.captured * fuel->co2);
  if (g.committable && start > 0) {
    g.start_fuel_cost = scaled(fuel->price, start, start * c.disposal * c.captured_at_start * fuel->co2);
    g.start_up_emissions = start * fuel->co2 * (1 - c.grown - c.captured_at_start);
  }
  // A carrier for each technology and fuel, so that a cap on CO2 finds its emissions.
  g.carrier += " " + name;
  if (c.captured != 0 || c.grown != 0) g.carrier += std::format(", net of {:g}", c.captured + c.grown);
  if (heat > 0) g.efficiency = 1 / heat;  // MWh per MMBtu, as emissions are per MMBtu
  carrier(g.carrier, heat > 0 ? fuel->co2 * (1 - c.grown - c.captured) : 0);
}

std::string GenxCase::burn(const GenxResource& r, const std::string& fuel_name, const std::string& suffix, double captured) {
  const Fuel* fuel = fuel_of(r, fuel_name);
  const Carbon c = carbon(r);
  Generator f;
  f.name = std::format("{} {}", r.name, suffix);
  f.bus = bus(r);
  f.sign = 0;
  f.nominal = unlimited;
  f.carrier = "burnt " + fuel_name;
  if (captured + c.grown != 0) f.carrier += std::format(", net of {:g}", captured + c.grown);
  if (fuel) {
    f.marginal_cost = scaled(fuel->price, 1, c.disposal * captured * fuel->co2);
    carrier(f.carrier, fuel->co2 * (1 - c.grown - captured));
  } else {
    carrier(f.carrier);
  }
  network.generators.push_back(std::move(f));
  return network.generators.back().name;
}

/// Fuel by a convex piecewise line of each committed unit: fuel >= slope(k) p + intercept(k) u, where each line begins at the load
/// point at which the one before ends.
bool GenxCase::burns_by_pieces(const GenxResource& r, Generator& g) {
  const int pieces = tables_[r.table].numbered("PWFU_Heat_Rate_MMBTU_per_MWh");
  std::vector<double> slope, load;
  for (int k = 1; k <= pieces; ++k) {
    slope.push_back(number(r, std::format("PWFU_Heat_Rate_MMBTU_per_MWh_{}", k), 0));
    load.push_back(number(r, std::format("PWFU_Load_Point_MW_{}", k), 0));
  }
  double intercept = number(r, "PWFU_Fuel_Usage_Zero_Load_MMBTU_per_h", 0);
  if (!g.committable || std::ranges::all_of(slope, [](double v) { return v == 0; })) return false;
  const std::string name = tables_[r.table].text(r.row, "Fuel", std::string("None"));
  const Carbon c = carbon(r);
  const std::string running = burn(r, name, "fuel", c.captured);
  for (std::size_t k = 0; k < slope.size(); ++k) {
    if (slope[k] == 0) break;
    if (k > 0) intercept += (slope[k - 1] - slope[k]) * load[k - 1];
    CustomRow row;
    row.name = std::format("{} piece {}", running, k + 1);
    row.hourly = true;
    row.sense = ">=";
    row.terms = {{Quantity::dispatch, List::generators, running, 1, 0},
                 {Quantity::dispatch, List::generators, r.name, -slope[k], 0},
                 {Quantity::status, List::generators, r.name, -intercept, 0}};
    network.policies.rows.push_back(std::move(row));
  }
  if (const double start = g.module * number(r, "Start_Fuel_MMBTU_per_MW", 0); start > 0)
    if (const Fuel* fuel = fuel_of(r, name)) {
      g.start_fuel_cost = scaled(fuel->price, start, start * c.disposal * c.captured_at_start * fuel->co2);
      g.start_up_emissions = start * fuel->co2 * (1 - c.grown - c.captured_at_start);
    }
  return true;
}

/// Several fuels, each at its heat rate and within its shares of the heat; the fuels of starts likewise.
bool GenxCase::burns_several(const GenxResource& r, Generator& g) {
  if (number(r, "MULTI_FUELS", 0) <= 0) return false;
  const auto& table = tables_[r.table];
  const Carbon c = carbon(r);
  const double start = g.module * number(r, "Start_Fuel_MMBTU_per_MW", 0);
  for (const bool starting : {false, true}) {
    if (starting && (!g.committable || start <= 0)) continue;
    std::vector<std::string> burnt;
    CustomRow sum;
    sum.name = std::format("{} {}", r.name, starting ? "start fuels" : "fuels");
    sum.hourly = true;
    sum.sense = "==";
    for (std::size_t k = 1; table.has(std::format("Fuel{}", k)); ++k) {
      const std::string fuel = table.text(r.row, std::format("Fuel{}", k), std::string("None"));
      const double rate = number(r, std::format("Heat_Rate{}_MMBTU_per_MWh", k), 0);
      if (fuel == "None" || fuel.empty() || (!starting && rate <= 0)) continue;
      burnt.push_back(burn(r, fuel, std::format("{} {}", starting ? "start fuel" : "fuel", k), starting ? c.captured_at_start : c.captured));
      sum.terms.push_back({Quantity::dispatch, List::generators, burnt.back(), starting ? 1 : 1 / rate, 0});
      const auto level = [&](const std::string& side, double otherwise) {
        return number(r, std::format("Fuel{}_{}_Cofire_Level{}", k, side, starting ? "_Start" : ""), otherwise);
      };
      for (const auto& [limit, sense] : {std::pair{level("Min", 0), ">="}, {level("Max", 1), "<="}}) {
        if (limit == (sense[0] == '>' ? 0 : 1)) continue;
        CustomRow row;  // filled below, once all fuels are known
        row.name = std::format("{} {}", burnt.back(), sense[0] == '>' ? "least share" : "largest share");
        row.hourly = true;
        row.sense = sense;
        row.constant = 0;
        row.terms = {{Quantity::dispatch, List::generators, burnt.back(), 1, 0}, {Quantity::dispatch, List::generators, {}, limit, 0}};
        network.policies.rows.push_back(std::move(row));
      }
    }
    for (auto& row : network.policies.rows)
      if (row.terms.size() == 2 && row.terms[1].component.empty()) {
        const double share = row.terms[1].coefficient.fixed;
        row.terms.pop_back();
        for (const auto& fuel : burnt) row.terms.push_back({Quantity::dispatch, List::generators, fuel, -share, 0});
      }
    if (starting) sum.terms.push_back({Quantity::start_up, List::generators, r.name, -start, 0});
    else sum.terms.push_back({Quantity::dispatch, List::generators, r.name, -1, 0});
    if (burnt.empty()) leave_out(std::format("'{}': it names no fuel at a heat rate", r.name));
    else network.policies.rows.push_back(std::move(sum));
  }
  return true;
}

/// Least load and ramps; with commitment, units of Cap_Size that start and stop around each period.
void GenxCase::commit(const GenxResource& r, Generator& g) {
  g.cyclic = true;
  const double least = number(r, "Min_Power", 0), up = number(r, "Ramp_Up_Percentage", 1),
               down = number(r, "Ramp_Dn_Percentage", 1);
  g.p_min_pu = least;
  if (up < 1) g.ramp_limit_up = up;
  if (down < 1) g.ramp_limit_down = down;
  const int commitment = settings_.number("UCommit", 0);
  if (commitment == 0 || r.model != 1) return;
  g.committable = g.cluster = true;
  g.up_time_before = 0;
  g.module = number(r, "Cap_Size", 0);
  if (g.module <= 0)
    throw InputError(tables_[r.table].place(r.row),
                     std::format("'{}': Cap_Size is {} and it is to be committed", r.name, g.module),
                     "allowed: the MW of a unit");
  if (up < 1) g.ramp_limit_start_up = std::min(1.0, std::max(least, up));
  if (down < 1) g.ramp_limit_shut_down = std::min(1.0, std::max(least, down));
  g.min_up_time = std::floor(number(r, "Up_Time", 0));
  g.min_down_time = std::floor(number(r, "Down_Time", 0));
  if (const double units = g.nominal / g.module;
      commitment == 1 && g.nominal > 0 && std::abs(units - std::round(units)) > 1e-9) {
    g.module = g.nominal / std::max(std::round(units), 1.0);
    count("plants whose unit size was moved, so that what stands is a whole number of units");
  }
  g.start_up_cost = g.module * number(r, "Start_Cost_per_MW", 0);
}

}  // namespace stargate::exchange
