#pragma once
#include <string_view>
#include <vector>

#include "construction/critical_path.h"

namespace stargate::construction {

/// What all activities share: crews and cranes, which are held while work goes on, or slots of long-lead equipment,
/// which are taken when an activity starts and come anew with each step (turbines or transformers that can be ordered
/// in a quarter). `available` holds from its day until the next one; before the first step nothing is there.
struct Resource {
  enum class Kind { held, taken_at_start };
  struct Step {
    int from_day = 0;
    double available = 0;
  };
  std::string id;
  std::vector<Step> steps;
  Kind kind = Kind::held;
};

/// What an activity holds of a resource on each day it is worked, or takes when it starts.
struct Use {
  std::size_t resource = 0;
  double amount = 0;
};

/// Which of the activities that could be placed next goes first.
enum class PriorityRule {
  latest_finish,    ///< smallest late finish (LFT; Davis and Patterson 1975)
  latest_start,     ///< smallest late start (LST; Kolisch 1995)
  least_slack,      ///< smallest total float (MSLK)
  most_successors,  ///< most activities behind it, direct or not (MTS; Alvarez-Valdes and Tamarit 1993)
  rank_weight,      ///< its duration and those of its direct successors (GRPW)
  listed            ///< as the activities are listed
};
std::string_view name_of(PriorityRule rule);

struct Levelled {
  std::vector<int> starts, finishes;
  int finish_day = 0;
  PriorityRule rule{};
  std::vector<int> delays;  ///< days by which resources moved each start behind its early start
};

/// Serial schedule generation (Kelley 1963; Kolisch 1996): activities are taken in the order of the rule, predecessors
/// first, and each is put at its earliest day at which precedence holds and every resource suffices on all its worked
/// days. Feasible for any rule; not always the shortest. InputError if an activity needs more than will ever be there.
/// O(n x (days + n)) time.
Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources, PriorityRule rule);

/// The shortest over all rules; the earlier rule wins a draw.
Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources);

/// No schedule is shorter: the critical path, and for each held resource with constant capacity its work divided by
/// what is there.
int shortest_possible(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                      const std::vector<Resource>& resources);

}  // namespace stargate::construction
