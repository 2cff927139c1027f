#include "energy/decompose.h"

#include <algorithm>
#include <chrono>

#include "base/diagnostics.h"
#include "energy/by_cuts.h"
#include "energy/by_prices.h"
#include "lp/blocks.h"
#include "lp/certificate.h"

namespace stargate::energy {

bool can_decompose(const System& system, const Formulation& f, const Partition& p, Decomposition method) {
  if (system.cvar_weight != 0 || !f.model.quadratic.empty() || (p.blocks < 2 && method == Decomposition::prices)) return false;
  for (std::size_t j = 0; j < f.model.integer.size(); ++j)
    if (f.model.integer[j] && (method == Decomposition::prices || p.block_of[j] != lp::fixed_column)) return false;
  return true;
}

namespace {

Result decompose(const System& system, Formulation& f, Partition& p, const DecomposeOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  lp::separate(f.model, p.block_of);
  Result result;
  result.notes = f.notes;
  result.left_out = f.left_out;
  result.columns = static_cast<std::size_t>(f.model.columns());
  result.rows = static_cast<std::size_t>(f.model.rows());
  result.entries = f.model.entries();
  const bool prices = options.method == Decomposition::prices;
  result.method = prices ? "decomposition by prices" : "decomposition by cuts";
  lp::Solution best = prices ? by_prices(system, f, p, options) : by_cuts(f, p, options);
  if (best.has_values()) {
    if (best.reduced_cost.empty()) best.reduced_cost = lp::reduced_costs(f.model, best.row_dual);
    result.infeasibility = lp::certify(f.model, best).primal_infeasibility;
  }
  read_solution(system, f, best, result);
  result.dual_objective = best.bound - f.constant;
  result.solve_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

Formulation built(const System& system, const DecomposeOptions& options, double& seconds) {
  const auto began = std::chrono::steady_clock::now();
  if (options.on_stage) options.on_stage("build");
  Formulation f = formulate(system, options.formulation);
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return f;
}

}  // namespace

Result decompose(const System& system, const DecomposeOptions& options) {
  double build_seconds = 0;
  Formulation f = built(system, options, build_seconds);
  Partition p = partition(system, f, options.block_snapshots);
  if (!can_decompose(system, f, p, options.method))
    throw InputError({}, std::format("'{}' cannot be decomposed", system.first().name),
                     "it takes more than one block of hours, linear costs, no risk weighting, and whole numbers of capacity only (by cuts)");
  Result result = decompose(system, f, p, options);
  result.build_seconds = build_seconds;
  return result;
}

Result solve_best(const System& system, const OptimiseOptions& whole, const DecomposeOptions& parts) {
  // Below this many columns the simplex method is as fast, and exact (docs/performance/energy.md).
  constexpr int small = 20'000;
  double build_seconds = 0;
  Formulation f = built(system, parts, build_seconds);
  // Linked representative periods are few; their blocks hang together by more than can be held well (docs/decisions/0102).
  if (f.model.columns() > small && !is_linked(system.first()) && (parts.relative_gap > 0 || !f.model.has_integers())) {
    Partition p = partition(system, f, parts.block_snapshots);
    DecomposeOptions options = parts;
    options.method = f.model.has_integers() ? Decomposition::cuts : Decomposition::prices;
    if (can_decompose(system, f, p, options.method)) {
      Result result = decompose(system, f, p, options);
      result.build_seconds = build_seconds;
      if (result.status != lp::Status::failed) return result;  // else the gap was not met: the whole will
    }
  }
  OptimiseOptions options = whole;
  if (is_linked(system.first()) && f.model.columns() > small && !f.model.has_integers() && whole.method == lp::Method::choose)
    options.method = lp::Method::interior_point;  // a fifth of the simplex method's time on the 26 zones
  Result result = optimise(system, f, options);
  result.build_seconds = build_seconds;
  return result;
}

}  // namespace stargate::energy
