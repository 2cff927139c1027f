#include "capital/loans.h"

#include <algorithm>

namespace stargate::capital {

Cents scheduled_principal(const Loan& loan, std::size_t t, double rate, Cents interest, double cash_share) {
  if (t < loan.go_live || loan.balance == 0) return 0;
  if (t >= loan.maturity) return loan.balance;
  Cents principal = 0;
  if (loan.terms.profile == "sculpted" || loan.refinanced) {
    principal = static_cast<Cents>(std::llround(cash_share / loan.terms.target_dscr)) - interest;
  } else if (loan.terms.profile == "level") {
    const double left = static_cast<double>(loan.maturity - t) + 1;
    const double factor = rate == 0 ? 1 / left : rate / (1 - std::pow(1 + rate, -left));
    principal = share_of(loan.balance, factor) - interest;
  }
  return std::clamp<Cents>(principal, 0, loan.balance);
}

}  // namespace stargate::capital
