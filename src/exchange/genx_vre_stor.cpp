// Plants of sun, wind and storage behind one connection (GenX's VRE-STOR). The site is a bus of its own on the AC side:
//   grid   what it gives and what it draws share the connection; it draws no more than its storage charges
//   sun    behind the inverter: of p on the DC side eta p arrives
//   wind   at the site's bus
//   store  counted at the site's bus: behind the inverter its efficiencies hold eta once more
//   inverter   eta sun + what the DC store gives + what it draws <= its capacity
#include <algorithm>
#include <cmath>
#include <format>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

/// A part's capacity, by columns that name it: Existing_Cap_Solar_MW, Inv_Cost_Solar_per_MWyr. `kept` is the column of its fixed cost.
Capacity GenxCase::sized_part(const GenxResource& r, const std::string& part, const std::string& kept) {
  const auto cap = [&](const char* which) { return number(r, std::format("{}_Cap_{}_MW", which, part), which[0] == 'E' ? 0 : -1); };
  const double existing = std::max(cap("Existing"), 0.0), most = cap("Max"), least = cap("Min");
  const double build = number(r, std::format("Inv_Cost_{}_per_MWyr", part), 0), keep = number(r, kept, 0);
  return capacity_of_parts(r, std::format("{} {}", r.name, part), existing, most, least, build, keep);
}

Capacity GenxCase::capacity_of_parts(const GenxResource& r, const std::string& name, double existing, double most, double least, double build, double keep) {
  Capacity c;
  c.name = name;
  c.nominal = existing;
  const bool builds = number(r, "New_Build", 0) == 1 && most != 0, retires = number(r, "Can_Retire", 0) > 0 && existing > 0;
  if (!builds && !retires) {
    standing_cost_ += keep * existing;
    return c;
  }
  c.extendable = true;
  c.nominal_min = std::max(retires ? 0 : existing, std::max(least, 0.0));
  c.nominal_max = builds ? unlimited : existing;
  if (most >= 0) c.nominal_max = std::min(c.nominal_max, most);
  c.capital_cost = builds ? build + keep : keep;
  if (builds && existing > 0) c.standing_cost = keep;
  return c;
}

Profile GenxCase::site_profile(const GenxResource& r, std::initializer_list<std::string> tables) {
  const auto path = folder_.find(tables);
  if (!path) throw InputError(tables_[r.table].place(r.row), std::format("'{}': there is no {}.csv", r.name, *tables.begin()));
  Profile p;
  p.hourly = GenxTable(*path).column(r.name, 0, network.snapshots.size());
  if (p.hourly.size() < network.snapshots.size())
    throw InputError({path->string()}, std::format("it has {} rows for {} time steps", p.hourly.size(), network.snapshots.size()));
  return p;
}

void GenxCase::read_co_located(const GenxResource& r, Capacity connection) {
  const std::string zone = bus(r), site = r.name + " site";
  network.buses.push_back({site});
  sites_.emplace_back(site, zone);
  const auto has = [&](const char* column) { return static_cast<int>(number(r, column, 0)); };
  const double eta = number(r, "EtaInverter", 1);
  const auto row = [&](const std::string& what, std::vector<RowTerm> terms, const char* sense = "<=", bool hourly = true) {
    network.policies.rows.push_back({std::format("{} {}", r.name, what), hourly, std::move(terms), sense});
  };
  Link out, in;
  connection.carrier = "connection";
  static_cast<Capacity&>(out) = std::move(connection);
  out.ports = {{site, -1.0}, {zone, 1.0}};
  in.name = r.name + " draws";
  in.carrier = "connection";
  in.nominal = unlimited;
  in.ports = {{zone, -1.0}, {site, 1.0}};
  carrier("connection");
  row("connection", {{Quantity::dispatch, List::links, r.name}, {Quantity::dispatch, List::links, in.name}, {Quantity::capacity, List::links, r.name, -1}});
  std::vector<RowTerm> through_inverter;
  if (has("SOLAR") > 0) {
    Generator g;
    static_cast<Capacity&>(g) = sized_part(r, "Solar", "Fixed_OM_Solar_Cost_per_MWyr");
    g.bus = site;
    g.sign = eta;
    g.carrier = "sun beside storage";
    g.p_max_pu = site_profile(r, {"Vre_and_stor_solar_variability"});
    g.marginal_cost = eta * number(r, "Var_OM_Cost_per_MWh_Solar", 0);
    carrier(g.carrier);
    through_inverter.push_back({Quantity::dispatch, List::generators, g.name, eta});
    if (const double ratio = number(r, "Inverter_Ratio_Solar", 0); ratio > 0)
      row("sun to inverter", {{Quantity::capacity, List::generators, g.name}, {Quantity::capacity, List::generators, r.name + " Inverter", -ratio}}, "==", false);
    network.generators.push_back(std::move(g));
  }
  if (has("WIND") > 0) {
    Generator g;
    static_cast<Capacity&>(g) = sized_part(r, "Wind", "Fixed_OM_Wind_Cost_per_MWyr");
    g.bus = site;
    g.carrier = "wind beside storage";
    g.p_max_pu = site_profile(r, {"Vre_and_stor_wind_variability"});
    g.marginal_cost = number(r, "Var_OM_Cost_per_MWh_Wind", 0);
    carrier(g.carrier);
    if (const double ratio = number(r, "Inverter_Ratio_Wind", 0); ratio > 0)
      row("wind to connection", {{Quantity::capacity, List::generators, g.name}, {Quantity::capacity, List::links, r.name, -ratio}}, "==", false);
    network.generators.push_back(std::move(g));
  }
  const int dc_out = has("STOR_DC_DISCHARGE"), dc_in = has("STOR_DC_CHARGE"), ac_out = has("STOR_AC_DISCHARGE"), ac_in = has("STOR_AC_CHARGE");
  if (dc_out + dc_in + ac_out + ac_in > 0) {
    if ((dc_out > 0 && ac_out > 0) || (dc_in > 0 && ac_in > 0)) leave_out("the AC side of storage that has both sides");
    const double eta_out = dc_out > 0 ? eta : 1, eta_in = dc_in > 0 ? eta : 1;  // of what leaves and enters at the site's bus
    const char *side_out = dc_out > 0 ? "DC" : "AC", *side_in = dc_in > 0 ? "DC" : "AC";
    StorageUnit s;
    s.name = r.name + " store";
    s.carrier = "storage beside sun and wind";
    s.bus = site;
    s.cyclic = s.energy_apart = s.charge_apart = true;
    s.nominal = s.charge.nominal = unlimited;
    s.energy = capacity_of_parts(r, s.name, std::max(number(r, "Existing_Cap_MWh", 0), 0.0), number(r, "Max_Cap_MWh", -1), number(r, "Min_Cap_MWh", -1),
                                 number(r, "Inv_Cost_per_MWhyr", 0), number(r, "Fixed_OM_Cost_per_MWhyr", 0));
    s.efficiency_store = eta_in * number(r, std::format("Eff_Up_{}", side_in), 1);
    s.efficiency_dispatch = eta_out * number(r, std::format("Eff_Down_{}", side_out), 1);
    s.standing_loss = number(r, "Self_Disch", 0);
    s.marginal_cost = number(r, std::format("Var_OM_Cost_per_MWh_Discharge_{}", side_out), 0);
    s.marginal_cost_charge = number(r, std::format("Var_OM_Cost_per_MWh_Charge_{}", side_in), 0);
    const RowTerm gives{Quantity::dispatch, List::storage_units, s.name}, draws{Quantity::charge, List::storage_units, s.name};
    if (std::max(dc_out, ac_out) == 1) {  // one converter, in proportion to the energy
      const double per_energy = number(r, std::format("Power_to_Energy_{}", side_out), 0);
      row("converter", {{gives.of, gives.list, s.name, 1 / eta_out}, {draws.of, draws.list, s.name, eta_in},
                        {Quantity::capacity, List::storage_energy, s.name, -per_energy}});
    } else {
      static_cast<Capacity&>(s) = sized_part(r, std::format("Discharge_{}", side_out), std::format("Fixed_OM_Cost_Discharge_{}_per_MWyr", side_out));
      s.name = r.name + " store";
      s.carrier = "storage beside sun and wind";
      s.p_max_pu = eta_out;
      s.charge = sized_part(r, std::format("Charge_{}", side_in), std::format("Fixed_OM_Cost_Charge_{}_per_MWyr", side_in));
      s.p_min_pu = -1 / eta_in;
    }
    if (dc_out > 0) through_inverter.push_back(gives);
    if (dc_in > 0) through_inverter.push_back(draws);
    row("draws for its store", {{Quantity::dispatch, List::links, in.name}, {Quantity::charge, List::storage_units, s.name, -1}});
    if (number(r, "LDS_VRE_STOR", 0) > 0 && has_runs(network)) leave_out("long-duration storage beside sun and wind, which cycles within each period");
    carrier(s.carrier);
    network.storage_units.push_back(std::move(s));
    network.links.push_back(std::move(in));
  } else {
    in.nominal = 0;  // nothing to charge
    network.links.push_back(std::move(in));
  }
  if (has("ELEC") > 0) leave_out("electrolysers beside sun and wind");
  if (!through_inverter.empty()) {
    Generator inverter;  // a capacity without power of its own
    static_cast<Capacity&>(inverter) = sized_part(r, "Inverter", "Fixed_OM_Inverter_Cost_per_MWyr");
    inverter.bus = site;
    inverter.sign = 0;
    inverter.p_max_pu = 0;
    inverter.carrier = "inverter";
    carrier("inverter");
    through_inverter.push_back({Quantity::capacity, List::generators, inverter.name, -1});
    row("inverter", std::move(through_inverter));
    network.generators.push_back(std::move(inverter));
  }
  network.links.push_back(std::move(out));
}

/// Where the site stands for its zone: its storage's losses count there, its sun and wind generate there.
void GenxCase::add_sites_to_policies() {
  for (const auto& [site, zone] : sites_) {
    for (auto& c : network.policies.emission_caps)
      for (std::size_t k = 0, n = c.buses.size(); k < n; ++k)
        if (c.buses[k].bus == zone) c.buses.push_back({site, c.buses[k].per_load, c.buses[k].per_generation});
    for (auto& s : network.policies.energy_shares)
      for (std::size_t k = 0, n = s.share.size(); k < n; ++k)
        if (s.share[k].bus == zone && s.storage_losses_count) s.share.push_back({site, s.share[k].value});
  }
}

}  // namespace stargate::exchange
