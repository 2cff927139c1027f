#pragma once
#include <functional>

#include "lp/solver.h"

namespace stargate::lp {

/// A part of a programme: `columns` and `rows` say which of the whole its own are.
struct BlockModel {
  Model model;
  std::vector<int> columns, rows;
};

inline constexpr int fixed_column = -1;

/// Parts the programme into blocks. `block_of[column]` is its block, or `fixed_column` to hold it at `at[column]`. A
/// row over several blocks is shared out: each gets what it uses at `at`, and an equal part of what is left. Feasible
/// blocks together are a feasible whole (rows of fixed columns alone aside). O(entries).
std::vector<BlockModel> split(const Model& model, const std::vector<int>& block_of, int blocks,
                              const std::vector<double>& at);

}  // namespace stargate::lp
