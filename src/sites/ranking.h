#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "programme/programme.h"

namespace stargate::sites {

using Matrix = std::vector<std::vector<double>>;  ///< [alternative][criterion]

/// Closeness to the ideal, 0 to 1, by TOPSIS (Hwang and Yoon 1981): columns divided by their Euclidean norm and
/// weighted; distance to the worst over the sum of distances to the best and the worst. A criterion in which all are
/// equal does not count. O(alternatives x criteria).
std::vector<double> topsis(const Matrix& values, const std::vector<bool>& more_is_better,
                           const std::vector<double>& weights);

/// Weighted sum of the values scaled to 0 (worst) .. 1 (best); a criterion in which all are equal gives 1.
std::vector<double> weighted_sum(const Matrix& values, const std::vector<bool>& more_is_better,
                                 const std::vector<double>& weights);

/// Ranks from 1 (highest score); equal scores in the order of the list.
std::vector<int> ranks(const std::vector<double>& scores);

struct Ranked {
  std::size_t site = 0;  ///< index into Programme::sites
  double topsis = 0, weighted_sum = 0;
  int rank = 0, rank_by_sum = 0;
  int rank_p5 = 0, rank_p95 = 0;  ///< of its rank over all samples of weights
  double first_share = 0;         ///< share of samples in which it is first
  double leading_share = 0;       ///< share of samples in which it is among the leading ones
  std::vector<double> values;     ///< as criteria() lists them
};

struct Screen {
  std::vector<Ranked> sites;    ///< best first, by TOPSIS; sites that are forbidden are left out
  std::vector<double> weights;  ///< as criteria() lists them, adding up to one
  std::size_t leading = 0;      ///< how many count as leading
  double agreement = 0;         ///< rank correlation (Spearman) of the two methods
  double stability = 0;         ///< mean rank correlation of the sampled rankings with the ranking
};

struct ScreenOptions {
  std::size_t samples = 1000;
  double spread = 0.5;  ///< standard deviation of the logarithm of each weight
  std::uint64_t seed = 1;
  std::size_t leading = 10;
  unsigned threads = 1;
};

/// The first screen. Weights are the programme's [[site_weight]] scaled to one; without any, all count the same. Each
/// sample multiplies every weight by a log-normal factor of its own; sample n is a pure function of (seed, n).
/// O(samples x sites x criteria).
Screen screen(const Programme& programme, const ScreenOptions& options = {});

}  // namespace stargate::sites
