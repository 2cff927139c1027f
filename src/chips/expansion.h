#pragma once
#include <string>
#include <vector>

namespace stargate::chips {

/// Capacity that can be bought: a fab module, a packaging line, a memory line.
struct ExpansionOption {
  std::string id;
  double units_per_quarter = 0;  ///< when ramped up
  double capex_usd_m = 0;        ///< at the overseas place; `cost_factor` makes it the place's
  double cost_factor = 1;        ///< wafers made in the US cost over 10 % more (see docs/chips.md)
  int build_quarters = 0, qualification_quarters = 0, ramp_quarters = 0;
};

/// Share of the full capacity in the n-th quarter after the order: 0 while it is built and qualified, then a straight
/// ramp that is full after `ramp_quarters`. Never falls.
double ramp_share(const ExpansionOption& option, int quarters_after_order);

/// Capacity by quarter of `count` options ordered in quarter `ordered` (index), for `quarters` quarters.
std::vector<double> added_capacity(const ExpansionOption& option, int ordered, double count, int quarters);

/// Money paid evenly while it is built, by quarter (a build of 0 quarters pays in the quarter of the order).
std::vector<double> spend_usd_m(const ExpansionOption& option, int ordered, double count, int quarters);

}  // namespace stargate::chips
