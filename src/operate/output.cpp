#include "operate/output.h"

#include "base/csv.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/text_table.h"

namespace stargate::operate {

std::vector<std::pair<std::string, double>> promise_steps(const Result& r, double promised_pflops) {
  std::vector<std::pair<std::string, double>> steps;
  if (promised_pflops > 0) {
    steps.emplace_back("promised by the plan", promised_pflops);
    steps.emplace_back("installed more or less", r.delivery.capacity_pflops - promised_pflops);
  } else {
    steps.emplace_back("installed", r.delivery.capacity_pflops);
  }
  for (const Use use : {Use::down, Use::queue_idle, Use::curtailed, Use::restart, Use::checkpoint, Use::lost})
    steps.emplace_back(std::string(use_names[static_cast<std::size_t>(use)]), -r.delivery.by_use[static_cast<std::size_t>(use)]);
  steps.emplace_back("delivered", r.delivery.delivered_pflops());
  return steps;
}

std::string result_text(const Result& r, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts) {
  std::string text;
  const auto line = [&](std::string_view label, const std::string& value) { text += std::format("{:<34}{}\n", label, value); };
  text += std::format("{}: {} jobs on {} nodes with {} GPUs, policy {}\n\n", facts.title, grouped(static_cast<double>(r.all.jobs)),
                      grouped(fleet.node_count()), grouped(static_cast<double>(fleet.gpus())), scenario.policy);
  for (const std::string& assumption : facts.assumptions) text += "- " + assumption + "\n";
  if (!facts.assumptions.empty()) text += "\n";
  TextTable waits({"tenant", "jobs", "mean wait s", "P50", "P95", "P99", "bounded slowdown", "mean JCT s", "GPU-hours"});
  const auto row = [&](const std::string& name, const WaitStatistics& w) {
    waits.row({name, grouped(static_cast<double>(w.jobs)), grouped(w.mean_wait_s, 2), grouped(w.p50_wait_s), grouped(w.p95_wait_s), grouped(w.p99_wait_s),
               grouped(w.mean_bounded_slowdown, 2), grouped(w.mean_jct_s, 2), grouped(w.gpu_hours)});
  };
  if (r.tenants.size() > 1 && r.tenants.size() <= 20)
    for (const auto& t : r.tenants) row(t.tenant, t);
  row("all", r.all);
  text += waits.text() + "\n";
  TextTable hours({"where GPU-hours went", "GPU-hours", "share"});
  for (std::size_t u = 0; u < uses; ++u) {
    const double h = r.gpu_hours(static_cast<Use>(u));
    hours.row({std::string(use_names[u]), grouped(h, 1), grouped(r.paid_slot_ms > 0 ? 100 * h / r.paid_gpu_hours() : 0, 2) + " %"});
  }
  hours.row({"paid", grouped(r.paid_gpu_hours(), 1), r.identity_gap_slot_ms == 0 ? "exact" : "GAP"});
  text += hours.text() + "\n";
  if (facts.promised_pflops > 0 || (!facts.assumptions.empty() && r.delivery.capacity_pflops > 0)) {
    TextTable promise({"promise and delivery, effective PFLOP/s", "PFLOP/s", "of the promise"});
    for (const auto& [name, pflops] : promise_steps(r, facts.promised_pflops))
      promise.row({name, grouped(pflops, 1), facts.promised_pflops > 0 ? grouped(100 * pflops / facts.promised_pflops, 2) + " %" : ""});
    text += promise.text() + "\n";
  }
  if (r.by_site.size() > 1) {
    TextTable sites({"site", "GPUs", "utilisation", "goodput", "jobs", "mean wait h", "PFLOP/s", "IT MWh", "PUE", "peak MW", "stranded MWh", "curtailed h", "over limit h"});
    for (std::size_t s = 0; s < r.by_site.size(); ++s) {
      const SiteResult& site = r.by_site[s];
      const SiteTotals& e = r.sites[s];
      sites.row({site.site, grouped(site.gpus), grouped(100 * site.utilisation, 1) + " %", grouped(100 * site.goodput, 1) + " %", grouped(static_cast<double>(site.jobs)),
                 grouped(site.mean_wait_s / 3600, 2), grouped(site.delivery.delivered_pflops(), 1), grouped(e.it_mwh), grouped(e.it_mwh > 0 ? e.facility_mwh / e.it_mwh : 0, 3),
                 grouped(e.peak_facility_mw, 1), grouped(e.stranded_mwh), grouped(static_cast<double>(e.limited_s) / 3600, 1), grouped(static_cast<double>(e.over_s) / 3600, 2)});
    }
    text += sites.text() + "\n";
  }
  line("ended", std::string(name_of(r.end)) + std::format(" ({} jobs done, {} not)", r.finished, r.unfinished));
  for (std::size_t why = 1; why < never_kinds; ++why)
    if (const std::int64_t n = r.counters.never[why]; n > 0) line("can never start", std::format("{} job{}: {}", n, n == 1 ? "" : "s", name_of(static_cast<Never>(why))));
  line("makespan", duration_text(r.makespan_s) + std::format(" ({} s)", grouped(r.makespan_s)));
  line("utilisation", grouped(100 * r.utilisation, 2) + " %");
  if (r.backlog.grows)
    line("the queue grows", std::format("work waiting: {} GPU-hours after two thirds of the time, {} at the end; waits rise with the time simulated",
                                        grouped(r.backlog.gpu_hours_at_two_thirds), grouped(r.backlog.gpu_hours_at_end)));
  line("goodput (productive / paid)", grouped(100 * r.goodput, 2) + " %");
  line("ETTR (productive / held)", grouped(100 * r.ettr, 2) + " %");
  if (r.exaflop > 0) line("delivered at peak rate", shortest(r.exaflop) + " EFLOP");
  const Counters& c = r.counters;
  if (c.failures > 0) line("failures", std::format("{} ({} interrupted jobs; {} h of job between)", c.failures, c.job_failures, grouped(r.mtti_h, 2)));
  if (c.node_failures > 0) line("nodes down / repaired / replaced", std::format("{} / {} / {}", c.node_failures, c.repairs, c.substitutions));
  if (c.killed > 0) line("killed at estimate", std::to_string(c.killed));
  if (c.preemptions > 0) line("preemptions", std::to_string(c.preemptions));
  if (c.with_deadline > 0) line("late / with deadline", std::format("{} / {}", c.late, c.with_deadline));
  if (r.checkpoint_gb_per_s > 0) line("checkpoint storage", grouped(r.checkpoint_gb_per_s, 1) + " GB/s");
  if (scenario.power.on) {
    const SiteTotals& e = r.energy;
    line("energy: IT / facility", std::format("{} / {} MWh (PUE {})", grouped(e.it_mwh, 1), grouped(e.facility_mwh, 1), grouped(e.facility_mwh / std::max(e.it_mwh, 1e-9), 3)));
    line("peak: IT / facility", std::format("{} / {} MW", grouped(e.peak_it_mw, 3), grouped(e.peak_facility_mw, 3)));
    line("energy cost, carbon, water", std::format("{} USD, {} t, {} m3", grouped(e.energy_usd), grouped(e.carbon_kg / 1000, 1), grouped(e.water_l / 1000)));
    line("stranded, curtailed", std::format("{} MWh, {} h", grouped(e.stranded_mwh, 1), grouped(static_cast<double>(e.limited_s) / 3600, 1)));
    line("throttled / stopped / held", std::format("{} / {} / {}", c.throttles, c.stops, c.power_waits));
    line("breaches, hours over a limit", std::format("{}, {}", c.breaches, grouped(static_cast<double>(e.over_s) / 3600, 2)));
  }
  if (c.cloud_jobs > 0) line("to the cloud", std::format("{} jobs, {} USD", c.cloud_jobs, grouped(r.cloud_usd)));
  if (r.total_usd > 0) line("cost", std::format("{} USD, {} a productive GPU-hour", grouped(r.total_usd), grouped(r.usd_per_productive_gpu_hour, 3)));
  line("simulated", std::format("{} events in {:.3f} s: {} events/s, {} jobs/s", grouped(static_cast<double>(r.events)), facts.seconds,
                                grouped(facts.seconds > 0 ? static_cast<double>(r.events) / facts.seconds : 0),
                                grouped(facts.seconds > 0 ? static_cast<double>(r.all.jobs) / facts.seconds : 0)));
  return text;
}

std::string findings_csv(const TraceReport& report) {
  CsvWriter csv({"line", "what", "done"});
  for (const Finding& f : report.skipped) csv << f.line << f.what << (f.left == Left::bad ? "left out" : f.left == Left::outside ? "not chosen" : "no GPU work");
  for (const Finding& f : report.changed) csv << f.line << f.what << "kept";
  return csv.text();
}

namespace {
std::string outcome(const JobState& s) {
  if (s.end < 0) return s.first_start < 0 ? "waiting" : "unfinished";
  return s.corrupted ? "ended, corrupted" : s.killed ? "killed at estimate" : "ended";
}
}  // namespace

std::string jobs_csv(const Engine& engine, const Fleet& fleet, const Workload& workload) {
  CsvWriter csv({"line", "tenant", "gpus", "submit_s", "start_s", "end_s", "run_s", "requeued_s", "failures", "preemptions", "pool", "nodes", "outcome"});
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const Job& job = workload.jobs[j];
    const JobState& s = engine.jobs()[j];
    csv << static_cast<std::size_t>(job.line) << workload.tenants[job.tenant].name << static_cast<double>(job.gpus) / fleet.slots_per_gpu
        << static_cast<long long>(job.submit) << static_cast<long long>(s.first_start) << static_cast<long long>(s.end) << static_cast<long long>(job.run_s)
        << static_cast<long long>(s.requeued_s) << static_cast<std::size_t>(s.failures) << static_cast<std::size_t>(s.preemptions)
        << (s.clouded ? "cloud" : s.pool == none ? "" : fleet.pools[s.pool].name) << (s.nodes == none ? "" : engine.tables().node_lists[s.nodes])
        << (!engine.unstartable().empty() && engine.unstartable()[j] != Never::no ? "can never start: " + std::string(name_of(engine.unstartable()[j])) : outcome(s));
  }
  return csv.text();
}

std::string events_csv(const Engine& engine, const Fleet&, const Workload& workload, const Scenario& scenario) {
  CsvWriter csv({"time_s", "event", "subject", "trace_line", "amount", "nodes"});
  for (const EventRow& e : engine.tables().events) {
    const bool job = e.what <= What::resized || e.what == What::corrupted || e.what == What::corruption_found || e.what == What::throttled ||
                     e.what == What::stopped || e.what == What::released || e.what == What::to_cloud || e.what == What::cloud_done || e.what == What::replaced || e.what == What::refused;
    csv << static_cast<long long>(e.time) << name_of(e.what)
        << (e.what == What::failed ? scenario.failures[e.subject].name : (job ? "job " : "") + std::to_string(e.subject))
        << (job ? std::to_string(workload.jobs[e.subject].line) : "") << static_cast<long long>(e.amount)
        << (e.nodes == none ? "" : engine.tables().node_lists[e.nodes]);
  }
  return csv.text();
}

namespace {
std::string limit_text(double mw) { return mw == unlimited ? "" : shortest(mw); }
}  // namespace

std::string intervals_csv(const Engine& engine, const Fleet& fleet) {
  CsvWriter csv({"start_s", "end_s", "site", "running_gpu_h", "idle_gpu_h", "down_gpu_h", "held_back_gpu_h", "installed_gpu_h", "waiting_jobs", "it_mwh",
                 "facility_mwh", "peak_it_mw", "limit_it_mw", "price_usd_per_mwh", "carbon_kg_per_mwh", "temperature_c", "pue", "energy_usd", "carbon_kg"});
  const double hour = 3600.0 * fleet.slots_per_gpu;
  for (const IntervalRow& i : engine.tables().intervals)
    csv << static_cast<long long>(i.start) << static_cast<long long>(i.end) << fleet.sites[i.site].name << static_cast<double>(i.running_slot_s) / hour
        << static_cast<double>(i.idle_slot_s) / hour << static_cast<double>(i.down_slot_s) / hour << static_cast<double>(i.held_back_slot_s) / hour
        << static_cast<double>(i.installed_slot_s) / hour << static_cast<long long>(i.waiting_jobs) << i.it_mwh << i.facility_mwh << i.peak_it_mw
        << limit_text(i.limit_it_mw) << i.price_usd_per_mwh << i.carbon_kg_per_mwh << i.temperature_c << i.pue << i.energy_usd << i.carbon_kg;
  return csv.text();
}

std::string power_csv(const Engine& engine, const Fleet& fleet) {
  CsvWriter csv({"level", "name", "base_mw", "peak_mw", "limit_mw", "stranded_mw", "hours_over_limit"});
  const auto row = [&](const char* level, const std::string& name, const Branch& b) {
    const double peak = static_cast<double>(b.peak_w) / watts_per_mw;
    const double limit = b.limit_w == no_limit ? unlimited : static_cast<double>(b.limit_w) / watts_per_mw;
    csv << level << name << static_cast<double>(b.base_w) / watts_per_mw << peak << limit_text(limit)
        << limit_text(limit == unlimited ? unlimited : std::max(0.0, limit - peak)) << static_cast<double>(b.over_s) / 3600;
  };
  for (Id s = 0; s < fleet.sites.size(); ++s) row("site", fleet.sites[s].name, engine.power().site(s));
  for (Id f = 0; f < fleet.feeds.size(); ++f) row("feed", fleet.feeds[f].name, engine.power().feed(f));
  for (Id h = 0; h < fleet.halls.size(); ++h) row("hall", fleet.halls[h].name, engine.power().hall(h));
  return csv.text();
}

}  // namespace stargate::operate
