#include "plan/solve.h"

#include <format>

#include "plan/conflict.h"
#include "plan/extract.h"
#include "plan/frontier.h"
#include "plan/search.h"
#include "plan/worth.h"

namespace stargate::plan {

namespace {

/// Sites that are free to be chosen, graded: a relaxation without a site that is worth less than the plan itself says that
/// no plan without it is as good.
std::vector<Alternative> alternatives_of(const Formulation& f, const Found& found, double own, double gap_asked) {
  std::vector<Alternative> rows;
  const double asked = 100 * std::max(gap_asked, std::abs(found.relaxed - own) / std::max(1e-9, std::abs(own)));
  const auto& sites = f.instance.p.sites;
  for (const auto& a : found.alternatives) {
    Alternative row;
    row.site = sites[a.site].id;
    row.change = a.with ? "with" : "without";
    row.objective = f.objective_sign * a.objective * thousand;
    row.regret = std::max(0.0, (a.objective - found.relaxed) * thousand);
    row.regret_percent = 100 * row.regret / std::max(1e-9, std::abs(found.relaxed * thousand));
    const bool small = row.regret_percent < asked;
    row.grade = a.with ? (small ? "interchangeable" : "unlikely")
                : a.objective > own + 1e-9 * std::abs(own) ? "certain"
                : small                                    ? "interchangeable"
                                                           : "likely";
    row.words = std::format("{}: {} {} the plan is worth {:.3f} % less, both relaxed", row.grade,
                            a.with ? "with" : "without", sites[a.site].name, row.regret_percent);
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, {}, &Alternative::regret);
  return rows;
}

std::string unit_of(const Settings& s) { return s.objective == "compute" ? "PFLOP/s-years" : "million USD"; }

}  // namespace

Outcome make_plan(const Programme& programme, const PlanOptions& options, Progress& progress) {
  progress.stage("formulation");
  const Instance instance(programme);
  Formulation decisions(instance, options.dropped);
  const auto quarters = quarter_dispatches(decisions, options.threads);
  progress.stage("grid without the programme");
  auto operations = operations_of(decisions, quarters, options.threads);
  const Baseline baseline = baseline_of(operations);
  decisions.limit_carbon(baseline);
  Formulation whole = decisions;
  whole.append_dispatch(quarters, baseline);

  if (options.monolith) whole.append_halls();
  const Found found = options.monolith ? search_monolith(whole, options, progress)
                                       : search_decomposed(decisions, operations, options, progress);

  Outcome outcome;
  const bool small = std::ranges::count(decisions.model.integer, 1) <= most_exact_integers;
  const bool missed = !found.value.empty() && !found.targets_met;
  if (found.value.empty() || (missed && small)) {
    outcome.exit = found.status == lp::Status::infeasible || missed ? Exit::infeasible
                   : found.status == lp::Status::interrupted        ? Exit::interrupted
                                                                    : Exit::failed;
    if (outcome.exit == Exit::infeasible) {
      Formulation loose(instance, options.dropped, false);
      loose.limit_carbon(baseline);
      if (options.monolith) loose.append_dispatch(quarters, baseline);
      outcome.possible = what_is_possible(loose, options, progress);
      outcome.conflicts = find_conflict(loose, options, progress);
    }
    outcome.plan.proof.status = outcome.exit == Exit::infeasible    ? "infeasible"
                                : outcome.exit == Exit::interrupted ? "interrupted"
                                                                    : "failed";
    return outcome;
  }
  if (missed) {
    Formulation loose(instance, options.dropped, false);
    outcome.possible = what_is_possible(loose, options, progress);
  }
  progress.stage("tables");
  const double own = whole.objective_of(found.value);
  outcome.plan = extract_plan(whole, baseline, found.value, found.row_dual);
  outcome.plan.alternatives = alternatives_of(whole, found, whole.objective_sign * own, options.gap);
  outcome.plan.worths = binding_limits(whole, found);
  auto& proof = outcome.plan.proof;
  proof.objective_kind = programme.settings.objective;
  proof.unit = unit_of(programme.settings);
  proof.objective = own * thousand;
  proof.bound = whole.objective_sign * found.bound * thousand;
  proof.gap = std::abs(proof.bound - proof.objective) / std::max(1e-9, std::abs(proof.objective));
  proof.gap_asked = options.gap;
  const bool within = proof.gap <= options.gap + 1e-9;
  proof.ended_by = found.status == lp::Status::interrupted ? "interruption"
                   : within                                ? "gap"
                   : found.out_of_time                     ? "time"
                                                           : "work";
  proof.status = found.status == lp::Status::interrupted ? "interrupted"
                 : missed                                ? "target missed"
                 : !found.whole                          ? "not whole"
                 : !within                               ? "gap not met"
                                                         : "done";
  outcome.exit = found.status == lp::Status::interrupted ? Exit::interrupted
                 : proof.status == "done"                ? Exit::done
                                                         : Exit::gap_not_met;
  proof.rounds = found.rounds;
  proof.lp_iterations = found.lp_iterations;
  proof.nodes = found.nodes;
  proof.seed = options.seed;
  proof.columns = whole.model.columns();
  proof.rows = whole.model.rows();
  proof.integers = std::ranges::count(whole.model.integer, 1);
  proof.programme = programme.settings.name;
  proof.digest = programme.digest;
  proof.solver = options.monolith ? "HiGHS, monolith" : "HiGHS, decomposed by quarter";
  outcome.seconds = progress.seconds();
  return outcome;
}

}  // namespace stargate::plan
