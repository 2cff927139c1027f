#include "operate/result.h"

#include <algorithm>
#include <cmath>

#include "operate/checkpoint.h"

namespace stargate::operate {

double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const double at = share * static_cast<double>(sorted.size() - 1);
  const std::size_t low = static_cast<std::size_t>(at), high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

namespace {

struct Gather {
  WaitStatistics stats;
  std::vector<double> waits;
  double slowdowns = 0, jct = 0, wait_sum = 0;
  std::size_t ended = 0;

  void add(const Job& job, const JobState& state, Time until, bool killed_run, int slots_per_gpu) {
    ++stats.jobs;
    stats.gpu_hours += static_cast<double>(state.kept_slot_ms) / 3.6e6 / slots_per_gpu;
    if (state.first_start < 0) ++stats.unstarted;
    const double wait = static_cast<double>((state.first_start >= 0 ? state.first_start : until) - job.submit);
    waits.push_back(wait);
    wait_sum += wait;
    const double run = static_cast<double>(killed_run ? job.estimate_s : job.run_s);
    slowdowns += std::max(1.0, (wait + run) / std::max(run, 10.0));
    if (state.end < 0) return;
    ++ended;
    jct += static_cast<double>(state.end - job.submit);
  }
  WaitStatistics finish() {
    std::ranges::sort(waits);
    const double n = static_cast<double>(std::max<std::size_t>(1, stats.jobs));
    stats.mean_wait_s = wait_sum / n;
    stats.mean_bounded_slowdown = slowdowns / n;
    stats.mean_jct_s = jct / static_cast<double>(std::max<std::size_t>(1, ended));
    stats.p50_wait_s = quantile(waits, 0.50);
    stats.p95_wait_s = quantile(waits, 0.95);
    stats.p99_wait_s = quantile(waits, 0.99);
    return stats;
  }
};

void add(SiteTotals& sum, const SiteTotals& t) {
  sum.it_mwh += t.it_mwh, sum.facility_mwh += t.facility_mwh, sum.energy_usd += t.energy_usd, sum.carbon_kg += t.carbon_kg;
  sum.water_l += t.water_l, sum.onsite_mwh += t.onsite_mwh, sum.battery_mwh += t.battery_mwh, sum.stranded_mwh += t.stranded_mwh;
  sum.peak_it_mw += t.peak_it_mw, sum.peak_facility_mw += t.peak_facility_mw, sum.limited_s += t.limited_s, sum.over_s += t.over_s;
}

/// Work of jobs that have been submitted and not started at a time.
double waiting_gpu_hours(const Engine& engine, const Fleet& fleet, const Workload& workload, Time at) {
  double sum = 0;
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const Job& job = workload.jobs[j];
    const JobState& state = engine.jobs()[j];
    const bool cannot = !engine.unstartable().empty() && engine.unstartable()[j] != Never::no;
    if (!cannot && job.submit <= at && (state.first_start < 0 || state.first_start > at)) sum += static_cast<double>(job.gpus) * static_cast<double>(job.run_s);
  }
  return sum / 3600 / fleet.slots_per_gpu;
}

Backlog backlog_of(const Engine& engine, const Fleet& fleet, const Workload& workload, const Scenario& scenario) {
  Backlog b;
  const Time from = scenario.measure_from, span = engine.clock() - from;
  if (!scenario.horizon || span <= 0) return b;
  b.gpu_hours_at_third = waiting_gpu_hours(engine, fleet, workload, from + span / 3);
  b.gpu_hours_at_two_thirds = waiting_gpu_hours(engine, fleet, workload, from + span / 3 * 2);
  b.gpu_hours_at_end = waiting_gpu_hours(engine, fleet, workload, engine.clock());
  const double in_a_third = static_cast<double>(engine.paid_slot_ms()) / 3.6e6 / fleet.slots_per_gpu / 3;
  b.grows = b.gpu_hours_at_end - b.gpu_hours_at_two_thirds > 0.01 * in_a_third && b.gpu_hours_at_end > b.gpu_hours_at_third;
  return b;
}

void deliver(Delivery& d, const Ledger& ledger, double pflops_per_slot_ms) {
  for (std::size_t u = 0; u < uses; ++u) d.by_use[u] += static_cast<double>(ledger.spent[u]) * pflops_per_slot_ms;
  d.capacity_pflops += static_cast<double>(ledger.total()) * pflops_per_slot_ms;
}

/// Utilisation, waits and delivery by site. Waits are those of jobs by where they last ran.
void by_site(Result& r, const Engine& engine, const Fleet& fleet, const Workload& workload, const Scenario& scenario) {
  const double measured_ms = std::max(1.0, r.measured_s * ms);
  r.by_site.resize(fleet.sites.size());
  std::vector<Ledger> ledgers(fleet.sites.size());
  for (Id p = 0; p < fleet.pools.size(); ++p) {
    const Pool& pool = fleet.pools[p];
    SiteResult& site = r.by_site[pool.site];
    const double pflops = fleet.types[pool.type].peak_tflops_per_gpu / 1000 * pool.effective_share / fleet.slots_per_gpu / measured_ms;
    deliver(site.delivery, engine.ledger(p), pflops);
    deliver(r.delivery, engine.ledger(p), pflops);
    ledgers[pool.site] += engine.ledger(p);
  }
  std::vector<double> waits(fleet.sites.size(), 0);
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const JobState& state = engine.jobs()[j];
    if (state.pool == none || state.first_start < 0 || workload.jobs[j].submit < scenario.measure_from) continue;
    const Id site = fleet.pools[state.pool].site;
    waits[site] += static_cast<double>(state.first_start - workload.jobs[j].submit);
    ++r.by_site[site].jobs;
  }
  for (Id s = 0; s < fleet.sites.size(); ++s) {
    SiteResult& site = r.by_site[s];
    const double total = static_cast<double>(ledgers[s].total());
    site.site = fleet.sites[s].name;
    site.gpus = total / measured_ms / fleet.slots_per_gpu;
    if (total > 0) site.utilisation = 1 - static_cast<double>(ledgers[s][Use::queue_idle] + ledgers[s][Use::down]) / total;
    if (total > 0) site.goodput = static_cast<double>(ledgers[s][Use::productive]) / total;
    if (site.jobs > 0) site.mean_wait_s = waits[s] / static_cast<double>(site.jobs);
  }
}

}  // namespace

Result summarise(const Engine& engine, const Fleet& fleet, const Workload& workload, const Scenario& scenario) {
  Result r;
  r.end = engine.end();
  r.slots_per_gpu = fleet.slots_per_gpu;
  r.counters = engine.counters();
  r.events = engine.events();
  Gather all;
  std::vector<Gather> tenants(workload.tenants.size() > 1 ? workload.tenants.size() : 0);
  Time last = 0;
  double job_hours = 0;
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const Job& job = workload.jobs[j];
    const JobState& state = engine.jobs()[j];
    if (job.submit > engine.clock()) continue;  // the horizon came first
    const std::int64_t kept = engine.kept_slot_ms(static_cast<Id>(j));
    if (state.pool != none) {
      const Pool& pool = fleet.pools[state.pool];
      const double exaflop = static_cast<double>(kept) / ms / fleet.slots_per_gpu * fleet.types[pool.type].peak_tflops_per_gpu * 1e-6;
      r.exaflop += exaflop;
      r.effective_exaflop += exaflop * pool.effective_share;
    }
    if (job.submit < scenario.measure_from) continue;
    if (!engine.unstartable().empty() && engine.unstartable()[j] != Never::no) {
      ++r.never_start;
      continue;
    }
    all.add(job, state, engine.clock(), state.killed, fleet.slots_per_gpu);
    if (job.tenant < tenants.size()) tenants[job.tenant].add(job, state, engine.clock(), state.killed, fleet.slots_per_gpu);
    if (state.end >= 0) ++r.finished, last = std::max(last, state.end);
    else ++r.unfinished, last = engine.clock();
    if (state.pool != none) {
      if (state.first_start >= 0) job_hours += static_cast<double>((state.end >= 0 ? state.end : engine.clock()) - state.first_start - state.requeued_s) / 3600;
    }
  }
  r.all = all.finish();
  if (workload.tenants.size() == 1) {
    r.tenants = {r.all};
    r.tenants[0].tenant = workload.tenants[0].name;
  }
  for (std::size_t t = 0; t < tenants.size(); ++t) {
    tenants[t].stats.tenant = workload.tenants[t].name;
    r.tenants.push_back(tenants[t].finish());
  }
  r.makespan_s = static_cast<double>(last - std::min(last, scenario.measure_from));
  r.measured_s = static_cast<double>(engine.clock() - scenario.measure_from);
  r.mtti_h = r.counters.job_failures > 0 ? job_hours / static_cast<double>(r.counters.job_failures) : 0;

  // The fleet's own accounts, and the cloud's: committed capacity is paid whether used or not.
  r.ledger = engine.ledger();
  r.paid_slot_ms = engine.paid_slot_ms();
  const double capacity = static_cast<double>(r.paid_slot_ms);
  const double held = static_cast<double>(r.paid_slot_ms - r.ledger[Use::queue_idle] - r.ledger[Use::down]);
  const auto& c = r.counters;
  const std::int64_t committed = std::int64_t{scenario.cloud.committed_gpus} * fleet.slots_per_gpu * (engine.clock() - scenario.measure_from) * ms;
  r.utilisation = capacity > 0 ? held / capacity : 0;
  r.ledger[Use::productive] += c.cloud_productive_slot_ms;
  r.ledger[Use::restart] += c.cloud_slot_ms - c.cloud_productive_slot_ms;
  const std::int64_t unused = std::max<std::int64_t>(0, committed - c.cloud_slot_ms);
  r.ledger[Use::queue_idle] += unused;
  r.paid_slot_ms += c.cloud_slot_ms + unused;
  r.identity_gap_slot_ms = r.ledger.total() - r.paid_slot_ms;
  const double productive = static_cast<double>(r.ledger[Use::productive]);
  r.goodput = r.paid_slot_ms > 0 ? productive / static_cast<double>(r.paid_slot_ms) : 0;
  const double busy = productive + static_cast<double>(r.ledger[Use::lost] + r.ledger[Use::checkpoint] + r.ledger[Use::restart]);
  r.ettr = busy > 0 ? productive / busy : 0;

  r.sites = engine.site_totals();
  for (const SiteTotals& site : r.sites) add(r.energy, site);
  for (Id p = 0; p < fleet.pools.size(); ++p)
    r.gpu_usd += static_cast<double>(engine.paid_slot_ms(p)) / 3.6e6 / fleet.slots_per_gpu * fleet.types[fleet.pools[p].type].usd_per_gpu_hour;
  r.cloud_usd = c.cloud_usd + static_cast<double>(committed) / 3.6e6 / fleet.slots_per_gpu * scenario.cloud.committed_usd_per_gpu_hour;
  r.total_usd = r.gpu_usd + r.cloud_usd + r.energy.energy_usd;
  const double productive_hours = r.gpu_hours(Use::productive);
  r.usd_per_productive_gpu_hour = productive_hours > 0 ? r.total_usd / productive_hours : 0;
  r.goodput_gpu_hours_per_mwh = r.energy.facility_mwh > 0 ? productive_hours / r.energy.facility_mwh : 0;
  Id widest = 0;
  for (const Job& job : workload.jobs) widest = std::max(widest, job.gpus);
  const Checkpointing& cp = scenario.checkpointing;
  if (cp.rule != CheckpointRule::off && cp.gb_per_gpu > 0) {
    const double gpus = static_cast<double>(widest) / fleet.slots_per_gpu;
    r.checkpoint_gb_per_s = checkpoint_bandwidth_gb_per_s(gpus, cp.gb_per_gpu, plan_checkpoints(cp, gpus, 0).write_s);
  }
  by_site(r, engine, fleet, workload, scenario);
  r.backlog = backlog_of(engine, fleet, workload, scenario);
  return r;
}

}  // namespace stargate::operate
