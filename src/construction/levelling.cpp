#include "construction/levelling.h"

#include <array>
#include <cmath>
#include <format>
#include <numeric>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "construction/resource_profile.h"

namespace stargate::construction {

namespace {

/// Smaller goes first.
std::vector<double> priorities(const std::vector<Activity>& activities, const std::vector<Dates>& dates,
                               const std::vector<std::size_t>& order, PriorityRule rule) {
  const std::size_t n = activities.size();
  std::vector<double> value(n);
  for (std::size_t i = 0; i < n; ++i) switch (rule) {
      case PriorityRule::latest_finish:
      case PriorityRule::sampled:
        value[i] = static_cast<double>(dates[i].late_finish);
        break;
      case PriorityRule::latest_start:
        value[i] = static_cast<double>(dates[i].late_start);
        break;
      case PriorityRule::least_slack:
        value[i] = static_cast<double>(dates[i].total_float);
        break;
      case PriorityRule::rank_weight:
        value[i] -= static_cast<double>(activities[i].left());
        for (const Link& link : activities[i].predecessors)
          value[link.predecessor] -= static_cast<double>(activities[i].left());
        break;
      case PriorityRule::listed:
        value[i] = static_cast<double>(i);
        break;
      case PriorityRule::most_successors:
        break;
    }
  if (rule != PriorityRule::most_successors) return value;
  std::vector<std::vector<bool>> behind(n, std::vector<bool>(n));
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

/// One schedule on the way.
struct Placed {
  std::vector<Instant> starts, finishes;
  Instant finish = 0;
  double delay = 0;  ///< minutes in all

  bool better_than(const Placed& other) const {
    return std::pair(finish, delay) < std::pair(other.finish, other.delay);
  }
};

class Leveller {
 public:
  Leveller(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
           const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules)
      : activities_(activities),
        rules_(rules),
        uses_(uses),
        empty_(resources.begin(), resources.end()),
        order_(precedence_order(activities)),
        early_(critical_path(activities, rules).dates),
        successors_(activities.size()) {
    if (uses.size() != activities.size()) throw std::logic_error("every activity has a list of uses, if an empty one");
    drop_what_never_fits(resources);
    for (std::size_t i = 0; i < activities.size(); ++i)
      for (const Link& link : activities[i].predecessors)
        if (!activities[i].spanning() && !activities[link.predecessor].spanning())
          successors_[link.predecessor].push_back({i, &link});
    for (std::size_t i = 0; i < activities.size(); ++i)
      if (fixed(i))
        for (const Use& use : uses_[i]) hold(empty_, use, early_[i].early_start, early_[i].early_finish);
  }

  Placed by_rule(PriorityRule rule) { return forward(priorities(activities_, early_, order_, rule)); }
  Placed sampled(Random& random) {
    return forward(priorities(activities_, early_, order_, PriorityRule::sampled), &random);
  }
  /// A schedule near another one: its order, shaken.
  Placed near(const Placed& other, Random& random, double share) {
    std::vector<double> value(activities_.size());
    const double span = share * static_cast<double>(other.finish - *std::ranges::min_element(other.starts));
    for (std::size_t i = 0; i < value.size(); ++i)
      value[i] = static_cast<double>(other.starts[i]) + span * random.uniform();
    return forward(value);
  }

  /// To the right, then to the left, while that helps.
  Placed justified(Placed placed) {
    for (;;) {
      Placed next = left(right(placed));
      if (!next.better_than(placed)) return placed;
      placed = std::move(next);
    }
  }

  bool done(std::size_t i) const { return activities_[i].done(); }
  std::size_t schedules() const { return schedules_; }
  const std::vector<Dates>& early() const { return early_; }
  const std::vector<std::vector<Use>>& uses() const { return uses_; }
  const std::vector<std::string>& unlevelled() const { return unlevelled_; }
  const std::vector<std::string>& unlimited() const { return unlimited_; }

 private:
  /// What has begun, or is held by a date, is where it is.
  bool fixed(std::size_t i) const {
    const Activity& a = activities_[i];
    return a.begun() || a.held || a.spanning() || std::ranges::any_of(a.constraints, [](const Constraint& c) {
             return c.kind == ConstraintKind::mandatory_start || c.kind == ConstraintKind::mandatory_finish;
           });
  }

  void drop_what_never_fits(const std::vector<Resource>& resources) {
    std::set<std::size_t> without_limit;
    for (std::size_t i = 0; i < uses_.size(); ++i)
      std::erase_if(uses_[i], [&](const Use& use) {
        const Resource& r = resources.at(use.resource);
        if (use.amount <= 0 || activities_[i].done() || activities_[i].spanning()) return true;
        if (r.steps.empty()) {
          without_limit.insert(use.resource);
          return true;
        }
        double most = 0;
        for (const auto& step : r.steps) most = std::max(most, step.available);
        // What is taken at the start may come again each step; what is held must be there for good, or for long enough.
        if (use.amount <= most + Profile::tolerance) return false;
        unlevelled_.push_back(std::format("activity '{}' needs {} of '{}', and there are never more than {}",
                                          activities_[i].id, shortest(use.amount), r.id, shortest(most)));
        return true;
      });
    for (const std::size_t r : without_limit) unlimited_.push_back(resources[r].id);
  }

  void hold(std::vector<Profile>& profiles, const Use& use, Instant start, Instant finish) const {
    profiles[use.resource].use(start, finish, use.amount);
  }

  Instant finish_from(std::size_t i, Instant start) const {
    return advance(activities_[i].calendar, start, activities_[i].left());
  }

  Placed blank() const {
    return {std::vector<Instant>(activities_.size()), std::vector<Instant>(activities_.size()), Profile::beginning, 0};
  }
  void put(Placed& placed, std::size_t i, Instant start, Instant finish) const {
    placed.starts[i] = start;
    placed.finishes[i] = finish;
    if (activities_[i].spanning()) return;
    placed.finish = std::max(placed.finish, finish);
    placed.delay += static_cast<double>(start - early_[i].early_start);
  }
  void put_fixed(Placed& placed, std::size_t i) const { put(placed, i, early_[i].early_start, early_[i].early_finish); }

  /// Where the links and constraints let it start.
  Instant earliest(std::size_t i, const Placed& placed) const {
    const Activity& a = activities_[i];
    const SchedulingRules& rules = rules_.at(a.project);
    Instant start = first_instant(rules);
    for (const Link& link : a.predecessors) {
      const std::size_t p = link.predecessor;
      if (activities_[p].spanning()) continue;
      start = std::max(start, start_forced(link, activities_[p], a, rules, placed.starts[p], placed.finishes[p]));
    }
    return start_allowed(a, rules, start);
  }

  /// From `start` on the first place at which all uses find what they need.
  bool fit_forward(std::size_t i, const std::vector<Profile>& profiles, Instant& start, Instant& finish) const {
    const Activity& a = activities_[i];
    for (bool moved = true; moved;) {
      moved = false;
      for (const Use& use : uses_[i]) {
        const auto next = profiles[use.resource].later(start, finish, use.amount);
        if (!next) continue;
        if (*next >= Profile::end) return false;
        start = a.kind == ActivityKind::finish_milestone ? *next : next_work(a.calendar, *next);
        finish = finish_from(i, start);
        moved = true;
      }
    }
    return true;
  }

  /// Serial schedule in the order of the values, or drawn with a bias to small values.
  Placed forward(const std::vector<double>& value, Random* random = nullptr) {
    Placed placed = blank();
    std::vector<Profile> profiles = empty_;
    std::vector<int> waiting(activities_.size());
    std::vector<std::size_t> eligible;
    for (std::size_t i = 0; i < activities_.size(); ++i)
      for (const auto& [s, link] : successors_[i]) ++waiting[s];
    for (std::size_t i = 0; i < activities_.size(); ++i)
      if (waiting[i] == 0) eligible.push_back(i);
    // A heap by (value, index) where nothing is drawn.
    const auto behind = [&](std::size_t a, std::size_t b) { return std::pair(value[a], a) > std::pair(value[b], b); };
    std::ranges::make_heap(eligible, behind);
    while (!eligible.empty()) {
      if (random) {
        std::swap(eligible[draw(eligible, value, *random)], eligible.back());
      } else {
        std::ranges::pop_heap(eligible, behind);
      }
      const std::size_t i = eligible.back();
      eligible.pop_back();
      place(i, placed, profiles);
      for (const auto& [s, link] : successors_[i])
        if (--waiting[s] == 0) {
          eligible.push_back(s);
          if (!random) std::ranges::push_heap(eligible, behind);
        }
    }
    ++schedules_;
    return placed;
  }

  void place(std::size_t i, Placed& placed, std::vector<Profile>& profiles) {
    if (fixed(i)) return put_fixed(placed, i);
    Instant start = earliest(i, placed), finish = finish_from(i, start);
    const Instant wanted = start;
    if (!fit_forward(i, profiles, start, finish)) {
      // It fits nowhere beside what stands already: it keeps its date, and that is said.
      start = wanted;
      finish = finish_from(i, start);
      if (told_.insert(i).second)
        unlevelled_.push_back(std::format("activity '{}' never again finds what it needs", activities_[i].id));
    } else {
      for (const Use& use : uses_[i]) hold(profiles, use, start, finish);
    }
    put(placed, i, start, finish);
  }

  /// Regret-based biased random sampling (Drexl 1991; Kolisch 1996).
  static std::size_t draw(const std::vector<std::size_t>& eligible, const std::vector<double>& value, Random& random) {
    double worst = value[eligible.front()], least = worst;
    for (const std::size_t i : eligible) worst = std::max(worst, value[i]), least = std::min(least, value[i]);
    const double unit = std::max(1.0, (worst - least) / static_cast<double>(eligible.size()));
    double sum = 0;
    for (const std::size_t i : eligible) sum += (worst - value[i]) / unit + 1;
    double at = random.uniform() * sum;
    for (std::size_t k = 0; k < eligible.size(); ++k)
      if ((at -= (worst - value[eligible[k]]) / unit + 1) < 0) return k;
    return eligible.size() - 1;
  }

  /// Everything as late as the end allows, from the last finish on.
  Placed right(const Placed& from) {
    std::vector<std::size_t> order(order_.rbegin(), order_.rend());
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return from.finishes[i]; });
    Placed placed = blank();
    std::vector<Profile> profiles = empty_;
    for (const std::size_t i : order) {
      const Activity& a = activities_[i];
      if (fixed(i)) {
        put_fixed(placed, i);
        continue;
      }
      Instant limit = from.finish;
      for (const auto& [s, link] : successors_[i])
        limit = std::min(limit, finish_allowed(*link, a, activities_[s], rules_.at(activities_[s].project),
                                               placed.starts[s], placed.finishes[s]));
      fit_backward(i, profiles, limit, from, placed);
    }
    return placed;
  }
  void fit_backward(std::size_t i, std::vector<Profile>& profiles, Instant limit, const Placed& from, Placed& placed) {
    const Activity& a = activities_[i];
    Instant finish = previous_work(a.calendar, limit), start = retreat(a.calendar, finish, a.left());
    for (bool moved = true; moved && start > from.starts[i];) {
      moved = false;
      for (const Use& use : uses_[i]) {
        const auto next = profiles[use.resource].earlier(start, finish, use.amount);
        if (!next) continue;
        finish = profiles[use.resource].taken_at_start() ? finish_from(i, previous_work(a.calendar, *next))
                                                         : previous_work(a.calendar, *next);
        start = retreat(a.calendar, finish, a.left());
        moved = true;
        break;
      }
    }
    if (start < from.starts[i]) start = from.starts[i], finish = from.finishes[i];
    for (const Use& use : uses_[i]) hold(profiles, use, start, finish);
    put(placed, i, start, finish);
  }

  /// Everything as early as can be, in the order of its starts.
  Placed left(const Placed& from) {
    std::vector<std::size_t> order = order_;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return from.starts[i]; });
    // Links that hold finishes may let a successor start before its predecessor: the order of precedence comes first.
    std::vector<double> value(activities_.size());
    for (std::size_t k = 0; k < order.size(); ++k) value[order[k]] = static_cast<double>(k);
    return forward(value);
  }

  const std::vector<Activity>& activities_;
  const std::vector<SchedulingRules>& rules_;
  std::vector<std::vector<Use>> uses_;
  std::vector<Profile> empty_;
  std::vector<std::size_t> order_;
  std::vector<Dates> early_;
  std::vector<std::vector<std::pair<std::size_t, const Link*>>> successors_;
  std::vector<std::string> unlevelled_, unlimited_;
  std::set<std::size_t> told_;
  std::size_t schedules_ = 0;
};

constexpr std::array listed_rules{PriorityRule::latest_finish,   PriorityRule::latest_start, PriorityRule::least_slack,
                                  PriorityRule::most_successors, PriorityRule::rank_weight,  PriorityRule::listed};

Levelled answer(Leveller& leveller, Placed placed, PriorityRule rule, Instant bound) {
  Levelled result{.starts = std::move(placed.starts),
                  .finishes = std::move(placed.finishes),
                  .finish = placed.finish,
                  .rule = rule,
                  .bound = bound,
                  .schedules = leveller.schedules(),
                  .unlevelled = leveller.unlevelled(),
                  .unlimited = leveller.unlimited()};
  for (std::size_t i = 0; i < result.starts.size(); ++i) {
    const Dates& early = leveller.early()[i];
    result.delays.push_back(result.starts[i] - early.early_start);
    if (leveller.done(i)) result.starts[i] = early.start, result.finishes[i] = early.finish;
  }
  return result;
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
    case PriorityRule::sampled:
      return "sampled";
  }
  std::unreachable();
}

Levelled level_by(PriorityRule rule, const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                  const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules) {
  Leveller leveller(activities, uses, resources, rules);
  return answer(leveller, leveller.by_rule(rule), rule, shortest_possible(activities, uses, resources, rules));
}

Levelled level(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
               const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules,
               const LevellingOptions& options) {
  Leveller leveller(activities, uses, resources, rules);
  const Instant bound = shortest_possible(activities, leveller.uses(), resources, rules);
  const std::size_t most = std::max<std::size_t>(1, options.placements / std::max<std::size_t>(1, activities.size()));
  std::optional<Placed> best;
  PriorityRule best_rule{};
  const auto take = [&](Placed placed, PriorityRule rule) {
    if (best && !placed.better_than(*best)) return;
    best = std::move(placed);
    best_rule = rule;
  };
  const auto ended = [&] { return (best && best->finish <= bound) || leveller.schedules() >= most || options.stop(); };
  const bool limited = std::ranges::any_of(leveller.uses(), [](const auto& u) { return !u.empty(); });
  for (const PriorityRule rule : listed_rules) {
    if (best && (!limited || ended())) break;
    Placed placed = leveller.by_rule(rule);
    take(best && leveller.schedules() >= most ? placed : leveller.justified(std::move(placed)), rule);
  }
  Random random(options.seed, 0);
  for (std::size_t round = 0; limited && !ended(); ++round) {
    // Every other schedule is drawn afresh; the rest look around the best one, ever nearer.
    constexpr std::array shares{0.05, 0.1, 0.2, 0.4};
    take(leveller.justified(round % 2 == 0 ? leveller.sampled(random)
                                           : leveller.near(*best, random, shares[round / 2 % shares.size()])),
         PriorityRule::sampled);
  }
  return answer(leveller, std::move(*best), best_rule, bound);
}

Instant shortest_possible(const std::vector<Activity>& activities, const std::vector<std::vector<Use>>& uses,
                          const std::vector<Resource>& resources, const std::vector<SchedulingRules>& rules) {
  const CriticalPath cpm = critical_path(activities, rules);
  Instant bound = cpm.finish;
  for (std::size_t r = 0; r < resources.size(); ++r) {
    const auto& steps = resources[r].steps;
    if (resources[r].kind != Resource::Kind::held || steps.size() != 1 || steps.front().available <= 0) continue;
    // Work over capacity, from the first early start of what uses it; nights and weekends make it longer yet.
    double work = 0;
    std::optional<Instant> first;
    for (std::size_t i = 0; i < activities.size(); ++i)
      for (const Use& use : uses[i])
        if (use.resource == r && use.amount <= steps.front().available && !activities[i].done() &&
            !activities[i].spanning()) {
          work += use.amount * static_cast<double>(activities[i].left());
          first = first ? std::min(*first, cpm.dates[i].early_start) : cpm.dates[i].early_start;
        }
    if (first)
      bound = std::max(bound, std::max(steps.front().from, *first) +
                                  static_cast<Minutes>(std::ceil(work / steps.front().available - 1e-6)));
  }
  return bound;
}

}  // namespace stargate::construction
