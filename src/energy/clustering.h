#pragma once
#include "energy/result.h"

namespace stargate::energy {

struct ClusterOptions {
  std::size_t period_snapshots = 24;  ///< length of a period
  std::size_t periods = 12;           ///< representatives by k-medoids
  bool keep_extremes = true;          ///< also the periods of peak load, of peak residual load and of least wind and sun
  std::uint64_t seed = 1;
};

struct Clustering {
  std::vector<std::size_t> representatives;  ///< periods chosen, in order of time
  std::vector<double> weights;               ///< how many periods each stands for; they add up to all
  std::vector<std::size_t> assigned;         ///< representative (index above) of each period
  double spread = 0;                         ///< mean distance of a period to its representative, relative to the mean to all
};

/// Chooses representative periods by k-medoids (build and swap, Kaufman and Rousseeuw 1990) on load and availability by
/// carrier, each scaled to [0, 1]. Extreme periods are medoids that are not swapped. O(periods^2 * features).
Clustering cluster(const Network& network, const ClusterOptions& options);

/// The system over its representative periods: weights grow by what each stands for. Storage cycles within each period.
System reduced(const System& system, const Clustering& clustering, std::size_t period_snapshots);

}  // namespace stargate::energy
