#pragma once
#include <string>
#include <vector>

#include "energy/optimise.h"

namespace stargate::energy {

/// What an alternative makes small or large: capacity of components of a list, of one carrier or of all, each by its weight.
struct Aim {
  List list = List::generators;
  std::string carrier;  ///< empty: every one
  double weight = 1;
};

struct AlternativeOptions {
  double slack = 0.05;  ///< of the cost, with that of all capacity that stands
  std::vector<Aim> aims{{}};
  bool largest = false;
  OptimiseOptions solver;
};

struct Alternative {
  Result optimum, result;  ///< the least cost, and the alternative: its `objective` is its cost
  double aim = 0;          ///< sum of the weights times the capacities
};

/// Modelling to generate alternatives (Brill, Chang and Hopkins, Management Science 28(3), 1982): of all that costs at most
/// (1 + slack) of the least cost, what is smallest or largest in the aims. InputError for aims that no capacity to be decided
/// has. Two solves.
Alternative alternative(const System& system, const AlternativeOptions& options);

}  // namespace stargate::energy
