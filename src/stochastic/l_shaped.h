#pragma once
#include <functional>
#include <vector>

#include "lp/benders.h"
#include "stochastic/programme.h"

namespace stargate::stochastic {

/// What a given first decision costs in each scenario of a two-stage tree, second stage alone (minimised, without
/// probabilities); infinity where the second stage cannot be met. `first` holds a value for each column of the core (those
/// of the first stage count). Second stages with whole numbers are solved as such, to `relative_gap`.
struct ScenarioCosts {
  std::vector<double> cost;      ///< by scenario, in the order of the tree's nodes
  std::vector<double> proven;    ///< no better than this: below `cost` where whole numbers were not solved to the end
  bool solved = true;            ///< false: the solver gave up on one
};
ScenarioCosts scenario_costs(const StochasticProgramme& p, const Tree& tree, const std::vector<double>& first, unsigned threads,
                             double relative_gap = 1e-9, const std::function<bool()>& should_stop = {});

/// Conditional value at risk of costs: the mean of the worst 1 - alpha (Rockafellar and Uryasev, 2000), alpha in [0, 1); and
/// the weight that each cost has in it.
double conditional_value_at_risk(const std::vector<double>& cost, const std::vector<double>& probability, double alpha,
                                 std::vector<double>* weight = nullptr);

struct LShapedOptions {
  lp::BendersOptions master;  ///< `start` by columns of the core
  /// Cuts a round: scenarios whose slopes at the start are near one another share one. 0: a cut for each up to 64.
  int groups = 0;
  double cvar_alpha = 0, cvar_weight = 0;  ///< minimise expectation + weight * CVaR
};
struct LShapedResult {
  lp::MasterResult master;
  std::vector<double> first;  ///< by columns of the core
  long long subproblems = 0;
};

/// The L-shaped method (Van Slyke and Wets, 1969) as lp/benders.h with the scenarios as its blocks: T, h, q, W and bounds may
/// change by scenario; each of a fixed number of chains of scenarios keeps a solver and its basis, so that the answer does
/// not depend on the threads. std::logic_error unless there are two stages with a continuous second one.
LShapedResult l_shaped(const StochasticProgramme& p, const Tree& tree, const LShapedOptions& options);

}  // namespace stargate::stochastic
