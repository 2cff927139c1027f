#include "answers/plan_inputs.h"

#include <filesystem>
#include <format>

#include "programme/load.h"

namespace stargate {

PlanInputs read_plan_inputs(const std::string& plan_folder, const std::string& programme_folder) {
  const auto own = std::filesystem::path(plan_folder) / "programme";
  const bool has_own = programme_folder.empty() && std::filesystem::is_directory(own);
  auto plan = read_plan(plan_folder);  // first: it says best what is no plan
  PlanInputs inputs{std::move(plan), load_programme(has_own ? own.string() : programme_folder), {}};
  if (!inputs.plan.proof.digest.empty() && inputs.plan.proof.digest != inputs.programme.digest)
    inputs.notes.push_back(std::format("{}: the plan was made from other inputs ({}) than these; --programme names a folder",
                                       plan_folder, inputs.plan.proof.programme));
  return inputs;
}

}  // namespace stargate
