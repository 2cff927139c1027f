#pragma once
#include "capital/finance_input.h"

namespace stargate::capital {

/// What one holder of equity paid in and got back.
struct Holding {
  std::size_t source = 0;  ///< index into FinanceInput::sources
  Quarterly called, support_called, paid;
  std::vector<double> ownership;  ///< share of common capital, by quarter (0 for preferred)
};

/// The order in which money goes back to the owners. Preferred: accrued return, then redemption. Common: capital and
/// the required return of each holder (its rate, compounded quarterly), in proportion to what is still owed; above that
/// `promote_share` to the operators, the rest by ownership.
class Equity {
 public:
  Equity(const FinanceInput& input, std::size_t quarters);

  struct Preferred {
    Cents paid = 0, redeemed = 0;
  };
  /// Money called by the plan in quarter t; gives common and preferred.
  std::pair<Cents, Cents> call(std::size_t t);
  /// Support beyond the plan, from the common holders by ownership.
  void call_support(std::size_t t, Cents amount);
  /// Distributes `amount` and gives how it went.
  std::pair<Preferred, Cents> distribute(std::size_t t, Cents amount);
  /// Lets a quarter pass: returns accrue.
  void accrue();

  const std::vector<Holding>& holdings() const { return holdings_; }

 private:
  void record_ownership(std::size_t t);
  struct Account {
    double rate = 0;
    bool preferred = false, operates = false;
    Cents capital = 0;  ///< preferred: still to be redeemed; common: paid in
    double owed = 0;    ///< preferred: accrued return; common: capital and required return outstanding (cents)
  };
  const FinanceInput& input_;
  std::vector<Holding> holdings_;
  std::vector<Account> accounts_;
};

}  // namespace stargate::capital
