#include "operate/never.h"

#include <algorithm>
#include <cmath>

#include "operate/power.h"

namespace stargate::operate {

std::string_view name_of(Never why) {
  switch (why) {
    case Never::no: return "";
    case Never::width: return "wider than the schedulable nodes of any pool";
    case Never::quota: return "wider than its tenant's quota";
    case Never::scope: return "wider than the rack or pod it must stay within";
    case Never::cap: return "draws more than the power limits ever allow";
  }
  return "";
}

namespace {

/// What a pool can give a job at best.
struct Most {
  Id pool = 0, nodes = 0;              ///< installed together at some time, spares apart
  std::int64_t slots = 0;
  Id rack = 0, pod = 0;                ///< nodes
  std::int64_t dynamic_w = no_limit;   ///< loosest limit less the least that rests there
};

/// Most nodes of a pool that are installed at one time; least watts at rest of a site's blocks at one time.
template <class Value>
std::pair<Value, Value> extremes(std::vector<std::pair<Time, Value>> changes) {
  std::ranges::sort(changes);
  Value now = 0, most = 0, least = std::numeric_limits<Value>::max();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    now += changes[i].second;
    if (i + 1 < changes.size() && changes[i + 1].first == changes[i].first) continue;
    most = std::max(most, now);
    least = std::min(least, now);
  }
  return {most, least};
}

/// The loosest limit on the site's IT that ever holds, and the loosest that no target without an end forbids.
std::int64_t loosest_limit_w(const Fleet& fleet, const Scenario& scenario, Id site) {
  const Site& s = fleet.sites[site];
  const double beside = s.onsite_mw + s.battery_mw;
  double most = it_mw_within(s, s.grid_mw + beside, s.temperature_c);
  if (site < scenario.signals.size()) {
    const SiteSignals& signals = scenario.signals[site];
    const std::size_t hours = std::max(signals.limit_mw.size(), signals.temperature_c.size());
    const auto at = [&](const std::vector<double>& values, std::size_t h, double otherwise) {
      return values.empty() ? otherwise : values[std::min(h, values.size() - 1)];
    };
    if (hours > 0) most = 0;
    for (std::size_t h = 0; h < hours; ++h)
      most = std::max(most, it_mw_within(s, at(signals.limit_mw, h, s.grid_mw) + beside, at(signals.temperature_c, h, s.temperature_c)));
  }
  for (const LoadTarget& target : scenario.targets)
    if (target.start <= 0 && target.end == never && target.feeds.empty() && (target.site == none || target.site == site))
      most = std::min(most, it_mw_within(s, target.limit_mw, -1e9));
  return limit_w_of_mw(most);
}

std::vector<std::vector<Most>> most_by_partition(const Fleet& fleet, const Scenario& scenario) {
  std::vector<std::vector<std::pair<Time, std::int64_t>>> nodes(fleet.pools.size()), rest(fleet.sites.size());
  for (const Block& b : fleet.blocks) {
    const Pool& pool = fleet.pools[b.pool];
    const std::int64_t watts = std::llround(node_idle_w(fleet.types[pool.type])) * b.nodes;
    nodes[b.pool].emplace_back(std::max<Time>(0, b.installed), b.nodes);
    rest[pool.site].emplace_back(std::max<Time>(0, b.installed), watts);
    if (b.removed == never) continue;
    nodes[b.pool].emplace_back(b.removed, -std::int64_t{b.nodes});
    rest[pool.site].emplace_back(b.removed, -watts);
  }
  std::vector<std::vector<Most>> all(fleet.partitions.size());
  for (Id p = 0; p < fleet.pools.size(); ++p) {
    const Pool& pool = fleet.pools[p];
    Most m{.pool = p};
    const auto installed = extremes(nodes[p]).first;
    m.nodes = static_cast<Id>(std::max<std::int64_t>(0, installed - pool.spare_nodes));
    m.slots = std::int64_t{m.nodes} * fleet.slots_per_node(p);
    m.rack = pool.nodes_per_rack > 0 ? std::min(m.nodes, pool.nodes_per_rack) : m.nodes;
    m.pod = pool.nodes_per_rack > 0 && pool.racks_per_pod > 0 ? std::min(m.nodes, pool.nodes_per_rack * pool.racks_per_pod) : m.nodes;
    if (scenario.power.on)
      if (const std::int64_t limit = loosest_limit_w(fleet, scenario, pool.site); limit != no_limit) {
        // While nothing is installed nothing rests: the least that matters is beside the job's own nodes, so rest counts only
        // where all of the site stands from the start to the end.
        const bool steady = std::ranges::all_of(fleet.blocks, [&](const Block& b) {
          return fleet.pools[b.pool].site != pool.site || (b.installed <= 0 && b.removed == never);
        });
        m.dynamic_w = limit - (steady && scenario.failures.empty() ? extremes(rest[pool.site]).first : 0);
      }
    all[pool.partition].push_back(m);
  }
  return all;
}

}  // namespace

std::vector<Never> never_starting(const Fleet& fleet, const Workload& workload, const Scenario& scenario) {
  const auto most = most_by_partition(fleet, scenario);
  const double share = scenario.power.admit_throttled ? std::pow(scenario.power.floor, scenario.power.exponent) : 1;
  std::vector<Never> all;
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const Job& job = workload.jobs[j];
    const Id least = job.moldable ? std::min(job.min_gpus, job.gpus) : job.gpus;
    Never why = Never::width;
    for (const Most& m : most[job.partition]) {
      if (least > m.slots || !accepts(workload, job, m.pool)) continue;
      const Id per_node = fleet.slots_per_node(m.pool), nodes = least / per_node;
      if (nodes > 1 && ((job.scope == Scope::rack && nodes > m.rack) || (job.scope == Scope::pod && nodes > m.pod))) {
        why = std::max(why, Never::scope);
        continue;
      }
      if (m.dynamic_w != no_limit) {
        const NodeType& type = fleet.types[fleet.pools[m.pool].type];
        const double writes = scenario.checkpointing.rule == CheckpointRule::off ? 1 : scenario.power.checkpoint_share;
        const double ceiling = static_cast<double>(speed_ceiling(type, fleet.pools[m.pool].nodes_per_rack, scenario.power)) / whole;
        const double watts = least * slot_dynamic_w(type, fleet.slots_per_gpu) * job.power_share * std::pow(ceiling, scenario.power.exponent) * std::min(1.0, writes);
        if (watts * share > static_cast<double>(m.dynamic_w) + 1) {
          why = std::max(why, Never::cap);
          continue;
        }
      }
      why = Never::no;
      break;
    }
    if (why == Never::no && job.tenant < workload.tenants.size()) {
      const std::int64_t quota = workload.tenants[job.tenant].quota_gpus;
      if (quota != no_limit && least > quota * fleet.slots_per_gpu) why = Never::quota;
    }
    if (why == Never::no) continue;
    if (all.empty()) all.assign(workload.jobs.size(), Never::no);
    all[j] = why;
  }
  return all;
}

}  // namespace stargate::operate
