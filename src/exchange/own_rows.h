#pragma once
#include <string>
#include <vector>

#include "energy/network.h"

namespace stargate::exchange {

/// Rows of the user's own from a CSV table, a line a term: row, variable (Generator-p, Link-p_nom, Store-e, ... as linopy names
/// PyPSA's), component, or carrier and bus of all that are meant, coefficient, later; in the first line of a row sense, constant, holds
/// (once, each snapshot) and price. InputError naming file and line, with the nearest name.
std::vector<energy::CustomRow> read_own_rows(const std::string& file, const energy::Network& network);

}  // namespace stargate::exchange
