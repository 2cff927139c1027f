#pragma once
#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::audit {

/// Two zones, three sites, ten quarters of which four build.
Programme hand_made_programme();
/// A plan of it that keeps every rule, each table worked out by hand (the arithmetic stands beside it).
Plan hand_made_plan();

}  // namespace stargate::audit
