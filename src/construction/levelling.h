#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "construction/critical_path.h"

namespace stargate::construction {

/// What all activities share: crews and cranes, which are held while work goes on, or slots of long-lead equipment,
/// which are taken when an activity starts and come anew with each step (turbines or transformers that can be ordered
/// in a quarter). `available` holds from its instant until the next one; before the first step nothing is there. A
/// resource without steps has no stated limit.
struct Resource {
  enum class Kind { held, taken_at_start };
  struct Step {
    Instant from = 0;
    double available = 0;
  };
  std::string id;
  std::vector<Step> steps;
  Kind kind = Kind::held;
};

/// What an activity holds of a resource while it is worked, or takes when it starts.
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
  listed,           ///< as the activities are listed
  sampled           ///< drawn, biased to the smallest late finish (Kolisch 1996)
};
std::string_view name_of(PriorityRule rule);

struct LevellingOptions {
  /// The search ends once it has placed this many activities, or before if no schedule can be shorter.
  std::size_t placements = 60000;
  std::uint64_t seed = 1;
  std::function<bool()> stop = [] { return false; };  ///< asked between schedules
};

struct Levelled {
  std::vector<Instant> starts, finishes;
  Instant finish = 0;
  PriorityRule rule{};                    ///< that led to it
  std::vector<Minutes> delays{};          ///< by which resources moved each start behind its early start
  Instant bound = 0;                      ///< no schedule finishes before: shortest_possible
  std::size_t schedules = 0;              ///< that were made
  std::vector<std::string> unlevelled{};  ///< why a use was left out, in words

  std::vector<std::string> unlimited{};  ///< resources in use that state no limit

  bool shortest() const { return unlevelled.empty() && finish <= bound; }
};

/// Resource-constrained schedules: serial generation (Kelley 1963; Kolisch 1996) under six rules and by sampling, each
/// justified to the right and to the left until it gets no shorter (Tormos and Lova 2001; Valls, Ballestin and
/// Quintanilla 2005); the one that finishes first is kept, then the one with least delay in all. A use that can never
/// be met, or whose resource states no limit, is left out and told in `unlevelled`; work that has begun keeps its
/// dates. The same options, the same schedule. O(n x (log n + links + steps)) a schedule.
Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules = {{}},
               const LevellingOptions& options = {});

/// One serial schedule under one rule.
Levelled level_by(PriorityRule rule, const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                  const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules = {{}});

/// No schedule finishes before: the critical path, and for each held resource with constant capacity its work divided
/// by what is there.
Instant shortest_possible(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                          const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules = {{}});

}  // namespace stargate::construction
