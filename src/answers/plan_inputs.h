#pragma once
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate {

/// A plan and the programme that it was made from; notes say where the two do not fit.
struct PlanInputs {
  Plan plan;
  Programme programme;
  std::vector<std::string> notes;
};

/// Reads both: the programme of `programme_folder`, or else the copy in the plan's folder, or else the embedded one.
PlanInputs read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder = {});

}  // namespace stargate
