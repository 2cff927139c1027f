#pragma once
#include "energy/formulation.h"
#include "lp/model_file.h"

namespace stargate::energy {

/// Names of the columns and of the rows that others ask for, in the network's terms: p.generators.gas.3 is the power of 'gas' in
/// snapshot 3. O(columns + rows).
lp::ModelNames programme_names(const System& system, const Formulation& formulation);

}  // namespace stargate::energy
