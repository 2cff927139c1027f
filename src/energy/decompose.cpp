#include "energy/decompose.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>
#include <map>
#include <string_view>

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

/// 'Within the gap' is said only of a cost and a bound in the right order, and within it.
void trust_only_ordered(lp::Solution& s, double gap) {
  if (s.status != lp::Status::gap_reached && s.status != lp::Status::optimal) return;
  const double rounding = 1e-7 * std::max(1.0, std::abs(s.objective));
  if (s.bound > s.objective + rounding) {
    s.status = lp::Status::failed;
    s.message = std::format("the bound {:.9g} lies above the cost {:.9g}: neither is to be trusted", s.bound, s.objective);
    return;
  }
  s.bound = std::min(s.bound, s.objective);
  if (s.status == lp::Status::gap_reached && !(s.gap() <= gap)) {
    s.status = lp::Status::failed;
    s.message = std::format("the gap is {:.1e}; {:.1e} was asked", s.gap(), gap);
  }
}

/// Lines and transformers in cycles, and capacity to decide: Kirchhoff's rows tie each block to all of it, first-order points come slowly, and
/// HiGHS' interior point method is several times as fast (docs/performance/energy.md).
bool is_meshed(const Network& n) {
  std::map<std::string_view, std::string_view> root;
  const auto find = [&](std::string_view bus) {
    while (true) {
      const auto at = root.try_emplace(bus, bus).first;
      if (at->second == bus) return bus;
      bus = at->second;
    }
  };
  bool cycle = false;
  for (const auto* branches : {&n.lines, &n.transformers})
    for (const Branch& b : *branches) {
      const auto from = find(b.bus0), to = find(b.bus1);
      if (from == to) cycle = true;
      else root[from] = to;
    }
  const auto decided = [](const auto& all) { return std::ranges::any_of(all, [](const Capacity& c) { return c.extendable; }); };
  return cycle && (decided(n.lines) || decided(n.transformers) || decided(n.generators) || decided(n.storage_units) || decided(n.stores));
}

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
  trust_only_ordered(best, options.relative_gap);
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
  const auto began = std::chrono::steady_clock::now();
  double build_seconds = 0;
  Formulation f = built(system, parts, build_seconds);
  const bool large = f.model.columns() > small, meshed = is_meshed(system.first());
  const auto left = [&](double limit) {
    return std::max(limit - std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), 0.0);
  };
  // Linked representative periods are few; their blocks hang together by more than can be held well (docs/decisions/0102).
  if (large && !meshed && !is_linked(system.first()) && (parts.relative_gap > 0 || !f.model.has_integers())) {
    Partition p = partition(system, f, parts.block_snapshots);
    DecomposeOptions options = parts;
    options.method = f.model.has_integers() ? Decomposition::cuts : Decomposition::prices;
    options.time_limit_s = left(parts.time_limit_s);
    if (can_decompose(system, f, p, options.method)) {
      Result result = decompose(system, f, p, options);
      result.build_seconds = build_seconds;
      if (result.status != lp::Status::failed) return result;  // else the gap was not met: the whole will
    }
  }
  OptimiseOptions options = whole;
  options.time_limit_s = left(whole.time_limit_s);
  if ((is_linked(system.first()) || meshed) && large && !f.model.has_integers() && whole.method == lp::Method::choose)
    options.method = lp::Method::interior_point;  // linked: a fifth of the simplex method's time on the 26 zones
  Result result = optimise(system, f, options);
  result.build_seconds = build_seconds;
  return result;
}

}  // namespace stargate::energy
