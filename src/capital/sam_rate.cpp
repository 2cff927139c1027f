#include <cmath>
#include <limits>

#include "capital/sam_model.h"

namespace stargate::capital::sam {

namespace {

constexpr double not_found = std::numeric_limits<double>::quiet_NaN();
constexpr double tolerance = 1e-6;
constexpr int most_steps = 100;
constexpr double largest_rate = 2147483647;

double present_value(const AnnualLine& flows, int last, double rate) {
  return npv_of_years(flows, last, rate) + flows[0];
}

double slope(const AnnualLine& flows, int last, double rate) {
  double sum = 0;
  for (int t = 1; t <= last; ++t) sum -= flows[static_cast<std::size_t>(t)] * t / std::pow(1 + rate, t + 1);
  return sum;
}

double largest(const AnnualLine& flows, int last) {
  double most = 0;
  for (int t = 0; t <= last; ++t) most = std::max(most, std::abs(flows[static_cast<std::size_t>(t)]));
  return most > 0 ? most : 1;
}

/// Chord iteration: Newton's step with the slope of the first guess kept throughout. Valid where it ends within 1e-6
/// of the largest flow, before its last step, on a falling present value.
double chord(const AnnualLine& flows, int last, double guess) {
  const double scale = largest(flows, last), fixed_slope = slope(flows, last, guess);
  if (fixed_slope == 0 || std::isnan(guess)) return not_found;
  double rate = guess - present_value(flows, last, guess) / fixed_slope;
  int steps = 1;
  for (; !(std::abs(present_value(flows, last, rate)) / scale <= tolerance) && steps < most_steps; ++steps) {
    if (std::abs(rate) > largest_rate) return not_found;
    rate -= present_value(flows, last, rate) / fixed_slope;
  }
  const double value = present_value(flows, last, rate);
  const bool found =
      steps < most_steps && std::abs(value) / scale < tolerance && value > present_value(flows, last, rate + 0.001);
  return found ? rate : not_found;
}

/// First guess from the first three flows taken as a quadratic, or from the first two as a line.
double first_guess(const AnnualLine& flows, int last) {
  if (flows[0] == 0) return -2;
  const double r1 = flows[1] / flows[0];
  if (last < 2) return -(1 + r1);
  const double b = 2 + r1, c = 1 + r1 + flows[2] / flows[0], root = std::sqrt(b * b - 4 * c);
  const double low = -0.5 * b - 0.5 * root;
  return low <= 0 || low >= 1 ? -0.5 * b + 0.5 * root : low;
}

}  // namespace

// SAM reports the rate where its iteration stops, which is up to some 1e-5 percentage points from the root, and "nan"
// where it does not arrive although a root may exist. Its annual arrays and its price search rest on these values, so
// they are found here in the same way; the exact rate is computed beside them (rates.h).
double sam_irr(const AnnualLine& flows, int last) {
  if (last < 1 || flows[0] > 0) return not_found;
  for (const double guess : {first_guess(flows, last), 0.1, -0.1, 0.0})
    if (const double rate = chord(flows, last, guess); !std::isnan(rate)) return rate;
  return not_found;
}

double max_or_zero(double a, double b) { return std::isnan(a) || std::isnan(b) ? 0 : std::max(a, b); }

}  // namespace stargate::capital::sam
