#include "stochastic/sampler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <format>
#include <limits>

#include "base/diagnostics.h"
#include "base/normal.h"
#include "base/random.h"

namespace stargate::stochastic {

namespace {

/// Mixes 64 bits (Stafford's variant 13 of MurmurHash3's finaliser).
std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
std::uint64_t mix(std::uint64_t a, std::uint64_t b) { return mix(a + 0x9e3779b97f4a7c15ULL * (b + 1)); }

/// The middle of one of 2^53 equal parts of (0, 1).
double unit(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

double random_at(std::uint64_t seed, std::size_t point, std::size_t dimension) {
  // Philox with the point as its stream and the dimension in the key's upper part.
  Random random(mix(seed, dimension), point);
  return unit(random.bits());
}

std::uint32_t sobol_point(std::uint32_t n, std::size_t dimension) {
  const std::uint32_t* v = sobol_directions(dimension);
  std::uint32_t x = 0;
  for (; n != 0; n &= n - 1) x ^= v[std::countr_zero(n)];
  return x;
}

/// Owen's nested scrambling: a digit is turned over or not by a coin of its own for each value of the digits before it.
std::uint32_t owen(std::uint32_t x, std::uint64_t key) {
  std::uint32_t turned = 0;
  for (int bit = 31; bit >= 0; --bit) {
    const std::uint64_t before = bit == 31 ? 0 : x >> (bit + 1);
    const std::uint64_t node = before | std::uint64_t{1} << (31 - bit);  // the digits with a mark for their number
    turned |= static_cast<std::uint32_t>(mix(key, node) & 1) << bit;
  }
  return x ^ turned;
}

/// The i-th of a random permutation of 0 .. n-1: a four-round Feistel network on the next even number of bits, followed
/// until it falls inside.
std::uint64_t permuted(std::uint64_t i, std::uint64_t n, std::uint64_t key) {
  const int half = std::max(1, (std::bit_width(n > 1 ? n - 1 : 1) + 1) / 2);
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = i >> half, right = i & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next = left ^ (mix(key + round, right) & mask);
      left = right;
      right = next;
    }
    i = left << half | right;
  } while (i >= n);
  return i;
}

}  // namespace

Sampling sampling_of(const std::string& name) {
  static const std::array<const char*, 3> names{"random", "latin", "sobol"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (name == names[i]) return static_cast<Sampling>(i);
  throw InputError({}, std::format("no sampler is called '{}'", name), name_hint(name, {names.begin(), names.end()}));
}

Sampler::Sampler(Sampling kind, std::uint64_t seed, std::size_t points, std::size_t replicates)
    : kind_(kind), seed_(seed), replicates_(replicates), set_size_(0) {
  if (points == 0 || replicates == 0 || points < replicates)
    throw InputError({}, std::format("{} points in {} sets", points, replicates), "one point or more a set");
  set_size_ = (points + replicates - 1) / replicates;
}

double Sampler::at(std::size_t point, std::size_t dimension) const {
  const std::size_t set = replicate_of(point), own = point / replicates_;
  if (kind_ == Sampling::random || (kind_ == Sampling::sobol && dimension >= sobol_dimensions))
    return random_at(seed_, point, dimension);
  const std::uint64_t key = mix(mix(seed_, dimension), set);
  if (kind_ == Sampling::sobol) {
    const std::uint32_t x = owen(sobol_point(static_cast<std::uint32_t>(own), dimension), key);
    return unit(std::uint64_t{x} << 32 | (mix(key, own) & 0xffffffffU));
  }
  const std::uint64_t lap = own / set_size_;  // behind the points that were asked for another hypercube begins
  const std::uint64_t part = permuted(own % set_size_, set_size_, mix(key, lap));
  return (static_cast<double>(part) + random_at(seed_, point, dimension)) / static_cast<double>(set_size_);
}

double student_quantile(double share, double degrees) {
  if (share == 0.5) return 0;
  if (degrees == 1) return std::tan(3.14159265358979323846 * (share - 0.5));
  if (degrees == 2) return (2 * share - 1) / std::sqrt(2 * share * (1 - share));
  const double tail = 2 * std::min(share, 1 - share), n = degrees;
  const double a = 1 / (n - 0.5), b = 48 / (a * a);
  double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
  const double d = ((94.5 / (b + c) - 3) / b + 1) * std::sqrt(a * 3.14159265358979323846 / 2) * n;
  double y = std::pow(d * tail, 2 / n);
  if (y > 0.05 + a) {
    const double x = normal_quantile(tail / 2);
    y = x * x;
    if (n < 5) c += 0.3 * (n - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = std::expm1(a * y * y);
  } else {
    y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1) / (n + 2) + 1 / y;
  }
  const double t = std::sqrt(n * y);
  return share < 0.5 ? -t : t;
}

MeanEstimate estimate_mean(const std::vector<double>& values, std::size_t replicates) {
  MeanEstimate e;
  e.replicates = replicates;
  std::vector<double> sum(replicates), count(replicates);
  for (std::size_t i = 0; i < values.size(); ++i) {
    e.mean += values[i] / static_cast<double>(values.size());
    sum[i % replicates] += values[i];
    count[i % replicates] += 1;
  }
  if (replicates < 2 || values.size() < replicates) {
    e.standard_error = std::numeric_limits<double>::infinity();
    e.low = -e.standard_error;
    e.high = e.standard_error;
    return e;
  }
  double squares = 0;
  for (std::size_t r = 0; r < replicates; ++r) squares += std::pow(sum[r] / count[r] - e.mean, 2);
  const double n = static_cast<double>(replicates);
  e.standard_error = std::sqrt(squares / (n - 1) / n);
  const double reach = student_quantile(0.975, n - 1) * e.standard_error;
  e.low = e.mean - reach;
  e.high = e.mean + reach;
  return e;
}

}  // namespace stargate::stochastic
