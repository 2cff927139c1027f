#pragma once
#include <string>
#include <utility>

#include "answers/plan_inputs.h"

namespace stargate::cli {

/// The plan and its programme; where the two do not fit, standard error says so.
std::pair<Plan, Programme> read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder);

}  // namespace stargate::cli
