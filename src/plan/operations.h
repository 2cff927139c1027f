#pragma once
#include <vector>

#include "lp/solver.h"
#include "plan/dispatcher.h"

namespace stargate::plan {

/// cost of a dispatched quarter >= constant + sum of slope * decision, in billion USD: a Benders cut.
struct Cut {
  std::size_t dispatched;
  double constant;
  std::vector<lp::Term> slopes;  ///< by columns of the formulation
};

/// The dispatch of one quarter for decisions that are given: a linear program that is solved again and again from its
/// last basis. The decisions are columns of it whose bounds are fixed; their reduced costs are the slopes of the cut.
class Operations {
 public:
  Operations(const Formulation& formulation, const Baseline& baseline, std::size_t dispatched);

  /// `decision`: a value for each column of the formulation. Throws std::runtime_error if the solver fails.
  void solve(const std::vector<double>& decision);

  double cost() const {
    return solution_.objective - baseline_cost_;
  }                            ///< billion USD above the baseline: grid and on site
  double onsite_cost() const;  ///< the part of it on site
  Cut cut() const;
  /// Values of the dispatch columns, in the order in which Formulation::append_dispatch adds them.
  std::vector<double> values() const;
  /// Duals of the balance rows are needed for prices: all row duals, as in append_dispatch.
  const std::vector<double>& row_duals() const { return solution_.row_dual; }

 private:
  struct Link {
    int own, decision;
  };
  std::size_t dispatched_;
  double baseline_cost_;
  std::vector<Link> links_;
  int columns_ = 0;
  std::unique_ptr<lp::Solver> solver_;
  lp::Solution solution_;
  std::vector<lp::Term> onsite_cost_;
  std::vector<double> at_;  ///< the decisions of the last solve, by link
};

}  // namespace stargate::plan
