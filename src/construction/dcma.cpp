#include "construction/dcma.h"

#include <algorithm>
#include <format>

namespace stargate::construction {

namespace {

constexpr double two_months = 44;  ///< working days

class Assessment {
 public:
  Assessment(const Network& network, const CriticalPath& cpm)
      : network_(network), activities_(network.activities), cpm_(cpm) {
    for (std::size_t i = 0; i < activities_.size(); ++i)
      if (!activities_[i].spanning() && !activities_[i].done()) open_.push_back(i);
  }

  std::vector<DcmaCheck> all() {
    logic();
    links();
    constraints();
    floats();
    durations();
    dates();
    resources();
    missed();
    critical_path_test();
    length_index();
    execution_index();
    return std::move(checks_);
  }

 private:
  Instant data_date(std::size_t i) const {
    const SchedulingRules& rules = network_.rules.at(activities_[i].project);
    return rules.data_date.value_or(rules.start);
  }

  DcmaCheck& check(std::string name, std::string what, double of, std::string limit) {
    checks_.push_back(
        {static_cast<int>(checks_.size()) + 1, std::move(name), std::move(what), 0, of, std::move(limit)});
    return checks_.back();
  }
  /// Counts what `bad` says of the open activities, and holds the share of it against the limit.
  template <class Bad>
  DcmaCheck& count(std::string name, std::string what, double limit, Bad&& bad) {
    DcmaCheck& c = check(std::move(name), std::move(what), static_cast<double>(open_.size()),
                         limit > 0 ? std::format("at most {:.0f} %", 100 * limit) : "none");
    for (const std::size_t i : open_)
      if (bad(i)) c.activities.push_back(activities_[i].id);
    return judge(c, limit);
  }
  static DcmaCheck& judge(DcmaCheck& c, double limit) {
    c.found = std::max(c.found, static_cast<double>(c.activities.size()));
    c.applies = c.of > 0;
    c.passed = c.found <= limit * c.of;
    return c;
  }

  void logic() {
    std::vector<bool> preceded(activities_.size()), followed(activities_.size());
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      if (network_.tasks[i].links_outside > 0) preceded[i] = followed[i] = true;
      for (const Link& link : activities_[i].predecessors) preceded[i] = followed[link.predecessor] = true;
    }
    // One beginning and one end every network has.
    const auto free_one = [&](std::vector<bool>& linked, auto key) {
      const auto first = std::ranges::min_element(open_, {}, key);
      if (first != open_.end() && !linked[*first]) linked[*first] = true;
    };
    free_one(preceded, [&](std::size_t i) { return std::pair(preceded[i], cpm_.dates[i].early_start); });
    free_one(followed, [&](std::size_t i) { return std::pair(followed[i], -cpm_.dates[i].early_finish); });
    count("logic", "open activities without a predecessor or a successor", 0.05,
          [&](std::size_t i) { return !(preceded[i] || activities_[i].begun()) || !followed[i]; });
  }

  void links() {
    std::vector<std::string> leads, lags, others;
    double all = 0;
    for (const std::size_t i : open_)
      for (const Link& link : activities_[i].predecessors) {
        const Activity& p = activities_[link.predecessor];
        if (p.spanning()) continue;
        ++all;
        const std::string text = p.id + " -> " + activities_[i].id;
        if (link.lag < 0) leads.push_back(text);
        if (link.lag > 0) lags.push_back(text);
        if (link.type != LinkType::finish_start) others.push_back(text);
      }
    const auto put = [&](std::string name, std::string what, std::string limit, std::vector<std::string> found,
                         double share) {
      DcmaCheck& c = check(std::move(name), std::move(what), all, std::move(limit));
      c.activities = std::move(found);
      judge(c, share);
    };
    put("leads", "links with a negative lag", "none", leads, 0);
    put("lags", "links with a positive lag", "at most 5 %", lags, 0.05);
    put("kinds of links", "links other than finish to start", "at most 10 %", others, 0.10);
  }

  void constraints() {
    count("hard constraints", "open activities whose dates a constraint holds against logic", 0.05, [&](std::size_t i) {
      return std::ranges::any_of(activities_[i].constraints, [](const Constraint& c) {
        return c.kind != ConstraintKind::start_on_or_after && c.kind != ConstraintKind::finish_on_or_after &&
               c.kind != ConstraintKind::as_late_as_possible;
      });
    });
  }

  void floats() {
    count("high float", "open activities with more than 44 working days of total float", 0.05,
          [&](std::size_t i) { return days_of(activities_[i], cpm_.dates[i].total_float) > two_months; });
    count("negative float", "open activities with less than 0 of total float", 0,
          [&](std::size_t i) { return cpm_.dates[i].total_float < 0; });
  }

  void durations() {
    std::size_t justified = 0;
    DcmaCheck& c = count("high duration", "open activities of more than 44 working days", 0.05, [&](std::size_t i) {
      if (days_of(activities_[i], activities_[i].duration) <= two_months) return false;
      const bool reason = !network_.tasks[i].justification.empty();
      justified += reason;
      return !reason;
    });
    c.justified = justified;
  }

  void dates() {
    DcmaCheck& c = check("invalid dates", "forecasts before the data date, and actual dates behind it",
                         static_cast<double>(activities_.size()), "none");
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const Activity& a = activities_[i];
      const Instant now = data_date(i);
      if (a.spanning()) continue;
      const bool ahead = (a.actual_start && *a.actual_start > now) || (a.actual_finish && *a.actual_finish > now);
      const bool behind =
          !a.done() && (cpm_.dates[i].early_finish < now || (!a.begun() && cpm_.dates[i].early_start < now));
      if (ahead || behind) c.activities.push_back(a.id);
    }
    judge(c, 0);
  }

  void resources() {
    count("resources", "open activities of a day or more without a resource or a cost", 0, [&](std::size_t i) {
      return days_of(activities_[i], activities_[i].duration) >= 1 && network_.tasks[i].uses.empty() &&
             network_.tasks[i].budget_usd <= 0;
    });
  }

  void missed() {
    DcmaCheck& c =
        check("missed tasks", "activities due by the data date that were late or are not done", 0, "at most 5 %");
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const auto& baseline = network_.tasks[i].baseline;
      if (activities_[i].spanning() || !baseline || baseline->second > data_date(i)) continue;
      ++c.of;
      if (!activities_[i].done() || *activities_[i].actual_finish > baseline->second)
        c.activities.push_back(activities_[i].id);
    }
    judge(c, 0.05);
  }

  /// A task of the longest path lasts 600 working days longer: the end must move with it.
  void critical_path_test() {
    DcmaCheck& c = check("critical path test",
                         "days by which the end does not follow a critical activity made 600 longer", 0, "none");
    const auto critical = std::ranges::find_if(open_, [&](std::size_t i) {
      return cpm_.dates[i].longest_path && activities_[i].left() > 0 && !activities_[i].held;
    });
    c.applies = critical != open_.end();
    if (!c.applies) return;
    const Activity& a = activities_[*critical];
    const Minutes more = static_cast<Minutes>(600 * hours_a_day(a) * 60);
    std::vector<Activity> longer = activities_;
    longer[*critical].duration += more;
    if (longer[*critical].remaining) *longer[*critical].remaining += more;
    longer[*critical].expected_finish.reset();
    c.of = 600;
    c.found = 600 - days_of(a, worked(a.calendar, cpm_.finish, critical_path(longer, network_.rules).finish));
    c.passed = std::abs(c.found) <= 1;  // a finish may fall into a night or a weekend of another calendar
    c.activities = {a.id};
  }

  /// (length of the critical path + float of its end) / length; its end is wanted by the baseline's.
  void length_index() {
    DcmaCheck& c = check("critical path length index", "length of what is left and its float, over the length", 0,
                         "at least 0.95");
    c.applies = false;
    c.found = 1;
    std::optional<Instant> wanted = network_.rules.front().must_finish;
    if (!wanted)
      for (std::size_t i = 0; i < activities_.size(); ++i)
        if (const auto& b = network_.tasks[i].baseline; b && !activities_[i].spanning())
          wanted = std::max(wanted.value_or(b->second), b->second);
    if (!wanted || open_.empty()) return;
    const Instant now = data_date(open_.front());
    const auto length = static_cast<double>(cpm_.finish - now), margin = static_cast<double>(*wanted - cpm_.finish);
    if (length <= 0) return;
    c.applies = true;
    c.of = length / minutes_a_day;
    c.found = (length + margin) / length;
    c.passed = c.found >= 0.95;
  }

  void execution_index() {
    DcmaCheck& c =
        check("baseline execution index", "activities done, over those due by the data date", 0, "at least 0.95");
    double done = 0;
    bool any = false;
    for (std::size_t i = 0; i < activities_.size(); ++i) {
      const auto& baseline = network_.tasks[i].baseline;
      if (activities_[i].spanning()) continue;
      done += activities_[i].done();
      c.of += !baseline || baseline->second <= data_date(i);
      any |= baseline.has_value();
    }
    c.applies = any && c.of > 0;
    c.found = c.of > 0 ? done / c.of : 1;
    c.passed = c.found >= 0.95;
  }

  const Network& network_;
  const std::vector<Activity>& activities_;
  const CriticalPath& cpm_;
  std::vector<std::size_t> open_;
  std::vector<DcmaCheck> checks_;
};

}  // namespace

std::vector<DcmaCheck> dcma_checks(const Network& network, const CriticalPath& cpm) {
  return Assessment(network, cpm).all();
}

}  // namespace stargate::construction
