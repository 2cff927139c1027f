#pragma once
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

/// How a branch carries power in the linear model.
enum class BranchModel {
  power_models,  ///< p = (angle difference) * x / (r^2 + x^2): PowerModels.jl's DCPPowerModel, no taps, no shifts
  matpower,      ///< p = (angle difference - shift) / (x * tap): MATPOWER's makeBdc
};

/// Reads a MATPOWER case, version 2: buses, branches, generators with polynomial (up to quadratic) or convex
/// piecewise-linear cost, angle limits, HVDC lines. Everything is in MW; cost in USD per hour. The constant terms of the
/// costs of running generators are kept in a generator's cost curve or named in the notes.
ImportedSystem read_matpower(const std::string& path, BranchModel model = BranchModel::power_models);

}  // namespace stargate::exchange
