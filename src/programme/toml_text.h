#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <toml.hpp>

#include "base/diagnostics.h"

namespace stargate {

/// Lists and tables within each other that are read, and parts of a dotted name.
inline constexpr std::size_t deepest_toml = 64;

/// The text as TOML, or nothing after saying why, with line and column: it is none, is no UTF-8, is nested too deep or
/// larger than 16 MiB. O(n).
std::optional<toml::value> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics);

}  // namespace stargate
