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

/// Reads "date,amount" rows: ISO dates in any order, quoted or not, a header line or none, blank lines passed over.
/// InputError with every wrong line. O(text).
std::vector<DatedFlow> read_dated_flows(const std::string& file, std::string_view text);

/// Times in years of 365 days from the earliest flow (act/365 fixed, as spreadsheets' XIRR counts).
std::vector<Flow> flows_of(const std::vector<DatedFlow>& dated);

}  // namespace stargate::capital
