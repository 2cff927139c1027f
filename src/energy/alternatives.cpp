#include "energy/alternatives.h"

#include <chrono>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "lp/convex.h"

namespace stargate::energy {

namespace {

/// Cost of capacity that stands and is not to be decided: part of what the slack is a share of.
double cost_of_given(const System& system) {
  double total = 0;
  for (const auto& scenario : system.scenarios)
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(scenario.network, list); ++i) {
        const Capacity& c = capacity_of(scenario.network, list, i);
        if (c.extendable || !c.active || !std::isfinite(c.nominal)) continue;
        total += scenario.probability * investment_weight(c, scenario.network) * periodic_cost(c, scenario.network) * c.nominal;
      }
  return total;
}

}  // namespace

Alternative alternative(const System& system, const AlternativeOptions& options) {
  if (!(options.slack >= 0)) throw InputError({}, std::format("a slack of {}", options.slack), "allowed: 0 or more");
  Formulation f = formulate(system, options.solver.formulation);
  Alternative out;
  out.optimum = optimise(system, f, options.solver);
  out.result = out.optimum;
  if (out.optimum.status != lp::Status::optimal && out.optimum.status != lp::Status::gap_reached) return out;
  if (!f.model.quadratic.empty()) throw InputError({}, "a budget on quadratic cost is no linear row", "make the cost piecewise linear");
  const auto began = std::chrono::steady_clock::now();
  const double given = cost_of_given(system), least = out.optimum.objective + out.optimum.constant;
  const std::vector<double> cost = f.model.cost;
  const double offset = std::exchange(f.model.offset, 0);
  for (int j = 0; j < f.model.columns(); ++j) f.model.term(j, cost[static_cast<std::size_t>(j)]);
  f.model.end_row(-lp::infinity, (1 + options.slack) * (least + given) - given - offset);
  std::vector<double> aim(cost.size(), 0);
  bool any = false;
  for (const auto& a : options.aims)
    for (std::size_t i = 0; i < list_size(system.first(), a.list); ++i) {
      const int column = f.layout.capacity[static_cast<std::size_t>(a.list)][i];
      if (column < 0 || (!a.carrier.empty() && capacity_of(system.first(), a.list, i).carrier != a.carrier)) continue;
      aim[static_cast<std::size_t>(column)] += a.weight;
      any = true;
    }
  if (!any) throw InputError({}, "no capacity that is to be decided is of the list and carrier aimed at");
  for (std::size_t j = 0; j < aim.size(); ++j) f.model.cost[j] = options.largest ? -aim[j] : aim[j];
  lp::Options solver;
  solver.method = options.solver.method;
  solver.threads = options.solver.threads;
  solver.relative_gap = options.solver.relative_gap;
  solver.feasibility = 1e-9;
  solver.time_limit_s = options.solver.time_limit_s;
  solver.should_stop = options.solver.should_stop;
  lp::Solution solution = lp::solve_convex(f.model, solver);
  Result& r = out.result;
  r = {};
  r.columns = static_cast<std::size_t>(f.model.columns());
  r.rows = static_cast<std::size_t>(f.model.rows());
  r.entries = f.model.entries();
  r.method = std::format("alternative within {:g} % of the least cost", 100 * options.slack);
  r.notes = f.notes;
  r.left_out = f.left_out;
  f.model.cost = cost;
  f.model.offset = offset;
  if (solution.has_values()) {
    double total = offset;
    for (std::size_t j = 0; j < cost.size(); ++j) {
      total += cost[j] * solution.value[j];
      out.aim += aim[j] * solution.value[j];
    }
    solution.objective = total;
    solution.bound = least;
    solution.row_dual.clear();  // prices are those of the aim, not of cost
    solution.reduced_cost.clear();
  }
  read_solution(system, f, solution, r);
  r.dual_objective = unset;
  r.solve_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

}  // namespace stargate::energy
