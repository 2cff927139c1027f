#pragma once
// What the tests of this room share.
#include <catch2/catch_all.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"

namespace stargate::capital {

inline nlohmann::json read_json(const std::filesystem::path& path) { return nlohmann::json::parse(read_file(path)); }

/// |a - b| relative to the larger, with `least` as the smallest size that counts.
inline double relative_error(double a, double b, double least = 1.0) {
  if (std::isnan(a) && std::isnan(b)) return 0;
  return std::abs(a - b) / std::max({std::abs(a), std::abs(b), least});
}

}  // namespace stargate::capital
