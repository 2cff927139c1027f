#include "lp/certificate.h"

#include <algorithm>
#include <cmath>

namespace stargate::lp {

namespace {

/// Adds what a price proves where the thing priced lies within [low, high]; a pull towards no bound is infeasible.
void prove(double price, double low, double high, Certificate& c) {
  const double bound = price > 0 ? low : high;
  if (price == 0) return;
  if (std::isfinite(bound))
    c.dual_objective += price * bound;
  else
    c.dual_infeasibility = std::max(c.dual_infeasibility, std::abs(price));
}

double outside(double x, double low, double high) { return std::max({low - x, x - high, 0.0}); }

}  // namespace

Certificate certify(const Model& model, const Solution& solution) {
  Certificate c;
  if (!solution.has_values()) return c;
  c.primal_objective = c.dual_objective = model.offset;
  const bool duals = !solution.row_dual.empty();
  // A quadratic cost is met by its gradient: reduced = cost + Q x - A' y, and x' Q x / 2 is taken off the bound.
  std::vector<double> reduced = model.cost;
  for (std::size_t j = 0; j < model.quadratic.size(); ++j) {
    const double gradient = model.quadratic[j] * solution.value[j];
    reduced[j] += gradient;
    c.dual_objective -= gradient * solution.value[j] / 2;
  }
  for (int r = 0; r < model.rows(); ++r) {
    const auto row = static_cast<std::size_t>(r);
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    double activity = 0;
    for (std::size_t k = 0; k < columns.size(); ++k)
      activity += values[k] * solution.value[static_cast<std::size_t>(columns[k])];
    c.primal_infeasibility =
        std::max(c.primal_infeasibility, outside(activity, model.row_lower[row], model.row_upper[row]));
    if (!duals) continue;
    const double price = solution.row_dual[row];
    for (std::size_t k = 0; k < columns.size(); ++k) reduced[static_cast<std::size_t>(columns[k])] -= values[k] * price;
    prove(price, model.row_lower[row], model.row_upper[row], c);
  }
  for (std::size_t j = 0; j < model.cost.size(); ++j) {
    const double x = solution.value[j], q = model.quadratic.empty() ? 0 : model.quadratic[j];
    c.primal_objective += model.cost[j] * x + q / 2 * x * x;
    c.primal_infeasibility = std::max(c.primal_infeasibility, outside(x, model.lower[j], model.upper[j]));
    if (duals) prove(reduced[j], model.lower[j], model.upper[j], c);
  }
  if (!duals) c.dual_objective = 0;
  return c;
}

std::vector<double> reduced_costs(const Model& model, const std::vector<double>& row_dual) {
  std::vector<double> reduced = model.cost;
  for (int r = 0; r < model.rows(); ++r) {
    const double price = row_dual[static_cast<std::size_t>(r)];
    if (price == 0) continue;
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    for (std::size_t k = 0; k < columns.size(); ++k) reduced[static_cast<std::size_t>(columns[k])] -= price * values[k];
  }
  return reduced;
}

}  // namespace stargate::lp
