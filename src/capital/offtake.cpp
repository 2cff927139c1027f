#include "capital/offtake.h"

#include <algorithm>
#include <cmath>

namespace stargate::capital {

Offtake::Offtake(const FinanceInput& input)
    : terms_(input.terms.finance),
      first_(terms_.compute_price_usd_per_pflop_hour > 0 ? terms_.compute_price_usd_per_pflop_hour
                                                         : input.compute_price_usd_per_pflop_hour),
      decline_(terms_.compute_price_decline_per_year >= 0 ? terms_.compute_price_decline_per_year
                                                          : input.compute_price_decline) {}

double Offtake::price(std::size_t t) const { return first_ * std::pow(1 - decline_, static_cast<double>(t) / 4); }

double Offtake::average(const SiteCompany& site, std::size_t t) const {
  const auto late = static_cast<std::size_t>(terms_.revenue_delay_quarters);
  const double spot = price(t);
  double total = 0, value = 0, before = 0;
  for (std::size_t q = 0; q + late <= t && q < site.effective_pflops.size(); ++q) {
    const double added = std::max(0.0, site.effective_pflops[q] - before);
    before = site.effective_pflops[q];
    const bool contracted = t - q - late < static_cast<std::size_t>(terms_.contract_quarters);
    total += added;
    value += added * (contracted ? terms_.contract_share * price(q + late) + (1 - terms_.contract_share) * spot : spot);
  }
  return total > 0 ? value / total : spot;
}

}  // namespace stargate::capital
