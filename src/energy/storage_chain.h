#pragma once
#include <cstddef>
#include <vector>

#include "energy/network.h"

namespace stargate::energy {

/// Where the energy level before each snapshot comes from.
struct Before {
  static constexpr long initial = -1;   ///< the given initial level
  static constexpr long absent = -2;    ///< the storage does not stand in this snapshot
  static constexpr long relative = -3;  ///< nothing: within a linked run, levels count from that at its start
  std::vector<long> snapshot;           ///< index of a snapshot, or one of the above
};

/// `cyclic`: the level before the first snapshot is that after the last. With investment periods a storage may cycle, or
/// begin anew, within each of them (`cyclic_per_period` goes before `initial_per_period`).
Before levels_before(const Network& network, const Capacity& storage, bool cyclic, bool cyclic_per_period, bool initial_per_period);

/// The snapshots [first, end) of a run.
struct Run {
  std::size_t first, end;
};
/// Runs in the order in which they stand; Network::chronology names them by their place here. O(snapshots).
std::vector<Run> runs_of(const Network& network);

/// What may come before each snapshot: the snapshot before it; before the first of a linked run, the last of every run
/// that comes before it in the chronology (each once), and `Before::initial` where the horizon begins with it.
/// Runs that are not linked: the snapshot before in the list where `across_runs`, else nothing. O(snapshots + chronology).
std::vector<std::vector<long>> snapshots_before(const Network& network, bool across_runs);

}  // namespace stargate::energy
