// The engine's part about load: what nodes and jobs draw, and whether a start would fit under the limits.
#include <algorithm>
#include <cmath>

#include "operate/engine.h"

namespace stargate::operate {

namespace {
constexpr Id widest_trial = 4096;  // nodes
}  // namespace

void Engine::begin_power() {
  if (scenario_.power.on || scenario_.record_intervals) schedule_hour();
  if (!scenario_.power.on) return;
  for (const LoadTarget& target : scenario_.targets) {
    if (target.start > 0) queue_of_events_.push({target.start, Kind::limit, 0});
    if (target.end != never && target.end > 0) queue_of_events_.push({target.end, Kind::limit, 0});
  }
  flag_all_power();
}

/// Which sites have halls or feeds whose own nodes could draw more than their limit, or feeds with load targets. Elsewhere only
/// the site's limit needs to be looked at before a start.
void Engine::find_binding_trees() {
  tree_binds_.assign(fleet_.sites.size(), false);
  std::vector<double> halls(fleet_.halls.size(), 0), feeds(fleet_.feeds.size(), 0);
  for (const Block& block : fleet_.blocks) {
    const Pool& pool = fleet_.pools[block.pool];
    const NodeType& type = fleet_.types[pool.type];
    const double racks = pool.nodes_per_rack > 0 ? std::ceil(static_cast<double>(block.nodes) / pool.nodes_per_rack) : 1;
    halls[block.hall] += block.nodes * (node_idle_w(type) + 1 + type.gpus * slot_dynamic_w(type, 1)) + racks * type.rack_overhead_w;
  }
  for (Id h = 0; h < halls.size(); ++h) {
    const Id feed = fleet_.halls[h].feed;
    feeds[feed] += halls[h];
    if (halls[h] > fleet_.halls[h].limit_mw * watts_per_mw) tree_binds_[fleet_.feeds[feed].site] = true;
  }
  for (Id f = 0; f < feeds.size(); ++f)
    if (feeds[f] > fleet_.feeds[f].limit_mw * watts_per_mw) tree_binds_[fleet_.feeds[f].site] = true;
  for (const LoadTarget& target : scenario_.targets)
    for (const Id feed : target.feeds) tree_binds_[fleet_.feeds[feed].site] = true;
}

/// What rests changes: limits are looked at again, since more at rest leaves less for jobs and less at rest leaves more.
void Engine::change_base(Id hall, std::int64_t watts) {
  const Id site = fleet_.feeds[fleet_.halls[hall].feed].site;
  power_.settle_battery(site, now_);
  power_.tree().add_base(hall, watts, now_);
  flag_power(site);
  if (watts < 0 && power_.limited(site)) touch_site(site);
}

void Engine::block_power(const Block& block, int sign) {
  const Pool& pool = fleet_.pools[block.pool];
  const NodeType& type = fleet_.types[pool.type];
  std::int64_t up = 0;
  for (Id node = block.first_node; node < block.first_node + block.nodes; ++node) up += machine_.is_up(node);
  const double racks = pool.nodes_per_rack > 0 ? std::ceil(static_cast<double>(block.nodes) / pool.nodes_per_rack) : 1;
  change_base(block.hall, sign * (std::llround(node_idle_w(type)) * up + std::llround(racks * type.rack_overhead_w)));
}

void Engine::node_power(Id node, int sign) {
  const Block& block = fleet_.blocks[machine_.block_of(node)];
  change_base(block.hall, sign * std::llround(node_idle_w(fleet_.types[fleet_.pools[block.pool].type])));
}

/// Dynamic watts of `slots` of a job at work, averaged over its cycle of work and checkpoint. Rounded down, so that parts of a job
/// in several halls never draw more together than the whole was allowed.
std::int64_t Engine::working_w(const Job& job, Id pool, std::int64_t slots, std::int64_t interval_ms, std::int64_t write_ms) const {
  double share = job.power_share;
  if (interval_ms > 0)
    share *= (static_cast<double>(interval_ms) + scenario_.power.checkpoint_share * static_cast<double>(write_ms)) / static_cast<double>(interval_ms + write_ms);
  return static_cast<std::int64_t>(static_cast<double>(slots) * slot_dynamic_w_[fleet_.pools[pool].type] * share + 1e-6);
}

std::int64_t Engine::working_w(const Job& job, Id pool, Id slots) const {
  const CheckpointPlan plan = checkpoints_for(job, slots);
  return working_w(job, pool, slots, std::llround(plan.interval_s * 1000), std::llround(plan.write_s * 1000));
}

/// Share of the full dynamic power at a clock, relative to the clock's ceiling.
double Engine::power_share(const Running& run) const {
  if (run.throttle == 0) return 0;
  const double loading = run.loading_power ? scenario_.power.restart_share : 1;
  const std::int64_t ceiling = ceilings_[fleet_.pools[run.grant.pool].type];
  if (run.throttle == ceiling) return loading;
  return std::pow(static_cast<double>(run.throttle) / static_cast<double>(ceiling), scenario_.power.exponent) * loading;
}

/// Enters the job's load as its nodes, phase and clock now are. Nodes that changed must have been dropped with `drop_load` first.
void Engine::load_changed(Id slot) {
  settle(slot);
  Running& run = running_[slot];
  const Job& job = workload_.jobs[run.job];
  run.loading_power = run.restart_ms > 0;
  const Id site = fleet_.pools[run.grant.pool].site;
  power_.settle_battery(site, now_);
  if (power_.has_battery(site)) flag_power(site);  // it will be empty at another time
  if (run.loads.empty()) {
    machine_.each_block(run.grant, [&](Id block, std::int64_t slots) {
      const Id hall = fleet_.blocks[block].hall;
      const auto at = std::ranges::find(run.loads, hall, &Load::hall);
      if (at != run.loads.end()) at->slots += slots;
      else run.loads.push_back({hall, slots, 0, 0});
    });
  }
  const double share = power_share(run);
  for (Load& load : run.loads) {
    const std::int64_t full = working_w(job, run.grant.pool, load.slots, run.interval_ms, run.write_ms);
    const std::int64_t now = share == 1 ? full : static_cast<std::int64_t>(static_cast<double>(full) * share);
    if (now == load.now_w && full == load.full_w) continue;
    power_.tree().add_dynamic(load.hall, now - load.now_w, full - load.full_w, now_);
    load.now_w = now;
    load.full_w = full;
  }
}

/// Others under the same limits may speed up or start.
void Engine::drop_load(Id slot) {
  Running& run = running_[slot];
  const Id site = fleet_.pools[run.grant.pool].site;
  power_.settle_battery(site, now_);
  for (const Load& load : run.loads) power_.tree().add_dynamic(load.hall, -load.now_w, -load.full_w, now_);
  run.loads.clear();
  if (!power_.limited(site)) return;
  touch_site(site);
  if (limiting_[site] || power_.has_battery(site)) flag_power(site);
}

/// `slots` of the job's load go from one node's hall to another's, or away if there is no other node.
void Engine::move_load(Id slot, Id from_node, Id to_node, Id slots) {
  Running& run = running_[slot];
  const auto hall_of = [&](Id node) { return fleet_.blocks[machine_.block_of(node)].hall; };
  const auto load_in = [&](Id hall) -> Load& {
    const auto at = std::ranges::find(run.loads, hall, &Load::hall);
    return at != run.loads.end() ? *at : run.loads.emplace_back(Load{hall, 0, 0, 0});
  };
  load_in(hall_of(from_node)).slots -= slots;
  if (to_node != none) load_in(hall_of(to_node)).slots += slots;
  load_changed(slot);
  flag_power(fleet_.pools[run.grant.pool].site);
}

/// May the job start there under the limits?
bool Engine::power_allows(Id pool, Id slots, const Job& job) {
  const Id site = fleet_.pools[pool].site;
  if (!power_.limited(site)) return true;
  const auto refuse = [&] {
    power_refused_[site] = true;
    return false;
  };
  const CheckpointPlan plan = checkpoints_for(job, slots);
  const auto interval = std::llround(plan.interval_s * 1000), write = std::llround(plan.write_s * 1000);
  const double share = scenario_.power.admit_throttled ? std::pow(scenario_.power.floor, scenario_.power.exponent) : 1;
  const PowerTree& tree = power_.tree();
  if (!tree.site_room(site, working_w(job, pool, slots, interval, write), share)) return refuse();
  if (!tree_binds_[site]) return true;
  if (slots / fleet_.slots_per_node(pool) > widest_trial) {
    // Trying out where so wide a gang would stand costs more than it tells: it spreads over the halls, and what is too
    // much for one of them slows down at once.
    flag_power(site);
    return true;
  }
  const Grant trial = machine_.place(job, slots, pool, none);
  std::vector<std::pair<Id, std::int64_t>> halls;
  machine_.each_block(trial, [&](Id block, std::int64_t n) {
    const Id hall = fleet_.blocks[block].hall;
    const auto at = std::ranges::find(halls, hall, &std::pair<Id, std::int64_t>::first);
    if (at != halls.end()) at->second += n;
    else halls.emplace_back(hall, n);
  });
  machine_.release(trial, none);
  std::vector<std::pair<Id, std::int64_t>> feeds;  // a feed carries what the job puts into all of its halls
  for (const auto& [hall, n] : halls) {
    const std::int64_t watts = working_w(job, pool, n, interval, write);
    if (!tree.hall_room(hall, watts, share)) return refuse();
    const Id feed = fleet_.halls[hall].feed;
    const auto at = std::ranges::find(feeds, feed, &std::pair<Id, std::int64_t>::first);
    if (at != feeds.end()) at->second += watts;
    else feeds.emplace_back(feed, watts);
  }
  for (const auto& [feed, watts] : feeds)
    if (!tree.feed_room(feed, watts, share)) return refuse();
  return true;
}

/// GPUs that a job could have but for power count as held back until the next look at the queue.
void Engine::hold_back(Id pool, Id slots) {
  settle_pool(pool);
  pool_held_back_[pool] = std::min(machine_.free_slots(pool), pool_held_back_[pool] + slots);
  ++counters_.power_waits;
}

/// When the site will have the head's power by the expected ends of what runs there, and what is then left of it; only the site's
/// own limit is looked at, as it now stands.
void Engine::reserve_power(Id id, Id pool, Time& start, std::int64_t& extra_w) const {
  const Id site = fleet_.pools[pool].site;
  const Branch& branch = power_.tree().site(site);
  const std::int64_t limit = branch.least_limit_w(), mine = working_w(workload_.jobs[id], pool, workload_.jobs[id].gpus);
  start = never;
  if (limit == no_limit) return;
  std::int64_t left = limit - branch.demand_w() - mine;
  if (left >= 0) return;  // it is not the site's limit that it waits for
  for (const auto& [end, slot] : by_end_[workload_.jobs[id].partition]) {
    if (left >= 0 && std::max(end, now_) > start) break;
    const Running& run = running_[slot];
    if (fleet_.pools[run.grant.pool].site != site) continue;
    for (const Load& load : run.loads) left += load.full_w;
    if (left >= 0 && start == never) start = std::max(end, now_);
  }
  extra_w = left;
}

void Engine::set_throttle(Id slot, std::int64_t throttle) {
  Running& run = running_[slot];
  if (run.throttle == throttle) return;
  settle(slot);
  if (throttle == 0) ++counters_.stops, note(What::stopped, run.job, run.slots);
  else if (throttle < run.throttle) ++counters_.throttles, note(What::throttled, run.job, throttle);
  else note(What::released, run.job, throttle);
  run.throttle = throttle;
  last_move_ = now_;
  load_changed(slot);
  expect_end(slot);
  schedule_end(slot);
}

bool Engine::rides_through(Id site, double outage_h) {
  if (!scenario_.power.on) return false;
  const double beyond = power_.ride_through_mw(site, outage_h, now_);
  if (beyond < 0) return false;
  ++counters_.rides_through;
  note(What::battery_on, site, std::llround(beyond * watts_per_mw));
  flag_power(site);
  return true;
}

}  // namespace stargate::operate
