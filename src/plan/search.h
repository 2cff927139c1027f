#pragma once
#include "base/progress.h"
#include "plan/operations.h"
#include "plan/solve.h"

namespace stargate::plan {

/// What a search found, in the columns and rows of a formulation with its dispatch appended, and in its (minimised)
/// objective.
struct Found {
  lp::Status status = lp::Status::failed;
  std::vector<double> value;     ///< empty if nothing was found
  std::vector<double> row_dual;  ///< of the LP with whole-number decisions held
  double bound = -lp::infinity;
  struct Alternative {
    std::size_t site;
    bool with;         ///< with a site that is not in the plan, or without one that is
    double objective;  ///< relaxed
  };
  double relaxed = 0;  ///< objective of the relaxation that alternatives are compared with
  std::vector<Alternative> alternatives;
  bool whole = true;           ///< nothing is divided that cannot be
  bool targets_met = true;
  bool out_of_time = false;    ///< the emergency brake was drawn
  std::int64_t rounds = 0, lp_iterations = 0, nodes = 0;  ///< work done: master and dispatch, in turn
};

/// Programmes with no more whole-number decisions are solved by branch and bound on all of them at once.
inline constexpr std::int64_t most_exact_integers = 600;

/// Solves the formulation whole by the solver's own branch and bound: the referee on small programmes.
/// `whole` has its dispatch, and then its halls, appended.
Found search_monolith(const Formulation& whole, const PlanOptions& options, Progress& progress);

/// Benders decomposition by dispatched quarter:
///   cuts <- operations without the programme, where they stand
///   repeat  x <- relaxed master; solve the operations of each quarter at x, in parallel; add their cuts
///   until   what they cost is what the master thinks;  bound <- master's objective
///   whole-number decisions <- branch and bound on the master with its cuts
///   repeat the loop with those decisions held, then with whole halls, plant and racks (whole.h)
/// Work is counted (rounds, windows, nodes), never timed, so that the same programme, seed and options give the same plan
/// on any machine. `decisions` is the formulation without dispatch, `operations` are of every quarter, nothing decided.
/// What is found is in the columns and rows of the same formulation with its dispatch appended.
Found search_decomposed(const Formulation& decisions, std::vector<Operations>& operations, const PlanOptions& options,
                        Progress& progress);

}  // namespace stargate::plan
