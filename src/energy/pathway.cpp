#include "energy/pathway.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/rolling.h"

namespace stargate::energy {

namespace {

void check_pathway(const System& system) {
  const Network& net = system.first();
  if (net.periods.size() < 2) throw InputError({}, "there are no investment periods to be decided one after the other");
  for (const auto& g : net.global_constraints)
    if (std::isnan(g.investment_period))
      throw InputError({}, std::format("global constraint '{}' spans the investment periods", g.name), "give it an investment_period");
  for (const auto& r : net.policies.rows)
    if (!r.hourly) throw InputError({}, std::format("row '{}' spans the investment periods", r.name));
  const auto spans = [](const auto& members) {
    for (const auto& s : members)
      if (s.active && !s.cyclic_per_period && !s.initial_per_period)
        throw InputError({}, std::format("'{}': its level runs on from one investment period to the next", s.name), "let it cycle or begin anew within each");
  };
  spans(net.storage_units);
  spans(net.stores);
}

/// Each member of each list: its place among the lists' capacities.
void each_capacity(Network& net, auto&& use) {
  const auto all = [&](auto& members, List list) {
    for (std::size_t i = 0; i < members.size(); ++i) use(static_cast<Capacity&>(members[i]), list, i);
  };
  all(net.generators, List::generators);
  all(net.lines, List::lines);
  all(net.transformers, List::transformers);
  all(net.links, List::links);
  all(net.storage_units, List::storage_units);
  all(net.stores, List::stores);
  for (std::size_t i = 0; i < net.storage_units.size(); ++i) {
    use(net.storage_units[i].energy, List::storage_energy, i);
    use(net.storage_units[i].charge, List::storage_charge, i);
  }
}

/// The snapshots and the weight of one period, with what stands in it.
System of_period(const System& system, std::size_t period) {
  System out = system;
  for (auto& scenario : out.scenarios) {
    const auto& all = scenario.network.snapshots;
    const auto in = [&](const Snapshot& s) { return static_cast<std::size_t>(s.period) == period; };
    const auto first = std::ranges::find_if(all, in);
    const auto count = std::ranges::count_if(all, in);
    Network net = sliced(scenario.network, static_cast<std::size_t>(first - all.begin()), static_cast<std::size_t>(count));
    net.periods = {scenario.network.periods[period]};
    for (auto& s : net.snapshots) s.period = 0;
    std::erase_if(net.global_constraints, [&](const auto& g) { return g.investment_period != net.periods.front().year; });
    scenario.network = std::move(net);
  }
  return out;
}

}  // namespace

Result solve_myopic(const System& system, const OptimiseOptions& options) {
  check_pathway(system);
  const auto began = std::chrono::steady_clock::now();
  System decided = system;
  const std::size_t periods = system.first().periods.size();
  for (std::size_t p = 0; p < periods; ++p) {
    const System now = of_period(decided, p);
    OptimiseOptions own = options;
    own.on_stage = [&](std::string_view stage) {
      if (options.on_stage) options.on_stage(std::format("{}: {}", system.first().periods[p].year, stage));
    };
    Result part = optimise(now, own);
    if (part.status != lp::Status::optimal && part.status != lp::Status::gap_reached) {
      part.message = std::format("investment period {}: {}", system.first().periods[p].year, lp::to_string(part.status));
      part.operation.clear();
      return part;
    }
    for (auto& scenario : decided.scenarios)
      each_capacity(scenario.network, [&](Capacity& c, List list, std::size_t i) {
        if (!c.extendable || !stands_in(c, system.first(), p)) return;
        const double size = std::clamp(part.capacity[static_cast<std::size_t>(list)][i], c.nominal_min, c.nominal_max);
        c.nominal_min = c.nominal_max = size;  // it goes on being extendable, so that its cost counts
      });
  }
  Result out = optimise(decided, options);
  out.method = "myopic, one investment period after the other";
  out.bound = -lp::infinity;
  out.solve_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

}  // namespace stargate::energy
