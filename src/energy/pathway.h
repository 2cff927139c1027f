#pragma once
#include "energy/optimise.h"

namespace stargate::energy {

/// Myopic pathway: the investment periods one after the other, each decided without sight of those after it, with what the periods
/// before decided standing as long as it lives. Then operation of all periods with those capacities, so that the result is one of
/// the whole system: its cost is never less than with foresight. InputError without investment periods, and where a limit
/// or a storage spans periods. O(periods) solves.
Result solve_myopic(const System& system, const OptimiseOptions& options);

}  // namespace stargate::energy
