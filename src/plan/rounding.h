#pragma once
#include <optional>
#include <vector>

#include "plan/formulation.h"

namespace stargate::plan {

/// A whole-number column and the value it is held at.
struct Hold {
  int column;
  double value;
};

/// Openings rounded from a relaxed solution: a site that is opened by half or more opens in the quarter by which half
/// of that is reached, later if the year's new states are used up; the others stay closed. States are entered
/// accordingly.
std::vector<Hold> round_openings(const Formulation& formulation, const std::vector<double>& relaxed);

/// Block starts rounded so that each site's running total stays within half a block of the relaxed one, where room,
/// starts a quarter and the quarter's equipment allow; an open site gets at least one. Supply expansions are rounded to
/// the nearest whole number. Openings are held in `relaxed` already, and so is what is before a quarter that was
/// rounded before: only starts and orders before quarter `until` are given.
std::vector<Hold> round_blocks(const Formulation& formulation, const std::vector<double>& relaxed, int until);

/// A spare unit wherever more than one unit is in service and something is counted on it.
std::vector<Hold> round_spares(const Formulation& formulation, const std::vector<double>& relaxed);

}  // namespace stargate::plan
