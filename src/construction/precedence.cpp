// The order in which a network can be walked, and what a link and a constraint allow.
#include <algorithm>
#include <format>
#include <functional>
#include <queue>

#include "base/diagnostics.h"
#include "construction/critical_path.h"

namespace stargate::construction {

namespace {

std::string circle_text(const std::vector<Activity>& activities, const std::vector<int>& waiting) {
  // Every activity that still waits has a predecessor that waits: walking back must come round.
  const auto first =
      static_cast<std::size_t>(std::ranges::find_if(waiting, [](int n) { return n > 0; }) - waiting.begin());
  std::vector<std::size_t> walk;
  std::vector<bool> seen(activities.size());
  std::size_t at = first;
  while (!seen[at]) {
    seen[at] = true;
    walk.push_back(at);
    at = std::ranges::find_if(activities[at].predecessors, [&](const Link& l) {
           return waiting[l.predecessor] > 0;
         })->predecessor;
  }
  std::string text = activities[at].id;
  for (auto i = walk.rbegin(); i != walk.rend() && *i != at; ++i) text += " -> " + activities[*i].id;
  return text + " -> " + activities[at].id;
}

bool holds_start(LinkType type) { return type == LinkType::finish_start || type == LinkType::start_start; }
bool from_finish(LinkType type) { return type == LinkType::finish_start || type == LinkType::finish_finish; }

/// What of the lag is still to be waited for: what has happened by the data date has used it up, and what has begun on
/// both sides waits no more.
Minutes wait_left(const Link& link, const Activity& predecessor, const Activity& successor,
                  const WorkCalendar* calendar, const SchedulingRules& rules) {
  if (rules.project_style) return link.lag;
  const auto& happened = from_finish(link.type) ? predecessor.actual_finish : predecessor.actual_start;
  if (!happened) return link.lag;
  if (successor.done() || (predecessor.done() && successor.begun())) return 0;
  return std::max<Minutes>(0, link.lag - std::max<Minutes>(0, worked(calendar, *happened, first_instant(rules))));
}

}  // namespace

Instant advance(const WorkCalendar* calendar, Instant at, Minutes work) {
  return calendar ? calendar->advance(at, work) : at + work;
}
Instant retreat(const WorkCalendar* calendar, Instant at, Minutes work) {
  return calendar ? calendar->retreat(at, work) : at - work;
}
Minutes worked(const WorkCalendar* calendar, Instant from, Instant to) {
  return calendar ? calendar->worked(from, to) : to - from;
}
Instant next_work(const WorkCalendar* calendar, Instant at) { return calendar ? calendar->next_work(at) : at; }
Instant previous_work(const WorkCalendar* calendar, Instant at) { return calendar ? calendar->previous_work(at) : at; }

Instant first_instant(const SchedulingRules& rules) {
  return rules.project_style ? rules.start : std::max(rules.start, rules.data_date.value_or(rules.start));
}

const WorkCalendar* lag_calendar(const Link& link, const Activity& predecessor, const Activity& successor,
                                 const SchedulingRules& rules) {
  if (link.elapsed) return nullptr;
  switch (rules.lag_calendar) {
    case LagCalendar::predecessor:
      return predecessor.calendar;
    case LagCalendar::successor:
      return successor.calendar;
    case LagCalendar::project:
      return rules.calendar;
    case LagCalendar::every_hour:
      break;
  }
  return nullptr;
}

Instant start_forced(const Link& link, const Activity& predecessor, const Activity& successor,
                     const SchedulingRules& rules, Instant start, Instant finish) {
  const WorkCalendar* calendar = lag_calendar(link, predecessor, successor, rules);
  Instant from = from_finish(link.type) ? finish : start;
  if (!rules.project_style && predecessor.actual_start && !from_finish(link.type) && !rules.start_lag_from_early)
    from = std::min(from, first_instant(rules));
  if (rules.progress == ProgressRule::actual_dates && predecessor.done()) from = first_instant(rules);
  Instant held = advance(calendar, from, wait_left(link, predecessor, successor, calendar, rules));
  // P6 looks at the lag's calendar even where there is no lag, as MPXJ's authors found in its files.
  if (link.type == LinkType::start_start && link.lag == 0 && !predecessor.begun() && !rules.project_style)
    held = next_work(calendar, held);
  return holds_start(link.type) ? held : retreat(successor.calendar, held, successor.left());
}

Instant finish_allowed(const Link& link, const Activity& predecessor, const Activity& successor,
                       const SchedulingRules& rules, Instant start, Instant finish) {
  const WorkCalendar* calendar = lag_calendar(link, predecessor, successor, rules);
  const Instant held = retreat(calendar, holds_start(link.type) ? start : finish,
                               wait_left(link, predecessor, successor, calendar, rules));
  if (from_finish(link.type)) return held;
  // The predecessor's start is held: its finish follows.
  const Minutes left = predecessor.left();
  return left == 0 ? held : advance(predecessor.calendar, next_work(predecessor.calendar, held), left);
}

Instant start_allowed(const Activity& activity, const SchedulingRules& rules, Instant start) {
  const auto ends = [&](const Constraint& c) { return retreat(activity.calendar, c.at, activity.left()); };
  for (const Constraint& c : activity.constraints) switch (c.kind) {
      case ConstraintKind::start_on_or_after:
      case ConstraintKind::start_on:
        start = std::max(start, c.at);
        break;
      case ConstraintKind::finish_on_or_after:
      case ConstraintKind::finish_on:
        start = std::max(start, ends(c));
        break;
      case ConstraintKind::start_on_or_before:
        if (rules.constraints_hold) start = std::min(start, c.at);
        break;
      case ConstraintKind::finish_on_or_before:
        if (rules.constraints_hold) start = std::min(start, ends(c));
        break;
      case ConstraintKind::mandatory_start:
        start = c.at;
        break;
      case ConstraintKind::mandatory_finish:
        start = ends(c);
        break;
      case ConstraintKind::as_late_as_possible:
        break;
    }
  if (activity.external_start) start = std::max(start, *activity.external_start);
  return activity.kind == ActivityKind::finish_milestone ? start : next_work(activity.calendar, start);
}

std::vector<std::size_t> precedence_order(const std::vector<Activity>& activities) {
  std::vector<std::vector<std::size_t>> successors(activities.size());
  std::vector<int> waiting(activities.size(), 0);
  for (std::size_t i = 0; i < activities.size(); ++i) {
    const Activity& a = activities[i];
    if (a.duration < 0 || a.left() < 0)
      throw InputError(
          {},
          std::format("activity '{}' lasts {} hours", a.id, static_cast<double>(std::min(a.duration, a.left())) / 60),
          "a duration is 0 or more");
    for (const Link& link : a.predecessors) {
      if (link.predecessor >= activities.size())
        throw InputError({}, std::format("activity '{}' follows activity number {}, and there are {}", a.id,
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
    throw InputError({}, "activities wait for one another in a circle: " + circle_text(activities, waiting),
                     "take one of these links away");
  return order;
}

}  // namespace stargate::construction
