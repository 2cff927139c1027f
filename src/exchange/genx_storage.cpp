// Storage, reservoirs and flexible demand of a GenX folder.
#include <algorithm>
#include <cmath>
#include <format>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

void GenxCase::read_storage(const GenxResource& r, Capacity c) {
  StorageUnit s;
  static_cast<Capacity&>(s) = std::move(c);
  s.bus = bus(r);
  s.energy_apart = s.cyclic = true;
  s.only_from_level = !is_linked(network);
  s.energy = sized(r, "", "MWh");
  s.hours_min = number(r, "Min_Duration", 0);
  s.hours_max = number(r, "Max_Duration", unlimited);
  s.charge_apart = r.model == 2;
  s.one_converter = !s.charge_apart;
  if (s.charge_apart) s.charge = sized(r, "Charge_", "MW");
  s.efficiency_store = number(r, "Eff_Up", 1);
  s.efficiency_dispatch = number(r, "Eff_Down", 1);
  s.standing_loss = number(r, "Self_Disch", 0);
  s.marginal_cost = number(r, "Var_OM_Cost_per_MWh", 0);
  s.marginal_cost_charge = number(r, "Var_OM_Cost_per_MWh_In", number(r, "Var_OM_Cost_per_MWhIn", 0));
  if (number(r, "LDS", 0) > 0 && has_runs(network) && !is_linked(network))
    leave_out("long-duration storage without a Period_map, which cycles within each period like the rest");
  carrier(s.carrier);
  network.storage_units.push_back(std::move(s));
}

/// A reservoir: never charged, filled by an inflow in proportion to its power.
void GenxCase::read_hydro(const GenxResource& r, Capacity c) {
  StorageUnit s;
  static_cast<Capacity&>(s) = std::move(c);
  s.bus = bus(r);
  s.p_min_pu = 0;
  s.cyclic = true;
  s.only_from_level = !is_linked(network);
  s.max_hours = number(r, "Hydro_Energy_to_Power_Ratio", 0);
  if (s.max_hours <= 0) {  // of unknown size
    s.energy_apart = true;
    s.energy.nominal = unlimited;
  }
  s.inflow_pu = availability(r);
  s.efficiency_dispatch = number(r, "Eff_Down", 1);
  s.marginal_cost = number(r, "Var_OM_Cost_per_MWh", 0);
  s.min_flow_pu = number(r, "Min_Power", 0);
  if (const double up = number(r, "Ramp_Up_Percentage", 1); up < 1) s.ramp_limit_up = up;
  if (const double down = number(r, "Ramp_Dn_Percentage", 1); down < 1) s.ramp_limit_down = down;
  if (number(r, "LDS", 0) > 0 && has_runs(network) && !is_linked(network))
    leave_out("long-duration storage without a Period_map, which cycles within each period like the rest");
  carrier(s.carrier);
  network.storage_units.push_back(std::move(s));
}

/// Demand that may be put off or drawn near: what is put off "charges", what is made good "dispatches" into the load, and the
/// level between them may be owed. What is owed one way or the other is made good within its hours:
///   level(t) <= sum of dispatch(t + 1 .. t + delay),   -level(t) <= sum of charge(t + 1 .. t + advance).
void GenxCase::read_flexible(const GenxResource& r, Capacity c) {
  StorageUnit s;
  s.name = r.name;
  s.carrier = c.carrier;
  s.bus = bus(r);
  s.sign = -1;
  s.cyclic = s.may_owe = s.energy_apart = s.charge_apart = true;
  s.nominal = s.energy.nominal = unlimited;
  s.charge = std::move(c);
  s.p_min_pu = availability(r);
  s.p_min_pu.fixed *= -1;
  for (double& v : s.p_min_pu.hourly) v *= -1;
  s.efficiency_dispatch = 1 / number(r, "Flexible_Demand_Energy_Eff", 1);
  s.marginal_cost = number(r, "Var_OM_Cost_per_MWh", 0);
  s.marginal_cost_charge = number(r, "Var_OM_Cost_per_MWh_In", 0);
  for (const bool delay : {true, false}) {
    const int hours = static_cast<int>(std::floor(number(r, delay ? "Max_Flexible_Demand_Delay" : "Max_Flexible_Demand_Advance", 0)));
    CustomRow row;
    row.name = std::format("{} {}", r.name, delay ? "delay" : "advance");
    row.hourly = true;
    row.sense = ">=";
    for (int k = 1; k <= hours; ++k) row.terms.push_back({delay ? Quantity::dispatch : Quantity::charge, List::storage_units, r.name, 1, k});
    row.terms.push_back({Quantity::level, List::storage_units, r.name, delay ? -1.0 : 1.0, 0});
    network.policies.rows.push_back(std::move(row));
  }
  carrier(s.carrier);
  network.storage_units.push_back(std::move(s));
}

/// Towards reserve margins storage also counts by what it could give: virtual discharge, fed from energy that it holds in reserve.
/// A store of no bus holds that energy: what "charges" it is the virtual discharge.
void GenxCase::read_virtual_discharge() {
  if (derating_.empty() || settings_.number("StorageVirtualDischarge", 1) <= 0) return;
  if (is_linked(network)) return leave_out("virtual discharge of storage that is carried over the year");
  const double price = settings_.decimal("VirtualChargeDischargeCost", 1);
  const std::size_t real = network.storage_units.size();
  for (std::size_t i = 0; i < real; ++i) {
    const StorageUnit s = network.storage_units[i];
    if (!derating_.contains(s.name) || s.p_min_pu.is_zero()) continue;
    StorageUnit v;
    v.name = s.name + " in reserve";
    v.bus = s.bus;
    v.carrier = s.carrier;
    v.sign = 0;
    v.cyclic = v.energy_apart = true;
    v.nominal = v.energy.nominal = unlimited;
    v.efficiency_store = 1 / s.efficiency_dispatch.fixed;
    v.efficiency_dispatch = 1 / s.efficiency_store.fixed;
    v.standing_loss = s.standing_loss;
    v.marginal_cost = v.marginal_cost_charge = price;
    constexpr List list = List::storage_units;
    const auto row = [&](const std::string& what, std::vector<RowTerm> terms) {
      network.policies.rows.push_back({std::format("{} {}", s.name, what), true, std::move(terms), "<="});
    };
    const RowTerm gives{Quantity::dispatch, list, s.name}, could_give{Quantity::charge, list, v.name};
    const RowTerm draws{Quantity::charge, list, s.name}, could_draw{Quantity::dispatch, list, v.name};
    const RowTerm size{Quantity::capacity, list, s.name, -1};
    if (s.one_converter) {
      row("converter", {gives, could_give, draws, could_draw, size});
    } else {
      row("power", {gives, could_give, size});
      row("charging power", {draws, could_draw, {Quantity::capacity, s.charge_apart ? List::storage_charge : list, s.name, -1}});
    }
    row("level before", {gives, could_give, {Quantity::level, list, s.name, -s.efficiency_dispatch.fixed, -1}});
    row("level in reserve", {{Quantity::level, list, v.name}, {Quantity::level, list, s.name, -1}});
    for (auto& m : network.policies.reserve_margins)
      for (std::size_t k = 0, n = m.contributions.size(); k < n; ++k)
        if (m.contributions[k].list == list && m.contributions[k].component == s.name)
          m.contributions.push_back({list, v.name, -m.contributions[k].credit, Basis::dispatch});
    network.storage_units.push_back(std::move(v));
  }
}

}  // namespace stargate::exchange
