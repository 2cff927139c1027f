#include "cli/plan_inputs.h"

#include <print>

#include "programme/load.h"

namespace stargate::cli {

PlanInputs read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder) {
  PlanInputs inputs{read_plan(plan_folder), load_programme(programme_folder)};
  if (!inputs.plan.proof.digest.empty() && inputs.plan.proof.digest != inputs.programme.digest)
    std::println(
        stderr,
        "{}: warning: the plan was made from other inputs ({}) than these; --programme names the folder of its own",
        plan_folder, inputs.plan.proof.programme);
  return inputs;
}

}  // namespace stargate::cli
