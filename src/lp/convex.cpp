#include "lp/convex.h"

#include <algorithm>
#include <cmath>

namespace stargate::lp {

namespace {

/// w >= q/2 x^2 as far as its tangents tell.
struct Envelope {
  int x, w;
  double q;
  double value(double at) const { return q / 2 * at * at; }
};

void add_tangent(Solver& solver, const Envelope& e, double at) {
  const Term terms[] = {{e.w, 1}, {e.x, -e.q * at}};
  solver.add_row(-e.value(at), infinity, terms);
}

}  // namespace

Solution solve_convex(const Model& model, const Options& options, double relative_gap) {
  if (std::ranges::all_of(model.quadratic, [](double q) { return q == 0; })) {
    if (model.quadratic.empty()) return solve(model, options);
    Model linear = model;
    linear.quadratic.clear();
    return solve(linear, options);
  }
  Model linear = model;
  linear.quadratic.clear();
  std::vector<Envelope> envelopes;
  for (int j = 0; j < model.columns(); ++j)
    if (const double q = model.quadratic[static_cast<std::size_t>(j)]; q > 0)
      envelopes.push_back({j, linear.add_column(0, infinity, 1), q});
  Solver solver(linear);
  for (const auto& e : envelopes) {
    const auto j = static_cast<std::size_t>(e.x);
    const double low = std::isfinite(model.lower[j]) ? model.lower[j] : 0,
                 high = std::isfinite(model.upper[j]) ? model.upper[j] : low;
    constexpr int pieces = 8;
    for (int k = 0; k <= (high > low ? pieces : 0); ++k) add_tangent(solver, e, low + (high - low) * k / pieces);
  }
  Options each = options;
  Solution best;
  double seconds = 0;
  long long iterations = 0;
  constexpr int most_rounds = 60;
  for (int round = 0; round < most_rounds; ++round) {
    if (std::isfinite(options.time_limit_s)) each.time_limit_s = std::max(options.time_limit_s - seconds, 0.01);
    Solution found = solver.solve(each);
    seconds += found.seconds;
    iterations += found.iterations;
    if (!found.has_values()) {
      if (!best.has_values())
        best = std::move(found);
      else
        best.status = found.status;
      break;
    }
    double short_of = 0;
    for (const auto& e : envelopes) {
      const double x = found.value[static_cast<std::size_t>(e.x)], w = found.value[static_cast<std::size_t>(e.w)];
      short_of += std::max(e.value(x) - w, 0.0);
    }
    const double truly = found.objective + short_of;
    const bool better = !best.has_values() || truly <= best.objective;
    const double bound = std::max(found.bound, best.has_values() ? best.bound : -infinity);
    if (better) {
      best = found;
      best.objective = truly;
    }
    best.bound = bound;
    const bool done = best.objective - bound <=
                      relative_gap * std::max(std::abs(best.objective), 1e-9) + std::abs(found.objective - found.bound);
    if (done || (found.status != Status::optimal && found.status != Status::gap_reached)) break;
    for (const auto& e : envelopes) {
      const double x = found.value[static_cast<std::size_t>(e.x)], w = found.value[static_cast<std::size_t>(e.w)];
      if (e.value(x) - w > 1e-12 * std::max(1.0, std::abs(truly))) add_tangent(solver, e, x);
    }
  }
  best.seconds = seconds;
  best.iterations = iterations;
  const auto columns = static_cast<std::size_t>(model.columns());
  if (best.value.size() > columns) best.value.resize(columns);
  if (best.reduced_cost.size() > columns) best.reduced_cost.resize(columns);
  if (best.row_dual.size() > model.row_lower.size()) best.row_dual.resize(model.row_lower.size());
  return best;
}

}  // namespace stargate::lp
