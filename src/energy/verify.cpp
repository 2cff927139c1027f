#include "energy/verify.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <format>
#include <numbers>

#include "energy/topology.h"
#include "energy/verify_policy.h"

namespace stargate::energy {

double Verification::largest() const { return std::max({balance, storage, kirchhoff, limits, commitment, global, policy}); }

namespace {

class Auditor {
 public:
  Auditor(const Network& net, const Operation& op, const Result& result, Verification& v) : net_(net), op_(op), result_(result), v_(v) {}

  void audit() {
    balance();
    storage();
    kirchhoff();
    limits();
    energy_sums();
    commitment();
    maintenance();
    global();
    audit_policies(net_, op_, result_, [&](double violation, const std::string& where) { note(&Verification::policy, violation, [&] { return where; }); });
  }

  double operating_cost() const {
    double total = linked() ? linked_level_cost() : 0;
    for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
      const auto& snapshot = net_.snapshots[t];
      double weight = snapshot.objective;
      if (!net_.periods.empty()) weight *= net_.periods[static_cast<std::size_t>(snapshot.period)].objective;
      double running = net_.fixed_cost, events = 0;
      const auto dispatch = [&](const auto& members, List list) {
        const auto l = static_cast<std::size_t>(list);
        for (std::size_t i = 0; i < members.size(); ++i) {
          const auto& m = members[i];
          const double p = op_.flow[l](t, i);
          running += m.cost_curve.empty() ? m.marginal_cost[t] * p : standing(m, t) ? on_curve(m.cost_curve, list, i, t, p) : 0;
          running += m.marginal_cost_quadratic[t] * p * p;
          if (!m.committable || !m.active || !op_.status[l].is_there()) continue;
          running += m.stand_by_cost[t] * op_.status[l](t, i);
          events += (m.start_up_cost + m.start_fuel_cost[t]) * op_.start_up[l](t, i) + m.shut_down_cost * op_.shut_down[l](t, i);
        }
      };
      dispatch(net_.generators, List::generators);
      dispatch(net_.links, List::links);
      for (std::size_t i = 0; i < net_.storage_units.size(); ++i) {
        const auto& s = net_.storage_units[i];
        const double p = op_.flow[static_cast<std::size_t>(List::storage_units)](t, i);
        running += s.cost_curve.empty() ? s.marginal_cost[t] * p : standing(s, t) ? at_curve(s.cost_curve, p) : 0;
        running += s.marginal_cost_quadratic[t] * p * p + s.marginal_cost_charge[t] * op_.charge(t, i);
        if (!linked()) running += s.marginal_cost_storage[t] * op_.state_of_charge(t, i);
        if (op_.spill.is_there()) running += s.spill_cost[t] * op_.spill(t, i);
      }
      for (std::size_t i = 0; i < net_.stores.size(); ++i) {
        const auto& s = net_.stores[i];
        const double p = op_.flow[static_cast<std::size_t>(List::stores)](t, i);
        running += s.cost_curve.empty() ? s.marginal_cost[t] * p : standing(s, t) ? at_curve(s.cost_curve, p) : 0;
        running += s.marginal_cost_quadratic[t] * p * p;
        if (!linked()) running += s.marginal_cost_storage[t] * op_.energy(t, i);
      }
      total += weight * running + snapshot.events * events;
    }
    return total + policy_cost(net_, op_);
  }

 private:
  void note(double Verification::*what, double violation, auto&& where) {
    if (std::isnan(violation)) violation = unlimited;
    if (violation <= v_.*what) return;
    if (violation > v_.largest()) v_.worst = where();
    v_.*what = violation;
  }
  /// A curve at p, found again from its points: the last segment that begins at or left of p goes on.
  static double at_curve(const std::vector<CostPoint>& curve, double p) {
    std::size_t k = curve.size() - 1;
    while (k > 1 && p < curve[k - 1].power_mw) --k;
    const CostPoint &a = curve[k - 1], &b = curve[k];
    return a.cost_per_h + (b.cost_per_h - a.cost_per_h) / (b.power_mw - a.power_mw) * (p - a.power_mw);
  }
  /// Of a member that is off it is nothing; of units on in part, or of several, it is what each does.
  double on_curve(const std::vector<CostPoint>& curve, List list, std::size_t i, std::size_t t, double p) const {
    const Matrix& status = op_.status[static_cast<std::size_t>(list)];
    const bool committed = (list == List::generators && net_.generators[i].committable) || (list == List::links && net_.links[i].committable);
    const double on = committed && status.is_there() ? status(t, i) : 1;
    return on < 1e-9 ? 0 : on * at_curve(curve, p / on);
  }
  bool standing(const Capacity& c, std::size_t t) const {
    if (!c.active || net_.periods.empty()) return c.active;
    const double year = net_.periods[static_cast<std::size_t>(net_.snapshots[t].period)].year;
    return year >= c.build_year && year < c.build_year + c.lifetime;
  }

  /// The snapshot in which what arrives in t left: going back from t through its investment period until the delay is
  /// covered, from its end again where that is cyclic; -1 for none.
  long left_at(std::size_t t, double delay, bool cyclic) const {
    if (!(delay > 0)) return static_cast<long>(t);
    const auto together = [&](std::size_t k) { return net_.snapshots[k].period == net_.snapshots[t].period && net_.snapshots[k].run == net_.snapshots[t].run; };
    std::size_t first = t, last = t;
    while (first > 0 && together(first - 1)) --first;
    while (last + 1 < net_.snapshots.size() && together(last + 1)) ++last;
    double gone = 0;
    for (std::size_t k = t;;) {
      if (k == first && !cyclic) return -1;
      k = k == first ? last : k - 1;
      gone += net_.snapshots[k].generators;
      if (gone >= delay) return static_cast<long>(k);
    }
  }
  void balance() {
    const auto index = bus_index(net_);
    const std::size_t snapshots = net_.snapshots.size();
    for (std::size_t t = 0; t < snapshots; ++t) {
      std::vector<double> net(net_.buses.size());
      for (std::size_t b = 0; b < net.size(); ++b) net[b] = -net_.buses[b].shunt_mw;
      for (const auto& l : net_.loads)
        if (l.active) net[index.at(l.bus)] += l.sign * l.p_set[t];
      for (std::size_t i = 0; i < net_.generators.size(); ++i)
        net[index.at(net_.generators[i].bus)] += net_.generators[i].sign * op_.flow[static_cast<std::size_t>(List::generators)](t, i);
      for (std::size_t i = 0; i < net_.storage_units.size(); ++i)
        net[index.at(net_.storage_units[i].bus)] +=
            net_.storage_units[i].sign * (op_.flow[static_cast<std::size_t>(List::storage_units)](t, i) - op_.charge(t, i));
      for (std::size_t i = 0; i < net_.stores.size(); ++i)
        net[index.at(net_.stores[i].bus)] += net_.stores[i].sign * op_.flow[static_cast<std::size_t>(List::stores)](t, i);
      for (const List list : {List::lines, List::transformers}) {
        const auto& branches = list == List::lines ? net_.lines : net_.transformers;
        for (std::size_t i = 0; i < branches.size(); ++i) {
          net[index.at(branches[i].bus0)] -= op_.flow[static_cast<std::size_t>(list)](t, i);
          net[index.at(branches[i].bus1)] += op_.flow[static_cast<std::size_t>(list)](t, i);
          const Matrix& loss = op_.branch_loss[static_cast<std::size_t>(list)];
          if (!loss.is_there()) continue;
          for (const auto* bus : {&branches[i].bus0, &branches[i].bus1}) net[index.at(*bus)] -= loss(t, i) / 2;
        }
      }
      for (std::size_t i = 0; i < net_.links.size(); ++i)
        for (const auto& port : net_.links[i].ports) {
          const long from = left_at(t, std::floor(port.delay), port.cyclic_delay);
          if (from < 0) continue;
          const auto then = static_cast<std::size_t>(from);
          const double p = op_.flow[static_cast<std::size_t>(List::links)](then, i);
          if (port.curve.empty()) net[index.at(port.bus)] += port.coefficient[t] * p;
          else if (standing(net_.links[i], then)) net[index.at(port.bus)] += on_curve(port.curve, List::links, i, then, p);
        }
      for (std::size_t i = 0; op_.lost.is_there() && i < net_.links.size(); ++i)
        for (std::size_t k = 0; k < 2; ++k) net[index.at(net_.links[i].ports[k].bus)] -= op_.lost(t, i) / 2;
      for (std::size_t b = 0; b < net.size(); ++b)
        note(&Verification::balance, std::abs(net[b]), [&] { return std::format("bus '{}', snapshot {}", net_.buses[b].name, t); });
    }
  }

  double unit_change(const StorageUnit& s, std::size_t t, std::size_t i) const {
    const bool spills = op_.spill.is_there() && (s.inflow[t] > 0 || s.inflow_pu[t] > 0 || s.min_flow_pu > 0);
    const double spill = (spills ? op_.spill(t, i) : 0) - s.inflow_pu[t] * capacity(List::storage_units, i);
    return s.efficiency_store[t] * op_.charge(t, i) - op_.flow[static_cast<std::size_t>(List::storage_units)](t, i) / s.efficiency_dispatch[t] +
           s.inflow[t] - spill;
  }
  double store_change(std::size_t t, std::size_t i) const { return -op_.flow[static_cast<std::size_t>(List::stores)](t, i); }

  bool linked() const { return !net_.chronology.empty(); }
  /// The original periods one after the other, each as its representative: use(member, snapshot, member's place, level
  /// after it). The level is carried from the first to the last; at the start of each period it must be the one told.
  template <class Storage>
  std::vector<double> walk(const std::vector<Storage>& members, const Matrix& told, auto initial_of, auto change_of, auto use, auto fault) const {
    std::vector<std::size_t> begin;  // of each run
    for (std::size_t t = 0; t < net_.snapshots.size(); ++t)
      if (t == 0 || net_.snapshots[t].run != net_.snapshots[t - 1].run) begin.push_back(t);
    begin.push_back(net_.snapshots.size());
    std::vector<double> last;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Storage& s = members[i];
      double level = s.cyclic ? told(0, i) : initial_of(s);
      bool given = !s.cyclic;  // the level given loses nothing before the end of the first snapshot
      for (std::size_t d = 0; s.active && d < net_.chronology.size(); ++d) {
        const std::size_t run = net_.chronology[d];
        if (!given) fault(s, begin[run], std::abs(level - told(d, i)));
        for (std::size_t t = begin[run]; t < begin[run + 1]; ++t) {
          const double hours = net_.snapshots[t].stores, kept = given ? 1 : std::pow(1 - s.standing_loss[t], hours);
          given = false;
          level = kept * level + hours * change_of(s, t, i);
          use(s, t, i, level);
        }
      }
      if (s.cyclic && s.active) fault(s, 0, std::abs(level - told(0, i)));
      last.push_back(level);
    }
    return last;
  }
  std::vector<double> walk_units(auto use, auto fault) const {
    return walk(net_.storage_units, op_.unit_start, [](const StorageUnit& s) { return s.state_of_charge_initial; },
                [&](const StorageUnit& s, std::size_t t, std::size_t i) { return unit_change(s, t, i); }, use, fault);
  }
  std::vector<double> walk_stores(auto use, auto fault) const {
    return walk(net_.stores, op_.store_start, [](const Store& s) { return s.e_initial; },
                [&](const Store&, std::size_t t, std::size_t i) { return store_change(t, i); }, use, fault);
  }
  double linked_level_cost() const {
    double total = 0;
    const auto add = [&](const auto& s, std::size_t t, std::size_t, double level) {
      total += net_.snapshots[t].objective / net_.snapshots[t].events * s.marginal_cost_storage[t] * level;
    };
    walk_units(add, [](const auto&, std::size_t, double) {});
    walk_stores(add, [](const auto&, std::size_t, double) {});
    return total;
  }
  void linked_storage() {
    const auto fault = [&](const auto& s, std::size_t t, double off) {
      note(&Verification::storage, off, [&] { return std::format("storage '{}', level before the representative period at snapshot {}", s.name, t); });
    };
    walk_units([&](const StorageUnit& s, std::size_t t, std::size_t i, double level) {
      within(level, 0, most_energy(s, i), "storage unit", s.name, t);
      if (const double set = s.state_of_charge_set[t]; !std::isnan(set)) within(level, set, set, "storage unit", s.name, t);
    }, fault);
    walk_stores([&](const Store& s, std::size_t t, std::size_t i, double level) {
      const auto share = [&](double pu) { return pu == 0 ? 0 : pu * capacity(List::stores, i); };
      within(level, share(s.e_min_pu[t]), share(s.e_max_pu[t]), "store", s.name, t);
      if (const double set = s.e_set[t]; !std::isnan(set)) within(level, set, set, "store", s.name, t);
    }, fault);
  }

  void storage() {
    if (linked()) return linked_storage();
    const auto chain = [&](const auto& members, std::string_view kind, const Matrix& level, auto initial_of, auto change_of) {
      for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& s = members[i];
        const bool periods = !net_.periods.empty();
        const bool runs = net_.snapshots.back().run != net_.snapshots.front().run;
        const bool anew = runs || (periods && (s.cyclic_per_period || s.initial_per_period));
        const bool cycles = runs || (anew ? s.cyclic_per_period : s.cyclic);
        const auto together = [&](std::size_t a, std::size_t b) {
          return net_.snapshots[a].period == net_.snapshots[b].period && net_.snapshots[a].run == net_.snapshots[b].run;
        };
        const auto last_of = [&](std::size_t t) {  // the last snapshot of the run that t begins
          std::size_t last = t;
          for (std::size_t k = t; k < net_.snapshots.size(); ++k)
            if (standing(s, k) && (!anew || together(k, t))) last = k;
          return last;
        };
        bool begun = false;
        std::size_t before = 0;
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
          if (!standing(s, t)) continue;
          const double hours = net_.snapshots[t].stores, kept = std::pow(1 - s.standing_loss[t], hours);
          const bool first = !begun || (anew && !together(t, before));
          const double from = !first ? kept * level(before, i) : cycles ? kept * level(last_of(t), i) : initial_of(s);
          note(&Verification::storage, std::abs(level(t, i) - from - hours * change_of(s, t, i)),
               [&] { return std::format("{} '{}', snapshot {}", kind, s.name, t); });
          begun = true;
          before = t;
        }
      }
    };
    chain(net_.storage_units, "storage unit", op_.state_of_charge, [](const StorageUnit& s) { return s.state_of_charge_initial; },
          [&](const StorageUnit& s, std::size_t t, std::size_t i) { return unit_change(s, t, i); });
    chain(net_.stores, "store", op_.energy, [](const Store& s) { return s.e_initial; },
          [&](const Store&, std::size_t t, std::size_t i) { return store_change(t, i); });
  }

  /// Angles are laid out from one bus of each island along the flows; every branch must then agree with them.
  void kirchhoff() {
    for (std::size_t p = 0; p < std::max<std::size_t>(net_.periods.size(), 1); ++p) {
      const auto wires = topology(net_, p).wires;
      if (wires.empty()) continue;
      double scale = 0;
      for (const auto& w : wires) scale = std::max(scale, std::abs(w.impedance));
      std::vector<std::vector<const Wire*>> at(net_.buses.size());
      for (const auto& w : wires) {
        at[w.from].push_back(&w);
        at[w.to].push_back(&w);
      }
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        if (static_cast<std::size_t>(net_.snapshots[t].period) != p) continue;
        const auto drop = [&](const Wire& w) {
          const Branch& b = w.is_transformer ? net_.transformers[w.component] : net_.lines[w.component];
          double shift = w.shift;
          if (net_.phase_shifts_count && w.is_transformer && b.shift_is_decided()) shift = op_.shift(t, w.component) * std::numbers::pi / 180;
          else if (net_.phase_shifts_count && !b.phase_shift.hourly.empty()) shift = b.phase_shift[t] * std::numbers::pi / 180;
          return w.impedance * op_.flow[static_cast<std::size_t>(w.is_transformer ? List::transformers : List::lines)](t, w.component) + shift;
        };
        std::vector<double> angle(net_.buses.size(), unset);
        for (std::size_t root = 0; root < angle.size(); ++root) {
          if (!std::isnan(angle[root])) continue;
          angle[root] = 0;
          for (std::deque<std::size_t> queue{root}; !queue.empty(); queue.pop_front())
            for (const Wire* w : at[queue.front()]) {
              const bool forwards = w->from == queue.front();
              const std::size_t next = forwards ? w->to : w->from;
              if (!std::isnan(angle[next])) continue;
              angle[next] = angle[queue.front()] + (forwards ? -drop(*w) : drop(*w));
              queue.push_back(next);
            }
        }
        for (const auto& w : wires)
          note(&Verification::kirchhoff, scale > 0 ? std::abs(angle[w.from] - angle[w.to] - drop(w)) / scale : 0,
               [&] { return std::format("{} {}, snapshot {}", w.is_transformer ? "transformer" : "line", w.component, t); });
      }
    }
  }

  void within(double x, double low, double high, std::string_view kind, const std::string& name, std::size_t t) {
    note(&Verification::limits, std::max({low - x, x - high, 0.0}), [&] { return std::format("{} '{}', snapshot {}", kind, name, t); });
  }
  /// Share of a capacity that maintenance leaves.
  double in_service(const Dispatchable& d, List list, std::size_t i, std::size_t t) const {
    const Matrix& on = op_.maintenance[static_cast<std::size_t>(list)];
    return d.maintainable && on.is_there() ? 1 - d.maintenance_pu * on(t, i) : 1;
  }
  /// As many hours of maintenance as its events ask for, each snapshot in it or not.
  void maintenance() {
    const auto audit_list = [&](const auto& members, List list) {
      const Matrix& on = op_.maintenance[static_cast<std::size_t>(list)];
      for (std::size_t i = 0; on.is_there() && i < members.size(); ++i) {
        const auto& m = members[i];
        if (!m.maintainable || !m.active) continue;
        double hours = 0;
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
          hours += net_.snapshots[t].generators * on(t, i);
          note(&Verification::commitment, std::abs(on(t, i) - std::round(on(t, i))), [&] { return std::format("maintenance of '{}', snapshot {}", m.name, t); });
        }
        const double wanted = m.maintenance_events * m.maintenance_duration * (1 - 1e-6);
        note(&Verification::commitment, std::max(wanted - hours, 0.0), [&] { return std::format("maintenance of '{}'", m.name); });
      }
    };
    if (fractional()) return;
    audit_list(net_.generators, List::generators);
    audit_list(net_.links, List::links);
  }
  double capacity(List list, std::size_t i) const { return result_.capacity[static_cast<std::size_t>(list)][i]; }

  void limits() {
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(net_, list); ++i) {
        const Capacity& c = capacity_of(net_, list, i);
        if (c.extendable && c.active) within(capacity(list, i), c.nominal_min, c.nominal_max, list_name(list), c.name, 0);
      }
    const auto share = [](double pu, double capacity_mw) { return pu == 0 ? 0 : pu * capacity_mw; };
    for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
      const auto dispatch = [&](const auto& members, List list) {
        const auto& flow = op_.flow[static_cast<std::size_t>(list)];
        for (std::size_t i = 0; i < members.size(); ++i) {
          const auto& m = members[i];
          if (!standing(m, t)) within(flow(t, i), 0, 0, list_name(list), m.name, t);
          else if (!m.committable) {
            const double there = capacity(list, i) * in_service(m, list, i, t);
            within(flow(t, i), share(m.p_min_pu[t], there), share(m.p_max_pu[t], there), list_name(list), m.name, t);
          }
          if (standing(m, t) && !std::isnan(m.p_set[t])) within(flow(t, i), m.p_set[t], m.p_set[t], list_name(list), m.name, t);
        }
      };
      dispatch(net_.generators, List::generators);
      dispatch(net_.links, List::links);
      for (std::size_t i = 0; op_.lost.is_there() && i < net_.links.size(); ++i)
        within(op_.lost(t, i), net_.links[i].loss * std::abs(op_.flow[static_cast<std::size_t>(List::links)](t, i)), unlimited, "loss of link", net_.links[i].name, t);
      for (const List list : {List::lines, List::transformers}) {
        const auto& branches = list == List::lines ? net_.lines : net_.transformers;
        for (std::size_t i = 0; i < branches.size(); ++i) {
          const double most = standing(branches[i], t) ? share(branches[i].s_max_pu[t], capacity(list, i)) : 0;
          within(op_.flow[static_cast<std::size_t>(list)](t, i), -most, most, list_name(list), branches[i].name, t);
        }
      }
      for (std::size_t i = 0; i < net_.storage_units.size(); ++i) {
        const auto& s = net_.storage_units[i];
        const double nominal = standing(s, t) ? capacity(List::storage_units, i) : 0;
        within(op_.flow[static_cast<std::size_t>(List::storage_units)](t, i), 0, share(s.p_max_pu[t], nominal), "storage unit", s.name, t);
        const bool stands = standing(s, t);
        const double charging = !stands ? 0 : s.charge_apart ? capacity(List::storage_charge, i) : nominal;
        within(op_.charge(t, i), 0, share(-s.p_min_pu[t], charging), "storage unit", s.name, t);
        if (!linked()) within(op_.state_of_charge(t, i), stands && s.may_owe ? -unlimited : 0, stands ? most_energy(s, i) : 0, "storage unit", s.name, t);
        if (stands) reservoir(s, i, nominal, t);
      }
      for (const List list : {List::lines, List::transformers}) {
        const Matrix& loss = op_.branch_loss[static_cast<std::size_t>(list)];
        const auto& branches = list == List::lines ? net_.lines : net_.transformers;
        for (std::size_t i = 0; loss.is_there() && i < branches.size(); ++i) {
          const double high = standing(branches[i], t) ? share(branches[i].s_max_pu[t], capacity(list, i)) : 0;
          within(std::abs(op_.flow[static_cast<std::size_t>(list)](t, i)) + loss(t, i), 0, high, "loss of branch", branches[i].name, t);
        }
      }
      for (std::size_t i = 0; i < net_.stores.size(); ++i) {
        const auto& s = net_.stores[i];
        const double nominal = standing(s, t) ? capacity(List::stores, i) : 0;
        if (!linked()) within(op_.energy(t, i), share(s.e_min_pu[t], nominal), share(s.e_max_pu[t], nominal), "store", s.name, t);
      }
    }
  }

  double most_energy(const StorageUnit& s, std::size_t i) const {
    const double nominal = capacity(List::storage_units, i);
    return s.energy_apart ? capacity(List::storage_energy, i) : s.max_hours == 0 ? 0 : s.max_hours * nominal;
  }
  void reservoir(const StorageUnit& s, std::size_t i, double nominal, std::size_t t) {
    const double p = op_.flow[static_cast<std::size_t>(List::storage_units)](t, i), energy = capacity(List::storage_energy, i);
    if (s.one_converter) within(p + op_.charge(t, i), 0, s.p_max_pu[t] * nominal, "converter of storage unit", s.name, t);
    if (s.min_flow_pu > 0)
      within(p + (op_.spill.is_there() ? op_.spill(t, i) : 0), s.min_flow_pu * nominal, unlimited, "flow of storage unit", s.name, t);
    if (s.energy_apart && t == 0 && (s.energy.extendable || s.extendable))
      within(energy, s.hours_min * nominal, std::isfinite(s.hours_max) ? s.hours_max * nominal : unlimited, "energy of storage unit", s.name, t);
    if (t == 0 || net_.snapshots[t].run != net_.snapshots[t - 1].run || net_.snapshots[t].period != net_.snapshots[t - 1].period || !standing(s, t - 1)) return;
    if (s.only_from_level) {
      const double hours = net_.snapshots[t].stores;
      within(hours * p / s.efficiency_dispatch[t], 0, op_.state_of_charge(t - 1, i), "level of storage unit", s.name, t);
    }
    const double step = p - op_.flow[static_cast<std::size_t>(List::storage_units)](t - 1, i);
    const auto ramp = [&](double limit) { return std::isnan(limit) ? unlimited : limit * nominal; };
    within(step, -ramp(s.ramp_limit_down), ramp(s.ramp_limit_up), "ramp of storage unit", s.name, t);
  }

  void energy_sums() {
    for (std::size_t i = 0; i < net_.generators.size(); ++i) {
      const auto& g = net_.generators[i];
      if (!g.active) continue;
      double energy = 0;
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) energy += net_.snapshots[t].generators * op_.flow[0](t, i);
      const double least = std::max(g.e_sum_min, g.full_load_hours_min > 0 ? g.full_load_hours_min * capacity(List::generators, i) : -unlimited);
      const double off = std::max({least - energy, energy - g.e_sum_max, 0.0}) / std::max(1.0, std::abs(energy));
      note(&Verification::limits, off, [&] { return std::format("energy of generator '{}'", g.name); });
    }
  }

  void commitment() {
    const auto audit_list = [&](const auto& members, List list) {
      const auto l = static_cast<std::size_t>(list);
      for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        const auto fault = [&](double violation, std::size_t t) {
          note(&Verification::commitment, violation, [&] { return std::format("{} '{}', snapshot {}", list_name(list), m.name, t); });
        };
        const auto& p = op_.flow[l];
        const bool committed = m.committable && m.active && op_.status[l].is_there();
        const double unit = committed && m.module > 0 ? m.module : capacity(list, i);
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
          if (!standing(m, t)) continue;
          const double on = committed ? op_.status[l](t, i) : 1;
          if (committed) {
            const double there = unit * on * in_service(m, list, i, t);
            fault(std::max({m.p_min_pu[t] * there - p(t, i), p(t, i) - m.p_max_pu[t] * there, 0.0}), t);
          }
          const auto or_one = [](double v) { return std::isnan(v) ? 1.0 : v; };
          for (const std::size_t earlier : earlier_than(t)) {
            if (!standing(m, earlier)) continue;
            const double was_on = committed ? op_.status[l](earlier, i) : 1, step = p(t, i) - p(earlier, i);
            if (committed && m.cluster) {
              const double starts = op_.start_up[l](t, i), stops = op_.shut_down[l](t, i), stays = on - starts, low = m.p_min_pu[t];
              const auto limit = [&](double ramp, double gone, double come) {
                return unit * (ramp * stays + std::min(m.p_max_pu[t], std::max(low, ramp)) * come - low * gone);
              };
              if (!std::isnan(m.ramp_limit_up[t])) fault(std::max(0.0, step - limit(m.ramp_limit_up[t], stops, starts)), t);
              if (!std::isnan(m.ramp_limit_down[t])) fault(std::max(0.0, -step - limit(m.ramp_limit_down[t], starts, stops)), t);
              fault(std::abs(on - was_on - starts + stops), t);
              continue;
            }
            if (!std::isnan(m.ramp_limit_up[t]))
              fault(std::max(0.0, step - unit * (m.ramp_limit_up[t] * was_on + or_one(m.ramp_limit_start_up) * (on - was_on))), t);
            if (!std::isnan(m.ramp_limit_down[t]))
              fault(std::max(0.0, -step - unit * (m.ramp_limit_down[t] * on + or_one(m.ramp_limit_shut_down) * (was_on - on))), t);
            if (committed) fault(std::max({on - was_on - op_.start_up[l](t, i), was_on - on - op_.shut_down[l](t, i), 0.0}), t);
            if (!committed || m.module > 0 || earlier + 1 != t || net_.snapshots[earlier].run != net_.snapshots[t].run) continue;
            const auto until = [&](double time) {  // minimum times end with a representative period
              std::size_t end = t;
              while (end < net_.snapshots.size() && static_cast<double>(end - t) < std::floor(time) && (!linked() || net_.snapshots[end].run == net_.snapshots[t].run)) ++end;
              return end;
            };
            if (on > 0.5 && was_on < 0.5)  // having started, it stays up
              for (std::size_t k = t; k < until(m.min_up_time); ++k) fault(1 - std::min(op_.status[l](k, i), 1.0), k);
            if (on < 0.5 && was_on > 0.5)
              for (std::size_t k = t; k < until(m.min_down_time); ++k) fault(op_.status[l](k, i), k);
          }
        }
      }
    };
    if (fractional()) return;  // a relaxed commitment is judged by its objective alone
    audit_list(net_.generators, List::generators);
    audit_list(net_.links, List::links);
  }
  /// The snapshots that come before: within the run, and before a linked run the ends of those that precede it.
  std::vector<std::size_t> earlier_than(std::size_t t) const {
    const auto& all = net_.snapshots;
    if (t > 0 && all[t].period == all[t - 1].period && all[t].run == all[t - 1].run) return {t - 1};
    std::vector<std::size_t> ends, earlier;  // of runs
    std::size_t own = 0;
    for (std::size_t k = 0; linked() && k < all.size(); ++k) {
      if (k == t) own = ends.size();
      if (k + 1 == all.size() || all[k].run != all[k + 1].run) ends.push_back(k);
    }
    for (std::size_t d = 1; d < net_.chronology.size(); ++d)
      if (net_.chronology[d] == own) earlier.push_back(ends[net_.chronology[d - 1]]);
    return earlier;
  }
  bool fractional() const {
    for (const List list : {List::generators, List::links})
      for (const double u : op_.status[static_cast<std::size_t>(list)].values)
        if (std::abs(u - std::round(u)) > 1e-5) return true;
    return false;
  }

  void global() {
    for (const auto& g : net_.global_constraints) {
      if (g.type != "primary_energy" || !net_.periods.empty()) continue;
      const auto rate = [&](const std::string& carrier) {
        for (const auto& c : net_.carriers)
          if (c.name == carrier) {
            if (g.carrier_attribute == "co2_emissions") return c.co2_emissions;
            return c.other.contains(g.carrier_attribute) ? c.other.at(g.carrier_attribute) : 0.0;
          }
        return 0.0;
      };
      double emitted = 0;
      for (std::size_t i = 0; i < net_.generators.size(); ++i)
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t)
          if (const double r = rate(net_.generators[i].carrier), p = op_.flow[static_cast<std::size_t>(List::generators)](t, i); r != 0) {
            const auto& curve = net_.generators[i].fuel_curve;
            const double burnt = curve.empty() ? p / net_.generators[i].efficiency[t] : on_curve(curve, List::generators, i, t, p);
            emitted += r * burnt * net_.snapshots[t].generators;
          }
      const std::size_t last = net_.snapshots.size() - 1;
      const auto nothing = [](const auto&...) {};
      const auto units = linked() ? walk_units(nothing, nothing) : std::vector<double>{};
      const auto stores = linked() ? walk_stores(nothing, nothing) : std::vector<double>{};
      const bool cycles = !linked() && net_.snapshots.front().run != net_.snapshots.back().run;
      for (std::size_t i = 0; i < net_.storage_units.size(); ++i)
        if (const auto& s = net_.storage_units[i]; !s.cyclic && !cycles && s.active)
          emitted += rate(s.carrier) * (s.state_of_charge_initial - (linked() ? units[i] : op_.state_of_charge(last, i)));
      for (std::size_t i = 0; i < net_.stores.size(); ++i)
        if (const auto& s = net_.stores[i]; !s.cyclic && !cycles && s.active)
          emitted += rate(s.carrier) * (s.e_initial - (linked() ? stores[i] : op_.energy(last, i)));
      const double over = g.sense == "<=" ? emitted - g.constant : g.sense == ">=" ? g.constant - emitted : std::abs(emitted - g.constant);
      note(&Verification::global, std::max(over, 0.0) / std::max(1.0, std::abs(g.constant)), [&] { return "global constraint '" + g.name + "'"; });
    }
  }

  const Network& net_;
  const Operation& op_;
  const Result& result_;
  Verification& v_;
};

}  // namespace

Verification verify(const System& system, const Result& result) {
  Verification v;
  double operating = 0, investment = 0, standing = 0;
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const auto& scenario = system.scenarios[s];
    Auditor auditor(scenario.network, result.operation[s], result, v);
    auditor.audit();
    operating += scenario.probability * auditor.operating_cost();
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(scenario.network, list); ++i) {
        const Capacity& c = capacity_of(scenario.network, list, i);
        if (!c.extendable || !c.active) continue;
        const double weight = scenario.probability * investment_weight(c, scenario.network);
        investment += weight * capacity_cost(c, scenario.network, result.capacity[static_cast<std::size_t>(list)][i]);
        if (scenario.network.periods.empty()) standing += weight * standing_cost_of(c, scenario.network) * c.nominal;
      }
  }
  investment += requirement_cost(system.first(), result);
  v.objective = operating + investment - standing;
  if (system.cvar_weight == 0)
    v.objective_error = std::abs(v.objective - result.objective) / std::max(std::abs(result.objective + result.constant), 1e-9);
  return v;
}

}  // namespace stargate::energy
