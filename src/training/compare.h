#pragma once
#include <nlohmann/json_fwd.hpp>

#include "training/accuracy.h"
#include "training/run.h"
#include "training/search.h"

namespace stargate::training {

/// What a run on each of several clusters is compared by.
struct CompareOptions {
  double tokens = 1e13;
  double usd_per_mwh = 0;  ///< beside the rent
  double pue = 1.2;
  double kg_per_mwh = 370;  ///< CO2 of the grid
  Resilience resilience;
};
struct ComparedCluster {
  std::string system;
  std::int64_t chips = 0;
  bool found = false;            ///< a strategy divides and fits
  double nearest_miss_gb = 0;    ///< if none fits: by how much the smallest does not; 0: none divides
  std::vector<std::int64_t> usable_chips;  ///< if none divides: the nearest numbers that do
  Strategy strategy;
  Interval interval;  ///< of step and days
  double step_s = 0, mfu = 0, goodput = 0, days = 0, usd = 0, facility_mwh = 0, tonnes_co2 = 0;
};
/// The best strategy on the cluster and what a run of `options.tokens` takes with it: time, money, energy, carbon.
ComparedCluster compare_cluster(const ModelShape& shape, const Machine& machine, std::int64_t chips, SearchSpace space,
                                const CompareOptions& options);
std::string compare_text(const std::vector<ComparedCluster>& clusters, const CompareOptions& options);
nlohmann::json to_json(const std::vector<ComparedCluster>& clusters);

/// The numbers of chips next to `space.chips` for which some strategy divides model, batch and chips: at most `each`
/// below and above, within a quarter of it. O(numbers tried x strategies).
std::vector<std::int64_t> nearest_chip_counts(const ModelShape& shape, const Machine& machine, const SearchSpace& space, int each);

/// "90 % interval of the step: 6.1 to 7.4 s (from ...)".
std::string interval_text(const Interval& interval, double seconds);
nlohmann::json to_json(const Interval& interval, double seconds);

}  // namespace stargate::training
