#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace stargate {

/// Lists and objects within each other that are read; deeper ones are a diagnostic.
inline constexpr std::size_t deepest_json = 256;

/// The text as JSON. InputError with line and column where it is none, is nested too deep, or holds a number that no
/// double can. O(n).
nlohmann::json parse_json(const std::string& file, std::string_view text);

}  // namespace stargate
