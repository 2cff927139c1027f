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

/// What the policies come to in one scenario. Prices are what one more unit of the requirement costs: a MW for an hour, a
/// MWh, a tonne; never above the price of slack. Empty for MIPs. Those of a period stand with the periods innermost.
struct PolicyOutcome {
  Matrix margin_price, margin_slack;          ///< members: reserve margins
  Matrix reserve_price, unmet;                ///< members: operating reserves
  std::vector<Matrix> held, held_charging;    ///< of each operating reserve, members: its providers
  std::vector<double> share_price, share_slack, cap_price, cap_slack;
  Matrix row_price, row_slack;                ///< members: the user's own rows that hold in each snapshot, in their order
  std::vector<double> once_price, once_slack;  ///< of all the user's own rows; 0 for those that hold in each snapshot
};

/// What one scenario does in each snapshot. Power in MW: generators, links and stores as they act on their bus; branches
/// from bus 0 to bus 1; energy in MWh at the end of the snapshot.
struct Operation {
  std::array<Matrix, list_count> flow;  ///< storage units: dispatch
  Matrix charge, state_of_charge, spill, energy;
  Matrix lost;  ///< of each link, MW
  std::array<Matrix, list_count> branch_loss;  ///< of lines and transformers, MW, where it was asked for
  std::array<Matrix, list_count> maintenance;  ///< of generators and links: 1 while in maintenance; empty where none is
  Matrix shift;                                ///< phase shift of each transformer, degrees; empty where none is decided
  /// Levels before each original period of a linked chronology (original period by member). `state_of_charge` and
  /// `energy` then tell each run's path: the level less what is left of that at its start.
  Matrix unit_start, store_start;
  std::array<Matrix, list_count> status, start_up, shut_down;  ///< generators and links that are committed; 1 elsewhere
  Matrix price;                                                ///< of a bus, currency per MWh; empty for MIPs
  std::array<Matrix, list_count> scarcity;  ///< d cost / d limit of given capacity: > 0 at an upper, < 0 at a lower limit
  std::vector<double> global_price;         ///< of each global constraint: d cost / d constant
  PolicyOutcome policy;
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
  /// Of each capacity requirement, periods innermost: what one more MW costs (> 0 at a minimum, < 0 at a maximum; empty
  /// for MIPs), and the slack below its minimum less that above its maximum.
  std::vector<double> requirement_price, requirement_slack;
  std::vector<std::string> notes;
  std::vector<std::string> left_out;  ///< what was not understood and would change the answer
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
