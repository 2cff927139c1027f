// stargate operate: runs a fleet through a workload, event by event; stargate operate sweep: many runs side by side.
#include <chrono>
#include <filesystem>
#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "operate/output.h"
#include "operate/plan_fleet.h"
#include "operate/setup.h"
#include "operate/signals.h"
#include "operate/sweep.h"

namespace stargate::cli {

namespace {

using namespace operate;

struct Options {
  std::string plan, programme, cluster, partitions, alibaba_nodes, trace, policy, on_bad = "skip", checkpoint, signals, targets, output, state;
  std::vector<std::string> failures;
  Id nodes = 0, spares = 0;
  int gpus_per_node = 8;
  double days = 0, load = 0, jobs = 0, checkpoint_write_s = 0, restart_s = 0;
  std::int64_t seed = 0;
  int start_year = 0;
  bool kill_at_estimate = false, power = false, json = false, quiet = false;
  TraceOptions reading;
  // sweep
  std::vector<std::string> over;
  std::string measure = "goodput";
  std::size_t seeds = 5;
  unsigned threads = 0;
};

/// Everything a run needs, and a digest of where it came from.
struct Inputs {
  SweepCase run;
  RunFacts facts;
  std::string digest;
};

Checkpointing with_rule(Checkpointing checkpointing, const std::string& text) {
  if (text.empty()) return checkpointing;
  if (text == "off") checkpointing.rule = CheckpointRule::off;
  else if (text == "young-daly") checkpointing.rule = CheckpointRule::young_daly;
  else if (text == "adaptive") checkpointing.rule = CheckpointRule::adaptive;
  else if (const auto seconds = parse_number(text); seconds && *seconds >= 1) checkpointing.rule = CheckpointRule::fixed, checkpointing.interval_s = *seconds;
  else throw InputError({"--checkpoint", 0, 0}, "'" + text + "' is no checkpoint rule", "allowed: off, young-daly, adaptive, or the seconds between checkpoints");
  return checkpointing;
}

std::vector<FailureClass> failure_sets(const std::vector<std::string>& names) {
  std::vector<FailureClass> all;
  for (const std::string& name : names) {
    const std::vector<std::string> known{"llama3", "rsc1", "rsc2", "correlated"};
    if (std::ranges::find(known, name) == known.end()) throw InputError({"--failures", 0, 0}, "'" + name + "' is no set of failure classes", name_hint(name, known));
    const auto set = name == "llama3" ? llama3_failures() : name == "correlated" ? correlated_faults() : rsc_failures(name == "rsc1" ? 1 : 2);
    all.insert(all.end(), set.begin(), set.end());
  }
  return all;
}

Inputs gather(const Options& o) {
  Inputs in;
  std::string sources;
  const auto read = [&](const std::string& file) {
    std::string text = read_file(file);
    sources += sha256(text);
    return text;
  };
  Setup setup;
  setup.mix = default_mix();
  if (!o.plan.empty()) {
    PlanCase plan = plan_case(o.plan, o.programme, o.start_year, o.days > 0 ? o.days : 365);
    setup.fleet = std::move(plan.fleet);
    setup.scenario = std::move(plan.scenario);
    setup.workload.days = plan.days;
    setup.workload.jobs = 100'000;
    sources += plan.digest;
    in.facts.title = "plan " + o.plan;
  }
  if (!o.cluster.empty()) {
    auto plan_fleet = std::move(setup.fleet);
    setup.fleet.reset();
    setup = read_setup(o.cluster, read(o.cluster), std::move(setup));
    if (!setup.fleet) setup.fleet = std::move(plan_fleet);
    if (in.facts.title.empty()) in.facts.title = o.cluster;
  }
  if (!o.partitions.empty()) setup.fleet = partitions_fleet(o.partitions, read(o.partitions), o.gpus_per_node);
  else if (!o.alibaba_nodes.empty()) setup.fleet = read_alibaba_nodes(o.alibaba_nodes, read(o.alibaba_nodes));
  else if (o.nodes > 0) setup.fleet = uniform_fleet(o.nodes, o.gpus_per_node);
  if (!setup.fleet) throw InputError({"stargate operate", 0, 0}, "no fleet to run on", "give a PLAN, --cluster FILE, --partitions FILE, --alibaba-nodes FILE, or --nodes N with --gpus-per-node G");

  Scenario& sc = setup.scenario;
  if (!o.policy.empty()) sc.policy = o.policy;
  make_policy(sc.policy);
  if (o.seed > 0) sc.seed = setup.workload.seed = static_cast<std::uint64_t>(o.seed);
  sc.kill_at_estimate |= o.kill_at_estimate;
  sc.power.on |= o.power || !o.signals.empty() || !o.targets.empty();
  if (!o.failures.empty()) sc.failures = failure_sets(o.failures);
  sc.checkpointing = with_rule(sc.checkpointing, o.checkpoint);
  if (o.checkpoint_write_s > 0) sc.checkpointing.write_s = o.checkpoint_write_s;
  if (o.restart_s > 0) sc.checkpointing.restart_s = o.restart_s;
  if (o.load > 0) setup.workload.load = o.load;
  if (o.jobs > 0) setup.workload.jobs = o.jobs;
  if (o.days > 0) setup.workload.days = o.days;
  if (o.spares > 0)
    for (Pool& pool : setup.fleet->pools) pool.spare_nodes = std::min(pool.nodes, o.spares);
  if (!o.trace.empty()) {
    if (in.facts.title.empty() || o.plan.empty()) in.facts.title = o.trace;
    TraceOptions reading = o.reading;
    reading.on_bad = o.on_bad == "reject" ? OnBad::reject : OnBad::skip;
    in.run.workload = read_trace(o.trace, read(o.trace), *setup.fleet, reading, in.facts.trace);
    in.run.fixed_workload = true;
    if (o.days > 0 && o.plan.empty()) sc.horizon = static_cast<Time>(o.days * 86400);
  } else {
    if (!sc.horizon) sc.horizon = static_cast<Time>(setup.workload.days * 86400);
    in.run.workload = make_mix(setup.mix, *setup.fleet, setup.workload);
    if (in.facts.title.empty()) in.facts.title = "described mix";
  }
  apply_tenants(in.run.workload, setup.tenants);
  if (!o.signals.empty()) sc.signals = read_signals(o.signals, read(o.signals), *setup.fleet, in.run.workload.unix_start);
  if (!o.targets.empty()) sc.targets = read_load_targets(o.targets, read(o.targets), *setup.fleet, in.run.workload.unix_start);
  sc.record_events = sc.record_intervals = !o.output.empty();
  sources += std::format("|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", sc.policy, sc.seed, sc.kill_at_estimate, sc.power.on, o.checkpoint, sc.checkpointing.write_s,
                         sc.checkpointing.restart_s, setup.workload.load, setup.workload.jobs, setup.workload.days, o.spares);
  for (const std::string& set : o.failures) sources += "|" + set;
  sources += std::format("|{}|{}|{}|{}|{}|{}|{}", o.nodes, o.gpus_per_node, o.reading.from, o.reading.until, o.on_bad, sc.record_events, STARGATE_VERSION);
  in.digest = sha256(sources);
  in.run.fleet = std::move(*setup.fleet);
  in.run.scenario = std::move(sc);
  in.run.mix = std::move(setup.mix);
  in.run.mix_options = setup.workload;
  return in;
}

constexpr std::string_view state_mark = "stargate operate state 1\n";

void save_state(const std::string& file, const std::string& digest, Engine& engine) { write_file(file, std::string(state_mark) + digest + "\n" + engine.save()); }

void load_state(const std::string& file, const std::string& digest, Engine& engine) {
  const std::string bytes = read_file(file);
  const std::string head = std::string(state_mark) + digest + "\n";
  if (!bytes.starts_with(state_mark)) throw InputError({file, 0, 0}, "this is no saved state of a run");
  if (!bytes.starts_with(head)) throw InputError({file, 0, 0}, "the saved state belongs to a run with other inputs or options", "use the same command, or remove the file to start anew");
  try {
    engine.load(std::string_view(bytes).substr(head.size()));
  } catch (const std::runtime_error& error) {
    throw InputError({file, 0, 0}, error.what(), "remove the file to start anew");
  }
}

void warn_of_findings(const TraceReport& trace) {
  for (const auto* list : {&trace.skipped, &trace.changed}) {
    if (list->empty()) continue;
    std::map<std::string, std::pair<std::size_t, std::size_t>> by_reason;  // reason without its numbers -> count, first line
    for (const Finding& f : *list) {
      const std::string reason = f.what.substr(0, f.what.find_first_of("0123456789'"));
      auto& [count, line] = by_reason[reason];
      if (count++ == 0) line = f.line;
    }
    for (const auto& [reason, seen] : by_reason)
      std::println(stderr, "{} {} trace record{}, first in line {}: {}", list == &trace.skipped ? "left out" : "note on", seen.first, seen.first == 1 ? "" : "s", seen.second,
                   std::ranges::find(*list, seen.second, &Finding::line)->what);
  }
}

void write_outputs(const std::filesystem::path& folder, const Result& result, const Engine& engine, const Inputs& in) {
  const SweepCase& c = in.run;
  RunFacts facts = in.facts;
  write_file(folder / "result.json", result_json(result, c.fleet, c.scenario, facts));
  write_file(folder / "jobs.csv", jobs_csv(engine, c.fleet, c.workload));
  write_file(folder / "events.csv", events_csv(engine, c.fleet, c.workload, c.scenario));
  write_file(folder / "intervals.csv", intervals_csv(engine, c.fleet));
  write_file(folder / "power.csv", power_csv(engine, c.fleet));
  write_file(folder / "left_out.csv", findings_csv(facts.trace));
  write_file(folder / "report.html", report_html(result, engine, c.fleet, c.scenario, facts));
}

void run(const Options& o) {
  Progress progress(o.json || o.quiet);
  progress.stage("operate: reading");
  Inputs in = gather(o);
  if (!o.json && !o.quiet) warn_of_findings(in.facts.trace);
  const SweepCase& c = in.run;
  Engine engine(c.fleet, c.workload, c.scenario);
  if (!o.state.empty() && std::filesystem::exists(o.state)) load_state(o.state, in.digest, engine);
  progress.stage("operate: " + in.facts.title);
  const auto begin = std::chrono::steady_clock::now();
  auto saved = begin;
  const bool done = engine.run([&](const Engine& e) {
    progress.update(e.share_done(), std::format("day {}, {} jobs ended", e.clock() / 86400, e.finished_jobs()));
    if (!o.state.empty() && std::chrono::steady_clock::now() - saved > std::chrono::seconds(60)) {
      save_state(o.state, in.digest, engine);
      saved = std::chrono::steady_clock::now();
    }
    return !interrupted();
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!done) {
    if (!o.state.empty()) {
      save_state(o.state, in.digest, engine);
      std::println(stderr, "interrupted on day {}; the same command goes on from {}", engine.clock() / 86400, o.state);
    } else {
      std::println(stderr, "interrupted on day {}; with --state FILE the run could be resumed", engine.clock() / 86400);
    }
    finish(Exit::interrupted);
  }
  const Result result = summarise(engine, c.fleet, c.workload, c.scenario);
  // What is written does not depend on how fast the machine was, so that a resumed run leaves the same bytes.
  if (!o.output.empty()) write_outputs(o.output, result, engine, in);
  in.facts.seconds = seconds;
  std::print("{}", o.json ? result_json(result, c.fleet, c.scenario, in.facts) : result_text(result, c.fleet, c.scenario, in.facts));
  if (!o.output.empty() && !o.json) std::println("report                            {}", (std::filesystem::path(o.output) / "report.html").string());
  if (!o.state.empty()) std::filesystem::remove(o.state);
}

void sweep(const Options& o) {
  if (o.over.empty() || o.over.size() > 2) throw InputError({"--over", 0, 0}, "one or two parameters are swept", "for example --over checkpoint-interval=600,1800,3600");
  std::vector<Sweep> sweeps;
  for (const std::string& text : o.over) sweeps.push_back(parse_sweep(text));
  if (std::ranges::find(sweep_measures(), o.measure) == sweep_measures().end())
    throw InputError({"--measure", 0, 0}, "'" + o.measure + "' is no measure", name_hint(o.measure, sweep_measures()));
  Progress progress(o.json || o.quiet);
  progress.stage("operate: reading");
  Inputs in = gather(o);
  in.run.scenario.record_events = in.run.scenario.record_intervals = false;
  if (!o.json && !o.quiet) warn_of_findings(in.facts.trace);
  progress.stage("operate: sweep");
  std::mutex drawing;
  const auto points = run_sweep(in.run, sweeps, o.seeds, o.threads > 0 ? o.threads : default_threads(), [&](double share) {
    const std::scoped_lock lock(drawing);
    progress.update(share);
    if (interrupted()) throw std::runtime_error("interrupted");
  });
  const std::size_t m = static_cast<std::size_t>(std::ranges::find(sweep_measures(), o.measure) - sweep_measures().begin());
  if (!o.output.empty()) {
    write_file(std::filesystem::path(o.output) / "sweep.csv", sweep_csv(sweeps, points));
    write_file(std::filesystem::path(o.output) / "sweep.svg", sweep_svg(sweeps, points, o.measure));
  }
  if (o.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const SweepPoint& p : points) {
      nlohmann::ordered_json row;
      for (std::size_t s = 0; s < sweeps.size(); ++s) row[sweeps[s].parameter] = p.values[s];
      for (std::size_t i = 0; i < sweep_measures().size(); ++i)
        row[sweep_measures()[i]] = {{"mean", p.measures[i].mean}, {"low", p.measures[i].low}, {"high", p.measures[i].high}};
      list.push_back(row);
    }
    std::println("{}", nlohmann::ordered_json{{"seeds", o.seeds}, {"points", list}}.dump(2));
    return;
  }
  std::vector<std::string> header;
  for (const Sweep& s : sweeps) header.push_back(s.parameter);
  for (const char* name : {"", " low 95 %", " high 95 %"}) header.push_back(o.measure + name);
  TextTable table(header);
  for (const SweepPoint& p : points) {
    auto row = p.values;
    for (const double value : {p.measures[m].mean, p.measures[m].low, p.measures[m].high}) row.push_back(std::format("{:.6g}", value));
    table.row(row);
  }
  std::print("{}", table.text());
  if (!o.output.empty()) std::println("plot: {}", (std::filesystem::path(o.output) / "sweep.svg").string());
}

void add_inputs(CLI::App* command, Options& o) {
  command->add_option("PLAN", o.plan, "folder of a plan (stargate plan -o FOLDER): the fleet is its sites, halls and racks as they arrive");
  command->add_option("--programme", o.programme, "programme folder of the plan (default: the embedded one)");
  command->add_option("--year", o.start_year, "with PLAN: the calendar year to operate (default: the last year of building)");
  command->add_option("--cluster", o.cluster, "cluster file (TOML): fleet, mix, failures, checkpoints, power, cloud; with PLAN, all but the fleet");
  command->add_option("--partitions", o.partitions, "CSV of partitions and their node counts; each queues apart");
  command->add_option("--alibaba-nodes", o.alibaba_nodes, "node list of the Alibaba 2023 trace");
  command->add_option("--nodes", o.nodes, "nodes of a cluster that takes every job")->check(CLI::Range(1, 100'000'000));
  command->add_option("--gpus-per-node", o.gpus_per_node, "GPUs (or processors) of a node, default 8")->check(CLI::Range(1, 1024));
  command->add_option("--trace", o.trace, "trace of jobs: SWF, Philly, Helios, Alibaba 2023 or Azure LLM, also .gz; without it a described mix");
  command->add_option("--format", o.reading.format, "format of the trace if its header does not tell: swf, philly, helios, alibaba, azure-llm");
  command->add_option("--from", o.reading.from, "first instant of submission (Philly without it: 2017-10-01; all: everything)");
  command->add_option("--until", o.reading.until, "last instant of submission (Philly without it: 2017-11-30 23:59:00)");
  command->add_option("--on-bad", o.on_bad, "records that cannot be: skip (and say so) or reject")->check(CLI::IsMember({"skip", "reject"}));
  command->add_flag("--in-order", [&o](std::int64_t) { o.reading.sort = false; }, "a record that goes back in time is bad (otherwise put in order)");
  command->add_option("--policy", o.policy, "scheduling policy: " + [] {
    std::string all;
    for (const auto& name : policy_names()) all += (all.empty() ? "" : ", ") + name;
    return all;
  }());
  command->add_flag("--kill-at-estimate", o.kill_at_estimate, "jobs end at the time their users estimated");
  command->add_option("--failures", o.failures, "sets of failure classes: llama3, rsc1, rsc2, correlated")->delimiter(',');
  command->add_option("--checkpoint", o.checkpoint, "off, young-daly, adaptive, or seconds between checkpoints");
  command->add_option("--checkpoint-write-s", o.checkpoint_write_s, "seconds to write one");
  command->add_option("--restart-s", o.restart_s, "seconds to initialise and load after a failure");
  command->add_option("--spares", o.spares, "hot spare nodes of each pool");
  command->add_flag("--power", o.power, "keep account of power (on by itself with signals, targets or a [power] section)");
  command->add_option("--signals", o.signals, "hourly price, carbon, temperature and limit by site (CSV)");
  command->add_option("--targets", o.targets, "load targets (JSON, DSX Flex shape)");
  command->add_option("--days", o.days, "days to operate");
  command->add_option("--load", o.load, "offered work of the mix over the GPU-hours installed, default 0.85");
  command->add_option("--jobs", o.jobs, "about how many jobs the mix has; fewer are wider");
  command->add_option("--seed", o.seed, "seed of all random numbers, default 1");
  command->add_flag("--json", o.json, "JSON on standard output");
  command->add_flag("--quiet", o.quiet, "no progress");
  command->add_option("-o,--output", o.output, "folder for tables and report");
}

}  // namespace

void add_operate(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("operate", "Run a fleet through a workload, event by event: waits, goodput, failures, power, money");
  add_inputs(command, *o);
  command->add_option("--state", o->state, "file to save the run to when interrupted, and to resume from");
  auto* sweeping = command->add_subcommand("sweep", "One or two parameters over seeds, in parallel, with confidence bands");
  auto s = std::make_shared<Options>();
  add_inputs(sweeping, *s);
  sweeping->add_option("--over", s->over, "PARAMETER=A,B,C or PARAMETER=LOW:HIGH:COUNT; twice for two")->required();
  sweeping->add_option("--seeds", s->seeds, "runs of each point")->check(CLI::Range(1, 10'000));
  sweeping->add_option("--threads", s->threads, "threads, default all");
  sweeping->add_option("--measure", s->measure, "what the table and the plot show, default goodput");
  sweeping->callback([s] { sweep(*s); });
  command->callback([command, o] {
    if (command->get_subcommands().empty()) run(*o);
  });
}

}  // namespace stargate::cli
