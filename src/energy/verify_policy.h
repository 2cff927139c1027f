#pragma once
#include <functional>
#include <string>

#include "energy/result.h"

namespace stargate::energy {

/// Recomputes every requirement and reserve of one scenario from the written values: `note` gets each violation,
/// relative to what is asked for, and where it stands. Nothing is shared with the formulation. O(size of the result).
void audit_policies(const Network& network, const Operation& operation, const Result& result,
                    const std::function<void(double violation, const std::string& where)>& note);

/// What one scenario pays for reserves held and for slack.
double policy_cost(const Network& network, const Operation& operation);
/// What slack of capacity requirements costs.
double requirement_cost(const Network& network, const Result& result);

}  // namespace stargate::energy
