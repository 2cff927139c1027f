#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "operate/ledger.h"
#include "operate/types.h"

namespace stargate::operate {

/// What the event table can say.
enum class What : std::uint16_t {
  started, ended, killed, requeued, preempted, resized, failed, node_down, node_up, corrupted, corruption_found, installed, removed,
  limit_set, throttled, stopped, released, breach, battery_on, battery_empty, to_cloud, cloud_done, outage,
  replaced, refused, draining, outage_over, repair_failed,
};
std::string_view name_of(What what);

/// A row of the event table. `subject` is a job, node, block, site or class, by `what`; `amount` is GPUs' slots, watts or
/// thousandths of speed, by `what`; `nodes` is the job's list of nodes from then on, where that changed.
struct EventRow {
  Time time;
  What what;
  Id subject;
  std::int64_t amount;
  Id nodes;
};

/// A row of the interval table: one site, one hour of the calendar (or part of it, or several in which nothing happened). GPU time is by what the GPUs were doing then: what a
/// failure later made worthless still counts as running here.
struct IntervalRow {
  Time start = 0, end = 0;
  Id site = 0;
  std::int64_t running_slot_s = 0, idle_slot_s = 0, down_slot_s = 0, held_back_slot_s = 0, installed_slot_s = 0;
  double it_mwh = 0, facility_mwh = 0, peak_it_mw = 0, limit_it_mw = unlimited;
  double price_usd_per_mwh = 0, carbon_kg_per_mwh = 0, temperature_c = 0, pue = 1;
  double energy_usd = 0, carbon_kg = 0;
  std::int64_t waiting_jobs = 0;       ///< in all queues
};

struct Tables {
  std::vector<EventRow> events;
  std::vector<IntervalRow> intervals;
  std::vector<std::string> node_lists;
  template <class Archive>
  void archive(Archive& a) {
    a(events, intervals, node_lists);
  }
};

/// Sums over the run.
struct Counters {
  std::int64_t failures = 0, job_failures = 0, node_failures = 0, repairs = 0, substitutions = 0, requeues = 0, preemptions = 0;
  std::int64_t resizes = 0, killed = 0, silent = 0, silent_missed = 0, outages = 0, rides_through = 0;
  std::int64_t stops = 0, throttles = 0, breaches = 0, power_waits = 0, cloud_jobs = 0;
  std::int64_t late = 0, with_deadline = 0;
  std::int64_t cloud_slot_ms = 0, cloud_productive_slot_ms = 0;
  double cloud_usd = 0;
  std::array<std::int64_t, 5> never{};  ///< jobs that can never start, by why
  std::int64_t failed_repairs = 0;
};

/// Energy and what it costs, by site.
struct SiteTotals {
  double it_mwh = 0, facility_mwh = 0, energy_usd = 0, carbon_kg = 0, water_l = 0;
  double onsite_mwh = 0, battery_mwh = 0, stranded_mwh = 0;
  double peak_it_mw = 0, peak_facility_mw = 0;
  std::int64_t limited_s = 0;          ///< time during which jobs were held back by a limit
  std::int64_t over_s = 0;             ///< time during which some branch drew more than its limit
};

}  // namespace stargate::operate
