#include "operate/request.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/archive.h"
#include "base/files.h"
#include "base/sha256.h"
#include "base/text.h"
#include "operate/plan_fleet.h"
#include "operate/policy.h"
#include "operate/signals.h"

namespace stargate::operate {

Checkpointing with_rule(Checkpointing checkpointing, const std::string& text) {
  if (text.empty()) return checkpointing;
  if (text == "off") checkpointing.rule = CheckpointRule::off;
  else if (text == "young-daly") checkpointing.rule = CheckpointRule::young_daly;
  else if (text == "adaptive") checkpointing.rule = CheckpointRule::adaptive;
  else if (const auto seconds = parse_number(text); seconds && *seconds >= 1 && *seconds <= 1e9)
    checkpointing.rule = CheckpointRule::fixed, checkpointing.interval_s = *seconds;
  else
    throw InputError({"--checkpoint", 0, 0}, "'" + text + "' is no checkpoint rule",
                     "allowed: off, young-daly, adaptive, or the seconds between checkpoints, 1 or more");
  return checkpointing;
}

std::vector<FailureClass> failure_sets(const std::vector<std::string>& names) {
  std::vector<FailureClass> all;
  for (const std::string& name : names) {
    const std::vector<std::string> known{"llama3", "rsc1", "rsc2", "correlated", "none"};
    if (std::ranges::find(known, name) == known.end())
      throw InputError({"--failures", 0, 0}, "'" + name + "' is no set of failure classes", name_hint(name, known));
    if (name == "none") continue;
    const auto set = name == "llama3" ? llama3_failures() : name == "correlated" ? correlated_faults() : rsc_failures(name == "rsc1" ? 1 : 2);
    all.insert(all.end(), set.begin(), set.end());
  }
  return all;
}

namespace {

/// Everything out of range, in one go.
void check_numbers(const Request& r) {
  Diagnostics diagnostics;
  const auto check = [&](const char* option, const auto& value, double low, double high) {
    if (value && !(static_cast<double>(*value) >= low && static_cast<double>(*value) <= high))
      diagnostics.error({option, 0, 0}, shortest(static_cast<double>(*value)) + " is out of range", "allowed: " + shortest(low) + " to " + shortest(high));
  };
  check("--days", r.days, 0.001, 36'500);
  check("--load", r.load, 1e-6, 100);
  check("--jobs", r.jobs, 1, 1e8);
  check("--checkpoint-write-s", r.checkpoint_write_s, 0, 1e7);
  check("--restart-s", r.restart_s, 0, 1e7);
  check("--warm-up", r.warm_up_days, 0, 3'650);
  check("--nodes", r.nodes, 1, 20e6);
  check("--gpus-per-node", r.gpus_per_node, 1, 1024);
  check("--year", r.year, 1990, 2200);
  diagnostics.throw_if_errors();
}

void say_findings(const TraceReport& trace, std::vector<std::string>& notes) {
  for (const auto* list : {&trace.skipped, &trace.changed}) {
    std::map<std::string, std::pair<std::size_t, const Finding*>> by_reason;  // reason without its numbers -> count, first
    for (const Finding& f : *list) {
      auto& [count, first] = by_reason[f.what.substr(0, f.what.find_first_of("0123456789'"))];
      if (count++ == 0) first = &f;
    }
    for (const auto& [reason, seen] : by_reason)
      notes.push_back(std::format("{} {} trace record{}, first in line {}: {}",
                                  list == &trace.changed ? "note on" : seen.second->left == Left::bad ? "left out" : "not counted in:", seen.first,
                                  seen.first == 1 ? "" : "s", seen.second->line, seen.second->what));
  }
}

}  // namespace

void check_settings(const Fleet& fleet, const Scenario& scenario) {
  Diagnostics diagnostics;
  if (fleet.node_count() > 20'000'000) diagnostics.error({"fleet", 0, 0}, std::to_string(fleet.node_count()) + " nodes", "allowed: up to 20 million");
  for (const NodeType& type : fleet.types) {
    if (scenario.power.chip_cap_w <= type.gpu_idle_w)
      diagnostics.error({"chip_cap_w", 0, 0}, std::format("a cap of {} W leaves nothing above the {} W that '{}' draws at rest", shortest(scenario.power.chip_cap_w), shortest(type.gpu_idle_w), type.name));
    for (const Pool& pool : fleet.pools)
      if (&fleet.types[pool.type] == &type && pool.nodes_per_rack > 0 && type.rack_limit_w <= pool.nodes_per_rack * node_idle_w(type) + type.rack_overhead_w)
        diagnostics.error({"rack_limit_w", 0, 0}, std::format("a rack of '{}' draws more at rest than its limit of {} W", pool.name, shortest(type.rack_limit_w)));
  }
  diagnostics.throw_if_errors();
}

Operation prepare(const Request& r, std::string_view version) {
  check_numbers(r);
  Operation op;
  Setup setup;
  setup.mix = default_mix();
  std::int64_t unix_start = 0;
  if (!r.plan.empty()) {
    PlanCase plan = plan_case(r.plan, r.programme, r.year.value_or(0), r.days.value_or(365), r.warm_up_days.value_or(30), r.hot_year ? Weather::hot : Weather::typical);
    setup.fleet = std::move(plan.fleet);
    setup.scenario = std::move(plan.scenario);
    setup.workload.days = plan.days;
    setup.workload.load = plan.load;
    op.run.promised_pflops = plan.promised_pflops;
    op.assumptions = std::move(plan.assumptions);
    op.facts.title = "plan " + r.plan;
    unix_start = plan.unix_start;
  }
  if (!r.cluster.empty()) {
    auto plan_fleet = std::move(setup.fleet);
    setup.fleet.reset();
    setup = read_setup(r.cluster, read_file(r.cluster), std::move(setup));
    if (!setup.fleet) setup.fleet = std::move(plan_fleet);
    if (op.facts.title.empty()) op.facts.title = r.cluster;
  }
  const int gpus_per_node = r.gpus_per_node.value_or(8);
  if (!r.partitions.empty()) setup.fleet = partitions_fleet(r.partitions, read_file(r.partitions), gpus_per_node);
  else if (!r.alibaba_nodes.empty()) setup.fleet = read_alibaba_nodes(r.alibaba_nodes, read_file(r.alibaba_nodes));
  else if (r.nodes) setup.fleet = uniform_fleet(*r.nodes, gpus_per_node);
  std::string trace_text;
  if (!r.trace.empty()) trace_text = read_file(r.trace);
  if (!setup.fleet && !r.trace.empty()) {
    setup.fleet = fleet_of_header(trace_text, r.gpus_per_node.value_or(0));
    if (setup.fleet)
      op.notes.push_back(std::format("fleet from the trace's header: {} nodes of {} processors", setup.fleet->node_count(), setup.fleet->types[0].gpus));
  }
  if (!setup.fleet)
    throw InputError({"stargate operate", 0, 0}, "no fleet to run on",
                     "give a PLAN, --cluster FILE, --partitions FILE, --alibaba-nodes FILE, or --nodes N with --gpus-per-node G");
  Scenario& sc = setup.scenario;
  if (!r.policy.empty()) sc.policy = r.policy;
  make_policy(sc.policy);
  if (r.seed) sc.seed = setup.workload.seed = *r.seed;
  sc.kill_at_estimate |= r.kill_at_estimate;
  sc.power.on |= r.power || !r.signals.empty() || !r.targets.empty();
  if (!r.failures.empty()) sc.failures = failure_sets(r.failures);
  sc.checkpointing = with_rule(sc.checkpointing, r.checkpoint);
  if (r.checkpoint_write_s) sc.checkpointing.write_s = *r.checkpoint_write_s, sc.checkpointing.gb_per_gpu = 0;
  if (r.restart_s) sc.checkpointing.restart_s = *r.restart_s;
  if (r.load) setup.workload.load = *r.load;
  if (r.jobs) setup.workload.jobs = *r.jobs;
  if (r.days) setup.workload.days = *r.days + (r.plan.empty() ? 0 : static_cast<double>(sc.measure_from) / 86400);
  if (r.plan.empty() && r.warm_up_days) sc.measure_from = static_cast<Time>(*r.warm_up_days * 86400);
  if (r.spares)
    for (Pool& pool : setup.fleet->pools) {
      if (*r.spares > pool.nodes) op.notes.push_back(std::format("pool '{}' has {} nodes: all are spares", pool.name, pool.nodes));
      pool.spare_nodes = std::min(pool.nodes, *r.spares);
    }
  if (!r.trace.empty()) {
    if (op.facts.title.empty() || r.plan.empty()) op.facts.title = r.trace;
    TraceOptions reading = r.reading;
    reading.on_bad = r.reject_bad ? OnBad::reject : OnBad::skip;
    op.run.workload = read_trace(r.trace, trace_text, *setup.fleet, reading, op.facts.trace);
    trace_text = {};
    op.run.fixed_workload = true;
    if (r.days && r.plan.empty()) sc.horizon = static_cast<Time>(*r.days * 86400);
  } else {
    if (!sc.horizon || (r.days && r.plan.empty())) sc.horizon = std::max<Time>(1, static_cast<Time>(setup.workload.days * 86400));
    op.run.workload = make_mix(setup.mix, *setup.fleet, setup.workload, &op.notes);
    op.run.workload.unix_start = unix_start;
    if (op.facts.title.empty()) op.facts.title = "described mix";
    op.run.mix_unix_start = unix_start;
  }
  if (sc.horizon && sc.measure_from >= *sc.horizon) throw InputError({"--warm-up", 0, 0}, "the warm-up is as long as the time simulated", "give more --days");
  apply_tenants(op.run.workload, setup.tenants);
  if (!r.signals.empty()) sc.signals = read_signals(r.signals, read_file(r.signals), *setup.fleet, op.run.workload.unix_start);
  if (!r.targets.empty()) {
    const auto read = read_load_targets(r.targets, read_file(r.targets), *setup.fleet, op.run.workload.unix_start);
    const Time end = sc.horizon.value_or(op.run.workload.jobs.empty() ? 0 : op.run.workload.jobs.back().submit + 366 * 86400);
    for (std::size_t t = 0; t < read.size(); ++t)
      if (read[t].end <= 0 || read[t].start >= end) {
        op.notes.push_back(std::format("load target {} holds at no time that is simulated", t + 1));
        op.parts_left_out = true;
      }
    sc.targets = read;
  }
  sc.record_events = sc.record_intervals = r.record;
  check_settings(*setup.fleet, sc);
  op.run.fleet = std::move(*setup.fleet);
  op.run.scenario = std::move(sc);
  op.run.mix = std::move(setup.mix);
  op.run.mix_options = setup.workload;

  say_findings(op.facts.trace, op.notes);
  op.parts_left_out |= op.facts.trace.count(Left::bad) > 0;
  const auto cannot = never_starting(op.run.fleet, op.run.workload, op.run.scenario);
  std::map<Never, std::pair<std::size_t, std::size_t>> said;  // count, first
  for (std::size_t j = 0; j < cannot.size(); ++j)
    if (cannot[j] != Never::no && said[cannot[j]].first++ == 0) said[cannot[j]].second = j;
  for (const auto& [why, seen] : said) {
    const Job& first = op.run.workload.jobs[seen.second];
    if (r.reject_bad) throw InputError({r.trace, first.line, 1}, std::format("{} jobs can never start: {}", seen.first, name_of(why)));
    op.notes.push_back(std::format("{} job{} can never start, first that of line {} with {} GPUs: {}", seen.first, seen.first == 1 ? "" : "s", first.line,
                                   shortest(static_cast<double>(first.gpus) / op.run.fleet.slots_per_gpu), name_of(why)));
    op.parts_left_out = true;
  }
  if (!version.empty()) op.digest = digest_of(op.run.fleet, op.run.workload, op.run.scenario, version);
  return op;
}

std::string digest_of(const Fleet& fleet, const Workload& workload, const Scenario& scenario, std::string_view version) {
  ArchiveWriter w;
  const auto put = [&](auto... values) { (w(values), ...); };
  put(std::string(version));
  for (const NodeType& t : fleet.types)
    put(t.name, t.gpus, t.peak_tflops_per_gpu, t.gpu_idle_w, t.gpu_peak_w, t.host_idle_w, t.host_peak_w, t.conversion_efficiency, t.conversion_loss_w,
        t.rack_overhead_w, t.rack_limit_w, t.usd_per_gpu_hour);
  for (const Site& s : fleet.sites)
    put(s.name, s.grid_mw, s.onsite_mw, s.onsite_usd_per_mwh, s.onsite_kg_per_mwh, s.battery_mw, s.battery_mwh, s.ramp_mw_per_min, s.price_usd_per_mwh,
        s.carbon_kg_per_mwh, s.temperature_c, s.repair_crews, s.cooling.pue_cold, s.cooling.pue_hot, s.cooling.cold_c, s.cooling.hot_c,
        s.cooling.water_l_per_kwh_hot, s.cooling.fixed_mw);
  for (const Feed& f : fleet.feeds) put(f.name, f.site, f.limit_mw);
  for (const Hall& h : fleet.halls) put(h.name, h.feed, h.limit_mw);
  for (const Partition& p : fleet.partitions) put(p.name);
  for (const Pool& p : fleet.pools)
    put(p.name, p.partition, p.site, p.type, p.first_node, p.nodes, p.nodes_per_rack, p.racks_per_pod, p.nodes_per_switch, p.spare_nodes);
  for (const Block& b : fleet.blocks) put(b.pool, b.hall, b.first_node, b.nodes, b.installed, b.removed);
  put(fleet.slots_per_gpu, fleet.sites.size(), fleet.halls.size(), fleet.blocks.size());
  for (const Job& j : workload.jobs)
    put(j.submit, j.run_s, j.estimate_s, j.deadline, j.gpus, j.min_gpus, j.max_gpus, j.partition, j.tenant, j.line, j.priority, j.pools, j.scope, j.preemptible,
        j.moldable, j.elastic, j.checkpoints, j.kind, j.power_share);
  for (const Tenant& t : workload.tenants) put(t.name, t.quota_gpus, t.priority);
  put(workload.unix_start, workload.jobs.size(), workload.pool_lists);
  const Scenario& s = scenario;
  put(s.policy, s.placement, s.backfill_depth, s.seed, s.kill_at_estimate, s.horizon, s.bad_nodes.share, s.bad_nodes.factor, s.record_events,
      s.record_intervals, s.measure_from);
  for (const FailureClass& f : s.failures) put(f.name, f.extent, f.per_unit_hour, f.diagnose_s, f.repair_h, f.silent_h, f.repair_works);
  for (const Outage& o : s.outages) put(o.extent, o.pool, o.unit, o.at, o.until, o.drain_s, o.planned, o.name);
  const Checkpointing& c = s.checkpointing;
  put(c.rule, c.interval_s, c.write_s, c.gb_per_gpu, c.storage_gb_per_s, c.restart_s, c.resize_s);
  const PowerRules& p = s.power;
  put(p.on, p.yield, p.floor, p.exponent, p.restart_share, p.checkpoint_share, p.admit_throttled, p.chip_cap_w);
  for (const SiteSignals& g : s.signals) put(g.first_hour, g.price_usd_per_mwh, g.carbon_kg_per_mwh, g.temperature_c, g.limit_mw);
  for (const LoadTarget& t : s.targets) put(t.start, t.end, t.limit_mw, t.feeds, t.site, t.best_effort);
  const Cloud& d = s.cloud;
  put(d.committed_gpus, d.committed_usd_per_gpu_hour, d.burst_gpus, d.burst_usd_per_gpu_hour, d.move_usd_per_gb, d.move_gb_per_gpu_hour, d.move_gb_per_s, d.restart_s,
      d.delay_usd_per_gpu_hour);
  return sha256(w.bytes());
}

}  // namespace stargate::operate
