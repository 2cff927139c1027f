// The engine's part about what breaks, and about racks that come and go.
#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "operate/engine.h"

namespace stargate::operate {

/// The next number in [0, 1) of a stream: a pure function of seed, stream and how many were drawn before.
double Engine::draw(std::uint64_t stream) { return Random(scenario_.seed, stream << 40 | draws_[stream]++).uniform(); }

/// One clock a class, superposed over all units that the fleet ever has; a victim that is not installed or already down is
/// passed over, which leaves each unit with its own constant rate. What bad nodes fail beyond the others is a clock of its own.
void Engine::schedule_failure(Id c, bool of_bad_nodes) {
  const FailureClass& cause = scenario_.failures[c];
  double count = static_cast<double>(units(fleet_, cause.extent));
  if (of_bad_nodes) {
    if (cause.extent != Extent::gpu && cause.extent != Extent::node) return;
    count = (scenario_.bad_nodes.factor - 1) * static_cast<double>(bad_nodes_.size());
    if (cause.extent == Extent::gpu) count *= static_cast<double>(fleet_.gpus()) / static_cast<double>(std::max(Id{1}, fleet_.node_count()));
  }
  const double per_s = cause.per_unit_hour / 3600 * count;
  if (per_s <= 0) return;
  const double wait = std::ceil(-std::log1p(-draw(4 * c + 2 * of_bad_nodes)) / per_s);
  if (wait < 1e15) queue_of_events_.push({now_ + std::max<Time>(1, static_cast<Time>(wait)), Kind::failure, c, of_bad_nodes});
}

void Engine::fail(Id c, bool of_bad_nodes) {
  const FailureClass& cause = scenario_.failures[c];
  schedule_failure(c, of_bad_nodes);
  const double chance = draw(4 * c + 2 * of_bad_nodes + 1);
  if (of_bad_nodes) return fail_node(c, bad_nodes_[static_cast<std::size_t>(chance * static_cast<double>(bad_nodes_.size()))]);
  const auto [pool, unit] = unit_at(fleet_, cause.extent, static_cast<std::uint64_t>(chance * static_cast<double>(units(fleet_, cause.extent))));
  if (cause.extent == Extent::gpu) return fail_node(c, fleet_.pools[pool].first_node + unit / static_cast<Id>(fleet_.types[fleet_.pools[pool].type].gpus));
  if (cause.extent == Extent::node) return fail_node(c, fleet_.pools[pool].first_node + unit);
  const bool supply = cause.extent == Extent::feed || cause.extent == Extent::site;
  if (supply) {
    if (rides_through(cause.extent == Extent::site ? unit : fleet_.feeds[unit].site, cause.repair_h)) return;
    ++counters_.outages;
  }
  note(supply ? What::outage : What::failed, supply ? unit : c, supply ? 0 : unit);
  break_group(nodes_of(fleet_, cause.extent, pool, unit), cause, cause.extent != Extent::rack);
}

/// A failing GPU takes the jobs of its node with it: they share its host.
void Engine::fail_node(Id c, Id node) {
  const FailureClass& cause = scenario_.failures[c];
  if (!machine_.is_up(node)) return;
  ++counters_.failures;
  note(What::failed, c, node);
  for (const Id slot : machine_.holders(node)) {
    if (cause.silent_h > 0) corrupt(slot, cause);
    else fail_job(slot, cause.diagnose_s);
  }
  if (cause.silent_h == 0 && cause.repair_h > 0) break_node(node, repair_time(cause), true);
}

/// The job loses what it has not saved and restarts where it is.
void Engine::fail_job(Id slot, double diagnose_s) {
  settle(slot);
  Running& run = running_[slot];
  JobState& state = states_[run.job];
  if (!workload_.jobs[run.job].checkpoints || run.interval_ms == 0) {  // nothing was ever saved
    run.unsaved_ms = workload_ms(run.job) - state.remaining_ms;
    run.unsaved_slot_ms = state.kept_slot_ms;
  }
  run.lose_unsaved(state, ledgers_[run.grant.pool]);
  run.restart_ms = std::llround((diagnose_s + scenario_.checkpointing.restart_s) * 1000);
  ++state.failures;
  ++counters_.job_failures;
  ++failures_seen_;
  expect_end(slot);
  if (scenario_.power.on) load_changed(slot);
  schedule_end(slot);
}

std::int64_t Engine::workload_ms(Id id) const {
  const Job& job = workload_.jobs[id];
  return (states_[id].killed ? std::min(job.run_s, job.estimate_s) : job.run_s) * ms;
}

/// Until the node works again: a repair that does not help is found out and done anew.
Time Engine::repair_time(const FailureClass& cause) {
  const std::uint64_t stream = 4 * scenario_.failures.size();
  double seconds = 0;
  for (int tries = 0; tries < 1000; ++tries) {
    seconds += -std::log1p(-draw(stream)) * cause.repair_h * 3600;
    if (cause.repair_works >= 1 || draw(stream) < cause.repair_works) break;
    ++counters_.failed_repairs;
  }
  return std::max<Time>(60, static_cast<Time>(seconds));
}

/// Takes a node out of service. Its jobs get a substitute, or give up the node if they are elastic, or go back to the queue.
void Engine::break_node(Id node, Time takes, bool with_crew) {
  const Id pool = machine_.pool_of(node), site = fleet_.pools[pool].site;
  settle_pool(pool);
  for (const Id slot : machine_.holders(node)) {
    Running& run = running_[slot];
    const Job& job = workload_.jobs[run.job];
    settle(slot);
    const bool part = run.grant.part_node == node;
    const Id held = part ? run.grant.part_slots : fleet_.slots_per_node(pool);
    const Id substitute = machine_.replace(run.grant, node, slot);
    if (scenario_.power.on) move_load(slot, node, substitute, held);
    if (substitute != none) {
      ++counters_.substitutions;
      note_placed(What::replaced, slot);
      continue;
    }
    const Id slots = run.grant.count * fleet_.slots_per_node(pool) + run.grant.part_slots;
    if (job.elastic && !part && slots >= job.min_gpus && slots > 0) {
      tenant_held_[job.tenant] += std::int64_t{slots} - run.slots;
      run.slots = slots;
      run.speed = speed_at(job, slots);
      expect_end(slot);
      schedule_end(slot);
      ++counters_.resizes;
      note_placed(What::resized, slot);
      continue;
    }
    // `replace` has already given the broken node back; the rest goes back with the job.
    if (!tenant_held_.empty()) tenant_held_[job.tenant] -= run.slots - slots, run.slots = slots;
    requeue(slot);
  }
  machine_.set_down(node);
  if (scenario_.power.on) node_power(node, -1);
  ++counters_.node_failures;
  note(What::node_down, node);
  const Id crews = fleet_.sites[site].repair_crews;
  if (takes == never) return;
  if (with_crew && crews != none && !repairs_.take(site, crews, {node, takes})) return;
  queue_of_events_.push({now_ + takes, Kind::repaired, node});
}

/// A rack, switch, pod, hall, feed or site goes at once: each job on it fails once, and all nodes come back together. For a
/// rack's nodes substitutes are sought one by one; otherwise jobs go back to the queue.
void Engine::break_group(const std::vector<NodeRange>& nodes, const FailureClass& cause, bool requeue_jobs) {
  std::vector<Id> slots;
  for (const NodeRange& range : nodes)
    for (Id node = range.first; node < range.first + range.count; ++node) std::ranges::copy(machine_.holders(node), std::back_inserter(slots));
  std::ranges::sort(slots);
  const auto repeated = std::ranges::unique(slots);
  slots.erase(repeated.begin(), repeated.end());
  ++counters_.failures;
  for (const Id slot : slots) {
    fail_job(slot, cause.diagnose_s);
    if (requeue_jobs) requeue(slot);
  }
  if (cause.repair_h <= 0) return;
  const Time takes = repair_time(cause);
  for (const NodeRange& range : nodes)
    for (Id node = range.first; node < range.first + range.count; ++node)
      if (machine_.is_up(node)) break_node(node, takes, false);
}

/// A planned or scripted outage: 0 the nodes are no longer given away, 1 it begins, 2 it is over.
void Engine::outage(Id id, std::uint32_t phase) {
  const Outage& out = scenario_.outages[id];
  const auto& ranges = outage_nodes_[id];
  const auto each = [&](auto&& visit) {
    for (const NodeRange& range : ranges)
      for (Id node = range.first; node < range.first + range.count; ++node) visit(node);
  };
  if (phase == 0) {
    each([&](Id node) { machine_.begin_leaving(node); });
    return note(What::draining, id);
  }
  if (phase == 1) {
    if (out.planned)
      each([&](Id node) {
        for (const Id slot : machine_.holders(node)) preempt(slot);
      });
    const FailureClass cause{.name = out.name, .diagnose_s = 0};
    if (!out.planned) break_group(ranges, cause, out.extent != Extent::rack && out.extent != Extent::node);
    ++counters_.outages;
    note(What::outage, id);
    each([&](Id node) {
      if (machine_.is_up(node)) break_node(node, std::max<Time>(1, out.until - now_), false);
    });
    return;
  }
  if (out.planned && out.drain_s > 0) each([&](Id node) { machine_.end_leaving(node); });
  note(What::outage_over, id);
  for (Id p = 0; p < queues_.size(); ++p) touch(p);
}

void Engine::repaired(Id node) {
  const Id pool = machine_.pool_of(node), site = fleet_.pools[pool].site;
  if (const Repairs::Order next = repairs_.done(site, node); next.node != none) queue_of_events_.push({now_ + next.takes, Kind::repaired, next.node});
  if (!machine_.is_down(node)) return;  // removed meanwhile
  for (Id o = 0; o < outage_nodes_.size(); ++o) {  // what was mended while its pod or site is out of service comes back with it
    const Outage& out = scenario_.outages[o];
    if (out.at > now_ || out.until <= now_) continue;
    for (const NodeRange& range : outage_nodes_[o])
      if (node >= range.first && node < range.first + range.count) return queue_of_events_.push({out.until, Kind::repaired, node});
  }
  settle_pool(pool);
  machine_.set_up(node);
  if (scenario_.power.on) node_power(node, 1);
  ++counters_.repairs;
  note(What::node_up, node);
  touch(fleet_.pools[pool].partition);
}

/// Results go wrong from now on, unnoticed; the last good state is the checkpoint before.
void Engine::corrupt(Id slot, const FailureClass& cause) {
  settle(slot);
  Running& run = running_[slot];
  if (run.corrupt_remaining_ms >= 0) return;
  JobState& state = states_[run.job];
  const bool saves = run.interval_ms > 0;
  run.corrupt_remaining_ms = saves ? state.remaining_ms + run.unsaved_ms : workload_ms(run.job);
  run.corrupt_slot_ms = saves ? state.kept_slot_ms - run.unsaved_slot_ms : 0;
  run.corrupt_stamp = ++corruptions_;
  ++counters_.silent;
  note(What::corrupted, run.job);
  const double delay = -std::log1p(-draw(4 * scenario_.failures.size())) * cause.silent_h * 3600;
  corrupt_diagnose_s_ = cause.diagnose_s;
  queue_of_events_.push({now_ + std::max<Time>(1, static_cast<Time>(delay)), Kind::detected, slot, run.corrupt_stamp});
}

/// All work since the checkpoint before the corruption is lost, saved or not.
void Engine::detected(Id slot, std::uint32_t stamp) {
  if (running_[slot].job == none || running_[slot].corrupt_remaining_ms < 0 || running_[slot].corrupt_stamp != stamp) return;
  settle(slot);
  Running& run = running_[slot];
  JobState& state = states_[run.job];
  run.unsaved_ms = run.corrupt_remaining_ms - state.remaining_ms;
  run.unsaved_slot_ms = state.kept_slot_ms - run.corrupt_slot_ms;
  run.lose_unsaved(state, ledgers_[run.grant.pool]);
  run.corrupt_remaining_ms = -1;
  run.restart_ms = std::llround((corrupt_diagnose_s_ + scenario_.checkpointing.restart_s) * 1000);
  ++state.failures;
  ++counters_.job_failures;
  note(What::corruption_found, run.job, run.unsaved_slot_ms);
  expect_end(slot);
  if (scenario_.power.on) load_changed(slot);
  schedule_end(slot);
}

void Engine::install(Id id) {
  const Block& block = fleet_.blocks[id];
  settle_pool(block.pool);
  machine_.install(block);
  if (scenario_.power.on) block_power(block, 1);
  note(What::installed, id, std::int64_t{block.nodes} * fleet_.slots_per_node(block.pool));
  touch(fleet_.pools[block.pool].partition);
}

/// Jobs on racks that leave are moved: they save their state and go back to the queue.
void Engine::remove(Id id) {
  const Block& block = fleet_.blocks[id];
  for (Id node = block.first_node; node < block.first_node + block.nodes; ++node)
    for (const Id slot : machine_.holders(node)) preempt(slot);
  settle_pool(block.pool);
  if (scenario_.power.on) block_power(block, -1);
  machine_.remove(block);
  note(What::removed, id, std::int64_t{block.nodes} * fleet_.slots_per_node(block.pool));
}

}  // namespace stargate::operate
