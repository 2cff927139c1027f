#pragma once
#include <string>
#include <vector>

#include "base/record.h"
#include "impact/leontief.h"

namespace stargate::impact {

/// Where a category of spending goes: a sector whose product is bought, which part of the spending that is, and how
/// much of it is made in the country. A category may buy from several sectors.
struct SpendingSector : Row {
  std::string category, sector, basis, source;
  double part = 1;
  double domestic = 0, domestic_low = 0, domestic_high = 0;
};
/// Job-years per million USD of final demand.
struct JobMultiplier : Row {
  std::string sector, basis, source;
  double direct = 0, supplier = 0, induced = 0;
};
/// Water that a way of cooling, or of making power, takes per kWh, with its range.
struct WaterUse : Row {
  std::string scope, kind, basis, source;  // scope: cooling | generation
  double l_per_kwh = 0, l_per_kwh_low = 0, l_per_kwh_high = 0;
};
/// A rate of tax on value added, or the like.
struct TaxRate : Row {
  std::string id, about, basis, source;
  double rate = 0, rate_low = 0, rate_high = 0;
};
const Table<SpendingSector>& spending_sector_table();
const Table<JobMultiplier>& job_multiplier_table();
const Table<WaterUse>& water_use_table();
const Table<TaxRate>& tax_rate_table();

struct Ranged {
  double low = 0, middle = 0, high = 0;
  Ranged& operator+=(const Ranged& other);
};

/// What spending sets in motion; million USD and job-years.
struct Economy {
  double spending_usd_m = 0;
  Ranged domestic_usd_m;  ///< of it, final demand for what the country makes
  Ranged output_usd_m;    ///< output in all sectors (type I)
  Ranged direct_job_years, supplier_job_years, induced_job_years;
  Ranged federal_tax_usd_m,
      state_local_tax_usd_m;  ///< on the value added; value added equals domestic final demand at most
  Economy& operator+=(const Economy& other);
};

/// Everything the figures rest on, read once.
struct Multipliers {
  std::vector<SpendingSector> sectors;
  std::vector<JobMultiplier> jobs;
  std::vector<TaxRate> taxes;
  InputOutput table;
  std::vector<double> output;  ///< by sector of the table

  static Multipliers from(std::vector<SpendingSector> sectors, std::vector<JobMultiplier> jobs,
                          std::vector<TaxRate> taxes, InputOutput table);
};

/// Transfers (taxes, interest, incentives) have no row in spending_sectors and set nothing in motion here.
/// O(sectors).
Economy economy(const Multipliers& multipliers, const std::string& category, double usd_m);

}  // namespace stargate::impact
