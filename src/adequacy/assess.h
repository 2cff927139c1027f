#pragma once
#include "adequacy/convolution.h"
#include "adequacy/simulate.h"

namespace stargate::adequacy {

enum class Method {
  choose,      ///< exact where it can be had, else simulate
  exact,       ///< exact or std::invalid_argument with the reason
  simulate,
};

struct AssessOptions {
  Method method = Method::choose;
  ExactOptions exact;
  SimulationOptions simulation;
};

/// The metrics of a system by the method asked for; the reason why it is not exact is among the notes.
Simulation assess(const System& system, const AssessOptions& options);

enum class CreditKind {
  elcc,  ///< effective load-carrying capability: more load, in all hours, that the resources carry at the same risk
  efc,   ///< equivalent firm capacity: capacity that is always there which does as much as the resources
};
enum class RiskMetric { eue, lolh };

struct CreditOptions {
  CreditKind kind = CreditKind::elcc;
  RiskMetric metric = RiskMetric::eue;
  std::size_t area = all_areas;  ///< where the load or capacity is put; all_areas: by their highest loads
  double tolerance = 1e-4;       ///< of the resources' largest possible output
  AssessOptions assess;
};

struct Credit {
  Estimate mw;             ///< interval of the simulation, by paired differences of the same years; exact: no width
  double nameplate_mw = 0; ///< of the resources: capacity of units and discharge of storage, curtailable power of loads
  double share = 0;        ///< mw over nameplate
  double risk_without = 0, risk_with = 0;  ///< EUE (MWh a year) or LOLH (hours a year)
  Answer without, with;
  std::vector<std::string> notes;
};

/// What the resources of these names or categories are worth: bisection on the load (or capacity) that makes the risk
/// equal, with the same random years throughout. std::invalid_argument where a name is unknown, the system without the
/// resources has no risk (any credit would do), or the resources change nothing that can be told from zero.
/// O(log(1 / tolerance)) assessments.
Credit capacity_credit(const System& system, const std::vector<std::string>& resources, const CreditOptions& options);

}  // namespace stargate::adequacy
