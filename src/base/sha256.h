#pragma once
#include <string>
#include <string_view>

namespace stargate {

/// Hexadecimal SHA-256 (FIPS 180-4) of the bytes. O(n).
std::string sha256(std::string_view bytes);

}  // namespace stargate
