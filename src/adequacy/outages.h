#pragma once
#include <algorithm>
#include <cmath>
#include <string_view>

#include "adequacy/system.h"
#include "base/random.h"

namespace stargate::adequacy {

/// Random numbers of one thing in one simulated year: they hang on its name, so that a system with and one without
/// another thing see the same outages.
inline Random random_of(std::uint64_t seed, std::string_view name, std::uint64_t year) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return Random(seed + hash * 0x9E3779B97F4A7C15u, year);
}

/// Calls down(from, to) for each run of steps within [begin, end) in which the thing is out. The state at `begin` is that
/// of the long run; then durations are geometric. O(1 + changes of state).
template <class Down>
void sample_outages(const Outages& outages, Random random, std::size_t begin, std::size_t end, Down&& down) {
  if (outages.never()) return;
  const double stay[2] = {-1 / std::log1p(-std::min(outages.repair, 1.0)), -1 / std::log1p(-std::min(outages.failure, 1.0))};
  bool up = random.uniform() >= outages.rate();
  for (std::size_t t = begin; t < end; up = !up) {
    // Steps in this state: k with probability p (1 - p)^(k-1); of p = 1 the logarithm is -inf and k is 1.
    const double steps = 1 + std::floor(random.exponential(1) * stay[up ? 1 : 0]);
    const std::size_t next = steps < static_cast<double>(end - t) ? t + static_cast<std::size_t>(steps) : end;
    if (!up) down(t, next);
    t = next;
  }
}

}  // namespace stargate::adequacy
