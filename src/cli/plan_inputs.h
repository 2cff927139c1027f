#pragma once
#include <string>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::cli {

/// A plan and the programme that it was made from.
struct PlanInputs {
  Plan plan;
  Programme programme;
};

/// Reads both; the embedded default programme if `programme_folder` is empty. Says so on standard error if the
/// programme has changed since the plan was made.
PlanInputs read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder);

}  // namespace stargate::cli
