#include "lp/dual_bound.h"

#include <algorithm>
#include <cmath>

#include "lp/blocks.h"
#include "lp/certificate.h"

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

/// What the prices prove, given bounds on every column that needs one. A price without a bound proves nothing.
double value_of(const Model& model, const Bounds& b, const std::vector<double>& row_dual) {
  std::vector<double> reduced = model.cost;
  double total = model.offset;
  for (int r = 0; r < model.rows(); ++r) {
    const auto row = static_cast<std::size_t>(r);
    const double price = row_dual[row], bound = price > 0 ? model.row_lower[row] : model.row_upper[row];
    if (price == 0 || !std::isfinite(bound)) continue;
    total += price * bound;
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    for (std::size_t k = 0; k < columns.size(); ++k) reduced[static_cast<std::size_t>(columns[k])] -= price * values[k];
  }
  for (std::size_t j = 0; j < reduced.size(); ++j)
    if (reduced[j] != 0) total += reduced[j] * (reduced[j] > 0 ? b.lower[j] : b.upper[j]);
  return std::isnan(total) ? -infinity : total;
}

/// Rows with one column that is not held, as a limit of a flow to a capacity is. Their best price follows from the other
/// rows': it takes up the reduced cost of that column, which leaves only those of the held columns.
class LimitRows {
 public:
  LimitRows(const Model& model, const std::vector<int>& block_of) : model_(model) {
    for (int r = 0; r < model.rows(); ++r) {
      int own = -1, count = 0;
      double value = 0;
      const auto columns = model.row_columns(r);
      for (std::size_t k = 0; k < columns.size(); ++k)
        if (block_of[static_cast<std::size_t>(columns[k])] != fixed_column) own = columns[k], value = model.row_values(r)[k], ++count;
      if (count == 1 && columns.size() > 1) limits_.push_back({r, own, value});
    }
  }

  void price(std::vector<double>& row_dual) const {
    for (const auto& l : limits_) row_dual[static_cast<std::size_t>(l.row)] = 0;
    auto reduced = reduced_costs(model_, row_dual);
    for (const auto& l : limits_) {
      double& d = reduced[static_cast<std::size_t>(l.column)];
      const double price = d / l.value, bound = price > 0 ? model_.row_lower[static_cast<std::size_t>(l.row)] : model_.row_upper[static_cast<std::size_t>(l.row)];
      if (d == 0 || !std::isfinite(bound)) continue;
      row_dual[static_cast<std::size_t>(l.row)] = price;
      d = 0;
    }
  }

 private:
  struct Limit {
    int row, column;
    double value;
  };
  const Model& model_;
  std::vector<Limit> limits_;
};

}  // namespace

double proven_bound(const Model& model, const std::vector<double>& row_dual, double best_known, const std::vector<int>& block_of) {
  Bounds b{model.lower, model.upper};
  bound_by_rows(model, b);
  bound_by_cost(model, best_known, b);
  for (int round = 0; round < 3; ++round) bound_by_rows(model, b);
  double best = value_of(model, b, row_dual);
  if (block_of.empty()) return best;
  const LimitRows limits(model, block_of);
  // Prices a little too high make a held column look worth buying without end; a little lower costs just that share.
  for (const double lower : {0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2}) {
    std::vector<double> dual = row_dual;
    for (double& y : dual) y *= 1 - lower;
    limits.price(dual);
    best = std::max(best, value_of(model, b, dual));
  }
  return best;
}

}  // namespace stargate::lp
