#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "capital/rates.h"

namespace stargate::capital {

struct DatedFlow {
  Date date;
  double amount = 0;
};

/// Reads lines of a date and an amount, in any order of days: 2026-01-31, 2026/01/31, 20260131, 01/31/2026 or
/// 31.01.2026 (all in the same way; a number above 12 tells day from month, else the month comes first), with or
/// without a time of day; amounts as 1234.5, -1,234.50 (quoted), $1,234 or (1,234). Cells are separated by commas,
/// semicolons or tabs, quoted or not; a header may name further columns; blank lines and those behind # are passed
/// over. InputError with every wrong line. O(text).
std::vector<DatedFlow> read_dated_flows(const std::string& file, std::string_view text);

/// Times in years of 365 days from the earliest flow (act/365 fixed, as spreadsheets' XIRR counts).
std::vector<Flow> flows_of(const std::vector<DatedFlow>& dated);

}  // namespace stargate::capital
