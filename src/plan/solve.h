#pragma once
#include "base/progress.h"
#include "blueprint/plan.h"
#include "lp/solver.h"
#include "plan/formulation.h"

namespace stargate::plan {

struct PlanOptions {
  double gap = 0.01;           ///< of the bound, at which the search ends
  double effort = 1;           ///< times the counted work (windows, nodes) after which it ends anyway
  double time_limit_s = 86400; ///< an emergency brake: what it stops is not the same on another machine
  bool alternatives = true;    ///< the next-best sites as well
  unsigned threads = 2;
  int seed = 0;
  bool monolith = false;  ///< hand the whole problem to the solver's own branch and bound
  Rules dropped;          ///< rules left out; for tests
};

/// A rule that is part of the smallest set that conflicts, in the programme's own words.
struct Conflict {
  Rule rule;
  std::string what, words;
};

struct Outcome {
  Exit exit = Exit::done;
  Plan plan;                        ///< empty if there is none
  std::vector<Conflict> conflicts;  ///< if infeasible
  double seconds = 0;                 ///< of the clock; never part of the plan
  std::vector<std::string> possible;  ///< of each target that is missed: how much can be had, in words
};

/// Plans the programme: formulation, relaxation (the bound), whole-number decisions, the plan's tables.
/// Deterministic for the same programme, seed and options on any number of threads and under any load, unless the time
/// limit or an interruption ends the search.
Outcome make_plan(const Programme& programme, const PlanOptions& options, Progress& progress);

}  // namespace stargate::plan
