#include "risk/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stochastic/sampler.h"

namespace stargate::risk {

namespace {

constexpr int forecast_points = 400;
constexpr double grid_rule_days = 180;  ///< by which ERCOT moves large loads back

/// A normal with unknown mean and spread, seen n times: a draw to come is mean + s sqrt(1 + 1/n) t with n - 1 degrees.
struct Predictive {
  double mean, scale, degrees;
  double quantile(double share) const { return mean + scale * stochastic::student_quantile(share, degrees); }
};

template <class Transform>
Hindcast hindcast(const Predictive& p, double came, Transform&& days) {
  Hindcast h;
  h.came_days = came;
  h.low = days(p.quantile(0.1));
  h.median = days(p.quantile(0.5));
  h.high = days(p.quantile(0.9));
  std::vector<double> forecast;
  for (int i = 0; i < forecast_points; ++i) forecast.push_back(days(p.quantile((i + 0.5) / forecast_points)));
  h.crps = crps(std::move(forecast), came);
  return h;
}

}  // namespace

double crps(std::vector<double> forecast, double came) {
  std::ranges::sort(forecast);
  // E|X - y| - E|X - X'| / 2
  const double n = static_cast<double>(forecast.size());
  double off = 0, spread = 0;
  for (std::size_t i = 0; i < forecast.size(); ++i) {
    off += std::abs(forecast[i] - came) / n;
    spread += (2 * static_cast<double>(i) + 1 - n) * forecast[i] / (n * n);
  }
  return off - spread;
}

double Calibration::coverage(const std::vector<Hindcast>& list) {
  return list.empty() ? 0 : static_cast<double>(std::ranges::count_if(list, &Hindcast::covered)) / static_cast<double>(list.size());
}
double Calibration::mean_crps(const std::vector<Hindcast>& list) {
  double sum = 0;
  for (const auto& h : list) sum += h.crps / static_cast<double>(list.size());
  return sum;
}

Calibration calibrate(const std::vector<construction::DatedPhase>& phases, const std::vector<construction::PromisedDate>& promises) {
  Calibration c;
  const auto days = [](const construction::DatedPhase& p) { return static_cast<double>((p.finished.value_or(p.seen) - p.started).count()); };
  for (const auto& one : phases) {
    if (!one.finished) continue;
    std::vector<double> finished, running;
    for (const auto& other : phases)
      if (other.phase == one.phase && other.site != one.site) (other.finished ? finished : running).push_back(days(other));
    if (finished.size() < 3) continue;
    const auto fit = construction::fit_log_normal(finished, running);
    const double n = static_cast<double>(finished.size());
    const double spread = fit.sigma * std::sqrt(n / (n - 1)) * std::sqrt(1 + 1 / n);
    c.phases.push_back(hindcast({fit.mu, spread, n - 1}, days(one), [](double log) { return std::exp(log); }));
    c.phases.back().what = one.phase;
    c.phases.back().site = one.site;
  }
  for (const auto& one : promises) {
    std::vector<double> slips;
    for (const auto& other : promises)
      if (&other != &one) slips.push_back(other.slip_days());
    if (slips.size() < 3) continue;
    const double n = static_cast<double>(slips.size()), mean = std::accumulate(slips.begin(), slips.end(), 0.0) / n;
    double squares = 0;
    for (const double s : slips) squares += (s - mean) * (s - mean);
    const double came = one.slip_days();
    c.promises.push_back(hindcast({mean, std::sqrt(squares / (n - 1) * (1 + 1 / n)), n - 1}, came, [](double d) { return d; }));
    auto& h = c.promises.back();
    h.what = one.milestone;
    h.site = one.site;
    h.crps_announced = std::abs(came);
    h.crps_grid_rule = std::abs(came - grid_rule_days);
  }
  return c;
}

}  // namespace stargate::risk
