#pragma once
#include <array>
#include <string>
#include <vector>

#include "energy/network.h"
#include "lp/model.h"

namespace stargate::energy {

/// The lists of a network whose members have a capacity.
enum class List { generators, lines, transformers, links, storage_units, stores };
inline constexpr std::array all_lists{List::generators, List::lines, List::transformers, List::links, List::storage_units, List::stores};
inline constexpr std::size_t list_count = all_lists.size();
std::size_t list_size(const Network& network, List list);
const Capacity& capacity_of(const Network& network, List list, std::size_t i);
std::string_view list_name(List list);  ///< "generators", "storage_units", ...

/// Columns of one operational variable: one for each (snapshot, member), snapshots outermost.
struct Block {
  int first = -1;
  std::size_t members = 0;
  bool is_there() const { return first >= 0; }
  int operator()(std::size_t snapshot, std::size_t member) const { return first + static_cast<int>(snapshot * members + member); }
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
  std::array<Block, list_count> curve;  ///< cost per hour of members with a piecewise cost; members as in `curve_members`
  std::array<std::vector<std::size_t>, list_count> curve_members;
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
  std::vector<OperationColumns> operation;            ///< a scenario each
  std::vector<int> balance;                           ///< first balance row of a scenario: + snapshot * buses + bus
  std::vector<std::vector<int>> global_constraint;    ///< row of each, by scenario; -1 where it does not apply
  std::vector<RowSpan> rows;                          ///< in order of rows
};

struct FormulationOptions {
  bool relax_commitment = false;  ///< status in [0, 1], with the tightening rows of Hua et al. (IEEE TPWRS 32(5), 2017)
  bool relax_integers = false;    ///< every whole number may be broken (a bound, not a plan)
  /// Lines and transformers whose loss must be borne: flows stay within limits after each (N-1). 'all' names every one.
  std::vector<std::string> outages;
};

/// The linear (or mixed-integer, convex quadratic) programme of a system, in PyPSA's semantics: cost in the currency of
/// the network with all capital cost of extendable capacity counted; `constant` is the part of it that stands already.
struct Formulation {
  lp::Model model;
  Layout layout;
  double constant = 0;
  std::vector<std::string> notes;
};

/// O(snapshots * (components + incidences)); columns hold bounds, so that only what needs a row has one.
/// InputError for what cannot be modelled, by name.
Formulation formulate(const System& system, const FormulationOptions& options = {});

}  // namespace stargate::energy
