#pragma once
#include <functional>
#include <memory>

#include "base/archive.h"
#include "operate/event_queue.h"
#include "operate/forecast.h"
#include "operate/never.h"
#include "operate/policy.h"
#include "operate/repairs.h"
#include "operate/running.h"
#include "operate/site_power.h"
#include "operate/tables.h"

namespace stargate::operate {

/// How a run ended.
enum class End : std::uint8_t {
  open,           ///< it has not
  all_done,       ///< every job that can start has ended
  horizon,        ///< the time to simulate is over
  stuck,          ///< jobs are left, and nothing that could let them go on is still to come
};

std::string_view name_of(End end);

/// The event simulation. One loop: take the next instant; let what happens then happen, in the order of Kind; let the
/// jobs of that instant arrive; then look once at each queue that something changed for.
///
///     while there is a next instant t (an event or a submission):
///       for each event at t: handle it        (ends, repairs, arrivals of racks, hours, limits, failures, ...)
///       for each job submitted at t: into its queue
///       hold the limits where load, room or limit changed
///       for each queue that changed: policy.pass(desk)
///       hold the limits again where a start needs others to slow down
///       if jobs are left and nothing to come can help them: end, and say so
///
/// Work runs at a rate (clock x width); failures, throttling, stops and preemption all settle what was done at the old rate and
/// go on at a new one, so nothing is stepped through in between. Random numbers come from (seed, stream, count), so they do
/// not depend on the order of events. O((jobs + failures) log(running)) and what the policy's passes take.
class Engine final : private Desk {
 public:
  Engine(const Fleet& fleet, const Workload& workload, const Scenario& scenario);

  /// Goes on until all is done, or `go_on` (asked every few hundred instants) says no. True if done.
  /// InputError if the run would last longer than the accounts can hold exactly.
  bool run(const std::function<bool(const Engine&)>& go_on = {});
  bool done() const { return end_ != End::open; }
  End end() const { return end_; }

  Time clock() const { return now_; }
  std::size_t finished_jobs() const { return finished_; }
  std::uint64_t events() const { return events_; }
  double share_done() const;

  /// Accounts of everything up to the clock. `run` leaves them settled.
  Ledger ledger() const {
    Ledger sum;
    for (const Ledger& part : ledgers_) sum += part;
    return sum;
  }
  const Ledger& ledger(Id pool) const { return ledgers_[pool]; }
  /// Productive slot-milliseconds of a job in the time that is measured.
  std::int64_t kept_slot_ms(Id job) const { return states_[job].kept_slot_ms - (kept_before_.empty() ? 0 : kept_before_[job]); }
  std::int64_t paid_slot_ms() const;
  std::int64_t paid_slot_ms(Id pool) const { return pool_use_[pool].paid; }
  const std::vector<JobState>& jobs() const { return states_; }
  /// The first reservation of each job that waited, under a policy that makes them.
  const std::vector<Time>& promises() const { return promises_; }
  /// Why jobs can never start, by job; empty if all can.
  const std::vector<Never>& unstartable() const { return never_; }
  const Tables& tables() const { return tables_; }
  const PowerTree& power() const { return power_.tree(); }
  const Counters& counters() const { return counters_; }
  const std::vector<SiteTotals>& site_totals() const { return power_.totals(); }

  /// Everything that changes while running, as bytes, both ways. InputError if they do not fit.
  std::string save();
  void load(std::string_view bytes, const std::filesystem::path& file = "state");

 private:
  // Desk
  Time now() const override { return now_; }
  const Queue& queue() const override { return queues_[desk_partition_]; }
  const Job& job(Id id) const override { return workload_.jobs[id]; }
  std::int64_t expected_s(Id job) const override;
  Start start(Id job) override;
  void reserve(Id job) override { reserve_for_ = job; }
  std::size_t depth() const override { return scenario_.backfill_depth; }
  Start start_behind(Id job) override;
  Start start_over_others(Id job) override;
  std::int64_t free_slots() const override;
  const std::vector<std::pair<Time, std::int64_t>>& releases() override;

  // The loop (engine.cpp)
  void begin();
  void handle(const Event& event);
  void arrive(Id job);
  void passes();
  void finish();
  bool stuck();
  void hour();
  void begin_measuring();
  void schedule_hour();
  void touch(Id partition);
  void note(What what, Id subject, std::int64_t amount = 0);
  void note_placed(What what, Id slot);
  bool all_finished() const { return finished_ + never_count_ == workload_.jobs.size(); }

  // Jobs (engine_jobs.cpp)
  Start try_start(Id job, bool behind);
  void make_reservation();
  double preference(Id pool) const;
  Start room_for(const Job& job, Id slots, Id pool);
  std::int64_t quota_left(const Job& job) const;
  Id choose_pool(Id job, Id& slots, Start& why);
  void launch(Id job, Id pool, Id slots);
  bool started_before(Id job) const;
  CheckpointPlan checkpoints_for(const Job& job, Id slots) const;
  void enqueue(Id job);
  Waiting waiting(Id job) const;
  void settle(Id slot);
  void settle_pool(Id pool);
  void schedule_end(Id slot);
  void expect_end(Id slot);
  void end_job(Id slot);
  void release(Id slot);
  void preempt(Id slot);
  void requeue(Id slot);
  std::vector<std::pair<Time, const Grant*>> expected_ends(Id partition) const;

  // Widths and preemption (engine_elastic.cpp)
  void resize(Id slot, Id whole_nodes);
  bool make_room(Id job);
  void grow_elastic(Id partition);
  std::size_t victims_needed(Id job, Id pool, const std::vector<Id>& victims);

  // Failures (engine_failures.cpp)
  void schedule_failure(Id failure_class, bool of_bad_nodes);
  void fail(Id failure_class, bool of_bad_nodes);
  void fail_node(Id failure_class, Id node);
  void fail_job(Id slot, double diagnose_s);
  Time repair_time(const FailureClass& cause);
  void break_node(Id node, Time takes, bool with_crew);
  void break_group(const std::vector<NodeRange>& nodes, const FailureClass& cause, bool requeue_jobs);
  void repaired(Id node);
  std::int64_t workload_ms(Id job) const;
  void corrupt(Id slot, const FailureClass& cause);
  void detected(Id slot, std::uint32_t stamp);
  void install(Id block);
  void remove(Id block);
  void outage(Id id, std::uint32_t phase);
  double draw(std::uint64_t stream);

  // Power (engine_power.cpp, engine_limits.cpp)
  void find_binding_trees();
  void begin_power();
  void change_base(Id hall, std::int64_t watts);
  void node_power(Id node, int sign);
  void block_power(const Block& block, int sign);
  std::int64_t working_w(const Job& job, Id pool, std::int64_t slots, std::int64_t interval_ms, std::int64_t write_ms) const;
  std::int64_t working_w(const Job& job, Id pool, Id slots) const;
  double power_share(const Running& run) const;
  void load_changed(Id slot);
  void drop_load(Id slot);
  void move_load(Id slot, Id from_node, Id to_node, Id slots);
  bool power_allows(Id pool, Id slots, const Job& job);
  void hold_back(Id pool, Id slots);
  void reserve_power(Id job, Id pool, Time& start, std::int64_t& extra_w) const;
  void set_throttle(Id slot, std::int64_t throttle);
  void flag_power(Id site);
  void flag_all_power();
  void hold_limits();
  void touch_site(Id site);
  void set_limiting(Id site, bool limiting);
  void enforce(Id site);
  bool rides_through(Id site, double outage_h);

  // Cloud (engine_cloud.cpp)
  bool cloud_could_take(const Job& job) const;
  void consider_cloud(Id job);
  void to_cloud(Id job);
  void leave_cloud(Id job);

  const Fleet& fleet_;
  const Workload& workload_;
  const Scenario& scenario_;
  std::unique_ptr<Policy> policy_;
  std::vector<std::vector<Id>> pools_of_, sites_pools_, sites_partitions_;  ///< by partition, by site
  std::vector<double> slot_dynamic_w_;         ///< by node type, at the ceiling
  std::vector<std::int64_t> ceilings_;         ///< full speed by node type under chip and rack limits
  std::vector<Never> never_;                   ///< by job; empty if all can start
  std::size_t never_count_ = 0;
  std::vector<FailureRates> rates_;            ///< by partition
  mutable std::vector<std::pair<Id, CheckpointPlan>> plans_;  ///< of widths seen, by partition and width
  std::vector<Id> bad_nodes_;                  ///< that fail more often
  std::vector<std::vector<NodeRange>> outage_nodes_;  ///< by outage
  Time phase_ = 0;                             ///< seconds from the calendar's hour to Time 0
  Time latest_ = never;                        ///< the accounts hold no more than this
  Time patience_ = 0;                          ///< without any job moving, until a run without horizon is given up
  bool has_elastic_ = false;

  Time now_ = 0;
  Time last_move_ = 0;                         ///< a job started, ended or changed its rate
  bool begun_ = false;
  End end_ = End::open;
  std::size_t next_job_ = 0, finished_ = 0;
  std::uint64_t events_ = 0;
  EventQueue queue_of_events_;
  std::vector<Queue> queues_;
  std::vector<JobState> states_;
  std::vector<Running> running_;
  std::vector<Id> idle_slots_;                 ///< unused entries of running_
  std::vector<std::set<std::pair<Time, Id>>> by_end_;  ///< by partition, if the policy looks ahead or preempts
  std::vector<std::int64_t> tenant_held_;
  std::vector<Id> touched_;
  std::vector<std::uint8_t> is_touched_;
  Machine machine_;
  std::vector<Ledger> ledgers_;                ///< by pool
  std::vector<std::int64_t> kept_before_;      ///< by job: productive time before what is measured
  std::int64_t learned_ms_ = 0;                ///< busy time before what is measured
  std::vector<Time> pool_since_;
  std::vector<std::int64_t> pool_held_back_;   ///< free slots that power, not lack of work, keeps empty
  struct PoolUse {                             ///< slot-ms, settled
    std::int64_t idle = 0, held_back = 0, down = 0, paid = 0;
    void operator+=(const PoolUse& o) { idle += o.idle, held_back += o.held_back, down += o.down, paid += o.paid; }
  };
  std::vector<PoolUse> pool_use_, site_use_;   ///< by pool now; by site as of the last hour
  std::vector<std::uint64_t> draws_;           ///< numbers drawn by stream
  Repairs repairs_;
  std::uint32_t corruptions_ = 0;
  double corrupt_diagnose_s_ = 0;
  std::int64_t failures_seen_ = 0;             ///< by jobs, for adaptive checkpoints
  SitePower power_;
  Time hour_since_ = 0;
  std::vector<std::uint8_t> tree_binds_;       ///< by site: a hall or feed could be overloaded by its own nodes
  std::vector<std::uint8_t> limiting_;         ///< by site: has jobs that a limit slows
  std::vector<std::uint8_t> power_refused_;    ///< by site: a start was refused for power at the last look
  std::vector<Time> limiting_since_, limited_s_;  ///< by site; the latter within this hour
  std::vector<std::uint8_t> is_flagged_;       ///< by site: limits are to be held anew in this instant
  std::vector<Id> flagged_;
  Counters counters_;
  Tables tables_;
  Forecast forecast_;
  Id desk_partition_ = 0;
  std::vector<std::pair<Time, std::int64_t>> releases_;
  std::vector<Time> promises_;                 ///< by job: the first reservation that EASY gave it
  Id reserve_for_ = none;                      ///< a reservation that is made once something could start behind it
  struct PowerReservation {                    ///< of a head that waits for power: when it can have it, and what is left then
    Id site = none;
    Time start = never;
    std::int64_t extra_w = 0;
  };
  PowerReservation power_reserved_;
  Id cloud_held_ = 0;
  std::set<std::pair<Time, Id>> cloud_waiting_;  ///< found the cloud full: since when, job

  template <class Archive>
  void archive(Archive& a);
};

}  // namespace stargate::operate
