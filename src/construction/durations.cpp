#include "construction/durations.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

#include "base/diagnostics.h"
#include "base/workers.h"

namespace stargate::construction {

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double normal_quantile(double share) {
  if (!(share > 0 && share < 1))
    throw InputError({}, std::format("a quantile is asked for at {}", share), "above 0 and below 1");
  // Rational start (Abramowitz and Stegun 26.2.23), then Halley's iteration on the error function to machine precision.
  const double tail = std::min(share, 1 - share), t = std::sqrt(-2 * std::log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  if (share < 0.5) z = -z;
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
    const double error = (normal_cdf(z) - share) / density;
    z -= error / (1 + z * error / 2);
  }
  return z;
}

double LogNormal::median() const { return std::exp(mu); }
double LogNormal::mean() const { return std::exp(mu + sigma * sigma / 2); }
double LogNormal::quantile(double share) const {
  return std::exp(mu + (sigma > 0 ? sigma * normal_quantile(share) : 0));
}
double LogNormal::cdf(double value) const {
  if (value <= 0) return 0;
  if (sigma > 0) return normal_cdf((std::log(value) - mu) / sigma);
  return std::log(value) >= mu ? 1 : 0;
}

namespace {
std::vector<double> logs(const std::vector<double>& values) {
  std::vector<double> out;
  for (const double v : values) {
    if (!(v > 0))
      throw InputError({}, std::format("a duration of {} days cannot be fitted", v), "durations are more than 0");
    out.push_back(std::log(v));
  }
  return out;
}
}  // namespace

LogNormal fit_log_normal(const std::vector<double>& observed, const std::vector<double>& censored) {
  if (observed.size() < 2)
    throw InputError({}, std::format("{} finished durations are too few to fit", observed.size()), "2 or more");
  const auto seen = logs(observed), running = logs(censored);
  const double n = static_cast<double>(seen.size() + running.size());
  const auto moments = [](const std::vector<double>& x) {
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
    double squares = 0;
    for (const double v : x) squares += (v - mean) * (v - mean);
    return std::pair{mean, squares / static_cast<double>(x.size())};
  };
  auto [mu, variance] = moments(seen);
  for (int round = 0; round < 10000 && !running.empty(); ++round) {
    double sum = std::accumulate(seen.begin(), seen.end(), 0.0), squares = 0;
    for (const double v : seen) squares += v * v;
    const double sigma = std::sqrt(variance);
    for (const double c : running) {
      // Moments of a normal known to lie above c.
      const double z = (c - mu) / sigma, above = std::max(1e-300, normal_cdf(-z));
      const double hazard = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846) / above;
      sum += mu + sigma * hazard;
      squares += mu * mu + variance + sigma * (c + mu) * hazard;
    }
    const double next_mu = sum / n, next_variance = squares / n - next_mu * next_mu;
    const bool settled = std::abs(next_mu - mu) < 1e-10 && std::abs(next_variance - variance) < 1e-10;
    mu = next_mu;
    variance = next_variance;
    if (settled) break;
  }
  return {mu, std::sqrt(variance)};
}

LogNormal from_percentiles(double p10, double p50, double p90) {
  const auto y = logs({p10, p50, p90});
  if (p10 > p50 || p50 > p90)
    throw InputError({}, std::format("percentiles {}, {}, {} do not rise", p10, p50, p90), "p10 <= p50 <= p90");
  const double z = normal_quantile(0.9);
  return {(y[0] + y[1] + y[2]) / 3, (y[2] - y[0]) / (2 * z)};
}

FitTest fit_test(const LogNormal& fit, std::vector<double> observed) {
  std::ranges::sort(observed);
  const double n = static_cast<double>(observed.size());
  FitTest test;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double f = fit.cdf(observed[i]);
    test.distance = std::max({test.distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  test.bound_5_percent = 0.895 / (std::sqrt(n) - 0.01 + 0.85 / std::sqrt(n));
  return test;
}

Instant percentile_of(const std::vector<Instant>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

ScheduleRisk simulate_schedule(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
                               const std::vector<LogNormal>& durations, const ScheduleRiskOptions& options) {
  const std::size_t n = activities.size();
  if (durations.size() != n) throw std::logic_error("every activity has a distribution");
  const double common_part = std::sqrt(std::clamp(options.correlation, 0.0, 1.0)),
               own_part = std::sqrt(1 - common_part * common_part);
  struct Sample {
    std::vector<Minutes> durations;
    std::vector<Instant> watched;
    std::vector<std::size_t> path;
    Instant finish = 0;
  };
  std::vector<Sample> drawn(static_cast<std::size_t>(options.samples));
  parallel_for(drawn.size(), options.threads, [&](std::size_t s) {
    Random random(options.seed, s);
    std::vector<Activity> future = activities;
    const double common = random.normal();
    for (std::size_t i = 0; i < n; ++i) {
      Activity& a = future[i];
      if (durations[i].sigma > 0 && !a.done()) {
        const double z = common_part * common + own_part * random.normal();
        const double share_left = a.duration > 0 ? static_cast<double>(a.left()) / static_cast<double>(a.duration) : 1;
        a.duration = minutes_a_day * std::lround(std::exp(durations[i].mu + durations[i].sigma * z));
        if (a.begun()) a.remaining = static_cast<Minutes>(share_left * static_cast<double>(a.duration));
      }
      drawn[s].durations.push_back(a.duration);
    }
    CriticalPath cpm = critical_path(future, rules);
    for (const std::size_t w : options.watched) drawn[s].watched.push_back(cpm.dates[w].finish);
    drawn[s].path = std::move(cpm.path);
    drawn[s].finish = cpm.finish;
  });
  ScheduleRisk risk{
      {}, std::vector<double>(n), std::vector<double>(n), std::vector<std::vector<Instant>>(options.watched.size())};
  for (const Sample& sample : drawn) {
    risk.finishes.push_back(sample.finish);
    for (std::size_t i = 0; i < n; ++i)
      risk.mean_duration[i] += static_cast<double>(sample.durations[i]) / minutes_a_day / options.samples;
    for (const std::size_t i : sample.path) risk.criticality[i] += 1.0 / options.samples;
    for (std::size_t w = 0; w < sample.watched.size(); ++w) risk.watched[w].push_back(sample.watched[w]);
  }
  std::ranges::sort(risk.finishes);
  for (auto& list : risk.watched) std::ranges::sort(list);
  return risk;
}

}  // namespace stargate::construction
