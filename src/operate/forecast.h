#pragma once
#include <algorithm>
#include <vector>

#include "operate/machine.h"
#include "operate/running.h"

namespace stargate::operate {

/// Plays the expected ends of running jobs forward on a scratch copy of only the nodes they hold, to find when a job
/// could start, and then guards that reservation. With a gang that needs a remainder, a whole node is counted for it.
class Forecast {
 public:
  explicit Forecast(const Machine& machine);

  /// Earliest time in `pool` at which the job fits, near enough together, if each of `ends` (time, grant; in order of time)
  /// gives back its nodes; all that end in that second count. `never` if it does not fit even then. O(ends), and the nodes
  /// they hold for a job that must stay within a rack or pod.
  Time find(const Job& job, Id pool, Time now, const std::vector<std::pair<Time, const Grant*>>& ends);
  /// There is no reservation of nodes.
  void find_nothing() { found_ = {}; }
  /// The reservation that `find` found last is kept from now on.
  void keep() { kept_ = found_; }
  /// May a job that is expected to end at `end` take `slots` in `pool` now? If so and it is placed, `placed` must be told.
  bool allows(Id slots, Id pool, Time end) const;
  void placed(const Grant& grant, Time end);

 private:
  struct Reservation {
    Time start = -1;
    Id pool = none;
    Id extra = 0;                      ///< whole nodes beyond those reserved that will be free at the start
    Id node = none, node_extra = 0;    ///< for a job of part of a node: which, and what else is free there then
  };
  Id free_at(Id node) const { return stamp_[node] == epoch_ ? scratch_[node] : machine_->free_[node]; }

  const Machine* machine_;
  std::vector<std::uint32_t> stamp_;
  std::vector<std::uint16_t> scratch_;
  std::uint32_t epoch_ = 0;
  Reservation found_, kept_;
};

}  // namespace stargate::operate
