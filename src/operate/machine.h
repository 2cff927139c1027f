#pragma once
#include <string>
#include <vector>

#include "operate/bitset.h"
#include "operate/workload.h"

namespace stargate::operate {

/// What a job holds: whole nodes as a linked list through the nodes, and at most one node in part.
struct Grant {
  Id pool = none;
  Id first = none;                     ///< of the whole nodes
  Id count = 0;
  Id part_node = none;
  Id part_slots = 0;
};

/// Which nodes of the fleet are free, down or not there, and who holds them. Places gangs:
/// - up to a node's worth goes to the node with the least free slots that suffice, lowest id first;
/// - more takes whole nodes and, for a remainder, a best-fit node: of the rack with the least wholly free nodes that
///   suffice, else of the pod with the least that suffices, else of the pods with the most, so that few are spanned.
/// place: O(nodes granted + pods); release: O(nodes granted); replace: O(1).
class Machine {
 public:
  explicit Machine(const Fleet& fleet);

  /// Could the job be placed in this pool now? Hot spares are not given to it.
  bool fits(const Job& job, Id slots, Id pool) const;
  /// Places `slots` of the job; `fits` must hold. `holder` is the running slot that the nodes then point to.
  Grant place(const Job& job, Id slots, Id pool, Id holder);
  void release(const Grant& grant, Id holder);
  /// Takes a node out (its holders must have been told) and, if a free node is at hand, hot spares included, puts that
  /// in its place in the grant. Returns the substitute or none.
  Id replace(Grant& grant, Id node, Id holder);
  /// Gives up `count` whole nodes of the grant, last placed first; returns them to the free ones.
  std::vector<Id> shrink(Grant& grant, Id count);
  /// Adds `count` wholly free nodes; they must be there. Returns them.
  std::vector<Id> grow(Grant& grant, Id count, Id holder);

  void install(const Block& block);
  /// Blocks must be free of holders.
  void remove(const Block& block);
  /// The node must have no holder.
  void set_down(Id node);
  void set_up(Id node);
  /// A leaving node is no longer given to anyone; what runs on it goes on. Leaving counts: an end undoes one begin.
  void begin_leaving(Id node);
  void end_leaving(Id node);

  bool is_up(Id node) const { return state_[node] == State::up; }
  bool is_down(Id node) const { return state_[node] == State::down; }
  bool is_installed(Id node) const { return state_[node] != State::absent; }
  Id pool_of(Id node) const;
  Id block_of(Id node) const { return block_of_[node]; }
  /// Running slots that hold any of the node.
  std::vector<Id> holders(Id node) const;

  /// Slots of a pool by state.
  std::int64_t free_slots(Id pool) const { return pools_[pool].free_slots; }
  std::int64_t down_slots(Id pool) const { return pools_[pool].down_slots; }
  std::int64_t installed_slots(Id pool) const { return pools_[pool].installed_slots; }
  Id wholly_free(Id pool) const { return pools_[pool].wholly_free; }
  /// Nodes still to be held back as spares: those already down have been used up.
  Id spares_left(Id pool) const {
    const PoolState& p = pools_[pool];
    const Id spares = fleet_->pools[pool].spare_nodes, down = static_cast<Id>(p.down_slots / p.slots_per_node);
    return spares > down ? spares - down : 0;
  }
  /// Wholly free nodes that may be given to jobs.
  Id open_nodes(Id pool) const {
    const Id spares = spares_left(pool), free = pools_[pool].wholly_free;
    return free > spares ? free - spares : 0;
  }
  /// Whole nodes of a grant, last placed first. O(nodes).
  std::vector<Id> whole_nodes(const Grant& grant) const;
  /// Takes back what `release` gave, after a trial: `nodes` are what whole_nodes said before. Grants must be taken back in the
  /// reverse order of their release, with nothing in between; all is then as it was. O(nodes).
  void retake(Grant& grant, const std::vector<Id>& nodes, Id holder);
  /// The grant's nodes as text: "0-17,36", ids ascending. O(nodes log nodes).
  std::string node_text(const Grant& grant) const;

  /// Calls visit(block, slots) for each run of a grant's nodes in one block.
  template <class Visit>
  void each_block(const Grant& grant, Visit&& visit) const {
    Id block = none;
    std::int64_t slots = 0;
    const Id per_node = fleet_->slots_per_node(grant.pool);
    if (const Id only = pools_[grant.pool].only_block; only != none) {
      visit(only, std::int64_t{grant.count} * per_node + grant.part_slots);
      return;
    }
    for (Id node = grant.first; node != none; node = next_[node]) {
      if (block_of_[node] != block) {
        if (slots > 0) visit(block, slots);
        block = block_of_[node];
        slots = 0;
      }
      slots += per_node;
    }
    if (slots > 0) visit(block, slots);
    if (grant.part_node != none) visit(block_of_[grant.part_node], std::int64_t{grant.part_slots});
  }

  template <class Archive>
  void archive(Archive& a) {
    a(pools_, free_, state_, leaving_, holder_, next_, previous_, shared_head_, shares_, unused_share_);
  }

 private:
  friend class Forecast;
  enum class State : std::uint8_t { absent, up, down };
  struct PoolState {
    Id nodes_per_rack = 1, racks_per_pod = 1, slots_per_node = 1;
    std::int64_t free_slots = 0, down_slots = 0, installed_slots = 0;
    Id wholly_free = 0;
    Id only_block = none;                  ///< if all of the pool's nodes are one block
    std::vector<IndexSet> with_free;       ///< [f]: nodes (ids from the pool's first) with exactly f free slots, f >= 1
    std::vector<Id> rack_free;             ///< wholly free nodes by rack; empty if the pool is one rack
    std::vector<Id> pod_free;
    std::vector<IndexSet> racks_with;      ///< [w]: racks with exactly w wholly free nodes, w >= 1
    template <class Archive>
    void archive(Archive& a) {
      a(nodes_per_rack, racks_per_pod, slots_per_node, free_slots, down_slots, installed_slots, wholly_free, only_block, with_free, rack_free, pod_free, racks_with);
    }
  };
  /// One holder of part of a node, in a chain a node.
  struct Share {
    Id holder, slots, next;
  };

  void list(Id pool, Id node);
  void unlist(Id pool, Id node);
  void move_rack(PoolState& pool, Id rack, int step);
  void give_all(Grant& grant);
  void take_whole(Grant& grant, Id node, Id holder);
  void give_whole(Grant& grant, Id node);
  void take_part(Grant& grant, Id node, Id slots, Id holder);
  void give_part(Grant& grant, Id holder);
  Id take_from(Grant& grant, Id first, Id end, Id want, Id holder);
  void take_gang(Grant& grant, Id count, Id holder);
  Id best_part(const PoolState& pool, Id slots, Id open_nodes) const;

  const Fleet* fleet_;
  std::vector<PoolState> pools_;
  std::vector<std::uint16_t> free_;      ///< free slots by node
  std::vector<State> state_;
  std::vector<std::uint8_t> leaving_;    ///< outages that keep the node from being given away
  std::vector<Id> holder_;               ///< who holds the whole node, or none
  std::vector<Id> next_, previous_;      ///< whole nodes of one holder
  std::vector<Id> shared_head_;          ///< first share of the node, or none
  std::vector<Share> shares_;
  std::vector<Id> unused_share_;
  std::vector<Id> block_of_;
};

}  // namespace stargate::operate
