#include "operate/machine.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

namespace stargate::operate {

Machine::Machine(const Fleet& fleet) : fleet_(&fleet) {
  const Id nodes = fleet.node_count();
  free_.assign(nodes, 0);
  state_.assign(nodes, State::absent);
  leaving_.assign(nodes, 0);
  holder_.assign(nodes, none);
  next_.assign(nodes, none);
  previous_.assign(nodes, none);
  shared_head_.assign(nodes, none);
  block_of_.assign(nodes, none);
  for (Id b = 0; b < fleet.blocks.size(); ++b)
    std::fill_n(block_of_.begin() + fleet.blocks[b].first_node, fleet.blocks[b].nodes, b);
  for (Id id = 0; id < fleet.pools.size(); ++id) {
    const Pool& pool = fleet.pools[id];
    PoolState state;
    state.slots_per_node = fleet.slots_per_node(id);
    state.nodes_per_rack = pool.nodes_per_rack > 0 ? pool.nodes_per_rack : std::max(pool.nodes, Id{1});
    state.racks_per_pod = pool.racks_per_pod > 0 ? pool.racks_per_pod : none;
    state.with_free.assign(state.slots_per_node + 1, IndexSet(pool.nodes));
    if (const Id racks = (pool.nodes + state.nodes_per_rack - 1) / state.nodes_per_rack; racks > 1) {
      state.rack_free.assign(racks, 0);
      state.pod_free.assign((racks - 1) / state.racks_per_pod + 1, 0);
      state.racks_with.assign(state.nodes_per_rack + 1, IndexSet(racks));
    }
    pools_.push_back(std::move(state));
  }
  std::vector<Id> blocks(fleet.pools.size(), 0);
  for (Id b = 0; b < fleet.blocks.size(); ++b)
    pools_[fleet.blocks[b].pool].only_block = ++blocks[fleet.blocks[b].pool] == 1 ? b : none;
}

Id Machine::pool_of(Id node) const { return fleet_->blocks[block_of_[node]].pool; }

void Machine::move_rack(PoolState& pool, Id rack, int step) {
  Id& count = pool.rack_free[rack];
  if (count > 0) pool.racks_with[count].erase(rack);
  count += static_cast<Id>(step);
  if (count > 0) pool.racks_with[count].insert(rack);
  pool.pod_free[rack / pool.racks_per_pod] += static_cast<Id>(step);
}

/// Enters the node under its count of free slots.
void Machine::list(Id id, Id node) {
  PoolState& pool = pools_[id];
  const Id local = node - fleet_->pools[id].first_node, slots = free_[node];
  if (slots == 0 || leaving_[node] > 0) return;
  pool.with_free[slots].insert(local);
  if (slots != pool.slots_per_node) return;
  ++pool.wholly_free;
  if (!pool.rack_free.empty()) move_rack(pool, local / pool.nodes_per_rack, 1);
}

void Machine::unlist(Id id, Id node) {
  PoolState& pool = pools_[id];
  const Id local = node - fleet_->pools[id].first_node, slots = free_[node];
  if (slots == 0 || leaving_[node] > 0) return;
  pool.with_free[slots].erase(local);
  if (slots != pool.slots_per_node) return;
  --pool.wholly_free;
  if (!pool.rack_free.empty()) move_rack(pool, local / pool.nodes_per_rack, -1);
}

/// Lowest node with the least free slots that suffice. A wholly free one is opened only if `open_nodes` are left.
Id Machine::best_part(const PoolState& pool, Id slots, Id open_nodes) const {
  for (Id f = slots; f <= pool.slots_per_node; ++f) {
    if (f == pool.slots_per_node && open_nodes == 0) break;
    if (const std::size_t local = pool.with_free[f].first(); local != IndexSet::npos) return static_cast<Id>(local);
  }
  return none;
}

bool Machine::fits(const Job& job, Id slots, Id id) const {
  const PoolState& pool = pools_[id];
  if (slots > pool.free_slots) return false;
  const Id open = open_nodes(id);
  const Id nodes = slots / pool.slots_per_node, rest = slots % pool.slots_per_node;
  if (nodes > open) return false;
  if (rest > 0 && best_part(pool, rest, open - nodes) == none) return false;
  if (nodes <= 1 || job.scope == Scope::any || pool.rack_free.empty()) return true;
  if (job.scope == Scope::pod) return std::ranges::any_of(pool.pod_free, [&](Id free) { return free >= nodes; });
  for (Id w = nodes; w <= pool.nodes_per_rack; ++w)
    if (!pool.racks_with[w].empty()) return true;
  return false;
}

void Machine::take_whole(Grant& grant, Id node, Id holder) {
  PoolState& pool = pools_[grant.pool];
  unlist(grant.pool, node);
  pool.free_slots -= pool.slots_per_node;
  free_[node] = 0;
  holder_[node] = holder;
  previous_[node] = none;
  next_[node] = grant.first;
  if (grant.first != none) previous_[grant.first] = node;
  grant.first = node;
  ++grant.count;
}

void Machine::give_whole(Grant& grant, Id node) {
  PoolState& pool = pools_[grant.pool];
  if (previous_[node] != none) next_[previous_[node]] = next_[node];
  else grant.first = next_[node];
  if (next_[node] != none) previous_[next_[node]] = previous_[node];
  holder_[node] = none;
  next_[node] = previous_[node] = none;
  --grant.count;
  free_[node] = static_cast<std::uint16_t>(pool.slots_per_node);
  pool.free_slots += pool.slots_per_node;
  list(grant.pool, node);
}

void Machine::take_part(Grant& grant, Id node, Id slots, Id holder) {
  unlist(grant.pool, node);
  free_[node] = static_cast<std::uint16_t>(free_[node] - slots);
  pools_[grant.pool].free_slots -= slots;
  list(grant.pool, node);
  Id share;
  if (unused_share_.empty()) {
    share = static_cast<Id>(shares_.size());
    shares_.emplace_back();
  } else {
    share = unused_share_.back();
    unused_share_.pop_back();
  }
  shares_[share] = {holder, slots, shared_head_[node]};
  shared_head_[node] = share;
  grant.part_node = node;
  grant.part_slots = slots;
}

void Machine::give_part(Grant& grant, Id holder) {
  const Id node = grant.part_node;
  Id* link = &shared_head_[node];
  while (shares_[*link].holder != holder) link = &shares_[*link].next;
  const Id share = *link;
  *link = shares_[share].next;
  unused_share_.push_back(share);
  unlist(grant.pool, node);
  free_[node] = static_cast<std::uint16_t>(free_[node] + grant.part_slots);
  pools_[grant.pool].free_slots += grant.part_slots;
  list(grant.pool, node);
  grant.part_node = none;
  grant.part_slots = 0;
}

/// Takes up to `want` wholly free nodes with ids (from the pool's first) in [first, end), lowest first, by words of 64; returns how
/// many.
Id Machine::take_from(Grant& grant, Id first, Id end, Id want, Id holder) {
  PoolState& pool = pools_[grant.pool];
  IndexSet& free = pool.with_free[pool.slots_per_node];
  const Id base = fleet_->pools[grant.pool].first_node;
  Id taken = 0;
  while (taken < want) {
    const std::size_t local = free.first(first);
    if (local == IndexSet::npos || local >= end) break;
    const std::size_t w = local / 64;
    std::uint64_t bits = free.word(w) & (~std::uint64_t{0} << (local % 64)), took = 0;
    if (end < (w + 1) * 64) bits &= (std::uint64_t{1} << (end % 64)) - 1;
    Id rack = none;
    int of_rack = 0;
    for (; bits != 0 && taken < want; bits &= bits - 1, ++taken) {
      const Id at = static_cast<Id>(w * 64) + static_cast<Id>(std::countr_zero(bits)), node = base + at;
      took |= bits & -bits;
      free_[node] = 0;
      holder_[node] = holder;
      previous_[node] = none;
      next_[node] = grant.first;
      if (grant.first != none) previous_[grant.first] = node;
      grant.first = node;
      if (pool.rack_free.empty()) continue;
      if (const Id its = at / pool.nodes_per_rack; its != rack) {
        if (rack != none) move_rack(pool, rack, -of_rack);
        rack = its, of_rack = 0;
      }
      ++of_rack;
    }
    if (rack != none) move_rack(pool, rack, -of_rack);
    free.erase_word(w, took);
    first = static_cast<Id>((w + 1) * 64);
  }
  grant.count += taken;
  pool.wholly_free -= taken;
  pool.free_slots -= std::int64_t{taken} * pool.slots_per_node;
  return taken;
}

/// All whole nodes of the grant are free again, by words of 64 where ids follow one another.
void Machine::give_all(Grant& grant) {
  PoolState& pool = pools_[grant.pool];
  IndexSet& free = pool.with_free[pool.slots_per_node];
  const Id base = fleet_->pools[grant.pool].first_node;
  std::size_t w = IndexSet::npos;
  std::uint64_t bits = 0;
  Id rack = none, listed = 0;
  int of_rack = 0;
  for (Id node = grant.first, after; node != none; node = after) {
    after = next_[node];
    next_[node] = previous_[node] = holder_[node] = none;
    free_[node] = static_cast<std::uint16_t>(pool.slots_per_node);
    if (leaving_[node] > 0) continue;
    const Id at = node - base;
    if (at / 64 != w) {
      if (bits != 0) free.insert_word(w, bits);
      w = at / 64, bits = 0;
    }
    bits |= std::uint64_t{1} << (at % 64);
    ++listed;
    if (pool.rack_free.empty()) continue;
    if (const Id its = at / pool.nodes_per_rack; its != rack) {
      if (rack != none) move_rack(pool, rack, of_rack);
      rack = its, of_rack = 0;
    }
    ++of_rack;
  }
  if (bits != 0) free.insert_word(w, bits);
  if (rack != none) move_rack(pool, rack, of_rack);
  pool.wholly_free += listed;
  pool.free_slots += std::int64_t{grant.count} * pool.slots_per_node;
  grant.first = none;
  grant.count = 0;
}

void Machine::take_gang(Grant& grant, Id count, Id holder) {
  PoolState& pool = pools_[grant.pool];
  const Id nodes = fleet_->pools[grant.pool].nodes;
  if (pool.rack_free.empty()) {
    take_from(grant, 0, nodes, count, holder);
    return;
  }
  for (Id w = count; w <= pool.nodes_per_rack; ++w)
    if (const std::size_t rack = pool.racks_with[w].first(); rack != IndexSet::npos) {
      const Id first = static_cast<Id>(rack) * pool.nodes_per_rack;
      take_from(grant, first, first + pool.nodes_per_rack, count, holder);
      return;
    }
  const Id pods = static_cast<Id>(pool.pod_free.size());
  const Id nodes_per_pod = pods == 1 ? nodes : pool.nodes_per_rack * pool.racks_per_pod;
  Id best = none;
  for (Id p = 0; p < pods; ++p)
    if (pool.pod_free[p] >= count && (best == none || pool.pod_free[p] < pool.pod_free[best])) best = p;
  if (best != none) {
    take_from(grant, best * nodes_per_pod, (best + 1) * nodes_per_pod, count, holder);
    return;
  }
  std::vector<Id> order(pods);
  std::iota(order.begin(), order.end(), Id{0});
  std::ranges::stable_sort(order, [&](Id a, Id b) { return pool.pod_free[a] > pool.pod_free[b]; });
  for (const Id p : order) {
    if (count == 0) break;
    count -= take_from(grant, p * nodes_per_pod, (p + 1) * nodes_per_pod, count, holder);
  }
}

Grant Machine::place(const Job&, Id slots, Id id, Id holder) {
  PoolState& pool = pools_[id];
  Grant grant{.pool = id};
  const Id nodes = slots / pool.slots_per_node, rest = slots % pool.slots_per_node;
  if (nodes > 0) take_gang(grant, nodes, holder);
  if (rest > 0) take_part(grant, fleet_->pools[id].first_node + best_part(pool, rest, 1), rest, holder);
  return grant;
}

void Machine::release(const Grant& held, Id holder) {
  Grant grant = held;
  give_all(grant);
  if (grant.part_node != none) give_part(grant, holder);
}

std::vector<Id> Machine::whole_nodes(const Grant& grant) const {
  std::vector<Id> nodes;
  nodes.reserve(grant.count);
  for (Id node = grant.first; node != none; node = next_[node]) nodes.push_back(node);
  return nodes;
}

void Machine::retake(Grant& grant, const std::vector<Id>& nodes, Id holder) {
  Grant again{.pool = grant.pool};
  if (grant.part_node != none) take_part(again, grant.part_node, grant.part_slots, holder);
  for (std::size_t i = nodes.size(); i-- > 0;) take_whole(again, nodes[i], holder);
  grant = again;
}

std::string Machine::node_text(const Grant& grant) const {
  std::vector<Id> nodes = whole_nodes(grant);
  if (grant.part_node != none) nodes.push_back(grant.part_node);
  std::ranges::sort(nodes);
  std::string text;
  for (std::size_t i = 0; i < nodes.size();) {
    std::size_t last = i;
    while (last + 1 < nodes.size() && nodes[last + 1] == nodes[last] + 1) ++last;
    if (!text.empty()) text += ' ';
    text += std::to_string(nodes[i]);
    if (last > i) text += '-' + std::to_string(nodes[last]);
    i = last + 1;
  }
  return text;
}

Id Machine::replace(Grant& grant, Id node, Id holder) {
  PoolState& pool = pools_[grant.pool];
  const bool part = grant.part_node == node;
  const Id slots = grant.part_slots;
  if (part) give_part(grant, holder);
  else give_whole(grant, node);
  unlist(grant.pool, node);  // the broken node must not be its own substitute
  Id local = none;
  if (part) local = best_part(pool, slots, 1);
  else if (const std::size_t free = pool.with_free[pool.slots_per_node].first(); free != IndexSet::npos) local = static_cast<Id>(free);
  list(grant.pool, node);
  if (local == none) return none;
  const Id substitute = fleet_->pools[grant.pool].first_node + local;
  if (part) take_part(grant, substitute, slots, holder);
  else take_whole(grant, substitute, holder);
  return substitute;
}

std::vector<Id> Machine::shrink(Grant& grant, Id count) {
  std::vector<Id> given;
  for (; count > 0 && grant.first != none; --count) {
    given.push_back(grant.first);
    give_whole(grant, grant.first);
  }
  return given;
}

std::vector<Id> Machine::grow(Grant& grant, Id count, Id holder) {
  std::vector<Id> taken;
  const Id before = grant.count;
  take_gang(grant, count, holder);
  for (Id node = grant.first; taken.size() < grant.count - before; node = next_[node]) taken.push_back(node);
  return taken;
}

void Machine::install(const Block& block) {
  PoolState& pool = pools_[block.pool];
  for (Id node = block.first_node; node < block.first_node + block.nodes; ++node) {
    state_[node] = State::up;
    free_[node] = static_cast<std::uint16_t>(pool.slots_per_node);
    list(block.pool, node);
  }
  pool.free_slots += std::int64_t{block.nodes} * pool.slots_per_node;
  pool.installed_slots += std::int64_t{block.nodes} * pool.slots_per_node;
}

void Machine::remove(const Block& block) {
  PoolState& pool = pools_[block.pool];
  for (Id node = block.first_node; node < block.first_node + block.nodes; ++node) {
    if (state_[node] == State::up) {
      if (free_[node] != pool.slots_per_node) throw std::logic_error("a node that is held cannot be removed");
      unlist(block.pool, node);
      pool.free_slots -= pool.slots_per_node;
    } else if (state_[node] == State::down) {
      pool.down_slots -= pool.slots_per_node;
    }
    state_[node] = State::absent;
    free_[node] = 0;
    pool.installed_slots -= pool.slots_per_node;
  }
}

void Machine::set_down(Id node) {
  const Id id = pool_of(node);
  PoolState& pool = pools_[id];
  if (free_[node] != pool.slots_per_node) throw std::logic_error("a node that is held cannot be taken down");
  unlist(id, node);
  pool.free_slots -= pool.slots_per_node;
  pool.down_slots += pool.slots_per_node;
  free_[node] = 0;
  state_[node] = State::down;
}

void Machine::set_up(Id node) {
  const Id id = pool_of(node);
  PoolState& pool = pools_[id];
  state_[node] = State::up;
  free_[node] = static_cast<std::uint16_t>(pool.slots_per_node);
  pool.free_slots += pool.slots_per_node;
  pool.down_slots -= pool.slots_per_node;
  list(id, node);
}

void Machine::begin_leaving(Id node) {
  if (leaving_[node] == 0 && state_[node] == State::up) unlist(pool_of(node), node);
  ++leaving_[node];
}

void Machine::end_leaving(Id node) {
  --leaving_[node];
  if (leaving_[node] == 0 && state_[node] == State::up) list(pool_of(node), node);
}

std::vector<Id> Machine::holders(Id node) const {
  std::vector<Id> found;
  if (holder_[node] != none) found.push_back(holder_[node]);
  for (Id share = shared_head_[node]; share != none; share = shares_[share].next) found.push_back(shares_[share].holder);
  std::ranges::sort(found);
  return found;
}

}  // namespace stargate::operate
