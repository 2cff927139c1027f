#include "operate/engine.h"

#include <algorithm>
#include <cmath>

namespace stargate::operate {

Engine::Engine(const Fleet& fleet, const Workload& workload, const Scenario& scenario)
    : fleet_(fleet), workload_(workload), scenario_(scenario), policy_(make_policy(scenario.policy)), machine_(fleet), power_(fleet), forecast_(machine_) {
  check(fleet);
  const std::size_t partitions = fleet.partitions.size(), pools = fleet.pools.size(), sites = fleet.sites.size();
  pools_of_.resize(partitions);
  sites_pools_.resize(sites);
  std::vector<Id> nodes_per_rack(fleet.types.size(), 0);
  for (Id p = 0; p < pools; ++p) {
    pools_of_[fleet.pools[p].partition].push_back(p);
    sites_pools_[fleet.pools[p].site].push_back(p);
    nodes_per_rack[fleet.pools[p].type] = fleet.pools[p].nodes_per_rack;
  }
  for (const NodeType& type : fleet.types) slot_dynamic_w_.push_back(slot_dynamic_w(type, fleet.slots_per_gpu));
  for (Id t = 0; t < fleet.types.size(); ++t) ceilings_.push_back(speed_ceiling(fleet.types[t], nodes_per_rack[t], scenario.power));
  find_binding_trees();
  has_elastic_ = std::ranges::any_of(workload.jobs, &Job::elastic);
  queues_.resize(partitions);
  by_end_.resize(partitions);
  is_touched_.assign(partitions, false);
  states_.resize(workload.jobs.size());
  tenant_held_.assign(workload.tenants.size(), 0);
  pool_since_.assign(pools, 0);
  pool_held_back_.assign(pools, 0);
  pool_use_.resize(pools);
  site_use_.resize(sites);
  draws_.assign(2 * scenario.failures.size() + 1, 0);
  crews_busy_.assign(sites, 0);
  awaiting_repair_.resize(sites);
  crewed_.assign(fleet.node_count(), 0);
  site_totals_.resize(sites);
  site_energy_j_.assign(sites, 0);
  battery_mwh_.assign(sites, 0);
  battery_since_.assign(sites, 0);
  ramps_.resize(sites);
  limited_.assign(sites, false);
  limiting_.assign(sites, false);
}

void Engine::begin() {
  begun_ = true;
  for (Id j = 0; j < states_.size(); ++j) {
    const Job& job = workload_.jobs[j];
    std::int64_t run = job.run_s;
    if (scenario_.kill_at_estimate && job.estimate_s >= 0 && run > job.estimate_s) {
      run = job.estimate_s;
      states_[j].killed = true;
      ++counters_.killed;
    }
    states_[j].remaining_ms = run * ms;
    if (job.deadline != never) ++counters_.with_deadline;
  }
  begin_power();
  for (Id b = 0; b < fleet_.blocks.size(); ++b) {
    const Block& block = fleet_.blocks[b];
    if (block.installed <= 0) install(b);
    else queue_of_events_.push({block.installed, Kind::installed, b});
    if (block.removed != never) queue_of_events_.push({block.removed, Kind::removed, b});
  }
  for (Id c = 0; c < scenario_.failures.size(); ++c) schedule_failure(c);
}

bool Engine::run(const std::function<bool(const Engine&)>& go_on) {
  if (done_) return true;
  if (!begun_) begin();
  const auto& jobs = workload_.jobs;
  const Time end = scenario_.horizon.value_or(never);
  for (std::uint64_t instants = 0;; ++instants) {
    if (!scenario_.horizon && all_finished()) break;
    if (go_on && instants % 256 == 255 && !go_on(*this)) return false;
    Time next = next_job_ < jobs.size() ? jobs[next_job_].submit : never;
    if (!queue_of_events_.empty()) next = std::min(next, queue_of_events_.top().time);
    if (next >= end || next == never) break;
    now_ = next;
    while (!queue_of_events_.empty() && queue_of_events_.top().time == now_) {
      ++events_;
      handle(queue_of_events_.pop());
    }
    for (; next_job_ < jobs.size() && jobs[next_job_].submit == now_; ++next_job_) {
      ++events_;
      arrive(static_cast<Id>(next_job_));
    }
    passes();
  }
  if (scenario_.horizon) now_ = *scenario_.horizon;
  finish();
  return true;
}

void Engine::handle(const Event& event) {
  switch (event.kind) {
    case Kind::job_end:
      if (running_[event.id].generation == event.stamp) end_job(event.id);
      break;
    case Kind::phase_end:
      if (running_[event.id].generation == event.stamp) load_changed(event.id);
      break;
    case Kind::repaired: repaired(event.id); break;
    case Kind::installed: install(event.id); break;
    case Kind::removed: remove(event.id); break;
    case Kind::signal: hour(); break;
    case Kind::limit:
    case Kind::battery: limits_changed(); break;
    case Kind::failure: fail(event.id); break;
    case Kind::detected: detected(event.id, event.stamp); break;
    case Kind::cloud: to_cloud(event.id); break;
    case Kind::cloud_end: leave_cloud(event.id); break;
    case Kind::retry:
      for (Id p = 0; p < queues_.size(); ++p)
        if (!queues_[p].empty()) touch(p);
      break;
  }
}

void Engine::arrive(Id job) {
  enqueue(job);
  consider_cloud(job);
}

void Engine::touch(Id partition) {
  if (is_touched_[partition]) return;
  is_touched_[partition] = true;
  touched_.push_back(partition);
}

void Engine::passes() {
  if (touched_.empty()) return;
  std::ranges::sort(touched_);
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    desk_partition_ = touched_[i];
    is_touched_[desk_partition_] = false;
    if (scenario_.power.on)
      for (const Id pool : pools_of_[desk_partition_])
        if (pool_held_back_[pool] > 0) {
          settle_pool(pool);
          pool_held_back_[pool] = 0;
        }
    if (!queues_[desk_partition_].empty()) policy_->pass(*this);
    if (has_elastic_ && queues_[desk_partition_].empty()) grow_elastic(desk_partition_);
  }
  touched_.clear();
}

/// Settles everything up to the clock; jobs that still run keep their unsaved work as productive.
void Engine::finish() {
  for (Id slot = 0; slot < running_.size(); ++slot)
    if (running_[slot].job != none) settle(slot);
  for (Id pool = 0; pool < fleet_.pools.size(); ++pool) settle_pool(pool);
  if (scenario_.power.on || scenario_.record_intervals) hour();
  done_ = true;
  if (ledger_.total() != paid_slot_ms()) throw std::logic_error("the accounts do not add up to the paid GPU time");
}

std::int64_t Engine::paid_slot_ms() const {
  std::int64_t sum = 0;
  for (const PoolUse& use : pool_use_) sum += use.paid;
  return sum;
}

void Engine::note(What what, Id subject, std::int64_t amount) {
  if (scenario_.record_events) tables_.events.push_back({now_, what, subject, amount});
}

double Engine::share_done() const {
  if (scenario_.horizon) return static_cast<double>(now_) / static_cast<double>(std::max<Time>(1, *scenario_.horizon));
  return states_.empty() ? 1 : static_cast<double>(finished_) / static_cast<double>(states_.size());
}

template <class Archive>
void Engine::archive(Archive& a) {
  a(now_, begun_, done_, next_job_, finished_, events_, queue_of_events_, queues_, states_, running_, idle_slots_, by_end_, tenant_held_, machine_, ledger_,
    pool_since_, pool_held_back_, pool_use_, site_use_, draws_, crews_busy_, awaiting_repair_, crewed_, corruptions_, corrupt_diagnose_s_, failures_seen_, power_, site_totals_, site_energy_j_, battery_mwh_,
    battery_since_, ramps_, limited_, limiting_, hour_since_, counters_, tables_, cloud_held_, cloud_waiting_);
}

std::string Engine::save() {
  StateWriter writer;
  archive(writer);
  return writer.bytes();
}

void Engine::load(std::string_view bytes) {
  StateReader reader(bytes);
  archive(reader);
  if (!reader.at_end()) throw std::runtime_error("the saved state is longer than this run's");
}

}  // namespace stargate::operate
