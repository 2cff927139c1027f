#pragma once
#include <functional>
#include <memory>

#include "operate/archive.h"
#include "operate/event_queue.h"
#include "operate/forecast.h"
#include "operate/policy.h"
#include "operate/power.h"
#include "operate/running.h"
#include "operate/scenario.h"
#include "operate/tables.h"

namespace stargate::operate {

/// The event simulation. One loop: take the next instant; let what happens then happen, in the order of Kind; let the
/// jobs of that instant arrive; then look once at each queue that something changed for.
///
///     while there is a next instant t (an event or a submission):
///       for each event at t: handle it        (ends, repairs, arrivals of racks, hours, limits, failures, ...)
///       for each job submitted at t: into its queue
///       for each queue that changed: policy.pass(desk)
///
/// Work runs at a rate (clock x width); failures, throttling, stops and preemption all settle what was done at the old rate and
/// go on at a new one, so nothing is stepped through in between. Random numbers come from (seed, stream, count), so they do
/// not depend on the order of events. O((jobs + failures) log(running)) and what the policy's passes take.
class Engine final : private Desk {
 public:
  Engine(const Fleet& fleet, const Workload& workload, const Scenario& scenario);

  /// Goes on until all is done, or `go_on` (asked every few hundred instants) says no. True if done.
  bool run(const std::function<bool(const Engine&)>& go_on = {});
  bool done() const { return done_; }

  Time clock() const { return now_; }
  std::size_t finished_jobs() const { return finished_; }
  std::uint64_t events() const { return events_; }
  double share_done() const;

  /// Accounts of everything up to the clock. `run` leaves them settled.
  const Ledger& ledger() const { return ledger_; }
  std::int64_t paid_slot_ms() const;
  std::int64_t paid_slot_ms(Id pool) const { return pool_use_[pool].paid; }
  const std::vector<JobState>& jobs() const { return states_; }
  const Tables& tables() const { return tables_; }
  const PowerTree& power() const { return power_; }
  const Counters& counters() const { return counters_; }
  const std::vector<SiteTotals>& site_totals() const { return site_totals_; }

  /// Everything that changes while running, as bytes, both ways.
  std::string save();
  void load(std::string_view bytes);

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
  std::vector<std::pair<Time, std::int64_t>> releases() const override;

  // The loop (engine.cpp)
  void begin();
  void handle(const Event& event);
  void arrive(Id job);
  void passes();
  void finish();
  void touch(Id partition);
  void note(What what, Id subject, std::int64_t amount = 0);
  bool all_finished() const { return finished_ == workload_.jobs.size(); }

  // Jobs (engine_jobs.cpp)
  Start try_start(Id job, bool behind);
  void make_reservation();
  double preference(Id pool) const;
  Id choose_pool(Id job, Id& slots);
  void launch(Id job, Id pool, Id slots);
  bool started_before(Id job) const;
  CheckpointPlan checkpoints_for(const Job& job, Id slots) const;
  void enqueue(Id job);
  void settle(Id slot);
  void settle_pool(Id pool);
  void schedule_end(Id slot);
  void end_job(Id slot);
  void release(Id slot);
  void preempt(Id slot);
  void requeue(Id slot);
  void resize(Id slot, Id whole_nodes);
  bool make_room(Id job);
  void grow_elastic(Id partition);
  std::vector<std::pair<Time, const Grant*>> expected_ends(Id partition) const;

  // Failures (engine_failures.cpp)
  void schedule_failure(Id failure_class);
  void fail(Id failure_class);
  void fail_job(Id slot, const FailureClass& cause);
  Time repair_time(const FailureClass& cause);
  void break_node(Id node, Time takes, bool with_crew);
  void break_group(Id first, Id count, const FailureClass& cause);
  void repaired(Id node);
  std::int64_t workload_ms(Id job) const;
  void corrupt(Id slot, const FailureClass& cause);
  void detected(Id slot, std::uint32_t stamp);
  void install(Id block);
  void remove(Id block);
  double draw(std::uint64_t stream);

  // Power (engine_power.cpp, engine_limits.cpp)
  struct Hour {
    double price, carbon, temperature, grid_mw;
  };
  Hour hour_at(Id site, Time time) const;
  void find_binding_trees();
  void begin_power();
  void node_power(Id node, int sign);
  void block_power(const Block& block, int sign);
  std::int64_t working_w(const Job& job, Id pool, std::int64_t slots, std::int64_t interval_ms, std::int64_t write_ms) const;
  double power_share(const Running& run) const;
  void load_changed(Id slot);
  void drop_load(Id slot);
  void move_load(Id slot, Id from_node, Id to_node, Id slots);
  bool power_allows(Id pool, Id slots, Id job);
  bool ramp_allows(Id site, std::int64_t watts);
  void site_limits(Id site, std::int64_t& hard, std::int64_t& soft) const;
  void settle_battery(Id site);
  void limits_changed();
  void set_throttle(Id slot, std::int64_t throttle);
  void enforce(Id site, std::int64_t hard_site_limit_w);
  void hour();
  void account_energy(Id site, double hours, IntervalRow& row);
  bool rides_through(Id site, const FailureClass& cause);

  // Cloud (engine_cloud.cpp)
  void consider_cloud(Id job);
  void to_cloud(Id job);
  void leave_cloud(Id job);

  const Fleet& fleet_;
  const Workload& workload_;
  const Scenario& scenario_;
  std::unique_ptr<Policy> policy_;
  std::vector<std::vector<Id>> pools_of_, sites_pools_;  ///< by partition, by site
  std::vector<double> slot_dynamic_w_;         ///< by node type
  std::vector<std::int64_t> ceilings_;         ///< full speed by node type under chip and rack limits
  bool has_elastic_ = false;

  Time now_ = 0;
  bool begun_ = false, done_ = false;
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
  std::vector<bool> is_touched_;
  Machine machine_;
  Ledger ledger_;
  std::vector<Time> pool_since_;
  std::vector<std::int64_t> pool_held_back_;   ///< free slots that power, not lack of work, keeps empty
  struct PoolUse {                             ///< slot-ms, settled
    std::int64_t idle = 0, held_back = 0, down = 0, paid = 0;
    void operator+=(const PoolUse& o) { idle += o.idle, held_back += o.held_back, down += o.down, paid += o.paid; }
  };
  std::vector<PoolUse> pool_use_, site_use_;   ///< by pool now; by site as of the last hour
  std::vector<std::uint64_t> draws_;           ///< numbers drawn by stream
  std::vector<Id> crews_busy_;
  struct Repair {
    Id node;
    Time takes;
  };
  std::vector<std::vector<Repair>> awaiting_repair_;  ///< by site, first come first served
  std::vector<std::uint8_t> crewed_;           ///< by node: a crew is at it
  std::uint32_t corruptions_ = 0;
  double corrupt_diagnose_s_ = 0;
  std::int64_t failures_seen_ = 0;             ///< by jobs, for adaptive checkpoints
  PowerTree power_;
  std::vector<SiteTotals> site_totals_;
  std::vector<std::int64_t> site_energy_j_;    ///< as of the last hour's settlement
  Time hour_since_ = 0;
  std::vector<double> battery_mwh_;
  std::vector<Time> battery_since_;
  struct Ramp {
    std::int64_t allowance_w = 0;
    Time since = -1;
  };
  std::vector<Ramp> ramps_;
  std::vector<std::uint8_t> tree_binds_;       ///< by site: a hall or feed could be overloaded by its own nodes
  std::vector<std::uint8_t> limited_, limiting_;  ///< by site: has a limit; has jobs that a limit slows
  Counters counters_;
  Tables tables_;
  Forecast forecast_;
  Id desk_partition_ = 0;
  Id reserve_for_ = none;                      ///< a reservation that is made once something could start behind it
  Id cloud_held_ = 0;
  std::set<std::pair<Time, Id>> cloud_waiting_;  ///< found the cloud full: since when, job

  template <class Archive>
  void archive(Archive& a);
};

}  // namespace stargate::operate
