// Resources of a GenX folder: rows of Generators_data, or of a table for each kind.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "base/text.h"
#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

namespace {

bool constant(const Profile& p) {
  return std::ranges::all_of(p.hourly, [&](double v) { return v == p.hourly[0]; });
}

}  // namespace

/// Which rows there are, and of what kind.
void GenxCase::collect_resources() {
  std::set<std::string> names;
  const auto add = [&](std::size_t table, std::size_t row, GenxKind kind, int model) {
    GenxResource r{table, row, tables_[table].text(row, "Resource"), kind, model, List::generators};
    if (!names.insert(r.name).second)
      throw InputError(tables_[table].place(row), std::format("resource '{}' stands a second time", r.name));
    if (kind == GenxKind::storage || kind == GenxKind::hydro) r.list = List::storage_units;
    resources_.push_back(std::move(r));
  };
  if (const auto path = folder_.find({"Generators_data"})) {
    flat_ = true;
    tables_.emplace_back(*path);
    const GenxTable& t = tables_.front();
    for (const char* name : {"R_ID", "cluster", "num_units"}) t.has(name);  // nothing hangs on them
    for (std::size_t row = 0; row < t.size(); ++row) {
      const auto flag = [&](std::string_view column) { return static_cast<int>(t.number(row, column, 0)); };
      if (flag("THERM") > 0)
        add(0, row, GenxKind::thermal, flag("THERM"));
      else if (flag("VRE") > 0)
        add(0, row, GenxKind::variable, 0);
      else if (flag("MUST_RUN") > 0)
        add(0, row, GenxKind::must_run, 0);
      else if (flag("STOR") > 0)
        add(0, row, GenxKind::storage, flag("STOR"));
      else if (flag("HYDRO") > 0)
        add(0, row, GenxKind::hydro, 0);
      else if (flag("FLEX") > 0)
        count("flexible demand");
      else {
        count("resources of no kind (THERM, VRE, MUST_RUN, STOR, HYDRO and FLEX are 0), taken as thermal plants");
        add(0, row, GenxKind::thermal, 2);
      }
    }
    return;
  }
  const std::map<std::string, GenxKind> kinds{{"thermal", GenxKind::thermal},
                                              {"vre", GenxKind::variable},
                                              {"must_run", GenxKind::must_run},
                                              {"storage", GenxKind::storage},
                                              {"hydro", GenxKind::hydro}};
  const std::map<std::string, std::string> not_read{{"flex_demand", "flexible demand"},
                                                    {"electrolyzer", "electrolysers"},
                                                    {"vre_stor", "plants of wind or sun with storage"}};
  for (const auto& path : folder_.resource_tables()) {
    const std::string name = lower(path.filename().string()).substr(0, lower(path.filename().string()).find('.'));
    if (const auto left = not_read.find(name); left != not_read.end()) {
      for (std::size_t n = GenxTable(path).size(); n > 0; --n) count(left->second);
      continue;
    }
    const auto kind = kinds.find(name);
    if (kind == kinds.end()) {
      notes.push_back(std::format("{} was not used", path.filename().string()));
      continue;
    }
    tables_.emplace_back(path);
    for (const char* idle : {"cluster", "Num_VRE_bins"}) tables_.back().has(idle);
    for (std::size_t row = 0; row < tables_.back().size(); ++row)
      add(tables_.size() - 1, row, kind->second, static_cast<int>(tables_.back().number(row, "Model", 1)));
  }
  if (tables_.empty())
    throw InputError({folder_.name()}, "it holds no resources",
                     "allowed: Generators_data.csv, or Thermal.csv, Vre.csv, ... in a folder 'resources'");
}

const std::string& GenxCase::bus(const GenxResource& r) const {
  return zones_.at(static_cast<int>(number(r, "Zone", 0)));
}

/// What stands, what may be built and what may be retired. In the flat table New_Build -1 forbids both; in the newer
/// ones Can_Retire stands by itself. `unit` is MW or MWh, `suffix` what the column's name has beside it ("Charge_").
Capacity GenxCase::sized(const GenxResource& r, const std::string& suffix, const std::string& unit) {
  const std::string cap = std::format("{}Cap_{}", suffix, unit);
  const double existing = std::max(number(r, "Existing_" + cap, 0), 0.0), most = number(r, "Max_" + cap, -1),
               least = number(r, "Min_" + cap, -1);
  const std::string money = std::format("{}per_{}yr", suffix, unit == "MWh" ? "MWh" : "MW");
  const double build = number(r, "Inv_Cost_" + money, 0), keep = number(r, "Fixed_OM_Cost_" + money, 0);
  const double new_build = number(r, "New_Build", 0), can_retire = number(r, "Can_Retire", new_build != -1 ? 1 : 0);
  Capacity c;
  c.name = r.name;
  c.nominal = existing;
  const bool builds = new_build == 1 && most != 0, retires = can_retire > 0 && existing > 0;
  if (!builds && !retires) {
    standing_cost_ += keep * existing;
    return c;
  }
  c.extendable = true;
  c.nominal_min = retires ? 0 : existing;
  c.nominal_max = builds ? unlimited : existing;
  if (most > 0) c.nominal_max = std::min(c.nominal_max, most);
  if (least > 0) c.nominal_min = std::max(c.nominal_min, least);
  c.capital_cost = builds ? build + keep : keep;
  if (builds && existing > 0) c.standing_cost = keep;
  return c;
}

Profile GenxCase::availability(const GenxResource& r) {
  Profile p = 1;
  if (!variability_ || !variability_->has(r.name)) {
    if (r.kind == GenxKind::variable || r.kind == GenxKind::hydro || r.kind == GenxKind::must_run)
      count(
          "variable, hydro or must-run resources without a profile in Generators_variability, taken as always "
          "available");
    return p;
  }
  p.hourly = variability_->column(r.name);
  if (p.hourly.size() < network.snapshots.size())
    throw InputError({variability_->file()},
                     std::format("it has {} rows for {} time steps", p.hourly.size(), network.snapshots.size()));
  p.hourly.resize(network.snapshots.size());
  if (constant(p)) p = p.hourly[0];
  return p;
}

void GenxCase::read_resource(const GenxResource& r) {
  Capacity c = sized(r, "", "MW");
  c.carrier = tables_[r.table].text(r.row, "technology", std::string());
  if (c.carrier.empty())
    c.carrier = r.kind == GenxKind::storage    ? "storage"
                : r.kind == GenxKind::hydro    ? "hydro"
                : r.kind == GenxKind::variable ? "variable"
                                               : "thermal";
  if (number(r, "RETRO", 0) > 0 || number(r, "Retrofit", 0) > 0 || number(r, "Can_Retrofit", 0) > 0) count("retrofits");
  if (number(r, "MAINT", 0) > 0) count("scheduled maintenance");
  if (r.kind == GenxKind::storage)
    read_storage(r, std::move(c));
  else if (r.kind == GenxKind::hydro)
    read_hydro(r, std::move(c));
  else
    read_generator(r, std::move(c));
}

void GenxCase::read_generator(const GenxResource& r, Capacity c) {
  Generator g;
  static_cast<Capacity&>(g) = std::move(c);
  g.bus = bus(r);
  g.p_max_pu = availability(r);
  if (r.kind == GenxKind::must_run) g.p_min_pu = g.p_max_pu;
  price(r, g);
  network.generators.push_back(std::move(g));
}

/// Fuel, its CO2 less what is captured, and the cost of what is captured.
void GenxCase::price(const GenxResource& r, Generator& g) {
  const GenxTable& table = tables_[r.table];
  const double heat = number(r, "Heat_Rate_MMBTU_per_MWh", 0), other = number(r, "Var_OM_Cost_per_MWh", 0);
  const std::string name = table.text(r.row, "Fuel", std::string("None"));
  if (number(r, "MULTI_FUELS", 0) > 0) count("plants of several fuels, which burn the one in column Fuel alone");
  double fuel_price = 0, fuel_co2 = 0, at_start = 0;
  g.marginal_cost = other;
  if (name != "None" && !name.empty()) {
    const auto fuel = fuels_.find(name);
    if (fuel == fuels_.end())
      throw InputError(table.place(r.row), std::format("'{}': fuel '{}' is not in Fuels_data", r.name, name));
    const double captured = number(r, "CO2_Capture_Fraction", 0),
                 at_starting = number(r, "CO2_Capture_Fraction_Startup", 0);
    const double grown = number(r, "Biomass", 0) > 0 ? 1 : 0,
                 disposal = number(r, "CCS_Disposal_Cost_per_Metric_Ton", 0);
    fuel_co2 = fuel->second.co2 * (1 - grown - captured);
    at_start = fuel->second.co2 * (1 - grown - at_starting);
    const double with_disposal = disposal * captured * fuel->second.co2;
    g.marginal_cost = fuel->second.price;
    g.marginal_cost.fixed = other + heat * (g.marginal_cost.fixed + with_disposal);
    for (double& v : g.marginal_cost.hourly) v = other + heat * (v + with_disposal);
    fuel_price = fuel->second.price.fixed;
    if (const auto& hourly = fuel->second.price.hourly; !hourly.empty()) {
      for (const double v : hourly) fuel_price += v / static_cast<double>(hourly.size());
      if (number(r, "Start_Fuel_MMBTU_per_MW", 0) > 0) count("plants whose start fuel is priced at its mean over time");
    }
    // A carrier for each technology and fuel, so that a cap on CO2 finds its emissions.
    g.carrier += " " + name;
    if (captured != 0 || grown != 0) g.carrier += std::format(", net of {:g}", captured + grown);
    if (heat > 0) g.efficiency = 1 / heat;  // MWh per MMBtu, as emissions are per MMBtu
  }
  if (std::ranges::find(network.carriers, g.carrier, &Carrier::name) == network.carriers.end())
    network.carriers.push_back({g.carrier, heat > 0 ? fuel_co2 : 0});
  if (r.kind == GenxKind::thermal) commit(r, g, fuel_price, at_start);
}

/// Least load and ramps; with commitment, units of Cap_Size that start and stop around each period.
void GenxCase::commit(const GenxResource& r, Generator& g, double fuel_price, double fuel_co2) {
  g.cyclic = true;
  const double least = number(r, "Min_Power", 0), up = number(r, "Ramp_Up_Percentage", 1),
               down = number(r, "Ramp_Dn_Percentage", 1);
  g.p_min_pu = least;
  if (up < 1) g.ramp_limit_up = up;
  if (down < 1) g.ramp_limit_down = down;
  if (tables_[r.table].has("PWFU_Fuel_Usage_Zero_Load_MMBTU_per_h") &&
      number(r, "PWFU_Fuel_Usage_Zero_Load_MMBTU_per_h", 0) > 0)
    count("plants with piecewise fuel usage, which have one heat rate");
  const int commitment = settings_.number("UCommit", 0);
  if (commitment == 0 || r.model != 1) return;
  g.committable = true;
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
  const double fuel = number(r, "Start_Fuel_MMBTU_per_MW", 0);
  if (const double units = g.nominal / g.module;
      commitment == 1 && g.nominal > 0 && std::abs(units - std::round(units)) > 1e-9) {
    g.module = g.nominal / std::max(std::round(units), 1.0);
    count("plants whose unit size was moved, so that what stands is a whole number of units");
  }
  g.start_up_cost = g.module * (number(r, "Start_Cost_per_MW", 0) + fuel * fuel_price);
  g.start_up_emissions = g.module * fuel * fuel_co2;
}

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
    count("long-duration storage, which cycles within each period like the rest");
  if (std::ranges::find(network.carriers, s.carrier, &Carrier::name) == network.carriers.end())
    network.carriers.push_back({s.carrier});
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
    count("long-duration storage, which cycles within each period like the rest");
  if (std::ranges::find(network.carriers, s.carrier, &Carrier::name) == network.carriers.end())
    network.carriers.push_back({s.carrier});
  network.storage_units.push_back(std::move(s));
}

}  // namespace stargate::exchange
