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

bool Forecast::allows(Id slots, Id id) {
  if (id != kept_.pool) return true;
  const auto& pool = machine_->pools_[id];
  const Id base = machine_->fleet_->pools[id].first_node;
  const Id nodes = slots / pool.slots_per_node, rest = slots % pool.slots_per_node;
  const Id open = pool.wholly_free - std::min(pool.wholly_free, machine_->fleet_->pools[id].spare_nodes);
  const Id local = rest > 0 ? machine_->best_part(pool, rest, open - nodes) : none;
  if (kept_.node != none) {
    if (local == none || base + local != kept_.node) return true;
    if (kept_.node_extra < rest) return false;
    kept_.node_extra -= rest;
    return true;
  }
  Id takes = nodes;
  if (local != none && free_at(base + local) == pool.slots_per_node) ++takes;
  if (takes > kept_.extra) return false;
  kept_.extra -= takes;
  return true;
}

}  // namespace stargate::operate
