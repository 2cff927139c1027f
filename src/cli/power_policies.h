#pragma once
#include <nlohmann/json.hpp>

#include "energy/result.h"

namespace stargate::cli {

/// What each requirement and reserve of the system is worth and by how much it is missed: over all scenarios. Those of
/// each snapshot by the sum over the horizon of their price (currency per MW), the highest price and the energy missed.
nlohmann::json policies_json(const energy::System& system, const energy::Result& result);
/// The same as a table, for persons; nothing where there are no policies.
void print_policies(const energy::System& system, const energy::Result& result);

}  // namespace stargate::cli
