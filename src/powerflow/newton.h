#pragma once
#include <functional>
#include <memory>

#include "powerflow/case.h"

namespace stargate::powerflow {

enum class Outcome {
  converged,
  diverged,  ///< no solution was found in the iterations allowed, or voltages left all bounds
  singular,  ///< the Jacobian lost its rank: the point of collapse, or a part that hangs on nothing
};
const char* to_string(Outcome outcome);

struct NewtonOptions {
  double tolerance = 1e-8;  ///< largest mismatch of a bus, per unit of base_mva
  int most_iterations = 20;
  bool flat_start = false;     ///< all voltages 1 (or as set), all angles those of the slack
  bool reactive_limits = false;  ///< generators beyond their limits are held there and give up the voltage
};

struct BranchFlow {
  double from_mw = 0, from_mvar = 0, to_mw = 0, to_mvar = 0;  ///< into the branch at each end
  double largest_mva() const;
};

struct Solution {
  Outcome outcome = Outcome::diverged;
  int iterations = 0;         ///< of Newton, over all rounds of limits
  int rounds = 1;             ///< solutions with other sets of generators at their limits
  double mismatch = 0;        ///< largest left, per unit
  std::vector<double> voltage, angle_deg;    ///< by bus
  std::vector<double> p_mw, q_mvar;          ///< by generator
  std::vector<signed char> at_limit;         ///< by generator: -1 and 1 held at a limit
  std::vector<BranchFlow> flows;             ///< by branch; zero for one that is out
  std::vector<bool> dead;                    ///< by bus: cut off by the outage, without voltage
  bool converged() const { return outcome == Outcome::converged; }
};

/// Newton's method on the power balance in polar coordinates,
///     P_i + j Q_i = V_i sum_j conj(Y_ij V_j),
/// unknown are the angles of all but slack buses and the voltages of pq buses. The Jacobian's entries are the products
/// V_i conj(Y_ij V_j) themselves, so a step costs no trigonometry but that of its update; it is factored by KLU, whose
/// analysis is kept as long as the set of unknowns stays. Where a bus has several generators its reactive power is shared
/// by their ranges, and the slack's power goes to the first, as in MATPOWER.
class PowerFlow {
 public:
  /// Keeps a reference: the network outlives it. Throws as check() does.
  explicit PowerFlow(const Case& network);
  ~PowerFlow();
  PowerFlow(PowerFlow&&) noexcept;

  /// Load and generation other than the network's own: by bus, MW and Mvar added to its load; by generator, its power.
  struct Injections {
    std::vector<double> load_mw, load_mvar, p_mw;
  };
  Injections own() const;

  /// Branch `out` is taken from service; what it cuts off from every slack bus is dead.
  Solution solve(const NewtonOptions& options, const Injections& injections, std::size_t out = none, const Solution* start = nullptr);
  Solution solve(const NewtonOptions& options) { return solve(options, own()); }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The largest amount by which the balance of a bus fails, per unit: flows of branches, shunts, loads and generators are
/// summed up from the solution's voltages branch by branch, nothing being shared with the solver. O(size).
double residual(const Case& network, const Solution& solution, const PowerFlow::Injections& injections, std::size_t out = none);

}  // namespace stargate::powerflow
