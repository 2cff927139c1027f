#pragma once
#include <string>
#include <vector>

#include "headroom/history.h"

namespace stargate::exchange {

/// Hourly demand from a folder of CSV files (also .csv.gz), one an authority, or from one file with a column an
/// authority. The first column (or 'date_time', 'timestamp', 'time', 'hour', 'UTC time') is the time: 2020-01-31 05:00,
/// with a T, with seconds, with Z. Of a file with several columns the cleaned demand is taken before the raw; `column`
/// names another. `groups` is a CSV table 'authority,group' or empty. InputError with file and line for cells that are no
/// finite number (an empty one is passed over where `skip_missing`, and then counts as missing), times that do not rise,
/// that repeat or are not whole hours, and files without a row.
struct HistoryFiles {
  std::string path, column, groups;
  bool skip_missing = false;
};
std::vector<headroom::DemandHistory> read_demand_histories(const HistoryFiles& files);

/// Shares of zones in authorities: a CSV table 'zone,authority,share'. Shares of an authority come to 1 at most.
std::vector<headroom::ZoneShare> read_zone_shares(const std::string& file, const std::vector<headroom::DemandHistory>& histories);

}  // namespace stargate::exchange
