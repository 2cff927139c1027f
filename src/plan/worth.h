#pragma once
#include "blueprint/plan.h"
#include "plan/search.h"

namespace stargate::plan {

/// What binds and what one more unit of it would be worth, from the duals with whole-number decisions held: rows of the
/// limits a planner can do something about, the most valuable first.
std::vector<Worth> binding_limits(const Formulation& formulation, const Found& found);

}  // namespace stargate::plan
