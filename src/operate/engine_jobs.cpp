// The engine's part about jobs: queueing, starting, moving along, ending, giving way.
#include <algorithm>
#include <cmath>
#include <utility>

#include "operate/engine.h"

namespace stargate::operate {

void Engine::enqueue(Id id) {
  const Job& job = workload_.jobs[id];
  JobState& state = states_[id];
  state.queued = now_;
  const int tenant_priority = workload_.tenants.empty() ? 0 : workload_.tenants[job.tenant].priority;
  state.rank = policy_->rank(job, ceil_div(state.remaining_ms, ms), tenant_priority);
  queues_[job.partition].insert({state.rank, job.submit, id});
  touch(job.partition);
}

std::int64_t Engine::expected_s(Id id) const {
  const Job& job = workload_.jobs[id];
  const JobState& state = states_[id];
  const std::int64_t total = job.estimate_s >= 0 ? job.estimate_s : job.run_s;
  const std::int64_t done = job.run_s - ceil_div(state.remaining_ms, ms);
  const CheckpointPlan plan = checkpoints_for(job, job.gpus);
  const double stretch = plan.interval_s > 0 ? 1 + plan.write_s / plan.interval_s : 1;
  const std::int64_t restart = started_before(id) ? static_cast<std::int64_t>(scenario_.checkpointing.restart_s) : 0;
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(static_cast<double>(state.killed ? total : std::max<std::int64_t>(0, total - done)) * stretch))) + restart;
}

bool Engine::started_before(Id id) const { return states_[id].first_start >= 0; }

CheckpointPlan Engine::checkpoints_for(const Job& job, Id slots) const {
  if (scenario_.checkpointing.rule == CheckpointRule::off || !job.checkpoints) return {};
  const double gpus = static_cast<double>(slots) / fleet_.slots_per_gpu;
  const Pool& pool = fleet_.pools[pools_of_[job.partition].front()];
  const double per_node = fleet_.types[pool.type].gpus, per_rack = per_node * std::max(Id{1}, pool.nodes_per_rack);
  double rate = job_failure_rate_per_hour(scenario_.failures, gpus, per_node, per_rack);
  if (scenario_.checkpointing.rule == CheckpointRule::adaptive && rate > 0) {
    // Failures a GPU hour as seen so far, with the classes' own rate as if it had been seen for one failure.
    const std::int64_t busy = ledger_[Use::productive] + ledger_[Use::lost] + ledger_[Use::checkpoint] + ledger_[Use::restart];
    const double seen_hours = static_cast<double>(busy) / 3.6e6 / fleet_.slots_per_gpu;
    rate = gpus * (static_cast<double>(failures_seen_) + 1) / (seen_hours + gpus / rate);
  }
  return plan_checkpoints(scenario_.checkpointing, gpus, rate);
}

/// Less is better.
double Engine::preference(Id pool) const {
  switch (scenario_.placement) {
    case Placement::tightest: return machine_.wholly_free(pool);
    case Placement::cheapest: return hour_at(fleet_.pools[pool].site, now_).price;
    case Placement::cleanest: return hour_at(fleet_.pools[pool].site, now_).carbon;
    case Placement::first: break;
  }
  return 0;
}

/// Widths tried for a moldable job: what it asks for, then halves of it down to its least.
Id Engine::choose_pool(Id id, Id& slots) {
  const Job& job = workload_.jobs[id];
  for (slots = job.gpus;; slots = std::max(job.min_gpus, slots / 2)) {
    Id best = none;
    for (const Id pool : pools_of_[job.partition]) {
      if (!machine_.fits(job, slots, pool)) continue;
      if (best == none || preference(pool) < preference(best)) best = pool;
      if (scenario_.placement == Placement::first) break;
    }
    if (best != none || !job.moldable || slots == job.min_gpus) return best;
  }
}

Start Engine::try_start(Id id, bool behind) {
  const Job& job = workload_.jobs[id];
  if (!workload_.tenants.empty()) {
    const std::int64_t quota = workload_.tenants[job.tenant].quota_gpus * fleet_.slots_per_gpu;
    if (quota > 0 && tenant_held_[job.tenant] + job.gpus > quota) return Start::no_quota;
  }
  Id slots = job.gpus;
  Id pool = choose_pool(id, slots);
  if (pool == none && has_elastic_ && !behind && make_room(id)) pool = choose_pool(id, slots);
  if (pool == none) return Start::no_room;
  if (scenario_.power.on && !power_allows(pool, slots, id)) return Start::no_power;
  const Time end = now_ + expected_s(id);
  if (behind) {
    make_reservation();
    if (!forecast_.allows(slots, pool, end)) return Start::no_room;
  }
  launch(id, pool, slots);
  if (behind) forecast_.placed(running_[states_[id].slot].grant, end);
  return Start::started;
}

Start Engine::start(Id job) { return try_start(job, false); }
Start Engine::start_behind(Id job) { return try_start(job, true); }

void Engine::launch(Id id, Id pool, Id slots) {
  const Job& job = workload_.jobs[id];
  JobState& state = states_[id];
  queues_[job.partition].erase({state.rank, job.submit, id});
  Id slot;
  if (idle_slots_.empty()) {
    slot = static_cast<Id>(running_.size());
    running_.emplace_back();
  } else {
    slot = idle_slots_.back();
    idle_slots_.pop_back();
  }
  settle_pool(pool);
  const std::int64_t expected = expected_s(id);
  const bool again = started_before(id);
  Running& run = running_[slot];
  run.job = id;
  run.slots = slots;
  run.grant = machine_.place(job, slots, pool, slot);
  run.since = run.started = now_;
  run.expected_end = now_ + expected;
  run.throttle = scenario_.power.on ? ceilings_[fleet_.pools[pool].type] : whole;
  run.speed = speed_at(job, slots);
  run.restart_ms = again ? std::llround(scenario_.checkpointing.restart_s * 1000) : 0;
  run.corrupt_remaining_ms = -1;
  const CheckpointPlan plan = checkpoints_for(job, slots);
  run.interval_ms = std::llround(plan.interval_s * 1000);
  run.write_ms = std::llround(plan.write_s * 1000);
  run.begin_interval();
  state.slot = slot;
  state.pool = pool;
  if (again) state.requeued_s += now_ - state.queued;
  else state.first_start = now_;
  if (!tenant_held_.empty()) tenant_held_[job.tenant] += slots;
  if (policy_->looks_ahead() || policy_->preempts()) by_end_[job.partition].insert({run.expected_end, slot});
  if (scenario_.power.on) load_changed(slot);
  schedule_end(slot);
  note(What::started, id, slots);
}

void Engine::settle(Id slot) {
  Running& run = running_[slot];
  if (run.since == now_) return;
  run.advance((now_ - run.since) * ms, states_[run.job], ledger_);
  run.since = now_;
}

/// Time of the pool's GPUs that no job holds, and of all of them.
void Engine::settle_pool(Id pool) {
  const Time since = pool_since_[pool];
  if (since == now_) return;
  const std::int64_t time = (now_ - since) * ms, free = machine_.free_slots(pool);
  const std::int64_t held_back = std::min(free, pool_held_back_[pool]);
  const PoolUse use{time * (free - held_back), time * held_back, time * machine_.down_slots(pool), time * machine_.installed_slots(pool)};
  ledger_[Use::queue_idle] += use.idle;
  ledger_[Use::curtailed] += use.held_back;
  ledger_[Use::down] += use.down;
  pool_use_[pool] += use;
  pool_since_[pool] = now_;
}

/// Enters the end of the job, and of its restart, as it now stands; earlier entries become stale.
void Engine::schedule_end(Id slot) {
  Running& run = running_[slot];
  ++run.generation;
  const Time left = run.seconds_to_finish(states_[run.job]);
  if (left != never) queue_of_events_.push({now_ + left, Kind::job_end, slot, run.generation});
  if (scenario_.power.on && run.restart_ms > 0 && run.throttle > 0)
    queue_of_events_.push({now_ + ceil_div(run.restart_ms, ms), Kind::phase_end, slot, run.generation});
}

/// Gives the job's nodes back. The slot is free afterwards.
void Engine::release(Id slot) {
  Running& run = running_[slot];
  const Job& job = workload_.jobs[run.job];
  settle(slot);
  settle_pool(run.grant.pool);
  if (policy_->looks_ahead() || policy_->preempts()) by_end_[job.partition].erase({run.expected_end, slot});
  if (!tenant_held_.empty()) tenant_held_[job.tenant] -= run.slots;
  if (scenario_.power.on) drop_load(slot);
  machine_.release(run.grant, slot);
  states_[run.job].slot = none;
  run.job = none;
  ++run.generation;
  idle_slots_.push_back(slot);
  touch(job.partition);
}

void Engine::end_job(Id slot) {
  settle(slot);
  Running& run = running_[slot];
  JobState& state = states_[run.job];
  if (state.remaining_ms > 0) return schedule_end(slot);  // a rounded rate: it was due a moment too early
  const Id id = run.job;
  if (run.corrupt_remaining_ms >= 0) {
    state.corrupted = true;
    ++counters_.silent_missed;
  }
  state.end = now_;
  if (workload_.jobs[id].deadline < now_) ++counters_.late;
  note(state.killed ? What::killed : What::ended, id, run.slots);
  release(slot);
  ++finished_;
}

/// Puts the job back into its queue with what it has saved; unsaved work must have been dealt with.
void Engine::requeue(Id slot) {
  const Id id = running_[slot].job;
  note(What::requeued, id, running_[slot].slots);
  release(slot);
  enqueue(id);
  ++counters_.requeues;
}

/// A preempted job saves its state first if it can (the writing is charged to its restart), otherwise loses what is unsaved.
void Engine::preempt(Id slot) {
  settle(slot);
  Running& run = running_[slot];
  const Id id = run.job;
  if (workload_.jobs[id].checkpoints) run.begin_interval();
  else {
    run.unsaved_ms = workload_.jobs[id].run_s * ms - states_[id].remaining_ms;
    run.unsaved_slot_ms = states_[id].kept_slot_ms;
    run.lose_unsaved(states_[id], ledger_);
  }
  ++states_[id].preemptions;
  ++counters_.preemptions;
  note(What::preempted, id, run.slots);
  release(slot);
  enqueue(id);
}

std::vector<std::pair<Time, const Grant*>> Engine::expected_ends(Id partition) const {
  std::vector<std::pair<Time, const Grant*>> ends;
  ends.reserve(by_end_[partition].size());
  for (const auto& [end, slot] : by_end_[partition]) ends.emplace_back(end, &running_[slot].grant);
  return ends;
}

void Engine::make_reservation() {
  if (reserve_for_ == none) return;
  const Id id = std::exchange(reserve_for_, none);
  const Job& job = workload_.jobs[id];
  const auto ends = expected_ends(job.partition);
  Time best = never;
  Id where = none;
  for (const Id pool : pools_of_[job.partition])
    if (const Time time = forecast_.find(job, pool, now_, ends); time < best) best = time, where = pool;
  if (where != none && pools_of_[job.partition].back() != where) forecast_.find(job, where, now_, ends);
  forecast_.keep();
  if (states_[id].promise == never) states_[id].promise = best;
}

std::int64_t Engine::free_slots() const {
  std::int64_t sum = 0;
  for (const Id pool : pools_of_[desk_partition_]) sum += machine_.free_slots(pool);
  return sum;
}

std::vector<std::pair<Time, std::int64_t>> Engine::releases() const {
  std::vector<std::pair<Time, std::int64_t>> all;
  for (const auto& [end, slot] : by_end_[desk_partition_]) all.emplace_back(end, running_[slot].slots);
  return all;
}

/// Victims are running jobs that would stand behind `id` in the queue, those that would stand last first. None is
/// preempted unless all that are make the job fit.
Start Engine::start_over_others(Id id) {
  const Start first = start(id);
  if (first != Start::no_room) return first;
  const Job& job = workload_.jobs[id];
  const Waiting me{states_[id].rank, job.submit, id};
  std::vector<std::pair<Waiting, Id>> victims;
  std::int64_t slots = free_slots();
  for (const auto& [end, slot] : by_end_[job.partition]) {
    settle(slot);
    const Job& other = workload_.jobs[running_[slot].job];
    if (!other.preemptible) continue;
    const int tenant_priority = workload_.tenants.empty() ? 0 : workload_.tenants[other.tenant].priority;
    const Waiting them{policy_->rank(other, ceil_div(states_[running_[slot].job].remaining_ms, ms), tenant_priority), other.submit, running_[slot].job};
    if (them.rank <= me.rank) continue;
    victims.emplace_back(them, slot);
    slots += running_[slot].slots;
  }
  if (slots < job.gpus) return Start::no_room;
  std::ranges::sort(victims, std::greater{});
  std::vector<std::pair<Time, const Grant*>> ends;
  for (const auto& [order, slot] : victims) ends.emplace_back(now_ + static_cast<Time>(ends.size()), &running_[slot].grant);
  for (const Id pool : pools_of_[job.partition]) {
    const Time at = forecast_.find(job, pool, now_, ends);
    if (at == never) continue;
    for (std::size_t v = 0; v <= static_cast<std::size_t>(at - now_); ++v)
      if (running_[victims[v].second].grant.pool == pool) preempt(victims[v].second);
    return start(id);
  }
  return Start::no_room;
}

}  // namespace stargate::operate
