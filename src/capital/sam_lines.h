#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stargate::capital {

/// One line of an annual cash flow: index 0 is the year before operation, 1 to n the years of the analysis period.
using AnnualLine = std::vector<double>;

/// Everything a SAM single-owner run writes, by SAM's names.
struct SamResult {
  int years = 0;
  std::map<std::string, AnnualLine, std::less<>> lines;            ///< cf_*, each of years + 1 entries
  std::map<std::string, double, std::less<>> numbers;              ///< single values
  std::map<std::string, std::vector<double>, std::less<>> series;  ///< hourly and monthly arrays

  /// The line of that name, made of zeros when first asked for. References stay valid.
  AnnualLine& line(std::string_view name) {
    const auto found = lines.find(name);
    if (found != lines.end()) return found->second;
    return lines.emplace(std::string(name), AnnualLine(static_cast<std::size_t>(years) + 1)).first->second;
  }
  const AnnualLine& at(std::string_view name) const { return lines.find(name)->second; }
  double& number(std::string_view name) { return numbers[std::string(name)]; }
};

/// Net present value at the start of year 1 of the entries 1 to `years`; entry 0 is not part of it.
inline double npv_of_years(const AnnualLine& line, int years, double rate) {
  double value = 0;
  for (int year = years; year > 0; --year) value = (value + line[static_cast<std::size_t>(year)]) / (1 + rate);
  return value;
}

}  // namespace stargate::capital
