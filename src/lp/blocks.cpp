#include "lp/blocks.h"

#include <algorithm>
#include <cmath>

namespace stargate::lp {

namespace {

/// The only block that a row touches, fixed_column if none; `several` if more than one.
constexpr int several = -2;
int block_of_row(const Model& model, const std::vector<int>& block_of, int row) {
  int block = fixed_column;
  for (const int c : model.row_columns(row)) {
    const int b = block_of[static_cast<std::size_t>(c)];
    if (b == fixed_column || b == block) continue;
    if (block != fixed_column) return several;
    block = b;
  }
  return block;
}

}  // namespace

void separate(Model& model, std::vector<int>& block_of) {
  std::vector<int> shared;
  for (int r = 0; r < model.rows(); ++r)
    if (block_of_row(model, block_of, r) == several) shared.push_back(r);
  if (shared.empty()) return;
  const Model old = std::move(model);
  model = {};
  model.offset = old.offset;
  model.cost = old.cost;
  model.lower = old.lower;
  model.upper = old.upper;
  model.quadratic = old.quadratic;
  model.integer = old.integer;
  struct Budget {
    int row, block, column;
  };
  std::vector<Budget> budgets;
  auto next = shared.begin();
  for (int r = 0; r < old.rows(); ++r) {
    const auto columns = old.row_columns(r);
    const auto values = old.row_values(r);
    const bool is_shared = next != shared.end() && *next == r;
    next += is_shared;
    const auto first = budgets.size();
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const int b = block_of[static_cast<std::size_t>(columns[k])];
      if (!is_shared || b == fixed_column) {
        model.term(columns[k], values[k]);
      } else if (std::none_of(budgets.begin() + static_cast<std::ptrdiff_t>(first), budgets.end(), [&](const Budget& x) { return x.block == b; })) {
        budgets.push_back({r, b, model.add_column(-infinity, infinity)});
        block_of.push_back(fixed_column);
        model.term(budgets.back().column, 1);
      }
    }
    model.end_row(old.row_lower[static_cast<std::size_t>(r)], old.row_upper[static_cast<std::size_t>(r)]);
  }
  for (const auto& budget : budgets) {
    const auto columns = old.row_columns(budget.row);
    const auto values = old.row_values(budget.row);
    for (std::size_t k = 0; k < columns.size(); ++k)
      if (block_of[static_cast<std::size_t>(columns[k])] == budget.block) model.term(columns[k], values[k]);
    model.term(budget.column, -1);
    const auto row = static_cast<std::size_t>(budget.row);
    model.end_row(std::isfinite(old.row_lower[row]) ? 0 : -infinity, std::isfinite(old.row_upper[row]) ? 0 : infinity);
  }
}

std::vector<BlockModel> split(const Model& model, const std::vector<int>& block_of, int blocks, const std::vector<double>& at) {
  std::vector<BlockModel> parts(static_cast<std::size_t>(blocks));
  std::vector<int> place(block_of.size(), -1);
  for (std::size_t j = 0; j < block_of.size(); ++j) {
    if (block_of[j] == fixed_column) continue;
    auto& part = parts[static_cast<std::size_t>(block_of[j])];
    place[j] = part.model.add_column(model.lower[j], model.upper[j], model.cost[j], model.integer[j] != 0);
    part.columns.push_back(static_cast<int>(j));
  }
  for (int r = 0; r < model.rows(); ++r) {
    const int b = block_of_row(model, block_of, r);
    if (b == fixed_column) continue;
    auto& part = parts[static_cast<std::size_t>(b)];
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    double held = 0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto j = static_cast<std::size_t>(columns[k]);
      if (place[j] >= 0) part.model.term(place[j], values[k]);
      else held += values[k] * at[j];
    }
    part.model.end_row(model.row_lower[static_cast<std::size_t>(r)] - held, model.row_upper[static_cast<std::size_t>(r)] - held);
    part.rows.push_back(r);
  }
  return parts;
}

Solution cross_over(const Model& model, const std::vector<int>& block_of, const std::vector<double>& at, const Basis& basis, const Options& options) {
  const auto n = block_of.size();
  Model whole;
  whole.offset = model.offset;
  for (std::size_t j = 0; j < n; ++j) {
    const bool held = block_of[j] == fixed_column;
    whole.add_column(held ? at[j] : model.lower[j], held ? at[j] : model.upper[j], model.cost[j]);
  }
  std::vector<int> more(n, -1);  // the column after it is `less`
  for (std::size_t j = 0; j < n; ++j) {
    if (block_of[j] != fixed_column) continue;
    more[j] = whole.add_column(0, std::max(model.upper[j] - at[j], 0.0), model.cost[j]);
    whole.add_column(0, std::max(at[j] - model.lower[j], 0.0), -model.cost[j]);
  }
  for (int r = 0; r < model.rows(); ++r) {
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      whole.term(columns[k], values[k]);
      if (const int m = more[static_cast<std::size_t>(columns[k])]; m >= 0) {
        whole.term(m, values[k]);
        whole.term(m + 1, -values[k]);
      }
    }
    whole.end_row(model.row_lower[static_cast<std::size_t>(r)], model.row_upper[static_cast<std::size_t>(r)]);
  }
  Basis start = basis;
  start.column.resize(static_cast<std::size_t>(whole.columns()), Standing::lower);
  Solver solver(whole);
  solver.start_from(start);
  Options simplex = options;
  simplex.method = Method::primal_simplex;
  Solution solution = solver.solve(simplex);
  for (std::size_t j = 0; j < n; ++j) {
    if (more[j] < 0) continue;
    const auto m = static_cast<std::size_t>(more[j]);
    if (solution.has_values()) solution.value[j] += solution.value[m] - solution.value[m + 1];
  }
  if (solution.has_values()) solution.value.resize(n);
  if (!solution.reduced_cost.empty()) solution.reduced_cost.resize(n);
  return solution;
}

}  // namespace stargate::lp
