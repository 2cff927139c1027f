#pragma once
#include <cstdint>

#include "energy/network.h"

namespace stargate::energy {

struct ClusterOptions {
  std::size_t period_snapshots = 24;  ///< length of a period
  std::size_t periods = 12;           ///< representatives by k-medoids
  bool keep_extremes = true;          ///< also the periods of peak load, of peak residual load and of least wind and sun
};

struct Clustering {
  std::vector<std::size_t> representatives;  ///< periods chosen, in order of time
  std::vector<double> weights;               ///< how many periods each stands for; they add up to all
  std::vector<std::size_t> assigned;         ///< representative (index above) of each period
  double spread = 0;                         ///< mean distance of a period to its representative, relative to the mean to all
};

/// Chooses representative periods by k-medoids (build and swap, Kaufman and Rousseeuw 1990) on what varies: load by
/// carrier of its bus, availability and inflow by carrier, of every scenario, each scaled to [0, 1]. Extreme periods are
/// medoids that are not swapped. InputError where the periods do not divide the snapshots, or are more than 4,096.
/// O(periods^2 * features + swaps * periods * representatives).
Clustering cluster(const System& system, const ClusterOptions& options);

/// Which consecutive snapshots are merged: the first of each segment, in order of time.
struct Segmentation {
  std::vector<std::size_t> begin;
  double spread = 0;  ///< what the segments lose of the variance of what varies, as a share
};

/// Chooses `segments` of consecutive snapshots by merging neighbours, each time the pair that loses least variance (Ward
/// 1963), on the same series. Snapshots of peak load and peak residual load stay by themselves; investment periods and
/// runs are not merged with another. InputError where there are fewer segments than those need. O(n log n * features).
Segmentation segment(const System& system, std::size_t segments);

}  // namespace stargate::energy
