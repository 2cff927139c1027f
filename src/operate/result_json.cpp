#include <nlohmann/json.hpp>

#include "operate/output.h"

namespace stargate::operate {

using Json = nlohmann::ordered_json;

namespace {

Json waits_json(const WaitStatistics& w) {
  return {{"jobs", w.jobs},
          {"unstarted", w.unstarted},
          {"mean_wait_s", w.mean_wait_s},
          {"p50_wait_s", w.p50_wait_s},
          {"p95_wait_s", w.p95_wait_s},
          {"p99_wait_s", w.p99_wait_s},
          {"mean_bounded_slowdown", w.mean_bounded_slowdown},
          {"mean_jct_s", w.mean_jct_s},
          {"productive_gpu_hours", w.gpu_hours}};
}

Json energy_json(const SiteTotals& t) {
  return {{"it_mwh", t.it_mwh},
          {"facility_mwh", t.facility_mwh},
          {"pue", t.it_mwh > 0 ? t.facility_mwh / t.it_mwh : 0},
          {"peak_it_mw", t.peak_it_mw},
          {"peak_facility_mw", t.peak_facility_mw},
          {"energy_usd", t.energy_usd},
          {"carbon_t", t.carbon_kg / 1000},
          {"water_m3", t.water_l / 1000},
          {"onsite_mwh", t.onsite_mwh},
          {"battery_mwh", t.battery_mwh},
          {"stranded_mwh", t.stranded_mwh},
          {"curtailed_hours", static_cast<double>(t.limited_s) / 3600},
          {"hours_over_limit", static_cast<double>(t.over_s) / 3600}};
}

}  // namespace

std::string result_json(const Result& r, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts) {
  Json j{{"policy", scenario.policy}, {"seed", scenario.seed}};
  j.update(waits_json(r.all));
  j["ended"] = name_of(r.end);
  j["finished"] = r.finished;
  j["unfinished"] = r.unfinished;
  j["never_start"] = r.never_start;
  j["makespan_s"] = r.makespan_s;
  j["utilisation"] = r.utilisation;
  j["events"] = r.events;
  j["simulate_seconds"] = facts.seconds;
  j["events_per_second"] = facts.seconds > 0 ? static_cast<double>(r.events) / facts.seconds : 0;
  j["jobs_per_second"] = facts.seconds > 0 ? static_cast<double>(r.all.jobs) / facts.seconds : 0;
  j["gpus"] = fleet.gpus();
  j["nodes"] = fleet.node_count();
  j["goodput"] = r.goodput;
  j["ettr"] = r.ettr;
  j["mtti_h"] = r.mtti_h;
  Json hours;
  for (std::size_t u = 0; u < uses; ++u) hours[std::string(use_names[u])] = r.gpu_hours(static_cast<Use>(u));
  hours["paid"] = r.paid_gpu_hours();
  j["gpu_hours"] = hours;
  Json exact;
  for (std::size_t u = 0; u < uses; ++u) exact[std::string(use_names[u])] = r.ledger.spent[u];
  exact["paid"] = r.paid_slot_ms;
  exact["gap"] = r.identity_gap_slot_ms;
  j["accounts_slot_ms"] = exact;
  j["slots_per_gpu"] = r.slots_per_gpu;
  j["delivered_exaflop"] = r.exaflop;
  j["usd"] = {{"gpus", r.gpu_usd}, {"energy", r.energy.energy_usd}, {"cloud", r.cloud_usd}, {"total", r.total_usd},
              {"per_productive_gpu_hour", r.usd_per_productive_gpu_hour}};
  j["power"] = energy_json(r.energy);
  j["power"]["productive_gpu_hours_per_mwh"] = r.goodput_gpu_hours_per_mwh;
  for (Id s = 0; s < r.sites.size(); ++s) j["sites"][fleet.sites[s].name] = energy_json(r.sites[s]);
  for (const WaitStatistics& t : r.tenants) j["tenants"][t.tenant] = waits_json(t);
  const Counters& c = r.counters;
  for (std::size_t why = 1; why < never_kinds; ++why)
    if (c.never[why] > 0) j["never_start_because"][std::string(name_of(static_cast<Never>(why)))] = c.never[why];
  j["counts"] = {{"killed_at_estimate", c.killed}, {"failures", c.failures}, {"job_failures", c.job_failures}, {"node_failures", c.node_failures},
                 {"repairs", c.repairs}, {"failed_repairs", c.failed_repairs}, {"substitutions", c.substitutions}, {"requeues", c.requeues}, {"preemptions", c.preemptions},
                 {"resizes", c.resizes}, {"silent_corruptions", c.silent}, {"silent_undetected", c.silent_missed}, {"outages", c.outages},
                 {"outages_ridden_through", c.rides_through}, {"stops_for_power", c.stops}, {"throttles", c.throttles}, {"breaches", c.breaches},
                 {"starts_held_for_power", c.power_waits}, {"cloud_jobs", c.cloud_jobs}, {"late", c.late}, {"with_deadline", c.with_deadline}};
  if (facts.promised_pflops > 0) j["promised_effective_pflops"] = facts.promised_pflops;
  j["delivered_effective_pflops"] = r.delivery.delivered_pflops();
  for (const auto& [name, pflops] : promise_steps(r, facts.promised_pflops)) j["promise_to_delivery_pflops"][name] = pflops;
  for (const SiteResult& site : r.by_site) {
    auto& s = j["sites"][site.site];
    s["gpus"] = site.gpus, s["utilisation"] = site.utilisation, s["goodput"] = site.goodput, s["jobs"] = site.jobs, s["mean_wait_s"] = site.mean_wait_s;
    s["effective_pflops"] = site.delivery.delivered_pflops(), s["capacity_pflops"] = site.delivery.capacity_pflops;
  }
  j["queue_grows"] = r.backlog.grows;
  j["waiting_gpu_hours_at_end"] = r.backlog.gpu_hours_at_end;
  j["assumptions"] = facts.assumptions;
  j["notes"] = facts.notes;
  j["checkpoint_storage_gb_per_s"] = r.checkpoint_gb_per_s;
  j["trace"] = {{"records", facts.trace.records}, {"skipped", facts.trace.skipped.size()}, {"changed", facts.trace.changed.size()},
                {"bad", facts.trace.count(Left::bad)}, {"outside", facts.trace.count(Left::outside)}, {"no_gpu", facts.trace.count(Left::no_gpu)},
                {"never_ran", facts.trace.count(Left::never_ran)}};
  return j.dump(2) + "\n";
}

}  // namespace stargate::operate
