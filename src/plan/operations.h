#pragma once
#include <vector>

#include "lp/solver.h"
#include "plan/quarter_dispatch.h"

namespace stargate::plan {

/// cost of a dispatched quarter >= constant + sum of slope * decision, in billion USD: a Benders cut.
struct Cut {
  double constant;
  std::vector<lp::Term> slopes;  ///< by columns of the formulation
};

/// The dispatch of one quarter for decisions that are given: a linear program that is solved again and again from its
/// last basis. What is decided are columns of it whose bounds are fixed; their reduced costs are the slopes of the cut.
class Operations {
 public:
  /// Solves it first with nothing decided: the baseline. Then the rules that `formulation` leaves out are left out
  /// here, too. Throws std::runtime_error if the solver fails. `quarter` must outlive it.
  Operations(const Formulation& formulation, const QuarterDispatch& quarter);

  /// `decision`: a value for each column of the formulation. Throws std::runtime_error if the solver fails.
  void solve(const std::vector<double>& decision);

  double baseline_cost() const { return baseline_cost_; }               ///< billion USD without the programme
  double baseline_emission() const { return baseline_emission_; }       ///< Mt
  const std::vector<double>& baseline_values() const { return baseline_values_; }
  const std::vector<double>& baseline_duals() const { return baseline_duals_; }
  double cost() const { return solution_.objective - baseline_cost_; }  ///< above the baseline: grid and on site
  double onsite_cost() const { return sum(quarter_->onsite_cost); }     ///< the part of it on site
  Cut cut() const;
  /// Values of the quarter's columns and duals of its rows; the duals of what is decided, one each.
  const std::vector<double>& values() const { return solution_.value; }
  const std::vector<double>& row_duals() const { return solution_.row_dual; }
  double slope(const Decided& d) const { return solution_.reduced_cost[at(d.column)]; }
  const QuarterDispatch& quarter() const { return *quarter_; }

 private:
  void solve_again();
  double sum(const std::vector<lp::Term>& terms) const;

  const QuarterDispatch* quarter_;
  double baseline_cost_ = 0, baseline_emission_ = 0;
  std::vector<double> baseline_values_, baseline_duals_;
  lp::Solver solver_;
  lp::Solution solution_;
};

/// The operations of every quarter, solved with nothing decided.
std::vector<Operations> operations_of(const Formulation& formulation, const std::vector<QuarterDispatch>& quarters,
                                      unsigned threads);

Baseline baseline_of(const std::vector<Operations>& operations);

}  // namespace stargate::plan
