#pragma once
#include <vector>

#include "lp/model.h"

namespace stargate::lp {

/// What given row duals prove: no point of the linear programme costs less. A reduced cost that pulls towards a missing
/// bound is held by a bound that follows from the rows, or from `best_known`, the cost of some feasible point (a point
/// dearer than that is not sought). With `block_of` (lp/blocks.h) the duals are mended first: rows that tie one column to
/// held ones get their best price, and all prices are tried a little lower. -infinity if no bound is found. O(entries).
double proven_bound(const Model& model, const std::vector<double>& row_dual, double best_known = infinity, const std::vector<int>& block_of = {});

}  // namespace stargate::lp
