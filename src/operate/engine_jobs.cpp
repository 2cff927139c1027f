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
  queues_[job.partition].insert(waiting(id));
  touch(job.partition);
}

/// Its place in the queue; the rank cannot change while it waits.
Waiting Engine::waiting(Id id) const {
  const Job& job = workload_.jobs[id];
  const int tenant_priority = workload_.tenants.empty() ? 0 : workload_.tenants[job.tenant].priority;
  return {policy_->rank(job, ceil_div(states_[id].remaining_ms, ms), tenant_priority), job.submit, id};
}

std::int64_t Engine::expected_s(Id id) const {
  const Job& job = workload_.jobs[id];
  const JobState& state = states_[id];
  const std::int64_t total = job.estimate_s >= 0 && !policy_->clairvoyant() ? job.estimate_s : job.run_s;
  const std::int64_t done = job.run_s - ceil_div(state.remaining_ms, ms);
  const CheckpointPlan plan = checkpoints_for(job, job.gpus);
  const double stretch = plan.interval_s > 0 ? 1 + plan.write_s / plan.interval_s : 1;
  const std::int64_t restart = started_before(id) ? static_cast<std::int64_t>(scenario_.checkpointing.restart_s) : 0;
  const std::int64_t left = state.killed ? std::min(total, job.estimate_s) : std::max<std::int64_t>(0, total - done);
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(static_cast<double>(left) * stretch))) + restart;
}

bool Engine::started_before(Id id) const { return states_[id].first_start >= 0; }

/// Widths repeat: a small table remembers their plans where the rule does not learn.
CheckpointPlan Engine::checkpoints_for(const Job& job, Id slots) const {
  if (scenario_.checkpointing.rule == CheckpointRule::off || !job.checkpoints) return {};
  const double gpus = static_cast<double>(slots) / fleet_.slots_per_gpu;
  if (scenario_.checkpointing.rule == CheckpointRule::adaptive) {
    double rate = rates_[job.partition].of_job(gpus);
    if (rate > 0) {
      // Failures a GPU hour as seen so far, with the classes' own rate as if it had been seen for one failure.
      const Ledger sum = ledger();
      const std::int64_t busy = learned_ms_ + sum[Use::productive] + sum[Use::lost] + sum[Use::checkpoint] + sum[Use::restart];
      const double seen_hours = static_cast<double>(busy) / 3.6e6 / fleet_.slots_per_gpu;
      rate = gpus * (static_cast<double>(failures_seen_) + 1) / (seen_hours + gpus / rate);
    }
    return plan_checkpoints(scenario_.checkpointing, gpus, rate);
  }
  auto& [width, plan] = plans_[job.partition * 64 + slots % 61];
  if (width != slots) width = slots, plan = plan_checkpoints(scenario_.checkpointing, gpus, rates_[job.partition].of_job(gpus));
  return plan;
}

/// Less is better.
double Engine::preference(Id pool) const {
  switch (scenario_.placement) {
    case Placement::tightest: return machine_.wholly_free(pool);
    case Placement::cheapest: return power_.hour_at(fleet_.pools[pool].site, now_).price;
    case Placement::cleanest: return power_.hour_at(fleet_.pools[pool].site, now_).carbon;
    case Placement::first: break;
  }
  return 0;
}

Start Engine::room_for(const Job& job, Id slots, Id pool) {
  if (!machine_.fits(job, slots, pool)) return Start::no_room;
  return !scenario_.power.on || power_allows(pool, slots, job) ? Start::started : Start::no_power;
}

/// Slots that the job's tenant may still take.
std::int64_t Engine::quota_left(const Job& job) const {
  if (tenant_held_.empty()) return no_limit;
  const std::int64_t quota = workload_.tenants[job.tenant].quota_gpus;
  return quota == no_limit ? no_limit : quota * fleet_.slots_per_gpu - tenant_held_[job.tenant];
}

/// The pool that the job is given, and its width: what it asks for, or for a moldable job halves of it down to its least.
/// If none, `why`: no_power if there are nodes somewhere but no power for them.
Id Engine::choose_pool(Id id, Id& slots, Start& why) {
  const Job& job = workload_.jobs[id];
  why = Start::no_room;
  const std::int64_t allowed = quota_left(job);
  for (slots = job.gpus;; slots = std::max(job.min_gpus, slots / 2)) {
    Id best = none;
    double best_preference = 0;
    for (const Id pool : pools_of_[job.partition]) {
      if (slots > allowed || !accepts(workload_, job, pool)) continue;
      const Start room = room_for(job, slots, pool);
      if (room == Start::no_power) {
        if (why != Start::no_power) hold_back(pool, slots);
        why = room;
      }
      if (room != Start::started) continue;
      if (scenario_.placement == Placement::first) return pool;
      if (const double value = preference(pool); best == none || value < best_preference) best = pool, best_preference = value;
    }
    if (best != none || !job.moldable || slots <= job.min_gpus) return best;
  }
}

Start Engine::try_start(Id id, bool behind) {
  const Job& job = workload_.jobs[id];
  Id slots = job.gpus;
  Start why{};
  if ((job.moldable ? std::min(job.min_gpus, job.gpus) : job.gpus) > quota_left(job)) return Start::no_quota;
  Id pool = choose_pool(id, slots, why);
  if (pool == none && why == Start::no_room && has_elastic_ && !behind && make_room(id)) pool = choose_pool(id, slots, why);
  if (pool == none) return why;
  const Time end = now_ + expected_s(id);
  const Id site = fleet_.pools[pool].site;
  std::int64_t watts = 0;
  if (behind) {
    make_reservation();
    if (!forecast_.allows(slots, pool, end)) return Start::no_room;
    if (power_reserved_.site == site && end > power_reserved_.start) {
      watts = working_w(job, pool, slots);
      if (watts > power_reserved_.extra_w) return Start::no_power;
    }
  }
  if (scenario_.power.on && fleet_.sites[site].ramp_mw_per_min != unlimited) {
    const std::int64_t rise = working_w(job, pool, slots);
    if (const Time ready = power_.ramp_ready(site, rise, now_); ready > 0) {
      queue_of_events_.push({ready, Kind::retry, 0});
      hold_back(pool, slots);
      return Start::no_ramp;
    }
    power_.ramp_spend(site, rise);
  }
  if (behind) power_reserved_.extra_w -= watts;
  launch(id, pool, slots);
  if (behind) forecast_.placed(running_[states_[id].slot].grant, end);
  return Start::started;
}

Start Engine::start(Id job) { return try_start(job, false); }
Start Engine::start_behind(Id job) { return try_start(job, true); }

void Engine::launch(Id id, Id pool, Id slots) {
  const Job& job = workload_.jobs[id];
  JobState& state = states_[id];
  queues_[job.partition].erase(waiting(id));
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
  run.since = run.started = last_move_ = now_;
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
  if (again) state.requeued_s += static_cast<std::uint32_t>(now_ - state.queued);
  else state.first_start = now_;
  if (!tenant_held_.empty()) tenant_held_[job.tenant] += slots;
  if (policy_->looks_ahead() || policy_->preempts()) by_end_[job.partition].insert({run.expected_end, slot});
  if (scenario_.power.on) {
    load_changed(slot);
    const Id site = fleet_.pools[pool].site;
    if (scenario_.power.admit_throttled || limiting_[site] || power_.has_battery(site)) flag_power(site);
  }
  schedule_end(slot);
  note_placed(What::started, slot);
}

void Engine::settle(Id slot) {
  Running& run = running_[slot];
  if (run.since == now_) return;
  run.advance((now_ - run.since) * ms, states_[run.job], ledgers_[run.grant.pool]);
  run.since = now_;
}

/// Time of the pool's GPUs that no job holds, and of all of them.
void Engine::settle_pool(Id pool) {
  const Time since = pool_since_[pool];
  if (since == now_) return;
  const std::int64_t time = (now_ - since) * ms, free = machine_.free_slots(pool);
  const std::int64_t held_back = std::min(free, pool_held_back_[pool]);
  const PoolUse use{time * (free - held_back), time * held_back, time * machine_.down_slots(pool), time * machine_.installed_slots(pool)};
  Ledger& ledger = ledgers_[pool];
  ledger[Use::queue_idle] += use.idle;
  ledger[Use::curtailed] += use.held_back;
  ledger[Use::down] += use.down;
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

/// The job's expected end follows from how it now runs.
void Engine::expect_end(Id slot) {
  Running& run = running_[slot];
  const Time left = run.seconds_to_finish(states_[run.job]);
  const Time expected = left == never ? never : now_ + left;
  auto& ends = by_end_[workload_.jobs[run.job].partition];
  if (ends.erase({run.expected_end, slot}) > 0) ends.insert({expected, slot});
  run.expected_end = expected;
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
  state.end = last_move_ = now_;
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
    run.lose_unsaved(states_[id], ledgers_[run.grant.pool]);
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

/// Where nodes are there but power is not, the head's power is reserved instead: later jobs may start if they end before it
/// can have it, or leave it.
void Engine::make_reservation() {
  if (reserve_for_ == none) return;
  const Id id = std::exchange(reserve_for_, none);
  const Job& job = workload_.jobs[id];
  const auto ends = expected_ends(job.partition);
  Time best = never;
  Id where = none;
  power_reserved_ = {};
  for (const Id pool : pools_of_[job.partition]) {
    if (!accepts(workload_, job, pool)) continue;
    if (scenario_.power.on && machine_.fits(job, job.gpus, pool)) {
      PowerReservation r{fleet_.pools[pool].site};
      reserve_power(id, pool, r.start, r.extra_w);
      if (r.start < best) best = r.start, where = none, power_reserved_ = r;
    } else if (const Time time = forecast_.find(job, pool, now_, ends); time < best) {
      best = time, where = pool;
      power_reserved_ = {};
    }
  }
  if (where != none) forecast_.find(job, where, now_, ends);
  else forecast_.find_nothing();
  forecast_.keep();
  if (!promises_.empty() && promises_[id] == never) promises_[id] = best;
}

std::int64_t Engine::free_slots() const {
  std::int64_t sum = 0;
  for (const Id pool : pools_of_[desk_partition_])
    sum += std::max<std::int64_t>(0, machine_.free_slots(pool) - std::int64_t{machine_.spares_left(pool)} * fleet_.slots_per_node(pool));
  return sum;
}

const std::vector<std::pair<Time, std::int64_t>>& Engine::releases() {
  releases_.clear();
  for (const auto& [end, slot] : by_end_[desk_partition_]) releases_.emplace_back(end, running_[slot].slots);
  return releases_;
}

}  // namespace stargate::operate
