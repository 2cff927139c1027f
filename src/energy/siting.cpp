#include "energy/siting.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/workers.h"

namespace stargate::energy {

namespace {

constexpr double storage_round_trip = 0.85;  // NREL ATB 2024, utility-scale lithium-ion

std::string site_name(const LargeLoad& load, std::size_t k) { return std::format("{} at {} ({})", load.name, load.sites[k].bus, k + 1); }

/// Hours the load would run at full power.
double full_hours(const Network& net, const LargeLoad& load) {
  double hours = 0;
  for (std::size_t t = 0; t < net.snapshots.size(); ++t) hours += net.snapshots[t].generators * load.shape[t];
  return hours;
}

void add_sites(Network& net, const LargeLoad& load) {
  if (std::ranges::find(net.carriers, load.name, &Carrier::name) == net.carriers.end()) net.carriers.push_back({load.name});
  double cost_of_all = 0;  // of curtailing everything: counted with the capacity and earned back by what is served
  for (std::size_t t = 0; t < net.snapshots.size(); ++t) cost_of_all += cost_weight(net, t) * load.shape[t] * load.curtailment_cost;
  for (std::size_t k = 0; k < load.sites.size(); ++k) {
    const LoadSite& site = load.sites[k];
    Generator g;
    g.name = site_name(load, k);
    g.bus = site.bus;
    g.carrier = load.name;
    g.sign = -1;
    g.extendable = true;
    g.nominal_max = site.most;
    g.module = load.block;
    g.capital_cost = site.connection_cost + cost_of_all;
    g.marginal_cost = -load.curtailment_cost;
    g.p_max_pu = g.p_min_pu = load.shape;
    const double kept = 1 - load.curtailable_share;
    g.p_min_pu.fixed *= kept;
    for (double& v : g.p_min_pu.hourly) v *= kept;
    if (load.curtailable_share > 0) g.full_load_hours_min = full_hours(net, load) - load.curtailable_hours;
    if (!std::isnan(load.ramp)) g.ramp_limit_up = g.ramp_limit_down = load.ramp;
    net.generators.push_back(std::move(g));
    if (!std::isnan(load.storage_capital_cost)) {
      StorageUnit store;
      store.name = "on-site storage " + site_name(load, k);
      store.bus = site.bus;
      store.carrier = "on-site storage";
      store.extendable = true;
      store.nominal_max = site.most;
      store.capital_cost = load.storage_capital_cost;
      store.max_hours = load.storage_hours;
      store.efficiency_store = store.efficiency_dispatch = std::sqrt(storage_round_trip);
      store.cyclic = true;
      net.storage_units.push_back(std::move(store));
    }
    if (std::isnan(load.onsite_capital_cost)) continue;
    Generator own;
    own.name = "on-site " + site_name(load, k);
    own.bus = site.bus;
    own.carrier = "on-site generation";
    own.extendable = true;
    own.nominal_max = std::min(load.onsite_most, site.most);
    own.capital_cost = load.onsite_capital_cost;
    own.marginal_cost = load.onsite_marginal_cost;
    net.generators.push_back(std::move(own));
  }
  net.global_constraints.push_back({load.name + " is placed", "tech_capacity_expansion_limit", "", load.name, "==", unset, load.total});
}

}  // namespace

System place_load(System system, const LargeLoad& load) {
  const auto index = bus_index(system.first());
  double room = 0;
  for (const auto& site : load.sites) {
    if (!index.contains(site.bus)) throw InputError({}, std::format("{}: bus '{}' is not there", load.name, site.bus));
    room += site.most;
  }
  if (room < load.total) throw InputError({}, std::format("{}: {} is to be placed, the sites take {}", load.name, load.total, room));
  for (auto& scenario : system.scenarios) add_sites(scenario.network, load);
  return system;
}

System place_loads(System system, const std::vector<LargeLoad>& loads) {
  for (const auto& load : loads) system = place_load(std::move(system), load);
  return system;
}

std::vector<double> placed(const System& system, const Result& result, const LargeLoad& load) {
  std::vector<double> amounts(load.sites.size(), 0);
  const auto& generators = system.first().generators;
  for (std::size_t k = 0; k < load.sites.size(); ++k) {
    const auto at = std::ranges::find(generators, site_name(load, k), &Generator::name);
    if (at != generators.end() && result.has_values()) amounts[k] = result.capacity[0][static_cast<std::size_t>(at - generators.begin())];
  }
  return amounts;
}

std::map<std::string, double> placed_by_bus(const System& system, const Result& result, const LargeLoad& load) {
  std::map<std::string, double> by_bus;
  const auto amounts = placed(system, result, load);
  for (std::size_t k = 0; k < amounts.size(); ++k)
    if (amounts[k] > 1e-9) by_bus[load.sites[k].bus] += amounts[k];
  return by_bus;
}

namespace {

constexpr std::string_view probe = "headroom of ";

double load_at(const Network& net, std::size_t t) {
  double sum = 0;
  for (const auto& l : net.loads)
    if (l.active) sum -= l.sign * l.p_set[t];
  return sum;
}

/// Load shedding is no supply: it is told by its price, or by being larger than all load together and dearer than every
/// generator that is not.
bool is_shedding(const Network& net, const Generator& g, std::size_t t, double value_of_lost_load, double peak) {
  if (g.sign < 0) return false;
  if (g.marginal_cost[t] >= value_of_lost_load) return true;
  if (g.nominal < peak || g.extendable) return false;
  double dearest = unlimited;
  for (const auto& other : net.generators)
    if (other.nominal < peak && other.nominal > 0) dearest = std::max(std::isfinite(dearest) ? dearest : -unlimited, other.marginal_cost[t]);
  return g.marginal_cost[t] > dearest;
}

/// One snapshot of the network as it stands, with an idle consumer at each bus.
Network snapshot_of(const Network& net, std::size_t t, double value_of_lost_load, double peak) {
  Network one = net;
  one.snapshots = {net.snapshots[t]};
  one.snapshots[0].period = 0;
  one.periods.clear();
  one.storage_units.clear();
  one.stores.clear();
  std::vector<Generator> stored;
  for (const auto& s : net.storage_units) {
    constexpr double full_credit_hours = 4;
    Generator g;
    g.name = s.name;
    g.bus = s.bus;
    const double hours = !s.energy_apart ? s.max_hours : s.nominal > 0 ? s.energy.nominal / s.nominal : 0;
    g.nominal = stands_at(s, net, t) ? s.nominal * s.p_max_pu[t] * std::min(hours / full_credit_hours, 1.0) : 0;
    stored.push_back(std::move(g));
  }
  one.global_constraints.clear();
  one.policies = {};
  const auto at = [t](Profile& p) { p = Profile(p[t]); };
  const auto still = [&](Dispatchable& d) {
    at(d.p_min_pu);
    at(d.p_max_pu);
    d.p_min_pu = std::min(d.p_min_pu.fixed, 0.0);
    d.p_set = d.ramp_limit_up = d.ramp_limit_down = unset;
    d.marginal_cost = d.marginal_cost_quadratic = d.stand_by_cost = 0;
    d.cost_curve.clear();
    d.extendable = d.committable = false;
    d.active = stands_at(d, net, t);
  };
  for (std::size_t i = 0; i < one.generators.size(); ++i) {
    auto& g = one.generators[i];
    if (is_shedding(net, net.generators[i], t, value_of_lost_load, peak)) g.active = false;
    const bool active = g.active;
    still(g);
    g.active = g.active && active;
    at(g.efficiency);
    g.e_sum_min = -unlimited;
    g.e_sum_max = unlimited;
    g.full_load_hours_min = 0;
  }
  for (auto& l : one.links) {
    still(l);
    for (auto& port : l.ports) {
      at(port.coefficient);
      port.delay = 0;
    }
  }
  for (auto* branches : {&one.lines, &one.transformers})
    for (auto& b : *branches) {
      at(b.s_max_pu);
      b.active = stands_at(b, net, t);
      b.extendable = false;
    }
  for (auto& l : one.loads) at(l.p_set);
  one.generators.insert(one.generators.end(), stored.begin(), stored.end());
  for (const auto& bus : net.buses) {
    Generator g;
    g.name = std::string(probe) + bus.name;
    g.bus = bus.name;
    g.sign = -1;
    one.generators.push_back(std::move(g));
  }
  return one;
}

/// The branch or link whose limit is worth most, or "generation".
std::string what_binds(const Network& net, const Formulation& f, const std::vector<double>& reduced_cost) {
  double most = 1e-6;
  std::string name = "generation";
  for (const List list : {List::lines, List::transformers, List::links}) {
    const Block& block = f.layout.operation[0].flow[static_cast<std::size_t>(list)];
    for (std::size_t i = 0; block.is_there() && i < block.members; ++i)
      if (const double worth = std::abs(reduced_cost[static_cast<std::size_t>(block(0, i))]); worth > most) {
        most = worth;
        name = capacity_of(net, list, i).name;
      }
  }
  return name;
}

/// Most load L such that L fits but for `hours`, in which a share of it is off: L <= h(t), or (1 - share) L <= h(t).
double flexible_headroom(std::vector<std::pair<double, double>> room_and_hours, double share, double hours) {
  std::ranges::sort(room_and_hours);
  double best = 0, off = 0;
  const double floor = room_and_hours.front().first / std::max(1 - share, 1e-9);
  for (const auto& [room, weight] : room_and_hours) {
    best = std::min(room, floor);
    off += weight * share;  // equivalent hours at full power if this snapshot, too, were above its room
    if (off > hours) return best;
  }
  return std::min(best, floor);
}

}  // namespace

HeadroomMap headroom(const System& system, const HeadroomOptions& options) {
  const Network& net = system.first();
  const std::size_t buses = net.buses.size();
  std::vector<std::size_t> order(net.snapshots.size());
  for (std::size_t t = 0; t < order.size(); ++t) order[t] = t;
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t t) { return load_at(net, t); });
  const double peak = load_at(net, order.front());
  order.resize(std::min(options.snapshots, order.size()));
  std::vector<std::vector<double>> room(order.size(), std::vector<double>(buses, 0));
  std::vector<std::vector<std::string>> binding(order.size(), std::vector<std::string>(buses));
  std::vector<char> short_of_supply(order.size(), 0);
  std::atomic<std::size_t> done{0};
  parallel_for(order.size(), options.threads, [&](std::size_t k) {
    const System one = deterministic(snapshot_of(net, order[k], options.value_of_lost_load, peak));
    const Formulation f = formulate(one);
    lp::Solver solver(f.model);
    lp::Options simplex;
    simplex.method = lp::Method::simplex;
    const Block& p = f.layout.operation[0].flow[static_cast<std::size_t>(List::generators)];
    const std::size_t first_probe = net.generators.size() + net.storage_units.size();
    for (std::size_t b = 0; b < buses; ++b) {
      if (options.should_stop && options.should_stop()) return;
      const int column = p(0, first_probe + b);
      solver.set_column_bounds(column, 0, lp::infinity);
      solver.set_cost(column, -1);
      const auto solution = solver.solve(simplex);
      solver.set_column_bounds(column, 0, 0);
      solver.set_cost(column, 0);
      if (solution.status == lp::Status::infeasible) {  // the load that is there cannot be met
        short_of_supply[k] = 1;
        return;
      }
      room[k][b] = solution.status == lp::Status::unbounded ? unlimited : solution.value[static_cast<std::size_t>(column)];
      if (solution.status == lp::Status::optimal) binding[k][b] = what_binds(one.first(), f, solution.reduced_cost);
    }
    if (options.on_share) options.on_share(static_cast<double>(++done) / static_cast<double>(order.size()));
  });
  HeadroomMap map;
  const auto shortages = std::ranges::count(short_of_supply, 1);
  if (shortages > 0) map.notes.push_back(std::format("in {} of the {} snapshots examined the load that is there cannot be met without shedding", shortages, order.size()));
  if (!net.storage_units.empty()) map.notes.push_back("storage counts by its duration: rated power from 4 hours on");
  if (!net.stores.empty()) map.notes.push_back("stores are left out");
  for (std::size_t b = 0; b < buses; ++b) {
    Headroom h{net.buses[b].name, unlimited, 0, 0, {}};
    std::vector<std::pair<double, double>> rooms;
    for (std::size_t k = 0; k < order.size(); ++k) {
      rooms.emplace_back(room[k][b], net.snapshots[order[k]].generators);
      if (room[k][b] < h.firm) h = {h.bus, room[k][b], 0, order[k], short_of_supply[k] ? "supply" : binding[k][b]};
    }
    h.flexible = flexible_headroom(std::move(rooms), options.curtailable_share, options.curtailable_hours);
    map.buses.push_back(std::move(h));
  }
  return map;
}

}  // namespace stargate::energy
