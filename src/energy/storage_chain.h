#pragma once
#include <cstddef>
#include <vector>

#include "energy/network.h"

namespace stargate::energy {

/// Where the energy level before each snapshot comes from.
struct Before {
  static constexpr long initial = -1;  ///< the given initial level
  static constexpr long absent = -2;   ///< the storage does not stand in this snapshot
  std::vector<long> snapshot;          ///< index of a snapshot, or one of the above
};

/// `cyclic`: the level before the first snapshot is that after the last. With investment periods a storage may cycle, or
/// begin anew, within each of them (`cyclic_per_period` goes before `initial_per_period`).
Before levels_before(const Network& network, const Capacity& storage, bool cyclic, bool cyclic_per_period, bool initial_per_period);

}  // namespace stargate::energy
