#pragma once
#include "energy/optimise.h"
#include "energy/partition.h"

namespace stargate::energy {

enum class Decomposition {
  prices,  ///< a first-order point gives capacities, levels and prices; blocks are operated exactly; prices bound
  cuts,    ///< Benders: a master over capacities and levels, a cut for each block and round (lp/benders.h)
};

struct DecomposeOptions {
  Decomposition method = Decomposition::prices;
  lp::Stabilisation stabilisation = lp::Stabilisation::level_set;  ///< of cuts
  double relative_gap = 1e-3;  ///< 0: to the optimum, a vertex (by prices)
  std::size_t block_snapshots = 24;  ///< length of a block of operation
  unsigned threads = 1;              ///< the answer does not depend on it
  double time_limit_s = lp::infinity;
  std::string state_file;            ///< point and cuts to start from if it is there; the last are left there
  FormulationOptions formulation;
  std::function<void(std::string_view)> on_stage;
  std::function<void(double best, double bound)> on_bounds;
  std::function<void(double distance, double wanted)> on_near;  ///< of the first-order point
  std::function<bool()> should_stop;
};

/// Can the programme be solved so: linear but for whole numbers of capacity (which only cuts take), more than one block
/// or scenario.
bool can_decompose(const System& system, const Formulation& formulation, const Partition& partition, Decomposition method);

/// Solves a system in blocks of hours, in parallel, until the gap is met. The result is feasible to the simplex tolerance
/// whatever the gap. Interrupted, it keeps the best it has. InputError if it cannot be decomposed.
Result decompose(const System& system, const DecomposeOptions& options);

/// The way that is likely to be faster: decomposition for large programmes where a gap is allowed, else the whole.
Result solve_best(const System& system, const OptimiseOptions& whole, const DecomposeOptions& parts);

}  // namespace stargate::energy
