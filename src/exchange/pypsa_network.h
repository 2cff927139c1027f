#pragma once
#include "energy/network.h"
#include "energy/result.h"
#include "exchange/pypsa_tables.h"

namespace stargate::exchange {

/// A system read from another tool's file, and what of the file was not understood or not used, by name.
struct ImportedSystem {
  energy::System system;
  std::vector<std::string> notes;
};

/// PyPSA's data as a system. Missing attributes take PyPSA's defaults; scenarios become scenarios. InputError names file,
/// component and attribute.
ImportedSystem to_system(const PypsaDataset& dataset);

/// The system in PyPSA's tables, with the result's values as PyPSA's outputs where there are any (p, p0, p_nom_opt,
/// marginal_price, ...). Cost curves and phase shifts that count have no place there and are named in `left_out`.
PypsaDataset to_dataset(const energy::System& system, const energy::Result* result, std::vector<std::string>* left_out = nullptr);

}  // namespace stargate::exchange
