#pragma once
#include <cstdint>
#include <limits>

namespace stargate::operate {

/// Seconds since the workload's first instant.
using Time = std::int64_t;
inline constexpr Time never = std::numeric_limits<Time>::max();

/// Index of a job, node, pool, ... in its table.
using Id = std::uint32_t;
inline constexpr Id none = std::numeric_limits<Id>::max();

/// No limit is no limit; 0 is a limit like any other.
inline constexpr double unlimited = std::numeric_limits<double>::infinity();
inline constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// Rates and shares that enter the accounts are whole thousandths, so that the accounts are exact.
inline constexpr std::int64_t whole = 1000;
/// Work is counted in milliseconds at full clock and nominal width.
inline constexpr std::int64_t ms = 1000;

inline constexpr double watts_per_mw = 1e6;
/// Whole watts within a limit in MW; `no_limit` for none.
constexpr std::int64_t limit_w_of_mw(double mw) {
  return mw < 9e12 ? static_cast<std::int64_t>(mw * watts_per_mw + 1e-6) : no_limit;
}

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace stargate::operate
