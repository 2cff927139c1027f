#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stochastic/sampler.h"

namespace stargate::stochastic {

/// A share of the variance with its 95 % bootstrap interval.
struct Index {
  double value = 0, low = 0, high = 0;
};

/// Sobol' indices of one output, an entry an input (or group of inputs): what the input decides alone (first order) and
/// with others (total).
struct Indices {
  double mean = 0, variance = 0;
  std::vector<Index> first, total;
};

/// From the outputs at matrices A and B of n points, and at A with input i's columns from B (mixed[i]):
///   V      = 1/(2n) sum of squares of f(A), f(B) about their common mean
///   S_i    = 1/n sum f(B) (f(AB_i) - f(A)) / V         (Saltelli and others, Comp. Phys. Comm. 181, 2010)
///   ST_i   = 1/(2n) sum (f(A) - f(AB_i))^2 / V         (Jansen, 1999)
/// Outputs are centred first, which takes the mean's noise out of S_i. Intervals: `resamples` bootstraps of the points.
/// An output that does not vary has indices 0. O(resamples * n * inputs).
Indices sobol_indices(std::span<const double> a, std::span<const double> b, const std::vector<std::vector<double>>& mixed,
                      std::size_t resamples = 200, std::uint64_t seed = 1);

/// The same, with the points drawn by the sampler (coordinates 0 .. inputs-1 are A's, the next B's) and the model evaluated
/// points * (inputs + 2) times on the unit cube. `model` may be called from several threads at once.
Indices sobol_indices(const std::function<double(std::span<const double>)>& model, std::size_t inputs, std::size_t points,
                      Sampling sampling, std::uint64_t seed, unsigned threads = 1, std::size_t resamples = 200);

/// First-order index of an input from given pairs (input, output), however they came about: the variance of the output's
/// mean over about n^(1/3) equal classes of the input, less what would show by chance (Plischke, 2012, with the correction
/// of an analysis of variance). Interval: bootstrap. 0 where the output does not vary. O(resamples * n + n log n).
Index given_data_index(std::span<const double> input, std::span<const double> output, std::size_t resamples = 200,
                       std::uint64_t seed = 1);

}  // namespace stargate::stochastic
