#pragma once
#include "energy/optimise.h"

namespace stargate::energy {

struct DecomposeOptions {
  double relative_gap = 1e-3;
  std::size_t block_snapshots = 24;  ///< length of a block of operation
  unsigned threads = 1;
  double time_limit_s = lp::infinity;
  std::string state_file;            ///< point to start from if it is there; the last point is left there
  std::function<void(std::string_view)> on_stage;
  std::function<void(double best, double bound)> on_bounds;
  std::function<bool()> should_stop;
};

/// Can the programme be solved so: linear, without risk weighting, with more than one block.
bool can_decompose(const System& system, const Formulation& formulation, std::size_t block_snapshots);

/// Solves a linear system in three steps, repeated to a tighter tolerance until the gap is met:
///   1. a first-order point of the whole programme (lp/first_order.h): near-optimal capacities, storage levels and prices;
///   2. with capacities and the levels at the ends of blocks held there, each block of hours is an exact programme of its
///      own, solved in parallel by the simplex method; a block that cannot be met buys the capacity it lacks;
///   3. the prices of 1 prove a lower bound (lp/dual_bound.h), the solution of 2 is an upper bound.
/// The result is feasible to the simplex tolerance whatever the gap. Interrupted, it keeps the best it has.
Result decompose(const System& system, const DecomposeOptions& options);

/// The way that is likely to be faster: decomposition for large linear programmes where a gap is allowed, else the whole.
Result solve_best(const System& system, const OptimiseOptions& whole, const DecomposeOptions& parts);

}  // namespace stargate::energy
