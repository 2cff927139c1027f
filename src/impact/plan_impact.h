#pragma once
#include <map>
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "impact/carbon.h"
#include "impact/economy.h"
#include "impact/jobs.h"
#include "programme/programme.h"

namespace stargate::impact {

struct QuarterCarbon {
  Quarter quarter{};
  Carbon carbon;
  Ranged offsite_water_ml;  ///< taken to make the power that the sites use from the grid, traced as carbon is
  double dispatched_share =
      0;  ///< of the plan's use in the quarter that its dispatch tables hold; 0: rates of another quarter
};

/// Water of a site over the whole plan, million litres.
struct SiteWater {
  std::string site, state, cooling;
  double it_gwh = 0;
  double plan_ml = 0;       ///< as the plan counts it, with the site's own figure
  Ranged by_cooling_ml;     ///< by what its way of cooling takes elsewhere
  double peak_year_ml = 0;  ///< the plan's, in its thirstiest year
};

/// Taxes that the plan pays itself, less the support it gets; million USD.
struct DirectTax {
  double sales_tax_usd_m = 0, property_tax_usd_m = 0, incentives_usd_m = 0;
};

struct PlanImpact {
  std::vector<JobsQuarter> jobs;
  std::vector<QuarterCarbon> carbon;  ///< empty if the plan has no dispatch tables
  std::vector<SiteWater> water;
  std::map<std::string, Economy> by_category, by_state;  ///< what no site pays is in state ""
  std::map<std::string, DirectTax> taxes;                ///< by state
  Economy economy;
};

/// Jobs from the plan's buildings; money from its spending; carbon and off-site water from its dispatch hour by hour;
/// water from its sites. Plants that the plan adds to a zone count as the programme's own. InputError if plan and
/// programme do not belong together, or a way of cooling has no row in `water`. O(rows of the plan).
PlanImpact plan_impact(const Programme& programme, const Plan& plan, const Multipliers& multipliers,
                       const std::vector<WaterUse>& water);

/// coal, gas, nuclear, hydro, solar, wind, storage or other: the kind of generation that a source's name and fuel tell.
std::string generation_kind(const std::string& technology, const std::string& fuel, const std::string& kind);

}  // namespace stargate::impact
