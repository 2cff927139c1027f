// Global constraints (primary energy, operation, expansion) and the weighing of risk between scenarios.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/text.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {

/// What a carrier emits per unit of primary energy, by the attribute a constraint names.
double carrier_attribute(const Network& net, const std::string& carrier, const std::string& attribute) {
  for (const auto& c : net.carriers) {
    if (c.name != carrier) continue;
    if (attribute == "co2_emissions") return c.co2_emissions;
    const auto found = c.other.find(attribute);
    return found == c.other.end() ? 0 : found->second;
  }
  return 0;
}

}  // namespace

void Builder::global_rows(Scene& scene) {
  auto& rows = out_.layout.global_constraint.emplace_back(scene.net.global_constraints.size(), -1);
  for (std::size_t k = 0; k < scene.net.global_constraints.size(); ++k) {
    const GlobalConstraint& g = scene.net.global_constraints[k];
    double constant = 0;
    bool applies = false;
    if (g.type == "primary_energy" || g.type == "operational_limit") applies = production_terms(scene, g, constant);
    else if (g.type == "transmission_volume_expansion_limit" || g.type == "transmission_expansion_cost_limit" ||
             g.type == "tech_capacity_expansion_limit")
      applies = scene.index == 0 && expansion_terms(g);
    else if (scene.index == 0) out_.left_out.push_back(std::format("global constraint '{}': type '{}' is not known", g.name, g.type));
    if (!applies) continue;
    const double rhs = g.constant - constant;
    rows[k] = model_.end_row(g.sense == "<=" ? -lp::infinity : rhs, g.sense == ">=" ? lp::infinity : rhs);
  }
}

/// Primary energy: emissions of what generators burn and non-cyclic storage draws. Operational limit: the same of one
/// carrier, by energy. Adds the terms to the row in hand; true if there are any.
bool Builder::production_terms(const Scene& scene, const GlobalConstraint& g, double& constant) {
  const Network& net = scene.net;
  const bool energy = g.type == "operational_limit";
  const auto rate = [&](const std::string& carrier) {
    return energy ? (carrier == g.carrier_attribute ? 1.0 : 0.0) : carrier_attribute(net, carrier, g.carrier_attribute);
  };
  const auto years = [&](std::size_t t) {
    return net.periods.empty() ? 1.0 : net.periods[static_cast<std::size_t>(net.snapshots[t].period)].years;
  };
  const auto in_period = [&](std::size_t t) {
    return std::isnan(g.investment_period) || (!net.periods.empty() && net.periods[static_cast<std::size_t>(net.snapshots[t].period)].year == g.investment_period);
  };
  bool any = false;
  const auto& p = scene.ops.flow[static_cast<std::size_t>(List::generators)];
  for (std::size_t i = 0; i < net.generators.size(); ++i) {
    const Generator& gen = net.generators[i];
    const double r = rate(gen.carrier);
    if (r == 0) continue;
    any = true;
    const auto curve = std::ranges::find_if(scene.ops.curves, [&](const CurveUse& c) { return c.of == CurveUse::Of::fuel && c.member == i; });
    const bool by_curve = !energy && curve != scene.ops.curves.end();
    for (std::size_t t = 0; t < net.snapshots.size(); ++t)
      if (by_curve) {
        if (in_period(t))
          model_.term(scene.ops.curve_value(t, static_cast<std::size_t>(curve - scene.ops.curves.begin())), r * years(t) * net.snapshots[t].generators);
      } else if (!energy && gen.efficiency[t] == 0)
        throw InputError({}, std::format("generator '{}' has an efficiency of 0: global constraint '{}' divides by it", gen.name, g.name));
      else if (in_period(t)) model_.term(p(t, i), r * years(t) * net.snapshots[t].generators / (energy ? 1 : gen.efficiency[t]));
  }
  const auto storage = [&](const auto& members, const Block& level, const Block& start, auto initial_of) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const double r = rate(members[i].carrier);
      if (r == 0 || members[i].cyclic || !members[i].active) continue;
      if (has_runs(net) && !is_linked(net)) continue;  // it cycles within each run
      any = true;
      if (is_linked(net)) {  // the level after the last original period
        const Run run = runs_of(net)[net.chronology.back()];
        double kept = 1;
        for (std::size_t t = run.first; t < run.end; ++t) kept *= std::pow(1 - members[i].standing_loss[t], net.snapshots[t].stores);
        model_.term(start(net.chronology.size() - 1, i), -r * kept);
        model_.term(level(run.end - 1, i), -r);
        constant += r * initial_of(members[i]);
        continue;
      }
      const bool anew = !net.periods.empty() && members[i].initial_per_period;
      if (!net.periods.empty() && !anew && std::ranges::any_of(net.periods, [](const auto& q) { return q.years != 1; }))
        throw InputError({}, std::format("'{}': storage that emits and runs through investment periods of unequal years leaves global "
                                         "constraint '{}' without meaning", members[i].name, g.name),
                         "begin each period at the initial level, or make it cyclic");
      // What is left at the end was not drawn; with `anew` that holds for each period.
      long last = -1;
      for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
        if (!in_period(t) || !stands_at(members[i], net, t)) continue;
        last = static_cast<long>(t);
        const bool ends = t + 1 == net.snapshots.size() || first_of_period(net, t + 1);
        if (anew && ends) {
          model_.term(level(t, i), -r * years(t));
          constant += r * years(t) * initial_of(members[i]);
        }
      }
      if (!anew && last >= 0) {
        model_.term(level(static_cast<std::size_t>(last), i), -r);
        constant += r * initial_of(members[i]);
      }
    }
  };
  storage(net.storage_units, scene.ops.state_of_charge, scene.ops.linked_units.start, [](const StorageUnit& s) { return s.state_of_charge_initial; });
  storage(net.stores, scene.ops.energy, scene.ops.linked_stores.start, [](const Store& s) { return s.e_initial; });
  return any;
}

/// Length (volume) or cost of extended lines and links of the carriers named; capacity of one carrier, at one bus or all.
bool Builder::expansion_terms(const GlobalConstraint& g) {
  bool any = false;
  const auto stands = [&](const Capacity& c) {
    if (first_.periods.empty()) return c.active;
    for (std::size_t p = 0; p < first_.periods.size(); ++p)
      if ((std::isnan(g.investment_period) || first_.periods[p].year == g.investment_period) && stands_in(c, first_, p)) return true;
    return false;
  };
  if (g.type == "tech_capacity_expansion_limit") {
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(first_, list); ++i) {
        const Capacity& c = capacity_of(first_, list, i);
        const int column = capacity_column(list, i);
        if (column < 0 || c.carrier != g.carrier_attribute || !stands(c)) continue;
        const std::string& bus = list == List::generators      ? first_.generators[i].bus
                                 : list == List::storage_units ? first_.storage_units[i].bus
                                 : list == List::stores        ? first_.stores[i].bus
                                 : list == List::links         ? first_.links[i].ports.front().bus
                                 : list == List::lines         ? first_.lines[i].bus0
                                                               : first_.transformers[i].bus0;
        if (!g.bus.empty() && bus != g.bus) continue;
        model_.term(column, 1);
        any = true;
      }
    return any;
  }
  std::string named = g.carrier_attribute;
  std::erase_if(named, [](char c) { return c == '[' || c == ']' || c == '(' || c == ')'; });
  std::vector<std::string> carriers;
  for (const auto part : split(named, ',')) carriers.emplace_back(trim(part));
  const bool by_cost = g.type == "transmission_expansion_cost_limit";
  const auto add = [&](List list, std::size_t i, double length) {
    const Capacity& c = capacity_of(first_, list, i);
    const int column = capacity_column(list, i);
    if (column < 0 || std::ranges::find(carriers, c.carrier) == carriers.end() || !stands(c)) return;
    const double weight = std::isnan(g.investment_period) ? investment_weight(c, first_) : 1;
    model_.term(column, by_cost ? weight * c.capital_cost : length);
    any = true;
  };
  for (std::size_t i = 0; i < first_.lines.size(); ++i) add(List::lines, i, first_.lines[i].length);
  for (std::size_t i = 0; i < first_.links.size(); ++i) add(List::links, i, first_.links[i].length);
  return any;
}

/// CVaR: a(s) >= operation(s) - theta, CVaR >= theta + E[a] / (1 - alpha); the objective's operating cost is shared
/// between its mean and CVaR.
void Builder::risk_rows() {
  if (!model_.quadratic.empty()) throw InputError({}, "CVaR with quadratic cost is no quadratic programme", "make the cost piecewise linear");
  const double weight = system_.cvar_weight, tail = 1 / (1 - system_.cvar_alpha);
  std::vector<char> is_capacity(model_.cost.size(), 0);
  for (const auto& columns : out_.layout.capacity)
    for (const int c : columns)
      if (c >= 0) is_capacity[static_cast<std::size_t>(c)] = 1;
  // Columns of scenario s stand together; its first is the first of its first block.
  const std::size_t scenarios = system_.scenarios.size();
  std::vector<int> begin;
  for (const auto& ops : out_.layout.operation) {
    int first = model_.columns();
    for (const Block* b : ops.blocks()) first = std::min(first, b->first);
    begin.push_back(first);
  }
  const int operating_end = model_.columns();
  begin.push_back(operating_end);
  const int theta = model_.add_column(-lp::infinity, lp::infinity), cvar = model_.add_column(-lp::infinity, lp::infinity, weight);
  std::vector<int> excess;
  for (std::size_t s = 0; s < scenarios; ++s) excess.push_back(model_.add_column(0, lp::infinity));
  for (std::size_t s = 0; s < scenarios; ++s) {
    const double probability = system_.scenarios[s].probability;
    model_.term(excess[s], 1);
    model_.term(theta, 1);
    for (int c = begin[s]; c < begin[s + 1]; ++c) {
      double& unit = model_.cost[static_cast<std::size_t>(c)];
      if (unit == 0 || is_capacity[static_cast<std::size_t>(c)]) continue;
      if (probability > 0) model_.term(c, -unit / probability);
      unit *= 1 - weight;
    }
    model_.end_row(0, lp::infinity);
  }
  model_.term(theta, 1);
  model_.term(cvar, -1);
  for (std::size_t s = 0; s < scenarios; ++s) model_.term(excess[s], tail * system_.scenarios[s].probability);
  model_.end_row(-lp::infinity, 0);
}

}  // namespace stargate::energy
