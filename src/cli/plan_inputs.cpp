#include "cli/plan_inputs.h"

#include <print>

namespace stargate::cli {

std::pair<Plan, Programme> read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder) {
  auto inputs = stargate::read_plan_inputs(plan_folder, programme_folder);
  for (const auto& note : inputs.notes) std::println(stderr, "warning: {}", note);
  return {std::move(inputs.plan), std::move(inputs.programme)};
}

}  // namespace stargate::cli
