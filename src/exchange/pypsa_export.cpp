// From a system and its result to PyPSA's tables.
#include <algorithm>
#include <cmath>
#include <format>
#include <functional>

#include "energy/curves.h"
#include "exchange/pypsa_attributes.h"
#include "exchange/pypsa_network.h"

namespace stargate::exchange {

using namespace energy;

namespace {

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Table of one list: columns whose values are not all the default, series of members that have one.
class Exporter {
 public:
  Exporter(const System& system, PypsaDataset& set) : system_(system), set_(set) {}

  template <class T>
  void list(const std::string& name, std::vector<T> Network::*members, const std::vector<PypsaAttribute<T>>& attributes) {
    const auto& first = system_.first().*members;
    if (first.empty()) return;
    PypsaTable table;
    table.list = name;
    for (const auto& m : first) table.names.push_back(m.name);
    for (const auto& a : attributes)
      std::visit([&]<class M>(M T::*member) { column<T, M>(table, a.name, members, member); }, a.member);
    set_.tables.push_back(std::move(table));
  }

  /// Ports of links, as columns bus0, bus1, ... efficiency, efficiency2, ...
  void ports() {
    auto* table = find("links");
    if (!table) return;
    std::size_t most = 0;
    for (const auto& l : system_.first().links) most = std::max(most, l.ports.size());
    for (std::size_t k = 0; k < most; ++k) {
      const std::string own = k == 1 ? "" : std::format("{}", k);
      PypsaColumn bus{std::format("bus{}", k), true, false, {}, {}}, rate{"efficiency" + own, false, false, {}, {}}, delay{"delay" + own, false, false, {}, {}};
      PypsaSeries series;
      series.attribute = rate.attribute;
      bool delayed = false;
      for (const auto& scenario : system_.scenarios)
        for (const auto& l : scenario.network.links) {
          const bool has = k < l.ports.size();
          bus.texts.push_back(has ? l.ports[k].bus : "");
          rate.numbers.push_back(has ? l.ports[k].coefficient.fixed : 1);
          delay.numbers.push_back(has ? l.ports[k].delay : 0);
          delayed = delayed || (has && l.ports[k].delay > 0);
        }
      table->columns.push_back(std::move(bus));
      if (k == 0) continue;
      table->columns.push_back(std::move(rate));
      if (delayed) table->columns.push_back(std::move(delay));
      profiles(*table, std::move(series), system_.first().links.size(), [&](const Network& n, std::size_t i) -> const Profile* {
        return k < n.links[i].ports.size() ? &n.links[i].ports[k].coefficient : nullptr;
      });
    }
  }

  /// Curves, per unit of the capacity as PyPSA has them.
  template <class T>
  void curves(const std::string& list, const std::vector<T>& members) {
    auto* table = find(list);
    if (!table) return;
    const auto put = [&](const std::string& attribute, const std::string& x, auto curve_of, bool slopes, bool inverted) {
      PypsaCurves out{attribute, x, {}, {}};
      for (const auto& m : members) {
        const std::vector<CostPoint>& curve = curve_of(m);
        if (curve.empty()) continue;
        const double scale = x.ends_with("_pu") ? m.nominal : 1;
        out.members.push_back(m.name);
        auto& points = out.points.emplace_back();
        for (std::size_t k = 0; k < curve.size(); ++k) {
          const double at = curve[k].power_mw, ratio = at == 0 ? 0 : inverted ? at / curve[k].cost_per_h : curve[k].cost_per_h / at;
          points.emplace_back(at / scale, slopes ? k > 0 ? slope_of(curve, k) : 0 : ratio);
        }
      }
      if (!out.members.empty()) table->curves.push_back(std::move(out));
    };
    const std::string nom = std::same_as<T, Branch> ? "s_nom" : std::same_as<T, Store> ? "e_nom" : "p_nom";
    put("capital_cost", nom, [](const T& m) -> const auto& { return m.capital_curve; }, true, false);
    if constexpr (requires(const T& m) { m.cost_curve; })
      put("marginal_cost", std::same_as<T, StorageUnit> ? "p_dispatch_pu" : "p_pu", [](const T& m) -> const auto& { return m.cost_curve; }, true, false);
    if constexpr (std::same_as<T, Generator>) put("efficiency", "p_pu", [](const T& m) -> const auto& { return m.fuel_curve; }, false, true);
    if constexpr (std::same_as<T, Link>)
      for (std::size_t port = 1; port < 9; ++port)
        put(port == 1 ? "efficiency" : std::format("efficiency{}", port), "p_pu", [port](const T& m) -> const std::vector<CostPoint>& {
          static const std::vector<CostPoint> none;
          return port < m.ports.size() ? m.ports[port].curve : none;
        }, false, false);
  }

  template <class T>
  void others(const std::string& list, const std::vector<T>& members) {
    auto* table = find(list);
    if (!table) return;
    std::map<std::string, PypsaColumn> columns;
    for (std::size_t i = 0; i < members.size(); ++i)
      for (const auto& [attribute, value] : members[i].other) {
        auto& c = columns[attribute];
        c.attribute = attribute;
        c.numbers.resize(members.size() * system_.scenarios.size(), unset);
        for (std::size_t s = 0; s < system_.scenarios.size(); ++s) c.numbers[s * members.size() + i] = value;
      }
    for (auto& [attribute, column] : columns) table->columns.push_back(std::move(column));
  }

 private:
  PypsaTable* find(const std::string& list) {
    const auto at = std::ranges::find(set_.tables, list, &PypsaTable::list);
    return at == set_.tables.end() ? nullptr : &*at;
  }

  template <class T, class M>
  void column(PypsaTable& table, const std::string& attribute, std::vector<T> Network::*members, M T::*member) {
    const T standard;
    PypsaColumn c{attribute, std::same_as<M, std::string>, std::same_as<M, bool>, {}, {}};
    bool differs = false;
    for (const auto& scenario : system_.scenarios)
      for (const T& m : scenario.network.*members) {
        const M& value = m.*member;
        if constexpr (std::same_as<M, std::string>) {
          c.texts.push_back(value);
          differs = differs || value != standard.*member;
        } else if constexpr (std::same_as<M, Profile>) {
          c.numbers.push_back(value.fixed);
          differs = differs || !same(value.fixed, (standard.*member).fixed);
        } else {
          c.numbers.push_back(static_cast<double>(value));
          differs = differs || !same(static_cast<double>(value), static_cast<double>(standard.*member));
        }
      }
    if (differs) table.columns.push_back(std::move(c));
    if constexpr (std::same_as<M, Profile>) {
      PypsaSeries series;
      series.attribute = attribute;
      profiles(table, std::move(series), table.names.size(),
               [&](const Network& n, std::size_t i) -> const Profile* { return &((n.*members)[i].*member); });
    }
  }

  template <class ProfileOf>
  void profiles(PypsaTable& table, PypsaSeries series, std::size_t members, ProfileOf&& profile_of) {
    const std::size_t scenarios = system_.scenarios.size(), snapshots = system_.first().snapshots.size();
    std::vector<std::size_t> varying;
    for (std::size_t i = 0; i < members; ++i)
      if (std::ranges::any_of(system_.scenarios, [&](const Scenario& s) {
            const Profile* p = profile_of(s.network, i);
            return p && !p->hourly.empty();
          }))
        varying.push_back(i);
    if (varying.empty()) return;
    for (const std::size_t i : varying) series.members.push_back(table.names[i]);
    series.by_scenario = scenarios > 1;
    for (std::size_t t = 0; t < snapshots; ++t)
      for (const auto& scenario : system_.scenarios)
        for (const std::size_t i : varying) series.values.push_back((*profile_of(scenario.network, i))[t]);
    table.series.push_back(std::move(series));
  }

  const System& system_;
  PypsaDataset& set_;
};

/// Adds PyPSA's outputs to the tables; what an earlier solve left there goes.
class Outputs {
 public:
  Outputs(PypsaDataset& set, const System& system, const Result& result) : set_(set), system_(system), result_(result) {}

  void add() {
    for (const auto& [list, name] : {std::pair{List::generators, "p_nom_opt"}, {List::storage_units, "p_nom_opt"}, {List::lines, "s_nom_opt"},
                                     {List::transformers, "s_nom_opt"}, {List::stores, "e_nom_opt"}})
      number_column(std::string(list_name(list)), name, result_.capacity[static_cast<std::size_t>(list)]);
    series("generators", "p", [](const Operation& o) { return o.flow[static_cast<std::size_t>(List::generators)]; });
    series("generators", "status", [](const Operation& o) { return o.status[static_cast<std::size_t>(List::generators)]; });
    for (const auto& [name, list] : {std::pair{"start_up", &Operation::start_up}, {"shut_down", &Operation::shut_down}})
      series("generators", name, [&](const Operation& o) { return (o.*list)[static_cast<std::size_t>(List::generators)]; });
    series("generators", "maintenance", [](const Operation& o) { return o.maintenance[static_cast<std::size_t>(List::generators)]; });
    series("transformers", "phase_shift_opt", [](const Operation& o) { return o.shift; });
    loads();
    for (const List list : {List::lines, List::transformers}) {
      const auto l = static_cast<std::size_t>(list);
      const std::string name(list_name(list));
      const auto drawn = [l](const Operation& o, double sign) {  // half of what is lost is drawn at each end
        Matrix m = scaled(o.flow[l], sign);
        for (std::size_t k = 0; k < o.branch_loss[l].values.size(); ++k) m.values[k] += o.branch_loss[l].values[k] / 2;
        return m;
      };
      series(name, "p0", [&](const Operation& o) { return drawn(o, 1); });
      series(name, "p1", [&](const Operation& o) { return drawn(o, -1); });
    }
    for (const List list : {List::lines, List::transformers}) {
      const std::string name(list_name(list));
      series(name, "mu_upper", [&](const Operation& o) { return sided(o.scarcity[static_cast<std::size_t>(list)], true); });
      series(name, "mu_lower", [&](const Operation& o) { return sided(o.scarcity[static_cast<std::size_t>(list)], false); });
    }
    links();
    const auto storage = static_cast<std::size_t>(List::storage_units);
    const auto& units = system_.first().storage_units;
    if (std::ranges::any_of(units, &StorageUnit::energy_apart)) number_column("storage_units", "e_nom_opt", result_.capacity[static_cast<std::size_t>(List::storage_energy)]);
    if (std::ranges::any_of(units, &StorageUnit::charge_apart)) number_column("storage_units", "p_store_nom_opt", result_.capacity[static_cast<std::size_t>(List::storage_charge)]);
    series("storage_units", "p_dispatch", [&](const Operation& o) { return o.flow[storage]; });
    series("storage_units", "p_store", [](const Operation& o) { return o.charge; });
    series("storage_units", "p", [&](const Operation& o) {
      Matrix net = o.flow[storage];
      for (std::size_t k = 0; k < net.values.size(); ++k) net.values[k] -= o.charge.values[k];
      return net;
    });
    series("storage_units", "state_of_charge", [](const Operation& o) { return o.state_of_charge; });
    series("storage_units", "spill", [](const Operation& o) { return o.spill; });
    series("stores", "p", [](const Operation& o) { return o.flow[static_cast<std::size_t>(List::stores)]; });
    series("stores", "e", [](const Operation& o) { return o.energy; });
    series("buses", "marginal_price", [](const Operation& o) { return o.price; });
    if (system_.scenarios.size() == 1) number_column("global_constraints", "mu", result_.operation.front().global_price);
    set_.numbers["_objective"] = result_.objective;
    set_.numbers["_objective_constant"] = result_.constant;
  }

 private:
  static Matrix scaled(Matrix m, double factor) {
    for (double& v : m.values) v *= factor;
    return m;
  }
  /// PyPSA's sign: the dual of an upper limit is <= 0, of a lower limit >= 0.
  static Matrix sided(Matrix m, bool upper) {
    for (double& v : m.values) v = upper ? -std::max(v, 0.0) : std::max(-v, 0.0);
    return m;
  }
  PypsaTable* find(const std::string& list) {
    const auto at = std::ranges::find(set_.tables, list, &PypsaTable::list);
    return at == set_.tables.end() ? nullptr : &*at;
  }

  void number_column(const std::string& list, const std::string& attribute, const std::vector<double>& values) {
    auto* table = find(list);
    if (!table || values.size() != table->names.size()) return;
    std::erase_if(table->columns, [&](const auto& c) { return c.attribute == attribute; });
    PypsaColumn column{attribute, false, false, {}, {}};
    for (std::size_t s = 0; s < system_.scenarios.size(); ++s) column.numbers.insert(column.numbers.end(), values.begin(), values.end());
    table->columns.push_back(std::move(column));
  }

  void series(const std::string& list, const std::string& attribute, const std::function<Matrix(const Operation&)>& of) {
    auto* table = find(list);
    if (!table) return;
    std::erase_if(table->series, [&](const auto& s) { return s.attribute == attribute; });
    std::vector<Matrix> matrices;
    for (const auto& o : result_.operation) matrices.push_back(of(o));
    if (!matrices.front().is_there() || matrices.front().members != table->names.size()) return;
    PypsaSeries out;
    out.attribute = attribute;
    out.members = table->names;
    out.by_scenario = matrices.size() > 1;
    const std::size_t n = table->names.size();
    for (std::size_t t = 0; t < set_.snapshots(); ++t)
      for (const auto& m : matrices)
        out.values.insert(out.values.end(), m.values.begin() + static_cast<long>(t * n), m.values.begin() + static_cast<long>((t + 1) * n));
    table->series.push_back(std::move(out));
  }

  void loads() {
    std::size_t s = 0;
    series("loads", "p", [&](const Operation&) {
      const Network& net = system_.scenarios[s++].network;
      Matrix m{net.loads.size(), {}};
      for (std::size_t t = 0; t < net.snapshots.size(); ++t)
        for (const auto& l : net.loads) m.values.push_back(l.active ? l.p_set[t] : 0);
      return m;
    });
  }

  /// Links, and the processes that stand after them among the links: power within, and p0, p1, ...: what is drawn from
  /// each of the buses.
  void links() {
    const auto* links = find("links");
    const std::size_t first_process = links ? links->names.size() : 0;
    link_list("links", 0, first_process);
    link_list("processes", first_process, system_.first().links.size());
  }
  void link_list(const std::string& list, std::size_t begin, std::size_t end) {
    if (begin == end || !find(list)) return;
    const auto own = [&](const Matrix& m) {
      Matrix cut{m.is_there() ? end - begin : 0, {}};
      for (std::size_t at = 0; at < m.values.size(); at += m.members)
        cut.values.insert(cut.values.end(), m.values.begin() + static_cast<long>(at + begin), m.values.begin() + static_cast<long>(at + end));
      return cut;
    };
    constexpr auto l = static_cast<std::size_t>(List::links);
    const auto& capacity = result_.capacity[l];
    number_column(list, "p_nom_opt", {capacity.begin() + static_cast<long>(begin), capacity.begin() + static_cast<long>(end)});
    series(list, "status", [&](const Operation& o) { return own(o.status[l]); });
    series(list, "maintenance", [&](const Operation& o) { return own(o.maintenance[l]); });
    series(list, "mu_upper", [&](const Operation& o) { return own(sided(o.scarcity[l], true)); });
    series(list, "mu_lower", [&](const Operation& o) { return own(sided(o.scarcity[l], false)); });
    if (list == "processes") series(list, "p", [&](const Operation& o) { return own(o.flow[l]); });
    std::size_t most = 0;
    for (std::size_t i = begin; i < end; ++i) most = std::max(most, system_.first().links[i].ports.size());
    for (std::size_t k = 0; k < most; ++k) {
      std::size_t s = 0;
      series(list, std::format("p{}", k), [&](const Operation& o) {
        const Network& net = system_.scenarios[s++].network;
        Matrix m = o.flow[l];
        for (std::size_t t = 0; t < net.snapshots.size(); ++t)
          for (std::size_t i = 0; i < net.links.size(); ++i)
            if (k < net.links[i].ports.size() && !net.links[i].ports[k].curve.empty()) m(t, i) = m(t, i) == 0 ? 0 : -along(net.links[i].ports[k].curve, m(t, i));
            else m(t, i) *= k < net.links[i].ports.size() ? -net.links[i].ports[k].coefficient[t] : 0;
        return own(m);
      });
    }
  }

  PypsaDataset& set_;
  const System& system_;
  const Result& result_;
};

}  // namespace

PypsaDataset to_dataset(const System& system) {
  const Network& first = system.first();
  PypsaDataset set;
  set.texts = {{"name", first.name}, {"pypsa_version", "1.3.0"}};
  set.numbers = {{"srid", 4326}, {"_multi_invest", first.periods.empty() ? 0 : 1}};
  set.snapshot.is_text = true;
  for (const auto& s : first.snapshots) {
    set.snapshot.texts.push_back(s.label);
    set.objective.push_back(s.objective);
    set.stores.push_back(s.stores);
    set.generators.push_back(s.generators);
    if (!first.periods.empty()) set.period_of_snapshot.push_back(first.periods[static_cast<std::size_t>(s.period)].year);
  }
  for (const auto& p : first.periods) {
    set.periods.push_back(p.year);
    set.period_objective.push_back(p.objective);
    set.period_years.push_back(p.years);
  }
  if (system.scenarios.size() > 1)
    for (const auto& s : system.scenarios) {
      set.scenarios.push_back(s.name);
      set.scenario_weights.push_back(s.probability);
    }
  Exporter out(system, set);
  out.list("buses", &Network::buses, pypsa_attributes<Bus>());
  out.others("buses", first.buses);
  out.list("carriers", &Network::carriers, pypsa_attributes<Carrier>());
  out.others("carriers", first.carriers);
  out.list("generators", &Network::generators, pypsa_attributes<Generator>());
  out.list("loads", &Network::loads, pypsa_attributes<Load>());
  out.list("lines", &Network::lines, pypsa_line_attributes());
  out.list("transformers", &Network::transformers, pypsa_transformer_attributes());
  out.list("links", &Network::links, pypsa_attributes<Link>());
  out.ports();
  out.curves("generators", first.generators);
  out.curves("lines", first.lines);
  out.curves("transformers", first.transformers);
  out.curves("links", first.links);
  out.list("storage_units", &Network::storage_units, pypsa_attributes<StorageUnit>());
  out.list("stores", &Network::stores, pypsa_attributes<Store>());
  out.curves("storage_units", first.storage_units);
  out.curves("stores", first.stores);
  out.list("global_constraints", &Network::global_constraints, pypsa_attributes<GlobalConstraint>());
  out.list("line_types", &Network::line_types, pypsa_attributes<LineType>());
  out.list("transformer_types", &Network::transformer_types, pypsa_attributes<TransformerType>());
  return set;
}

std::vector<std::string> not_in_pypsa(const System& system) {
  std::vector<std::string> left;
  const Network& net = system.first();
  if (net.fixed_cost != 0) left.push_back("constant terms of cost functions");
  if (std::ranges::any_of(net.buses, [](const auto& b) { return b.shunt_mw != 0; })) left.push_back("shunt conductance of buses");
  if (!net.phase_shifts_count && std::ranges::any_of(net.transformers, [](const auto& t) { return !t.phase_shift.is_zero(); }))
    left.push_back("phase shifts that do not count");
  const auto storage = [&](auto has) { return std::ranges::any_of(net.storage_units, has); };
  if (storage([](const auto& s) { return s.energy_apart; })) left.push_back("energy of storage units apart from their power (in e_nom_opt, beside p_nom_opt)");
  if (storage([](const auto& s) { return s.charge_apart; })) left.push_back("charging power of storage units apart from dispatch (in p_store_nom_opt)");
  if (storage([](const auto& s) { return s.one_converter || s.only_from_level; })) left.push_back("storage that charges and dispatches through one converter, or from the level before alone");
  if (storage([](const auto& s) { return !s.inflow_pu.is_zero() || s.min_flow_pu > 0 || !std::isnan(s.ramp_limit_up) || !std::isnan(s.ramp_limit_down); }))
    left.push_back("inflow in proportion to power, least flows and ramps of storage units");
  if (std::ranges::any_of(net.links, [](const auto& l) { return l.loss > 0; })) left.push_back("losses of links in both directions");
  const auto standing = [&](const auto& members) { return std::ranges::any_of(members, [](const auto& m) { return !std::isnan(m.standing_cost); }); };
  if (standing(net.generators) || standing(net.links) || standing(net.storage_units)) left.push_back("fixed cost of what stands apart from that of what is built");
  if (net.relaxed_commitment) left.push_back("commitment in fractions of units");
  const auto cyclic = [](const auto& members) { return std::ranges::any_of(members, [](const auto& m) { return m.cyclic && (m.committable || !m.ramp_limit_up.is_unset() || !m.ramp_limit_down.is_unset()); }); };
  if (cyclic(net.generators) || cyclic(net.links)) left.push_back("commitment and ramps around each run of snapshots");
  const Policies& p = net.policies;
  const auto policy = [&](const auto& rules, const char* what) {
    if (!rules.empty()) left.push_back(std::format("{} ({})", what, rules.size()));
  };
  policy(p.reserve_margins, "reserve margins");
  policy(p.energy_shares, "energy share requirements");
  policy(p.capacity_requirements, "capacity requirements");
  const auto fuelled = [](const auto& members) { return std::ranges::any_of(members, [](const auto& m) { return !m.start_fuel_cost.is_zero(); }); };
  if (fuelled(net.generators) || fuelled(net.links)) left.push_back("start fuel at its hourly price");
  policy(p.emission_caps, "caps on the emissions of zones");
  policy(p.operating_reserves, "operating reserves");
  policy(p.rows, "rows of the user's own");
  if (net.angle_limits_count) left.push_back("limits of voltage angles");
  return left;
}

void add_results(PypsaDataset& dataset, const System& system, const Result& result) {
  if (result.has_values()) Outputs(dataset, system, result).add();
}

}  // namespace stargate::exchange
