#pragma once
#include "base/identity.h"
#include "capital/finance.h"
#include "capital/rates.h"

namespace stargate::capital {

/// What one holder of equity gets.
struct InvestorReturn {
  std::string id, name, kind, role;
  double committed_usd_m = 0, called_usd_m = 0, support_usd_m = 0, paid_usd_m = 0, multiple = 0, ownership = 0;
  InternalRate rate;
};

/// What one source of debt lends, in all companies together.
struct DebtMeasure {
  std::string id, name, layer;
  double drawn_usd_m = 0, peak_usd_m = 0, interest_usd_m = 0, refinanced_usd_m = 0, lowest_dscr = 0, average_dscr = 0;
  double owed_at_end_usd_m = 0;  ///< before the last quarter, in which everything is sold and repaid
  double llcr = 0;  ///< present value of cash for service over the loan's life, at its rate, over the debt at go-live
  std::string terms;
};

struct FinanceMeasures {
  InternalRate project_rate, equity_rate;  ///< before financing and after tax; to the common holders
  double project_npv_usd_m = 0, equity_npv_usd_m = 0, discount_rate = 0;
  std::optional<double> payback_years;  ///< from the start until project cash flow has paid itself back
  double lowest_dscr = 0;               ///< of all companies' cash and service together, from go-live
  std::size_t covenants_broken = 0, lock_ups = 0;
  double guarantees_usd_m = 0, support_usd_m = 0;
  double cost_usd_per_pflops_day = 0, cost_usd_per_gpu_hour = 0;  ///< levelised over what is made, sold or not
  std::array<double, layer_count> layer_cost_usd_per_pflops_day{};
  std::vector<InvestorReturn> investors;
  std::vector<DebtMeasure> debts;
};

/// Project cash flow of a quarter before financing: operations after tax, and investing (cents).
Quarterly project_cash(const Statement& books);
/// Flows of a line dated at the end of each quarter, in years of 365 days from the first day.
std::vector<Flow> dated(const Quarterly& amounts, Quarter start);

/// Debt that was borrowed anew to repay what came due.
Quarterly rolled_over(const FinanceResult& result);

FinanceMeasures measure(const FinanceInput& input, const FinanceResult& result);

/// One line of the sources and uses of the plan's horizon.
struct SourceOrUse {
  std::string side, name;  ///< source | use
  Quarterly amounts;       ///< by quarter of the plan
};
std::vector<SourceOrUse> sources_and_uses(const FinanceInput& input, const FinanceResult& result);

/// What must be the same to the cent in every quarter: what the plan pays and draws as the books have it, sources and
/// uses, both sides of the balance sheet, companies and programme, owners' accounts and, over the whole life, net
/// income and what owners get beyond what they put in.
std::vector<Identity> identities(const FinanceInput& input, const FinanceResult& result);

/// What a change of one assumption does.
struct Sensitivity {
  std::string name, low, high;
  double project_rate_low = 0, project_rate_high = 0, equity_rate_low = 0, equity_rate_high = 0, npv_low_usd_m = 0,
         npv_high_usd_m = 0, dscr_low = 0, dscr_high = 0;
  double swing_usd_m() const { return std::abs(npv_high_usd_m - npv_low_usd_m); }
};
/// One at a time, widest swing of present value first: the tornado. Each is a whole run; `threads` at once.
std::vector<Sensitivity> sensitivities(const FinanceInput& input, unsigned threads);

}  // namespace stargate::capital
