#pragma once
#include <vector>

#include "construction/activity.h"

namespace stargate::construction {

/// Dates of one activity. It holds [start, finish): a finish is the instant at which its last minute is worked. Early
/// and late dates are those of what is left to do; floats are minutes of its own calendar and 0 once it is done.
struct Dates {
  Instant start = 0, finish = 0;  ///< as it was or as it is to be: actual dates where there are, else early ones
  Instant early_start = 0, early_finish = 0;
  Instant late_start = 0, late_finish = 0;
  Minutes total_float = 0;  ///< delay that leaves the end of the schedule (and deadlines) where they are
  Minutes free_float = 0;   ///< delay that leaves the early dates of all successors where they are
  bool critical = false;
  bool longest_path = false;  ///< drives the latest early finish of its project
};

struct CriticalPath {
  std::vector<Dates> dates;       ///< as the activities are listed
  Instant finish = 0;             ///< the last finish
  std::vector<std::size_t> path;  ///< one driving chain, first to last, that ends there
};

/// Indices so that every predecessor stands before its successors; among the free ones the lowest index goes first.
/// InputError with the activities of a circle if there is one, if a duration is negative, or if a link names an
/// activity that is not there. O((activities + links) log activities).
std::vector<std::size_t> precedence_order(const std::vector<Activity>& activities);

/// Forward pass only: when each activity finishes. O(activities + links).
std::vector<Instant> finishes(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules);

/// Critical path method, forward and backward pass (Kelley and Walker 1959; precedence diagramming: Fondahl 1961), with
/// progress and calendars as Primavera P6 and Microsoft Project count them (docs/schedule.md states the rules).
/// `rules` stand by project, at least as many as the activities name. O(activities + links), times log of exceptions.
CriticalPath critical_path(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules = {{}});

/// The chain of activities that hold `last` where it is, first to last, with the dates of `cpm`.
std::vector<std::size_t> driving_path(const std::vector<Activity>& activities,
                                      const std::vector<SchedulingRules>& rules, const CriticalPath& cpm,
                                      std::size_t last);

// ---- shared with levelling ---------------------------------------------------------------------------------------

Instant advance(const WorkCalendar* calendar, Instant at, Minutes work);
Instant retreat(const WorkCalendar* calendar, Instant at, Minutes work);
Minutes worked(const WorkCalendar* calendar, Instant from, Instant to);
Instant next_work(const WorkCalendar* calendar, Instant at);
Instant previous_work(const WorkCalendar* calendar, Instant at);

/// Nothing that is not begun may start before this.
Instant first_instant(const SchedulingRules& rules);
/// Calendar on which the lag of a link is counted.
const WorkCalendar* lag_calendar(const Link& link, const Activity& predecessor, const Activity& successor,
                                 const SchedulingRules& rules);
/// Start that a link forces on the successor, if its predecessor holds [start, finish).
Instant start_forced(const Link& link, const Activity& predecessor, const Activity& successor,
                     const SchedulingRules& rules, Instant start, Instant finish);
/// Latest finish of the predecessor with which the successor can still hold [start, finish).
Instant finish_allowed(const Link& link, const Activity& predecessor, const Activity& successor,
                       const SchedulingRules& rules, Instant start, Instant finish);
/// The start moved to where the activity can begin: its constraints hold, and work goes on.
Instant start_allowed(const Activity& activity, const SchedulingRules& rules, Instant start);

}  // namespace stargate::construction
