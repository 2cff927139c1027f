#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/record.h"

namespace stargate::capital {

/// What finance assumes beyond the programme and its plan. Each has a default with its source (terms.cpp), is read by
/// name from a "name,value" table, and can be varied in a sensitivity.
struct FinanceTerms : Row {
  std::int64_t extension_quarters = 60;  ///< after the plan's horizon, in which what runs goes on
  // offtake
  double compute_price_usd_per_pflop_hour = 0;  ///< 0: the programme's own
  double compute_price_decline_per_year = -1;   ///< negative: the programme's own
  double sold_share = 0.9;                      ///< of effective compute that is sold
  double contract_share = 0.7;                  ///< of it under take-or-pay at the price of the quarter of first sale
  std::int64_t contract_quarters = 20;          ///< for this long; then at the price path like the rest
  double revenue_delay_quarters = 0;            ///< between installation and first sale
  double receivable_days = 30;
  // between the layers
  double lease_usd_per_kw_month = 130;  ///< rent of building per ready IT kW
  double power_usd_per_kw_month = 12;   ///< capacity charge per kW of firm, managed and own power
  double relet_share = 0.85;            ///< of space and power that retired accelerators leave, let to others
  // what lasts how long
  std::int64_t building_life_quarters = 100, power_life_quarters = 100, gpu_life_quarters = 20;
  bool refresh = true;  ///< accelerators that retire after the plan's horizon are replaced where that pays
  double refresh_decline_per_year = 0.2;  ///< fall of the cost of the same effective compute
  double building_residual = 0.3, power_residual = 0.2, gpu_residual = 0;  ///< of cost, at the end
  // cost factors, for sensitivities
  double capital_factor = 1, operating_factor = 1, interest_points = 0;
  // tax
  double tax_rate = 0.23, bonus_depreciation = 1, building_short_life_share = 0.6, loss_limit = 0.8;
  // equity
  double promote_share = 0.1;  ///< to the operators, of what is distributed above the required return
  double minimum_cash_usd_m = 500;
  double discount_rate = 0;  ///< 0: the programme's own
};

/// Terms of one investor's debt, by the id of the investor.
struct DebtTerms : Row {
  std::string investor;
  std::string profile = "sculpted";  // sculpted | level | bullet
  std::int64_t tenor_quarters = 60;  ///< from go-live (the end of the building horizon)
  double target_dscr = 1.3, lock_up_dscr = 1.15, default_dscr = 1.05;
  double sweep_share = 0;       ///< of cash after reserves that repays early
  double step_up = 0;           ///< added to the rate from go-live on (negative: it falls)
  double reserve_quarters = 2;  ///< of debt service held in reserve
  double refinance_rate = 0.065, refinance_fee = 0.01;
  std::int64_t refinance_quarters = 20;
};

const Table<FinanceTerms>& finance_terms_table();
const Table<DebtTerms>& debt_terms_table();

/// Terms from a folder: finance_terms.csv (name,value) and debt_terms.csv, each optional. InputError with everything
/// wrong.
struct Terms {
  FinanceTerms finance;
  std::vector<DebtTerms> debt;
};
Terms read_terms(const std::filesystem::path& folder);

/// Sets a numeric term by name ("sold_share"); InputError for a name that there is not or a value out of range.
void set_term(FinanceTerms& terms, std::string_view name, std::string_view value, const Place& place);

/// Default terms of debt for a layer: "building", "power", "compute" or "all" (notes on corporate credit).
DebtTerms default_debt_terms(const std::string& investor, const std::string& layer);

}  // namespace stargate::capital
