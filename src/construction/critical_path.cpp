#include "construction/critical_path.h"

#include <algorithm>
#include <limits>
#include <ranges>

#include "construction/spanning.h"

namespace stargate::construction {

namespace {

constexpr Instant never = std::numeric_limits<Instant>::max() / 4;

bool has(const Activity& a, ConstraintKind kind) {
  return std::ranges::find(a.constraints, kind, &Constraint::kind) != a.constraints.end();
}

/// Both passes over one network. Links from and to what only spans are not looked at: such activities drive nothing.
class Passes {
 public:
  Passes(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules)
      : activities_(activities),
        rules_(rules),
        order_(precedence_order(activities)),
        dates_(activities.size()),
        left_(activities.size()) {}

  void forward() {
    for (const std::size_t i : order_)
      if (!activities_[i].spanning()) place(i);
  }

  CriticalPath both() {
    forward();
    set_project_finishes();
    pull_late();
    backward();
    if (std::ranges::any_of(activities_, [&](const Activity& a) { return late_by_project(a); })) {
      late_placed_ = true;  // Microsoft Project: late dates are known before what is as late as possible is placed
      forward();
      set_project_finishes();
    }
    set_floats();
    for (std::size_t i = 0; i < activities_.size(); ++i) set_dates_shown(i);
    span_dates(activities_, rules_, order_, project_finish_, dates_);
    CriticalPath result;
    for (std::size_t i = 0; i < activities_.size(); ++i)
      result.finish = i == 0 ? dates_[i].finish : std::max(result.finish, dates_[i].finish);
    mark_longest_paths();
    mark_critical();
    result.dates = std::move(dates_);
    return result;
  }

  std::vector<Dates> take_dates() { return std::move(dates_); }

 private:
  const SchedulingRules& rules_of(std::size_t i) const { return rules_.at(activities_[i].project); }

  /// In progress override, what has begun looks at no predecessor.
  bool looks_at(const Activity& successor, const SchedulingRules& rules) const {
    return !(rules.progress == ProgressRule::progress_override && successor.begun() && !rules.project_style);
  }
  bool late_by_project(const Activity& a) const {
    return rules_.at(a.project).project_style && !a.begun() && !a.spanning() &&
           (has(a, ConstraintKind::as_late_as_possible) || rules_.at(a.project).from_finish);
  }

  void place(std::size_t i) {
    const Activity& a = activities_[i];
    const SchedulingRules& rules = rules_of(i);
    Dates& d = dates_[i];
    left_[i] = a.left();
    if (a.held) {
      std::tie(d.early_start, d.early_finish) = *a.held;
      if (a.actual_start) d.early_start = *a.actual_start;
      if (a.actual_finish) d.early_finish = *a.actual_finish;
      left_[i] = a.done() ? 0 : std::max<Minutes>(0, worked(a.calendar, d.early_start, d.early_finish));
      return;
    }
    if (late_placed_ && late_by_project(a)) {
      d.early_start = d.late_start;
      d.early_finish = d.late_finish;
      return;
    }
    if (rules.project_style && a.begun()) return run_on(i);
    Instant start = first_instant(rules);
    bool linked = false;
    if (looks_at(a, rules))
      for (const Link& link : a.predecessors) {
        const Activity& p = activities_[link.predecessor];
        if (p.spanning()) continue;
        const Dates& before = dates_[link.predecessor];
        const Instant forced = start_forced(link, p, a, rules, before.early_start, before.early_finish);
        start = std::max(start, forced);
        linked = true;
      }
    if (a.done()) {
      d.early_start = d.early_finish = start;
      return;
    }
    if (a.begun()) {
      start = next_work(a.calendar, std::max(start, a.resume.value_or(start)));
    } else {
      // Microsoft Project lets a constraint without links lie before the project's start.
      if (rules.project_style && !linked && !a.constraints.empty() &&
          a.constraints.front().kind == ConstraintKind::start_on_or_after)
        start = a.constraints.front().at;
      start = start_allowed(a, rules, start);
    }
    d.early_start = start;
    d.early_finish = advance(a.calendar, start, left_[i]);
    if (rules.use_expected_finish && a.expected_finish && !rules.project_style) {
      d.early_finish = std::max(start, previous_work(a.calendar, *a.expected_finish));
      left_[i] = worked(a.calendar, start, d.early_finish);
    }
  }

  /// Microsoft Project: what has begun runs on from its start, or from where it resumes.
  void run_on(std::size_t i) {
    const Activity& a = activities_[i];
    Dates& d = dates_[i];
    d.early_start = a.actual_start.value_or(a.actual_finish.value_or(0));
    if (a.done()) {
      d.early_finish = *a.actual_finish;
      return;
    }
    d.early_finish = a.resume && left_[i] > 0 ? advance(a.calendar, *a.resume, left_[i])
                                              : advance(a.calendar, d.early_start, a.duration);
    for (const Constraint& c : a.constraints)
      if (c.kind == ConstraintKind::finish_on_or_after) d.early_finish = std::max(d.early_finish, c.at);
  }

  void set_project_finishes() {
    project_finish_.assign(rules_.size(), std::numeric_limits<Instant>::min());
    for (std::size_t i = 0; i < activities_.size(); ++i)
      if (!activities_[i].spanning())
        project_finish_[activities_[i].project] =
            std::max(project_finish_[activities_[i].project], dates_[i].early_finish);
    const Instant last = project_finish_.empty() ? 0 : std::ranges::max(project_finish_);
    for (std::size_t p = 0; p < rules_.size(); ++p)
      if (!rules_[p].own_finish || project_finish_[p] == std::numeric_limits<Instant>::min()) project_finish_[p] = last;
  }
  /// From where late dates count.
  Instant finish_wanted(std::size_t project) const {
    return rules_[project].must_finish.value_or(project_finish_[project]);
  }

  /// Primavera P6: as late as possible means without free float, as late as the early dates behind it allow.
  bool late_in_p6(const Activity& a) const {
    return has(a, ConstraintKind::as_late_as_possible) && !rules_.at(a.project).project_style && !a.begun() && !a.held;
  }
  void pull_late() {
    if (std::ranges::none_of(activities_, [&](const Activity& a) { return late_in_p6(a); })) return;
    std::vector<Instant> limit(activities_.size(), never);
    for (const std::size_t i : std::views::reverse(order_)) {
      const Activity& a = activities_[i];
      if (a.spanning()) continue;
      Dates& d = dates_[i];
      if (late_in_p6(a)) {
        const Instant finish = previous_work(a.calendar, limit[i] == never ? project_finish_[a.project] : limit[i]);
        const Instant start = retreat(a.calendar, finish, left_[i]);
        if (start > d.early_start) {
          d.early_start = left_[i] > 0 ? next_work(a.calendar, start) : start;
          d.early_finish = finish;
        }
      }
      if (!looks_at(a, rules_of(i))) continue;
      for (const Link& link : a.predecessors) {
        const Activity& p = activities_[link.predecessor];
        limit[link.predecessor] =
            std::min(limit[link.predecessor],
                     finish_allowed(link, p, a, rules_of(i), dates_[i].early_start, dates_[i].early_finish));
      }
    }
  }

  void backward() {
    const std::size_t n = activities_.size();
    std::vector<Instant> late(n);
    std::vector<bool> followed(n);
    for (std::size_t i = 0; i < n; ++i) late[i] = finish_wanted(activities_[i].project);
    for (const Activity& a : activities_)
      if (!a.spanning() && !(rules_.at(a.project).project_style && a.done()))
        for (const Link& link : a.predecessors) followed[link.predecessor] = true;
    for (const std::size_t i : std::views::reverse(order_)) {
      const Activity& a = activities_[i];
      if (a.spanning()) continue;
      const SchedulingRules& rules = rules_of(i);
      Dates& d = dates_[i];
      if (!followed[i] && rules.open_ends_critical) late[i] = d.early_finish;
      if (rules.project_style && a.done()) {
        d.late_start = d.early_start;
        d.late_finish = d.early_finish;
        continue;  // nothing that is done holds its predecessors
      }
      d.late_finish = finish_constrained(a, left_[i], late[i]);
      d.late_start = start_before(a, left_[i], d.late_finish);
      if (!looks_at(a, rules)) continue;
      for (const Link& link : a.predecessors) {
        const Activity& p = activities_[link.predecessor];
        if (rules.project_style && p.begun() && link.type != LinkType::finish_start &&
            link.type != LinkType::finish_finish)
          continue;  // its start has happened
        late[link.predecessor] =
            std::min(late[link.predecessor], finish_allowed(link, p, a, rules, d.late_start, d.late_finish));
      }
      if (rules.project_style && a.actual_start) d.late_start = *a.actual_start;
    }
  }

  static Instant start_before(const Activity& a, Minutes left, Instant finish) {
    if (left > 0) return retreat(a.calendar, finish, left);
    return a.kind == ActivityKind::start_milestone ? next_work(a.calendar, finish) : finish;
  }

  /// The latest finish that constraints, deadlines and the outside leave.
  static Instant finish_constrained(const Activity& a, Minutes left, Instant late) {
    if (a.external_finish) late = std::min(late, *a.external_finish);
    if (a.done()) return late;
    const auto begins = [&](const Constraint& c) { return advance(a.calendar, c.at, left); };
    for (const Constraint& c : a.constraints) switch (c.kind) {
        case ConstraintKind::start_on:
        case ConstraintKind::start_on_or_before:
          if (!a.begun()) late = std::min(late, begins(c));
          break;
        case ConstraintKind::finish_on:
        case ConstraintKind::finish_on_or_before:
          late = std::min(late, c.at);
          break;
        case ConstraintKind::mandatory_start:
          if (!a.begun()) late = begins(c);
          break;
        case ConstraintKind::mandatory_finish:
          late = c.at;
          break;
        default:
          break;
      }
    if (a.deadline) late = std::min(late, *a.deadline);
    return previous_work(a.calendar, late);
  }

  void set_floats() {
    std::vector<Minutes> free(activities_.size(), never);
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const Activity& a = activities_[i];
      if (a.spanning() || a.done() || !looks_at(a, rules_of(i))) continue;
      for (const Link& link : a.predecessors) {
        const Activity& p = activities_[link.predecessor];
        const Instant finish = finish_allowed(link, p, a, rules_of(i), dates_[i].early_start, dates_[i].early_finish);
        free[link.predecessor] =
            std::min(free[link.predecessor], worked(p.calendar, dates_[link.predecessor].early_finish, finish));
      }
    }
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const Activity& a = activities_[i];
      if (a.spanning() || a.done()) continue;
      Dates& d = dates_[i];
      const Minutes by_start = worked(a.calendar, d.early_start, d.late_start),
                    by_finish = worked(a.calendar, d.early_finish, d.late_finish);
      d.total_float = a.begun() || rules_of(i).float_rule == FloatRule::finish ? by_finish
                      : rules_of(i).float_rule == FloatRule::start             ? by_start
                                                                               : std::min(by_start, by_finish);
      const Minutes to_end = worked(a.calendar, d.early_finish, project_finish_[a.project]);
      d.free_float = std::max<Minutes>(0, std::min(free[i], to_end));
    }
  }

  void set_dates_shown(std::size_t i) {
    const Activity& a = activities_[i];
    if (a.spanning()) return;
    Dates& d = dates_[i];
    d.start = a.actual_start.value_or(d.early_start);
    d.finish = a.actual_finish.value_or(d.early_finish);
    if (a.done() && !a.actual_start) d.start = d.finish;
  }

  /// Back along the links that hold their successors where they are, from whatever finishes last.
  void mark_longest_paths() {
    for (const std::size_t i : std::views::reverse(order_)) {
      const Activity& a = activities_[i];
      if (a.spanning() || a.done()) continue;
      Dates& d = dates_[i];
      if (worked(a.calendar, d.early_finish, project_finish_[a.project]) <= 0) d.longest_path = true;
      if (!d.longest_path || a.held) continue;
      for (const Link& link : a.predecessors)
        if (drives(activities_, rules_, dates_, link, i)) dates_[link.predecessor].longest_path = true;
    }
  }

  void mark_critical() {
    std::vector<Minutes> least(rules_.size(), never);
    for (std::size_t i = 0; i < activities_.size(); ++i)
      if (!activities_[i].spanning() && !activities_[i].done())
        least[activities_[i].project] = std::min(least[activities_[i].project], dates_[i].total_float);
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const Activity& a = activities_[i];
      if (a.done() || (a.spanning() && dates_[i].early_finish == dates_[i].early_start)) continue;
      const SchedulingRules& rules = rules_of(i);
      Dates& d = dates_[i];
      if (a.spanning() && (rules.critical != CriticalRule::total_float || a.kind == ActivityKind::summary)) continue;
      d.critical = rules.critical == CriticalRule::longest_path  ? d.longest_path
                   : rules.critical == CriticalRule::total_float ? d.total_float <= rules.critical_float
                                                                 : d.total_float == least[a.project];
    }
  }

  const std::vector<Activity>& activities_;
  const std::vector<SchedulingRules>& rules_;
  std::vector<std::size_t> order_;
  std::vector<Dates> dates_;
  std::vector<Minutes> left_;  ///< with what an expected finish made of it
  std::vector<Instant> project_finish_;
  bool late_placed_ = false;
};

}  // namespace

bool drives(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
            const std::vector<Dates>& dates, const Link& link, std::size_t successor) {
  const Activity &a = activities[successor], &p = activities[link.predecessor];
  const SchedulingRules& r = rules.at(a.project);
  if (p.spanning() || p.done() || (r.progress == ProgressRule::progress_override && a.begun())) return false;
  const Dates& before = dates[link.predecessor];
  const Instant forced = start_forced(link, p, a, r, before.early_start, before.early_finish);
  return worked(a.calendar, forced, dates[successor].early_start) == 0 &&
         (a.calendar || forced == dates[successor].early_start);
}

std::vector<std::size_t> driving_path(const std::vector<Activity>& activities,
                                      const std::vector<SchedulingRules>& rules, const CriticalPath& cpm,
                                      std::size_t last) {
  std::vector<std::size_t> chain{last};
  for (bool found = true; found;) {
    found = false;
    for (const Link& link : activities[chain.back()].predecessors) {
      if (!drives(activities, rules, cpm.dates, link, chain.back())) continue;
      chain.push_back(link.predecessor);
      found = true;
      break;
    }
  }
  std::ranges::reverse(chain);
  return chain;
}

std::vector<Instant> finishes(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules) {
  Passes passes(activities, rules);
  passes.forward();
  std::vector<Instant> list;
  const auto dates = passes.take_dates();
  for (std::size_t i = 0; i < activities.size(); ++i)
    list.push_back(activities[i].actual_finish.value_or(dates[i].early_finish));
  return list;
}

CriticalPath critical_path(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules) {
  CriticalPath result = Passes(activities, rules).both();
  // The chain ends with what finishes last and is neither done nor spanning, if there is such an activity.
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < activities.size(); ++i) {
    if (activities[i].spanning()) continue;
    const auto later = [&](std::size_t a, std::size_t b) {
      return std::pair(!activities[a].done(), result.dates[a].finish) >
             std::pair(!activities[b].done(), result.dates[b].finish);
    };
    if (!last || later(i, *last)) last = i;
  }
  if (last) result.path = driving_path(activities, rules, result, *last);
  return result;
}

}  // namespace stargate::construction
