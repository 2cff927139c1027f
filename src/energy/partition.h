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
void save_state(const std::string& path, const lp::Model& model, const DecompositionState& state);
/// Empty if the path is, the file is not there, or it is of another programme (a fingerprint of sizes, costs and bounds).
DecompositionState load_state(const std::string& path, const lp::Model& model);

}  // namespace stargate::energy
