#pragma once
#include <optional>
#include <string_view>

namespace stargate::operate {

/// Unix seconds of "2017-10-09 07:01:55": 'T' for the space, a fraction of a second, and behind it 'Z', "UTC" or an offset
/// from UTC ("+08:00", "+0800", "-05") are allowed; without one the time is taken as UTC. A date alone is its midnight.
std::optional<double> parse_instant(std::string_view text);

}  // namespace stargate::operate
