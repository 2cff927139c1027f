#pragma once
#include <vector>

#include "energy/formulation.h"
#include "plan/formulation.h"

namespace stargate::plan {

/// On every flow, so that power does not run in circles where that would cost nothing.
inline constexpr double wheeling_usd_per_mwh = 0.01;

/// A column of a quarter's dispatch that the plan decides:
/// value(column) = constant + sum over `of` of coefficient * decision, in columns of plan::Formulation.
struct Decided {
  int column;
  double constant;
  std::vector<lp::Term> of;
};

/// Where the programme's things stand in the network of a quarter: indices of its members, -1 where there is none.
/// Zone z is bus z, step k snapshot k; line l is link 2 l from its first zone to its second, and link 2 l + 1 back.
struct NetworkMembers {
  std::vector<int> fleet;           ///< [row of existing_fleet] generator, or storage unit where it is storage
  Grid built;                       ///< [zone][technology] the same
  Grid onsite;                      ///< [zone][technology] generator
  std::vector<int> unserved, shed;  ///< [zone] generator
};

/// The dispatch of one quarter, section Zones of docs/formulation.md: an energy::Network whose extendable capacities
/// are what the programme adds (its load, its plant, its lines), formulated by energy::formulate; behind that the
/// columns and rows that only a plan has. Power in GW; snapshots weigh hours * 1e-6, so that cost is in billion USD and
/// a price in USD/MWh. With every decision at nothing it is the grid without the programme.
struct QuarterDispatch {
  energy::System system;
  energy::Formulation grid;
  NetworkMembers members;
  std::vector<Decided> decided;
  std::vector<Tag> tags;              ///< one a row of grid.model
  std::vector<lp::Term> onsite_cost;  ///< billion USD in the quarter; the rest of the model's cost is the grid's
  std::vector<lp::Term> emission;     ///< Mt in the quarter
  int allowance = -1;                 ///< decided column: Mt that may be emitted; -1 without a limit on carbon
};

/// O(steps * (fleet + zones * technologies + lines)).
QuarterDispatch quarter_dispatch(const Formulation& decisions, std::size_t dispatched);

/// That of every dispatched quarter.
std::vector<QuarterDispatch> quarter_dispatches(const Formulation& decisions, unsigned threads);

}  // namespace stargate::plan
