#pragma once
#include <vector>

#include "operate/ledger.h"
#include "operate/machine.h"

namespace stargate::operate {

/// A job's share of a hall's load.
struct Load {
  Id hall = 0;
  std::int64_t slots = 0;
  std::int64_t full_w = 0;             ///< dynamic watts at full clock
  std::int64_t now_w = 0;              ///< dynamic watts as it runs now
};

/// What is kept of a job from its submission to the end of the run.
struct JobState {
  std::int64_t remaining_ms = 0;       ///< work left, at nominal width and full clock
  std::int64_t kept_slot_ms = 0;       ///< its productive time so far
  Time queued = 0;                     ///< when it last entered the queue
  Time first_start = -1, end = -1;
  std::uint32_t requeued_s = 0;        ///< waits after the first
  Id slot = none;                      ///< while it runs
  Id pool = none;                      ///< where it last ran
  Id nodes = none;                     ///< its last list of nodes in the tables, if events are recorded
  std::uint16_t failures = 0, preemptions = 0;  ///< at most 65,535 are counted of one job
  bool killed = false, clouded = false, corrupted = false;
};

/// A job that holds nodes. Progress is rate times time with checkpoint marks: `advance` moves it along, in whole
/// milliseconds, and says where the time went.
struct Running {
  Id job = none;
  Grant grant;
  Id slots = 0;
  std::uint32_t generation = 0;        ///< events with another stamp are stale
  Time since = 0;                      ///< accounts are settled up to here
  Time started = 0, expected_end = 0;
  std::int64_t restart_ms = 0;         ///< left of diagnosis, initialising, loading
  std::int64_t interval_ms = 0, write_ms = 0;  ///< 0: no checkpoints
  std::int64_t phase_ms = 0;           ///< left of the work before the next checkpoint, or of writing it
  bool writing = false;
  std::int64_t unsaved_ms = 0, unsaved_slot_ms = 0;
  std::int64_t throttle = whole, speed = whole;
  std::int64_t corrupt_remaining_ms = -1, corrupt_slot_ms = 0;  ///< as of the checkpoint before silent corruption
  std::uint32_t corrupt_stamp = 0;
  std::vector<Load> loads;
  bool loading_power = false;          ///< draws restart power now

  /// Settles `wall_ms` of time into the ledger and the job's state.
  void advance(std::int64_t wall_ms, JobState& state, Ledger& ledger);
  /// Whole seconds until the work is done if nothing changes; `never` while stopped.
  Time seconds_to_finish(const JobState& state) const;
  /// Drops what is not saved: it becomes lost time and work to do again.
  void lose_unsaved(JobState& state, Ledger& ledger);
  void begin_interval();

  template <class Archive>
  void archive(Archive& a) {
    a(job, grant, slots, generation, since, started, expected_end, restart_ms, interval_ms, write_ms, phase_ms, writing, unsaved_ms,
      unsaved_slot_ms, throttle, speed, corrupt_remaining_ms, corrupt_slot_ms, corrupt_stamp, loads, loading_power);
  }
};

}  // namespace stargate::operate
