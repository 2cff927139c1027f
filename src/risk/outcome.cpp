#include "risk/outcome.h"

#include <array>

namespace stargate::risk {

const LineName& name_of(Line line) {
  static constexpr std::array<LineName, line_count> names{{{"ready_mw", "buildings ready", "MW of IT"},
                                                           {"it_mw", "racks installed", "MW of IT"},
                                                           {"facility_mw", "facility power", "MW"},
                                                           {"effective_pflops", "effective compute", "PFLOP/s"},
                                                           {"h100_equivalents", "H100-equivalents", ""},
                                                           {"spent_usd_m", "spent", "million USD"},
                                                           {"revenue_usd_m", "revenue", "million USD"},
                                                           {"running_usd_m", "running costs", "million USD"},
                                                           {"dscr", "debt service cover", ""},
                                                           {"energy_gwh", "energy", "GWh"},
                                                           {"co2_kt", "CO2", "kt"},
                                                           {"construction_jobs", "construction jobs", ""},
                                                           {"permanent_jobs", "permanent jobs", ""}}};
  return names[static_cast<std::size_t>(line)];
}

const FigureName& name_of(Figure figure) {
  static constexpr std::array<FigureName, figure_count> names{
      {{"compute_pflops_years", "compute over the horizon", "PFLOP/s-years", true},
       {"spent_usd_b", "spent of the programme's money", "billion USD", false},
       {"capital_usd_b", "capital cost", "billion USD", false},
       {"npv_usd_b", "present value of the project", "billion USD", true},
       {"irr", "return of the project", "a year", true},
       {"lowest_dscr", "lowest debt service cover", "", true},
       {"covenants_broken", "companies in default of a covenant", "", false},
       {"lock_ups", "companies whose distributions are locked", "", false},
       {"last_ready_days", "last building ready", "days from the start", false},
       {"late_mw_years_halls", "IT missing for want of buildings", "MW-years", false},
       {"late_mw_years_power", "IT missing for want of power", "MW-years", false},
       {"late_mw_years_racks", "IT missing for want of racks", "MW-years", false},
       {"late_mw_years_money", "IT missing for want of money", "MW-years", false},
       {"shortage_usd_b", "sales missed", "billion USD", false},
       {"sites_lost", "sites lost", "", false},
       {"job_years", "job-years of construction", "", true},
       {"co2_mt", "CO2 over the horizon", "Mt", false}}};
  return names[static_cast<std::size_t>(figure)];
}

}  // namespace stargate::risk
