#include "lp/blocks.h"

#include <algorithm>
#include <cmath>

namespace stargate::lp {

std::vector<BlockModel> split(const Model& model, const std::vector<int>& block_of, int blocks,
                              const std::vector<double>& at) {
  std::vector<BlockModel> parts(static_cast<std::size_t>(blocks));
  std::vector<int> place(block_of.size(), -1);
  for (std::size_t j = 0; j < block_of.size(); ++j) {
    if (block_of[j] == fixed_column) continue;
    auto& part = parts[static_cast<std::size_t>(block_of[j])];
    place[j] = part.model.add_column(model.lower[j], model.upper[j], model.cost[j], model.integer[j] != 0);
    part.columns.push_back(static_cast<int>(j));
  }
  std::vector<int> touched;
  std::vector<double> used(static_cast<std::size_t>(blocks), 0);
  for (int r = 0; r < model.rows(); ++r) {
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    touched.clear();
    double held = 0, total = 0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto j = static_cast<std::size_t>(columns[k]);
      const int b = block_of[j];
      if (b == fixed_column) {
        held += values[k] * at[j];
        continue;
      }
      if (std::ranges::find(touched, b) == touched.end()) {
        touched.push_back(b);
        used[static_cast<std::size_t>(b)] = 0;
      }
      used[static_cast<std::size_t>(b)] += values[k] * at[j];
      total += values[k] * at[j];
    }
    const auto row = static_cast<std::size_t>(r);
    const double low = model.row_lower[row] - held, high = model.row_upper[row] - held;
    const auto shares = static_cast<double>(touched.size());
    for (const int b : touched) {
      auto& part = parts[static_cast<std::size_t>(b)];
      for (std::size_t k = 0; k < columns.size(); ++k)
        if (const auto j = static_cast<std::size_t>(columns[k]); block_of[j] == b) part.model.term(place[j], values[k]);
      const double own = used[static_cast<std::size_t>(b)];
      const bool alone = touched.size() == 1;
      part.model.end_row(alone ? low : own + (low - total) / shares, alone ? high : own + (high - total) / shares);
      part.rows.push_back(r);
    }
  }
  return parts;
}

}  // namespace stargate::lp
