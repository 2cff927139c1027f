#include "plan/operations.h"

#include "base/workers.h"

namespace stargate::plan {

Operations::Operations(const Formulation& f, const QuarterDispatch& quarter)
    : quarter_(&quarter), solver_(quarter.grid.model) {
  for (const auto& d : quarter.decided)
    solver_.set_column_bounds(d.column, d.constant, d.column == quarter.allowance ? lp::infinity : d.constant);
  solve_again();
  baseline_cost_ = solution_.objective;
  baseline_emission_ = sum(quarter.emission);
  baseline_values_ = solution_.value;
  baseline_duals_ = solution_.row_dual;
  bool fewer_rules = false;
  for (std::size_t r = 0; r < quarter.tags.size(); ++r)
    if (!f.holds(quarter.tags[r].rule)) {
      solver_.set_row_bounds(static_cast<int>(r), -lp::infinity, lp::infinity);
      fewer_rules = true;
    }
  if (fewer_rules) solve_again();
}

void Operations::solve(const std::vector<double>& decision) {
  for (const auto& d : quarter_->decided) {
    double v = d.constant;
    for (const auto& e : d.of) v += e.value * decision[at(e.column)];
    v = std::max(0.0, v);
    solver_.set_column_bounds(d.column, v, v);
  }
  solve_again();
}

void Operations::solve_again() {
  solution_ = solver_.solve({.method = lp::Method::simplex});
  if (solution_.status != lp::Status::optimal) {
    solver_.forget();
    solution_ = solver_.solve();
  }
  if (solution_.status != lp::Status::optimal)
    throw std::runtime_error("the dispatch of a quarter could not be solved: " +
                             std::string(lp::to_string(solution_.status)) + " " + solution_.message);
}

double Operations::sum(const std::vector<lp::Term>& terms) const {
  double all = 0;
  for (const auto& e : terms) all += e.value * solution_.value[at(e.column)];
  return all;
}

Cut Operations::cut() const {
  Cut cut{cost(), {}};
  std::map<int, double> slopes;  // a decision may stand behind several columns
  for (const auto& d : quarter_->decided) {
    const double s = slope(d);
    if (std::abs(s) < 1e-11) continue;
    cut.constant -= s * (solution_.value[at(d.column)] - d.constant);
    for (const auto& e : d.of) slopes[e.column] += s * e.value;
  }
  for (const auto& [column, s] : slopes) cut.slopes.push_back({column, s});
  return cut;
}

std::vector<Operations> operations_of(const Formulation& f, const std::vector<QuarterDispatch>& quarters,
                                      unsigned threads) {
  std::vector<std::optional<Operations>> made(quarters.size());
  parallel_for(quarters.size(), threads, [&](std::size_t d) { made[d].emplace(f, quarters[d]); });
  std::vector<Operations> operations;
  for (auto& o : made) operations.push_back(std::move(*o));
  return operations;
}

Baseline baseline_of(const std::vector<Operations>& operations) {
  Baseline baseline;
  for (const auto& o : operations) {
    baseline.cost_usd_b.push_back(o.baseline_cost());
    baseline.co2_mt.push_back(o.baseline_emission());
    baseline.value.push_back(o.baseline_values());
    baseline.row_dual.push_back(o.baseline_duals());
  }
  return baseline;
}

}  // namespace stargate::plan
