#pragma once
#include "blueprint/plan.h"
#include "plan/formulation.h"

namespace stargate::plan {

/// Writes the dispatch of each quarter without the programme into the plan, with the duals that prove its cost.
void extract_baseline(const Formulation& formulation, const Baseline& baseline, Plan& plan);

}  // namespace stargate::plan
