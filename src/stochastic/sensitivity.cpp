#include "stochastic/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/workers.h"

namespace stargate::stochastic {

namespace {

/// 95 % interval from resampled values, taken about the estimate: its own value may lie off the resamples' middle.
Index with_interval(double value, std::vector<double> resampled) {
  if (resampled.empty()) return {value, value, value};
  std::ranges::sort(resampled);
  const auto at = [&](double share) {
    return resampled[static_cast<std::size_t>(share * static_cast<double>(resampled.size() - 1) + 0.5)];
  };
  return {value, std::min(value, at(0.025)), std::max(value, at(0.975))};
}

/// Sums over points taken `weight` times each.
struct Estimate {
  double mean = 0, variance = 0;
  std::vector<double> first, total;

  Estimate(std::span<const double> a, std::span<const double> b, const std::vector<std::vector<double>>& mixed,
           const std::vector<double>& weight) {
    const double n = std::accumulate(weight.begin(), weight.end(), 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) mean += weight[i] * (a[i] + b[i]) / (2 * n);
    for (std::size_t i = 0; i < a.size(); ++i)
      variance += weight[i] * ((a[i] - mean) * (a[i] - mean) + (b[i] - mean) * (b[i] - mean)) / (2 * n);
    for (const auto& ab : mixed) {
      double alone = 0, all = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        alone += weight[i] * (b[i] - mean) * (ab[i] - a[i]);
        all += weight[i] * (a[i] - ab[i]) * (a[i] - ab[i]);
      }
      first.push_back(variance > 0 ? alone / n / variance : 0);
      total.push_back(variance > 0 ? all / (2 * n) / variance : 0);
    }
  }
};

std::vector<double> resampled_weights(std::size_t n, Random& random) {
  std::vector<double> weight(n);
  for (std::size_t i = 0; i < n; ++i) weight[random.below(n)] += 1;
  return weight;
}

}  // namespace

Indices sobol_indices(std::span<const double> a, std::span<const double> b, const std::vector<std::vector<double>>& mixed,
                      std::size_t resamples, std::uint64_t seed) {
  const Estimate all(a, b, mixed, std::vector<double>(a.size(), 1));
  std::vector<std::vector<double>> first(mixed.size()), total(mixed.size());
  for (std::size_t r = 0; r < resamples; ++r) {
    Random random(seed, r);
    const Estimate one(a, b, mixed, resampled_weights(a.size(), random));
    for (std::size_t i = 0; i < mixed.size(); ++i) {
      first[i].push_back(one.first[i]);
      total[i].push_back(one.total[i]);
    }
  }
  Indices out{all.mean, all.variance, {}, {}};
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    out.first.push_back(with_interval(all.first[i], std::move(first[i])));
    out.total.push_back(with_interval(all.total[i], std::move(total[i])));
  }
  return out;
}

Indices sobol_indices(const std::function<double(std::span<const double>)>& model, std::size_t inputs, std::size_t points,
                      Sampling sampling, std::uint64_t seed, unsigned threads, std::size_t resamples) {
  const Sampler sampler(sampling, seed, points);
  std::vector<double> a(points), b(points);
  std::vector<std::vector<double>> mixed(inputs, std::vector<double>(points));
  parallel_for(points, threads, [&](std::size_t n) {
    std::vector<double> of_a(inputs), of_b(inputs);
    for (std::size_t i = 0; i < inputs; ++i) {
      of_a[i] = sampler.at(n, i);
      of_b[i] = sampler.at(n, inputs + i);
    }
    a[n] = model(of_a);
    b[n] = model(of_b);
    for (std::size_t i = 0; i < inputs; ++i) {
      std::swap(of_a[i], of_b[i]);
      mixed[i][n] = model(of_a);
      std::swap(of_a[i], of_b[i]);
    }
  });
  return sobol_indices(a, b, mixed, resamples, seed);
}

Index given_data_index(std::span<const double> input, std::span<const double> output, std::size_t resamples,
                       std::uint64_t seed) {
  const std::size_t n = input.size();
  if (n < 8) return {};
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return input[i]; });
  const auto classes = std::max<std::size_t>(2, static_cast<std::size_t>(std::cbrt(static_cast<double>(n))));
  std::vector<std::size_t> class_of(n);
  for (std::size_t k = 0; k < n; ++k) class_of[order[k]] = k * classes / n;
  for (std::size_t k = 1; k < n; ++k)  // equal inputs are of one class
    if (input[order[k]] == input[order[k - 1]]) class_of[order[k]] = class_of[order[k - 1]];

  const auto index_of = [&](const std::vector<double>& weight) {
    std::vector<double> sum(classes), count(classes);
    double mean = 0, total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum[class_of[i]] += weight[i] * output[i];
      count[class_of[i]] += weight[i];
      mean += weight[i] * output[i] / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) total += weight[i] * (output[i] - mean) * (output[i] - mean);
    double between = 0, used = 0;
    for (std::size_t c = 0; c < classes; ++c)
      if (count[c] > 0) {
        between += count[c] * std::pow(sum[c] / count[c] - mean, 2);
        used += 1;
      }
    if (!(total > 0) || used < 2) return 0.0;
    const double within = (total - between) / (static_cast<double>(n) - used);
    return std::clamp((between - (used - 1) * within) / total, 0.0, 1.0);
  };
  std::vector<double> again;
  for (std::size_t r = 0; r < resamples; ++r) {
    Random random(seed, r);
    again.push_back(index_of(resampled_weights(n, random)));
  }
  return with_interval(index_of(std::vector<double>(n, 1)), std::move(again));
}

}  // namespace stargate::stochastic
