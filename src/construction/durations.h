#pragma once
#include <string>
#include <vector>

#include "base/random.h"
#include "construction/critical_path.h"

namespace stargate::construction {

/// A log-normal duration: exp(mu + sigma z). Right-skewed and never negative, as construction times are.
struct LogNormal {
  double mu = 0, sigma = 0;

  double median() const;
  double mean() const;
  /// Quantile for a share in (0, 1).
  double quantile(double share) const;
  double cdf(double value) const;
};

/// The standard normal's distribution function and its inverse (near machine precision).
double normal_cdf(double z);
double normal_quantile(double share);

/// Maximum likelihood from observed durations (all > 0); needs two or more. `censored` durations were still running
/// when they were last seen: they count as longer than seen (Cohen 1959), solved by expectation-maximisation to 1e-10.
LogNormal fit_log_normal(const std::vector<double>& observed, const std::vector<double>& censored = {});

/// Least squares of the logarithms through 10, 50 and 90 % points (they need not lie on one log-normal).
LogNormal from_percentiles(double p10, double p50, double p90);

/// Greatest distance between the empirical distribution and the fit (Kolmogorov-Smirnov), and Lilliefors' 5 % bound for
/// it (parameters fitted: 0.886 / sqrt(n), n > 30; Dallal and Wilkinson's correction below).
struct FitTest {
  double distance = 0, bound_5_percent = 0;
  bool rejected() const { return distance > bound_5_percent; }
};
FitTest fit_test(const LogNormal& fit, std::vector<double> observed);

/// The value that this share of sorted samples does not exceed; 0 if there is none.
Instant percentile_of(const std::vector<Instant>& sorted, double share);

/// Futures of a schedule.
struct ScheduleRisk {
  std::vector<Instant> finishes;              ///< of the schedule, by sample, sorted
  std::vector<double> criticality;            ///< share of samples in which the activity was on the driving path
  std::vector<double> mean_duration;          ///< days
  std::vector<std::vector<Instant>> watched;  ///< finishes of the watched activities, by sample, sorted
};

struct ScheduleRiskOptions {
  int samples = 1000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  /// Of the logarithms of any two durations: one common cause (markets, weather), in [0, 1].
  double correlation = 0;
  std::vector<std::size_t> watched;  ///< activities whose own finish is wanted
};

/// Draws every duration in days of 24 hours (sigma 0 keeps the listed one; what is done keeps its dates, and of what
/// has begun the share that is left is drawn) and runs the forward pass for each sample. Sample n is a pure
/// function of (seed, n): the same on any number of threads. O(samples x (activities + links)).
ScheduleRisk simulate_schedule(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
                               const std::vector<LogNormal>& durations, const ScheduleRiskOptions& options);

}  // namespace stargate::construction
