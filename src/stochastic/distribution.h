#pragma once
#include <vector>

namespace stargate::stochastic {

/// How often projects of a kind overrun, as reference classes give it: mean of cost over budget (0.73: 73 % over), the
/// share of projects that are more than half over, and those projects' mean.
struct ReferenceClass {
  double mean_overrun = 0;
  double tail_share = 0, tail_mean_overrun = 0;  ///< 0: not known
};

/// One uncertain quantity as its quantile function. A value; cheap to copy but for samples.
class Distribution {
 public:
  /// Always the same.
  static Distribution fixed(double value);
  /// Normal with mean and standard deviation.
  static Distribution normal(double mean, double deviation);
  static Distribution uniform(double low, double high);
  /// Two-piece log-normal: the logarithm is normal on either side of the median, so that all three points are met. It
  /// is the log-normal where they lie on one. 0 < p10 <= p50 <= p90, InputError otherwise.
  static Distribution lognormal(double p10, double p50, double p90);
  /// The triangle with these 10, 50 and 90 % points. A triangle's (p90 - p50) / (p50 - p10) lies between 0.618 and
  /// 1.618: InputError if theirs does not, or if they do not rise.
  static Distribution triangular(double p10, double p50, double p90);
  /// The values of a sample, straight lines between the sorted ones (Hyndman and Fan's type 7). InputError if empty.
  static Distribution empirical(std::vector<double> sample);
  /// Final over budgeted cost of a project of the class.
  /// - With a tail: up to 1.5 a log-normal of log-spread 0.2, cut off there, with the mean that is left; above it a Pareto
  ///   tail with the tail's mean, cut off at its 99.9 % point.
  /// - Without: the log-normal with that mean that keeps the budget in 47.9 % of cases, as large projects of all kinds do;
  ///   with log-spread 0.2 about the mean where there is none (a mean below the budget).
  static Distribution reference_class(const ReferenceClass& c);

  /// Value that is not exceeded with probability `share`, in (0, 1). O(1); O(log n) for samples.
  double quantile(double share) const;
  /// quantile(normal_cdf(z)), without the detour where the form allows it: what a draw z of a standard normal stands for.
  double at_normal(double z) const;
  /// By the midpoint rule on 4,096 quantiles: what a draw is on average, cut-off tails included.
  double mean() const;
  /// The same distribution times a factor >= 0.
  Distribution scaled(double factor) const;
  bool is_fixed() const { return form_ == Form::fixed; }

 private:
  enum class Form { fixed, normal, uniform, lognormal, triangular, empirical, tailed };
  Form form_ = Form::fixed;
  double scale_ = 1;
  double a_ = 0, b_ = 0, c_ = 0;  ///< of the form
  double d_ = 0, e_ = 0;
  std::vector<double> sample_;  ///< sorted
};

}  // namespace stargate::stochastic
