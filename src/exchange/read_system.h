#pragma once
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

/// Reads whatever stands at `path`: PyPSA netCDF (.nc) or CSV folder, a MATPOWER case (.m), a GenX folder. The form is
/// told by name and content. InputError where it is none of these.
ImportedSystem read_system(const std::string& path);

}  // namespace stargate::exchange
