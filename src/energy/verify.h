#pragma once
#include "energy/result.h"

namespace stargate::energy {

/// Largest violation of each kind of law, in the network's own units (MW, MWh), and the cost recomputed. Found from the
/// network and the written values alone: nothing here is shared with the formulation.
struct Verification {
  double balance = 0;           ///< power at a bus in a snapshot
  double storage = 0;           ///< energy in storage from one snapshot to the next
  double kirchhoff = 0;         ///< flow a branch carries against the voltage angles at its ends
  double limits = 0;            ///< flows, levels and capacities outside their limits
  double commitment = 0;        ///< status, ramps of committed units, minimum up and down times
  double global = 0;            ///< emission and energy limits, relative to their constant
  double policy = 0;            ///< requirements over groups and operating reserves, relative to what they ask for
  double objective = 0;         ///< without the constant
  double objective_error = 0;   ///< relative to the total cost told
  std::string worst;            ///< where the largest of the violations stands
  double largest() const;
};

/// O(size of the result). Without risk weighting the objective is recomputed too; with it `objective_error` is 0.
Verification verify(const System& system, const Result& result);

}  // namespace stargate::energy
