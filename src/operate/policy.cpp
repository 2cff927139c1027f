#include "operate/policy.h"

#include <algorithm>
#include <map>

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

class Sjf : public Policy {
 public:
  std::int64_t rank(const Job& job, std::int64_t, int) const override { return job.run_s; }
  void pass(Desk& desk) const override { start_in_order(desk); }
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
    if (head == none || why == Start::no_power) return;
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
/// are made anew at each pass, so that an early end moves all of them forward. O(queue * profile).
template <class Order>
class Conservative : public Order {
 public:
  void pass(Desk& desk) const override {
    std::map<Time, std::int64_t> free{{desk.now(), desk.free_slots()}};
    std::int64_t slots = desk.free_slots();
    for (const auto& [end, released] : desk.releases()) free[std::max(end, desk.now() + 1)] = slots += released;
    std::size_t left = desk.depth();
    const Queue& queue = desk.queue();
    for (auto at = queue.begin(); at != queue.end() && left > 0; --left) {
      const Id id = (at++)->job;
      const std::int64_t width = desk.job(id).gpus, length = std::max<std::int64_t>(1, desk.expected_s(id));
      auto begin = free.begin();  // earliest step from which enough is free for the whole length
      for (auto step = begin; step != free.end() && step->first < begin->first + length; ++step)
        if (step->second < width && (begin = std::next(step)) == free.end()) break;
      if (begin == free.end()) continue;  // wider than what is up: it has no reservation
      if (begin->first == desk.now()) {
        const Start result = desk.start(id);
        if (result == Start::no_quota) continue;
      }
      reserve(free, begin->first, begin->first + length, width);
    }
  }
  bool looks_ahead() const override { return true; }

 private:
  static void reserve(std::map<Time, std::int64_t>& free, Time from, Time until, std::int64_t width) {
    if (auto next = free.upper_bound(until - 1); next == free.end() || next->first != until)
      free.emplace(until, std::prev(next)->second);
    for (auto step = free.find(from); step->first < until; ++step) step->second -= width;
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
      {"srtf", make<Preemptive<Remaining>>},
      {"easy", make<Easy<Fcfs>>},
      {"conservative", make<Conservative<Fcfs>>},
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
