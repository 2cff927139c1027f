#pragma once
#include "lp/solver.h"

namespace stargate::lp {

/// How well a solution proves itself, recomputed from the model and the values alone.
struct Certificate {
  double primal_objective = 0;      ///< cost' x + 1/2 x' Q x + offset
  double dual_objective = 0;        ///< what the row duals prove: a lower bound up to `dual_infeasibility`
  double primal_infeasibility = 0;  ///< largest violation of a row or a bound
  double dual_infeasibility = 0;    ///< largest reduced cost that pulls towards a bound that is not there
};

/// Linear programmes only for the dual side (zero where the solution has no duals). O(entries).
Certificate certify(const Model& model, const Solution& solution);

/// cost - A' y, a column each, of a linear programme. O(entries).
std::vector<double> reduced_costs(const Model& model, const std::vector<double>& row_dual);

}  // namespace stargate::lp
