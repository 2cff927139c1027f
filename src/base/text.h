#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stargate {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string lower(std::string_view text);

/// The whole text as a finite number ("1e3", "-2.5"); nothing else is accepted: no spaces, no "nan", no "inf", no
/// overflow.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

/// The shortest text that reads back as the same number.
std::string shortest(double value);
/// For a person: `digits` decimals with thousands separated by commas.
std::string grouped(double value, int digits = 0);

/// Position of the first byte that is not valid UTF-8 (or is NUL), or npos.
std::size_t find_invalid_utf8(std::string_view text);

std::string html_escape(std::string_view text);

}  // namespace stargate
