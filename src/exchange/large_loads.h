#pragma once
#include <string>
#include <vector>

#include "energy/siting.h"

namespace stargate::exchange {

/// Large loads from a CSV table, a row a step of a connection: where the load may go, how much the step takes and what
/// it costs. What holds for the load as a whole (total, block, curtailment, on-site plant) stands in its first row. Power
/// and money in the network's units. Throws what is wrong with file, line and column.
std::vector<energy::LargeLoad> read_large_loads(const std::string& file);

}  // namespace stargate::exchange
