#pragma once
#include <optional>

#include "capital/equity.h"
#include "capital/loans.h"
#include "capital/statement.h"

namespace stargate::capital {

/// A company of one layer at one site, or the holding company (site = number of sites).
struct Company {
  std::size_t site = 0;
  std::optional<Layer> layer;  ///< nothing: the holding company
  Statement books;
  std::vector<Loan> loans;
  std::vector<double> dscr;  ///< by quarter; 0 where no service is due
  Quarterly cash_for_service, service, guarantee_called;
};

struct Covenant {
  std::size_t quarter = 0, company = 0;
  double dscr = 0, limit = 0;
  bool broken = false;  ///< below the default cover; otherwise distributions are locked
};

struct FinanceResult {
  std::size_t quarters = 0;
  std::vector<Company> companies;  ///< sites by layers, the holding company last
  Statement programme;
  std::vector<Statement> sites;  ///< each site's companies together, the shared one last
  std::vector<Statement> layers;
  std::vector<Holding> holdings;
  std::vector<Covenant> covenants;
  Quarterly support_called;         ///< from sponsors, beyond the plan's draws
  std::vector<double> sold_pflops;  ///< effective PFLOP/s sold, by quarter
  std::vector<double> price_usd_per_pflop_hour;
  std::vector<double> chips;
};

/// Carries the plan's payments and draws through every company's books, quarter by quarter, then lets what runs go on
/// for the extension, repays, distributes, and sells at the end. Deterministic; all money in cents.
///
/// for each quarter
///   draws go to the companies whose layer they finance; the holding company funds the rest of what the plan pays
///   customers pay; layers pay each other rent and power
///   interest; construction's part is capitalised
///   from go-live: debt service by profile, reserve, sweep, lock-up; guarantees cover what is short
///   the holding company pays tax, its notes, the preferred, then the common
/// std::logic_error if a balance sheet does not balance or a company's cash falls below zero.
/// O(quarters * companies + quarters^2).
FinanceResult run_finance(const FinanceInput& input);

/// std::logic_error unless every balance sheet balances, nothing that cannot be negative is, loans agree with books,
/// and flows within the group cancel.
void assert_books(const FinanceResult& result);

}  // namespace stargate::capital
