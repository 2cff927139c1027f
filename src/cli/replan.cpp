// stargate replan PLAN --actuals DIR --on DATE -o OUT
#include "plan/replan.h"

#include <format>
#include <print>

#include "base/files.h"
#include "base/results.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "plan/solve.h"
#include "report/report.h"

namespace stargate::cli {
namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string plan, actuals, on, out;
  plan::PlanOptions options;
  double gap_percent = 1;
  bool quiet = false;
};

Quarter quarter_of(const std::string& text) {
  if (const auto date = parse_date(text)) return Quarter(*date);
  if (const auto quarter = parse_quarter(text)) return *quarter;
  throw InputError({"--on", 0, 0}, std::format("found '{}'", text), "a day as 2026-12-31, or a quarter as 2026-Q4");
}

/// Nothing is new: the plan stands as it is, byte for byte.
void copy_plan(const fs::path& from, ResultFolder& to) {
  for (const auto& entry : fs::recursive_directory_iterator(from))
    if (entry.is_regular_file() && entry.path().filename() != manifest_name)
      to.put(fs::relative(entry.path(), from).string(), read_file(entry.path()));
}

void run(const Arguments& a) {
  const fs::path folder = a.plan, out = a.out;
  const auto before = read_plan(folder);
  const auto files = read_programme_files(folder / "programme");
  const auto actuals = a.actuals.empty() ? ProgrammeFiles{} : plan::read_actuals(a.actuals);
  const Quarter on = quarter_of(a.on);
  const auto rebased = plan::rebase(files, before, actuals, a.actuals, on);
  if (rebased.changed.empty()) {
    if (fs::exists(out) && fs::equivalent(out, folder))
      throw InputError({"--out", 0, 0}, "it is the folder of the plan itself", "name another");
    ResultFolder results(out, Maker{"replan", before.proof.digest});
    copy_plan(folder, results);
    results.put("moves.csv", plan::moves_csv({}));
    results.commit();
    std::println("Facts unchanged since the plan was made: it stands as it is.\nTables and plan.json: {}", out.string());
    return;
  }
  Diagnostics diagnostics;
  const auto programme = parse_programme(rebased.files, "", diagnostics);
  diagnostics.throw_if_errors();
  auto options = a.options;
  options.gap = a.gap_percent / 100;
  Progress progress(a.quiet);
  auto outcome = plan::make_plan(programme, options, progress);
  outcome.plan.proof.version = STARGATE_VERSION;
  if (outcome.plan.quarters.empty()) {
    std::println(stderr, "No plan: {}.", outcome.plan.proof.status);
    for (const auto& words : outcome.possible) std::println(stderr, "  {}", words);
    for (const auto& c : outcome.conflicts) std::println(stderr, "  - {}", c.words);
    finish(outcome.exit);
  }
  const auto moves = plan::moves_between(programme, before, outcome.plan, rebased.changed, on);
  ResultFolder results(out, Maker{"replan", programme.digest});
  for (const auto& [name, bytes] : rebased.files) results.put("programme/" + name, bytes);
  for (const auto& [name, bytes] : plan_files(outcome.plan)) results.put(name, bytes);
  results.put("facts.csv", plan::facts_csv(rebased.changed));
  results.put("moves.csv", plan::moves_csv(moves));
  results.put("report.html", report::report_html(programme, outcome.plan));
  results.put("sites.geojson", report::sites_geojson(programme, outcome.plan));
  results.commit();

  std::println("{} facts are new by {}; decisions from {} on are taken anew.\n", rebased.changed.size(), a.on,
               to_string(on));
  TextTable table({"what moved", "where", "before", "now", "why"});
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < std::min(most, moves.size()); ++i)
    table.row({moves[i].what, moves[i].place, moves[i].before, moves[i].after, moves[i].why});
  std::print("{}", table.text());
  if (moves.size() > most) std::println("... {} more in moves.csv", moves.size() - most);
  const auto& p = outcome.plan.proof;
  std::println("\n{}: {} {} (before: {}), at most {} ({:.2f} % away).\nTables: {}", p.status, grouped(p.objective), p.unit,
               grouped(before.proof.objective), grouped(p.bound), 100 * p.gap, out.string());
  if (outcome.exit != Exit::done) finish(outcome.exit);
}

}  // namespace

void add_replan(CLI::App& app) {
  auto* command = app.add_subcommand("replan", "Plan again from what has happened: the past frozen, the rest decided anew");
  auto a = std::make_shared<Arguments>();
  a->options.threads = default_threads();
  command->add_option("plan", a->plan, "folder of the plan that is in force")->required();
  command->add_option("--actuals", a->actuals,
                      "folder of tables as in a programme: what came otherwise, row by row (commitments, standing_*, "
                      "prices, supply ..)");
  command->add_option("--on", a->on, "day or quarter; decisions of its quarter are free")->required();
  command->add_option("-o,--out", a->out, "folder for the new plan")->default_val("out/replan");
  command->add_option("--gap", a->gap_percent, "percent from the bound at which the search ends")
      ->default_val(1)
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--effort", a->options.effort, "times the counted work after which the search ends anyway")
      ->default_val(1)
      ->check(CLI::Range(0.01, 1000.0));
  command->add_option("--threads", a->options.threads, "threads")->check(CLI::Range(1, 256));
  command->add_option("--seed", a->options.seed, "seed of the solver")->default_val(0);
  command->add_flag("-q,--quiet", a->quiet, "no progress");
  command->callback([a] { run(*a); });
}

}  // namespace stargate::cli
