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

/// Rates and shares that enter the accounts are whole thousandths, so that the accounts are exact.
inline constexpr std::int64_t whole = 1000;
/// Work is counted in milliseconds at full clock and nominal width.
inline constexpr std::int64_t ms = 1000;

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace stargate::operate
