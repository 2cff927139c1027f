#include "lp/dual_bound.h"

#include <algorithm>
#include <cmath>

namespace stargate::lp {

namespace {

struct Bounds {
  std::vector<double> lower, upper;
};

/// With the rest of the cost at its least, no column can cost more than what is left to the best known point.
void bound_by_cost(const Model& model, double best_known, Bounds& b) {
  if (!std::isfinite(best_known)) return;
  double least = model.offset;
  for (std::size_t j = 0; j < model.cost.size(); ++j)
    if (const double c = model.cost[j]; c != 0) least += c * (c > 0 ? b.lower[j] : b.upper[j]);
  if (!std::isfinite(least)) return;
  const double room = std::max(best_known - least, 0.0);
  for (std::size_t j = 0; j < model.cost.size(); ++j) {
    const double c = model.cost[j];
    if (c > 0) b.upper[j] = std::min(b.upper[j], b.lower[j] + room / c);
    if (c < 0) b.lower[j] = std::max(b.lower[j], b.upper[j] + room / c);
  }
}

/// sum a x <= high, by rows: a column's bound follows where all others have theirs. Only missing bounds are set.
void bound_by_rows(const Model& model, Bounds& b) {
  for (int r = 0; r < model.rows(); ++r)
    for (const double side : {1.0, -1.0}) {
      const double high =
          side > 0 ? model.row_upper[static_cast<std::size_t>(r)] : -model.row_lower[static_cast<std::size_t>(r)];
      if (!std::isfinite(high)) continue;
      const auto columns = model.row_columns(r);
      const auto values = model.row_values(r);
      double least = 0;
      std::size_t open = 0, which = 0;
      const auto contribution = [&](std::size_t k) {
        const double a = side * values[k];
        const auto j = static_cast<std::size_t>(columns[k]);
        return a * (a > 0 ? b.lower[j] : b.upper[j]);
      };
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const double c = contribution(k);
        if (std::isfinite(c))
          least += c;
        else
          ++open, which = k;
      }
      if (open > 1) continue;
      for (std::size_t k = open == 1 ? which : 0; k < (open == 1 ? which + 1 : columns.size()); ++k) {
        const double a = side * values[k];
        const auto j = static_cast<std::size_t>(columns[k]);
        double& bound = a > 0 ? b.upper[j] : b.lower[j];
        if (std::isfinite(bound)) continue;
        bound = (high - (least - (open == 1 ? 0 : contribution(k)))) / a;
      }
    }
}

}  // namespace

double proven_bound(const Model& model, const std::vector<double>& row_dual, double best_known) {
  Bounds b{model.lower, model.upper};
  bound_by_rows(model, b);
  bound_by_cost(model, best_known, b);
  for (int round = 0; round < 3; ++round) bound_by_rows(model, b);
  std::vector<double> reduced = model.cost;
  double total = model.offset;
  for (int r = 0; r < model.rows(); ++r) {
    const auto row = static_cast<std::size_t>(r);
    const double price = row_dual[row], bound = price > 0 ? model.row_lower[row] : model.row_upper[row];
    if (price == 0 || !std::isfinite(bound)) continue;  // a price without a bound proves nothing: it is left out
    total += price * bound;
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    for (std::size_t k = 0; k < columns.size(); ++k) reduced[static_cast<std::size_t>(columns[k])] -= price * values[k];
  }
  for (std::size_t j = 0; j < reduced.size(); ++j) {
    if (reduced[j] == 0) continue;
    total += reduced[j] * (reduced[j] > 0 ? b.lower[j] : b.upper[j]);
  }
  return std::isnan(total) ? -infinity : total;
}

}  // namespace stargate::lp
