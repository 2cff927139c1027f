// stargate plan [DIR] -o OUT
#include "blueprint/plan.h"

#include <cmath>
#include <format>
#include <memory>
#include <nlohmann/json.hpp>
#include <print>

#include "base/results.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "plan/frontier.h"
#include "programme/load.h"
#include "report/report.h"

namespace stargate::cli {

namespace {

struct Arguments {
  std::string folder, out, frontier;
  plan::PlanOptions options;
  double gap_percent = 1;
  bool json = false, quiet = false, replace = false;
};

bool is_better(const Proof& a, const Proof& b) {
  const double by = (a.objective - b.objective) * (b.objective_kind == "cost" ? -1 : 1);
  return by > 1e-9 * std::max(1.0, std::abs(b.objective));
}

/// Where the plan goes: `asked`, unless a better plan of the same inputs stands there. Says so, either way.
std::filesystem::path place_of(const Proof& proof, const std::filesystem::path& asked, bool replace) {
  const auto old = proof_in(asked);
  const bool of_same = old && !proof.digest.empty() && old->digest == proof.digest && old->unit == proof.unit;
  if (!of_same || !is_better(*old, proof)) return asked;
  const auto figures = std::format("{} {} against {}", grouped(old->objective, 2), proof.unit, grouped(proof.objective, 2));
  if (replace) {
    std::println(stderr, "note: the plan in {} was better ({}); it is replaced, as asked", asked.string(), figures);
    return asked;
  }
  auto name = asked.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  name += "-worse";
  std::println(stderr, "note: {} holds a better plan of the same inputs ({}): it stays, this plan goes to {} (--replace: in its place)",
               asked.string(), figures, name.string());
  return name;
}

void print_summary(const Plan& p, const Programme& programme, double seconds) {
  TextTable table({"quarter", "sites", "states", "IT MW", "facility MW", "H100-equivalents", "effective PFLOP/s",
                   "spent B USD", "drawn of available B USD"});
  double spent = 0, drawn = 0;
  for (const auto& q : p.quarters) {
    spent += q.spending_usd_m / 1000;
    drawn += q.draws_usd_m / 1000;
    const bool last = q.quarter == p.quarters.back().quarter;
    if (q.quarter.of_year() != 4 && !last) continue;
    table.row({to_string(q.quarter), std::to_string(q.sites), std::to_string(q.states), grouped(q.it_mw),
               grouped(q.facility_mw), grouped(q.h100_equivalents), grouped(q.effective_pflops), grouped(spent, 1),
               std::format("{} of {}", grouped(drawn, 1), grouped(q.available_usd_m / 1000, 1))});
  }
  std::println("{}\n", programme.settings.name);
  std::print("{}", table.text());
  std::println("\n{}: {} {}, at most {} ({:.2f} % away). {} columns, {} rows, {} whole-number; {}.", p.proof.status,
               grouped(p.proof.objective), p.proof.unit, grouped(p.proof.bound), 100 * p.proof.gap,
               grouped(static_cast<double>(p.proof.columns)), grouped(static_cast<double>(p.proof.rows)),
               grouped(static_cast<double>(p.proof.integers)), duration_text(seconds));
}

/// The most that can run by each quarter, and what holds it there.
void print_frontier(const std::vector<plan::MostByQuarter>& rows, const std::string& quantity, bool json) {
  if (json) {
    auto list = nlohmann::json::array();
    for (const auto& r : rows) {
      auto binds = nlohmann::json::array();
      for (const auto& b : r.binds)
        binds.push_back({{"rule", b.rule}, {"what", b.what}, {"words", b.words}, {"share", b.share}});
      list.push_back({{"quarter", to_string(r.quarter)}, {quantity, r.most}, {"binds", binds}});
    }
    std::println("{}", list.dump(2));
    return;
  }
  TextTable table({"by the end of", "at most " + quantity, "what holds it"});
  for (const auto& r : rows) {
    std::string binds;
    for (const auto& b : r.binds)
      binds += std::format("{}{}{} {:.0f} %", binds.empty() ? "" : "; ", b.words,
                           b.what.empty() ? "" : " (" + b.what + ")", 100 * b.share);
    table.row({to_string(r.quarter), grouped(r.most), binds});
  }
  std::print("{}", table.text());
  std::println("\nLinear programs, whole numbers relaxed and energy free: no plan has more, and a plan may have less.");
}

/// How long it took: of this run, not of the plan, whose bytes are the same on any machine.
std::string run_json(const plan::Outcome& outcome, const plan::PlanOptions& options) {
  return nlohmann::json{{"seconds", outcome.seconds}, {"threads", options.threads}}.dump(2) + "\n";
}

void run(const Arguments& a) {
  const auto files = read_programme_files(a.folder);
  Diagnostics diagnostics;
  const auto programme = parse_programme(files, a.folder.empty() ? "default programme" : a.folder, diagnostics);
  diagnostics.throw_if_errors();
  // Refused before any work: a place that cannot be written, or that holds a programme.
  auto results = std::make_unique<ResultFolder>(a.out, Maker{"plan", programme.digest});
  auto options = a.options;
  options.gap = a.gap_percent / 100;
  Progress progress(a.quiet);
  if (!a.frontier.empty()) {
    print_frontier(plan::frontier(programme, a.frontier, options, progress), a.frontier, a.json);
    if (interrupted()) finish(Exit::interrupted);
    return;
  }
  auto outcome = plan::make_plan(programme, options, progress);
  outcome.plan.proof.version = STARGATE_VERSION;

  if (outcome.plan.quarters.empty()) {
    std::println(stderr, "No plan: {}.", outcome.plan.proof.status);
    for (const auto& words : outcome.possible) std::println(stderr, "  {}", words);
    if (!outcome.conflicts.empty()) std::println(stderr, "Rules that conflict:");
    for (const auto& c : outcome.conflicts) std::println(stderr, "  - {}", c.words);
    finish(outcome.exit);
  }
  const auto out = place_of(outcome.plan.proof, a.out, a.replace);
  if (out != a.out) results = std::make_unique<ResultFolder>(out, Maker{"plan", programme.digest});
  for (const auto& [name, bytes] : files) results->put("programme/" + name, bytes);
  for (const auto& [name, bytes] : plan_files(outcome.plan)) results->put(name, bytes);
  results->put("run.json", run_json(outcome, options), false);
  results->put("report.html", report::report_html(programme, outcome.plan));
  results->put("sites.geojson", report::sites_geojson(programme, outcome.plan));
  results->commit();
  if (a.json)
    std::println("{}", summary(outcome.plan).dump(2));
  else {
    print_summary(outcome.plan, programme, outcome.seconds);
    std::println("Tables and plan.json: {}\nReport: {}", out.string(), (out / "report.html").string());
  }
  if (outcome.plan.proof.status == "target missed")
    for (const auto& words : outcome.possible) std::println(stderr, "Target: {}", words);
  if (outcome.plan.proof.status == "not whole")
    std::println(stderr, "Some racks, units or nodes could not be made whole without missing a target.");
  if (outcome.exit != Exit::done) finish(outcome.exit);
}

}  // namespace

void add_plan(CLI::App& app) {
  auto* command = app.add_subcommand("plan", "Plan a programme: where, when, with what, paid by whom, how sure");
  auto a = std::make_shared<Arguments>();
  a->options.threads = default_threads();
  command->add_option("dir", a->folder, "programme folder (default: the embedded programme)");
  command->add_option("-o,--out", a->out, "folder for the plan")->default_val("out/plan");
  command->add_option("--gap", a->gap_percent, "percent from the bound at which the search ends")
      ->default_val(1)
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--effort", a->options.effort, "times the counted work after which the search ends anyway")
      ->default_val(1)
      ->check(CLI::Range(0.01, 1000.0));
  command
      ->add_option("--time-limit", a->options.time_limit_s,
                   "seconds: an emergency brake; what it stops differs from machine to machine")
      ->default_val(86400)
      ->check(CLI::PositiveNumber);
  command->add_flag("!--no-alternatives", a->options.alternatives, "leave the next-best sites and grades out");
  command->add_option("--frontier", a->frontier, "no plan: the most of this that can run by each quarter")
      ->check(CLI::IsMember({"it_mw", "h100_equivalents", "effective_pflops"}));
  command->add_option("--threads", a->options.threads, "threads")->check(CLI::Range(1, 256));
  command->add_option("--seed", a->options.seed, "seed of the solver")->default_val(0);
  command->add_flag("--monolith", a->options.monolith, "solve as one problem, without decomposition");
  command->add_flag("--replace", a->replace, "put the plan into OUT even if a better one of the same inputs stands there");
  command->add_flag("--json", a->json, "print plan.json instead of a table");
  command->add_flag("-q,--quiet", a->quiet, "no progress");
  command->callback([a] { run(*a); });
}

}  // namespace stargate::cli
