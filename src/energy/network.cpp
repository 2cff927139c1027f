#include "energy/network.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/curves.h"

namespace stargate::energy {

bool Profile::is_zero() const {
  return hourly.empty() ? fixed == 0 : std::ranges::all_of(hourly, [](double v) { return v == 0; });
}
bool Profile::is_unset() const {
  return hourly.empty() ? std::isnan(fixed) : std::ranges::all_of(hourly, [](double v) { return std::isnan(v); });
}

System deterministic(Network network) {
  System system;
  system.scenarios.push_back({"", 1, std::move(network)});
  return system;
}

double periodic_cost(const Capacity& c, const Network& network) {
  if (std::isnan(c.overnight_cost)) return c.capital_cost + c.fom_cost;
  double hours = 0;
  for (const auto& s : network.snapshots)
    if (s.period == 0) hours += s.objective;
  const double rate = std::isnan(c.discount_rate) ? 0 : c.discount_rate;
  double annuity = std::max(rate, 0.0);
  if (std::isfinite(c.lifetime)) annuity = rate == 0 ? 1 / c.lifetime : rate / (1 - std::pow(1 + rate, -c.lifetime));
  return c.overnight_cost * annuity * hours / 8760 + c.fom_cost;
}

double standing_cost_of(const Capacity& c, const Network& network) {
  return std::isnan(c.standing_cost) ? periodic_cost(c, network) : c.standing_cost;
}

double capacity_cost(const Capacity& c, const Network& network, double size) {
  if (!c.capital_curve.empty()) return along(c.capital_curve, size);
  const double unit = periodic_cost(c, network), standing = standing_cost_of(c, network);
  return standing * size + (unit - standing) * std::max(size - c.nominal, 0.0);
}

bool stands_in(const Capacity& c, const Network& network, std::size_t period) {
  if (!c.active || network.periods.empty()) return c.active;
  const double year = network.periods[period].year;
  return c.build_year <= year && year < c.build_year + c.lifetime;
}
bool stands_at(const Capacity& c, const Network& network, std::size_t snapshot) {
  return stands_in(c, network, static_cast<std::size_t>(network.snapshots[snapshot].period));
}

bool has_runs(const Network& network) { return !network.snapshots.empty() && network.snapshots.back().run != network.snapshots.front().run; }

bool is_linked(const Network& network) { return !network.chronology.empty(); }

double cost_weight(const Network& network, std::size_t snapshot) {
  const auto& s = network.snapshots[snapshot];
  return network.periods.empty() ? s.objective : s.objective * network.periods[static_cast<std::size_t>(s.period)].objective;
}

long snapshot_before(const Network& network, std::size_t t) {
  const auto& all = network.snapshots;
  const auto together = [&](std::size_t a, std::size_t b) { return all[a].period == all[b].period && all[a].run == all[b].run; };
  if (t > 0 && together(t, t - 1)) return static_cast<long>(t) - 1;
  std::size_t last = t;
  while (last + 1 < all.size() && together(t, last + 1)) ++last;
  return static_cast<long>(last);
}

double investment_weight(const Capacity& c, const Network& network) {
  if (network.periods.empty()) return c.active ? 1 : 0;
  double weight = 0;
  for (std::size_t p = 0; p < network.periods.size(); ++p)
    if (stands_in(c, network, p)) weight += network.periods[p].objective;
  return weight;
}

std::map<std::string, std::size_t, std::less<>> bus_index(const Network& network) {
  std::map<std::string, std::size_t, std::less<>> index;
  for (std::size_t b = 0; b < network.buses.size(); ++b) index.emplace(network.buses[b].name, b);
  return index;
}

namespace {

/// Checks one network; says of each fault which component has it.
class Checker {
 public:
  Checker(const Network& network, const std::string& file, const Locate& locate, Diagnostics& diagnostics)
      : network_(network), file_(file), locate_(locate), diagnostics_(diagnostics) {
    for (const auto& bus : network.buses) bus_names_.push_back(bus.name);
    sorted_buses_ = bus_names_;
    std::ranges::sort(sorted_buses_);
  }

  void fault(std::string_view kind, const std::string& name, const std::string& what, const std::string& hint = {}) {
    diagnostics_.error(locate_ ? locate_(kind, name) : Place{file_}, std::format("{} '{}': {}", kind, name, what), hint);
  }
  void unique(std::string_view kind, const auto& members) {
    std::vector<std::string> names;
    for (const auto& m : members) names.push_back(m.name);
    std::ranges::sort(names);
    for (std::size_t i = 1; i < names.size(); ++i)
      if (names[i] == names[i - 1] && (i < 2 || names[i] != names[i - 2])) fault(kind, names[i], "stands a second time", "names within a list must differ");
  }
  void bus(std::string_view kind, const std::string& name, const std::string& at) {
    if (!std::ranges::binary_search(sorted_buses_, at))
      fault(kind, name, std::format("bus '{}' is not there", at), name_hint(at, bus_names_.size() > 12 ? near(at) : bus_names_));
  }
  void number(std::string_view kind, const std::string& name, std::string_view attribute, double value) {
    if (std::isnan(value)) fault(kind, name, std::format("{} is not a number", attribute));
  }
  void profile(std::string_view kind, const std::string& name, std::string_view attribute, const Profile& p, bool may_be_unset = false) {
    if (!p.hourly.empty() && p.hourly.size() != network_.snapshots.size())
      return fault(kind, name, std::format("{} has {} values for {} snapshots", attribute, p.hourly.size(), network_.snapshots.size()));
    if (may_be_unset) return;
    if (p.hourly.empty()) return number(kind, name, attribute, p.fixed);
    const auto bad = std::ranges::find_if(p.hourly, [](double v) { return std::isnan(v); });
    if (bad != p.hourly.end())
      fault(kind, name, std::format("{} is not a number in snapshot {}", attribute, bad - p.hourly.begin()));
  }
  /// ... and finite, in [low, high].
  void finite(std::string_view kind, const std::string& name, std::string_view attribute, const Profile& p, double low = -unlimited, double high = unlimited) {
    profile(kind, name, attribute, p);
    for (std::size_t t = 0; t < std::max<std::size_t>(p.hourly.size(), 1); ++t) {
      const double v = p.hourly.empty() ? p.fixed : p.hourly[t];
      if (std::isnan(v) || (std::isfinite(v) && v >= low && v <= high)) continue;
      const std::string when = p.hourly.empty() ? "" : std::format(" in snapshot {}", t);
      const std::string allowed = std::isinf(low) && std::isinf(high) ? "a finite number is needed" : std::format("allowed: {} to {}", low, high);
      return fault(kind, name, std::format("{} is {}{}", attribute, v, when), allowed);
    }
  }
  void limits(std::string_view kind, const std::string& name, const Profile& low, const Profile& high) {
    if (!whole(low) || !whole(high)) return;  // said already
    for (std::size_t t = 0; t < network_.snapshots.size(); ++t) {
      if (low[t] > high[t] + 1e-9)
        return fault(kind, name, std::format("its lower limit {} is above its upper limit {} in snapshot {}", low[t], high[t], t));
      if (low.hourly.empty() && high.hourly.empty()) return;
    }
  }
  void capacity(std::string_view kind, const Capacity& c) {
    number(kind, c.name, "nominal capacity", c.nominal);
    finite(kind, c.name, "capital_cost", c.capital_cost);
    if (!std::isnan(c.overnight_cost) && c.extendable) {
      if (std::isnan(c.discount_rate)) fault(kind, c.name, "it has an overnight_cost and no discount_rate", "the annuity needs one; 0 is allowed");
      if (!(c.lifetime > 0)) fault(kind, c.name, std::format("its lifetime is {}", c.lifetime), "the annuity needs one above 0");
      if (unequal_periods()) fault(kind, c.name, "an overnight_cost needs investment periods that model equally many hours", "give it a capital_cost");
    }
    if (!c.extendable) {
      if (c.nominal < 0) fault(kind, c.name, std::format("its capacity {} is negative", c.nominal));
      return;
    }
    if (c.standing_cost > periodic_cost(c, network_) * (1 + 1e-9))
      fault(kind, c.name, std::format("a unit that stands costs {}, more than a new one: {}", c.standing_cost, periodic_cost(c, network_)));
    number(kind, c.name, "smallest capacity", c.nominal_min);
    number(kind, c.name, "largest capacity", c.nominal_max);
    if (c.nominal_min > c.nominal_max)
      fault(kind, c.name, std::format("its smallest capacity {} is above its largest {}", c.nominal_min, c.nominal_max));
  }
  bool whole(const Profile& p) const { return p.hourly.empty() || p.hourly.size() == network_.snapshots.size(); }
  void maintenance(std::string_view kind, const Dispatchable& d) {
    if (!d.maintainable) return;
    finite(kind, d.name, "maintenance_duration", d.maintenance_duration, 0);
    finite(kind, d.name, "maintenance_pu", d.maintenance_pu, 0, 1);
    finite(kind, d.name, "maintenance_events", d.maintenance_events, 0);
    if (d.maintenance_events != std::floor(d.maintenance_events))
      fault(kind, d.name, std::format("maintenance_events is {}", d.maintenance_events), "allowed: a whole number");
  }
  void dispatchable(std::string_view kind, const Dispatchable& d) {
    capacity(kind, d);
    finite(kind, d.name, "p_min_pu", d.p_min_pu);
    finite(kind, d.name, "p_max_pu", d.p_max_pu);
    limits(kind, d.name, d.p_min_pu, d.p_max_pu);
    profile(kind, d.name, "p_set", d.p_set, true);
    finite(kind, d.name, "marginal_cost", d.marginal_cost);
    finite(kind, d.name, "marginal_cost_quadratic", d.marginal_cost_quadratic);
    profile(kind, d.name, "ramp_limit_up", d.ramp_limit_up, true);
    profile(kind, d.name, "ramp_limit_down", d.ramp_limit_down, true);
    profile(kind, d.name, "stand_by_cost", d.stand_by_cost);
    profile(kind, d.name, "start_fuel_cost", d.start_fuel_cost);
    maintenance(kind, d);
    for (std::size_t t = 0; whole(d.marginal_cost_quadratic) && t < network_.snapshots.size(); ++t)
      if (d.marginal_cost_quadratic[t] < 0) {
        fault(kind, d.name, "marginal_cost_quadratic is negative: the problem would not be convex");
        break;
      }
    if (d.committable && d.module > 0 && !d.extendable && !network_.relaxed_commitment &&
        std::abs(d.nominal / d.module - std::round(d.nominal / d.module)) > 1e-6)
      fault(kind, d.name, std::format("its capacity {} is no multiple of its module {}", d.nominal, d.module));
  }

  void everything() {
    if (network_.buses.empty()) diagnostics_.error({file_}, "the network has no buses");
    if (network_.snapshots.empty()) diagnostics_.error({file_}, "the network has no snapshots");
    for (std::size_t t = 0; t < network_.snapshots.size(); ++t) {
      const auto& s = network_.snapshots[t];
      for (const auto& [name, weight] : {std::pair{"objective", s.objective}, {"stores", s.stores}, {"generators", s.generators}})
        if (!std::isfinite(weight) || weight < 0)
          diagnostics_.error(locate_ ? locate_("snapshot", s.label) : Place{file_}, std::format("the {} weight of snapshot {} is {}", name, t, weight),
                             "allowed: a finite number, 0 or more");
    }
    for (const auto& q : network_.periods)
      for (const auto& [name, weight] : {std::pair{"objective", q.objective}, {"years", q.years}})
        if (!std::isfinite(weight) || weight < 0)
          diagnostics_.error({file_}, std::format("the {} weight of investment period {} is {}", name, q.year, weight), "allowed: a finite number, 0 or more");
    unique("bus", network_.buses);
    unique("carrier", network_.carriers);
    unique("generator", network_.generators);
    unique("load", network_.loads);
    unique("line", network_.lines);
    unique("transformer", network_.transformers);
    unique("link", network_.links);
    unique("storage unit", network_.storage_units);
    unique("store", network_.stores);
    unique("global constraint", network_.global_constraints);
    for (const auto& g : network_.generators) {
      dispatchable("generator", g);
      bus("generator", g.name, g.bus);
      profile("generator", g.name, "efficiency", g.efficiency);
    }
    for (const auto& l : network_.links) {
      dispatchable("link", l);
      for (const auto& port : l.ports) {
        bus("link", l.name, port.bus);
        profile("link", l.name, "efficiency", port.coefficient);
      }
    }
    for (const auto& l : network_.loads) {
      bus("load", l.name, l.bus);
      finite("load", l.name, "p_set", l.p_set);
    }
    for (const auto* branches : {&network_.lines, &network_.transformers}) {
      const std::string_view kind = branches == &network_.lines ? "line" : "transformer";
      for (const auto& b : *branches) {
        capacity(kind, b);
        bus(kind, b.name, b.bus0);
        bus(kind, b.name, b.bus1);
        profile(kind, b.name, "s_max_pu", b.s_max_pu);
        number(kind, b.name, "x", b.x);
        number(kind, b.name, "r", b.r);
        finite(kind, b.name, "phase_shift", b.phase_shift);
        if (b.phase_shift_min > b.phase_shift_max)
          fault(kind, b.name, std::format("phase_shift_min {} is above phase_shift_max {}", b.phase_shift_min, b.phase_shift_max));
      }
    }
    for (const auto& s : network_.storage_units) {
      capacity("storage unit", s);
      bus("storage unit", s.name, s.bus);
      for (const auto& [attribute, p] : {std::pair{"p_min_pu", &s.p_min_pu}, {"p_max_pu", &s.p_max_pu}, {"inflow", &s.inflow},
                                         {"efficiency_store", &s.efficiency_store}, {"marginal_cost", &s.marginal_cost},
                                         {"marginal_cost_storage", &s.marginal_cost_storage}, {"spill_cost", &s.spill_cost},
                                         {"inflow_pu", &s.inflow_pu}, {"marginal_cost_charge", &s.marginal_cost_charge}})
        finite("storage unit", s.name, attribute, *p);
      if (s.energy_apart) capacity("energy of storage unit", s.energy);
      if (s.charge_apart) capacity("charging power of storage unit", s.charge);
      finite("storage unit", s.name, "efficiency_dispatch", s.efficiency_dispatch, std::numeric_limits<double>::min());
      finite("storage unit", s.name, "standing_loss", s.standing_loss, 0, 1);
      if (std::isnan(s.max_hours) || (std::isinf(s.max_hours) && (s.extendable || s.nominal == 0)))
        fault("storage unit", s.name, std::format("max_hours is {}", s.max_hours), "a finite number is needed");
      profile("storage unit", s.name, "p_set", s.p_set, true);
      profile("storage unit", s.name, "state_of_charge_set", s.state_of_charge_set, true);
      profile("storage unit", s.name, "p_dispatch_set", s.p_dispatch_set, true);
      profile("storage unit", s.name, "p_store_set", s.p_store_set, true);
    }
    for (const auto& s : network_.stores) {
      capacity("store", s);
      bus("store", s.name, s.bus);
      finite("store", s.name, "e_min_pu", s.e_min_pu);
      finite("store", s.name, "e_max_pu", s.e_max_pu);
      limits("store", s.name, s.e_min_pu, s.e_max_pu);
      finite("store", s.name, "marginal_cost", s.marginal_cost);
      finite("store", s.name, "marginal_cost_storage", s.marginal_cost_storage);
      finite("store", s.name, "standing_loss", s.standing_loss, 0, 1);
      profile("store", s.name, "p_set", s.p_set, true);
      profile("store", s.name, "e_set", s.e_set, true);
    }
    for (const auto& g : network_.global_constraints) {
      number("global constraint", g.name, "constant", g.constant);
      if (g.sense != "<=" && g.sense != ">=" && g.sense != "==" && g.sense != "=")
        fault("global constraint", g.name, std::format("sense '{}'", g.sense), "allowed: <=, >=, ==");
    }
  }

 private:
  std::vector<std::string> near(const std::string& name) const {
    const auto nearest = nearest_name(name, bus_names_);
    return nearest.empty() ? std::vector<std::string>{} : std::vector{nearest};
  }
  bool unequal_periods() const {
    std::vector<double> hours(std::max<std::size_t>(network_.periods.size(), 1), 0);
    for (const auto& s : network_.snapshots) hours[static_cast<std::size_t>(s.period)] += s.objective;
    return std::ranges::any_of(hours, [&](double h) { return std::abs(h - hours.front()) > 1e-6 * std::max(1.0, hours.front()); });
  }
  const Network& network_;
  const std::string& file_;
  const Locate& locate_;
  Diagnostics& diagnostics_;
  std::vector<std::string> bus_names_, sorted_buses_;
};

}  // namespace

void check(const System& system, const std::string& file, const Locate& locate) {
  Diagnostics diagnostics;
  double probability = 0;
  for (const auto& scenario : system.scenarios) {
    Checker(scenario.network, file, locate, diagnostics).everything();
    check_policies(scenario.network, file, diagnostics);
    if (!(scenario.probability >= 0)) diagnostics.error({file}, std::format("scenario '{}' has a probability of {}", scenario.name, scenario.probability));
    probability += scenario.probability;
  }
  if (std::abs(probability - 1) > 1e-6)
    diagnostics.error({file}, std::format("the probabilities of the scenarios add up to {}", probability), "they must add up to 1");
  diagnostics.throw_if_errors();
}

}  // namespace stargate::energy
