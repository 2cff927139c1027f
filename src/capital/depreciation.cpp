#include "capital/depreciation.h"

#include <array>
#include <span>

namespace stargate::capital {

namespace {

// IRS Publication 946, table A-1, half-year convention.
constexpr std::array macrs_5{.2000, .3200, .1920, .1152, .1152, .0576};
constexpr std::array macrs_15{.0500, .0950, .0855, .0770, .0693, .0623, .0590, .0590,
                              .0591, .0590, .0591, .0590, .0591, .0590, .0591, .0295};
// Table A-8, straight line over 15 years, as printed to four places.
constexpr std::array straight_15{.0333, .0667, .0667, .0667, .0667, .0667, .0667, .0666,
                                 .0667, .0666, .0667, .0666, .0667, .0666, .0667, .0333};

double from_table(std::span<const double> table, int year) {
  return year <= static_cast<int>(table.size()) ? table[static_cast<std::size_t>(year) - 1] : 0.0;
}

double straight_line(int life, int year) {
  if (year > life + 1) return 0;
  return (year == 1 || year == life + 1 ? 0.5 : 1.0) / life;
}

constexpr std::array<std::pair<DepreciationClass, std::string_view>, 6> names{
    {{DepreciationClass::macrs_5, "macrs_5"},
     {DepreciationClass::macrs_15, "macrs_15"},
     {DepreciationClass::straight_5, "straight_5"},
     {DepreciationClass::straight_15, "straight_15"},
     {DepreciationClass::straight_20, "straight_20"},
     {DepreciationClass::straight_39, "straight_39"}}};

}  // namespace

double depreciation_share(DepreciationClass asset_class, int year) {
  if (year < 1) return 0;
  switch (asset_class) {
    case DepreciationClass::macrs_5:
      return from_table(macrs_5, year);
    case DepreciationClass::macrs_15:
      return from_table(macrs_15, year);
    case DepreciationClass::straight_5:
      return straight_line(5, year);
    case DepreciationClass::straight_15:
      return from_table(straight_15, year);
    case DepreciationClass::straight_20:
      return straight_line(20, year);
    case DepreciationClass::straight_39:
      return straight_line(39, year);
  }
  return 0;
}

std::string_view to_string(DepreciationClass asset_class) {
  for (const auto& [c, name] : names)
    if (c == asset_class) return name;
  return {};
}

std::optional<DepreciationClass> parse_depreciation_class(std::string_view text) {
  for (const auto& [c, name] : names)
    if (name == text) return c;
  return std::nullopt;
}

}  // namespace stargate::capital
