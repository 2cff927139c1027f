#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "operate/workload.h"

namespace stargate::operate {

/// A job in a queue. Order: rank, then submission, then the order of the trace.
struct Waiting {
  std::int64_t rank = 0;
  Time submit = 0;
  Id job = 0;
  friend auto operator<=>(const Waiting&, const Waiting&) = default;
};
using Queue = std::set<Waiting>;

enum class Start {
  started,
  no_room,       ///< not enough free nodes, or not near enough to one another
  no_quota,      ///< the tenant holds its quota
  no_power,      ///< it would break a power limit
  no_ramp,       ///< load may not rise so fast
};

/// What a policy sees of one partition and may do there.
class Desk {
 public:
  virtual ~Desk() = default;
  virtual Time now() const = 0;
  virtual const Queue& queue() const = 0;
  virtual const Job& job(Id id) const = 0;
  /// Time the job is expected to take from its next start, by its estimate.
  virtual std::int64_t expected_s(Id job) const = 0;
  /// Starts the job if it can; it then leaves the queue.
  virtual Start start(Id job) = 0;
  /// From now on `start_behind` respects a reservation for this job: the earliest time at which it could start if nothing else
  /// did, from the expected ends of those that run.
  virtual void reserve(Id job) = 0;
  /// Starts the job if it can and that does not delay the reservation.
  virtual Start start_behind(Id job) = 0;
  /// Preempts running jobs that `rank` puts behind `job`, worst first, if that makes room; then starts it.
  virtual Start start_over_others(Id job) = 0;
  /// Free slots now, and (expected end, slots) of each running job in order of expected end.
  virtual std::int64_t free_slots() const = 0;  ///< spares apart
  /// Most jobs that backfill looks at in a pass.
  virtual std::size_t depth() const = 0;
  virtual const std::vector<std::pair<Time, std::int64_t>>& releases() = 0;
};

/// A scheduling policy: an order of the queue and what to do with it each time something has changed.
/// `remaining_s` is the true work left, which only the clairvoyant rules use (srtf, and those named so).
class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::int64_t rank(const Job& job, std::int64_t remaining_s, int tenant_priority) const = 0;
  virtual void pass(Desk& desk) const = 0;
  /// Does `pass` need the running jobs in order of expected end?
  virtual bool looks_ahead() const { return false; }
  virtual bool preempts() const { return false; }
  /// Does it know true run times where users' estimates differ?
  virtual bool clairvoyant() const { return false; }
};

/// InputError names what is allowed.
std::unique_ptr<Policy> make_policy(std::string_view name);
const std::vector<std::string>& policy_names();

}  // namespace stargate::operate
