#pragma once
#include "blueprint/plan.h"
#include "capital/finance_input.h"
#include "programme/programme.h"

namespace stargate::capital {

/// What finance needs of a programme and its plan: every payment of the plan to the cent, by site, layer and use; what
/// runs where; who gives what and when. InputError for a plan whose rows lie outside the programme's horizon or name
/// investors that it has not. O(rows of the plan).
FinanceInput finance_input(const Programme& programme, const Plan& plan, Terms terms);

}  // namespace stargate::capital
