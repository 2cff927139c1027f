#pragma once
#include <algorithm>

#include "lp/solver.h"

namespace stargate::lp {

/// How near a pair of points is to solving the programme, each relative to 1 + the size of what it is measured against.
struct Nearness {
  double primal = infinity;  ///< rows not met (2-norm)
  double dual = infinity;    ///< reduced costs without a bound to lean on (2-norm)
  double gap = infinity;     ///< between primal and dual objective
  double worst() const { return std::max({primal, dual, gap}); }
};

struct FirstOrderOptions {
  double tolerance = 1e-4;  ///< on all three of Nearness
  long long most_iterations = 200'000;
  double time_limit_s = infinity;
  unsigned threads = 1;  ///< the point does not depend on it
  std::vector<double> start_value, start_dual;  ///< a point to start from, or empty
  double start_weight = 1;                      ///< primal weight it was found with
  std::function<void(const Nearness&, long long iterations)> on_pace;
  std::function<bool()> should_stop;
};

struct FirstOrderPoint {
  std::vector<double> value, row_dual;
  double weight = 1;  ///< primal weight: how much longer dual steps are than primal ones
  Nearness nearness;
  long long iterations = 0;
  double seconds = 0;
};

/// Primal-dual hybrid gradient for linear programmes: the restarted, reflected Halpern iteration with diagonal
/// preconditioning and a balanced primal weight (Lu and Yang, arXiv 2407.16144; Lu et al., arXiv 2507.14051;
/// preconditioning by Ruiz, RAL-TR-2001-034, and Pock and Chambolle, ICCV 2011). Each iteration costs two products with
/// the matrix and no factorisation, so memory stays that of the model. The point is near optimal, not basic, and its
/// rows are met only to the tolerance. Integers and quadratics are passed over.
FirstOrderPoint solve_first_order(const Model& model, const FirstOrderOptions& options = {});

}  // namespace stargate::lp
