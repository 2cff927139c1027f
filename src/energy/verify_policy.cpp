#include "energy/verify_policy.h"

#include <algorithm>
#include <cmath>
#include <format>

namespace stargate::energy {

namespace {

template <class Member>
std::size_t place(const std::vector<Member>& members, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(members, name, &Member::name) - members.begin());
}

class PolicyAuditor {
 public:
  PolicyAuditor(const Network& net, const Operation& op, const Result& result,
                const std::function<void(double, const std::string&)>& note)
      : net_(net), op_(op), result_(result), note_(note), periods_(std::max<std::size_t>(net.periods.size(), 1)) {
    for (std::size_t b = 0; b < net.buses.size(); ++b) bus_[net.buses[b].name] = b;
    at_.resize(net.buses.size());
    for (std::size_t i = 0; i < net.loads.size(); ++i)
      if (net.loads[i].active) at_[bus_.at(net.loads[i].bus)].loads.push_back(i);
    for (std::size_t i = 0; i < net.generators.size(); ++i) at_[bus_.at(net.generators[i].bus)].generators.push_back(i);
    for (std::size_t i = 0; i < net.storage_units.size(); ++i)
      if (net.storage_units[i].sign > 0) at_[bus_.at(net.storage_units[i].bus)].storage.push_back(i);
    for (const auto& c : net.carriers) co2_[c.name] = c.co2_emissions;
  }

  void audit() {
    margins();
    shares();
    requirements();
    caps();
    reserves();
    rows();
  }

 private:
  using Where = std::pair<List, std::size_t>;

  Where find(List list, const std::string& name) const {
    switch (list) {
      case List::generators:
        return {list, place(net_.generators, name)};
      case List::lines:
        return {list, place(net_.lines, name)};
      case List::transformers:
        return {list, place(net_.transformers, name)};
      case List::links:
        return {list, place(net_.links, name)};
      case List::stores:
        return {list, place(net_.stores, name)};
      default:
        return {list, place(net_.storage_units, name)};
    }
  }
  bool stands(const Capacity& c, std::size_t period) const {
    if (!c.active || net_.periods.empty()) return c.active;
    const double year = net_.periods[period].year;
    return year >= c.build_year && year < c.build_year + c.lifetime;
  }
  std::size_t period(std::size_t t) const {
    return net_.periods.empty() ? 0 : static_cast<std::size_t>(net_.snapshots[t].period);
  }
  double capacity(Where w) const { return result_.capacity[static_cast<std::size_t>(w.first)][w.second]; }
  double flow(Where w, std::size_t t) const {
    const double p = op_.flow[static_cast<std::size_t>(w.first)](t, w.second);
    return w.first == List::storage_units ? p - op_.charge(t, w.second) : p;
  }
  double available(Where w, std::size_t t) const {
    const auto [list, i] = w;
    const double share = list == List::generators      ? net_.generators[i].p_max_pu[t]
                         : list == List::links         ? net_.links[i].p_max_pu[t]
                         : list == List::lines         ? net_.lines[i].s_max_pu[t]
                         : list == List::transformers  ? net_.transformers[i].s_max_pu[t]
                         : list == List::storage_units ? net_.storage_units[i].p_max_pu[t]
                         : list == List::stores        ? net_.stores[i].e_max_pu[t]
                                                       : 1;
    return share == 0 ? 0 : share * capacity(w);
  }
  double counted(const Contribution& c, Where w, std::size_t t) const {
    if (!stands(capacity_of(net_, c.list, w.second), period(t))) return 0;
    return c.credit * (c.basis == Basis::dispatch       ? flow(w, t)
                       : c.basis == Basis::availability ? available(w, t)
                                                        : capacity(w));
  }
  std::vector<Where> found(const std::vector<Contribution>& all) const {
    std::vector<Where> out;
    for (const auto& c : all) out.push_back(find(c.list, c.component));
    return out;
  }
  double load(const std::string& bus, std::size_t t) const {
    double sum = 0;
    const At& at = at_[bus_.at(bus)];
    for (const std::size_t i : at.loads) sum -= net_.loads[i].sign * net_.loads[i].p_set[t];
    for (const std::size_t i : at.generators)
      if (net_.generators[i].sign < 0 && net_.generators[i].counts_as_load) sum -= net_.generators[i].sign * op_.flow[0](t, i);
    return sum;
  }
  double unserved(const std::string& bus, std::size_t t) const {
    double sum = 0;
    for (const std::size_t i : at_[bus_.at(bus)].generators)
      if (net_.generators[i].sheds_load) sum += op_.flow[0](t, i);
    return sum;
  }
  double storage_loss(const std::string& bus, std::size_t t) const {
    double sum = 0;
    for (const std::size_t i : at_[bus_.at(bus)].storage)
      if (!net_.storage_units[i].p_min_pu.is_zero()) sum -= flow({List::storage_units, i}, t);
    return sum;
  }
  void short_of(double given, double asked, const std::string& where) {
    note_(std::max(asked - given, 0.0) / std::max(1.0, std::abs(asked)), where);
  }

  void margins() {
    const auto& rules = net_.policies.reserve_margins;
    for (std::size_t m = 0; m < rules.size(); ++m) {
      const auto at = found(rules[m].contributions);
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        double given = op_.policy.margin_slack.is_there() ? op_.policy.margin_slack(t, m) : 0, asked = 0;
        for (std::size_t k = 0; k < at.size(); ++k) given += counted(rules[m].contributions[k], at[k], t);
        for (const auto& b : rules[m].margin) asked += (1 + b.value) * load(b.bus, t);
        short_of(given, asked, std::format("reserve margin '{}', snapshot {}", rules[m].name, t));
      }
    }
  }

  void shares() {
    const auto& rules = net_.policies.energy_shares;
    for (std::size_t k = 0; k < rules.size(); ++k) {
      const auto at = found(rules[k].eligible);
      std::vector<double> given(periods_, 0), asked(periods_, 0);
      for (std::size_t p = 0; p < periods_; ++p) given[p] = op_.policy.share_slack[k * periods_ + p];
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        const double hours = net_.snapshots[t].generators;
        for (std::size_t j = 0; j < at.size(); ++j) given[period(t)] += hours * counted(rules[k].eligible[j], at[j], t);
        for (const auto& b : rules[k].share) {
          double of = load(b.bus, t);
          if (rules[k].only_load_served) of -= unserved(b.bus, t);
          if (rules[k].storage_losses_count) of += storage_loss(b.bus, t);
          for (std::size_t i = 0; rules[k].link_losses_count && op_.lost.is_there() && i < net_.links.size(); ++i)
            for (std::size_t port = 0; port < 2; ++port)
              if (net_.links[i].ports[port].bus == b.bus) of += op_.lost(t, i) / 2;
          asked[period(t)] += hours * b.value * of;
        }
      }
      for (std::size_t p = 0; p < periods_; ++p)
        short_of(given[p], asked[p], std::format("energy share '{}'", rules[k].name));
    }
  }

  void requirements() {
    const auto& rules = net_.policies.capacity_requirements;
    for (std::size_t k = 0; k < rules.size(); ++k)
      for (std::size_t p = 0; p < periods_; ++p) {
        double sum = result_.requirement_slack[k * periods_ + p];
        for (const auto& c : rules[k].members) {
          const Where w = find(c.list, c.component);
          if (stands(capacity_of(net_, c.list, w.second), p)) sum += c.credit * capacity(w);
        }
        if (std::isfinite(rules[k].minimum))
          short_of(sum, rules[k].minimum, std::format("capacity requirement '{}'", rules[k].name));
        if (std::isfinite(rules[k].maximum))
          short_of(-sum, -rules[k].maximum, std::format("capacity requirement '{}'", rules[k].name));
      }
  }

  void caps() {
    const auto& rules = net_.policies.emission_caps;
    for (std::size_t k = 0; k < rules.size(); ++k) {
      std::vector<double> emitted(periods_, 0), allowed(periods_, rules[k].mass);
      for (std::size_t p = 0; p < periods_; ++p) allowed[p] += op_.policy.cap_slack[k * periods_ + p];
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t)
        for (const auto& b : rules[k].buses) {
          const double hours = net_.snapshots[t].generators;
          for (const std::size_t i : at_[bus_.at(b.bus)].generators) {
            const Generator& g = net_.generators[i];
            if (g.sign < 0 || g.sheds_load) continue;
            const auto carrier = co2_.find(g.carrier);
            const double rate = carrier == co2_.end() ? 0 : carrier->second / g.efficiency[t];
            emitted[period(t)] += hours * rate * op_.flow[0](t, i);
            allowed[period(t)] += hours * b.per_generation * g.sign * op_.flow[0](t, i);
            if (g.start_up_emissions > 0 && g.committable && g.active && op_.start_up[0].is_there())
              emitted[period(t)] += net_.snapshots[t].events * g.start_up_emissions * op_.start_up[0](t, i);
          }
          for (const std::size_t i : at_[bus_.at(b.bus)].storage)
            if (net_.storage_units[i].p_min_pu.is_zero())
              allowed[period(t)] +=
                  hours * b.per_generation * op_.flow[static_cast<std::size_t>(List::storage_units)](t, i);
          const double served =
              load(b.bus, t) - unserved(b.bus, t) + (rules[k].storage_losses_count ? storage_loss(b.bus, t) : 0);
          allowed[period(t)] += hours * b.per_load * served;
        }
      for (std::size_t p = 0; p < periods_; ++p)
        short_of(-emitted[p], -allowed[p], std::format("emission cap '{}'", rules[k].name));
    }
  }

  /// The user's own rows, term by term.
  double quantity(const RowTerm& term, Where w, std::size_t t) const {
    const auto l = static_cast<std::size_t>(w.first);
    const auto of = [&](const Matrix& m) { return m.is_there() ? m(t, w.second) : 0; };
    const bool committed = (w.first == List::generators && net_.generators[w.second].committable) || (w.first == List::links && net_.links[w.second].committable);
    switch (term.of) {
      case Quantity::capacity: return capacity(w);
      case Quantity::dispatch: return of(op_.flow[l]);
      case Quantity::charge: return of(op_.charge);
      case Quantity::level: return of(w.first == List::stores ? op_.energy : op_.state_of_charge);
      case Quantity::spill: return of(op_.spill);
      case Quantity::status: return committed ? of(op_.status[l]) : 1;
      case Quantity::start_up: return committed ? of(op_.start_up[l]) : 0;
      case Quantity::shut_down: return committed ? of(op_.shut_down[l]) : 0;
    }
    return 0;
  }
  std::size_t moved(std::size_t t, int steps) const {
    for (; steps < 0; ++steps) {
      const auto together = [&](std::size_t k) { return net_.snapshots[k].run == net_.snapshots[t].run && net_.snapshots[k].period == net_.snapshots[t].period; };
      if (t > 0 && together(t - 1)) --t;
      else
        while (t + 1 < net_.snapshots.size() && together(t + 1)) ++t;
    }
    for (; steps > 0; --steps) {
      const auto together = [&](std::size_t k) { return net_.snapshots[k].run == net_.snapshots[t].run && net_.snapshots[k].period == net_.snapshots[t].period; };
      if (t + 1 < net_.snapshots.size() && together(t + 1)) ++t;
      else
        while (t > 0 && together(t - 1)) --t;
    }
    return t;
  }
  void rows() {
    const auto& all = net_.policies.rows;
    std::size_t hourly = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const CustomRow& r = all[k];
      std::vector<Where> at;
      for (const auto& term : r.terms) {
        at.push_back(find(term.list, term.component));
        at.back().first = term.list;
      }
      const auto judge = [&](double sum, double constant, double slack, const std::string& where) {
        if (r.sense != ">=") short_of(-sum, -constant - slack, where);
        if (r.sense != "<=") short_of(sum, constant - slack, where);
      };
      const std::string name = std::format("row '{}'", r.name);
      if (r.hourly) {
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
          double sum = 0;
          for (std::size_t j = 0; j < at.size(); ++j) sum += r.terms[j].coefficient[t] * quantity(r.terms[j], at[j], moved(t, r.terms[j].later));
          judge(sum, r.constant[t], op_.policy.row_slack.is_there() ? op_.policy.row_slack(t, hourly) : 0, std::format("{}, snapshot {}", name, t));
        }
        ++hourly;
        continue;
      }
      double sum = 0;
      for (std::size_t j = 0; j < at.size(); ++j) {
        const RowTerm& term = r.terms[j];
        const bool energy = term.of == Quantity::dispatch || term.of == Quantity::charge || term.of == Quantity::spill;
        for (std::size_t t = 0; t < (term.of == Quantity::capacity ? 1 : net_.snapshots.size()); ++t)
          sum += term.coefficient[t] * (energy ? net_.snapshots[t].generators : 1) * quantity(term, at[j], t);
      }
      judge(sum, r.constant[0], op_.policy.once_slack[k], name);
    }
  }

  /// What the other reserves hold counts too: the room of a component is shared by all it holds.
  void reserves() {
    const auto& rules = net_.policies.operating_reserves;
    std::map<Where, std::vector<std::pair<std::size_t, std::size_t>>> of;
    for (std::size_t k = 0; k < rules.size(); ++k) {
      for (std::size_t j = 0; j < rules[k].providers.size(); ++j)
        of[find(rules[k].providers[j].list, rules[k].providers[j].component)].emplace_back(k, j);
      const auto variable = found(rules[k].variable);
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        double given = op_.policy.unmet.is_there() ? op_.policy.unmet(t, k) : 0, asked = rules[k].fixed_mw;
        for (std::size_t j = 0; j < rules[k].providers.size(); ++j) given += held(k, j, t) + held_charging(k, j, t);
        for (std::size_t j = 0; j < variable.size(); ++j)
          if (stands(capacity_of(net_, variable[j].first, variable[j].second), period(t)))
            asked += rules[k].variable[j].credit * available(variable[j], t);
        if (rules[k].buses.empty())
          for (const auto& b : net_.buses) asked += rules[k].load_share * load(b.name, t);
        for (const auto& b : rules[k].buses) asked += rules[k].load_share * load(b, t);
        short_of(given, asked, std::format("operating reserve '{}', snapshot {}", rules[k].name, t));
      }
    }
    for (const auto& [w, products] : of)
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) room(w, products, t);
  }
  double held(std::size_t k, std::size_t j, std::size_t t) const { return op_.policy.held[k](t, j); }
  double held_charging(std::size_t k, std::size_t j, std::size_t t) const {
    return op_.policy.held_charging[k].is_there() ? op_.policy.held_charging[k](t, j) : 0;
  }

  void room(Where w, const std::vector<std::pair<std::size_t, std::size_t>>& products, std::size_t t) {
    const auto [list, i] = w;
    const Capacity& c = capacity_of(net_, list, i);
    if (!stands(c, period(t))) return;
    const auto& rules = net_.policies.operating_reserves;
    double up = 0, down = 0, less = 0, more_charge = 0;
    for (const auto& [k, j] : products) {
      up += held(k, j, t);
      less += held_charging(k, j, t);
      if (rules[k].downward) down += held(k, j, t), more_charge += held_charging(k, j, t);
    }
    const auto fault = [&](double violation) {
      note_(std::max(violation, 0.0), std::format("reserve held by '{}', snapshot {}", c.name, t));
    };
    if (list != List::storage_units) {
      const Dispatchable& d =
          list == List::generators ? static_cast<const Dispatchable&>(net_.generators[i]) : net_.links[i];
      const bool committed = d.committable && d.active && op_.status[static_cast<std::size_t>(list)].is_there();
      const double on = committed ? op_.status[static_cast<std::size_t>(list)](t, i) : 1;
      const double size = committed && d.module > 0 ? d.module : capacity(w);
      const double p = op_.flow[static_cast<std::size_t>(list)](t, i), high = d.p_max_pu[t] * size * on;
      fault(p + up - high);
      if (down > 0) fault(d.p_min_pu[t] * size * on - (p - down));
      for (const auto& [k, j] : products) fault(held(k, j, t) - rules[k].providers[j].max_pu * std::max(high, 0.0));
      return;
    }
    const StorageUnit& s = net_.storage_units[i];
    const double p = op_.flow[static_cast<std::size_t>(List::storage_units)](t, i), charge = op_.charge(t, i),
                 size = capacity(w);
    fault(p + up - s.p_max_pu[t] * size);
    fault(down - p);
    fault(less - charge);
    fault(charge + more_charge + s.p_min_pu[t] * (s.charge_apart ? capacity({List::storage_charge, i}) : size));
    if (s.one_converter) fault(p + charge + up + more_charge - s.p_max_pu[t] * size);
    for (const auto& [k, j] : products)
      fault(held(k, j, t) + held_charging(k, j, t) - rules[k].providers[j].max_pu * size);
    if (t == 0 || net_.snapshots[t].run != net_.snapshots[t - 1].run || period(t) != period(t - 1) ||
        !stands(c, period(t - 1)))
      return;
    const double hours = net_.snapshots[t].stores,
                 level = std::pow(1 - s.standing_loss[t], hours) * op_.state_of_charge(t - 1, i);
    if (!s.p_min_pu.is_zero()) fault(hours * (p + up) / s.efficiency_dispatch[t] - level);
    const double most = s.energy_apart ? capacity({List::storage_energy, i}) : s.max_hours * size;
    if (more_charge > 0) fault(level + hours * s.efficiency_store[t] * (charge + more_charge) - most);
  }

  const Network& net_;
  const Operation& op_;
  const Result& result_;
  const std::function<void(double, const std::string&)>& note_;
  std::size_t periods_;
  struct At {
    std::vector<std::size_t> loads, generators, storage;
  };
  std::map<std::string, std::size_t, std::less<>> bus_;
  std::vector<At> at_;
  std::map<std::string, double, std::less<>> co2_;
};

}  // namespace

void audit_policies(const Network& network, const Operation& operation, const Result& result,
                    const std::function<void(double, const std::string&)>& note) {
  if (network.policies.any()) PolicyAuditor(network, operation, result, note).audit();
}

double policy_cost(const Network& net, const Operation& op) {
  const Policies& rules = net.policies;
  const auto& out = op.policy;
  const std::size_t periods = std::max<std::size_t>(net.periods.size(), 1);
  const auto period_objective = [&](std::size_t p) { return net.periods.empty() ? 1 : net.periods[p].objective; };
  double total = 0;
  for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
    double hourly = 0;
    for (std::size_t m = 0; out.margin_slack.is_there() && m < rules.reserve_margins.size(); ++m)
      hourly += times(rules.reserve_margins[m].price, out.margin_slack(t, m));
    for (std::size_t k = 0; k < rules.operating_reserves.size(); ++k) {
      const auto& r = rules.operating_reserves[k];
      if (out.unmet.is_there()) hourly += times(r.price, out.unmet(t, k));
      for (std::size_t j = 0; j < r.providers.size(); ++j)
        hourly += r.providers[j].cost *
                  (out.held[k](t, j) + (out.held_charging[k].is_there() ? out.held_charging[k](t, j) : 0));
    }
    total += hourly * net.snapshots[t].objective *
             period_objective(static_cast<std::size_t>(net.snapshots[t].period));
  }
  for (std::size_t k = 0; k < out.share_slack.size(); ++k)
    total += period_objective(k % periods) * times(rules.energy_shares[k / periods].price, out.share_slack[k]);
  for (std::size_t k = 0; k < out.cap_slack.size(); ++k)
    total += period_objective(k % periods) * times(rules.emission_caps[k / periods].price, out.cap_slack[k]);
  std::size_t place = 0;
  for (std::size_t k = 0; k < rules.rows.size(); ++k) {
    if (!rules.rows[k].hourly) {
      total += times(rules.rows[k].price, out.once_slack[k]);
      continue;
    }
    for (std::size_t t = 0; out.row_slack.is_there() && t < net.snapshots.size(); ++t)
      total += net.snapshots[t].objective * period_objective(static_cast<std::size_t>(net.snapshots[t].period)) * times(rules.rows[k].price, out.row_slack(t, place));
    ++place;
  }
  return total;
}

double requirement_cost(const Network& net, const Result& result) {
  const std::size_t periods = std::max<std::size_t>(net.periods.size(), 1);
  double total = 0;
  for (std::size_t k = 0; k < result.requirement_slack.size(); ++k)
    total += (net.periods.empty() ? 1 : net.periods[k % periods].objective) *
             times(net.policies.capacity_requirements[k / periods].price, std::abs(result.requirement_slack[k]));
  return total;
}

}  // namespace stargate::energy
