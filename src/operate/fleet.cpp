#include "operate/fleet.h"

#include "base/csv.h"
#include "base/text.h"

namespace stargate::operate {

std::int64_t Fleet::gpus() const {
  std::int64_t sum = 0;
  for (const Pool& pool : pools) sum += std::int64_t{pool.nodes} * types[pool.type].gpus;
  return sum;
}

Id Fleet::partition(std::string_view name) const {
  for (Id i = 0; i < partitions.size(); ++i)
    if (partitions[i].name == name) return i;
  return none;
}

Id add_pool(Fleet& fleet, Pool pool, Id hall, Time installed, Time removed) {
  const Id id = static_cast<Id>(fleet.pools.size());
  const Id nodes = pool.nodes;
  pool.first_node = fleet.node_count();
  pool.nodes = 0;
  fleet.pools.push_back(std::move(pool));
  if (nodes > 0) add_block(fleet, hall, nodes, installed, removed);
  return id;
}

void add_block(Fleet& fleet, Id hall, Id nodes, Time installed, Time removed) {
  Pool& pool = fleet.pools.back();
  fleet.blocks.push_back({static_cast<Id>(fleet.pools.size() - 1), hall, pool.first_node + pool.nodes, nodes, installed, removed});
  pool.nodes += nodes;
}

Fleet small_fleet(const std::vector<std::pair<std::string, Id>>& partition_nodes, const NodeType& type) {
  Fleet fleet;
  fleet.types = {type};
  fleet.sites = {{.name = "site"}};
  fleet.feeds = {{.name = "feed", .site = 0}};
  fleet.halls = {{.name = "hall", .feed = 0}};
  for (const auto& [name, nodes] : partition_nodes) {
    fleet.partitions.push_back({name});
    add_pool(fleet, {.name = name, .partition = static_cast<Id>(fleet.partitions.size() - 1), .nodes = nodes}, 0);
  }
  return fleet;
}

Fleet uniform_fleet(Id nodes, int gpus) { return small_fleet({{"", nodes}}, {.name = "node", .gpus = gpus}); }

Fleet partitions_fleet(const std::string& file, std::string_view text, int gpus_per_node) {
  Diagnostics diagnostics;
  const Csv csv = parse_csv(file, text, diagnostics);
  const auto column = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const std::size_t at = csv.column(name); at != Csv::npos) return at;
    return Csv::npos;
  };
  const std::size_t name = column({"vc", "partition", "name"}), nodes = column({"node num", "nodes", "node_num"});
  const std::size_t gpus = column({"gpus_per_node", "gpus"});
  if (name == Csv::npos || nodes == Csv::npos)
    diagnostics.error({file, csv.header.line, 1}, "no columns of partition names and node counts",
                      "allowed: vc,node num or partition,nodes and optionally gpus_per_node");
  diagnostics.throw_if_errors();
  Fleet fleet = small_fleet({}, {.name = "node", .gpus = gpus_per_node});
  for (const CsvRow& row : csv.rows) {
    const auto count = [&](std::size_t at, std::int64_t most) {
      const auto value = parse_integer(trim(row.cells[at].text));
      if (!value || *value < 1 || *value > most)
        diagnostics.error({file, row.line, row.cells[at].column}, "'" + row.cells[at].text + "' is no count",
                          "allowed: a whole number from 1 to " + std::to_string(most));
      return value.value_or(1);
    };
    const std::string& partition = row.cells[name].text;
    if (fleet.partition(partition) != none)
      diagnostics.error({file, row.line, row.cells[name].column}, "partition '" + partition + "' stands a second time");
    const Id n = static_cast<Id>(count(nodes, 100'000'000));
    Id type = 0;
    if (gpus != Csv::npos) {
      const int each = static_cast<int>(count(gpus, 1024));
      while (type < fleet.types.size() && fleet.types[type].gpus != each) ++type;
      if (type == fleet.types.size()) fleet.types.push_back({.name = "node", .gpus = each});
    }
    fleet.partitions.push_back({partition});
    add_pool(fleet, {.name = partition, .partition = static_cast<Id>(fleet.partitions.size() - 1), .type = type, .nodes = n}, 0);
  }
  if (csv.rows.empty()) diagnostics.error({file, 0, 0}, "no partition in the table");
  diagnostics.throw_if_errors();
  return fleet;
}

void check(const Fleet& fleet) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("fleet: ") + what);
  };
  for (const Feed& feed : fleet.feeds) require(feed.site < fleet.sites.size(), "a feed's site");
  for (const Hall& hall : fleet.halls) require(hall.feed < fleet.feeds.size(), "a hall's feed");
  for (const NodeType& type : fleet.types)
    require(type.gpus > 0 && type.gpus * fleet.slots_per_gpu <= 60'000, "the GPUs of a node");
  Id next = 0;
  for (const Pool& pool : fleet.pools) {
    require(pool.partition < fleet.partitions.size() && pool.site < fleet.sites.size() && pool.type < fleet.types.size(), "a pool's ids");
    require(pool.first_node == next, "a pool's first node");
    next += pool.nodes;
  }
  next = 0;
  for (const Block& block : fleet.blocks) {
    require(block.hall < fleet.halls.size() && block.pool < fleet.pools.size() && block.first_node == next, "a block's ids");
    require(fleet.feeds[fleet.halls[block.hall].feed].site == fleet.pools[block.pool].site, "a block stands at its pool's site");
    next += block.nodes;
  }
  require(next == fleet.node_count(), "blocks cover the nodes");
}

}  // namespace stargate::operate
