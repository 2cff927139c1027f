// A plan's network in the detail of a contractor's schedule.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>
#include <utility>

#include "construction/plan_schedule.h"

namespace stargate::construction {

namespace {

constexpr Minutes longest = 28 * minutes_a_day;

class Detailer {
 public:
  explicit Detailer(const PlanSchedule& schedule)
      : from_(schedule.network),
        dates_(critical_path(from_).dates),
        cuts_(from_.activities.size()),
        pieces_(from_.activities.size()) {}

  Network build() {
    result_.id = from_.id;
    result_.name = from_.name;
    result_.start = from_.start;
    result_.rules = from_.rules;
    result_.projects = from_.projects;
    result_.resources = from_.resources;
    for (std::size_t i = 0; i < from_.activities.size(); ++i) take_up_waits(i);
    for (std::size_t i = 0; i < from_.activities.size(); ++i) cut(i);
    for (std::size_t i = 0; i < from_.activities.size(); ++i) add_pieces(i);
    for (std::size_t i = 0; i < from_.activities.size(); ++i)
      for (const Link& link : from_.activities[i].predecessors) add_link(link, i);
    return std::move(result_);
  }

 private:
  const Activity& original(std::size_t i) const { return from_.activities[i]; }

  /// Waiting behind a delivery is part of it: goods are set in place.
  void take_up_waits(std::size_t i) {
    const Instant now = *from_.rules.front().data_date;
    for (Link& link : from_.activities[i].predecessors) {
      Activity& p = from_.activities[link.predecessor];
      Task& task = from_.tasks[link.predecessor];
      if (link.type != LinkType::finish_start || link.lag <= 0 || task.justification.empty()) continue;
      const Minutes wait = std::exchange(link.lag, 0);
      if (!taken_up_.insert(link.predecessor).second) continue;
      task.name += " and setting in place";
      p.duration += wait;
      if (task.baseline) task.baseline->second += wait;
      if (p.done() && *p.actual_finish + wait > now) {
        p.remaining = *p.actual_finish + wait - now;
        p.actual_finish.reset();
        task.complete = 1 - static_cast<double>(*p.remaining) / static_cast<double>(p.duration);
      } else if (p.done()) {
        *p.actual_finish += wait;
      } else if (p.begun()) {
        if (p.remaining) *p.remaining += wait;  // without one its duration is what remains, and that has grown
      }
    }
  }

  /// Where links with lags or leads hold an activity in its midst, it is cut.
  void cut(std::size_t i) {
    const auto within = [&](std::size_t activity, Minutes at) {
      if (at > 0 && at < original(activity).duration) cuts_[activity].insert(at);
    };
    for (const Link& link : original(i).predecessors) {
      if (link.type == LinkType::start_start) within(link.predecessor, link.lag);
      if (link.type == LinkType::finish_start && link.lag < 0)
        within(link.predecessor, original(link.predecessor).duration + link.lag);
      if (link.type == LinkType::finish_finish) within(i, original(i).duration - link.lag);
    }
  }

  void add_pieces(std::size_t i) {
    const Activity& a = original(i);
    std::set<Minutes>& cuts = cuts_[i];
    if (from_.tasks[i].justification.empty()) {
      std::set<Minutes> ends = cuts;
      ends.insert(a.duration);
      Minutes begin = 0;
      for (const Minutes end : ends) {
        const Minutes parts = (end - begin + longest - 1) / longest, days = (end - begin) / minutes_a_day;
        for (Minutes k = 1; k < parts; ++k) cuts.insert(begin + days * k / parts * minutes_a_day);
        begin = end;
      }
    }
    std::vector<Minutes> ends(cuts.begin(), cuts.end());
    ends.push_back(a.duration);
    Minutes begin = 0;
    for (std::size_t k = 0; k < ends.size(); ++k) {
      add_piece(i, begin, ends[k], k + 1, ends.size());
      begin = ends[k];
    }
  }

  void add_piece(std::size_t i, Minutes begin, Minutes end, std::size_t number, std::size_t count) {
    const Activity& a = original(i);
    Activity piece = a;
    Task task = from_.tasks[i];
    piece.predecessors.clear();
    piece.duration = end - begin;
    if (count > 1) {
      piece.id += std::format(".{}", number);
      task.name += std::format(", part {} of {}", number, count);
      const double share = static_cast<double>(end - begin) / static_cast<double>(a.duration);
      task.budget_usd *= share;
      task.actual_cost_usd *= share;
      if (task.baseline) task.baseline = between(*task.baseline, a.duration, begin, end);
    }
    if (number > 1) {
      piece.constraints.clear();
      piece.predecessors = {{pieces_[i].back()}};
    }
    if (a.begun()) set_status(piece, task, a, begin, end);
    // Work goes on without a break up to where a link holds its end.
    if (!piece.begun() && end > 0 && end <= held_from(i)) piece.constraints = {{ConstraintKind::as_late_as_possible, 0}};
    pieces_[i].push_back(result_.add(std::move(piece), std::move(task)));
  }

  static std::pair<Instant, Instant> between(std::pair<Instant, Instant> span, Minutes all, Minutes begin,
                                             Minutes end) {
    const auto at = [&](Minutes work) {
      return all > 0 ? span.first + (span.second - span.first) * work / all : span.first;
    };
    return {at(begin), at(end)};
  }

  /// What is done of the whole is done of its first pieces, each on the days that it was to have.
  void set_status(Activity& piece, Task& task, const Activity& a, Minutes begin, Minutes end) const {
    if (begin == 0 && end == a.duration) return;  // the whole in one piece
    piece.actual_start.reset();
    piece.actual_finish.reset();
    piece.remaining.reset();
    task.complete = 0;
    if (a.done()) {
      const Instant start = a.actual_start.value_or(*a.actual_finish);
      std::tie(piece.actual_start, piece.actual_finish) = between({start, *a.actual_finish}, a.duration, begin, end);
      piece.remaining = 0;
      task.complete = 1;
      return;
    }
    const Instant now = *from_.rules.front().data_date;
    const auto [from, to] = *task.baseline;
    if (from >= now) return;
    piece.actual_start = from;
    if (to <= now) piece.actual_finish = to;
    task.complete = to <= now ? 1 : static_cast<double>(now - from) / static_cast<double>(to - from);
    piece.remaining =
        std::lround((1 - task.complete) * static_cast<double>(piece.duration) / minutes_a_day) * minutes_a_day;
  }

  /// Minutes of work before the part that a finish-to-finish link holds; 0 if there is none.
  Minutes held_from(std::size_t i) const {
    Minutes at = 0;
    for (const Link& link : original(i).predecessors)
      if (link.type == LinkType::finish_finish && link.lag > 0 && link.lag < original(i).duration)
        at = std::max(at, original(i).duration - link.lag);
    return at;
  }

  std::size_t piece_ending(std::size_t i, Minutes at) const {
    const auto before = std::distance(cuts_[i].begin(), cuts_[i].find(at));
    return pieces_[i][static_cast<std::size_t>(before)];
  }

  /// Work of its own in place of a lag or of the days that are to spare: follows `before`.
  std::size_t add_wait(std::size_t before, std::size_t of, std::string ending, std::string name, Minutes length,
                       std::string reason) {
    Activity a;
    a.id = original(of).id + ending;
    a.duration = length;
    a.predecessors = {{before}};
    Task task{.name = std::move(name), .group = from_.tasks[of].group, .uses = {{0, 1}}};
    task.justification = std::move(reason);
    const Instant now = *result_.rules.front().data_date, start = dates_[of].finish, finish = start + length;
    if (const auto& b = from_.tasks[of].baseline) task.baseline = {b->second, b->second + length};
    if (original(of).done() && start < now) {
      a.actual_start = start;
      a.remaining = std::max<Minutes>(0, finish - now);
      if (finish <= now) a.actual_finish = finish;
      task.complete = std::min(1.0, static_cast<double>(now - start) / static_cast<double>(length));
    }
    return result_.add(std::move(a), std::move(task));
  }

  void add_link(const Link& link, std::size_t i) {
    const Activity& p = original(link.predecessor);
    const std::size_t last = pieces_[link.predecessor].back(), first = pieces_[i].front();
    const auto put = [&](std::size_t before, std::size_t behind, LinkType type = LinkType::finish_start,
                         Minutes lag = 0) { result_.activities[behind].predecessors.push_back({before, type, lag}); };
    if (link.type == LinkType::start_start && cuts_[link.predecessor].contains(link.lag))
      return put(piece_ending(link.predecessor, link.lag), first);
    if (link.type == LinkType::finish_finish && cuts_[i].contains(original(i).duration - link.lag))
      return put(last, piece_ending(i, original(i).duration - link.lag) + 1);
    if (link.type == LinkType::finish_start && link.lag < 0 && cuts_[link.predecessor].contains(p.duration + link.lag))
      return put(piece_ending(link.predecessor, p.duration + link.lag), first);
    if (link.type == LinkType::finish_start && link.lag > 0)
      return put(add_wait(last, link.predecessor, std::format(".wait{}", i),
                          "waiting time behind " + from_.tasks[link.predecessor].name, link.lag, "waiting time"),
                 first);
    if (link.type == LinkType::finish_start && original(i).deadline && !p.done() &&
        *original(i).deadline > dates_[link.predecessor].finish)
      return put(add_wait(last, link.predecessor, ".margin", "schedule margin to the plan's quarter",
                          *original(i).deadline - dates_[link.predecessor].finish, "schedule margin"),
                 first);
    const bool from_start = link.type == LinkType::start_start || link.type == LinkType::start_finish,
               to_start = link.type == LinkType::start_start || link.type == LinkType::finish_start;
    put(from_start ? pieces_[link.predecessor].front() : last, to_start ? first : pieces_[i].back(), link.type,
        link.lag);
  }

  Network from_;
  std::vector<Dates> dates_;
  std::set<std::size_t> taken_up_;
  std::vector<std::set<Minutes>> cuts_;           ///< by activity: minutes of work behind its start
  std::vector<std::vector<std::size_t>> pieces_;  ///< by activity: of the result
  Network result_;
};

}  // namespace

Network detailed_network(const PlanSchedule& schedule) { return Detailer(schedule).build(); }

}  // namespace stargate::construction
