#include "capital/rates.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <functional>
#include <limits>
#include <map>

namespace stargate::capital {

namespace {

constexpr double widest_log = 700;

struct Range {
  double low, high;
  bool holds_zero() const { return low <= 0 && high >= 0; }
};

/// Flows netted by time. The value function is V(u) = sum a exp(-t u), u = ln(1 + rate).
class Exponentials {
 public:
  explicit Exponentials(const std::vector<Flow>& flows) {
    std::map<double, double> by_time;
    for (const auto& [t, a] : flows) by_time[t] += a;
    for (const auto& [t, a] : by_time)
      if (a != 0) terms_.push_back({t, a});
  }

  bool changes_sign() const {
    return std::ranges::any_of(terms_, [](const Flow& f) { return f.amount > 0; }) &&
           std::ranges::any_of(terms_, [](const Flow& f) { return f.amount < 0; });
  }

  /// The value times a positive factor that keeps it within range.
  double value(double u) const { return weighed(u).first; }

  /// True where the value is nothing but rounding.
  bool as_good_as_zero(double u) const {
    const auto [value, size] = weighed(u);
    return std::abs(value) < 1e-13 * size;
  }

  struct Bounds {
    Range value, slope;
  };

  /// Bounds, over [low, high], of V(u) e^(origin u) and of its derivative: each exponential is monotone, so its range
  /// is that between its two ends. `origin` is the time about which the terms balance at the middle.
  Bounds bounds(double low, double high) const {
    const auto [origin, scale] = frame(0.5 * (low + high));
    Bounds b{{0, 0}, {0, 0}};
    const auto add = [](Range& range, double weight, double small, double large) {
      range.low += weight * (weight > 0 ? small : large);
      range.high += weight * (weight > 0 ? large : small);
    };
    for (const auto& [t, a] : terms_) {
      const double at_low = std::exp(std::min(-(t - origin) * low - scale, widest_log));
      const double at_high = std::exp(std::min(-(t - origin) * high - scale, widest_log));
      const auto [small, large] = std::minmax(at_low, at_high);
      add(b.value, a, small, large);
      add(b.slope, -a * (t - origin), small, large);
    }
    return b;
  }

 private:
  struct Frame {
    double origin, scale;
  };

  /// Value and sum of the sizes of its terms, in the same frame.
  std::pair<double, double> weighed(double u) const {
    const auto [origin, scale] = frame(u);
    double sum = 0, size = 0;
    for (const auto& [t, a] : terms_) {
      const double term = a * std::exp(-(t - origin) * u - scale);
      sum += term;
      size += std::abs(term);
    }
    return {sum, size};
  }

  /// Time at which the weights |a| exp(-t u) balance, and the log of the largest weight seen from there.
  Frame frame(double u) const {
    double largest = -std::numeric_limits<double>::infinity();
    for (const auto& [t, a] : terms_) largest = std::max(largest, std::log(std::abs(a)) - t * u);
    double weights = 0, moments = 0;
    for (const auto& [t, a] : terms_) {
      const double weight = std::exp(std::log(std::abs(a)) - t * u - largest);
      weights += weight;
      moments += weight * t;
    }
    const double origin = moments / weights;
    double scale = -std::numeric_limits<double>::infinity();
    for (const auto& [t, a] : terms_) scale = std::max(scale, -(t - origin) * u);
    return {origin, scale};
  }

  std::vector<Flow> terms_;
};

double bisect(const Exponentials& sum, double low, double high) {
  const bool rising = sum.value(low) < 0;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    ((sum.value(middle) < 0) == rising ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

void find_roots(const Exponentials& sum, double low, double high, std::vector<Root>& roots) {
  const auto bounds = sum.bounds(low, high);
  if (!bounds.value.holds_zero()) return;
  const double at_low = sum.value(low), at_high = sum.value(high);
  const auto keep = [&](double u, bool touches) {
    roots.push_back({std::expm1(u), std::exp(u), at_low > at_high, touches});
  };
  // Intervals are half open, [low, high): a root at `high` belongs to the next one.
  if (!bounds.slope.holds_zero()) {
    if (at_low == 0)
      keep(low, false);
    else if ((at_low < 0) != (at_high < 0) && at_high != 0)
      keep(bisect(sum, low, high), false);
    return;
  }
  // Where the slope vanishes too, a double root is known to half the digits only: it is told once, as touching.
  constexpr double narrowest = 1e-7;
  if (high - low < narrowest * std::max(1.0, std::abs(low))) {
    const double u = 0.5 * (low + high);
    const bool told = !roots.empty() && u - std::log(roots.back().growth) < 10 * (high - low);
    if (sum.as_good_as_zero(u)) {
      if (!told) keep(u, true);
    } else if ((at_low < 0) != (at_high < 0)) {
      keep(bisect(sum, low, high), false);
    }
    return;
  }
  const double middle = 0.5 * (low + high);
  find_roots(sum, low, middle, roots);
  find_roots(sum, middle, high, roots);
}

/// The value with its sign at rates where it does not exist, as the conventional search sees it.
double seen(const std::vector<Flow>& flows, double rate) {
  return rate <= -1 ? std::numeric_limits<double>::infinity() : present_value(flows, rate);
}

double slope(const std::vector<Flow>& flows, double rate) {
  double sum = 0;
  for (const auto& [t, a] : flows) sum -= a * t * std::pow(1 + rate, -t - 1);
  return sum;
}

constexpr double not_found = std::numeric_limits<double>::quiet_NaN();

double newton(const std::vector<Flow>& flows, double rate) {
  constexpr double precision = 1e-9;
  for (int i = 0; i < 50; ++i) {
    const double value = seen(flows, rate);
    if (std::abs(value) < precision) return rate;
    const double step = value / slope(flows, rate);
    if (std::abs(step) < precision) return rate - step;
    rate -= step;
  }
  return not_found;
}

/// R. P. Brent, Algorithms for Minimization without Derivatives (1973), ch. 4: inverse quadratic interpolation or the
/// secant where they shorten the bracket, bisection where they do not.
double brent(const std::function<double(double)>& f, double before, double best) {
  double f_before = f(before), f_best = f(best);
  if (std::signbit(f_before) == std::signbit(f_best)) return not_found;
  double other = 0, f_other = 0, step_before = 0, step = 0;
  for (int i = 0; i < 100; ++i) {
    if (f_before != 0 && f_best != 0 && std::signbit(f_before) != std::signbit(f_best)) {
      other = before, f_other = f_before;
      step_before = step = best - before;
    }
    if (std::abs(f_other) < std::abs(f_best)) {
      before = best, best = other, other = before;
      f_before = f_best, f_best = f_other, f_other = f_before;
    }
    const double precision = (2e-14 + 4 * std::numeric_limits<double>::epsilon() * std::abs(best)) / 2;
    const double half = (other - best) / 2;
    if (f_best == 0 || std::abs(half) < precision) return best;
    bool bisection = true;
    if (std::abs(step_before) > precision && std::abs(f_best) < std::abs(f_before)) {
      double trial;
      if (before == other) {
        trial = -f_best * (best - before) / (f_best - f_before);
      } else {
        const double d_before = (f_before - f_best) / (before - best), d_other = (f_other - f_best) / (other - best);
        trial = -f_best * (f_other * d_other - f_before * d_before) / (d_other * d_before * (f_other - f_before));
      }
      if (2 * std::abs(trial) < std::min(std::abs(step_before), 3 * std::abs(half) - precision)) {
        step_before = step, step = trial;
        bisection = false;
      }
    }
    if (bisection) step_before = step = half;
    before = best, f_before = f_best;
    best += std::abs(step) > precision ? step : std::copysign(precision, half);
    f_best = f(best);
  }
  return not_found;
}

/// The root that a search ended at, if it ended at one.
std::optional<double> root_at(const std::vector<Root>& roots, double rate) {
  if (!std::isfinite(rate) || rate <= -1) return std::nullopt;
  const auto distance = [&](const Root& r) { return std::abs(r.growth - (1 + rate)); };
  const auto nearest = std::ranges::min_element(roots, {}, distance);
  if (distance(*nearest) > 1e-6 * (1 + rate)) return std::nullopt;
  return nearest->rate;
}

void choose(const std::vector<Flow>& flows, InternalRate& found) {
  const auto& roots = found.roots;
  if (roots.size() == 1) {
    found.given = roots.front().rate;
    found.why = "it is the only root";
    return;
  }
  const std::string count = std::format("of {} roots, ", roots.size());
  // Where less comes back than was paid in, the search begins on the side of loss: at the return of the whole.
  double paid = 0, received = 0;
  for (const auto& [t, a] : flows) (a < 0 ? paid : received) += std::abs(a);
  const double start = received >= paid ? 0.1 : received / paid - 1;
  if ((found.given = root_at(roots, newton(flows, start)))) {
    found.why = count + std::format("the one that Newton's method reaches from {:.1f} %{}", 100 * start,
                                    received >= paid ? "" : ", the loss on all that was paid in");
    return;
  }
  if ((found.given = root_at(roots, brent([&](double r) { return seen(flows, r); }, -0.999999999999999, 100)))) {
    found.why = count + "the one that Brent's method finds between -100 % and 10,000 % (Newton's method ends nowhere)";
    return;
  }
  double step = 0.01;
  for (double guess = -0.99999999999999; guess < 1; guess += step, step = std::min(step * 1.1, 0.1))
    if ((found.given = root_at(roots, newton(flows, guess)))) {
      found.why =
          count +
          std::format("the one that Newton's method reaches from {:.1f} %, its first start that arrives", 100 * guess);
      return;
    }
  const auto nearest =
      std::ranges::min_element(roots, {}, [](const Root& r) { return std::abs(std::log(r.growth) - std::log(1.1)); });
  found.given = nearest->rate;
  found.why = count + "the one nearest to 10 % (no iteration arrives at one)";
}

}  // namespace

double present_value(const std::vector<Flow>& flows, double rate) {
  double sum = 0;
  for (const auto& [t, a] : flows) sum += a * std::pow(1 + rate, -t);
  return sum;
}

InternalRate internal_rate(const std::vector<Flow>& flows) {
  InternalRate found;
  const Exponentials sum(flows);
  if (!sum.changes_sign()) {
    found.why = "the flows, netted by date, never change sign: no rate brings them to zero";
    return found;
  }
  find_roots(sum, -widest_log, widest_log, found.roots);
  if (found.roots.empty())
    found.why = "no rate above -100 % brings the present value to zero: it keeps its sign throughout";
  else
    choose(flows, found);
  return found;
}

}  // namespace stargate::capital
