#pragma once
#include "energy/network.h"
#include "energy/result.h"
#include "exchange/pypsa_tables.h"

namespace stargate::exchange {

/// A system read from another tool's file; what of the file was not understood or not used, by name: `left_out` what would change
/// the answer, `notes` what cannot.
struct ImportedSystem {
  energy::System system;
  std::vector<std::string> notes;
  std::vector<std::string> left_out = {};
};

/// PyPSA's data as a system. Missing attributes take PyPSA's defaults; scenarios become scenarios. InputError names file,
/// component and attribute.
ImportedSystem to_system(const PypsaDataset& dataset);

/// The system in PyPSA's tables.
PypsaDataset to_dataset(const energy::System& system);
/// What of the system has no place in PyPSA's tables.
std::vector<std::string> not_in_pypsa(const energy::System& system);
/// Puts the result's values into the tables as PyPSA's outputs (p, p0, p_nom_opt, marginal_price, ...).
void add_results(PypsaDataset& dataset, const energy::System& system, const energy::Result& result);

}  // namespace stargate::exchange
