// The engine's part about what breaks, and about racks that come and go.
#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "operate/engine.h"

namespace stargate::operate {

namespace {
std::uint64_t units(const Fleet& fleet, Extent extent) {
  std::uint64_t n = 0;
  for (const Pool& pool : fleet.pools) switch (extent) {
      case Extent::gpu: n += std::uint64_t{pool.nodes} * static_cast<std::uint64_t>(fleet.types[pool.type].gpus); break;
      case Extent::node: n += pool.nodes; break;
      case Extent::rack: n += pool.nodes_per_rack > 0 ? (pool.nodes + pool.nodes_per_rack - 1) / pool.nodes_per_rack : 1; break;
      case Extent::feed: return fleet.feeds.size();
      case Extent::site: return fleet.sites.size();
    }
  return n;
}
}  // namespace

/// The next number in [0, 1) of a stream: a pure function of seed, stream and how many were drawn before.
double Engine::draw(std::uint64_t stream) { return Random(scenario_.seed, stream << 40 | draws_[stream]++).uniform(); }

/// One clock a class, superposed over all units that the fleet ever has; a victim that is not installed or already down is
/// passed over, which leaves each unit with its own constant rate.
void Engine::schedule_failure(Id c) {
  const FailureClass& cause = scenario_.failures[c];
  const double per_s = cause.per_unit_hour / 3600 * static_cast<double>(units(fleet_, cause.extent));
  if (per_s <= 0) return;
  const double wait = std::ceil(-std::log1p(-draw(2 * c)) / per_s);
  if (wait < 1e15) queue_of_events_.push({now_ + std::max<Time>(1, static_cast<Time>(wait)), Kind::failure, c});
}

void Engine::fail(Id c) {
  const FailureClass& cause = scenario_.failures[c];
  schedule_failure(c);
  std::uint64_t at = static_cast<std::uint64_t>(draw(2 * c + 1) * static_cast<double>(units(fleet_, cause.extent)));
  if (cause.extent == Extent::feed || cause.extent == Extent::site) {
    const Id site = cause.extent == Extent::site ? static_cast<Id>(at) : fleet_.feeds[at].site;
    if (rides_through(site, cause)) return;
    ++counters_.outages;
    for (const Block& block : fleet_.blocks) {
      const Id feed = fleet_.halls[block.hall].feed;
      if (cause.extent == Extent::site ? fleet_.feeds[feed].site == site : feed == at) break_group(block.first_node, block.nodes, cause);
    }
    note(What::outage, static_cast<Id>(at));
    return;
  }
  for (const Pool& pool : fleet_.pools) {
    const std::uint64_t gpus = static_cast<std::uint64_t>(fleet_.types[pool.type].gpus);
    const Id rack = pool.nodes_per_rack > 0 ? pool.nodes_per_rack : pool.nodes;
    const std::uint64_t here = cause.extent == Extent::gpu ? pool.nodes * gpus : cause.extent == Extent::node ? pool.nodes : (pool.nodes + rack - 1) / std::max(Id{1}, rack);
    if (at >= here) {
      at -= here;
      continue;
    }
    if (cause.extent == Extent::rack) {
      const Id first = static_cast<Id>(at) * rack;
      return break_group(pool.first_node + first, std::min(rack, pool.nodes - first), cause);
    }
    const Id node = pool.first_node + static_cast<Id>(cause.extent == Extent::gpu ? at / gpus : at);
    if (!machine_.is_up(node)) return;
    ++counters_.failures;
    note(What::failed, c, node);
    for (const Id slot : machine_.holders(node)) {
      // A failing GPU takes the jobs of its node with it: they share its host.
      if (cause.silent_h > 0) corrupt(slot, cause);
      else fail_job(slot, cause);
    }
    if (cause.silent_h == 0 && cause.repair_h > 0) break_node(node, repair_time(cause), true);
    return;
  }
}

/// The job loses what it has not saved and restarts where it is.
void Engine::fail_job(Id slot, const FailureClass& cause) {
  settle(slot);
  Running& run = running_[slot];
  JobState& state = states_[run.job];
  if (!workload_.jobs[run.job].checkpoints || run.interval_ms == 0) {  // nothing was ever saved
    run.unsaved_ms = workload_ms(run.job) - state.remaining_ms;
    run.unsaved_slot_ms = state.kept_slot_ms;
  }
  run.lose_unsaved(state, ledger_);
  run.restart_ms = std::llround((cause.diagnose_s + scenario_.checkpointing.restart_s) * 1000);
  ++state.failures;
  ++counters_.job_failures;
  ++failures_seen_;
  const Id partition = workload_.jobs[run.job].partition;
  const Time expected = now_ + run.seconds_to_finish(state);
  if (by_end_[partition].erase({run.expected_end, slot}) > 0) by_end_[partition].insert({expected, slot});
  run.expected_end = expected;
  if (scenario_.power.on) load_changed(slot);
  schedule_end(slot);
}

std::int64_t Engine::workload_ms(Id id) const {
  const Job& job = workload_.jobs[id];
  return (states_[id].killed ? std::min(job.run_s, job.estimate_s) : job.run_s) * ms;
}

Time Engine::repair_time(const FailureClass& cause) {
  return std::max<Time>(60, static_cast<Time>(-std::log1p(-draw(2 * scenario_.failures.size())) * cause.repair_h * 3600));
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
      continue;
    }
    const Id slots = run.grant.count * fleet_.slots_per_node(pool) + run.grant.part_slots;
    if (job.elastic && !part && slots >= job.min_gpus && slots > 0) {
      tenant_held_[job.tenant] += std::int64_t{slots} - run.slots;
      run.slots = slots;
      run.speed = speed_at(job, slots);
      schedule_end(slot);
      ++counters_.resizes;
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
  if (with_crew && fleet_.sites[site].repair_crews > 0) {
    if (crews_busy_[site] >= static_cast<Id>(fleet_.sites[site].repair_crews)) {
      awaiting_repair_[site].push_back({node, takes});
      return;
    }
    ++crews_busy_[site];
    crewed_[node] = true;
  }
  queue_of_events_.push({now_ + takes, Kind::repaired, node});
}

/// A rack, feed or site goes at once: each job on it fails once, and all nodes come back together. For a rack's nodes substitutes
/// are sought one by one; jobs on a feed or site go back to the queue.
void Engine::break_group(Id first, Id count, const FailureClass& cause) {
  std::vector<Id> slots;
  for (Id node = first; node < first + count; ++node) std::ranges::copy(machine_.holders(node), std::back_inserter(slots));
  std::ranges::sort(slots);
  const auto repeated = std::ranges::unique(slots);
  slots.erase(repeated.begin(), repeated.end());
  ++counters_.failures;
  for (const Id slot : slots) {
    fail_job(slot, cause);
    if (cause.extent != Extent::rack) requeue(slot);
  }
  if (count == 0 || cause.repair_h <= 0) return;
  const Time takes = repair_time(cause);
  for (Id node = first; node < first + count; ++node)
    if (machine_.is_up(node)) break_node(node, takes, false);
}

void Engine::repaired(Id node) {
  const Id pool = machine_.pool_of(node), site = fleet_.pools[pool].site;
  if (crewed_[node]) {
    crewed_[node] = false;
    --crews_busy_[site];
    auto& waiting = awaiting_repair_[site];
    if (!waiting.empty()) {
      const auto [next, repair_s] = waiting.front();
      waiting.erase(waiting.begin());
      ++crews_busy_[site];
      crewed_[next] = true;
      queue_of_events_.push({now_ + repair_s, Kind::repaired, next});
    }
  }
  if (!machine_.is_down(node)) return;  // removed meanwhile
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
  const double delay = -std::log1p(-draw(2 * scenario_.failures.size())) * cause.silent_h * 3600;
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
  run.lose_unsaved(state, ledger_);
  run.corrupt_remaining_ms = -1;
  run.restart_ms = std::llround((corrupt_diagnose_s_ + scenario_.checkpointing.restart_s) * 1000);
  ++state.failures;
  ++counters_.job_failures;
  note(What::corruption_found, run.job, run.unsaved_slot_ms);
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
