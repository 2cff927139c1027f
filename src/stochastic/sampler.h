#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace stargate::stochastic {

enum class Sampling {
  random,           ///< independent draws
  latin_hypercube,  ///< each coordinate falls once into each of the points' equal parts
  sobol,            ///< Sobol' points, scrambled (Owen, 1995)
};
/// "random", "latin", "sobol". InputError for another name.
Sampling sampling_of(const std::string& name);

/// Coordinates that Sobol' points have; those behind are drawn at random.
inline constexpr std::size_t sobol_dimensions = 256;

/// Points in the unit cube as a pure function of (seed, point, coordinate), so that neither threads nor the order of asking
/// change them. Points come in `replicates` sets of equal size, each with a scrambling (or stratification) of its own: the
/// spread of the sets' means tells the error of the mean, which points that keep clear of one another do not tell by their
/// own spread. Point i belongs to set i % replicates. More points of the same sampler are the next ones, so a set can be
/// extended; a Latin hypercube is stratified over `points` and begins anew behind them.
class Sampler {
 public:
  /// InputError if there are no points or replicates, or fewer points than replicates.
  Sampler(Sampling kind, std::uint64_t seed, std::size_t points, std::size_t replicates = 1);

  /// In (0, 1). O(1).
  double at(std::size_t point, std::size_t dimension) const;
  std::size_t replicate_of(std::size_t point) const { return point % replicates_; }
  std::size_t replicates() const { return replicates_; }

 private:
  Sampling kind_;
  std::uint64_t seed_;
  std::size_t replicates_, set_size_;
};

/// Mean of values by point and its standard error from the replicates' means (0 degrees of freedom: infinity).
struct MeanEstimate {
  double mean = 0, standard_error = 0;
  std::size_t replicates = 0;
  double low = 0, high = 0;  ///< 95 % interval by Student's t
};
MeanEstimate estimate_mean(const std::vector<double>& values, std::size_t replicates);

/// Quantile of Student's t (Hill's expansion about the normal, Comm. ACM 13, 1970; exact for 1 and 2 degrees; error below
/// 1e-4 from 3 on). share in (0, 1), degrees >= 1.
double student_quantile(double share, double degrees);

/// Dimension d's direction numbers, bit by bit from the most significant (Joe and Kuo, SIAM J. Sci. Comput. 30, 2008,
/// their table of 21,201 dimensions, the first 256).
const std::uint32_t* sobol_directions(std::size_t dimension);

}  // namespace stargate::stochastic
