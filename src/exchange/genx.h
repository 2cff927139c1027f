#pragma once
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

/// Is this a folder of GenX inputs (it holds Generators_data.csv, packed or not)?
bool is_genx_folder(const std::string& folder);

/// Reads a GenX folder (version 0.3 inputs): Generators_data, Load_data, Network, Fuels_data and, where it is there,
/// Generators_variability; each may be packed (.gz). MW and USD. What GenX decides and this reading does not is named in
/// the notes: storage energy apart from power (new storage has 4 hours, or its least duration), line losses, retirement,
/// reservoir inflow, unit commitment, policies (CO2, reserve margins, energy shares).
ImportedSystem read_genx(const std::string& folder);

}  // namespace stargate::exchange
