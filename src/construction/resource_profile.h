#pragma once
#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "construction/levelling.h"

namespace stargate::construction {

/// What is free of one resource, as a step function of time. Questions are O(steps in the window + log steps).
class Profile {
 public:
  static constexpr double tolerance = 1e-6;
  static constexpr Instant beginning = std::numeric_limits<Instant>::min() / 4,
                           end = std::numeric_limits<Instant>::max() / 4;

  explicit Profile(const Resource& resource) : kind_(resource.kind) {
    steps_.push_back({beginning, 0});
    for (const auto& step : resource.steps) {
      if (step.from == steps_.back().at)
        steps_.back().free = step.available;
      else
        steps_.push_back({step.from, step.available});
    }
  }

  /// The earliest start, other than this one, that may do for work that holds [start, finish), if this one does not:
  /// no start before it would. `end` if there is none.
  std::optional<Instant> later(Instant start, Instant finish, double amount) const {
    const auto short_of = [&](const Step& s) { return s.free < amount - tolerance; };
    auto at = step_at(start);
    if (kind_ == Resource::Kind::taken_at_start) {
      if (!short_of(*at)) return {};
      return at + 1 == steps_.end() ? end : (at + 1)->at;
    }
    std::optional<Instant> next;
    for (; start < finish && at != steps_.end() && at->at < finish; ++at)
      if (short_of(*at)) next = at + 1 == steps_.end() ? end : (at + 1)->at;
    return next;
  }
  /// The latest finish, other than this one, that may do; `beginning` if there is none. For what is taken at the start:
  /// the latest start.
  std::optional<Instant> earlier(Instant start, Instant finish, double amount) const {
    const auto short_of = [&](const Step& s) { return s.free < amount - tolerance; };
    auto at = step_at(start);
    if (kind_ == Resource::Kind::taken_at_start) return short_of(*at) ? std::optional(at->at - 1) : std::nullopt;
    for (; start < finish && at != steps_.end() && at->at < finish; ++at)
      if (short_of(*at)) return at->at;
    return {};
  }
  bool taken_at_start() const { return kind_ == Resource::Kind::taken_at_start; }

  void use(Instant start, Instant finish, double amount) {
    if (taken_at_start()) {  // steps of such a resource are never split
      steps_[static_cast<std::size_t>(step_at(start) - steps_.begin())].free -= amount;
      return;
    }
    if (start >= finish) return;
    const std::size_t first = split(start), last = split(finish);
    for (std::size_t i = first; i < last; ++i) steps_[i].free -= amount;
  }

 private:
  struct Step {
    Instant at;
    double free;
  };
  std::vector<Step>::const_iterator step_at(Instant at) const {
    return std::prev(std::ranges::upper_bound(steps_, at, {}, &Step::at));
  }
  std::size_t split(Instant at) {
    const auto i = static_cast<std::size_t>(step_at(at) - steps_.begin());
    if (steps_[i].at == at) return i;
    steps_.insert(steps_.begin() + static_cast<std::ptrdiff_t>(i) + 1, {at, steps_[i].free});
    return i + 1;
  }
  Resource::Kind kind_;
  std::vector<Step> steps_;
};

}  // namespace stargate::construction
