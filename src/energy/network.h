#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "energy/policy.h"
#include "energy/profile.h"

namespace stargate::energy {

struct Carrier {
  std::string name;
  double co2_emissions = 0;  ///< t per MWh of primary energy
  double max_growth = unlimited, max_relative_growth = 0;
  std::map<std::string, double> other;  ///< further attributes that a global constraint may name
};

struct Bus {
  std::string name, carrier = "AC";
  double v_nom = 1;  ///< kV
  double x = 0, y = 0;
  double shunt_mw = 0;                  ///< active power a shunt draws at nominal voltage
  std::map<std::string, double> other;  ///< nom_min_CARRIER, nom_max_CARRIER, ...
};

/// A point of a piecewise-linear curve: power in MW, cost in currency per hour (curves of capital: MW and currency; curves
/// of what a port delivers or a generator burns: MW and MW).
struct CostPoint {
  double power_mw, cost_per_h;
};

/// What every component with a capacity has. Power in MW (stores: MWh), cost in currency per MW of the modelled horizon.
struct Capacity {
  std::string name, carrier;
  bool active = true, extendable = false;
  double nominal = 0, nominal_min = 0, nominal_max = unlimited, nominal_set = unset, module = 0;
  double capital_cost = 0, overnight_cost = unset, discount_rate = unset, fom_cost = 0;
  double standing_cost = unset;  ///< of a unit that stands already, where it is less than that of a new one
  double build_year = 0, lifetime = unlimited;  ///< years
  /// Fixed cost of the horizon by size, in place of the costs above; sizes lie between its first point and its last.
  std::vector<CostPoint> capital_curve;
};

/// What dispatches: generators and links. Limits are per unit of the capacity, a snapshot each.
struct Dispatchable : Capacity {
  Profile p_min_pu = 0, p_max_pu = 1, p_set = unset;
  Profile marginal_cost, marginal_cost_quadratic;
  std::vector<CostPoint> cost_curve;  ///< replaces marginal_cost where there is one; of any shape
  bool curve_bounds_power = false;    ///< what runs, runs between the first point of its curve and the last
  Profile ramp_limit_up = unset, ramp_limit_down = unset;
  double ramp_limit_start_up = unset, ramp_limit_shut_down = unset, p_init = unset;
  bool committable = false;
  double start_up_cost = 0, shut_down_cost = 0;
  Profile start_fuel_cost;  ///< of a start, beside start_up_cost, at the price of its snapshot
  Profile stand_by_cost;
  double min_up_time = 0, min_down_time = 0, up_time_before = 1, down_time_before = 0;  ///< snapshots
  double start_up_emissions = 0;  ///< t CO2 of a start
  /// A cluster of like units: starts less stops are the change of its status, and its ramps are those of what stays on, of what
  /// starts and of what stops (GenX's rows) instead of PyPSA's.
  bool cluster = false;
  bool cyclic = false;            ///< before the first snapshot of a run it was as it is after the last
  /// Maintenance: so many events, each of so many hours (by the generators' weights) in consecutive snapshots, in which a share
  /// of the capacity is off. When, is decided.
  bool maintainable = false;
  double maintenance_duration = 0, maintenance_pu = 1, maintenance_events = 1;
};

struct Generator : Dispatchable {
  std::string bus;
  double sign = 1;
  Profile efficiency = 1;
  std::vector<CostPoint> fuel_curve;  ///< primary power burnt by power given, in place of the efficiency
  double e_sum_min = -unlimited, e_sum_max = unlimited;  ///< MWh over the horizon
  double full_load_hours_min = 0;  ///< energy over the horizon, at least, per unit of capacity
  bool sheds_load = false;         ///< what it gives is load not served
  bool counts_as_load = true;      ///< of one that draws: do requirements count it as load
};

/// A place where a link meets a bus: it puts coefficient * p there (bus 0 of a link: -1).
struct Port {
  std::string bus;
  Profile coefficient = 1;
  std::vector<CostPoint> curve;  ///< power put there by dispatch, in place of the coefficient
  double delay = 0;  ///< in units of the generator weighting
  bool cyclic_delay = true;
};

struct Link : Dispatchable {
  std::vector<Port> ports;
  double length = 0;
  double loss = 0;  ///< share of the flow, either way, that is lost: half of it at each of the first two ports
};

/// A line or transformer: its flow follows Kirchhoff's voltage law.
struct Branch : Capacity {
  std::string bus0, bus1, type;
  double x = 0, r = 0;  ///< lines: ohm; transformers: per unit of the capacity
  Profile s_max_pu = 1;
  double length = 0, num_parallel = 1;
  double tap_ratio = 1, tap_position = 0;
  Profile phase_shift;                             ///< degrees; bus 0 leads
  double phase_shift_min = 0, phase_shift_max = 0;  ///< decided in each snapshot where the one lies under the other
  bool shift_is_decided() const { return phase_shift_min < phase_shift_max; }
  double v_ang_min = -unlimited, v_ang_max = unlimited;     ///< degrees, limits of the angle from bus 0 to bus 1
};

struct StorageUnit : Capacity {
  std::string bus;
  double sign = 1;
  Profile p_min_pu = -1, p_max_pu = 1, p_set = unset, state_of_charge_set = unset;
  Profile p_dispatch_set = unset, p_store_set = unset;
  Profile marginal_cost, marginal_cost_quadratic, marginal_cost_storage, spill_cost;
  std::vector<CostPoint> cost_curve;  ///< of dispatch, as Dispatchable has it
  bool curve_bounds_power = false;
  double max_hours = 1, state_of_charge_initial = 0;
  bool cyclic = false, cyclic_per_period = false, initial_per_period = false;
  Profile efficiency_store = 1, efficiency_dispatch = 1, standing_loss, inflow;
  /// Energy (MWh) and charging power (MW) as capacities of their own. Without them max_hours and p_min_pu tie them to the
  /// capacity; with `energy_apart` they stand between hours_min and hours_max times it.
  bool energy_apart = false, charge_apart = false;
  Capacity energy, charge;
  double hours_min = 0, hours_max = unlimited;
  bool one_converter = false;    ///< dispatch and charge share the capacity
  bool only_from_level = false;  ///< dispatch draws on the level before the snapshot, not on what comes within it
  bool may_owe = false;          ///< its level may lie below 0: demand that was met in advance
  Profile marginal_cost_charge;
  Profile inflow_pu;       ///< inflow in proportion to the capacity
  double min_flow_pu = 0;  ///< dispatch and spill together, at least
  double ramp_limit_up = unset, ramp_limit_down = unset;  ///< of dispatch, within a run and around it
};

struct Store : Capacity {
  std::string bus;
  double sign = 1;
  Profile e_min_pu = 0, e_max_pu = 1, e_set = unset, p_set = unset;
  Profile marginal_cost, marginal_cost_quadratic, marginal_cost_storage, standing_loss;
  std::vector<CostPoint> cost_curve;  ///< of dispatch, as Dispatchable has it
  bool curve_bounds_power = false;
  double e_initial = 0;
  bool cyclic = false, cyclic_per_period = false, initial_per_period = false;
};

struct Load {
  std::string name, bus, carrier;
  bool active = true;
  double sign = -1;
  Profile p_set;
};

struct GlobalConstraint {
  std::string name, type = "primary_energy", bus, carrier_attribute = "co2_emissions", sense = "==";
  double investment_period = unset, constant = 0;
};

struct LineType {
  std::string name;
  double f_nom = 50, r_per_length = 0, x_per_length = 0, c_per_length = 0;
};
struct TransformerType {
  std::string name;
  double f_nom = 50, s_nom = 0, vsc = 0, vscr = 0, phase_shift = 0, tap_neutral = 0, tap_step = 0;
};

/// Weights of a snapshot: in the objective, for energy in stores, for energy of generators (hours).
struct Snapshot {
  std::string label;
  int period = 0;  ///< index into Network::periods; 0 where there are none
  int run = 0;     ///< snapshots of one run follow each other in time; what follows a run is told by Network::chronology
  double objective = 1, stores = 1, generators = 1;
  double events = 1;  ///< how often it happens over the horizon: start-ups and shut-downs cost so often
};
struct Period {
  int year = 0;
  double objective = 1, years = 1;
};

/// A power system: components by name at buses over snapshots; PyPSA's components and semantics.
struct Network {
  std::string name;
  std::vector<Snapshot> snapshots;
  std::vector<Period> periods;  ///< empty: one investment period, build years do not count
  /// Where snapshots are representative periods: the run that stands for each original period, in the order of time.
  /// Storage levels, ramps and commitment are carried along it. Empty: several runs each cycle within themselves.
  std::vector<std::size_t> chronology;
  std::vector<Carrier> carriers;
  std::vector<Bus> buses;
  std::vector<Generator> generators;
  std::vector<Load> loads;
  std::vector<Branch> lines, transformers;
  std::vector<Link> links;
  std::vector<StorageUnit> storage_units;
  std::vector<Store> stores;
  std::vector<GlobalConstraint> global_constraints;
  Policies policies;
  std::vector<LineType> line_types;
  std::vector<TransformerType> transformer_types;
  /// Do phase shifts and angle limits of branches count in the linear power flow? Both do in MATPOWER cases; PyPSA has the
  /// first (from version 1.3) and passes the second over.
  bool phase_shifts_count = true, angle_limits_count = false;
  bool relaxed_commitment = false;  ///< units may be committed in fractions (GenX's linearised clusters)
  double fixed_cost = 0;  ///< a snapshot's cost that nothing changes: constant terms of cost functions
};

/// One future of a stochastic system.
struct Scenario {
  std::string name;
  double probability = 1;
  Network network;
};

/// What is optimised: capacities are decided once for all scenarios, operation in each. A deterministic system has one
/// scenario. All scenarios have the same components in the same order. With `cvar_weight` > 0 the objective is
/// investment + (1 - cvar_weight) E[operation] + cvar_weight CVaR_alpha[operation] (Rockafellar and Uryasev, 2000).
struct System {
  std::vector<Scenario> scenarios;
  double cvar_weight = 0, cvar_alpha = 0.95;
  const Network& first() const { return scenarios.front().network; }
};

System deterministic(Network network);

/// Fixed cost of one unit of capacity over the modelled horizon: capital cost as given, or the overnight cost by its
/// annuity r / (1 - (1+r)^-n) times the years modelled; and fixed operation and maintenance.
double periodic_cost(const Capacity& capacity, const Network& network);

/// Fixed cost of a unit of capacity that stands already.
double standing_cost_of(const Capacity& capacity, const Network& network);

/// Fixed cost of a capacity of this size in one period: what stands at its own cost where that is given; by its curve where it
/// has one.
double capacity_cost(const Capacity& capacity, const Network& network, double size);

/// Does it stand in this investment period: build_year <= year < build_year + lifetime.
bool stands_in(const Capacity& capacity, const Network& network, std::size_t period);
/// ... in the period of this snapshot.
bool stands_at(const Capacity& capacity, const Network& network, std::size_t snapshot);

/// Are there several runs of snapshots? Then storage cycles within each, unless a chronology links them.
bool has_runs(const Network& network);
/// Are storage levels carried over a chronology of representative periods?
bool is_linked(const Network& network);

/// Weight of an investment period in the objective; 1 where there are none.
inline double period_weight(const Network& network, std::size_t period) { return network.periods.empty() ? 1 : network.periods[period].objective; }
/// Weight of a snapshot's operating cost, with the weight of its investment period.
double cost_weight(const Network& network, std::size_t snapshot);
/// Weight of one unit of periodic cost: how often it counts over the periods it stands in.
double investment_weight(const Capacity& capacity, const Network& network);

/// The snapshot before this one in its run, where the first comes after the last.
long snapshot_before(const Network& network, std::size_t snapshot);

/// Index of each bus by name.
std::map<std::string, std::size_t, std::less<>> bus_index(const Network& network);

/// Where a component stands in the input, by its kind ("generator", "storage unit") and name.
using Locate = std::function<Place(std::string_view kind, const std::string& name)>;

/// Everything wrong with the values (buses that are not there, names that stand twice, not-a-number, profiles of another
/// length, limits that cross, negative weights): InputError naming the component. `locate` says where it stands; without
/// it `file` does. O(size log size).
void check(const System& system, const std::string& file, const Locate& locate = {});

}  // namespace stargate::energy
