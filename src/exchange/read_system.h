#pragma once
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

/// Reads whatever stands at `path`: PyPSA netCDF (.nc) or CSV folder, a MATPOWER case (.m), a GenX folder. The form is
/// told by name and content. InputError where it is none of these.
ImportedSystem read_system(const std::string& path);

/// Can a result be written to `path`? InputError where it cannot: told before a long solve, not after it.
void check_output(const std::string& path);

/// Writes the system with its result for PyPSA: netCDF where the name ends in .nc, else a CSV folder. Where `source` is a
/// PyPSA file or folder itself, all that stands there goes along (colours, coordinates, ...); where it is a GenX folder, GenX's
/// tables of results go into a subfolder 'results' of the CSV folder. Returns what had no place.
std::vector<std::string> write_system(const std::string& path, const energy::System& system, const energy::Result& result,
                                      const std::string& source = {});

}  // namespace stargate::exchange
