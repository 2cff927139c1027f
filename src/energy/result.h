#pragma once
#include <array>
#include <string>
#include <vector>

#include "energy/formulation.h"
#include "lp/solver.h"

namespace stargate::energy {

/// Values by snapshot and member, snapshots outermost.
struct Matrix {
  std::size_t members = 0;
  std::vector<double> values;
  double operator()(std::size_t snapshot, std::size_t member) const { return values[snapshot * members + member]; }
  double& operator()(std::size_t snapshot, std::size_t member) { return values[snapshot * members + member]; }
  bool is_there() const { return !values.empty(); }
};

/// What one scenario does in each snapshot. Power in MW: generators, links and stores as they act on their bus; branches
/// from bus 0 to bus 1; energy in MWh at the end of the snapshot.
struct Operation {
  std::array<Matrix, list_count> flow;  ///< storage units: dispatch
  Matrix charge, state_of_charge, spill, energy;
  /// Levels before each original period of a linked chronology (original period by member). `state_of_charge` and
  /// `energy` then tell each run's path: the level less what is left of that at its start.
  Matrix unit_start, store_start;
  std::array<Matrix, list_count> status, start_up, shut_down;  ///< generators and links that are committed; 1 elsewhere
  Matrix price;                                                ///< of a bus, currency per MWh; empty for MIPs
  std::array<Matrix, list_count> scarcity;  ///< d cost / d limit of given capacity: > 0 at an upper, < 0 at a lower limit
  std::vector<double> global_price;         ///< of each global constraint: d cost / d constant
};

struct Result {
  lp::Status status = lp::Status::failed;
  std::string message;
  double objective = 0;  ///< without the constant
  double constant = 0;   ///< cost of extendable capacity that stands already
  double bound = 0;      ///< proven, without the constant
  double dual_objective = 0;  ///< recomputed from the duals; LPs only
  double infeasibility = 0;   ///< largest violation of the programme's rows and bounds
  std::array<std::vector<double>, list_count> capacity;  ///< of every member, decided or given
  std::array<std::vector<double>, list_count> worth;     ///< what one more unit of each capacity would save; empty for MIPs
  std::vector<Operation> operation;                      ///< a scenario each
  std::vector<std::string> notes;
  std::size_t columns = 0, rows = 0, entries = 0;
  double build_seconds = 0, solve_seconds = 0;
  long long iterations = 0;
  std::string method;  ///< how it was solved
  bool has_values() const { return !operation.empty(); }
  double gap() const;
};

/// Gives every capacity the size it has in the result, no longer to be decided.
void fix_capacities(Network& network, const Result& result);

/// Values and duals of the programme's solution, back in the network's terms; what hangs on reduced costs (scarcity,
/// worth) only where the solution has them.
void read_solution(const System& system, const Formulation& formulation, const lp::Solution& solution, Result& result);

}  // namespace stargate::energy
