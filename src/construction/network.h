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
  std::string name;
  std::string group;  ///< path in the work breakdown structure, parts separated by '/'
  double budget_usd = 0;
  std::optional<Date> actual_start, actual_finish;
  double complete = 0;  ///< share done
  double actual_cost_usd = 0;
  std::vector<Use> uses;

  bool operator==(const Task&) const;
};

/// A whole schedule as a value: what XER and MS Project XML carry, and what is drawn as a Gantt chart. `tasks` stands
/// beside `activities`, index by index; activities point into `calendars`.
struct Network {
  std::string id, name;
  Date start{};
  std::vector<std::shared_ptr<const WorkCalendar>> calendars;
  std::vector<Activity> activities;
  std::vector<Task> tasks;
  std::vector<Resource> resources;

  std::size_t add(Activity activity, Task task);
  std::vector<std::vector<Use>> uses() const;
  Date date(int day) const { return start + std::chrono::days{day}; }
};

}  // namespace stargate::construction
