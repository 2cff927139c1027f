#pragma once
#include "energy/decompose.h"

namespace stargate::energy {

/// Repeated to a tighter tolerance until the gap is met:
///   1. a first-order point of the whole programme (lp/first_order.h): near-optimal capacities, storage levels and prices;
///   2. with capacities and the levels at the ends of blocks held there, each block of hours is an exact programme of its
///      own, solved in parallel by the simplex method; a block that cannot be met buys the capacity it lacks;
///   3. the prices of 1 prove a lower bound (lp/dual_bound.h), the solution of 2 is an upper bound;
///   4. where no gap is allowed: the primal simplex method goes on from the blocks' bases to the optimum (lp/blocks.h).
lp::Solution by_prices(const System& system, const Formulation& formulation, const Partition& partition, const DecomposeOptions& options);

}  // namespace stargate::energy
