// stargate plan: where, when, with what, paid by whom, how sure.
#include <cmath>
#include <format>
#include <memory>

#include "answers/commands.h"
#include "answers/programme_options.h"
#include "base/results.h"
#include "base/text.h"
#include "plan/frontier.h"
#include "plan/solve.h"
#include "report/report.h"

namespace stargate {

namespace {

struct PlanCommand : ProgrammeOptions {
  std::string out = "out/plan", gap = "1%", frontier;
  double effort = 1, time_limit = 86'400;
  std::int64_t seed = 0;
  bool monolith = false, replace = false, no_alternatives = false;
};
const Table<PlanCommand>& options() {
  using O = PlanCommand;
  static const Table<O> t{
      "plan",
      "Plan a programme: where, when, with what, paid by whom, how sure.",
      programme_fields<O>(
          {field("out", &O::out, "folder for the plan: tables, plan.json, report.html").optional().as_letter('o'),
           field("gap", &O::gap, "share from the bound at which the search ends: 0.01, or 1%").optional(),
           field("effort", &O::effort, "times the counted work after which the search ends anyway")
               .optional()
               .range(0.01, 1000),
           field("time_limit", &O::time_limit,
                 "emergency brake; what it stops differs from machine to machine")
               .in("s")
               .optional()
               .from(0.001),
           field("frontier", &O::frontier, "no plan: the most of this that can run by each quarter")
               .optional()
               .one_of({"it_mw", "h100_equivalents", "effective_pflops"}),
           field("seed", &O::seed, "seed of the solver").optional().range(0, 2'147'483'647),
           field("monolith", &O::monolith, "solve as one problem, without decomposition").optional(),
           field("no_alternatives", &O::no_alternatives, "leave the next-best sites and grades out").optional(),
           field("replace", &O::replace, "put the plan into OUT even if a better one of the same inputs stands there")
               .optional()})};
  return t;
}

struct YearRow : Row {
  Quarter quarter{};
  std::int64_t sites = 0, states = 0;
  double it_mw = 0, facility_mw = 0, h100_equivalents = 0, effective_pflops = 0, spent_usd_b = 0, drawn_usd_b = 0,
         available_usd_b = 0;
};
const Table<YearRow> years_table{
    "years",
    "The end of each calendar year.",
    {field("quarter", &YearRow::quarter, "last quarter of the year, or of the plan"),
     field("sites", &YearRow::sites, "with racks that run"), field("states", &YearRow::states, "that they stand in"),
     field("it_mw", &YearRow::it_mw, "IT power that runs").in("MW").with_digits(0),
     field("facility_mw", &YearRow::facility_mw, "with cooling and losses").in("MW").with_digits(0),
     field("h100_equivalents", &YearRow::h100_equivalents, "installed").shown_as("H100-equivalents").with_digits(0),
     field("effective_pflops", &YearRow::effective_pflops, "after utilisation, failures and shedding")
         .in("PFLOP/s")
         .with_digits(0),
     field("spent_usd_b", &YearRow::spent_usd_b, "so far").in("billion USD").with_digits(1),
     field("drawn_usd_b", &YearRow::drawn_usd_b, "called from investors so far").in("billion USD").with_digits(1),
     field("available_usd_b", &YearRow::available_usd_b, "that could be called so far")
         .in("billion USD")
         .with_digits(1)}};

struct PlanFigures : Row {
  std::string status, objective_kind, unit, folder, report, digest;
  double objective = 0, bound = 0, gap = 0, seconds = 0;
  std::int64_t columns = 0, rows = 0, integers = 0;
};
const Table<PlanFigures> figures_table{
    "plan",
    "How the plan was found.",
    {field("status", &PlanFigures::status, "done, gap not met, target missed, not whole, interrupted or infeasible"),
     field("objective_kind", &PlanFigures::objective_kind, "what is sought"),
     field("unit", &PlanFigures::unit, "of objective and bound"),
     field("objective", &PlanFigures::objective, "of the plan"),
     field("bound", &PlanFigures::bound, "no plan within the rules is better"),
     field("gap", &PlanFigures::gap, "between the two, as a share of the objective"),
     field("seconds", &PlanFigures::seconds, "of the clock").in("s"),
     field("columns", &PlanFigures::columns, "of the whole problem"), field("rows", &PlanFigures::rows, "of it"),
     field("integers", &PlanFigures::integers, "whole-number columns of it"),
     field("folder", &PlanFigures::folder, "where tables and plan.json stand; empty where there is no plan"),
     field("report", &PlanFigures::report, "the page"), field("digest", &PlanFigures::digest, "SHA-256 of the inputs")}};

struct Said : Row {
  std::string kind, words;
};
const Table<Said> said_table{
    "said",
    "What stands in the way: targets and how much of each can be had, and rules that conflict.",
    {field("kind", &Said::kind, "possible or conflict").one_of({"possible", "conflict"}),
     field("words", &Said::words, "in words")}};

struct FrontierRow : Row {
  Quarter quarter{};
  double most = 0;
  std::string held_by;
};
const Table<FrontierRow> frontier_table{
    "frontier",
    "The most that can run by the end of each quarter (whole numbers relaxed, energy free: a plan may have less).",
    {field("quarter", &FrontierRow::quarter, "by its end"), field("most", &FrontierRow::most, "of what was asked for"),
     field("held_by", &FrontierRow::held_by, "limits that hold it there, with their shares")}};

/// "0.01" or "1%".
double share_of(const std::string& text) {
  const bool percent = text.ends_with('%');
  const auto number = parse_number(trim(std::string_view(text).substr(0, text.size() - (percent ? 1 : 0))));
  const double share = number.value_or(-1) / (percent ? 100 : 1);
  if (!(share >= 0 && share <= 1))
    throw InputError({"--gap", 0, 0}, std::format("found '{}'", text.substr(0, 40)), "a share from 0 to 1, or percent with its sign: 0.01, 1%");
  return share;
}

bool is_better(const Proof& a, const Proof& b) {
  const double by = (a.objective - b.objective) * (b.objective_kind == "cost" ? -1 : 1);
  return by > 1e-9 * std::max(1.0, std::abs(b.objective));
}

/// Where the plan goes: `asked`, unless a better plan of the same inputs stands there. Says so, either way.
std::filesystem::path place_of(const Proof& proof, const std::filesystem::path& asked, bool replace,
                               std::vector<std::string>& notes) {
  const auto old = proof_in(asked);
  const bool of_same = old && !proof.digest.empty() && old->digest == proof.digest && old->unit == proof.unit;
  if (!of_same || !is_better(*old, proof)) return asked;
  const auto figures = std::format("{} {} against {}", grouped(old->objective, 2), proof.unit, grouped(proof.objective, 2));
  if (replace) {
    notes.push_back(std::format("the plan in {} was better ({}); it is replaced, as asked", asked.string(), figures));
    return asked;
  }
  auto name = asked.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  name += "-worse";
  notes.push_back(std::format("{} holds a better plan of the same inputs ({}): it stays, this plan goes to {} (--replace: in its place)",
                              asked.string(), figures, name.string()));
  return name;
}

std::vector<YearRow> years_of(const Plan& p) {
  std::vector<YearRow> rows;
  double spent = 0, drawn = 0;
  for (const auto& q : p.quarters) {
    spent += q.spending_usd_m / 1000;
    drawn += q.draws_usd_m / 1000;
    if (q.quarter.of_year() == 4 || q.quarter == p.quarters.back().quarter)
      rows.push_back({{}, q.quarter, q.sites, q.states, q.it_mw, q.facility_mw, q.h100_equivalents, q.effective_pflops,
                      spent, drawn, q.available_usd_m / 1000});
  }
  return rows;
}

Termination ending_of(const plan::Outcome& outcome, double gap_asked) {
  const auto& proof = outcome.plan.proof;
  Termination t;
  t.gap_asked = gap_asked;
  t.has_answer = !outcome.plan.quarters.empty();
  if (t.has_answer) t.objective = proof.objective, t.bound = proof.bound;
  if (outcome.exit == Exit::done) t.ending = Ending::within_gap;
  else if (outcome.exit == Exit::infeasible) t.ending = Ending::infeasible;
  else if (outcome.exit == Exit::interrupted) t.ending = Ending::interrupted;
  else if (outcome.exit == Exit::gap_not_met) {
    t.ending = proof.ended_by == "time" ? Ending::time_limit : Ending::work_limit;
    t.limit = proof.ended_by == "time" ? "--time-limit" : std::format("{} nodes; --effort gives more", proof.nodes);
  } else {
    t.ending = Ending::failed;
  }
  if (proof.status == "target missed") t.detail = "A target is missed; the plan comes as near as it can.";
  if (proof.status == "not whole") t.detail = "Some racks, units or nodes could not be made whole without missing a target.";
  return t;
}

Answer answer_frontier(const Programme& programme, const PlanCommand& o, const plan::PlanOptions& with, Run& run) {
  Answer answer;
  std::vector<FrontierRow> rows;
  for (const auto& r : plan::frontier(programme, o.frontier, with, run.progress)) {
    auto& row = rows.emplace_back(FrontierRow{{}, r.quarter, r.most, {}});
    for (const auto& b : r.binds)
      row.held_by += std::format("{}{}{} {:.0f} %", row.held_by.empty() ? "" : "; ", b.words,
                                 b.what.empty() ? "" : " (" + b.what + ")", 100 * b.share);
  }
  answer.heading = std::format("{}: the most {} by each quarter", programme.settings.name, o.frontier);
  answer.add(frontier_table, rows);
  answer.sentences.push_back("Linear programs, whole numbers relaxed and energy free: no plan has more, and a plan may have less.");
  if (run.stopped()) answer.termination.ending = Ending::interrupted;
  return answer;
}

Answer make(const PlanCommand& o, Run& run) {
  const auto [files, programme, notes] = load(o);
  plan::PlanOptions with;
  with.gap = share_of(o.gap);
  with.effort = o.effort;
  with.time_limit_s = o.time_limit;
  with.seed = static_cast<int>(o.seed);
  with.monolith = o.monolith;
  with.alternatives = !o.no_alternatives;
  with.threads = run.threads;
  with.stop = run.stop;
  if (!o.frontier.empty()) return answer_frontier(programme, o, with, run);

  // Refused before any work: a place that cannot be written, or that holds a programme.
  auto results = std::make_unique<ResultFolder>(o.out, Maker{"plan", programme.digest});
  auto outcome = plan::make_plan(programme, with, run.progress);
  auto& proof = outcome.plan.proof;
  proof.version = program_version();

  Answer answer;
  answer.notes = notes;
  answer.termination = ending_of(outcome, with.gap);
  std::vector<Said> said;
  for (const auto& words : outcome.possible) said.push_back({{}, "possible", words});
  for (const auto& c : outcome.conflicts) said.push_back({{}, "conflict", c.words});
  answer.add(said_table, said, said.empty() ? Shown::no : Shown::yes);
  PlanFigures figures{{}, proof.status, proof.objective_kind, proof.unit, {}, {}, programme.digest, proof.objective,
                      proof.bound, proof.gap, outcome.seconds, proof.columns, proof.rows, proof.integers};
  if (!answer.termination.has_answer) {
    answer.heading = std::format("No plan: {}.", proof.status);
    answer.add_single(figures_table, figures, Shown::no);
    return answer;
  }
  const auto out = place_of(proof, o.out, o.replace, answer.notes);
  if (out != o.out) results = std::make_unique<ResultFolder>(out, Maker{"plan", programme.digest});
  for (const auto& [name, bytes] : files) results->put("programme/" + name, bytes);
  for (const auto& [name, bytes] : plan_files(outcome.plan)) results->put(name, bytes);
  results->put("run.json", nlohmann::json{{"seconds", outcome.seconds}, {"threads", with.threads}}.dump(2) + "\n", false);
  results->put("report.html", report::report_html(programme, outcome.plan));
  results->put("sites.geojson", report::sites_geojson(programme, outcome.plan));
  results->commit();

  figures.folder = out.string();
  figures.report = (out / "report.html").string();
  answer.heading = programme.settings.name;
  answer.tables.insert(answer.tables.begin(), answer_table(years_table, std::span<const YearRow>(years_of(outcome.plan))));
  answer.add_single(figures_table, figures, Shown::no);
  answer.sentences.push_back(std::format(
      "{}: {} {}, at most {} ({:.2f} % away). {} columns, {} rows, {} whole-number; {}.", proof.status,
      grouped(proof.objective), proof.unit, grouped(proof.bound), 100 * proof.gap, grouped(static_cast<double>(proof.columns)),
      grouped(static_cast<double>(proof.rows)), grouped(static_cast<double>(proof.integers)), duration_text(outcome.seconds)));
  answer.sentences.push_back(std::format("Tables and plan.json: {}\nReport: {}", figures.folder, figures.report));
  return answer;
}

}  // namespace

std::vector<Command> plan_commands() {
  return {command(options(),
                  {{"stargate plan -o out/plan", "the default programme"},
                   {"stargate plan mine -o out/mine --set programme.discount_rate=0.1", "an own one, one value changed"},
                   {"stargate plan --frontier it_mw", "how much can run by each quarter, and what holds it"}},
                  {table_spec(years_table), table_spec(said_table), table_spec(frontier_table), table_spec(figures_table, true)},
                  make)};
}

}  // namespace stargate
