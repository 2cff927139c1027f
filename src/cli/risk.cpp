// stargate risk: the futures of a plan.
#include <filesystem>
#include <print>

#include "base/files.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "programme/facts.h"
#include "programme/uncertainty.h"
#include "risk/calibration.h"
#include "risk/futures.h"
#include "risk/summary.h"

namespace stargate::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string plan, programme, output, store, sampler = "sobol";
  risk::FutureOptions futures;
  std::size_t driver_points = 256;
  unsigned threads = 0;
  bool as_json = false, quiet = false, calibration = false;
};

void calibration(const Options& o) {
  const auto c = risk::calibrate(read_facts(construction::dated_phase_table()), read_facts(construction::promised_date_table()));
  if (o.as_json) std::println("{}", risk::to_json(c).dump(1));
  else std::print("{}", risk::text_of(c));
}

/// Everything that shapes the futures, so that a store is never mixed.
std::string digest_of(const Options& o, const std::string& programme_folder) {
  std::string all = STARGATE_VERSION;
  for (const auto& [name, bytes] : read_programme_files(programme_folder)) all += name + sha256(bytes);
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(o.plan))
    if (entry.path().extension() == ".csv" || entry.path().filename() == "plan.json") tables.push_back(entry.path());
  std::ranges::sort(tables);
  for (const auto& t : tables) all += t.filename().string() + sha256(read_file(t));
  return sha256(all);
}

void risk_of(Options& o) {
  if (o.calibration) return calibration(o);
  if (o.plan.empty()) throw InputError({}, "no plan is named", "stargate risk PLAN, or --calibration");
  Progress progress(o.quiet || o.as_json);
  progress.stage("risk: plan");
  const auto own = fs::path(o.plan) / "programme";
  const std::string folder = !o.programme.empty() ? o.programme : fs::is_directory(own) ? own.string() : "";
  const auto [plan, programme] = read_plan_inputs(o.plan, o.programme);
  const auto uncertainty = load_uncertainty(folder);
  const risk::PlanModel model(programme, plan, uncertainty);
  auto& f = o.futures;
  f.sampling = stochastic::sampling_of(o.sampler);
  f.threads = o.threads > 0 ? o.threads : default_threads();
  f.replicates = std::min<std::size_t>(10, f.count);
  f.store = o.store;
  f.digest = digest_of(o, folder);
  f.should_stop = interrupted;
  f.on_progress = [&](double share) { progress.update(share); };
  risk::Ranks ranks;
  f.ranks = &ranks;
  if (o.threads == 0 && ranks.size() > 1) f.threads = 1;  // cores are shared out by the launcher
  progress.stage("risk: futures");
  risk::Summary summary;
  summary.told = uncertainty.size();
  summary.set = risk::run_futures(model, f);
  if (ranks.first() && summary.set.row.size() < 2) finish(Exit::interrupted);
  if (o.driver_points > 0 && (summary.set.whole || !ranks.first())) {
    progress.stage("risk: drivers");
    summary.figures = {risk::Figure::compute, risk::Figure::npv_usd_b, risk::Figure::lowest_dscr, risk::Figure::last_ready_days};
    summary.drivers = risk::drivers(model, summary.figures, o.driver_points, f);
  }
  if (!ranks.first()) return;
  risk::summarise(model, plan, summary);
  if (!o.output.empty()) risk::write_folder(o.output, summary);
  if (o.as_json) std::println("{}", risk::to_json(summary).dump(1));
  else {
    std::print("{}", risk::text_of(summary));
    if (!o.output.empty()) std::println("Tables, JSON and pictures: {}", o.output);
  }
  if (!summary.set.whole) finish(Exit::interrupted);
}

}  // namespace

void add_risk(CLI::App& app) {
  auto* command = app.add_subcommand("risk", "Futures of a plan: odds of dates, MW, compute, money and covenants, and what decides them");
  auto o = std::make_shared<Options>();
  command->add_option("PLAN", o->plan, "folder of a plan");
  command->add_option("--programme", o->programme, "folder of its programme; default: the plan's own copy, or the default programme");
  command->add_option("-n,--futures", o->futures.count, "number of futures")->check(CLI::Range(10, 100000000))->capture_default_str();
  command->add_option("--seed", o->futures.seed, "of the draws")->capture_default_str();
  command->add_option("--sampler", o->sampler, "sobol, latin or random")->check(CLI::IsMember({"random", "latin", "sobol"}))->capture_default_str();
  command->add_option("--drivers", o->driver_points, "futures for the drivers, times their number; 0: none")->capture_default_str();
  command->add_option("--store", o->store, "folder that keeps the futures: a killed run goes on there, a later one takes more");
  command->add_option("-o,--output", o->output, "folder for tables (CSV), risk.json and pictures (risk.html)");
  command->add_option("--threads", o->threads, "0: all cores")->capture_default_str();
  command->add_flag("--calibration", o->calibration, "how well dates that came were forecast from the others");
  command->add_flag("--json", o->as_json, "for a program to read");
  command->add_flag("--quiet", o->quiet, "no progress");
  command->callback([o] { risk_of(*o); });
}

}  // namespace stargate::cli
