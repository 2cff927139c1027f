#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "construction/work_calendar.h"

namespace stargate::construction {

/// Precedence in the terms of the precedence diagramming method: which end of the predecessor holds which end of the
/// successor.
enum class LinkType { finish_start, start_start, finish_finish, start_finish };

struct Link {
  std::size_t predecessor = 0;  ///< index into the list of activities
  LinkType type = LinkType::finish_start;
  Minutes lag = 0;       ///< negative is a lead
  bool elapsed = false;  ///< the lag counts every hour, whatever the rules say
};

enum class ActivityKind {
  task,
  start_milestone,
  finish_milestone,
  level_of_effort,  ///< spans its links, drives nothing
  summary           ///< spans its group, drives nothing
};

enum class ConstraintKind {
  start_on_or_after,
  start_on_or_before,
  start_on,
  finish_on_or_after,
  finish_on_or_before,
  finish_on,
  mandatory_start,   ///< holds against logic
  mandatory_finish,  ///< holds against logic
  as_late_as_possible
};

struct Constraint {
  ConstraintKind kind{};
  Instant at = 0;
  bool operator==(const Constraint&) const = default;
};

/// A piece of work. Durations are minutes worked on its calendar; without a calendar every minute is worked.
struct Activity {
  std::string id;
  Minutes duration = 0;  ///< as planned; 0 is a milestone
  std::vector<Link> predecessors;
  std::vector<Constraint> constraints;
  std::optional<Instant> deadline;         ///< wanted by; floats turn negative where it is missed
  const WorkCalendar* calendar = nullptr;  ///< not owned
  ActivityKind kind = ActivityKind::task;
  std::size_t project = 0;         ///< whose rules it follows
  std::vector<std::size_t> spans;  ///< of a summary: the activities of its group

  std::optional<Instant> actual_start, actual_finish;
  std::optional<Minutes> remaining;                 ///< of a begun activity; its duration if absent
  std::optional<Instant> resume;                    ///< work that was suspended goes on from here
  std::optional<Instant> expected_finish;           ///< sets what remains
  std::optional<Instant> external_start;            ///< not before: by a link from outside the file
  std::optional<Instant> external_finish;           ///< wanted by: by a link to the outside
  std::optional<std::pair<Instant, Instant>> held;  ///< start and finish that stand whatever the links say

  bool begun() const { return actual_start || actual_finish; }
  bool done() const { return actual_finish.has_value(); }
  /// Level of effort and summary: dates are taken from others.
  bool spanning() const { return kind == ActivityKind::level_of_effort || kind == ActivityKind::summary; }
  Minutes left() const { return done() ? 0 : begun() ? remaining.value_or(duration) : duration; }
};

/// What becomes of work that began before its predecessors were done.
enum class ProgressRule {
  retained_logic,     ///< what is left waits for the predecessors
  progress_override,  ///< what is left goes on from the data date
  actual_dates        ///< as retained, and successors of finished work look at its actual dates only
};

enum class LagCalendar { predecessor, successor, every_hour, project };
enum class FloatRule { finish, start, smallest };  ///< late less early finish, start, or the smaller
enum class CriticalRule {
  least_float,  ///< no activity has less
  total_float,  ///< no more than `critical_float`
  longest_path  ///< drives the latest finish
};

/// How a project is scheduled; the defaults are those of a plan. Terms after Primavera P6; `project_style` takes
/// Microsoft Project's ways where the two differ: begun work keeps its start and runs on from it, constraints hold
/// against links, nothing waits for a data date.
struct SchedulingRules {
  Instant start = 0;                   ///< of the project
  std::optional<Instant> data_date;    ///< nothing that is not done lies before it
  std::optional<Instant> must_finish;  ///< late dates count from here
  ProgressRule progress = ProgressRule::retained_logic;
  LagCalendar lag_calendar = LagCalendar::predecessor;
  const WorkCalendar* calendar = nullptr;  ///< the project's
  bool start_lag_from_early =
      true;  ///< lag behind a begun predecessor's start counts from what is left, not from its start
  FloatRule float_rule = FloatRule::finish;
  CriticalRule critical = CriticalRule::least_float;
  Minutes critical_float = 0;
  bool open_ends_critical = false;
  bool own_finish = true;  ///< floats count to the project's own finish, not to that of all projects
  bool use_expected_finish = true;
  bool constraints_hold = false;
  bool from_finish = false;  ///< everything as late as the project's `must_finish` allows
  bool project_style = false;
};

}  // namespace stargate::construction
