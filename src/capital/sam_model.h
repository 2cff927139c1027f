#pragma once
#include "capital/sam_case.h"
#include "capital/sam_lines.h"

namespace stargate::capital::sam {

/// What the stages of the single-owner model share: the case, the results so far and the rates used everywhere.
struct Model {
  const SamCase& in;
  SamResult& out;
  int years;
  double inflation, real_rate, nominal_rate;

  AnnualLine& line(std::string_view name) { return out.line(name); }
};

/// A price or cost over the years: one value grows by inflation + escalation from year 1; several are taken as the
/// nominal values of years 1, 2, ... and end where they end. All times `scale`.
AnnualLine escalated(const Model& model, std::string_view name, double scale, std::string_view escalation = {});
/// A rate over the years: one value holds throughout, several are those of years 1, 2, ...
AnnualLine yearly(const Model& model, std::string_view name, double scale);
/// value[0] * (1 + growth)^(year - 1) for one value; value[year - 1], then 0, for several.
double grown(const SamCase::Array& values, double growth, int year);

/// Hourly generation to annual energy, sold by month and by time-of-delivery period.
struct Energy {
  AnnualLine degradation;
  AnnualLine tod_value;                               ///< kWh of each year weighted by the price multipliers
  std::vector<AnnualLine> month_kwh;                  ///< 12
  std::vector<AnnualLine> month_value;                ///< 12, weighted kWh
  std::vector<AnnualLine> period_kwh;                 ///< 9, empty where multipliers are given by the hour
  std::vector<std::vector<double>> period_month_kwh;  ///< 9 x 12, year 1
  std::vector<double> hourly_purchases;               ///< kWh, 8760 or 8760 times the years
  std::vector<double> factors;                        ///< multipliers of the nine periods
};
Energy energy_of(Model& model);
/// Revenue lines of months and periods, once prices are known.
void write_energy_revenue(Model& model, const Energy& energy);

/// Operating expenses, incentives, reserves for major equipment: all that does not depend on price or debt.
void operating_expenses(Model& model, const Energy& energy);
void equipment_reserves(Model& model);
void working_capital_reserve(Model& model);
void production_incentives(Model& model);

/// Incentives paid on investment (IBI) and capacity (CBI), which lower the cost and may be taxed.
struct Incentives {
  double total = 0;
  double basis_reduction_ibi_sta = 0, basis_reduction_cbi_sta = 0;
  double basis_reduction_ibi_fed = 0, basis_reduction_cbi_fed = 0;
};
Incentives investment_incentives(Model& model);

/// Investment tax credits and depreciation of both tax systems; writes cf_itc_*, cf_stadepr_*, cf_feddepr_* and tables.
void tax_credits_and_depreciation(Model& model, const Incentives& incentives, double basis);

/// The internal rate of return of entries 0..last as SAM itself finds it (see sam_rate.cpp), or NaN.
double sam_irr(const AnnualLine& flows, int last);
/// SAM's maximum of two: 0 if either is not a number.
double max_or_zero(double a, double b);

}  // namespace stargate::capital::sam
