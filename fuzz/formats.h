#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stargate::fuzz {

/// Formats that can be fuzzed: "csv", "toml", ...
std::vector<std::string> formats();
/// Reads the bytes as that format, as a user's file would be. Bad input is expected; whatever else is thrown is a fault
/// and passes. std::out_of_range for another format.
void read(const std::string& format, std::string_view bytes);

}  // namespace stargate::fuzz
