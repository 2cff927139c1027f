#pragma once
#include <string>
#include <vector>

#include "operate/types.h"

namespace stargate::operate {

/// A kind of node: what it computes with and what it draws. Power is at the input of the node's power supply chain:
/// (parts' watts + `conversion_loss_w`) / `conversion_efficiency`.
struct NodeType {
  std::string name;
  int gpus = 8;
  double peak_tflops_per_gpu = 0;      ///< dense, at training precision
  double gpu_idle_w = 75, gpu_peak_w = 700;
  double host_idle_w = 600, host_peak_w = 1400;  ///< CPUs, memory, NICs, fans: all but the accelerators
  double conversion_efficiency = 1;    ///< rectifiers and voltage regulators
  double conversion_loss_w = 0;        ///< their constant loss, a node
  double rack_overhead_w = 0;          ///< switches and the like, drawn as long as the rack is installed
  double rack_limit_w = unlimited;     ///< the rack's own feed
  double usd_per_gpu_hour = 0;         ///< what the owner pays for holding it: capital and fixed operation
};

/// Power usage effectiveness as a line in outdoor temperature between two ends: free cooling below, chillers above.
struct Cooling {
  double pue_cold = 1.10, pue_hot = 1.35;
  double cold_c = 10, hot_c = 35;
  double water_l_per_kwh_hot = 1.8;    ///< litres a kWh of IT at `hot_c` and above, nothing at `cold_c` and below
  double fixed_mw = 0;                 ///< pumps that run in any weather
};

struct Site {
  std::string name;
  double grid_mw = unlimited;          ///< import limit
  double onsite_mw = 0, onsite_usd_per_mwh = 60, onsite_kg_per_mwh = 400;
  double battery_mw = 0, battery_mwh = 0;
  double ramp_mw_per_min = unlimited;  ///< fastest allowed rise of the site's load by starting jobs
  double price_usd_per_mwh = 50, carbon_kg_per_mwh = 350, temperature_c = 15;  ///< where no signal says otherwise
  Id repair_crews = none;              ///< none: as many as there are broken nodes; 0: nothing is ever repaired
  Cooling cooling{};
};

/// The power tree is site > feed > hall > rack > chip. Feeds and halls carry limits that are watched while the fleet
/// runs; rack and chip limits cap what a node may draw at all.
struct Feed {
  std::string name;
  Id site = 0;
  double limit_mw = unlimited;
};
struct Hall {
  std::string name;
  Id feed = 0;
  double limit_mw = unlimited;
};

/// Nodes that come and go together: a hall's worth, or the part of it that arrived in one quarter.
struct Block {
  Id pool = 0, hall = 0;
  Id first_node = 0, nodes = 0;
  Time installed = 0, removed = never;
};

/// Alike nodes at one site, with contiguous ids: a gang is placed within one pool. Racks are runs of `nodes_per_rack`
/// nodes (one scale-up domain each), pods are runs of `racks_per_pod` racks.
struct Pool {
  std::string name;
  Id partition = 0, site = 0, type = 0;
  Id first_node = 0, nodes = 0;
  Id nodes_per_rack = 0, racks_per_pod = 0;   ///< 0: one rack, one pod
  Id nodes_per_switch = 0;             ///< nodes on one leaf switch, runs of ids as racks are; 0: as a rack
  double effective_share = 1;          ///< of the peak rate: what work reaches when all goes well (MFU)
  Id spare_nodes = 0;                  ///< held back to replace nodes that fail, those already down included: with 16 spares
                                       ///< and 3 nodes down, 13 are held back
};

/// Nodes on one leaf switch and in one pod; at least one.
inline Id nodes_per_switch(const Pool& pool) {
  const Id nodes = pool.nodes_per_switch > 0 ? pool.nodes_per_switch : pool.nodes_per_rack;
  return nodes > 0 ? nodes : pool.nodes > 0 ? pool.nodes : 1;
}
inline Id nodes_per_pod(const Pool& pool) {
  const Id nodes = pool.nodes_per_rack * pool.racks_per_pod;
  return nodes > 0 ? nodes : pool.nodes > 0 ? pool.nodes : 1;
}

/// A queue of its own: jobs of a partition run only in its pools.
struct Partition {
  std::string name;
};

/// What there is to run on. A value: built from counts, from a table of partitions, from a cluster file or from a
/// plan's tables. `slots_per_gpu` is 1, or 100 where a trace shares accelerators by hundredths.
struct Fleet {
  std::vector<NodeType> types;
  std::vector<Site> sites;
  std::vector<Feed> feeds;
  std::vector<Hall> halls;
  std::vector<Partition> partitions;
  std::vector<Pool> pools;
  std::vector<Block> blocks;
  int slots_per_gpu = 1;

  Id node_count() const { return pools.empty() ? 0 : pools.back().first_node + pools.back().nodes; }
  Id slots_per_node(Id pool) const {
    return static_cast<Id>(types[pools[pool].type].gpus * slots_per_gpu);
  }
  std::int64_t gpus() const;
  Id partition(std::string_view name) const;  ///< none if there is none of that name
};

/// One site, one feed, one hall, one pool a partition.
Fleet small_fleet(const std::vector<std::pair<std::string, Id>>& partition_nodes, const NodeType& type);
/// `nodes` nodes of `gpus` each in one partition that takes every job.
Fleet uniform_fleet(Id nodes, int gpus);
/// A CSV with a column of names and one of node counts ('vc', 'node num' or 'partition', 'nodes'); a third, 'gpus_per_node',
/// is read where there is one.
Fleet partitions_fleet(const std::string& file, std::string_view text, int gpus_per_node);

/// Adds a pool with one block behind the last; returns its id.
Id add_pool(Fleet& fleet, Pool pool, Id hall, Time installed = 0, Time removed = never);
/// Adds nodes to the last pool, as a block of their own.
void add_block(Fleet& fleet, Id hall, Id nodes, Time installed, Time removed = never);

/// Throws std::logic_error if ids do not fit together. O(size of the fleet's tables).
void check(const Fleet& fleet);

}  // namespace stargate::operate
