#pragma once
#include "energy/clustering.h"
#include "energy/decompose.h"

namespace stargate::energy {

/// A system over fewer snapshots, and which of them stands for each original one.
struct Reduction {
  System system;
  std::vector<std::size_t> stands_for;  ///< by original snapshot
  bool segments = false;
  double spread = 0;  ///< as the clustering or the segmentation tells it
};

/// The system over representative periods: weights grow by what each stands for. `linked`: storage levels, ramps and
/// commitment are carried over the original order of periods (Network::chronology), so that seasons are seen; else each
/// period cycles within itself. Minimum up and down times do not reach over the ends of periods. InputError for what has
/// no meaning there (delays of links).
Reduction represent(const System& system, const Clustering& clustering, std::size_t period_snapshots, bool linked);

/// The first snapshots alone, weighing as much as all did (a look at a large system, not a reduction of it): capital cost
/// stays as it is. Runs stay what they are; a chronology is left out. InputError where there are not so many.
System shortened(const System& system, std::size_t snapshots);

/// The system over segments of unequal length: powers, availabilities and costs are means by hours, levels of storage
/// that are prescribed or limited hold at the end of a segment, ramps grow with the time between the middles of segments.
/// InputError for what has no meaning there (minimum up and down times, delays).
Reduction merge(const System& system, const Segmentation& segmentation);

/// The result over all original snapshots, as the reduction tells it: what stands for a snapshot, and storage levels
/// carried along. It has the reduction's capacities and cost, but does not balance what the reduction averaged.
Result expand(const System& full, const Reduction& reduction, const Result& result);

/// A sum or a peak in the full system and in the reduced one.
struct Figure {
  std::string name;
  double full = 0, reduced = 0;
  double error() const;  ///< relative to the full one; of nothing: 0 where both are nothing
};
/// Peak and energy of load, energy of inflow, and the capacity factor that each varying carrier could have: the first
/// scenario's. O(size).
std::vector<Figure> figures(const System& full, const System& reduced);

/// How far a reduction is from the full system. Costs with the constant; `unset` where that was not solved.
struct ReductionError {
  double told = unset;      ///< optimal cost of the reduced system
  double operated = unset;  ///< cost of its capacities operated over all snapshots
  double optimum = unset;   ///< of the full system
  lp::Status operated_status = lp::Status::failed;
  std::vector<Figure> figures;
  double told_error() const { return told / operated - 1; }         ///< of what was told, against what it costs
  double regret() const { return operated / optimum - 1; }          ///< what the capacities cost above the optimum
};

struct CompareOptions {
  bool operate = true, optimum = false;  ///< what is solved over all snapshots
  OptimiseOptions whole;
  DecomposeOptions parts;
};

/// Cost of decided capacity, without what operation costs: over all scenarios.
double investment_cost(const System& system, const Result& result);

/// Solves the full system with the reduction's capacities, and by itself, as asked. `operation` receives the operation
/// over all snapshots with those capacities, in the terms of the full system: it verifies against it.
ReductionError compare(const System& full, const Reduction& reduction, const Result& result, const CompareOptions& options, Result& operation);

}  // namespace stargate::energy
