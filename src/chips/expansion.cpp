#include "chips/expansion.h"

#include <algorithm>

namespace stargate::chips {

double ramp_share(const ExpansionOption& option, int quarters_after_order) {
  const int since_qualified = quarters_after_order - option.build_quarters - option.qualification_quarters;
  if (since_qualified < 0) return 0;
  return option.ramp_quarters > 0 ? std::min(1.0, (since_qualified + 1.0) / (option.ramp_quarters + 1.0)) : 1.0;
}

std::vector<double> added_capacity(const ExpansionOption& option, int ordered, double count, int quarters) {
  std::vector<double> added(static_cast<std::size_t>(quarters));
  for (int t = std::max(0, ordered); t < quarters; ++t)
    added[static_cast<std::size_t>(t)] = count * option.units_per_quarter * ramp_share(option, t - ordered);
  return added;
}

std::vector<double> spend_usd_m(const ExpansionOption& option, int ordered, double count, int quarters) {
  std::vector<double> spend(static_cast<std::size_t>(quarters));
  const int span = std::max(1, option.build_quarters);
  for (int t = std::max(0, ordered); t < std::min(quarters, ordered + span); ++t)
    spend[static_cast<std::size_t>(t)] = count * option.capex_usd_m * option.cost_factor / span;
  return spend;
}

}  // namespace stargate::chips
