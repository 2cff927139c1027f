#pragma once
#include <array>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "energy/list.h"
#include "energy/profile.h"

namespace stargate {
class Diagnostics;
}

namespace stargate::energy {

// Requirements over groups of components. Each may be missed at a price where it has one (finite); its dual then does
// not exceed that price. Loads are the members of `Network::loads` and the generators of negative sign; what generators
// that shed load give is load not served.

/// How a component counts towards a requirement.
enum class Basis {
  capacity,      ///< what its capacity is, whatever it does
  availability,  ///< what it could give: its capacity times p_max_pu
  dispatch,      ///< what it gives: storage units less their charge, links and branches their flow from bus 0
};

/// A component and the share of it that counts: its credit, its derating; below zero it counts against.
struct Contribution {
  List list = List::generators;
  std::string component;
  double credit = 1;
  Basis basis = Basis::dispatch;
};

/// A bus and the number that holds there: a margin, a share, a rate.
struct BusValue {
  std::string bus;
  double value = 0;
};

/// Planning reserve, in each snapshot: sum of contributions + slack >= sum over buses of (1 + margin) load.
struct ReserveMargin {
  std::string name;
  std::vector<BusValue> margin;
  std::vector<Contribution> contributions;
  double price = std::numeric_limits<double>::infinity();  ///< of a MW of slack for an hour
};

/// Portfolio or clean energy standard, in each investment period: energy of the eligible + slack >= sum over buses of
/// share * (load + the losses that count).
struct EnergyShare {
  std::string name;
  std::vector<BusValue> share;
  std::vector<Contribution> eligible;  ///< by what they dispatch
  bool storage_losses_count = false, link_losses_count = false, only_load_served = false;
  double price = std::numeric_limits<double>::infinity();  ///< of a MWh of slack
};

/// minimum <= sum of capacities, each by its credit, <= maximum, in each investment period, with slack either way.
struct CapacityRequirement {
  std::string name;
  std::vector<Contribution> members;
  double minimum = -std::numeric_limits<double>::infinity(), maximum = std::numeric_limits<double>::infinity();
  double price = std::numeric_limits<double>::infinity();  ///< of a MW of slack, a period
};

/// CO2 of the generators at some buses, in each investment period: emissions <= mass + sum over buses of per_load *
/// load served (and storage losses, where they count) + per_generation * generation + slack.
struct EmissionCap {
  struct Bus {
    std::string bus;
    double per_load = 0, per_generation = 0;  ///< t per MWh
  };
  std::string name;
  std::vector<Bus> buses;
  double mass = 0;  ///< t
  bool storage_losses_count = false;
  double price = std::numeric_limits<double>::infinity();  ///< of a t of slack
};

/// What a component may hold in reserve, and for how much.
struct ReserveProvider {
  List list = List::generators;  ///< generators, links or storage units
  std::string component;
  double max_pu = 0;  ///< of what it has available (committed, where it is)
  double cost = 0;    ///< of a MW for an hour
};

/// Operating reserve, in each snapshot: sum of what is held + unmet >= load_share * load + what is variable, by its
/// credit + fixed. What is held is room above dispatch (and above that of the other reserves); where the reserve also
/// is `downward` (regulation), the same room below it. Storage holds it by dispatching more or charging less.
struct OperatingReserve {
  std::string name;
  bool downward = false;
  std::vector<std::string> buses;  ///< whose load counts; none: all
  double load_share = 0, fixed_mw = 0;
  std::vector<Contribution> variable;  ///< by what they could give
  std::vector<ReserveProvider> providers;
  double price = std::numeric_limits<double>::infinity();  ///< of a MW not met for an hour
};

/// What of a component a row of its own may count. Commitment and maintenance are numbers of units; levels are MWh.
enum class Quantity { capacity, dispatch, charge, level, spill, status, start_up, shut_down };

/// coefficient * quantity of a component. In an hourly row: `later` snapshots after the row's own (before it, where negative),
/// around the end of its run.
struct RowTerm {
  Quantity of = Quantity::dispatch;
  List list = List::generators;
  std::string component;
  Profile coefficient = 1;
  int later = 0;
};

/// A row of the user's own: sum of terms <=, >= or == constant. An hourly row holds in each snapshot; else what varies is summed
/// over the snapshots by the weights of generators (levels and commitment: each once), and the row holds once.
struct CustomRow {
  std::string name;
  bool hourly = false;
  std::vector<RowTerm> terms;
  std::string sense = "<=";
  Profile constant;
  double price = std::numeric_limits<double>::infinity();  ///< of a unit of slack (hourly rows: for an hour)
};

/// The requirements a network is under.
struct Policies {
  std::vector<ReserveMargin> reserve_margins;
  std::vector<EnergyShare> energy_shares;
  std::vector<CapacityRequirement> capacity_requirements;
  std::vector<EmissionCap> emission_caps;
  std::vector<OperatingReserve> operating_reserves;
  std::vector<CustomRow> rows;
  bool any() const {
    return !reserve_margins.empty() || !energy_shares.empty() || !capacity_requirements.empty() ||
           !emission_caps.empty() || !operating_reserves.empty() || !rows.empty();
  }
};

struct Network;

/// Where components stand in their lists, by name. O(components) to make, O(log) to ask.
class ComponentIndex {
 public:
  explicit ComponentIndex(const Network& network);
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t find(List list, const std::string& name) const;  ///< or `none`
 private:
  std::array<std::map<std::string, std::size_t, std::less<>>, list_count> at_;
};

/// Names that are not there, numbers that are none: each goes to `diagnostics` with the requirement's name.
void check_policies(const Network& network, const std::string& file, Diagnostics& diagnostics);

}  // namespace stargate::energy
