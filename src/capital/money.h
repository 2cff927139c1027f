#pragma once
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace stargate::capital {

/// Money that must tie is counted in whole cents: sums are then exact in any order.
using Cents = std::int64_t;
/// One amount a quarter.
using Quarterly = std::vector<Cents>;

inline Cents cents_of_usd(double usd) { return std::llround(usd * 100); }
inline Cents cents_of_usd_m(double usd_m) { return std::llround(usd_m * 1e8); }
inline double usd_m(Cents cents) { return static_cast<double>(cents) * 1e-8; }
inline Cents share_of(Cents amount, double share) { return std::llround(static_cast<double>(amount) * share); }

/// `amount` in parts proportional to `weights` (>= 0) that add up to it exactly: each part is the difference of the
/// rounded running totals. All of it goes to the first part if every weight is 0. O(weights).
std::vector<Cents> split(Cents amount, const std::vector<double>& weights);

inline Cents sum(const Quarterly& amounts) { return std::accumulate(amounts.begin(), amounts.end(), Cents{0}); }

}  // namespace stargate::capital
