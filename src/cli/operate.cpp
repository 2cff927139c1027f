// stargate operate: runs a fleet through a workload, event by event; stargate operate sweep: many runs side by side.
#include <chrono>
#include <filesystem>
#include <print>

#include "base/results.h"
#include "base/state_file.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "cli/operate_options.h"
#include "operate/output.h"
#include "operate/request.h"

namespace stargate::cli {

namespace {

using namespace operate;

using Options = OperateOptions;
constexpr StateFormat state_format{"operate run", 3};

void write_outputs(const std::filesystem::path& folder, const Result& result, const Engine& engine, const Operation& in) {
  const SweepCase& c = in.run;
  RunFacts facts = in.facts;
  write_results(folder, {"operate"},
                {{"result.json", result_json(result, c.fleet, c.scenario, facts)},
                 {"jobs.csv", jobs_csv(engine, c.fleet, c.workload)},
                 {"events.csv", events_csv(engine, c.fleet, c.workload, c.scenario)},
                 {"intervals.csv", intervals_csv(engine, c.fleet)},
                 {"power.csv", power_csv(engine, c.fleet)},
                 {"left_out.csv", findings_csv(facts.trace)},
                 {"report.html", report_html(result, engine, c.fleet, c.scenario, facts)}});
}

void run(const Options& o) {
  Progress progress(o.json || o.quiet);
  progress.stage("operate: reading");
  Request ask = o.ask;
  ask.record = !o.output.empty();
  Operation in = prepare(ask, o.state.empty() ? "" : STARGATE_VERSION);
  say_notes(in, o.quiet);
  const SweepCase& c = in.run;
  Engine engine(c.fleet, c.workload, c.scenario);
  if (!o.state.empty() && std::filesystem::exists(o.state)) engine.load(read_state(o.state, state_format, in.digest), o.state);
  const auto save = [&] { write_state(o.state, state_format, in.digest, engine.save()); };
  progress.stage("operate: " + in.facts.title);
  const auto begin = std::chrono::steady_clock::now();
  auto saved = begin;
  const bool done = engine.run([&](const Engine& e) {
    progress.update(e.share_done(), std::format("day {}, {} jobs ended", e.clock() / 86400, e.finished_jobs()));
    if (!o.state.empty() && std::chrono::steady_clock::now() - saved > std::chrono::seconds(60)) {
      save();
      saved = std::chrono::steady_clock::now();
    }
    return !interrupted();
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!done) {
    if (!o.state.empty()) {
      save();
      std::println(stderr, "interrupted on day {}; the same command goes on from {}", engine.clock() / 86400, o.state);
    } else {
      std::println(stderr, "interrupted on day {}; with --state FILE the run could be resumed", engine.clock() / 86400);
    }
    finish(Exit::interrupted);
  }
  const Result result = summarise(engine, c.fleet, c.workload, c.scenario);
  in.facts.assumptions = in.assumptions;
  in.facts.notes = in.notes;
  in.facts.promised_pflops = c.promised_pflops;
  // What is written does not depend on how fast the machine was, so that a resumed run leaves the same bytes.
  if (!o.output.empty()) write_outputs(o.output, result, engine, in);
  in.facts.seconds = seconds;
  std::print("{}", o.json ? result_json(result, c.fleet, c.scenario, in.facts) : result_text(result, c.fleet, c.scenario, in.facts));
  if (!o.output.empty() && !o.json) std::println("report                            {}", (std::filesystem::path(o.output) / "report.html").string());
  if (!o.state.empty()) std::filesystem::remove(o.state);
  const bool asked_for = o.bad_skipped && result.never_start == 0;
  if ((in.parts_left_out && !asked_for) || result.end == End::stuck) finish(Exit::parts_left_out);
}

void sweep(const Options& o) {
  if (o.over.empty() || o.over.size() > 2) throw InputError({"--over", 0, 0}, "one or two parameters are swept", "for example --over checkpoint-interval=600,1800,3600");
  std::vector<Sweep> sweeps;
  for (const std::string& text : o.over) sweeps.push_back(parse_sweep(text));
  if (std::ranges::find(sweep_measures(), o.measure) == sweep_measures().end())
    throw InputError({"--measure", 0, 0}, "'" + o.measure + "' is no measure", name_hint(o.measure, sweep_measures()));
  Progress progress(o.json || o.quiet);
  progress.stage("operate: reading");
  Operation in = prepare(o.ask);
  say_notes(in, o.quiet);
  progress.stage("operate: sweep");
  std::mutex drawing;
  std::vector<SweepPoint> points;
  try {
    points = run_sweep(in.run, sweeps, o.seeds, o.threads > 0 ? o.threads : default_threads(),
                       [&](double share) {
                         const std::scoped_lock lock(drawing);
                         progress.update(share);
                       },
                       [] { return interrupted(); });
  } catch (const Stopped&) {
    std::println(stderr, "interrupted; nothing is written");
    finish(Exit::interrupted);
  }
  const std::size_t m = static_cast<std::size_t>(std::ranges::find(sweep_measures(), o.measure) - sweep_measures().begin());
  if (!o.output.empty()) {
    write_results(o.output, {"operate sweep"}, {{"sweep.csv", sweep_csv(sweeps, points)}, {"sweep.svg", sweep_svg(sweeps, points, o.measure)}});
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

}  // namespace

void add_operate(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("operate", "Run a fleet through a workload, event by event: waits, goodput, failures, power, money");
  add_operate_inputs(command, *o);
  command->add_option("--state", o->state, "file to save the run to when interrupted, and to resume from");
  auto* sweeping = command->add_subcommand("sweep", "One or two parameters over seeds, in parallel, with confidence bands");
  auto s = std::make_shared<Options>();
  add_operate_inputs(sweeping, *s);
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
