#pragma once
#include "plan/solve.h"

namespace stargate::plan {

/// The smallest set of rules that conflict, for a formulation that has no solution: rules are taken out one at a time,
/// and stay out if there is still none; first whole rules, then single rows of those that are left. Every rule of the
/// answer is needed: without any one of them there is a plan. Solves at most one small linear program a rule, and a
/// branch and bound where only whole numbers make it impossible.
std::vector<Conflict> find_conflict(const Formulation& formulation, const PlanOptions& options, Progress& progress);

}  // namespace stargate::plan
