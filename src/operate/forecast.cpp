#include "operate/forecast.h"

#include <algorithm>

namespace stargate::operate {

Forecast::Forecast(const Machine& machine) : machine_(&machine), stamp_(machine.free_.size(), 0), scratch_(machine.free_.size(), 0) {}

Id Forecast::free_at(Id node) const { return stamp_[node] == epoch_ ? scratch_[node] : machine_->free_[node]; }

Time Forecast::find(const Job& job, Id id, Time now, const std::vector<std::pair<Time, const Grant*>>& ends) {
  const auto& pool = machine_->pools_[id];
  const Id per_node = pool.slots_per_node, spares = machine_->fleet_->pools[id].spare_nodes;
  const bool part = job.gpus < per_node;
  const Id nodes = (job.gpus + per_node - 1) / per_node;
  Id wholly = pool.wholly_free;
  ++epoch_;
  found_ = {};
  for (const auto& [end, grant] : ends) {
    if (grant->pool != id) continue;
    // Nodes held whole are wholly free once given back; one held in part is followed by itself.
    wholly += grant->count;
    Id fits_at = part && grant->count > 0 && wholly > spares ? grant->first : none;
    Id there = per_node;
    if (const Id node = grant->part_node; node != none) {
      if (stamp_[node] != epoch_) {
        stamp_[node] = epoch_;
        scratch_[node] = machine_->free_[node];
      }
      scratch_[node] = static_cast<std::uint16_t>(scratch_[node] + grant->part_slots);
      if (scratch_[node] == per_node) ++wholly;
      if (part && scratch_[node] >= job.gpus && (scratch_[node] < per_node || wholly > spares)) fits_at = node, there = scratch_[node];
    }
    if (part ? fits_at == none : wholly < nodes + spares) continue;
    found_ = {.start = std::max(end, now), .pool = id};
    if (part) found_.node = fits_at, found_.node_extra = there - job.gpus;
    else found_.extra = wholly - nodes - spares;
    return found_.start;
  }
  return never;
}

void Forecast::keep() { kept_ = found_; }

bool Forecast::allows(Id slots, Id id, Time end) {
  if (id != kept_.pool) return true;
  const auto& pool = machine_->pools_[id];
  const Id base = machine_->fleet_->pools[id].first_node;
  const Id nodes = slots / pool.slots_per_node, rest = slots % pool.slots_per_node;
  const Id open = pool.wholly_free - std::min(pool.wholly_free, machine_->fleet_->pools[id].spare_nodes);
  const Id local = rest > 0 ? machine_->best_part(pool, rest, open - nodes) : none;
  const Id node = local == none ? none : base + local;
  const bool takes_whole = node != none && free_at(node) == pool.slots_per_node;  // free at the reserved start, were it not for this job
  if (end <= kept_.start) return true;
  if (kept_.node != none) {
    if (node != kept_.node) return true;
    if (kept_.node_extra < rest) return false;
    kept_.node_extra -= rest;
    return true;
  }
  const Id takes = nodes + takes_whole;
  if (takes > kept_.extra) return false;
  kept_.extra -= takes;
  return true;
}

/// A node that counted as wholly free at the reserved start still does if its new holder is gone by then.
void Forecast::placed(const Grant& grant, Time end) {
  const Id node = grant.part_node;
  if (node == none || grant.pool != kept_.pool) return;
  const Id per_node = machine_->pools_[grant.pool].slots_per_node;
  const bool was_free = machine_->free_[node] + grant.part_slots == per_node;
  if (!was_free && !(stamp_[node] == epoch_ && scratch_[node] == per_node)) return;
  stamp_[node] = epoch_;
  scratch_[node] = static_cast<std::uint16_t>(end <= kept_.start ? per_node : 0);
}

}  // namespace stargate::operate
