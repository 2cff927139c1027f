#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "operate/types.h"

namespace stargate::operate {

/// What happens, in the order in which things of the same second happen. After all of a second's events each queue
/// that something changed for is looked at once.
enum class Kind : std::uint32_t {
  measure,        ///< the warm-up is over; id unused
  job_end,        ///< id: running slot; stamp: its generation
  phase_end,      ///< restart is over, so power rises; id: running slot
  repaired,       ///< id: node
  installed,      ///< id: block of nodes
  removed,        ///< id: block of nodes
  signal,         ///< the hour begins; id unused
  limit,          ///< a load target begins or ends
  battery,        ///< a battery is empty; id: site
  failure,        ///< id: failure class
  detected,       ///< silent corruption is found; id: running slot
  cloud,          ///< break-even for a waiting job; id: job
  cloud_end,      ///< id: job
  outage,         ///< a planned outage begins to drain, begins or ends; id: of the scenario's list, stamp: which
  retry,          ///< the queues are looked at again, e.g. once enough ramp has passed for a start that waited
};
inline constexpr std::size_t event_kinds = static_cast<std::size_t>(Kind::retry) + 1;

/// Ties: earlier time, then Kind in the order above, then lower id.
struct Event {
  Time time;
  Kind kind;
  Id id;
  std::uint32_t stamp = 0;
  friend bool operator<(const Event& a, const Event& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.kind != b.kind) return a.kind < b.kind;
    return a.id != b.id ? a.id < b.id : a.stamp < b.stamp;
  }
};

/// A heap with four children a node: shallower than a binary one, and a node's children share a cache line or two.
class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  const Event& top() const { return heap_.front(); }
  std::size_t count(Kind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

  void push(const Event& event) {
    ++counts_[static_cast<std::size_t>(event.kind)];
    std::size_t at = heap_.size();
    heap_.push_back(event);
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (!(event < heap_[parent])) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = event;
  }

  Event pop() {
    const Event first = heap_.front();
    const Event last = heap_.back();
    --counts_[static_cast<std::size_t>(first.kind)];
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) return first;
    std::size_t at = 0;
    for (std::size_t child; (child = 4 * at + 1) < size; at = child) {
      const std::size_t end = std::min(child + 4, size);
      for (std::size_t other = child + 1; other < end; ++other)
        if (heap_[other] < heap_[child]) child = other;
      if (!(heap_[child] < last)) break;
      heap_[at] = heap_[child];
    }
    heap_[at] = last;
    return first;
  }
  template <class Archive>
  void archive(Archive& a) {
    a(heap_, counts_);
  }

 private:
  std::vector<Event> heap_;
  std::array<std::size_t, event_kinds> counts_{};
};

}  // namespace stargate::operate
