// The engine's part about jobs that give way to others: by changing width (whole nodes, at the cost of a restart each time)
// or by going back to the queue.
#include <algorithm>
#include <cmath>
#include <functional>

#include "operate/engine.h"

namespace stargate::operate {

/// Brings a job to `nodes` whole nodes, which must be there.
void Engine::resize(Id slot, Id nodes) {
  settle(slot);
  Running& run = running_[slot];
  const Job& job = workload_.jobs[run.job];
  const Id pool = run.grant.pool;
  settle_pool(pool);
  if (scenario_.power.on) drop_load(slot);
  if (nodes < run.grant.count) machine_.shrink(run.grant, run.grant.count - nodes);
  else machine_.grow(run.grant, nodes - run.grant.count, slot);
  const Id slots = run.grant.count * fleet_.slots_per_node(pool) + run.grant.part_slots;
  tenant_held_[job.tenant] += std::int64_t{slots} - run.slots;
  run.slots = slots;
  run.speed = speed_at(job, slots);
  run.restart_ms = std::max<std::int64_t>(run.restart_ms, std::llround(scenario_.checkpointing.resize_s * 1000));
  if (scenario_.power.on) load_changed(slot);
  expect_end(slot);
  schedule_end(slot);
  ++counters_.resizes;
  if (scenario_.power.on) flag_power(fleet_.pools[pool].site);
  note_placed(What::resized, slot);
}

/// Narrows elastic jobs of the partition, the widest above its least first (ties: higher slot), until `id` fits. None is narrowed
/// unless that is enough.
bool Engine::make_room(Id id) {
  const Job& job = workload_.jobs[id];
  if (job.scope != Scope::any) return false;  // near enough to one another cannot be promised
  for (const Id pool : pools_of_[job.partition]) {
    if (!accepts(workload_, job, pool)) continue;
    const Id per_node = fleet_.slots_per_node(pool);
    const Id wanted = (job.gpus + per_node - 1) / per_node + machine_.spares_left(pool);
    if (machine_.wholly_free(pool) >= wanted) continue;  // room is not what it lacks
    Id missing = wanted - machine_.wholly_free(pool), available = 0;
    std::vector<std::pair<Id, Id>> givers;  // nodes above the least, slot
    for (Id slot = 0; slot < running_.size(); ++slot) {
      const Running& run = running_[slot];
      if (run.job == none || run.grant.pool != pool || !workload_.jobs[run.job].elastic) continue;
      const Id least = (workload_.jobs[run.job].min_gpus + per_node - 1) / per_node;
      if (run.grant.count <= least) continue;
      givers.emplace_back(run.grant.count - least, slot);
      available += run.grant.count - least;
    }
    if (available < missing) continue;
    std::ranges::sort(givers, std::greater{});
    for (const auto& [above, slot] : givers) {
      const Id give = std::min(above, missing);
      resize(slot, running_[slot].grant.count - give);
      if ((missing -= give) == 0) break;
    }
    return true;
  }
  return false;
}

/// With nothing waiting, elastic jobs take free nodes up to their widest, in order of slot.
void Engine::grow_elastic(Id partition) {
  for (Id slot = 0; slot < running_.size(); ++slot) {
    const Running& run = running_[slot];
    if (run.job == none) continue;
    const Job& job = workload_.jobs[run.job];
    if (job.partition != partition || !job.elastic || run.slots >= job.max_gpus || run.throttle == 0) continue;
    const Id pool = run.grant.pool, per_node = fleet_.slots_per_node(pool);
    const Id open = machine_.open_nodes(pool);
    const Id more = std::min(open, (job.max_gpus - run.slots) / per_node);
    // A change of width costs a restart: it must be worth at least as much as a tenth of the width.
    if (more == 0 || more * 10 < run.grant.count) continue;
    if (scenario_.power.on && !power_allows(pool, more * per_node, job)) continue;
    if (std::int64_t{more} * per_node > quota_left(job)) continue;
    resize(slot, run.grant.count + more);
  }
}

/// How many of `victims`, in order, must give back what they hold for the job to start in the pool: nodes near enough to one
/// another, power and quota. 0 if not even all of them are enough. Nothing is changed.
std::size_t Engine::victims_needed(Id id, Id pool, const std::vector<Id>& victims) {
  const Job& job = workload_.jobs[id];
  const bool powered = scenario_.power.on;
  std::vector<std::vector<Id>> nodes;
  std::size_t given = 0;
  bool enough = false;
  const auto add_loads = [&](const Running& run, int sign) {
    for (const Load& load : run.loads) power_.tree().add_dynamic(load.hall, sign * load.now_w, sign * load.full_w, now_);
  };
  while (given < victims.size() && !enough) {
    Running& run = running_[victims[given]];
    nodes.push_back(machine_.whole_nodes(run.grant));
    machine_.release(run.grant, victims[given]);
    if (powered) add_loads(run, -1);
    tenant_held_[workload_.jobs[run.job].tenant] -= run.slots;
    ++given;
    enough = job.gpus <= quota_left(job) && room_for(job, job.gpus, pool) == Start::started;
  }
  const std::size_t needed = enough ? given : 0;
  while (given > 0) {
    --given;
    Running& run = running_[victims[given]];
    machine_.retake(run.grant, nodes[given], victims[given]);
    if (powered) add_loads(run, 1);
    tenant_held_[workload_.jobs[run.job].tenant] += run.slots;
  }
  return needed;
}

/// Victims are running jobs that would stand behind `id` in the queue, those that would stand last first. None is
/// preempted unless that makes the job start: in the first pool where enough of them hold nodes, power or quota that it lacks.
Start Engine::start_over_others(Id id) {
  const Start first = start(id);
  if (first == Start::started || first == Start::no_ramp) return first;
  const Job& job = workload_.jobs[id];
  if (tenant_held_.empty()) return first;
  const Waiting me = waiting(id);
  std::vector<std::pair<Waiting, Id>> behind;
  for (const auto& [end, slot] : by_end_[job.partition]) {
    settle(slot);
    const Job& other = workload_.jobs[running_[slot].job];
    if (!other.preemptible) continue;
    const Waiting them = waiting(running_[slot].job);
    if (them.rank > me.rank) behind.emplace_back(them, slot);
  }
  std::ranges::sort(behind, std::greater{});
  for (const Id pool : pools_of_[job.partition]) {
    if (!accepts(workload_, job, pool)) continue;
    const bool lacks_power = scenario_.power.on && power_.limited(fleet_.pools[pool].site);
    std::vector<Id> victims;
    std::int64_t slots = machine_.free_slots(pool);
    for (const auto& [order, slot] : behind) {
      const Running& run = running_[slot];
      const bool same_pool = run.grant.pool == pool;
      if (same_pool) slots += run.slots;
      if (same_pool || (lacks_power && fleet_.pools[run.grant.pool].site == fleet_.pools[pool].site) ||
          (first == Start::no_quota && workload_.jobs[run.job].tenant == job.tenant))
        victims.push_back(slot);
    }
    if (slots < job.gpus) continue;
    const std::size_t needed = victims_needed(id, pool, victims);
    if (needed == 0) continue;
    for (std::size_t v = 0; v < needed; ++v) preempt(victims[v]);
    return start(id);
  }
  return first;
}

}  // namespace stargate::operate
