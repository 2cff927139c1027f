#include "construction/network.h"

#include <algorithm>

namespace stargate::construction {

bool Task::operator==(const Task& other) const {
  const auto same_use = [](const Use& a, const Use& b) { return a.resource == b.resource && a.amount == b.amount; };
  return name == other.name && group == other.group && budget_usd == other.budget_usd &&
         actual_start == other.actual_start && actual_finish == other.actual_finish && complete == other.complete &&
         actual_cost_usd == other.actual_cost_usd && std::ranges::equal(uses, other.uses, same_use);
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

}  // namespace stargate::construction
