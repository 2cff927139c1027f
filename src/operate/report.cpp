#include <algorithm>
#include <cmath>

#include "base/progress.h"
#include "base/text.h"
#include "operate/chart.h"
#include "operate/output.h"

namespace stargate::operate {

namespace {

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=scroll><table><thead><tr>";
  for (const auto& h : header) html += "<th>" + html_escape(h);
  html += "</thead><tbody>";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const auto& cell : row) html += "<td>" + html_escape(cell);
  }
  return html + "</tbody></table></div>\n";
}

/// Interval rows of all sites brought together on at most `columns` steps of time.
struct Timeline {
  std::vector<double> day, running, idle, down, held_back, it_mw, facility_mw, limit_mw, waiting, price, carbon;
  bool limited = false;

  Timeline(const Tables& tables, std::size_t sites, int slots_per_gpu, std::size_t columns = 360) {
    const auto& rows = tables.intervals;
    const std::size_t hours = sites > 0 ? rows.size() / sites : 0, group = std::max<std::size_t>(1, (hours + columns - 1) / columns);
    for (std::size_t first = 0; first < hours; first += group) {
      const std::size_t last = std::min(hours, first + group);
      IntervalRow sum;
      double limit = 0, facility = 0, it = 0, waits = 0, usd = 0, kg = 0;
      bool all_limited = true;
      for (std::size_t r = first * sites; r < last * sites; ++r) {
        const IntervalRow& i = rows[r];
        sum.running_slot_s += i.running_slot_s, sum.idle_slot_s += i.idle_slot_s, sum.down_slot_s += i.down_slot_s, sum.held_back_slot_s += i.held_back_slot_s;
        it += i.it_mwh, facility += i.facility_mwh, usd += i.energy_usd, kg += i.carbon_kg;
        limit += i.limit_it_mw == unlimited ? 0 : i.limit_it_mw * static_cast<double>(i.end - i.start) / 3600;
        all_limited &= i.limit_it_mw != unlimited;
        waits += static_cast<double>(i.waiting_jobs) / static_cast<double>(sites);
      }
      const double seconds = static_cast<double>(rows[last * sites - 1].end - rows[first * sites].start), span_h = seconds / 3600;
      const auto gpus = [&](std::int64_t slot_s) { return static_cast<double>(slot_s) / seconds / slots_per_gpu; };
      day.push_back(static_cast<double>(rows[first * sites].start) / 86400);
      running.push_back(gpus(sum.running_slot_s)), idle.push_back(gpus(sum.idle_slot_s)), down.push_back(gpus(sum.down_slot_s));
      held_back.push_back(gpus(sum.held_back_slot_s));
      it_mw.push_back(it / span_h), facility_mw.push_back(facility / span_h), limit_mw.push_back(all_limited ? limit / span_h : 0);
      waiting.push_back(waits / static_cast<double>(last - first));
      price.push_back(facility > 0 ? usd / facility : 0), carbon.push_back(facility > 0 ? kg / facility : 0);
      limited |= all_limited;
    }
  }
};

const char* const style =
    "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:960px;margin:auto;padding:1rem}"
    "h1{font-size:1.5rem}svg{width:100%;height:auto;margin:.6rem 0}table{border-collapse:collapse;font-size:.9rem;width:100%}"
    "th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #8884}th:first-child,td:first-child{text-align:left}"
    ".scroll{overflow-x:auto}.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.6rem}"
    ".figures div{border:1px solid #8884;border-radius:6px;padding:.5rem}.figures b{display:block;font-size:1.3rem}"
    "@media print{body{max-width:none}svg{break-inside:avoid}}</style>";

std::string figure(const std::string& value, const std::string& name) { return "<div><b>" + html_escape(value) + "</b>" + html_escape(name) + "</div>"; }

}  // namespace

std::string report_html(const Result& r, const Engine& engine, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts) {
  std::string html = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>Operations: " +
                     html_escape(facts.title) + "</title>" + style;
  html += "<h1>Operations: " + html_escape(facts.title) + "</h1><p>" +
          html_escape(std::format("{} jobs on {} nodes with {} GPUs at {} sites; policy {}, seed {}; {} simulated.", grouped(static_cast<double>(r.all.jobs)),
                                  grouped(fleet.node_count()), grouped(static_cast<double>(fleet.gpus())), fleet.sites.size(), scenario.policy, scenario.seed,
                                  duration_text(static_cast<double>(engine.clock())))) +
          "</p><div class=figures>";
  html += figure(grouped(100 * r.goodput, 2) + " %", "goodput: productive of paid GPU-hours");
  html += figure(grouped(100 * r.ettr, 2) + " %", "effective training time ratio");
  html += figure(grouped(100 * r.utilisation, 1) + " %", "utilisation");
  html += figure(grouped(r.all.mean_wait_s / 3600, 2) + " h", "mean wait");
  if (scenario.power.on) {
    html += figure(grouped(r.energy.facility_mwh) + " MWh", "facility energy");
    html += figure(grouped(r.energy.peak_facility_mw, 2) + " MW", "peak facility load");
    html += figure(grouped(r.energy.carbon_kg / 1000) + " t", "carbon dioxide");
    html += figure(grouped(r.energy.water_l / 1000) + " m3", "water");
  }
  if (r.total_usd > 0) html += figure(grouped(r.total_usd / 1e6, 2) + " M USD", "cost");
  html += "</div><h2>Where GPU-hours went</h2>";
  std::vector<std::pair<std::string, double>> taken;
  for (const Use use : {Use::queue_idle, Use::down, Use::curtailed, Use::restart, Use::checkpoint, Use::lost})
    taken.emplace_back(std::string(use_names[static_cast<std::size_t>(use)]), r.gpu_hours(use));
  html += waterfall({.title = "From paid to productive GPU-hours", .x_label = "", .y_label = "GPU-hours"}, "paid", r.paid_gpu_hours(), taken, "productive");
  html += "<p>The parts add up to what is paid, to the millisecond of each GPU (gap " + std::to_string(r.identity_gap_slot_ms) + ").</p>";

  if (!facts.assumptions.empty()) {
    html += "<h2>What this assumes</h2><ul>";
    for (const std::string& assumption : facts.assumptions) html += "<li>" + html_escape(assumption) + "</li>";
    html += "</ul>";
  }
  if (facts.promised_pflops > 0) {
    std::vector<std::pair<std::string, double>> less;
    const auto steps = promise_steps(r, facts.promised_pflops);
    for (std::size_t i = 1; i + 1 < steps.size(); ++i) less.emplace_back(steps[i].first, -steps[i].second);
    html += "<h2>Promise and delivery</h2>" +
            waterfall({.title = "Effective PFLOP/s, a mean over the time", .x_label = "", .y_label = "PFLOP/s"}, "promised", facts.promised_pflops, less, "delivered");
  }
  const Timeline t(engine.tables(), fleet.sites.size(), fleet.slots_per_gpu);
  if (!t.day.empty()) {
    html += "<h2>The fleet over time</h2>";
    html += stacked_areas({.title = "GPUs by state", .x_label = "day", .y_label = "GPUs"}, t.day,
                          {{"running", t.running, "#2563eb"}, {"idle", t.idle, "#cbd5e1"}, {"down", t.down, "#dc2626"}, {"held back", t.held_back, "#f59e0b"}});
    html += lines({.title = "Jobs waiting", .x_label = "day", .y_label = "jobs"}, t.day, {{"waiting", t.waiting}});
    if (scenario.power.on) {
      std::vector<Series> power{{"facility", t.facility_mw, "#0d9488"}, {"IT", t.it_mw, "#2563eb"}};
      if (t.limited) power.push_back({.name = "IT limit", .y = t.limit_mw, .colour = "#dc2626", .dashed = true});
      html += "<h2>Power against the cap</h2>" + lines({.title = "Load", .x_label = "day", .y_label = "MW"}, t.day, power);
      html += lines({.title = "What a MWh cost and emitted", .x_label = "day", .y_label = "USD, kg"}, t.day, {{"USD a MWh", t.price}, {"kg CO2 a MWh", t.carbon}});
    }
  }
  html += "<h2>Waits</h2>";
  std::vector<std::vector<std::string>> rows;
  const auto wait_row = [&](const std::string& name, const WaitStatistics& w) {
    rows.push_back({name, grouped(static_cast<double>(w.jobs)), grouped(w.mean_wait_s), grouped(w.p50_wait_s), grouped(w.p95_wait_s), grouped(w.p99_wait_s),
                    grouped(w.mean_bounded_slowdown, 2), grouped(w.gpu_hours)});
  };
  wait_row("all", r.all);
  auto tenants = r.tenants;
  std::ranges::stable_sort(tenants, std::greater{}, &WaitStatistics::gpu_hours);
  for (std::size_t i = 0; i < std::min<std::size_t>(tenants.size(), 30); ++i) wait_row(tenants[i].tenant, tenants[i]);
  html += table({"tenant", "jobs", "mean s", "P50 s", "P95 s", "P99 s", "bounded slowdown", "GPU-hours"}, rows);
  if (scenario.power.on) {
    rows.clear();
    for (Id s = 0; s < r.sites.size(); ++s) {
      const SiteTotals& e = r.sites[s];
      rows.push_back({fleet.sites[s].name, grouped(e.peak_facility_mw, 2), grouped(e.it_mwh), grouped(e.facility_mwh), grouped(e.it_mwh > 0 ? e.facility_mwh / e.it_mwh : 0, 3),
                      grouped(e.energy_usd), grouped(e.carbon_kg / 1000), grouped(e.water_l / 1000), grouped(e.stranded_mwh), grouped(static_cast<double>(e.limited_s) / 3600)});
    }
    html += "<h2>Sites</h2>" + table({"site", "peak MW", "IT MWh", "facility MWh", "PUE", "USD", "t CO2", "water m3", "stranded MWh", "curtailed h"}, rows);
    rows.clear();
    std::vector<std::pair<double, std::vector<std::string>>> stranded;
    const auto branch = [&](const std::string& name, const Branch& b) {
      if (b.limit_w == no_limit) return;
      const double peak = static_cast<double>(b.peak_w) / 1e6, limit = static_cast<double>(b.limit_w) / 1e6;
      stranded.push_back({peak - limit, {name, grouped(peak, 3), grouped(limit, 3), grouped(std::max(0.0, limit - peak), 3)}});
    };
    for (Id f = 0; f < fleet.feeds.size(); ++f) branch("feed " + fleet.feeds[f].name, engine.power().feed(f));
    for (Id h = 0; h < fleet.halls.size(); ++h) branch("hall " + fleet.halls[h].name, engine.power().hall(h));
    std::ranges::stable_sort(stranded, {}, &std::pair<double, std::vector<std::string>>::first);
    for (std::size_t i = 0; i < std::min<std::size_t>(stranded.size(), 20); ++i) rows.push_back(stranded[i].second);
    if (!rows.empty()) html += "<h2>Stranded power: peak IT load against limits</h2>" + table({"branch", "peak MW", "limit MW", "never used MW"}, rows);
  }
  const Counters& c = r.counters;
  rows = {{"interrupted jobs", grouped(static_cast<double>(c.job_failures))}, {"nodes that broke", grouped(static_cast<double>(c.node_failures))},
          {"replaced at once", grouped(static_cast<double>(c.substitutions))}, {"requeued", grouped(static_cast<double>(c.requeues))},
          {"preemptions", grouped(static_cast<double>(c.preemptions))}, {"silent corruptions (never noticed)", std::format("{} ({})", c.silent, c.silent_missed)},
          {"outages (ridden through)", std::format("{} ({})", c.outages, c.rides_through)}, {"throttled, stopped", std::format("{}, {}", c.throttles, c.stops)},
          {"breaches of a limit", std::to_string(c.breaches)}, {"hours over a limit", grouped(static_cast<double>(r.energy.over_s) / 3600, 2)},
          {"jobs that can never start", std::to_string(r.never_start)}, {"starts held back by power", grouped(static_cast<double>(c.power_waits))}, {"jobs in the cloud", grouped(static_cast<double>(c.cloud_jobs))}};
  html += "<h2>What happened</h2>" + table({"event", "times"}, rows);
  if (!scenario.failures.empty()) {
    rows.clear();
    for (const FailureClass& f : scenario.failures) rows.push_back({f.name, shortest(f.per_unit_hour), shortest(f.repair_h), f.source});
    html += "<h2>Failure classes and their sources</h2>" + table({"class", "a unit-hour", "repair h", "source"}, rows);
  }
  return html + "</html>\n";
}

}  // namespace stargate::operate
