#pragma once
#include <optional>
#include <string_view>

namespace stargate::capital {

/// Classes of US tax depreciation, all with the half-year convention: GDS tables A-1 of IRS Publication 946 (rounded
/// as printed there and in SAM) and straight line.
enum class DepreciationClass { macrs_5, macrs_15, straight_5, straight_15, straight_20, straight_39 };

/// Share of the basis written off in `year` (1 is the year placed in service); 0 outside the class's life.
double depreciation_share(DepreciationClass asset_class, int year);

/// "macrs_5", "straight_39", ...
std::string_view to_string(DepreciationClass asset_class);
std::optional<DepreciationClass> parse_depreciation_class(std::string_view text);

}  // namespace stargate::capital
