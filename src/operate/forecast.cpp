#include "operate/forecast.h"

#include <unordered_map>

namespace stargate::operate {

Forecast::Forecast(const Machine& machine) : machine_(&machine), stamp_(machine.free_.size(), 0), scratch_(machine.free_.size(), 0) {}

Time Forecast::find(const Job& job, Id id, Time now, const std::vector<std::pair<Time, const Grant*>>& ends) {
  const auto& pool = machine_->pools_[id];
  const Id per_node = pool.slots_per_node, spares = machine_->spares_left(id), base = machine_->fleet_->pools[id].first_node;
  const bool part = job.gpus < per_node;
  const Id nodes = (job.gpus + per_node - 1) / per_node;
  const bool scoped = nodes > 1 && job.scope != Scope::any && !pool.rack_free.empty();
  const Id group_size = job.scope == Scope::rack ? pool.nodes_per_rack : nodes_per_pod(machine_->fleet_->pools[id]);
  const auto& group_free = job.scope == Scope::rack ? pool.rack_free : pool.pod_free;
  std::unordered_map<Id, Id> more;     // wholly free nodes beyond those of now, by rack or pod
  bool near = !scoped;
  Id wholly = pool.wholly_free;
  const auto freed = [&](Id node) {
    ++wholly;
    if (near) return;
    const Id group = (node - base) / group_size;
    near = group_free[group] + ++more[group] >= nodes;
  };
  ++epoch_;
  found_ = {};
  for (std::size_t i = 0; i < ends.size();) {
    const Time start = std::max(ends[i].first, now);
    Id fits_at = none, there = 0;      // for part of a node: the tightest that has become free
    const auto offer = [&](Id node, Id free) {
      if (part && free >= job.gpus && (fits_at == none || free < there)) fits_at = node, there = free;
    };
    for (; i < ends.size() && std::max(ends[i].first, now) == start; ++i) {
      const Grant& grant = *ends[i].second;
      if (grant.pool != id) continue;
      // Nodes held whole are wholly free once given back; one held in part is followed by itself.
      if (near) wholly += grant.count;
      else for (Id node = grant.first; node != none; node = machine_->next_[node]) freed(node);
      if (grant.count > 0) offer(grant.first, per_node);
      const Id node = grant.part_node;
      if (node == none) continue;
      if (stamp_[node] != epoch_) stamp_[node] = epoch_, scratch_[node] = machine_->free_[node];
      scratch_[node] = static_cast<std::uint16_t>(scratch_[node] + grant.part_slots);
      if (scratch_[node] == per_node) freed(node);
      offer(node, scratch_[node]);
    }
    const bool opens = fits_at != none && (there < per_node || wholly > spares);
    if (part ? !opens : (!near || wholly < nodes + spares)) continue;
    found_ = {.start = start, .pool = id};
    if (part) found_.node = fits_at, found_.node_extra = there - job.gpus;
    else found_.extra = wholly - nodes - spares;
    return start;
  }
  return never;
}

bool Forecast::allows(Id slots, Id id, Time end) const {
  if (id != kept_.pool || end <= kept_.start) return true;
  const auto& pool = machine_->pools_[id];
  const Id nodes = slots / pool.slots_per_node, rest = slots % pool.slots_per_node, open = machine_->open_nodes(id);
  const Id local = rest > 0 ? machine_->best_part(pool, rest, open > nodes ? open - nodes : 0) : none;
  const Id node = local == none ? none : machine_->fleet_->pools[id].first_node + local;
  if (kept_.node != none) return node != kept_.node || kept_.node_extra >= rest;
  // A node that is free at the reserved start, were it not for this job, counts as taken whole.
  return nodes + (node != none && free_at(node) == pool.slots_per_node) <= kept_.extra;
}

/// What the job takes of the reservation's rest; and a node that counted as wholly free at the reserved start still does if its
/// new holder is gone by then.
void Forecast::placed(const Grant& grant, Time end) {
  if (grant.pool != kept_.pool) return;
  const Id node = grant.part_node, per_node = machine_->pools_[grant.pool].slots_per_node;
  const bool was_free = node != none && (stamp_[node] == epoch_ ? scratch_[node] : machine_->free_[node] + grant.part_slots) == per_node;
  if (end > kept_.start) {
    if (kept_.node == none) kept_.extra -= grant.count + was_free;
    else if (node == kept_.node) kept_.node_extra -= grant.part_slots;
  }
  if (!was_free) return;
  stamp_[node] = epoch_;
  scratch_[node] = static_cast<std::uint16_t>(end <= kept_.start ? per_node : 0);
}

}  // namespace stargate::operate
