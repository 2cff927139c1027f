#include "operate/policy.h"

#include <algorithm>

#include "base/diagnostics.h"

namespace stargate::operate {

namespace {

/// Starts from the head until one does not fit. Jobs over their tenant's quota are stepped over and hold up nobody.
/// Returns the job that blocks, or none.
Id start_in_order(Desk& desk, Start (Desk::*start)(Id) = &Desk::start, Start* why = nullptr) {
  const Queue& queue = desk.queue();
  for (auto at = queue.begin(); at != queue.end();) {
    const Id job = (at++)->job;
    const Start result = (desk.*start)(job);
    if (result == Start::started || result == Start::no_quota) continue;
    if (why != nullptr) *why = result;
    return job;
  }
  return none;
}

class Fcfs : public Policy {
 public:
  std::int64_t rank(const Job&, std::int64_t, int) const override { return 0; }
  void pass(Desk& desk) const override { start_in_order(desk); }
};

/// Shortest first: by what the user said, or where nothing was said by what it takes.
class Sjf : public Policy {
 public:
  std::int64_t rank(const Job& job, std::int64_t, int) const override { return job.estimate_s >= 0 ? job.estimate_s : job.run_s; }
  void pass(Desk& desk) const override { start_in_order(desk); }
};

class SjfClairvoyant : public Sjf {
 public:
  std::int64_t rank(const Job& job, std::int64_t, int) const override { return job.run_s; }
};

/// The same rule with true run times in place of estimates.
template <class Rule>
class Clairvoyant : public Rule {
 public:
  bool clairvoyant() const override { return true; }
};

class Priority : public Policy {
 public:
  std::int64_t rank(const Job& job, std::int64_t, int tenant) const override { return -(job.priority + tenant); }
  void pass(Desk& desk) const override { start_in_order(desk); }
};

class EarliestDeadline : public Policy {
 public:
  std::int64_t rank(const Job& job, std::int64_t, int) const override { return job.deadline; }
  void pass(Desk& desk) const override { start_in_order(desk); }
};

/// A preemptive variant of an order: the head may put running jobs that rank behind it back into the queue.
template <class Order>
class Preemptive : public Order {
 public:
  void pass(Desk& desk) const override { start_in_order(desk, &Desk::start_over_others); }
  bool preempts() const override { return true; }
};

class Remaining : public Policy {
 public:
  std::int64_t rank(const Job&, std::int64_t remaining_s, int) const override { return remaining_s; }
};

/// EASY (Lifka 1995): the first job that does not fit gets a reservation; later ones start now if that does not delay it.
template <class Order>
class Easy : public Order {
 public:
  void pass(Desk& desk) const override {
    Start why{};
    const Id head = start_in_order(desk, &Desk::start, &why);
    if (head == none || why == Start::no_ramp) return;  // what is lent now would keep the head's allowance from filling
    desk.reserve(head);
    bool behind = false;
    std::size_t left = desk.depth();
    const Queue& queue = desk.queue();
    for (auto at = queue.begin(); at != queue.end() && left > 0 && desk.free_slots() > 0; --left) {
      const Id job = (at++)->job;
      if (behind) desk.start_behind(job);
      behind |= job == head;
    }
  }
  bool looks_ahead() const override { return true; }
};

/// Conservative backfill: every waiting job has a reservation, made in queue order on the profile of free slots; reservations
/// are made anew at each pass, so that an early end moves all of them forward. A pass ends once nothing is left to start now:
/// reservations of those behind could not matter before the next. O(jobs reserved x profile).
template <class Order>
class Conservative : public Order {
 public:
  void pass(Desk& desk) const override {
    if (desk.free_slots() <= 0) return;
    const Time now = desk.now();
    Profile free{{now, desk.free_slots()}};
    for (const auto& [end, released] : desk.releases()) {
      const Time at = std::max(end, now + 1);
      if (at != free.back().first) free.emplace_back(at, free.back().second);
      free.back().second += released;
    }
    std::size_t left = desk.depth();
    const Queue& queue = desk.queue();
    for (auto at = queue.begin(); at != queue.end() && left > 0 && free.front().second > 0; --left) {
      const Id id = (at++)->job;
      const std::int64_t width = desk.job(id).gpus;
      const Time length = std::max<std::int64_t>(1, desk.expected_s(id));
      std::size_t begin = 0;  // earliest step from which enough is free for the whole length
      for (std::size_t step = 0; step < free.size() && (step == begin || free[step].first - free[begin].first < length); ++step)
        if (free[step].second < width) begin = step + 1;
      if (begin >= free.size()) continue;  // wider than what is up: it has no reservation
      if (begin == 0 && desk.start(id) == Start::no_quota) continue;
      reserve(free, begin, length, width);
    }
  }
  bool looks_ahead() const override { return true; }

 private:
  using Profile = std::vector<std::pair<Time, std::int64_t>>;  ///< free from each time on
  static void reserve(Profile& free, std::size_t begin, Time length, std::int64_t width) {
    std::size_t last = begin;
    while (last < free.size() && free[last].first - free[begin].first < length) ++last;
    const Time until = free[begin].first > never - length ? never : free[begin].first + length;
    if (last == free.size() || free[last].first != until) free.insert(free.begin() + static_cast<std::ptrdiff_t>(last), {until, free[last - 1].second});
    for (std::size_t step = begin; step < last; ++step) free[step].second -= width;
  }
};

using Maker = std::unique_ptr<Policy> (*)();
template <class P>
std::unique_ptr<Policy> make() {
  return std::make_unique<P>();
}

const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> all{
      {"fcfs", make<Fcfs>},
      {"fifo", make<Fcfs>},
      {"sjf", make<Sjf>},
      {"sjf-clairvoyant", make<SjfClairvoyant>},
      {"srtf", make<Preemptive<Remaining>>},
      {"easy", make<Easy<Fcfs>>},
      {"easy-clairvoyant", make<Clairvoyant<Easy<Fcfs>>>},
      {"conservative", make<Conservative<Fcfs>>},
      {"conservative-clairvoyant", make<Clairvoyant<Conservative<Fcfs>>>},
      {"priority", make<Priority>},
      {"priority-preempt", make<Preemptive<Priority>>},
      {"priority-easy", make<Easy<Priority>>},
      {"edf", make<EarliestDeadline>},
      {"edf-preempt", make<Preemptive<EarliestDeadline>>},
  };
  return all;
}

}  // namespace

std::unique_ptr<Policy> make_policy(std::string_view name) {
  for (const auto& [known, maker] : makers())
    if (known == name) return maker();
  throw InputError({"--policy", 0, 0}, "'" + std::string(name) + "' is no scheduling policy", name_hint(name, policy_names()));
}

const std::vector<std::string>& policy_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& maker : makers()) all.push_back(maker.first);
    return all;
  }();
  return names;
}

}  // namespace stargate::operate
