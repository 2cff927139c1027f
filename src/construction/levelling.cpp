#include "construction/levelling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <map>
#include <optional>
#include <utility>

#include "base/diagnostics.h"

namespace stargate::construction {

namespace {
constexpr double tolerance = 1e-6;

/// Free amount of one resource as a step function of days: from each key until the next.
class Profile {
 public:
  explicit Profile(const Resource& resource) : kind_(resource.kind) {
    free_[std::numeric_limits<int>::min()] = 0;
    for (const auto& step : resource.steps) free_[step.from_day] = step.available;
  }

  /// First day at or behind `from` on which the amount is short before `to`; `to` if it is never short.
  int first_short(int from, int to, double amount) const {
    for (auto at = std::prev(free_.upper_bound(from)); at != free_.end() && at->first < to; ++at)
      if (at->second < amount - tolerance) return std::max(from, at->first);
    return to;
  }
  /// First day behind `day` on which the free amount changes; no_deadline if it never does.
  int next_change(int day) const {
    const auto at = free_.upper_bound(day);
    return at == free_.end() ? no_deadline : at->first;
  }
  /// First day on which an activity that holds [start, finish) lacks the amount, if there is one. What is taken at the
  /// start is looked at on that day only.
  std::optional<int> first_lack(int start, int finish, double amount) const {
    const int end = kind_ == Resource::Kind::held ? finish : start + 1, lack = first_short(start, end, amount);
    return lack < end ? std::optional(lack) : std::nullopt;
  }
  void use(int start, int finish, double amount) {
    if (kind_ == Resource::Kind::held) return take(start, finish, amount);
    std::prev(free_.upper_bound(start))->second -= amount;  // steps of such a resource are never split
  }

 private:
  void take(int from, int to, double amount) {
    if (from == to) return;
    split(from);
    split(to);
    for (auto at = free_.find(from); at->first < to; ++at) at->second -= amount;
  }
  void split(int day) {
    const auto at = std::prev(free_.upper_bound(day));
    if (at->first != day) free_[day] = at->second;
  }
  Resource::Kind kind_;
  std::map<int, double> free_;
};

std::vector<double> priorities(const std::vector<Activity>& activities, PriorityRule rule) {
  const std::size_t n = activities.size();
  const CriticalPath cpm = critical_path(activities);
  std::vector<double> value(n);
  for (std::size_t i = 0; i < n; ++i) switch (rule) {
      case PriorityRule::latest_finish:
        value[i] = cpm.dates[i].late_finish;
        break;
      case PriorityRule::latest_start:
        value[i] = cpm.dates[i].late_start;
        break;
      case PriorityRule::least_slack:
        value[i] = cpm.dates[i].total_float;
        break;
      case PriorityRule::rank_weight:
        value[i] -= activities[i].duration_days;
        for (const Link& link : activities[i].predecessors) value[link.predecessor] -= activities[i].duration_days;
        break;
      case PriorityRule::listed:
        value[i] = static_cast<double>(i);
        break;
      case PriorityRule::most_successors:
        break;
    }
  if (rule != PriorityRule::most_successors) return value;
  std::vector<std::vector<bool>> behind(n, std::vector<bool>(n));
  const auto order = precedence_order(activities);
  for (auto i = order.rbegin(); i != order.rend(); ++i)
    for (const Link& link : activities[*i].predecessors) {
      auto& mine = behind[link.predecessor];
      mine[*i] = true;
      for (std::size_t j = 0; j < n; ++j)
        if (behind[*i][j]) mine[j] = true;
    }
  for (std::size_t i = 0; i < n; ++i) value[i] = -static_cast<double>(std::ranges::count(behind[i], true));
  return value;
}

/// Activities in the order of the rule, each behind its predecessors.
std::vector<std::size_t> placing_order(const std::vector<Activity>& activities, PriorityRule rule) {
  const auto value = priorities(activities, rule);
  std::vector<std::vector<std::size_t>> successors(activities.size());
  std::vector<std::size_t> waiting(activities.size());
  for (std::size_t i = 0; i < activities.size(); ++i)
    for (const Link& link : activities[i].predecessors) successors[link.predecessor].push_back(i), ++waiting[i];
  std::map<std::pair<double, std::size_t>, std::size_t> eligible;
  for (std::size_t i = 0; i < activities.size(); ++i)
    if (waiting[i] == 0) eligible[{value[i], i}] = i;
  std::vector<std::size_t> order;
  while (!eligible.empty()) {
    const std::size_t i = eligible.begin()->second;
    eligible.erase(eligible.begin());
    order.push_back(i);
    for (const std::size_t s : successors[i])
      if (--waiting[s] == 0) eligible[{value[s], s}] = s;
  }
  return order;
}

/// Earliest start from `start` on at which all uses find what they need.
int earliest_fit(const Activity& a, const std::vector<Use>& uses, const std::vector<Profile>& profiles, int start) {
  for (bool moved = true; moved;) {
    moved = false;
    for (const Use& use : uses) {
      if (use.amount <= 0) continue;
      const Profile& profile = profiles[use.resource];
      const auto lack = profile.first_lack(start, finish_from(a, start), use.amount);
      if (!lack) continue;
      // Until something changes on the short day, no start that covers it will do.
      const int next = profile.next_change(*lack);
      if (next == no_deadline)
        throw InputError(
            {}, std::format("activity '{}' needs {} of a resource that never again has as much", a.id, use.amount),
            "raise what is available, or lower what the activity uses");
      start = a.calendar && a.duration_days > 0 ? a.calendar->next_worked(next) : next;
      moved = true;
    }
  }
  return start;
}
}  // namespace

std::string_view name_of(PriorityRule rule) {
  switch (rule) {
    case PriorityRule::latest_finish:
      return "latest finish";
    case PriorityRule::latest_start:
      return "latest start";
    case PriorityRule::least_slack:
      return "least slack";
    case PriorityRule::most_successors:
      return "most successors";
    case PriorityRule::rank_weight:
      return "rank weight";
    case PriorityRule::listed:
      return "as listed";
  }
  std::unreachable();
}

Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources, PriorityRule rule) {
  if (uses.size() != activities.size()) throw std::logic_error("every activity has a list of uses, if an empty one");
  std::vector<Profile> profiles(resources.begin(), resources.end());
  const auto early = critical_path(activities).dates;
  Levelled result{std::vector<int>(activities.size()), std::vector<int>(activities.size()), 0, rule,
                  std::vector<int>(activities.size())};
  for (const std::size_t i : placing_order(activities, rule)) {
    const Activity& a = activities[i];
    const int start = earliest_fit(a, uses[i], profiles, earliest_start(a, activities, result.starts, result.finishes));
    result.starts[i] = start;
    result.finishes[i] = finish_from(a, start);
    result.delays[i] = start - early[i].early_start;
    result.finish_day = std::max(result.finish_day, result.finishes[i]);
    for (const Use& use : uses[i])
      if (use.amount > 0) profiles[use.resource].use(start, result.finishes[i], use.amount);
  }
  return result;
}

Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources) {
  static constexpr std::array rules{PriorityRule::latest_finish, PriorityRule::latest_start,
                                    PriorityRule::least_slack,   PriorityRule::most_successors,
                                    PriorityRule::rank_weight,   PriorityRule::listed};
  Levelled best;
  for (const PriorityRule rule : rules)
    if (Levelled next = level(activities, uses, resources, rule);
        best.starts.empty() || next.finish_day < best.finish_day)
      best = std::move(next);
  return best;
}

int shortest_possible(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                      const std::vector<Resource>& resources) {
  int bound = critical_path(activities).finish_day;
  for (std::size_t r = 0; r < resources.size(); ++r) {
    if (resources[r].kind != Resource::Kind::held || resources[r].steps.size() != 1 ||
        resources[r].steps.front().available <= 0)
      continue;
    double work = 0;
    for (std::size_t i = 0; i < activities.size(); ++i)
      for (const Use& use : uses[i])
        if (use.resource == r) work += use.amount * activities[i].duration_days;
    bound = std::max(bound, resources[r].steps.front().from_day +
                                static_cast<int>(std::ceil(work / resources[r].steps.front().available - tolerance)));
  }
  return bound;
}

}  // namespace stargate::construction
