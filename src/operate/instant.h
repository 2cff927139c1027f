#pragma once
#include <optional>
#include <string_view>

namespace stargate::operate {

/// Unix seconds of "2017-10-09 07:01:55": 'T' for the space, a fraction of a second, and 'Z', "UTC" or "+00:00" behind are
/// allowed; a date alone is its midnight.
std::optional<double> parse_instant(std::string_view text);

}  // namespace stargate::operate
