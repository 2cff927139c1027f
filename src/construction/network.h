#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "construction/critical_path.h"
#include "construction/levelling.h"

namespace stargate::construction {

/// What a project-planning program knows of an activity beyond its place in the network.
struct Task {
  std::string name{};
  std::string group{};  ///< path in the work breakdown structure, parts separated by '/'
  double budget_usd = 0;
  double complete = 0;  ///< share done
  double actual_cost_usd = 0;
  std::vector<Use> uses{};
  std::optional<std::pair<Instant, Instant>> baseline{};  ///< start and finish as once agreed
  std::string justification{};                            ///< why it is longer than two months and one piece
  /// What the file that was read says of its own schedule.
  struct Stored {
    std::optional<Instant> early_start, early_finish, late_start, late_finish;
    std::optional<double> total_float_hours, free_float_hours;
    std::optional<bool> critical;
  } stored{};
  std::size_t links_outside = 0;  ///< links to activities that are not in the file

  bool operator==(const Task&) const;
};

/// A whole schedule as a value: what XER and MS Project XML carry, and what is drawn as a Gantt chart. `tasks` stands
/// beside `activities`, index by index; activities point into `calendars`.
struct Network {
  std::string id, name;
  Instant start = 0;
  std::vector<std::shared_ptr<const WorkCalendar>> calendars;
  std::vector<SchedulingRules> rules{{}};  ///< by project
  std::vector<std::string> projects{""};   ///< names, as the rules
  std::vector<Activity> activities;
  std::vector<Task> tasks;
  std::vector<Resource> resources;

  std::size_t add(Activity activity, Task task);
  std::vector<std::vector<Use>> uses() const;
};

CriticalPath critical_path(const Network& network);

/// First and last worked day of a span, inclusive; a milestone has one day.
Date first_day(const Activity& activity, Instant start);
Date last_day(const Activity& activity, Instant start, Instant finish);
/// Hours of a day of the activity's calendar; 24 without one.
double hours_a_day(const Activity& activity);
/// A number of minutes in days of the activity's calendar.
double days_of(const Activity& activity, Minutes minutes);

}  // namespace stargate::construction
