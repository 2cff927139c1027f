#pragma once
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "construction/work_calendar.h"

namespace stargate::construction {

/// Precedence in the terms of the precedence diagramming method: which end of the predecessor holds which end of the
/// successor.
enum class LinkType { finish_start, start_start, finish_finish, start_finish };

struct Link {
  std::size_t predecessor = 0;  ///< index into the list of activities
  LinkType type = LinkType::finish_start;
  int lag_days = 0;  ///< negative is a lead; counted in the predecessor's calendar
};

inline constexpr int no_deadline = std::numeric_limits<int>::max();

/// Durations are worked days. Days count from the start of the schedule (day 0); without a calendar every day is
/// worked.
struct Activity {
  std::string id;
  int duration_days = 0;  ///< 0 is a milestone
  std::vector<Link> predecessors;
  int not_before_day = 0;                  ///< earliest start allowed
  int deadline_day = no_deadline;          ///< finish wanted by; floats turn negative where it is missed
  const WorkCalendar* calendar = nullptr;  ///< not owned; null: every day is worked
};

/// Dates of one activity, in days: it holds [start, finish). Floats are worked days of its own calendar.
struct Dates {
  int early_start = 0, early_finish = 0;
  int late_start = 0, late_finish = 0;
  int total_float = 0;  ///< delay that leaves the end of the schedule (and deadlines) where they are
  int free_float = 0;   ///< delay that leaves the early dates of all successors where they are
  bool critical = false;
};

struct CriticalPath {
  std::vector<Dates> dates;       ///< as the activities are listed
  int finish_day = 0;             ///< the last early finish
  std::vector<std::size_t> path;  ///< one driving chain, first to last, that ends at finish_day
};

/// Indices so that every predecessor stands before its successors; among the free ones the lowest index goes first.
/// InputError with the activities of a circle if there is one, or if a link names an activity that is not there.
std::vector<std::size_t> precedence_order(const std::vector<Activity>& activities);

/// Forward pass only: the finish day of each activity. O(activities + links).
std::vector<int> finish_days(const std::vector<Activity>& activities);

/// Critical path method, forward and backward pass (Kelley and Walker 1959; precedence diagramming: Fondahl 1961).
/// An activity is critical if no activity has less total float. O(activities + links).
CriticalPath critical_path(const std::vector<Activity>& activities);

/// The chain of activities that hold `last` where it is, first to last, with the dates of `cpm`. O(links along the
/// chain).
std::vector<std::size_t> driving_path(const std::vector<Activity>& activities, const CriticalPath& cpm,
                                      std::size_t last);

/// Earliest day on which `activity` may start if its predecessors hold [starts, finishes).
int earliest_start(const Activity& activity, const std::vector<Activity>& activities, const std::vector<int>& starts,
                   const std::vector<int>& finishes);

/// Day behind `work_days` of the activity's own calendar from `start`.
int finish_from(const Activity& activity, int start);

}  // namespace stargate::construction
