#pragma once
#include <string>
#include <vector>

#include "energy/formulation.h"

namespace stargate::energy {

struct DiagnosisOptions {
  FormulationOptions formulation;
  double time_limit_s = 60;
  std::size_t most = 10;  ///< findings told
};

/// Why a system has no solution, the worst first: buses and snapshots where load cannot be met (or power not got rid of)
/// where all else holds; if there are none, the limits that cannot hold together, by component. One elastic linear
/// programme: least sum of what is missing, whole numbers relaxed.
std::vector<std::string> why_infeasible(const System& system, const DiagnosisOptions& options = {});

/// What grows without end, by component, where cost has no lower bound.
std::vector<std::string> why_unbounded(const System& system, const DiagnosisOptions& options = {});

}  // namespace stargate::energy
