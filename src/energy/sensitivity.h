#pragma once
#include <vector>

#include "energy/topology.h"

namespace stargate::energy {

/// Linear power flow by injections: what a transfer or an outage does to every wire. Built once for a topology by a dense
/// factorisation of each island's susceptance matrix: O(sum of buses^3 / 3) work, O(buses^2) memory; a transfer costs
/// O(buses^2). InputError if a wire has no impedance.
class Sensitivity {
 public:
  Sensitivity(const Topology& topology, std::size_t buses);

  /// Flow on each wire for one MW from a bus to another of the same island (a column difference of the PTDF).
  std::vector<double> transfer(std::size_t from, std::size_t to) const;

  /// Line outage distribution factors: the share of the flow of wire `out` that each wire takes over when it is lost; -1
  /// for `out` itself. Empty if its loss parts the island.
  std::vector<double> outage(std::size_t out) const;

 private:
  const Topology& topology_;
  std::vector<std::size_t> row_;                 ///< of each bus in its island's matrix; `reference` has none
  std::vector<std::vector<double>> factor_;      ///< an island each: Cholesky factor, lower triangle by rows
  std::vector<std::size_t> order_;               ///< size of each island's matrix
};

}  // namespace stargate::energy
