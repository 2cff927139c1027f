#pragma once
#include "capital/sam_case.h"
#include "capital/sam_lines.h"

namespace stargate::capital {

/// Evaluates a case as SAM's single-owner model (ssc's cmod_singleowner, NREL, 2025 form) does: a power purchase
/// agreement at a given price, or at the price that reaches a target return in a target year; debt sized to a
/// debt service cover ratio or taken as a share of cost; reserves; tax credits; depreciation; state and federal tax.
///
/// All amounts in USD, prices in cents per kWh where SAM has them so, rates in percent. Besides SAM's own outputs the
/// result holds `project_irr` (percent; the exact rate, where `project_return_aftertax_irr` is the value at which SAM's
/// iteration stops), `project_npv` and `debt_size`.
/// InputError for a case that SAM would refuse. O(hours + years^2) for each price tried.
SamResult evaluate_single_owner(const SamCase& single_owner);

/// Levelised cost by fixed charge rate (ssc's lcoefcr): (rate * capital cost + fixed cost) / energy + variable cost.
double levelised_cost_fcr(const SamCase& lcoe_case);

}  // namespace stargate::capital
