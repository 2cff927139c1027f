#pragma once
#include <array>
#include <string>
#include <vector>

#include "energy/list.h"
#include "energy/network.h"
#include "lp/model.h"

namespace stargate::energy {

std::size_t list_size(const Network& network, List list);
const Capacity& capacity_of(const Network& network, List list, std::size_t i);

/// Columns of one operational variable: one for each (snapshot, member), snapshots outermost.
struct Block {
  int first = -1;
  std::size_t members = 0;
  bool is_there() const { return first >= 0; }
  int operator()(std::size_t snapshot, std::size_t member) const { return first + static_cast<int>(snapshot * members + member); }
};

/// Columns and rows of the policies of one scenario. Rows by snapshot stand with the policies innermost; those of a period
/// with the periods innermost. -1 where there is none.
struct PolicyLayout {
  Block margin_slack;                   ///< members: reserve margins
  Block unmet;                          ///< members: operating reserves
  std::vector<Block> held, held_charging;  ///< of each operating reserve, members: its providers; the latter by charging less
  std::vector<int> share_slack, cap_slack;  ///< by period
  int margin_row = -1, reserve_row = -1;
  std::vector<int> share_row, cap_row;  ///< by period
  Block row_slack;                      ///< members: `hourly`
  std::vector<int> once_slack;          ///< of those that hold once; -1 for others
  std::vector<std::size_t> hourly;      ///< places of the rows of the user's own that hold in each snapshot
  int hourly_row = -1;                  ///< the first of them; innermost
  std::vector<int> once_row;            ///< of those that hold once; -1 for others
};

/// A piecewise-linear curve that a snapshot's dispatch follows: what it costs, burns, or puts at a port of a link.
struct CurveUse {
  enum class Of { cost, fuel, port };
  Of of;
  List list;
  std::size_t member, port;
  const std::vector<CostPoint>* points;
  bool exact;    ///< the value is the curve's; else not less than it
  bool bounded;  ///< dispatch stays between its ends
  std::size_t first_part = 0, parts = 0;  ///< of its columns in `curve_parts`: none where inequalities say it all
};

/// Maintenance of some generators or links: `on` in a snapshot, `start` of an event, and `off`: capacity (extendable) or units
/// (committed) times `on`.
struct MaintenanceColumns {
  std::vector<std::size_t> members;
  std::vector<int> slot;
  Block on, start, off;
};

/// Operational columns of one scenario.
struct OperationColumns {
  std::array<Block, list_count> flow;  ///< p of generators and links, s of branches, dispatch of storage units, p of stores
  Block charge, state_of_charge, spill, energy;  ///< storage units; stores
  /// Storage over a chronology: level before each original period, and of each run the lowest and highest level it may
  /// begin with; `ceiling` holds the rows (run's snapshot, unit) that keep levels under the capacity.
  struct LinkedLevels {
    Block start, lowest, highest;
    std::vector<std::vector<int>> ceiling;
  };
  LinkedLevels linked_units, linked_stores;
  /// Committable members of generators and links: `members` says which; -1 elsewhere in `slot`.
  struct Commitment {
    std::vector<std::size_t> members;
    std::vector<int> slot;
    Block status, start_up, shut_down;
  };
  Commitment generators, links;
  std::vector<CurveUse> curves;
  Block curve_value, curve_parts;  ///< members: curves; their parts
  MaintenanceColumns generator_maintenance, link_maintenance;
  Block shift;  ///< degrees, of the transformers whose phase shift is decided: `shifters`
  std::vector<std::size_t> shifters;
  Block line_loss, transformer_loss;  ///< MW, where losses of branches are asked for
  Block loss;  ///< of links that lose a share of their flow: members as in `lossy`
  std::vector<std::size_t> lossy;
  PolicyLayout policy;
  /// Every block there is: the columns that belong to a snapshot.
  std::vector<const Block*> blocks() const;
};

/// What rows state, of those that others name: limits of a member by its decided capacity, the energy of a storage from one
/// snapshot to the next, Kirchhoff's current law of each bus.
enum class RowKind { capacity_limit, energy_balance, nodal_balance };

/// Rows first .. end-1 of a scenario, all of one kind. `list` and `member`: whose they are (nodal balance: of no member;
/// snapshots outermost, buses within).
struct RowSpan {
  RowKind kind;
  List list;
  std::size_t member, scenario;
  int first, end;
};

/// Where everything stands in the model: columns of each variable, and rows whose duals are asked for.
struct Layout {
  std::array<std::vector<int>, list_count> capacity;  ///< column of each member; -1 where its capacity is given
  std::array<std::vector<int>, list_count> modules;   ///< column of the number of modules; -1 where there is none
  std::array<std::vector<int>, list_count> added;     ///< column of what is built beyond what stands; -1 where it costs the same
  std::vector<int> capital;                           ///< columns of capital cost curves and of their parts
  std::vector<int> requirement_row, requirement_slack;  ///< of capacity requirements, periods innermost
  std::vector<int> firm;                                ///< firm capacity in a reserve margin that is the same in every snapshot
  std::vector<OperationColumns> operation;            ///< a scenario each
  std::vector<int> balance;                           ///< first balance row of a scenario: + snapshot * buses + bus
  std::vector<std::vector<int>> global_constraint;    ///< row of each, by scenario; -1 where it does not apply
  std::vector<RowSpan> rows;                          ///< in order of rows
  /// Columns of no one snapshot, in order: capacities and what depends on them, slacks of a period.
  std::vector<int> columns_of_no_snapshot() const;
};

/// Losses of lines and transformers, r s^2 / v^2, by straight lines: tangents (from below) or secants (from above; an error
/// of `atol` MW or `rtol` of the loss at most). PyPSA's transmission_losses.
struct BranchLosses {
  enum class By { none, tangents, secants };
  By by = By::none;
  int tangents = 3;
  double atol = 1, rtol = 0.1;
  int most_secants = 20;
};

struct FormulationOptions {
  bool relax_commitment = false;  ///< status in [0, 1], with the tightening rows of Hua et al. (IEEE TPWRS 32(5), 2017)
  bool relax_integers = false;    ///< every whole number may be broken (a bound, not a plan)
  /// Lines and transformers whose loss must be borne: flows stay within limits after each (N-1). 'all' names every one.
  std::vector<std::string> outages;
  BranchLosses losses;
};

/// The linear (or mixed-integer, convex quadratic) programme of a system, in PyPSA's semantics: cost in the currency of
/// the network with all capital cost of extendable capacity counted; `constant` is the part of it that stands already.
struct Formulation {
  lp::Model model;
  Layout layout;
  double constant = 0;
  std::vector<std::string> notes;
  std::vector<std::string> left_out;  ///< what was not understood and would change the answer
};

/// O(snapshots * (components + incidences)); columns hold bounds, so that only what needs a row has one.
/// InputError for what cannot be modelled, by name.
Formulation formulate(const System& system, const FormulationOptions& options = {});

}  // namespace stargate::energy
