// The engine's part about load and its limits.
#include <algorithm>
#include <cmath>

#include "operate/engine.h"

namespace stargate::operate {

namespace {
constexpr Id widest_trial = 4096;  // nodes

double at_hour(const std::vector<double>& values, const SiteSignals& signals, Time now, double otherwise) {
  if (values.empty()) return otherwise;
  const Time hour = std::max<Time>(0, (now - signals.first_hour) / 3600);
  return values[std::min<std::size_t>(static_cast<std::size_t>(hour), values.size() - 1)];
}
}  // namespace

void Engine::begin_power() {
  if (scenario_.power.on || scenario_.record_intervals) queue_of_events_.push({scenario_.tick_s, Kind::signal, 0});
  if (!scenario_.power.on) return;
  for (Id s = 0; s < fleet_.sites.size(); ++s) battery_mwh_[s] = fleet_.sites[s].battery_mwh;
  for (const LoadTarget& target : scenario_.targets) {
    if (target.start > 0) queue_of_events_.push({target.start, Kind::limit, 0});
    if (target.end != never) queue_of_events_.push({target.end, Kind::limit, 0});
  }
  limits_changed();
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
    if (fleet_.halls[h].limit_mw > 0 && halls[h] > fleet_.halls[h].limit_mw * 1.001e6) tree_binds_[fleet_.feeds[feed].site] = true;
  }
  for (Id f = 0; f < feeds.size(); ++f)
    if (fleet_.feeds[f].limit_mw > 0 && feeds[f] > fleet_.feeds[f].limit_mw * 1.001e6) tree_binds_[fleet_.feeds[f].site] = true;
  for (const LoadTarget& target : scenario_.targets)
    for (const Id feed : target.feeds) tree_binds_[fleet_.feeds[feed].site] = true;
}

Engine::Hour Engine::hour_at(Id site, Time time) const {
  const Site& s = fleet_.sites[site];
  Hour hour{s.price_usd_per_mwh, s.carbon_kg_per_mwh, s.temperature_c, s.grid_mw};
  if (site >= scenario_.signals.size()) return hour;
  const SiteSignals& signals = scenario_.signals[site];
  hour.price = at_hour(signals.price_usd_per_mwh, signals, time, hour.price);
  hour.carbon = at_hour(signals.carbon_kg_per_mwh, signals, time, hour.carbon);
  hour.temperature = at_hour(signals.temperature_c, signals, time, hour.temperature);
  hour.grid_mw = at_hour(signals.limit_mw, signals, time, hour.grid_mw);
  return hour;
}

void Engine::block_power(const Block& block, int sign) {
  const Pool& pool = fleet_.pools[block.pool];
  const NodeType& type = fleet_.types[pool.type];
  Id up = 0;
  for (Id node = block.first_node; node < block.first_node + block.nodes; ++node) up += machine_.is_up(node);
  const double racks = pool.nodes_per_rack > 0 ? std::ceil(static_cast<double>(block.nodes) / pool.nodes_per_rack) : 1;
  power_.add_base(block.hall, sign * (std::llround(node_idle_w(type)) * up + std::llround(racks * type.rack_overhead_w)), now_);
}

void Engine::node_power(Id node, int sign) {
  const Block& block = fleet_.blocks[machine_.block_of(node)];
  power_.add_base(block.hall, sign * std::llround(node_idle_w(fleet_.types[fleet_.pools[block.pool].type])), now_);
}

/// Dynamic watts of `slots` of a job at work, averaged over its cycle of work and checkpoint.
std::int64_t Engine::working_w(const Job& job, Id pool, std::int64_t slots, std::int64_t interval_ms, std::int64_t write_ms) const {
  double share = job.power_share;
  if (interval_ms > 0)
    share *= (static_cast<double>(interval_ms) + scenario_.power.checkpoint_share * static_cast<double>(write_ms)) / static_cast<double>(interval_ms + write_ms);
  const Id type = fleet_.pools[pool].type;
  share *= std::pow(static_cast<double>(ceilings_[type]) / whole, scenario_.power.exponent);
  return std::llround(static_cast<double>(slots) * slot_dynamic_w_[type] * share);
}

/// Share of the full dynamic power at a clock, relative to the clock's ceiling.
double Engine::power_share(const Running& run) const {
  if (run.throttle == 0) return 0;
  const double clock = static_cast<double>(run.throttle) / static_cast<double>(ceilings_[fleet_.pools[run.grant.pool].type]);
  return std::pow(clock, scenario_.power.exponent) * (run.loading_power ? scenario_.power.restart_share : 1);
}

/// Enters the job's load as its nodes, phase and clock now are. Nodes that changed must have been dropped with `drop_load` first.
void Engine::load_changed(Id slot) {
  settle(slot);
  Running& run = running_[slot];
  const Job& job = workload_.jobs[run.job];
  run.loading_power = run.restart_ms > 0;
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
    const std::int64_t now = std::llround(static_cast<double>(full) * share);
    power_.add_dynamic(load.hall, now - load.now_w, full - load.full_w, now_);
    load.now_w = now;
    load.full_w = full;
  }
}

void Engine::drop_load(Id slot) {
  Running& run = running_[slot];
  for (const Load& load : run.loads) power_.add_dynamic(load.hall, -load.now_w, -load.full_w, now_);
  run.loads.clear();
  const Id site = fleet_.pools[run.grant.pool].site;
  if (limiting_[site]) queue_of_events_.push({now_, Kind::limit, 0});  // others may speed up again
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
}

/// May the job start there under the limits? If not, its GPUs count as held back by power until the next look.
bool Engine::power_allows(Id pool, Id slots, Id id) {
  const Id site = fleet_.pools[pool].site;
  const Job& job = workload_.jobs[id];
  const bool ramped = fleet_.sites[site].ramp_mw_per_min > 0;
  if (!limited_[site] && !ramped) return true;
  const CheckpointPlan plan = checkpoints_for(job, slots);
  const auto interval = std::llround(plan.interval_s * 1000), write = std::llround(plan.write_s * 1000);
  const double share = scenario_.power.admit_throttled ? std::pow(scenario_.power.floor, scenario_.power.exponent) : 1;
  bool room = !limited_[site] || power_.site_room(site, working_w(job, pool, slots, interval, write), share);
  const Id nodes = slots / fleet_.slots_per_node(pool);
  if (limited_[site] && room && tree_binds_[site] && nodes > widest_trial) {
    // Trying out where so wide a gang would stand costs more than it tells: it spreads over the halls, and what is too
    // much for one of them slows down at once.
    queue_of_events_.push({now_, Kind::limit, 0});
  } else if (limited_[site] && room && tree_binds_[site]) {
    const Grant trial = machine_.place(job, slots, pool, none);
    std::vector<std::pair<Id, std::int64_t>> halls;
    machine_.each_block(trial, [&](Id block, std::int64_t n) {
      const Id hall = fleet_.blocks[block].hall;
      const auto at = std::ranges::find(halls, hall, &std::pair<Id, std::int64_t>::first);
      if (at != halls.end()) at->second += n;
      else halls.emplace_back(hall, n);
    });
    machine_.release(trial, none);
    for (const auto& [hall, n] : halls) room = room && power_.room(hall, working_w(job, pool, n, interval, write), share);
  }
  if (room && ramped) room = ramp_allows(site, working_w(job, pool, slots, interval, write));
  if (room) return true;
  settle_pool(pool);
  pool_held_back_[pool] = std::min(machine_.free_slots(pool), pool_held_back_[pool] + slots);
  ++counters_.power_waits;
  return false;
}

/// Rising load spends an allowance that refills at the site's ramp rate, ten minutes' worth at most; a start larger than that
/// waits for a full allowance and overdraws it, so that the mean rise keeps to the rate.
bool Engine::ramp_allows(Id site, std::int64_t watts) {
  const std::int64_t w_per_min = std::llround(fleet_.sites[site].ramp_mw_per_min * 1e6), most = 10 * w_per_min;
  Ramp& ramp = ramps_[site];
  if (ramp.since < 0) ramp = {most, 0};
  ramp.allowance_w = std::min(most, ramp.allowance_w + w_per_min * (now_ - ramp.since) / 60);
  ramp.since = now_;
  const std::int64_t need = std::min(watts, most);
  if (ramp.allowance_w >= need) {
    ramp.allowance_w -= watts;
    return true;
  }
  queue_of_events_.push({now_ + 1 + ceil_div((need - ramp.allowance_w) * 60, w_per_min), Kind::retry, 0});
  return false;
}

/// Site limits in IT watts as they hold now: from the grid, on-site power and battery through cooling, and from load
/// targets. `soft` limits are met only as far as slowing down does it.
void Engine::site_limits(Id site, std::int64_t& hard, std::int64_t& soft) const {
  const Site& s = fleet_.sites[site];
  const Hour hour = hour_at(site, now_);
  hard = soft = 0;
  const auto tighten = [](std::int64_t& limit, double mw) {
    const std::int64_t watts = std::max<std::int64_t>(1, std::llround(mw * 1e6));
    limit = limit == 0 ? watts : std::min(limit, watts);
  };
  if (hour.grid_mw > 0) {
    const double battery = battery_mwh_[site] > 1e-9 ? s.battery_mw : 0;
    tighten(hard, it_mw_within(s, hour.grid_mw + s.onsite_mw + battery, hour.temperature));
  }
  for (const LoadTarget& target : scenario_.targets)
    if (target.feeds.empty() && target.start <= now_ && now_ < target.end && (target.site == none || target.site == site))
      tighten(target.best_effort ? soft : hard, it_mw_within(s, target.limit_mw, hour.temperature));
}

/// The battery carries what grid and on-site power do not, and charges from what they leave.
void Engine::settle_battery(Id site) {
  const Site& s = fleet_.sites[site];
  const double hours = static_cast<double>(now_ - battery_since_[site]) / 3600;
  const Hour hour = hour_at(site, battery_since_[site]);
  battery_since_[site] = now_;
  if (s.battery_mw <= 0 || hour.grid_mw <= 0) return;
  const double surplus = hour.grid_mw + s.onsite_mw - facility_mw(s, static_cast<double>(power_.site(site).load_w()) / 1e6, hour.temperature);
  const double flow = std::clamp(surplus, -s.battery_mw, s.battery_mw);
  const double before = battery_mwh_[site];
  battery_mwh_[site] = std::clamp(before + flow * hours, 0.0, s.battery_mwh);
  if (flow < 0) site_totals_[site].battery_mwh += before - battery_mwh_[site];
  if (flow < 0 && battery_mwh_[site] <= 1e-9) note(What::battery_empty, site);
}

void Engine::limits_changed() {
  if (!scenario_.power.on) return;
  for (Id site = 0; site < fleet_.sites.size(); ++site) {
    settle_battery(site);
    std::int64_t hard, soft;
    site_limits(site, hard, soft);
    const std::int64_t binding = soft > 0 && (hard == 0 || soft < hard) ? soft : hard;
    if (binding != power_.site(site).limit_w) {
      note(What::limit_set, site, binding);
      for (const Id pool : sites_pools_[site]) touch(fleet_.pools[pool].partition);
    }
    power_.set_site_limit(site, binding);
    for (Id feed = 0; feed < fleet_.feeds.size(); ++feed) {
      if (fleet_.feeds[feed].site != site) continue;
      double limit = fleet_.feeds[feed].limit_mw;
      for (const LoadTarget& target : scenario_.targets)
        if (std::ranges::find(target.feeds, feed) != target.feeds.end() && target.start <= now_ && now_ < target.end)
          limit = limit > 0 ? std::min(limit, target.limit_mw) : std::max(1e-6, target.limit_mw);
      power_.set_feed_limit(feed, std::llround(limit * 1e6));
    }
    limited_[site] = power_.any_limit(site);
    enforce(site, hard);
    const Site& s = fleet_.sites[site];
    if (s.battery_mw > 0 && battery_mwh_[site] > 1e-9) {
      const Hour hour = hour_at(site, now_);
      const double draw = facility_mw(s, static_cast<double>(power_.site(site).load_w()) / 1e6, hour.temperature) - hour.grid_mw - s.onsite_mw;
      if (hour.grid_mw > 0 && draw > 1e-9) queue_of_events_.push({now_ + 1 + static_cast<Time>(battery_mwh_[site] / draw * 3600), Kind::battery, site});
    }
  }
}

void Engine::set_throttle(Id slot, std::int64_t throttle) {
  Running& run = running_[slot];
  if (run.throttle == throttle) return;
  settle(slot);
  if (throttle == 0) ++counters_.stops, note(What::stopped, run.job, run.slots);
  else if (throttle < run.throttle) ++counters_.throttles, note(What::throttled, run.job, throttle);
  else note(What::released, run.job, throttle);
  run.throttle = throttle;
  load_changed(slot);
  const Id partition = workload_.jobs[run.job].partition;
  const Time left = run.seconds_to_finish(states_[run.job]);
  const Time expected = left == never ? never : now_ + left;
  if (by_end_[partition].erase({run.expected_end, slot}) > 0) by_end_[partition].insert({expected, slot});
  run.expected_end = expected;
  schedule_end(slot);
}

/// The hour is over: energy, money, carbon and water of it, its row in the table, and the next hour's signals.
void Engine::hour() {
  const Time since = hour_since_;
  const double hours = static_cast<double>(now_ - since) / 3600;
  for (Id pool = 0; pool < fleet_.pools.size(); ++pool) settle_pool(pool);
  std::int64_t waiting = 0;
  for (const Queue& queue : queues_) waiting += static_cast<std::int64_t>(queue.size());
  for (Id site = 0; site < fleet_.sites.size() && now_ > since; ++site) {
    IntervalRow row{.start = since, .end = now_, .site = site, .waiting_jobs = waiting};
    PoolUse use;
    for (const Id pool : sites_pools_[site]) use += pool_use_[pool];
    const PoolUse& last = site_use_[site];
    row.idle_slot_s = (use.idle - last.idle) / ms;
    row.down_slot_s = (use.down - last.down) / ms;
    row.held_back_slot_s = (use.held_back - last.held_back) / ms;
    row.installed_slot_s = (use.paid - last.paid) / ms;
    row.running_slot_s = row.installed_slot_s - row.idle_slot_s - row.down_slot_s - row.held_back_slot_s;
    site_use_[site] = use;
    if (scenario_.power.on) account_energy(site, hours, row);
    if (scenario_.record_intervals) tables_.intervals.push_back(row);
  }
  hour_since_ = now_;
  if (scenario_.power.on) limits_changed();
  if (!scenario_.horizon && all_finished()) return;
  queue_of_events_.push({now_ + scenario_.tick_s, Kind::signal, 0});
}

void Engine::account_energy(Id site, double hours, IntervalRow& row) {
  const Site& s = fleet_.sites[site];
  const Hour hour = hour_at(site, row.start);
  SiteTotals& totals = site_totals_[site];
  const std::int64_t energy_j = power_.energy_j(site, now_);
  row.it_mwh = static_cast<double>(energy_j - site_energy_j_[site]) / 3.6e9;
  site_energy_j_[site] = energy_j;
  row.peak_it_mw = static_cast<double>(power_.take_peak_w(site)) / 1e6;
  row.limit_it_mw = static_cast<double>(power_.site(site).limit_w) / 1e6;
  row.temperature_c = hour.temperature;
  row.price_usd_per_mwh = hour.price;
  row.carbon_kg_per_mwh = hour.carbon;
  row.facility_mwh = row.it_mwh * pue(s.cooling, hour.temperature) + s.cooling.fixed_mw * hours;
  row.pue = row.it_mwh > 0 ? row.facility_mwh / row.it_mwh : pue(s.cooling, hour.temperature);
  // On-site generation runs for what the grid does not carry, and for all it can where it is the cheaper.
  const double beyond_grid = hour.grid_mw > 0 ? std::max(0.0, row.facility_mwh - hour.grid_mw * hours) : 0;
  const double onsite = std::min({s.onsite_mw * hours, row.facility_mwh, s.onsite_usd_per_mwh < hour.price ? row.facility_mwh : beyond_grid});
  const double grid = row.facility_mwh - onsite;
  row.energy_usd = grid * hour.price + onsite * s.onsite_usd_per_mwh;
  row.carbon_kg = grid * hour.carbon + onsite * s.onsite_kg_per_mwh;
  totals.it_mwh += row.it_mwh;
  totals.facility_mwh += row.facility_mwh;
  totals.energy_usd += row.energy_usd;
  totals.carbon_kg += row.carbon_kg;
  totals.water_l += row.it_mwh * 1000 * water_l_per_kwh(s.cooling, hour.temperature);
  totals.onsite_mwh += onsite;
  totals.peak_it_mw = std::max(totals.peak_it_mw, row.peak_it_mw);
  totals.peak_facility_mw = std::max(totals.peak_facility_mw, facility_mw(s, row.peak_it_mw, hour.temperature));
  if (row.limit_it_mw > 0) totals.stranded_mwh += std::max(0.0, row.limit_it_mw * hours - row.it_mwh);
  if (limiting_[site] || row.held_back_slot_s > 0) totals.limited_s += now_ - row.start;
}

/// A fault of the grid's supply is ridden through if on-site power and battery together carry the load for the mean outage.
bool Engine::rides_through(Id site, const FailureClass& cause) {
  if (!scenario_.power.on) return false;
  const Site& s = fleet_.sites[site];
  const double load = facility_mw(s, static_cast<double>(power_.site(site).load_w()) / 1e6, hour_at(site, now_).temperature);
  settle_battery(site);
  const double beyond = std::max(0.0, load - s.onsite_mw);
  if (beyond > s.battery_mw || beyond * cause.repair_h > battery_mwh_[site]) return false;
  battery_mwh_[site] -= beyond * cause.repair_h;
  ++counters_.rides_through;
  note(What::battery_on, site, std::llround(beyond * 1e6));
  return true;
}

}  // namespace stargate::operate
