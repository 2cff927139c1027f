#pragma once
#include "blueprint/plan.h"
#include "plan/formulation.h"

namespace stargate::plan {

/// The plan's tables from a solution of the formulation: decisions, money, quarters and dispatch. Amounts below
/// a thousandth of a unit are left out. `price` are the balance rows' duals, or empty.
Plan extract_plan(const Formulation& formulation, const Baseline& baseline, const std::vector<double>& value,
                  const std::vector<double>& row_dual);

}  // namespace stargate::plan
