#include "sites/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/workers.h"
#include "sites/criteria.h"

namespace stargate::sites {

namespace {

struct Span {
  double low = 0, high = 0;
};

Span span_of(const Matrix& values, std::size_t criterion) {
  Span span{values[0][criterion], values[0][criterion]};
  for (const auto& row : values) {
    span.low = std::min(span.low, row[criterion]);
    span.high = std::max(span.high, row[criterion]);
  }
  return span;
}

/// Spearman's rank correlation of two rankings without ties.
double rank_correlation(const std::vector<int>& a, const std::vector<int>& b) {
  if (a.size() < 2) return 1;
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(a[i] - b[i], 2);
  const auto n = static_cast<double>(a.size());
  return 1 - 6 * squares / (n * (n * n - 1));
}

int quantile(std::vector<int> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
}

std::vector<double> weights_of(const Programme& p) {
  std::vector<double> weights(criteria().size(), p.site_weights.empty() ? 1.0 : 0.0);
  for (const auto& w : p.site_weights)
    for (std::size_t c = 0; c < weights.size(); ++c)
      if (criteria()[c].id == w.criterion) weights[c] = w.weight;
  double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum <= 0) {
    std::ranges::fill(weights, 1.0);
    sum = static_cast<double>(weights.size());
  }
  for (auto& w : weights) w /= sum;
  return weights;
}

}  // namespace

std::vector<double> topsis(const Matrix& values, const std::vector<bool>& more_is_better,
                           const std::vector<double>& weights) {
  std::vector<double> to_best(values.size()), to_worst(values.size()), closeness(values.size());
  for (std::size_t c = 0; !values.empty() && c < weights.size(); ++c) {
    double squares = 0;
    for (const auto& row : values) squares += row[c] * row[c];
    if (squares == 0) continue;
    const double scale = weights[c] / std::sqrt(squares);
    const auto [low, high] = span_of(values, c);
    const double best = more_is_better[c] ? high : low, worst = more_is_better[c] ? low : high;
    for (std::size_t i = 0; i < values.size(); ++i) {
      to_best[i] += std::pow(scale * (values[i][c] - best), 2);
      to_worst[i] += std::pow(scale * (values[i][c] - worst), 2);
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double best = std::sqrt(to_best[i]), worst = std::sqrt(to_worst[i]);
    closeness[i] = best + worst > 0 ? worst / (best + worst) : 1;  // all are equal
  }
  return closeness;
}

std::vector<double> weighted_sum(const Matrix& values, const std::vector<bool>& more_is_better,
                                 const std::vector<double>& weights) {
  std::vector<double> sums(values.size());
  for (std::size_t c = 0; !values.empty() && c < weights.size(); ++c) {
    const auto [low, high] = span_of(values, c);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double share = high > low ? (values[i][c] - low) / (high - low) : (more_is_better[c] ? 1 : 0);
      sums[i] += weights[c] * (more_is_better[c] ? share : 1 - share);
    }
  }
  return sums;
}

std::vector<int> ranks(const std::vector<double>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return scores[i]; });
  std::vector<int> ranks(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<int>(i) + 1;
  return ranks;
}

Screen screen(const Programme& p, const ScreenOptions& options) {
  const auto all = judge(p);
  std::vector<bool> more_is_better;
  for (const auto& c : criteria()) more_is_better.push_back(c.more_is_better);

  Screen out;
  Matrix values;
  for (std::size_t s = 0; s < p.sites.size(); ++s) {
    if (p.sites[s].choice == "forbidden") continue;
    out.sites.push_back({.site = s, .values = all[s]});
    values.push_back(all[s]);
  }
  out.weights = weights_of(p);
  out.leading = std::min(options.leading, values.size());
  if (values.empty()) return out;

  const auto closeness = topsis(values, more_is_better, out.weights);
  const auto sums = weighted_sum(values, more_is_better, out.weights);
  const auto by_closeness = ranks(closeness), by_sum = ranks(sums);
  out.agreement = rank_correlation(by_closeness, by_sum);

  std::vector<std::vector<int>> sampled(options.samples);
  parallel_for(options.samples, options.threads, [&](std::size_t n) {
    Random random(options.seed, n);
    auto weights = out.weights;
    for (auto& w : weights) w *= std::exp(options.spread * random.normal());
    sampled[n] = ranks(topsis(values, more_is_better, weights));  // TOPSIS does not ask for a sum of one
  });
  for (const auto& ranking : sampled)
    out.stability += rank_correlation(by_closeness, ranking) / static_cast<double>(sampled.size());

  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& x = out.sites[i];
    x.topsis = closeness[i];
    x.weighted_sum = sums[i];
    x.rank = by_closeness[i];
    x.rank_by_sum = by_sum[i];
    x.rank_p5 = x.rank_p95 = x.rank;
    if (sampled.empty()) continue;
    std::vector<int> mine;
    for (const auto& ranking : sampled) mine.push_back(ranking[i]);
    x.rank_p5 = quantile(mine, 0.05);
    x.rank_p95 = quantile(mine, 0.95);
    const auto share = [&](int within) {
      return static_cast<double>(std::ranges::count_if(mine, [&](int r) { return r <= within; })) /
             static_cast<double>(mine.size());
    };
    x.first_share = share(1);
    x.leading_share = share(static_cast<int>(out.leading));
  }
  std::ranges::sort(out.sites, {}, &Ranked::rank);
  return out;
}

}  // namespace stargate::sites
