#pragma once
#include <vector>

#include "lp/solver.h"

namespace stargate::lp {

/// A part of a programme: `columns` and `rows` say which of the whole its own are.
struct BlockModel {
  Model model;
  std::vector<int> columns, rows;
};

inline constexpr int fixed_column = -1;

/// Rewrites rows over several blocks, so that each row touches at most one: every block keeps within a budget of its own
/// (a new column, held) in a new row, and the old row adds the budgets up. Columns and rows that are there keep their
/// places; `block_of` grows. O(entries) if there are such rows.
void separate(Model& model, std::vector<int>& block_of);

/// Parts a programme whose rows touch one block each (separate) into blocks. `block_of[column]` is its block, or
/// `fixed_column` to hold it at `at[column]`. Feasible blocks together are a feasible whole (rows of held columns alone
/// aside). O(entries).
std::vector<BlockModel> split(const Model& model, const std::vector<int>& block_of, int blocks, const std::vector<double>& at);

/// From blocks solved with the rest held at `at`, to the optimum of the whole. `basis` holds what the blocks' simplex
/// left for their columns and rows. A held column becomes at + more - less, so it stands at a bound, and the union of
/// the blocks' bases is a basis of the whole at a feasible point: the primal simplex method goes on from there.
Solution cross_over(const Model& model, const std::vector<int>& block_of, const std::vector<double>& at, const Basis& basis, const Options& options = {});

}  // namespace stargate::lp
