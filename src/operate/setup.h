#pragma once
#include <optional>
#include <string>

#include "operate/mix.h"
#include "operate/scenario.h"

namespace stargate::operate {

/// What a cluster file says: any of a fleet ([[node_type]], [[site]], [[feed]], [[hall]], [[pool]]), a described mix ([[mix]],
/// [workload]), tenants, failures, checkpoints, power rules, cloud and run settings. What it does not say keeps its default.
/// The keys are those of the structs in fleet.h, scenario.h and mix.h; docs/operate.md lists them.
struct Setup {
  std::optional<Fleet> fleet;
  Scenario scenario;
  std::vector<MixKind> mix;
  MixOptions workload;
  std::vector<Tenant> tenants;
};

/// InputError with everything wrong: place, what was found, what is allowed. What was set in `before` stands unless the file
/// says otherwise.
Setup read_setup(const std::string& file, std::string_view text, Setup before = {});

/// Gives the workload's tenants of these names their quotas and priorities.
void apply_tenants(Workload& workload, const std::vector<Tenant>& tenants);

}  // namespace stargate::operate
