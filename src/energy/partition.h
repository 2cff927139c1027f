#pragma once
#include <string>
#include <vector>

#include "energy/formulation.h"
#include "lp/benders.h"
#include "lp/first_order.h"

namespace stargate::energy {

/// Which block of hours each column belongs to. Held (lp::fixed_column) are capacities, storage levels at the ends of
/// blocks, and whatever is not of one snapshot.
struct Partition {
  std::vector<int> block_of;
  std::vector<int> capacities;  ///< columns, ascending: capacities and what depends on them, slacks of a period
  int blocks = 0;
};

/// Blocks are `length` snapshots long, or shorter at the end of a run; a run that is one block needs no levels held. Over a
/// chronology each run is a block, and held are the levels before the original periods and the ends of the runs' paths.
Partition partition(const System& system, const Formulation& formulation, std::size_t length);

/// Where a decomposition stands: a later run of the same programme goes on from there.
struct DecompositionState {
  lp::FirstOrderPoint point;          ///< value and row_dual empty if there is none
  std::vector<lp::BendersCut> cuts;
};

/// Tells everything that shapes the state: the programme to the last digit and how it is parted. A SHA-256. O(entries).
std::string state_digest(const lp::Model& model, const Partition& partition);

/// Nothing is written where there is no path. See base/state_file.h.
void save_state(const std::string& path, const std::string& digest, const DecompositionState& state);
/// Empty if the path is, or there is no file. InputError if the file is damaged, no such state, or one of another programme.
DecompositionState load_state(const std::string& path, const std::string& digest);

}  // namespace stargate::energy
