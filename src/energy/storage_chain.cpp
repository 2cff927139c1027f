#include "energy/storage_chain.h"

namespace stargate::energy {

Before levels_before(const Network& network, const Capacity& storage, bool cyclic, bool cyclic_per_period, bool initial_per_period) {
  const std::size_t n = network.snapshots.size();
  Before before;
  before.snapshot.assign(n, Before::absent);
  const bool by_period = !network.periods.empty() && (cyclic_per_period || initial_per_period);
  long previous = Before::initial, first = Before::absent;
  const auto close_cycle = [&](bool cycles) {
    if (first >= 0 && cycles) before.snapshot[static_cast<std::size_t>(first)] = previous;
    previous = Before::initial;
    first = Before::absent;
  };
  for (std::size_t t = 0; t < n; ++t) {
    if (by_period && t > 0 && network.snapshots[t].period != network.snapshots[t - 1].period) close_cycle(cyclic_per_period);
    if (!stands_at(storage, network, t)) continue;
    before.snapshot[t] = previous;
    if (first < 0) first = static_cast<long>(t);
    previous = static_cast<long>(t);
  }
  close_cycle(by_period ? cyclic_per_period : cyclic);
  return before;
}

}  // namespace stargate::energy
