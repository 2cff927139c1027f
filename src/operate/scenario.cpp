#include "operate/scenario.h"

#include <algorithm>
#include <stdexcept>

#include "operate/checkpoint.h"

namespace stargate::operate {

std::vector<FailureClass> llama3_failures() {
  constexpr double gpu_hours = 16'384 * 54 * 24.0;
  const std::string source = "Grattafiori et al., The Llama 3 Herd of Models, 2024, table 5: counts in 54 days on 16,384 H100";
  const auto row = [&](const char* name, double count, double diagnose_s, double repair_h, double silent_h = 0) {
    return FailureClass{name, Extent::gpu, count / gpu_hours, diagnose_s, repair_h, silent_h, source};
  };
  // Counts are the paper's; times to diagnose and repair are estimates (the paper gives none by class).
  return {row("faulty GPU", 148, 180, 48),
          row("GPU HBM3 memory", 72, 180, 48),
          row("software bug", 54, 180, 0),
          row("network switch or cable", 35, 300, 12),
          row("unplanned host maintenance", 32, 180, 12),
          row("GPU SRAM memory", 19, 180, 48),
          row("GPU system processor", 17, 180, 24),
          row("NIC", 7, 180, 24),
          row("NCCL watchdog timeout", 7, 600, 0),
          row("silent data corruption", 6, 600, 48, 1),
          row("GPU thermal interface and sensor", 6, 180, 24),
          row("SSD", 3, 180, 24),
          row("power supply", 3, 180, 24),
          row("server chassis", 2, 180, 24),
          row("IO expansion board", 2, 180, 24),
          row("dependency", 2, 180, 0),
          row("CPU", 2, 180, 24),
          row("system memory", 2, 180, 24),
          row("planned maintenance", 47, 180, 0)};
}

std::vector<FailureClass> rsc_failures(int cluster) {
  const double per_node_day = cluster == 1 ? 6.50e-3 : 2.34e-3;
  return {{cluster == 1 ? "RSC-1 node failure" : "RSC-2 node failure", Extent::node, per_node_day / 24, 300, 24, 0,
           "Kokolis et al., Revisiting Reliability in Large-Scale Machine Learning Research Clusters, 2024"}};
}

std::vector<FailureClass> correlated_faults() {
  const std::string source = "estimate";
  return {{"rack power or cooling", Extent::rack, 1 / (5 * 8760.0), 900, 8, 0, source},
          {"leaf switch", Extent::leaf_switch, 1 / (20 * 8760.0), 600, 4, 0, source},
          {"pod spine or cooling loop", Extent::pod, 1 / (20 * 8760.0), 1800, 4, 0, source},
          {"feed outage", Extent::feed, 1 / (2 * 8760.0), 1800, 2, 0, source},
          {"site outage", Extent::site, 1 / (5 * 8760.0), 3600, 4, 0, source}};
}

double FailureRates::of_job(double gpus) const {
  const auto met = [&](double rate, double each) { return rate > 0 ? rate * std::max(1.0, gpus / each) : 0; };
  return per_gpu * gpus + met(per_node, gpus_per_node) + met(per_rack, gpus_per_rack) + met(per_switch, gpus_per_switch) +
         met(per_pod, gpus_per_pod) + constant;
}

FailureRates failure_rates(const std::vector<FailureClass>& classes, const Fleet& fleet, Id id) {
  FailureRates rates;
  const Pool& pool = fleet.pools[id];
  rates.gpus_per_node = fleet.types[pool.type].gpus;
  rates.gpus_per_rack = rates.gpus_per_node * std::max(Id{1}, pool.nodes_per_rack);
  rates.gpus_per_switch = rates.gpus_per_node * nodes_per_switch(pool);
  rates.gpus_per_pod = rates.gpus_per_node * nodes_per_pod(pool);
  for (const FailureClass& c : classes) switch (c.extent) {
      case Extent::gpu: rates.per_gpu += c.per_unit_hour; break;
      case Extent::node: rates.per_node += c.per_unit_hour; break;
      case Extent::rack: rates.per_rack += c.per_unit_hour; break;
      case Extent::leaf_switch: rates.per_switch += c.per_unit_hour; break;
      case Extent::pod: rates.per_pod += c.per_unit_hour; break;
      case Extent::hall:
      case Extent::feed:
      case Extent::site: rates.constant += c.per_unit_hour; break;
    }
  return rates;
}

const std::vector<std::string>& extent_names() {
  static const std::vector<std::string> all{"gpu", "node", "rack", "switch", "pod", "hall", "feed", "site"};
  return all;
}

namespace {
/// Nodes of a unit within a pool; 0 for extents that are no part of a pool.
Id unit_nodes(const Pool& pool, Extent extent) {
  switch (extent) {
    case Extent::node: return 1;
    case Extent::rack: return pool.nodes_per_rack > 0 ? pool.nodes_per_rack : std::max(Id{1}, pool.nodes);
    case Extent::leaf_switch: return nodes_per_switch(pool);
    case Extent::pod: return nodes_per_pod(pool);
    default: return 0;
  }
}
}  // namespace

Id units(const Fleet& fleet, Extent extent, Id id) {
  const Pool& pool = fleet.pools[id];
  if (extent == Extent::gpu) return pool.nodes * static_cast<Id>(fleet.types[pool.type].gpus);
  const Id each = unit_nodes(pool, extent);
  return each > 0 ? (pool.nodes + each - 1) / each : 0;
}

std::uint64_t units(const Fleet& fleet, Extent extent) {
  if (extent == Extent::hall) return fleet.halls.size();
  if (extent == Extent::feed) return fleet.feeds.size();
  if (extent == Extent::site) return fleet.sites.size();
  std::uint64_t n = 0;
  for (Id p = 0; p < fleet.pools.size(); ++p) n += units(fleet, extent, p);
  return n;
}

std::pair<Id, Id> unit_at(const Fleet& fleet, Extent extent, std::uint64_t unit) {
  for (Id p = 0; p < fleet.pools.size(); ++p) {
    const Id here = units(fleet, extent, p);
    if (unit < here) return {p, static_cast<Id>(unit)};
    unit -= here;
  }
  return {none, static_cast<Id>(unit)};
}

std::vector<NodeRange> nodes_of(const Fleet& fleet, Extent extent, Id id, Id unit) {
  if (extent == Extent::hall || extent == Extent::feed || extent == Extent::site) {
    std::vector<NodeRange> ranges;
    for (const Block& block : fleet.blocks) {
      const Id feed = fleet.halls[block.hall].feed;
      if (extent == Extent::hall ? block.hall == unit : extent == Extent::feed ? feed == unit : fleet.feeds[feed].site == unit)
        ranges.push_back({block.first_node, block.nodes});
    }
    return ranges;
  }
  const Pool& pool = fleet.pools[id];
  const Id each = unit_nodes(pool, extent), first = unit * each;
  if (each == 0) throw std::logic_error("a GPU has no nodes");
  if (first >= pool.nodes) return {};
  return {{pool.first_node + first, std::min(each, pool.nodes - first)}};
}

CheckpointPlan plan_checkpoints(const Checkpointing& rule, double gpus, double failures_per_hour) {
  if (rule.rule == CheckpointRule::off) return {};
  const double write_s = rule.gb_per_gpu > 0 && rule.storage_gb_per_s > 0 ? rule.gb_per_gpu * gpus / rule.storage_gb_per_s : rule.write_s;
  if (rule.rule == CheckpointRule::fixed || failures_per_hour <= 0) return {rule.interval_s, write_s};
  return {std::max(1.0, daly_interval(std::max(write_s, 0.001), failures_per_hour / 3600)), write_s};
}

}  // namespace stargate::operate
