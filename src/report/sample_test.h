#pragma once
#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::report {

/// A programme of fourteen sites and a plan that opens twelve of them, made by simple arithmetic: enough of every table
/// to draw each part of the page.
Programme sample_programme();
Plan sample_plan(const Programme& programme);

}  // namespace stargate::report
