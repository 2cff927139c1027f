// stargate plan [DIR] -o OUT
#include "blueprint/plan.h"

#include <cmath>
#include <memory>
#include <print>

#include "base/results.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "plan/solve.h"
#include "programme/load.h"
#include "report/report.h"

namespace stargate::cli {

namespace {

struct Arguments {
  std::string folder, out;
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

void print_summary(const Plan& p, const Programme& programme) {
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
               grouped(static_cast<double>(p.proof.integers)), duration_text(p.proof.solve_seconds));
}

void run(const Arguments& a) {
  if (!std::isfinite(a.gap_percent)) throw InputError({"--gap", 0, 0}, "it is no number", "allowed: 0 to 100");
  const auto files = read_programme_files(a.folder);
  Diagnostics diagnostics;
  const auto programme = parse_programme(files, a.folder.empty() ? "default programme" : a.folder, diagnostics);
  diagnostics.throw_if_errors();
  // Refused before any work: a place that cannot be written, or that holds a programme.
  auto results = std::make_unique<ResultFolder>(a.out, Maker{"plan", programme.digest});
  auto options = a.options;
  options.gap = a.gap_percent / 100;
  Progress progress(a.quiet);
  auto outcome = plan::make_plan(programme, options, progress);
  outcome.plan.proof.version = STARGATE_VERSION;

  if (outcome.plan.quarters.empty()) {
    std::println(stderr, "No plan: {}.", outcome.plan.proof.status);
    for (const auto& c : outcome.conflicts) std::println(stderr, "  - {}", c.words);
    finish(outcome.exit);
  }
  const auto out = place_of(outcome.plan.proof, a.out, a.replace);
  if (out != a.out) results = std::make_unique<ResultFolder>(out, Maker{"plan", programme.digest});
  for (const auto& [name, bytes] : files) results->put("programme/" + name, bytes);
  for (const auto& [name, bytes] : plan_files(outcome.plan)) results->put(name, bytes);
  results->put("report.html", report::report_html(programme, outcome.plan));
  results->put("sites.geojson", report::sites_geojson(programme, outcome.plan));
  results->commit();
  if (a.json)
    std::println("{}", summary(outcome.plan).dump(2));
  else {
    print_summary(outcome.plan, programme);
    std::println("Tables and plan.json: {}\nReport: {}", out.string(), (out / "report.html").string());
  }
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
  command->add_option("--time-limit", a->options.time_limit_s, "seconds for the search; the best plan so far is kept")
      ->default_val(240)
      ->check(CLI::PositiveNumber);
  command->add_option("--threads", a->options.threads, "threads")->check(CLI::Range(1, 256));
  command->add_option("--seed", a->options.seed, "seed of the solver")->default_val(0);
  command->add_flag("--monolith", a->options.monolith, "solve as one problem, without decomposition");
  command->add_flag("--replace", a->replace, "put the plan into OUT even if a better one of the same inputs stands there");
  command->add_flag("--json", a->json, "print plan.json instead of a table");
  command->add_flag("-q,--quiet", a->quiet, "no progress");
  command->callback([a] { run(*a); });
}

}  // namespace stargate::cli
