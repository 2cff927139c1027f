#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lp/solver.h"
#include "stochastic/programme.h"

namespace stargate::stochastic {

enum class Form { choose, extensive, l_shaped };

struct SolveOptions {
  Form form = Form::choose;
  double relative_gap = 1e-6;
  std::size_t most_scenarios = 20000;  ///< more of them, or continuous data: scenarios are drawn
  // Drawn scenarios: so many problems of so many scenarios, and fresh scenarios to value their best decision with.
  std::size_t batches = 10, batch_scenarios = 200, fresh_scenarios = 5000;
  Sampling sampling = Sampling::latin_hypercube;
  std::uint64_t seed = 1;
  /// minimise expectation + weight * CVaR(alpha): of costs, or of losses where the programme is maximised.
  double cvar_alpha = 0, cvar_weight = 0;
  double chance = 0;  ///< the rows of scenarios with at most this probability together need not be kept
  int groups = 0;     ///< cuts a round of the L-shaped method; 0: chosen
  bool values = true; ///< EV, EEV, VSS, WS, EVPI as well
  unsigned threads = 1;
  double time_limit_s = lp::infinity;  ///< of each problem
  std::function<bool()> should_stop;
  std::function<void(const std::string&)> on_stage;
};

/// A 95 % interval.
struct Interval {
  double low = 0, high = 0;
};

/// All objectives in the programme's own sense.
struct SolveResult {
  lp::Status status = lp::Status::failed;  ///< optimal, gap_reached, or what kept from it
  std::string message;
  std::string form;  ///< "extensive form", "L-shaped"
  std::size_t scenarios = 0;
  bool sampled = false;
  double objective = 0, bound = 0;     ///< with the CVaR term where there is one; if sampled: estimates
  std::vector<double> first;           ///< the decision, by column of the core (first stage; others 0)
  std::optional<double> expectation;   ///< RP: of the decision
  std::optional<double> cvar, worst;   ///< of the decision's outcomes at cvar_alpha (0: the mean)
  std::optional<double> wait_and_see, mean_value, of_mean_decision;  ///< WS, EV, EEV
  std::optional<double> value_of_stochastic_solution, value_of_perfect_information;
  std::string mean_decision_note;      ///< where EEV is none: why
  // Where scenarios were drawn (Mak, Morton and Wood, 1999)
  std::optional<Interval> objective_interval, bound_interval;
  double gap_upper = 0;                ///< 95 %: the decision is no further from the best one than that
  std::optional<Interval> vss_interval, evpi_interval;
  long long rounds = 0, subproblems = 0;
};

/// The best first decision of a stochastic programme and what it is worth. Extensive form for many stages, whole numbers in
/// the second stage, chance limits and small programmes; the L-shaped method for the rest. Deterministic for any number
/// of threads. InputError for what a method cannot do (drawing more than two stages, a chance limit on rows without
/// a limit, ...).
///   RP   best decision's expected objective          EV   objective of the programme of mean data
///   EEV  expectation of EV's first decision          VSS  EEV - RP     WS  mean of each scenario's own best   EVPI  RP - WS
/// (signs turned for a maximised programme, so that VSS and EVPI are never negative but for tolerance).
SolveResult solve(const StochasticProgramme& p, const SolveOptions& options);

}  // namespace stargate::stochastic
