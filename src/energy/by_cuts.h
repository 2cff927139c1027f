#pragma once
#include "energy/decompose.h"

namespace stargate::energy {

/// Benders decomposition over the blocks (lp/benders.h). A first-order point of low accuracy, where one can be had, is the
/// first to be tried: its cuts stand near the optimum, so that few rounds are spent far from it.
lp::Solution by_cuts(const Formulation& formulation, const Partition& partition, const DecomposeOptions& options);

}  // namespace stargate::energy
