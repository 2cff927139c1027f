#pragma once
#include <array>
#include <string>
#include <vector>

#include "operate/engine.h"

namespace stargate::operate {

/// Waits and slowdowns of a set of jobs. Bounded slowdown: max(1, (wait + run) / max(run, 10 s)), run as it would be
/// undisturbed (Feitelson 2001).
struct WaitStatistics {
  std::string tenant;
  std::size_t jobs = 0, unstarted = 0;
  double mean_wait_s = 0, p50_wait_s = 0, p95_wait_s = 0, p99_wait_s = 0;
  double mean_bounded_slowdown = 0, mean_jct_s = 0;
  double gpu_hours = 0;                ///< productive
};

/// GPU time as effective PFLOP/s, a mean over the time measured: what stood there would give at the pools' effective share of the
/// peak if all of it were productive, and where that went.
struct Delivery {
  double capacity_pflops = 0;
  std::array<double, uses> by_use{};
  double delivered_pflops() const { return by_use[static_cast<std::size_t>(Use::productive)]; }
};

/// A site's part of the run.
struct SiteResult {
  std::string site;
  double gpus = 0;                     ///< installed, mean
  double utilisation = 0, goodput = 0;
  std::size_t jobs = 0;                ///< that last ran there
  double mean_wait_s = 0;
  Delivery delivery;
};

/// The work that waits at a time, and whether the queue grows: it does if in the last third of the time measured the work waiting rises
/// by more than a hundredth of what the fleet can do in that third.
struct Backlog {
  double gpu_hours_at_third = 0, gpu_hours_at_two_thirds = 0, gpu_hours_at_end = 0;
  bool grows = false;
};

/// What a run amounts to. GPU-hours by use add up to `paid_gpu_hours`; `identity_gap_slot_ms` says so in whole numbers.
struct Result {
  WaitStatistics all;
  std::vector<WaitStatistics> tenants;
  std::size_t finished = 0, unfinished = 0;  ///< of those that could start
  End end = End::open;
  std::size_t never_start = 0;
  double makespan_s = 0, utilisation = 0;
  Ledger ledger;                       ///< slot-ms, cloud included
  std::int64_t paid_slot_ms = 0, identity_gap_slot_ms = 0;
  int slots_per_gpu = 1;
  double goodput = 0;                  ///< productive over paid
  double ettr = 0;                     ///< productive over all the time that jobs held GPUs, curtailed time apart
  double exaflop = 0;                  ///< delivered at peak rate: productive time x peak FLOP/s, 10^18
  double effective_exaflop = 0;        ///< the same at the pools' effective share of the peak
  double measured_s = 0;               ///< warm-up apart
  Delivery delivery;
  std::vector<SiteResult> by_site;
  Backlog backlog;
  SiteTotals energy;                   ///< all sites
  std::vector<SiteTotals> sites;
  double gpu_usd = 0, cloud_usd = 0, total_usd = 0;
  double usd_per_productive_gpu_hour = 0, goodput_gpu_hours_per_mwh = 0;
  double checkpoint_gb_per_s = 0;      ///< storage must take this for the widest job's checkpoint
  double mtti_h = 0;                   ///< job hours between interruptions
  Counters counters;
  std::uint64_t events = 0;

  double gpu_hours(Use use) const { return static_cast<double>(ledger[use]) / 3.6e6 / slots_per_gpu; }
  double paid_gpu_hours() const { return static_cast<double>(paid_slot_ms) / 3.6e6 / slots_per_gpu; }
};

/// Of a finished run. O(jobs log jobs).
Result summarise(const Engine& engine, const Fleet& fleet, const Workload& workload, const Scenario& scenario);

/// The value below which `share` of the sorted values lie, linearly between neighbours; 0 for none.
double quantile(const std::vector<double>& sorted, double share);

}  // namespace stargate::operate
