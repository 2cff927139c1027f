// Zones, time, demand, fuels and lines of a GenX folder.
#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>
#include <set>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

namespace {
/// Zone numbers of the columns PREFIX1, PREFIX2, ...
std::vector<int> zone_columns(const GenxTable& table, const std::string& prefix) {
  std::vector<int> zones;
  for (int z = 1; table.has(std::format("{}{}", prefix, z)); ++z) zones.push_back(z);
  return zones;
}
std::string demand_prefix(const GenxTable& table) { return table.has("Demand_MW_z1") ? "Demand_MW_z" : "Load_MW_z"; }
}  // namespace

void GenxCase::read_time() {
  demand_.emplace(folder_.need({"Demand_data", "Load_data"}));
  // Rows beyond the time steps hold further segments of demand.
  std::size_t steps = demand_->size();
  while (demand_->has("Time_Index") && steps > 0 && std::isnan(demand_->number(steps - 1, "Time_Index", unset))) --steps;
  if (steps == 0) throw InputError({demand_->file()}, "it has no time steps");
  const double periods = demand_->number(0, "Rep_Periods", 1),
               length = demand_->number(0, "Timesteps_per_Rep_Period", static_cast<double>(steps) / periods);
  if (periods * length != static_cast<double>(steps))
    throw InputError({demand_->file()},
                     std::format("it has {} time steps for {} periods of {}", steps, periods, length));
  for (std::size_t t = 0; t < steps; ++t) {
    const auto period = static_cast<std::size_t>(static_cast<double>(t) / length);
    const double weight = demand_->number(period, "Sub_Weights", length) / length;
    network.snapshots.push_back({std::format("{}", t + 1), 0, static_cast<int>(period), weight, 1, weight, weight});
  }
}

/// Long-duration storage carries its level from one period of the year to the next: Period_map tells which of the
/// representative ones stands for each.
void GenxCase::read_order() {
  const auto path = folder_.find({"Period_map"});
  const bool long_duration = std::ranges::any_of(resources_, [&](const auto& r) { return number(r, "LDS", 0) > 0; });
  if (!path || !long_duration || !has_runs(network)) return;
  const GenxTable map(*path);
  const int periods = network.snapshots.back().run + 1;
  for (std::size_t row = 0; row < map.size(); ++row) {
    const double period = map.number(row, "Rep_Period_Index");
    if (!(period >= 1 && period <= periods))
      throw InputError(map.place(row), std::format("representative period {} is not there", period),
                       std::format("allowed: 1 to {}", periods));
    network.chronology.push_back(static_cast<std::size_t>(period) - 1);
  }
  notes.push_back(
      "Period_map: every storage is carried over the year, long-duration or not, and may dispatch what comes in the "
      "same hour");
}

/// A zone is named by the region of its resources, where that is its own; else by its number.
void GenxCase::read_zones() {
  for (const int zone : zone_columns(*demand_, demand_prefix(*demand_))) zones_[zone] = std::format("z{}", zone);
  if (zones_.empty())
    throw InputError({demand_->file()}, "it has no column of demand", "allowed: Demand_MW_z1 or Load_MW_z1, ...");
  std::map<int, std::set<std::string>> regions;
  std::map<std::string, std::set<int>> zones_of;
  for (const auto& r : resources_) {
    const auto& table = tables_[r.table];
    const int zone = static_cast<int>(table.number(r.row, "Zone"));
    if (!zones_.contains(zone))
      throw InputError(table.place(r.row), std::format("'{}': zone {} has no demand column", r.name, zone));
    const std::string region = table.text(r.row, "region", std::string());
    if (region.empty()) continue;
    regions[zone].insert(region);
    zones_of[region].insert(zone);
  }
  for (auto& [zone, name] : zones_)
    if (regions[zone].size() == 1 && zones_of[*regions[zone].begin()].size() == 1) name = *regions[zone].begin();
  for (const auto& [zone, name] : zones_) network.buses.push_back({name});
}

/// Load of each zone, and the segments of it that may be curtailed, each at its share of the value of lost load.
void GenxCase::read_demand() {
  const std::string prefix = demand_prefix(*demand_);
  const double voll = demand_->number(0, "Voll", 0);
  const std::size_t snapshots = network.snapshots.size();
  std::size_t segments = 0;
  while (segments < demand_->size() && demand_->number(segments, "Demand_Segment", 0) > 0) ++segments;
  for (const auto& [zone, name] : zones_) {
    Profile load;
    load.hourly = demand_->column(std::format("{}{}", prefix, zone), 0, snapshots);
    const double peak = *std::ranges::max_element(load.hourly);
    for (std::size_t k = 0; k < segments; ++k) {
      Generator g;
      g.name = std::format("{} curtailed {}", name, k + 1);
      g.bus = name;
      g.carrier = "curtailed load";
      g.sheds_load = true;
      g.nominal = peak;
      g.marginal_cost = voll * demand_->number(k, "Cost_of_Demand_Curtailment_per_MW", 1);
      const double share = demand_->number(k, "Max_Demand_Curtailment", 1);
      for (const double mw : load.hourly) g.p_max_pu.hourly.push_back(peak > 0 ? share * std::max(mw, 0.0) / peak : 0);
      network.generators.push_back(std::move(g));
    }
    network.loads.push_back({name + " load", name, "", true, -1, std::move(load)});
  }
  if (segments > 0) network.carriers.push_back({"curtailed load"});
}

/// The first row holds t CO2 per MMBtu, the rest prices per MMBtu by time step.
void GenxCase::read_fuels() {
  const GenxTable fuels(folder_.need({"Fuels_data"}));
  for (const auto& cell : fuels.csv().header.cells) {
    const std::string& name = cell.text;
    if (name == "Time_Index" || name == "index" || fuels.size() < 2) continue;
    Fuel fuel{fuels.number(0, name, 0), {}};
    fuel.price.hourly = fuels.column(name, 1);
    fuel.price.hourly.resize(network.snapshots.size(), fuel.price.hourly.back());
    if (std::ranges::all_of(fuel.price.hourly, [&](double v) { return v == fuel.price.hourly[0]; }))
      fuel.price = fuel.price.hourly[0];
    fuels_[name] = std::move(fuel);
  }
}

/// DC_OPF: the flow is kV^2 / ohm times the difference of the angles, which has its limit. What is reinforced keeps its reactance.
Branch GenxCase::by_reactance(std::size_t row, Capacity size, const std::string& from, const std::string& to) {
  Branch b;
  static_cast<Capacity&>(b) = std::move(size);
  b.bus0 = from;
  b.bus1 = to;
  const double kv = lines_->number(row, "Line_Voltage_kV"), v_nom = std::ranges::find(network.buses, from, &Bus::name)->v_nom;
  if (!(kv > 0)) throw InputError(lines_->place(row), std::format("the line has a voltage of {} kV", kv), "allowed: above 0");
  b.x = lines_->number(row, "Line_Reactance_Ohms") * (v_nom / kv) * (v_nom / kv);
  const double limit = lines_->number(row, "Angle_Limit_Rad", unlimited) * 180 / std::numbers::pi;
  b.v_ang_min = -limit;
  b.v_ang_max = limit;
  network.angle_limits_count = true;
  return b;
}

/// Transport between zones, both ways, with a share lost; reinforcement at its cost.
void GenxCase::read_lines() {
  const auto path = zones_.size() > 1 ? std::optional(folder_.need({"Network"})) : folder_.find({"Network"});
  if (!path) return;
  lines_.emplace(*path);
  const bool expand = settings_.number("NetworkExpansion", settings_.is_there() ? 0 : 1) == 1;
  const int segments = settings_.number("Trans_Loss_Segments", 1);
  const bool by_angles = settings_.number("DC_OPF", 0) == 1;
  if (segments > 1) leave_out("Trans_Loss_Segments above 1: losses are linear in the flow, by Line_Loss_Percentage");
  if (by_angles && segments > 0) leave_out("losses of lines beside DC_OPF");
  for (const char* name : {"index", "Network_zones"}) lines_->has(name);  // names of rows: nothing hangs on them
  std::set<std::string> names;
  for (std::size_t row = 0; row < lines_->size(); ++row) {
    const double number = lines_->number(row, "Network_Lines", unset);
    if (std::isnan(number)) continue;
    std::string from, to;
    for (const auto& [zone, name] : zones_) {
      const double end = lines_->has("Start_Zone")
                             ? (lines_->number(row, "Start_Zone") == zone) - (lines_->number(row, "End_Zone") == zone)
                             : lines_->number(row, std::format("z{}", zone), 0);
      if (end > 0) from = name;
      if (end < 0) to = name;
    }
    if (from.empty() || to.empty())
      throw InputError(lines_->place(row), "the line does not begin and end in a zone",
                       "a 1 and a -1 mark them, or Start_Zone and End_Zone");
    Capacity size;
    size.name = lines_->text(row, "transmission_path_name", std::format("{}_to_{}", from, to));
    if (!names.insert(size.name).second) size.name += std::format(" {}", number);
    names.insert(size.name);
    size.nominal = size.nominal_min = size.nominal_max = lines_->number(row, "Line_Max_Flow_MW");
    const double more = lines_->number(row, "Line_Max_Reinforcement_MW", -1);
    if (expand && more > 0) {
      size.extendable = true;
      size.nominal_max = size.nominal + more;
      size.capital_cost = lines_->number(row, "Line_Reinforcement_Cost_per_MWyr", 0);
      size.standing_cost = 0;  // only what is added costs anything
    }
    if (by_angles) {
      network.lines.push_back(by_reactance(row, std::move(size), from, to));
      continue;
    }
    Link l;
    static_cast<Capacity&>(l) = std::move(size);
    l.ports = {{from, -1.0}, {to, 1.0}};
    l.p_min_pu = -1;
    if (segments > 0) l.loss = lines_->number(row, "Line_Loss_Percentage", 0);
    network.links.push_back(std::move(l));
  }
}

}  // namespace stargate::exchange
