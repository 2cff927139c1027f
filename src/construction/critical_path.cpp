#include "construction/critical_path.h"

#include <algorithm>
#include <format>
#include <functional>
#include <queue>

#include "base/diagnostics.h"

namespace stargate::construction {

namespace {

int advance(const WorkCalendar* calendar, int day, int work_days) {
  return calendar ? calendar->advance(day, work_days) : day + work_days;
}
int retreat(const WorkCalendar* calendar, int day, int work_days) {
  return calendar ? calendar->retreat(day, work_days) : day - work_days;
}
int worked_between(const WorkCalendar* calendar, int from, int to) {
  return calendar ? calendar->worked_between(from, to) : to - from;
}

bool holds_start(LinkType type) { return type == LinkType::finish_start || type == LinkType::start_start; }
bool from_finish(LinkType type) { return type == LinkType::finish_start || type == LinkType::finish_finish; }

/// Start that a link forces on its successor.
int start_forced(const Link& link, const Activity& predecessor, const Activity& successor, int start, int finish) {
  const int held = advance(predecessor.calendar, from_finish(link.type) ? finish : start, link.lag_days);
  if (holds_start(link.type)) return held;
  int first = retreat(successor.calendar, held, successor.duration_days);
  if (finish_from(successor, first) < held) first = successor.calendar ? successor.calendar->next_worked(held) : held;
  return first;
}

/// Latest finish of the predecessor with which the successor can still hold [start, finish).
int finish_allowed(const Link& link, const Activity& predecessor, int start, int finish) {
  const int held = retreat(predecessor.calendar, holds_start(link.type) ? start : finish, link.lag_days);
  return from_finish(link.type) ? held : finish_from(predecessor, held);
}

std::string circle_text(const std::vector<Activity>& activities, const std::vector<int>& waiting) {
  // Every activity that still waits has a predecessor that waits: walking back must come round.
  const auto first =
      static_cast<std::size_t>(std::ranges::find_if(waiting, [](int n) { return n > 0; }) - waiting.begin());
  std::vector<std::size_t> walk;
  std::size_t at = first;
  while (std::ranges::find(walk, at) == walk.end()) {
    walk.push_back(at);
    at = std::ranges::find_if(activities[at].predecessors, [&](const Link& l) {
           return waiting[l.predecessor] > 0;
         })->predecessor;
  }
  std::string text = activities[at].id;
  for (auto i = walk.rbegin(); i != walk.rend() && *i != at; ++i) text += " -> " + activities[*i].id;
  return text + " -> " + activities[at].id;
}

struct Forward {
  std::vector<std::size_t> order;
  std::vector<int> starts, finishes;
};

Forward forward_pass(const std::vector<Activity>& activities) {
  Forward pass{precedence_order(activities), std::vector<int>(activities.size()), std::vector<int>(activities.size())};
  for (const std::size_t i : pass.order) {
    pass.starts[i] = earliest_start(activities[i], activities, pass.starts, pass.finishes);
    pass.finishes[i] = finish_from(activities[i], pass.starts[i]);
  }
  return pass;
}

}  // namespace

std::vector<std::size_t> precedence_order(const std::vector<Activity>& activities) {
  std::vector<std::vector<std::size_t>> successors(activities.size());
  std::vector<int> waiting(activities.size(), 0);
  for (std::size_t i = 0; i < activities.size(); ++i) {
    if (activities[i].duration_days < 0)
      throw InputError({}, std::format("activity '{}' lasts {} days", activities[i].id, activities[i].duration_days),
                       "a duration is 0 or more");
    for (const Link& link : activities[i].predecessors) {
      if (link.predecessor >= activities.size())
        throw InputError({}, std::format("activity '{}' follows activity number {}, and there are {}", activities[i].id,
                                         link.predecessor, activities.size()));
      successors[link.predecessor].push_back(i);
      ++waiting[i];
    }
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
  for (std::size_t i = 0; i < activities.size(); ++i)
    if (waiting[i] == 0) free.push(i);
  std::vector<std::size_t> order;
  order.reserve(activities.size());
  while (!free.empty()) {
    order.push_back(free.top());
    free.pop();
    for (const std::size_t next : successors[order.back()])
      if (--waiting[next] == 0) free.push(next);
  }
  if (order.size() < activities.size())
    throw InputError({}, "activities wait for one another in a circle: " + circle_text(activities, waiting));
  return order;
}

std::vector<std::size_t> driving_path(const std::vector<Activity>& activities, const CriticalPath& cpm,
                                      std::size_t last) {
  std::vector<std::size_t> chain{last};
  for (bool found = true; found;) {
    found = false;
    const std::size_t at = chain.back();
    const Activity& a = activities[at];
    for (const Link& link : a.predecessors) {
      const Dates& before = cpm.dates[link.predecessor];
      int start = start_forced(link, activities[link.predecessor], a, before.early_start, before.early_finish);
      if (a.calendar && a.duration_days > 0) start = a.calendar->next_worked(start);
      if (start != cpm.dates[at].early_start) continue;
      chain.push_back(link.predecessor);
      found = true;
      break;
    }
  }
  std::ranges::reverse(chain);
  return chain;
}

int finish_from(const Activity& activity, int start) {
  return advance(activity.calendar, start, activity.duration_days);
}

int earliest_start(const Activity& activity, const std::vector<Activity>& activities, const std::vector<int>& starts,
                   const std::vector<int>& finishes) {
  int start = activity.not_before_day;
  for (const Link& link : activity.predecessors) {
    const std::size_t p = link.predecessor;
    start = std::max(start, start_forced(link, activities[p], activity, starts[p], finishes[p]));
  }
  return activity.calendar && activity.duration_days > 0 ? activity.calendar->next_worked(start) : start;
}

std::vector<int> finish_days(const std::vector<Activity>& activities) { return forward_pass(activities).finishes; }

CriticalPath critical_path(const std::vector<Activity>& activities) {
  const Forward pass = forward_pass(activities);
  CriticalPath result;
  result.dates.resize(activities.size());
  result.finish_day = pass.finishes.empty() ? 0 : std::ranges::max(pass.finishes);

  std::vector<int> late(activities.size()), free(activities.size(), result.finish_day);
  for (std::size_t i = 0; i < activities.size(); ++i) late[i] = std::min(result.finish_day, activities[i].deadline_day);
  int least = no_deadline;
  for (auto at = pass.order.rbegin(); at != pass.order.rend(); ++at) {
    const Activity& a = activities[*at];
    Dates& d = result.dates[*at];
    d.early_start = pass.starts[*at];
    d.early_finish = pass.finishes[*at];
    d.late_start = retreat(a.calendar, late[*at], a.duration_days);
    d.late_finish = finish_from(a, d.late_start);
    d.total_float = worked_between(a.calendar, d.early_start, d.late_start);
    d.free_float = std::max(0, worked_between(a.calendar, d.early_finish, free[*at]));
    least = std::min(least, d.total_float);
    for (const Link& link : a.predecessors) {
      const Activity& p = activities[link.predecessor];
      late[link.predecessor] = std::min(late[link.predecessor], finish_allowed(link, p, d.late_start, d.late_finish));
      free[link.predecessor] = std::min(free[link.predecessor], finish_allowed(link, p, d.early_start, d.early_finish));
    }
  }
  for (Dates& d : result.dates) d.critical = d.total_float == least;
  if (!activities.empty())
    result.path = driving_path(
        activities, result, static_cast<std::size_t>(std::ranges::max_element(pass.finishes) - pass.finishes.begin()));
  return result;
}

}  // namespace stargate::construction
