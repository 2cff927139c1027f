#include "energy/storage_chain.h"

#include <algorithm>

namespace stargate::energy {

Before levels_before(const Network& network, const Capacity& storage, bool cyclic, bool cyclic_per_period, bool initial_per_period) {
  const std::size_t n = network.snapshots.size();
  Before before;
  before.snapshot.assign(n, Before::absent);
  if (is_linked(network)) {
    for (std::size_t t = 0; t < n; ++t)
      if (stands_at(storage, network, t))
        before.snapshot[t] = t > 0 && network.snapshots[t].run == network.snapshots[t - 1].run ? static_cast<long>(t) - 1 : Before::relative;
    return before;
  }
  const bool runs = has_runs(network);
  const bool by_period = runs || (!network.periods.empty() && (cyclic_per_period || initial_per_period));
  const bool cycles_within = runs || cyclic_per_period;
  long previous = Before::initial, first = Before::absent;
  const auto close_cycle = [&](bool cycles) {
    if (first >= 0 && cycles) before.snapshot[static_cast<std::size_t>(first)] = previous;
    previous = Before::initial;
    first = Before::absent;
  };
  for (std::size_t t = 0; t < n; ++t) {
    if (by_period && t > 0 && (network.snapshots[t].period != network.snapshots[t - 1].period || network.snapshots[t].run != network.snapshots[t - 1].run))
      close_cycle(cycles_within);
    if (!stands_at(storage, network, t)) continue;
    before.snapshot[t] = previous;
    if (first < 0) first = static_cast<long>(t);
    previous = static_cast<long>(t);
  }
  close_cycle(by_period ? cycles_within : cyclic);
  return before;
}

std::vector<Run> runs_of(const Network& network) {
  std::vector<Run> runs;
  for (std::size_t t = 0; t < network.snapshots.size(); ++t) {
    if (t == 0 || network.snapshots[t].run != network.snapshots[t - 1].run) runs.push_back({t, t});
    runs.back().end = t + 1;
  }
  return runs;
}

std::vector<std::vector<long>> snapshots_before(const Network& network, bool across_runs) {
  const std::size_t n = network.snapshots.size();
  std::vector<std::vector<long>> before(n);
  for (std::size_t t = 0; t < n; ++t) {
    const bool begins = t == 0 || network.snapshots[t].period != network.snapshots[t - 1].period || network.snapshots[t].run != network.snapshots[t - 1].run;
    if (t > 0 && (!begins || (across_runs && !is_linked(network)))) before[t] = {static_cast<long>(t) - 1};
  }
  if (!is_linked(network)) {
    if (n > 0) before[0] = {Before::initial};
    return before;
  }
  const auto runs = runs_of(network);
  for (std::size_t d = 0; d < network.chronology.size(); ++d) {
    auto& own = before[runs[network.chronology[d]].first];
    const long earlier = d == 0 ? Before::initial : static_cast<long>(runs[network.chronology[d - 1]].end) - 1;
    if (!std::ranges::contains(own, earlier)) own.push_back(earlier);
  }
  return before;
}

}  // namespace stargate::energy
