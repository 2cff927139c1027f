#pragma once
#include "exchange/pypsa_network.h"

namespace stargate {
class ResultFolder;
}

namespace stargate::exchange {

/// Is this a folder of GenX inputs: Generators_data.csv (packed or not), or a folder of resources beside one of the
/// system?
bool is_genx_folder(const std::string& folder);

/// Reads a GenX folder, flat as version 0.3 writes it or in parts as 0.4 does; each table may be packed (.gz). MW and
/// USD, whatever ParameterScale says. The objective with its constant is GenX's objective. What is not used is named in
/// the notes: settings, columns, files, kinds of resources. InputError naming file, line and column.
ImportedSystem read_genx(const std::string& folder);

/// Puts GenX's tables of results into the subfolder results: capacity, power, charge, storage, nse, flow, prices, costs,
/// policies.
void put_genx_results(ResultFolder& folder, const energy::System& system, const energy::Result& result);

}  // namespace stargate::exchange
