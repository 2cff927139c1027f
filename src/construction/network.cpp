#include "construction/network.h"

#include <algorithm>

namespace stargate::construction {

bool Task::operator==(const Task& other) const {
  const auto same_use = [](const Use& a, const Use& b) { return a.resource == b.resource && a.amount == b.amount; };
  return name == other.name && group == other.group && budget_usd == other.budget_usd && complete == other.complete &&
         actual_cost_usd == other.actual_cost_usd && baseline == other.baseline &&
         std::ranges::equal(uses, other.uses, same_use);
}

std::size_t Network::add(Activity activity, Task task) {
  activities.push_back(std::move(activity));
  tasks.push_back(std::move(task));
  return activities.size() - 1;
}

std::vector<std::vector<Use>> Network::uses() const {
  std::vector<std::vector<Use>> all;
  for (const Task& task : tasks) all.push_back(task.uses);
  return all;
}

CriticalPath critical_path(const Network& network) { return critical_path(network.activities, network.rules); }

Date first_day(const Activity& activity, Instant start) {
  return day_of(activity.kind == ActivityKind::finish_milestone ? start - 1 : start);
}

Date last_day(const Activity& activity, Instant start, Instant finish) {
  if (activity.kind == ActivityKind::finish_milestone) return day_of(finish - 1);
  return day_of(finish > start ? finish - 1 : finish);
}

double hours_a_day(const Activity& activity) { return activity.calendar ? activity.calendar->hours_a_day() : 24; }

double days_of(const Activity& activity, Minutes minutes) {
  return static_cast<double>(minutes) / 60 / hours_a_day(activity);
}

}  // namespace stargate::construction
