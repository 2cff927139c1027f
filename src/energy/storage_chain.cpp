#include "energy/storage_chain.h"

namespace stargate::energy {

Before levels_before(const Network& network, const Capacity& storage, bool cyclic, bool cyclic_per_period, bool initial_per_period) {
  const std::size_t n = network.snapshots.size();
  Before before;
  before.snapshot.assign(n, Before::absent);
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

}  // namespace stargate::energy
