#include "plan/solve.h"

#include <format>

#include "plan/conflict.h"
#include "plan/extract.h"
#include "plan/search.h"
#include "plan/worth.h"

namespace stargate::plan {

namespace {

/// The objective of docs/formulation.md, from the point itself.
double objective_of(const Formulation& f, const std::vector<double>& value) {
  double sum = f.model.offset;
  for (std::size_t j = 0; j < value.size(); ++j) sum += f.model.cost[j] * value[j];
  return f.objective_sign * sum;
}

std::vector<Alternative> alternatives_of(const Formulation& f, const Found& found) {
  std::vector<Alternative> rows;
  const auto& sites = f.instance.p.sites;
  for (const auto& a : found.alternatives) {
    Alternative row;
    row.site = sites[a.site].id;
    row.change = a.with ? "with" : "without";
    row.objective = f.objective_sign * a.objective * thousand;
    row.regret = std::max(0.0, (a.objective - found.relaxed) * thousand);
    row.regret_percent = 100 * row.regret / std::max(1e-9, std::abs(found.relaxed * thousand));
    row.words = std::format("{} {} the plan is worth {:.3f} % less, both relaxed", a.with ? "with" : "without",
                            sites[a.site].name, row.regret_percent);
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

  const Found found = options.monolith ? search_monolith(whole, options, progress)
                                       : search_decomposed(decisions, operations, options, progress);

  Outcome outcome;
  if (found.value.empty()) {
    outcome.exit = found.status == lp::Status::infeasible    ? Exit::infeasible
                   : found.status == lp::Status::interrupted ? Exit::interrupted
                                                             : Exit::failed;
    if (outcome.exit == Exit::infeasible) {
      Formulation loose(instance, options.dropped, false);
      loose.limit_carbon(baseline);
      if (options.monolith) loose.append_dispatch(quarters, baseline);
      outcome.conflicts = find_conflict(loose, options, progress);
    }
    outcome.plan.proof.status = outcome.exit == Exit::infeasible    ? "infeasible"
                                : outcome.exit == Exit::interrupted ? "interrupted"
                                                                    : "failed";
    return outcome;
  }
  progress.stage("tables");
  outcome.plan = extract_plan(whole, baseline, found.value, found.row_dual);
  outcome.plan.alternatives = alternatives_of(whole, found);
  outcome.plan.worths = binding_limits(whole, found);
  auto& proof = outcome.plan.proof;
  proof.status = found.status == lp::Status::interrupted ? "interrupted" : "done";
  if (found.status == lp::Status::interrupted) outcome.exit = Exit::interrupted;
  proof.objective_kind = programme.settings.objective;
  proof.unit = unit_of(programme.settings);
  proof.objective = objective_of(whole, found.value) * thousand;
  proof.bound = whole.objective_sign * found.bound * thousand;
  proof.gap = std::abs(proof.bound - proof.objective) / std::max(1e-9, std::abs(proof.objective));
  proof.seed = options.seed;
  proof.columns = whole.model.columns();
  proof.rows = whole.model.rows();
  proof.integers = std::ranges::count(whole.model.integer, 1);
  proof.programme = programme.settings.name;
  proof.digest = programme.digest;
  proof.solver = options.monolith ? "HiGHS, monolith" : "HiGHS, decomposed by quarter";
  proof.solve_seconds = progress.seconds();
  return outcome;
}

}  // namespace stargate::plan
