#pragma once
#include <functional>

#include "powerflow/newton.h"

namespace stargate::powerflow {

/// A limit that is broken, or how far from it something is.
struct Violation {
  enum class Kind { overload, low_voltage, high_voltage };
  Kind kind = Kind::overload;
  std::size_t element = 0;  ///< branch, or bus
  double value = 0, limit = 0;  ///< MVA, or per unit
  /// Above 0 by the share (overload) or voltage by which the limit is broken.
  double excess() const;
};
std::string words(const Case& network, const Violation& violation);

/// Limits that a solution breaks: ratings of branches (emergency ratings after an outage) and voltage limits. O(size).
std::vector<Violation> violations(const Case& network, const Solution& solution, bool emergency);

struct Contingency {
  std::size_t branch = 0;
  Outcome outcome = Outcome::converged;
  double cut_off_load_mw = 0, cut_off_generation_mw = 0;  ///< what hung on the branch alone
  std::size_t cut_off_buses = 0;
  double worst_loading = 0;  ///< of an emergency rating
  std::size_t worst_branch = none;
  double lowest_voltage = 0;
  std::size_t lowest_bus = none;
  std::vector<Violation> broken;
};

/// The network after the loss of each branch in turn (N-1), each from the solution `base`. Slack buses make up the
/// difference. The same answer on any number of threads. O(branches * power flow).
std::vector<Contingency> contingencies(const Case& network, const NewtonOptions& options, const PowerFlow::Injections& injections, const Solution& base,
                                       unsigned threads = 1, const std::function<bool()>& should_stop = {});

}  // namespace stargate::powerflow
