#pragma once
#include "capital/finance_input.h"

namespace stargate::capital {

/// A line by quarter of the plan; what stood at its end stands ever after.
inline double capacity(const std::vector<double>& line, std::size_t t) {
  return line.empty() ? 0 : line[std::min(t, line.size() - 1)];
}

/// What compute sells for (USD for one effective PFLOP/s for an hour).
class Offtake {
 public:
  explicit Offtake(const FinanceInput& input);

  /// The price path: it falls by a share a year.
  double price(std::size_t t) const;
  /// Average price of what a site sells in t: each addition of compute keeps, for its contracted share, the price of
  /// its first quarter as long as the contract lasts. O(quarters).
  double average(const SiteCompany& site, std::size_t t) const;

 private:
  const FinanceTerms& terms_;
  double first_, decline_;
};

}  // namespace stargate::capital
