#include "stochastic/distribution.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/normal.h"

namespace stargate::stochastic {

namespace {

const double z90 = normal_quantile(0.9);
constexpr double on_budget_share = 0.479;  ///< of 16,000 large projects (Flyvbjerg and Gardner)
constexpr double usual_spread = 0.2;       ///< log-spread where a class tells none: an estimate
constexpr double tail_begins = 1.5, tail_cut = 0.999;

void must_rise(double p10, double p50, double p90) {
  if (!(p10 <= p50 && p50 <= p90))
    throw InputError({}, std::format("10, 50 and 90 % points {}, {}, {} do not rise", p10, p50, p90), "p10 <= p50 <= p90");
}

/// Of the triangle on [0, 1] with its mode at c.
double unit_triangle(double c, double share) {
  return share < c ? std::sqrt(share * c) : 1 - std::sqrt((1 - share) * (1 - c));
}
double unit_ratio(double c) {
  const double p50 = unit_triangle(c, 0.5);
  return (unit_triangle(c, 0.9) - p50) / (p50 - unit_triangle(c, 0.1));
}

/// Mean of a log-normal that is cut off above `cut`.
double cut_mean(double mu, double sigma, double cut) {
  const double z = (std::log(cut) - mu) / sigma;
  return std::exp(mu + sigma * sigma / 2) * normal_cdf(z - sigma) / normal_cdf(z);
}

}  // namespace

Distribution Distribution::fixed(double value) {
  Distribution d;
  d.a_ = value;
  return d;
}

Distribution Distribution::normal(double mean, double deviation) {
  if (!(deviation >= 0)) throw InputError({}, std::format("a standard deviation of {}", deviation), "0 or more");
  if (deviation == 0) return fixed(mean);
  Distribution d;
  d.form_ = Form::normal;
  d.a_ = mean;
  d.b_ = deviation;
  return d;
}

Distribution Distribution::uniform(double low, double high) {
  if (!(low <= high)) throw InputError({}, std::format("a range from {} to {}", low, high), "low <= high");
  Distribution d;
  d.form_ = Form::uniform;
  d.a_ = low;
  d.b_ = high;
  return d;
}

Distribution Distribution::lognormal(double p10, double p50, double p90) {
  must_rise(p10, p50, p90);
  if (!(p10 > 0)) throw InputError({}, std::format("a log-normal with a 10 % point of {}", p10), "more than 0");
  if (p10 == p90) return fixed(p50);
  Distribution d;
  d.form_ = Form::lognormal;
  d.a_ = std::log(p50);
  d.b_ = (std::log(p50) - std::log(p10)) / z90;
  d.c_ = (std::log(p90) - std::log(p50)) / z90;
  return d;
}

Distribution Distribution::triangular(double p10, double p50, double p90) {
  must_rise(p10, p50, p90);
  if (p10 == p90) return fixed(p50);
  const double ratio = p50 > p10 ? (p90 - p50) / (p50 - p10) : HUGE_VAL;
  const double most = unit_ratio(0), least = unit_ratio(1);
  constexpr double rounding = 1e-9;
  if (ratio > most * (1 + rounding) || ratio < least * (1 - rounding))
    throw InputError({}, std::format("no triangle has the 10, 50 and 90 % points {}, {}, {}", p10, p50, p90),
                     std::format("(p90 - p50) / (p50 - p10) is {:.3f}, a triangle's is {:.3f} to {:.3f}; lognormal takes any",
                                 ratio, least, most));
  double low = 0, high = 1;  // the ratio falls as the mode moves right
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (unit_ratio(middle) > ratio ? low : high) = middle;
  }
  Distribution d;
  d.form_ = Form::triangular;
  d.c_ = (low + high) / 2;
  const double q10 = unit_triangle(d.c_, 0.1);
  d.b_ = (p90 - p10) / (unit_triangle(d.c_, 0.9) - q10);  // width
  d.a_ = p10 - d.b_ * q10;
  return d;
}

Distribution Distribution::empirical(std::vector<double> sample) {
  if (sample.empty()) throw InputError({}, "an empirical distribution without values", "one value or more");
  std::ranges::sort(sample);
  Distribution d;
  d.form_ = Form::empirical;
  d.sample_ = std::move(sample);
  return d;
}

Distribution Distribution::reference_class(const ReferenceClass& c) {
  if (!(c.mean_overrun > -1)) throw InputError({}, std::format("a mean overrun of {}", c.mean_overrun), "more than -1");
  Distribution d;
  if (c.tail_share <= 0) {
    // mu + sigma^2 / 2 = log(1 + m) and P(X <= 1) = Phi(-mu / sigma) = 0.479
    const double z = normal_quantile(on_budget_share), level = std::log1p(c.mean_overrun);
    const double inside = z * z + 2 * level;
    double sigma = inside > 0 ? z + std::sqrt(inside) : 0;
    double mu = -z * sigma;
    if (sigma < usual_spread) sigma = usual_spread, mu = level - sigma * sigma / 2;
    d.form_ = Form::lognormal;
    d.a_ = mu;
    d.b_ = d.c_ = sigma;
    return d;
  }
  if (!(c.tail_share < 1 && c.tail_mean_overrun > tail_begins - 1))
    throw InputError({}, std::format("a tail of share {} and mean overrun {}", c.tail_share, c.tail_mean_overrun),
                     "a share below 1, a mean overrun above 0.5");
  const double tail_mean = 1 + c.tail_mean_overrun;
  const double body_mean = (1 + c.mean_overrun - c.tail_share * tail_mean) / (1 - c.tail_share);
  if (!(body_mean > 0 && body_mean < tail_begins * 0.95))
    throw InputError({}, std::format("a class with mean {} and a tail of {} at {}", 1 + c.mean_overrun, c.tail_share, tail_mean),
                     std::format("what is left for the other projects is a mean of {:.3f}, allowed: above 0 and below 1.425", body_mean));
  d.form_ = Form::tailed;
  d.b_ = usual_spread;
  double low = std::log(body_mean) - 1, high = std::log(body_mean) + 3;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (cut_mean(middle, d.b_, tail_begins) < body_mean ? low : high) = middle;
  }
  d.a_ = (low + high) / 2;
  d.c_ = c.tail_share;
  // Pareto above 1.5 with exponent alpha, cut off: its mean with the cut is tail_mean.
  const auto pareto_mean = [](double alpha) {
    const double left = 1 - tail_cut, power = 1 - 1 / alpha;
    const double below = std::abs(power) < 1e-12 ? -std::log(left) : (1 - std::pow(left, power)) / power;
    return tail_begins * (below + std::pow(left, power));
  };
  low = 0.3, high = 100;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (pareto_mean(middle) > tail_mean ? low : high) = middle;
  }
  d.d_ = (low + high) / 2;
  d.e_ = normal_cdf((std::log(tail_begins) - d.a_) / d.b_);
  return d;
}

double Distribution::quantile(double share) const {
  switch (form_) {
    case Form::fixed: return scale_ * a_;
    case Form::normal:
    case Form::lognormal: return at_normal(normal_quantile(share));
    case Form::uniform: return scale_ * (a_ + share * (b_ - a_));
    case Form::triangular: return scale_ * (a_ + b_ * unit_triangle(c_, share));
    case Form::tailed: {
      if (share < 1 - c_) return scale_ * std::exp(a_ + b_ * normal_quantile(std::max(1e-300, share / (1 - c_) * e_)));
      const double inside = std::min((share - (1 - c_)) / c_, tail_cut);
      return scale_ * tail_begins * std::pow(1 - inside, -1 / d_);
    }
    case Form::empirical: break;
  }
  const double place = share * static_cast<double>(sample_.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(place), sample_.size() - 1);
  const double next = sample_[std::min(i + 1, sample_.size() - 1)];
  return scale_ * (sample_[i] + (place - static_cast<double>(i)) * (next - sample_[i]));
}

double Distribution::at_normal(double z) const {
  if (form_ == Form::fixed) return scale_ * a_;
  if (form_ == Form::normal) return scale_ * (a_ + b_ * z);
  if (form_ == Form::lognormal) return scale_ * std::exp(a_ + (z < 0 ? b_ : c_) * z);
  return quantile(std::clamp(normal_cdf(z), 1e-15, 1 - 1e-15));
}

double Distribution::mean() const {
  constexpr int parts = 4096;
  double sum = 0;
  for (int i = 0; i < parts; ++i) sum += quantile((i + 0.5) / parts);
  return sum / parts;
}

Distribution Distribution::scaled(double factor) const {
  if (!(factor >= 0)) throw InputError({}, std::format("a factor of {}", factor), "0 or more");
  Distribution d = *this;
  d.scale_ *= factor;
  return d;
}

}  // namespace stargate::stochastic
