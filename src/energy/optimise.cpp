#include "energy/optimise.h"

#include <chrono>

#include "lp/certificate.h"
#include "lp/convex.h"

namespace stargate::energy {

Result optimise(const System& system, const OptimiseOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  if (options.on_stage) options.on_stage("build");
  const Formulation formulation = formulate(system, options.formulation);
  const double build_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  Result result = optimise(system, formulation, options);
  result.build_seconds = build_seconds;
  return result;
}

Result optimise(const System& system, const Formulation& formulation, const OptimiseOptions& options) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  Result result;
  result.notes = formulation.notes;
  result.left_out = formulation.left_out;
  result.columns = static_cast<std::size_t>(formulation.model.columns());
  result.rows = static_cast<std::size_t>(formulation.model.rows());
  result.entries = formulation.model.entries();
  result.method = "monolith";
  if (options.on_stage) options.on_stage("solve");
  lp::Options solver;
  solver.method = options.method;
  solver.threads = options.threads;
  solver.relative_gap = options.relative_gap;
  solver.feasibility = 1e-9;  // balances in MW are met to 1e-6 after unscaling
  solver.time_limit_s = options.time_limit_s;
  solver.on_pace = options.on_pace;
  solver.should_stop = options.should_stop;
  const auto started = now();
  const lp::Solution solution = lp::solve_convex(formulation.model, solver);
  result.solve_seconds = std::chrono::duration<double>(now() - started).count();
  read_solution(system, formulation, solution, result);
  const auto proof = lp::certify(formulation.model, solution);
  result.dual_objective = proof.dual_objective - formulation.constant;
  result.infeasibility = proof.primal_infeasibility;
  return result;
}

}  // namespace stargate::energy
