#pragma once
#include "lp/solver.h"

namespace stargate::lp {

/// Solves a model whose quadratic costs are separable and convex by outer approximation: each quadratic is replaced by
/// the upper envelope of tangents, and tangents are added where the solution stands until the linear bound meets the
/// true cost (Kelley, J. SIAM 8(4), 1960). Works with whole numbers too. `bound` is the last linear optimum,
/// `objective` the true cost of `value`. A model without quadratics is solved as it is. Tangents a solve: O(quadratic
/// columns); error falls by about four a round. Rows of the model keep their places in `row_dual`.
Solution solve_convex(const Model& model, const Options& options = {}, double relative_gap = 1e-9);

}  // namespace stargate::lp
