#pragma once
#include <string>
#include <vector>

#include "powerflow/case.h"
#include "powerflow/optimal.h"

namespace stargate::exchange {

struct PowerCase {
  powerflow::Case network;
  std::vector<std::string> notes;  ///< what was set aside or read otherwise than told, grouped
  std::vector<powerflow::GenerationCost> costs;  ///< of each generator, where the case tells them
  std::string cost_fault;                        ///< why an optimal power flow cannot take them; empty if it can
};

/// Reads a MATPOWER case, version 2, for AC power flow as MATPOWER's runpf does: what is out of service or at an isolated
/// bus (type 4) is left out; a bus of type 2 or 3 without generator in service becomes a load bus (another of its island
/// takes the slack); HVDC lines in service hold their set power and voltages at both ends. InputError with file and line
/// for numbers that make no network: no impedance, no slack in an island, limits that cross, ends that are not there.
PowerCase read_power_case(const std::string& path);

/// New loads: a CSV table 'bus,mw' with 'mvar' or 'power_factor' (1), each a row. InputError with the nearest bus.
struct PlacedLoad {
  std::string name;
  std::size_t bus = 0;
  double mw = 0, mvar = 0;
};
std::vector<PlacedLoad> read_placed_loads(const std::string& file, const powerflow::Case& network);

}  // namespace stargate::exchange
