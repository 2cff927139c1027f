#pragma once
#include "blueprint/plan.h"
#include "plan/formulation.h"

namespace stargate::plan {

/// Adds the dispatch tables to the plan. On-site generation and shedding, decided by zone, are given to sites within
/// the limits of each; see docs/formulation.md, Power at a site.
void extract_dispatch(const Formulation& formulation, const std::vector<double>& value,
                      const std::vector<double>& row_dual, Plan& plan);

struct SiteEnergy {
  double grid = 0, onsite = 0, shed = 0;  ///< GWh in a dispatched quarter
};
/// [site][dispatched quarter], added up from the steps.
std::vector<std::vector<SiteEnergy>> sum_site_energy(const Instance& instance, const std::vector<SiteStep>& steps);

}  // namespace stargate::plan
