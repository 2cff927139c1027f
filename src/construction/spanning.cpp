#include "construction/spanning.h"

#include <algorithm>
#include <optional>

namespace stargate::construction {

namespace {

/// A span that grows.
struct Span {
  std::optional<Instant> from, to;
  void begin(Instant at) { from = from ? std::min(*from, at) : at; }
  void end(Instant at) { to = to ? std::max(*to, at) : at; }
};

/// Spans as shown (actual dates count), early and late.
struct Spans {
  Span shown, early, late;
};

class Spanner {
 public:
  Spanner(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
          const std::vector<Instant>& project_finishes, std::vector<Dates>& dates)
      : activities_(activities), rules_(rules), finishes_(project_finishes), dates_(dates), spans_(activities.size()) {
    successors_.resize(activities.size());
    for (std::size_t i = 0; i < activities.size(); ++i)
      for (const Link& link : activities[i].predecessors)
        if (activities[link.predecessor].kind == ActivityKind::level_of_effort && !activities[i].spanning())
          successors_[link.predecessor].push_back({i, &link});
  }

  void level_of_effort(std::size_t i) {
    const Activity& a = activities_[i];
    Spans& s = spans_[i];
    for (const Link& link : a.predecessors) {
      const WorkCalendar* lag = lag_calendar(link, activities_[link.predecessor], a, rules_.at(a.project));
      const bool other_start = link.type == LinkType::start_start || link.type == LinkType::start_finish,
                 my_start = link.type == LinkType::start_start || link.type == LinkType::finish_start;
      widen(s, link.predecessor, other_start, my_start, lag, link.lag);
    }
    for (const auto& [successor, link] : successors_[i]) {
      const WorkCalendar* lag = lag_calendar(*link, a, activities_[successor], rules_.at(a.project));
      const bool my_start = link->type == LinkType::start_start || link->type == LinkType::start_finish,
                 other_start = link->type == LinkType::start_start || link->type == LinkType::finish_start;
      widen(s, successor, other_start, my_start, lag, -link->lag);
    }
    settle(i);
  }

  void summary(std::size_t i) {
    for (const std::size_t member : activities_[i].spans) {
      const Activity& m = activities_[member];
      if (m.kind == ActivityKind::summary) continue;
      const Dates& d = dates_[member];
      spans_[i].shown.begin(d.start);
      spans_[i].shown.end(d.finish);
      if (m.done()) continue;
      spans_[i].early.begin(d.early_start);
      spans_[i].early.end(d.early_finish);
      spans_[i].late.begin(d.late_start);
      spans_[i].late.end(d.late_finish);
    }
    settle(i);
  }

 private:
  void widen(Spans& s, std::size_t other, bool other_start, bool my_start, const WorkCalendar* lag, Minutes by) {
    const Dates& d = dates_[other];
    const auto put = [&](Span& span, Instant start, Instant finish) {
      const Instant at = advance(lag, other_start ? start : finish, by);
      my_start ? span.begin(at) : span.end(at);
    };
    put(s.shown, d.start, d.finish);
    put(s.early, d.early_start, d.early_finish);
    put(s.late, d.late_start, d.late_finish);
  }

  void settle(std::size_t i) {
    const Activity& a = activities_[i];
    const SchedulingRules& rules = rules_.at(a.project);
    const Instant first = first_instant(rules);
    Dates& d = dates_[i];
    // Without a link to one of its ends it stands at that end of the schedule, for as long as it lasts.
    const auto fill = [&](Span& span, Instant from, Instant to) {
      if (!span.from && !span.to) span.from = from;
      if (!span.to)
        span.to = std::max(*span.from, std::min(to, advance(a.calendar, next_work(a.calendar, *span.from), a.left())));
      if (!span.from) span.from = std::min(*span.to, std::max(from, retreat(a.calendar, *span.to, a.left())));
      span.from = next_work(a.calendar, *span.from);
      span.to = std::max(*span.from, previous_work(a.calendar, *span.to));
    };
    const Instant last = finishes_.at(a.project);
    fill(spans_[i].shown, first, last);
    fill(spans_[i].early, first, last);
    fill(spans_[i].late, first, last);
    d.start = a.actual_start.value_or(*spans_[i].shown.from);
    d.finish = a.actual_finish.value_or(*spans_[i].shown.to);
    d.early_start = *spans_[i].early.from;
    d.early_finish = *spans_[i].early.to;
    d.late_start = *spans_[i].late.from;
    d.late_finish = std::max(d.late_start, *spans_[i].late.to);
    if (a.done()) return;
    d.total_float = worked(a.calendar, d.early_finish, d.late_finish);
  }

  const std::vector<Activity>& activities_;
  const std::vector<SchedulingRules>& rules_;
  const std::vector<Instant>& finishes_;
  std::vector<Dates>& dates_;
  std::vector<Spans> spans_;
  std::vector<std::vector<std::pair<std::size_t, const Link*>>> successors_;  ///< of level of effort
};

}  // namespace

void span_dates(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
                const std::vector<std::size_t>& order, const std::vector<Instant>& project_finishes,
                std::vector<Dates>& dates) {
  Spanner spanner(activities, rules, project_finishes, dates);
  for (const std::size_t i : order)
    if (activities[i].kind == ActivityKind::level_of_effort) spanner.level_of_effort(i);
  for (const std::size_t i : order)
    if (activities[i].kind == ActivityKind::summary) spanner.summary(i);
}

}  // namespace stargate::construction
