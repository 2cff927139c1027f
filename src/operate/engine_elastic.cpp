// The engine's part about jobs that change width while they run: by whole nodes, at the cost of a restart each time.
#include <algorithm>
#include <cmath>

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
  const Time expected = now_ + run.seconds_to_finish(states_[run.job]);
  if (by_end_[job.partition].erase({run.expected_end, slot}) > 0) by_end_[job.partition].insert({expected, slot});
  run.expected_end = expected;
  schedule_end(slot);
  ++counters_.resizes;
  note(What::resized, run.job, slots);
}

/// Narrows elastic jobs of the partition, the widest above its least first (ties: higher slot), until `id` fits. None is narrowed
/// unless that is enough.
bool Engine::make_room(Id id) {
  const Job& job = workload_.jobs[id];
  for (const Id pool : pools_of_[job.partition]) {
    const Id per_node = fleet_.slots_per_node(pool);
    const Id wanted = (job.gpus + per_node - 1) / per_node + fleet_.pools[pool].spare_nodes;
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
    const Id open = machine_.wholly_free(pool) - std::min(machine_.wholly_free(pool), fleet_.pools[pool].spare_nodes);
    const Id more = std::min(open, (job.max_gpus - run.slots) / per_node);
    // A change of width costs a restart: it must be worth at least as much as a tenth of the width.
    if (more == 0 || more * 10 < run.grant.count) continue;
    if (scenario_.power.on && !power_allows(pool, more * per_node, run.job)) continue;
    resize(slot, run.grant.count + more);
  }
}

}  // namespace stargate::operate
