#include "operate/engine.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <utility>

#include "base/diagnostics.h"
#include "base/random.h"

namespace stargate::operate {

namespace {
/// The latest time to which whole slot-milliseconds of everything ever installed fit into the ledger.
Time latest_instant(const Fleet& fleet) {
  std::int64_t slots = 1;
  for (Id p = 0; p < fleet.pools.size(); ++p) slots += std::int64_t{fleet.pools[p].nodes} * fleet.slots_per_node(p);
  return std::numeric_limits<std::int64_t>::max() / ms / slots;
}

constexpr std::size_t most_interval_rows = 20'000'000;
constexpr Time hour_s = 3600;
}  // namespace

std::string_view name_of(End end) {
  switch (end) {
    case End::open: return "not ended";
    case End::all_done: return "all jobs done";
    case End::horizon: return "end of the time simulated";
    case End::stuck: return "nothing to come can help the jobs that are left";
  }
  return "";
}

Engine::Engine(const Fleet& fleet, const Workload& workload, const Scenario& scenario)
    : fleet_(fleet), workload_(workload), scenario_(scenario), policy_(make_policy(scenario.policy)), machine_(fleet),
      repairs_(fleet), power_(fleet, scenario), forecast_(machine_) {
  check(fleet);
  const std::size_t partitions = fleet.partitions.size(), pools = fleet.pools.size(), sites = fleet.sites.size();
  pools_of_.resize(partitions);
  sites_pools_.resize(sites);
  sites_partitions_.resize(sites);
  std::vector<Id> nodes_per_rack(fleet.types.size(), 0);
  for (Id p = 0; p < pools; ++p) {
    const Pool& pool = fleet.pools[p];
    pools_of_[pool.partition].push_back(p);
    sites_pools_[pool.site].push_back(p);
    auto& partitions_here = sites_partitions_[pool.site];
    if (std::ranges::find(partitions_here, pool.partition) == partitions_here.end()) partitions_here.push_back(pool.partition);
    nodes_per_rack[pool.type] = pool.nodes_per_rack;
  }
  for (Id t = 0; t < fleet.types.size(); ++t) {
    ceilings_.push_back(speed_ceiling(fleet.types[t], nodes_per_rack[t], scenario.power));
    const double clock = static_cast<double>(ceilings_.back()) / whole;
    slot_dynamic_w_.push_back(slot_dynamic_w(fleet.types[t], fleet.slots_per_gpu) * std::pow(clock, scenario.power.exponent));
  }
  for (Id p = 0; p < partitions; ++p)
    rates_.push_back(pools_of_[p].empty() ? FailureRates{} : failure_rates(scenario.failures, fleet, pools_of_[p].front()));
  find_binding_trees();
  never_ = never_starting(fleet, workload, scenario);
  for (std::size_t j = 0; j < never_.size(); ++j) {
    if (never_[j] == Never::no) continue;
    if (cloud_could_take(workload.jobs[j])) never_[j] = Never::no;
    else ++never_count_, ++counters_.never[static_cast<std::size_t>(never_[j])];
  }
  if (scenario.bad_nodes.share > 0 && scenario.bad_nodes.factor > 1)
    for (Id node = 0; node < fleet.node_count(); ++node)
      if (Random(scenario.seed, std::uint64_t{1} << 63 | node).uniform() < scenario.bad_nodes.share) bad_nodes_.push_back(node);
  phase_ = ((workload.unix_start % hour_s) + hour_s) % hour_s;
  latest_ = latest_instant(fleet);
  for (const FailureClass& f : scenario.failures) patience_ = std::max(patience_, static_cast<Time>(f.repair_h * 3600 * 50));
  patience_ = std::max<Time>(patience_, 90 * 86400);
  has_elastic_ = std::ranges::any_of(workload.jobs, &Job::elastic);
  plans_.assign(partitions * 64, {none, {}});
  queues_.resize(partitions);
  by_end_.resize(partitions);
  is_touched_.assign(partitions, false);
  states_.resize(workload.jobs.size());
  tenant_held_.assign(workload.tenants.size(), 0);
  ledgers_.resize(pools);
  if (policy_->looks_ahead() && !policy_->preempts()) promises_.assign(workload.jobs.size(), never);
  pool_since_.assign(pools, 0);
  pool_held_back_.assign(pools, 0);
  pool_use_.resize(pools);
  site_use_.resize(sites);
  draws_.assign(4 * scenario.failures.size() + 1, 0);
  limiting_.assign(sites, false);
  limiting_since_.assign(sites, 0);
  limited_s_.assign(sites, 0);
  is_flagged_.assign(sites, false);
  power_refused_.assign(sites, false);
  for (const Outage& o : scenario.outages) outage_nodes_.push_back(nodes_of(fleet, o.extent, o.pool, o.unit));
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
  for (Id o = 0; o < scenario_.outages.size(); ++o) {
    const Outage& out = scenario_.outages[o];
    if (out.planned && out.drain_s > 0) queue_of_events_.push({std::max<Time>(0, out.at - out.drain_s), Kind::outage, o, 0});
    queue_of_events_.push({std::max<Time>(0, out.at), Kind::outage, o, 1});
    queue_of_events_.push({std::max<Time>(0, out.until), Kind::outage, o, 2});
  }
  if (scenario_.measure_from > 0) queue_of_events_.push({scenario_.measure_from, Kind::measure, 0});
  for (Id c = 0; c < scenario_.failures.size(); ++c) {
    schedule_failure(c, false);
    if (!bad_nodes_.empty()) schedule_failure(c, true);
  }
  hold_limits();
}

bool Engine::run(const std::function<bool(const Engine&)>& go_on) {
  if (done()) return true;
  if (!begun_) begin();
  const auto& jobs = workload_.jobs;
  const Time until = scenario_.horizon.value_or(never);
  End end = End::all_done;
  for (std::uint64_t instants = 0;; ++instants) {
    if (!scenario_.horizon && all_finished()) break;
    if (go_on && instants % 256 == 255 && !go_on(*this)) return false;
    Time next = next_job_ < jobs.size() ? jobs[next_job_].submit : never;
    if (!queue_of_events_.empty()) next = std::min(next, queue_of_events_.top().time);
    if (next >= until) {
      end = End::horizon;
      break;
    }
    if (next == never) {
      end = End::stuck;
      break;
    }
    if (next > latest_)
      throw InputError({"operate", 0, 0}, "the run goes on beyond second " + std::to_string(latest_) + ", more GPU time than the accounts hold exactly",
                       "give the time to simulate (--days), or look for a run time in the trace that is not meant");
    now_ = next;
    while (!queue_of_events_.empty() && queue_of_events_.top().time == now_) {
      ++events_;
      handle(queue_of_events_.pop());
    }
    for (; next_job_ < jobs.size() && jobs[next_job_].submit == now_; ++next_job_) {
      ++events_;
      arrive(static_cast<Id>(next_job_));
    }
    hold_limits();
    // A start may need others to slow down, and what that changes may let others start: soon there is nothing left to do.
    for (int round = 0; round < 8 && !(touched_.empty() && flagged_.empty()); ++round) {
      passes();
      hold_limits();
    }
    if (stuck()) {
      end = End::stuck;
      break;
    }
  }
  if (scenario_.horizon) {
    now_ = *scenario_.horizon;
    if (all_finished()) end = End::all_done;
  }
  if (now_ > latest_) throw InputError({"operate", 0, 0}, "the time to simulate holds more GPU time than the accounts hold exactly", "give fewer days");
  finish();
  end_ = end;
  return true;
}

/// Without a horizon a run must not go on for ever. It ends once nothing is to come but hours and failures, and neither the hours nor
/// a battery can change what those that are left wait for; or once nothing has moved for much longer than repairs take, though nodes
/// fail and are repaired all the time.
bool Engine::stuck() {
  if (scenario_.horizon || next_job_ < workload_.jobs.size() || all_finished() || now_ < power_.constant_from()) return false;
  const auto& q = queue_of_events_;
  const std::size_t idle_events = q.count(Kind::signal) + q.count(Kind::failure);
  if (q.size() != idle_events) {
    if (now_ - last_move_ <= patience_ || q.size() != idle_events + q.count(Kind::repaired)) return false;
    if (std::ranges::any_of(running_, [](const Running& run) { return run.job != none && run.throttle > 0; })) {
      last_move_ = now_;
      return false;
    }
  }
  if (scenario_.power.on)
    for (Id site = 0; site < fleet_.sites.size(); ++site)
      if (power_.battery_moves(site, now_)) return false;
  return true;
}

void Engine::handle(const Event& event) {
  switch (event.kind) {
    case Kind::measure: begin_measuring(); break;
    case Kind::job_end:
      if (running_[event.id].generation == event.stamp) end_job(event.id);
      break;
    case Kind::phase_end:
      if (running_[event.id].generation == event.stamp) load_changed(event.id);
      break;
    case Kind::repaired: repaired(event.id); break;
    case Kind::installed: install(event.id); break;
    case Kind::removed: remove(event.id); break;
    case Kind::signal:
      hour();
      schedule_hour();
      break;
    case Kind::limit: flag_all_power(); break;
    case Kind::battery: flag_power(event.id); break;
    case Kind::failure: fail(event.id, event.stamp != 0); break;
    case Kind::detected: detected(event.id, event.stamp); break;
    case Kind::cloud: to_cloud(event.id); break;
    case Kind::cloud_end: leave_cloud(event.id); break;
    case Kind::outage: outage(event.id, event.stamp); break;
    case Kind::retry:
      for (Id p = 0; p < queues_.size(); ++p)
        if (!queues_[p].empty()) touch(p);
      break;
  }
}

void Engine::arrive(Id job) {
  if (!never_.empty() && never_[job] != Never::no) return note(What::refused, job, static_cast<std::int64_t>(never_[job]));
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
    power_reserved_ = {};
    if (!queues_[desk_partition_].empty()) policy_->pass(*this);
    if (has_elastic_ && queues_[desk_partition_].empty()) grow_elastic(desk_partition_);
  }
  touched_.clear();
}

/// The hour is over: energy, money, carbon and water of it, its row in the table, and the next hour's signals.
void Engine::hour() {
  const Time since = hour_since_;
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
    if (scenario_.power.on) {
      set_limiting(site, limiting_[site]);  // settles the time
      power_.account(site, row, row.held_back_slot_s > 0 ? now_ - since : std::exchange(limited_s_[site], 0));
      limited_s_[site] = 0;
    }
    if (!scenario_.record_intervals) continue;
    if (tables_.intervals.size() >= most_interval_rows)
      throw InputError({"-o", 0, 0}, std::format("the table of intervals would have more than {} rows", most_interval_rows), "give fewer days");
    tables_.intervals.push_back(row);
  }
  hour_since_ = now_;
  if (scenario_.power.on) flag_all_power();
}

/// Hours are the calendar's. Where nothing waits or runs and no signal changes until the next event, one row covers them all.
void Engine::schedule_hour() {
  if (!scenario_.horizon && all_finished()) return;
  const auto hour_of = [&](Time time) { return (time + phase_) / hour_s * hour_s - phase_; };
  Time next = hour_of(now_) + hour_s;
  const bool idle = idle_slots_.size() == running_.size() && std::ranges::all_of(queues_, [](const Queue& q) { return q.empty(); });
  if (idle && now_ >= power_.constant_from()) {
    Time coming = next_job_ < workload_.jobs.size() ? workload_.jobs[next_job_].submit : never;
    if (!queue_of_events_.empty()) coming = std::min(coming, queue_of_events_.top().time);
    bool steady = true;
    for (Id site = 0; site < fleet_.sites.size(); ++site) steady &= !power_.battery_moves(site, now_);
    if (steady && coming != never) next = std::max(next, hour_of(std::min(coming, scenario_.horizon.value_or(coming))));
  }
  queue_of_events_.push({next, Kind::signal, 0});
}

/// The warm-up is over: accounts, counts and peaks begin anew.
void Engine::begin_measuring() {
  for (Id slot = 0; slot < running_.size(); ++slot)
    if (running_[slot].job != none) settle(slot);
  hour();
  const Ledger sum = ledger();
  learned_ms_ += sum[Use::productive] + sum[Use::lost] + sum[Use::checkpoint] + sum[Use::restart];
  for (const JobState& state : states_) kept_before_.push_back(state.kept_slot_ms);
  ledgers_.assign(ledgers_.size(), {});
  pool_use_.assign(pool_use_.size(), {});
  site_use_.assign(site_use_.size(), {});
  const auto never_counts = counters_.never;
  counters_ = {};
  counters_.never = never_counts;
  for (std::size_t j = next_job_; j < states_.size(); ++j) {
    counters_.killed += states_[j].killed;
    counters_.with_deadline += workload_.jobs[j].deadline != never;
  }
  power_.begin_measuring(now_);
  tables_.intervals.clear();
}

/// Settles everything up to the clock; jobs that still run keep their unsaved work as productive.
void Engine::finish() {
  for (Id slot = 0; slot < running_.size(); ++slot)
    if (running_[slot].job != none) settle(slot);
  for (Id pool = 0; pool < fleet_.pools.size(); ++pool) settle_pool(pool);
  if (scenario_.power.on || scenario_.record_intervals) hour();
  if (ledger().total() != paid_slot_ms()) throw std::logic_error("the accounts do not add up to the paid GPU time");
}

std::int64_t Engine::paid_slot_ms() const {
  std::int64_t sum = 0;
  for (const PoolUse& use : pool_use_) sum += use.paid;
  return sum;
}

void Engine::note(What what, Id subject, std::int64_t amount) {
  if (scenario_.record_events) tables_.events.push_back({now_, what, subject, amount, none});
}

/// The job's nodes as they now are, with the event.
void Engine::note_placed(What what, Id slot) {
  if (!scenario_.record_events) return;
  const Running& run = running_[slot];
  const Id list = static_cast<Id>(tables_.node_lists.size());
  tables_.node_lists.push_back(machine_.node_text(run.grant));
  tables_.events.push_back({now_, what, run.job, run.slots, list});
  states_[run.job].nodes = list;
}

double Engine::share_done() const {
  if (scenario_.horizon) return static_cast<double>(now_) / static_cast<double>(std::max<Time>(1, *scenario_.horizon));
  return states_.empty() ? 1 : static_cast<double>(finished_ + never_count_) / static_cast<double>(states_.size());
}

template <class Archive>
void Engine::archive(Archive& a) {
  a(now_, last_move_, begun_, end_, next_job_, finished_, events_, queue_of_events_, queues_, states_, running_, idle_slots_, by_end_, tenant_held_, machine_,
    ledgers_, kept_before_, learned_ms_, promises_, pool_since_, pool_held_back_, pool_use_, site_use_, draws_, repairs_, corruptions_, corrupt_diagnose_s_, failures_seen_, power_,
    hour_since_, power_refused_, limiting_, limiting_since_, limited_s_, counters_, tables_, cloud_held_, cloud_waiting_);
}

std::string Engine::save() {
  ArchiveWriter writer;
  archive(writer);
  return writer.bytes();
}

void Engine::load(std::string_view bytes, const std::filesystem::path& file) {
  ArchiveReader reader(bytes, file);
  archive(reader);
  if (!reader.at_end()) reader.damaged("more stands in it than was saved");
  if (states_.size() != workload_.jobs.size() || is_touched_.size() != queues_.size()) reader.damaged("it is of another run");
}

}  // namespace stargate::operate
