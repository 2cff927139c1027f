// Electrolysers of a GenX folder: what they draw, what their hydrogen earns, how much of it is asked for, and supply that matches
// their load in each hour.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

namespace {
constexpr double t_per_kt = 1000;
}  // namespace

/// A consumer whose power earns the price of the hydrogen that it makes.
void GenxCase::read_electrolyser(const GenxResource& r, Capacity c) {
  Generator g;
  static_cast<Capacity&>(g) = std::move(c);
  g.bus = bus(r);
  g.sign = -1;
  g.counts_as_load = false;
  g.cyclic = true;
  g.p_max_pu = availability(r);
  g.p_min_pu = number(r, "Min_Power", 0);
  if (const double up = number(r, "Ramp_Up_Percentage", 1); up < 1) g.ramp_limit_up = up;
  if (const double down = number(r, "Ramp_Dn_Percentage", 1); down < 1) g.ramp_limit_down = down;
  const double mwh_per_t = number(r, "Hydrogen_MWh_Per_Tonne", 0);
  if (!(mwh_per_t > 0))
    throw InputError(tables_[r.table].place(r.row), std::format("'{}': Hydrogen_MWh_Per_Tonne is {}", r.name, mwh_per_t), "allowed: above 0");
  g.marginal_cost = -number(r, "Hydrogen_Price_Per_Tonne", 0) / mwh_per_t;
  // Before there was a table of hydrogen demand each electrolyser had a least production of its own.
  if (const double least = number(r, "Electrolyzer_Min_kt", 0);
      least > 0 && settings_.text("HydrogenMinimumProduction", settings_.text("HydrogenMimimumProduction", "")).empty())
    network.policies.rows.push_back({std::format("{} least production", r.name),
                                     false,
                                     {{Quantity::dispatch, List::generators, r.name, 1 / mwh_per_t, 0}},
                                     ">=",
                                     least * t_per_kt});
  carrier(g.carrier);
  network.generators.push_back(std::move(g));
}

/// Hydrogen over the year of the electrolysers of each row, with slack at its price a tonne.
void GenxCase::read_hydrogen_demand() {
  const auto path = folder_.find({"Hydrogen_demand"});
  if (!path) return;
  const bool use = settings_.number("HydrogenMinimumProduction", settings_.number("HydrogenMimimumProduction", settings_.is_there() ? 0 : 1)) > 0;
  const GenxTable t(*path);
  t.has("H2DemandConstraint");
  for (std::size_t row = 0; row < t.size(); ++row) {
    CustomRow r;
    const std::string described = t.text(row, "ConstraintDescription", t.text(row, "Constraint_Description", std::string()));
    r.name = described.empty() ? std::format("hydrogen {}", row + 1) : "hydrogen " + described;
    r.sense = ">=";
    r.constant = t_per_kt * t.number(row, "Hydrogen_Demand_kt");
    r.price = t.number(row, "PriceCap", unlimited);
    for (const auto& [resource, credit] : members("H2_Demand", "Resource_hydrogen_demand", "H2_Demand", static_cast<int>(row + 1)))
      if (resource->kind == GenxKind::electrolyser)
        r.terms.push_back({Quantity::dispatch, List::generators, resource->name, 1 / number(*resource, "Hydrogen_MWh_Per_Tonne", 1), 0});
    if (use) network.policies.rows.push_back(std::move(r));
  }
}

/// In each zone and hour, what qualified plants give covers what electrolysers draw and what qualified storage is charged with.
void GenxCase::read_hourly_matching() {
  const bool hydrogen = settings_.number("HydrogenHourlyMatching", 0) > 0, any = settings_.number("HourlyMatching", 0) > 0;
  const auto table = folder_.find({"Resource_hourly_matching"});
  if (!hydrogen && !any) return;
  std::set<std::string> qualified;
  if (table) {
    const GenxTable t(*table);
    for (std::size_t row = 0; row < t.size(); ++row)
      if (t.number(row, "Qualified_Supply", 0) > 0) qualified.insert(t.text(row, "Resource"));
  }
  for (const auto& r : resources_)
    if (number(r, "Qualified_Hydrogen_Supply", 0) > 0) qualified.insert(r.name);
  for (const auto& [zone, name] : zones_) {
    CustomRow row;
    row.name = "hourly matching " + name;
    row.hourly = true;
    row.sense = ">=";
    bool draws = any;
    for (const auto& r : resources_) {
      if (bus(r) != name) continue;
      if (r.kind == GenxKind::electrolyser && hydrogen) {
        row.terms.push_back({Quantity::dispatch, List::generators, r.name, -1, 0});
        draws = true;
      } else if (qualified.contains(r.name)) {
        row.terms.push_back({Quantity::dispatch, r.list, r.name, 1, 0});
        if (r.kind == GenxKind::storage) row.terms.push_back({Quantity::charge, r.list, r.name, -1, 0});
      }
    }
    if (draws && !row.terms.empty()) network.policies.rows.push_back(std::move(row));
  }
}

}  // namespace stargate::exchange
