#pragma once
#include "capital/finance_input.h"

namespace stargate::capital {

/// One drawing on a source of debt: the part that a company (or the holding company) owes.
struct Loan {
  std::size_t source = 0;
  DebtTerms terms;
  double rate = 0;           ///< before go-live, a year
  std::size_t go_live = 0;   ///< quarter from which the stepped rate holds and repayment begins
  std::size_t maturity = 0;  ///< quarter in which what is left is due
  bool refinanced = false;
  Cents balance = 0;
  Quarterly drawn, repaid, rolled, interest, end_balance, fees;  ///< rolled: borrowed anew to repay it, part of both

  double rate_in(std::size_t t, double added) const {
    if (refinanced) return terms.refinance_rate + added;
    return t < go_live ? rate : rate + terms.step_up + added;
  }
};

/// Scheduled principal of quarter t, given the cash available for all debt service of the company and its share of it.
/// sculpted: cash / target cover less interest; level: an annuity to maturity; bullet: nothing before maturity. At
/// maturity everything that is left.
Cents scheduled_principal(const Loan& loan, std::size_t t, double quarterly_rate, Cents interest, double cash_share);

}  // namespace stargate::capital
