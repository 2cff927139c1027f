#include "energy/policy.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/formulation.h"

namespace stargate::energy {

ComponentIndex::ComponentIndex(const Network& network) {
  for (const List list : all_lists)
    for (std::size_t i = 0; i < list_size(network, list); ++i) {
      const bool of_storage = list == List::storage_energy || list == List::storage_charge;
      at_[static_cast<std::size_t>(list)].emplace(
          of_storage ? network.storage_units[i].name : capacity_of(network, list, i).name, i);
    }
}

std::size_t ComponentIndex::find(List list, const std::string& name) const {
  const auto& names = at_[static_cast<std::size_t>(list)];
  const auto found = names.find(name);
  return found == names.end() ? none : found->second;
}

namespace {

class PolicyChecker {
 public:
  PolicyChecker(const Network& network, const std::string& file, Diagnostics& diagnostics)
      : network_(network), index_(network), buses_(bus_index(network)), file_(file), diagnostics_(diagnostics) {}

  void everything() {
    const Policies& p = network_.policies;
    for (const auto& m : p.reserve_margins) {
      begin("reserve margin", m.name);
      for (const auto& b : m.margin) bus(b.bus, b.value);
      contributions(m.contributions);
      price(m.price);
    }
    for (const auto& s : p.energy_shares) {
      begin("energy share", s.name);
      for (const auto& b : s.share) bus(b.bus, b.value);
      contributions(s.eligible);
      price(s.price);
    }
    for (const auto& r : p.capacity_requirements) {
      begin("capacity requirement", r.name);
      contributions(r.members);
      price(r.price);
      if (!(r.minimum <= r.maximum)) fault(std::format("its minimum {} is above its maximum {}", r.minimum, r.maximum));
    }
    for (const auto& c : p.emission_caps) {
      begin("emission cap", c.name);
      for (const auto& b : c.buses) bus(b.bus, b.per_load + b.per_generation);
      number("mass", c.mass);
      price(c.price);
    }
    for (const auto& r : p.operating_reserves) {
      begin("operating reserve", r.name);
      for (const auto& b : r.buses) bus(b, 0);
      number("share of load", r.load_share);
      number("fixed part", r.fixed_mw);
      contributions(r.variable);
      price(r.price);
      for (const auto& provider : r.providers) {
        component(provider.list, provider.component);
        if (!(provider.max_pu >= 0))
          fault(std::format("'{}' may hold {}", provider.component, provider.max_pu), "allowed: 0 or more");
        number("cost", provider.cost);
        if (provider.list != List::generators && provider.list != List::links && provider.list != List::storage_units)
          fault(std::format("'{}' of the {} cannot hold reserve", provider.component, list_name(provider.list)),
                "allowed: generators, links, storage units");
      }
    }
    for (const auto& r : p.rows) row(r);
  }

 private:
  void row(const CustomRow& r) {
    begin("row", r.name);
    price(r.price);
    if (r.sense != "<=" && r.sense != ">=" && r.sense != "==") fault(std::format("sense '{}'", r.sense), "allowed: <=, >=, ==");
    if (r.sense == "==" && std::isfinite(r.price)) fault("an equality has no slack at a price", "allowed: <=, >=");
    series("constant", r.constant, r.hourly);
    for (const auto& term : r.terms) {
      component(term.list, term.component);
      series("the coefficient of '" + term.component + "'", term.coefficient, r.hourly || term.of != Quantity::capacity);
      const bool storage = term.list == List::storage_units, store = term.list == List::stores;
      const bool unit = term.list == List::generators || term.list == List::links;
      bool has = true;
      if (term.of == Quantity::charge || term.of == Quantity::spill) has = storage;
      if (term.of == Quantity::level) has = storage || store;
      if (term.of == Quantity::status || term.of == Quantity::start_up || term.of == Quantity::shut_down) has = unit;
      if (!has) fault(std::format("'{}' of the {} has no such quantity", term.component, list_name(term.list)));
    }
  }
  void series(const std::string& what, const Profile& p, bool may_vary) {
    if (!p.hourly.empty() && !may_vary) return fault(what + " varies in time and the row holds once");
    if (!p.hourly.empty() && p.hourly.size() != network_.snapshots.size())
      return fault(std::format("{} has {} values for {} snapshots", what, p.hourly.size(), network_.snapshots.size()));
    for (std::size_t t = 0; t < std::max<std::size_t>(p.hourly.size(), 1); ++t) number(what, p[t]);
  }
  void begin(std::string_view kind, const std::string& name) {
    kind_ = kind;
    name_ = name;
  }
  void fault(const std::string& what, const std::string& hint = {}) {
    diagnostics_.error({file_}, std::format("{} '{}': {}", kind_, name_, what), hint);
  }
  void number(std::string_view what, double value) {
    if (!std::isfinite(value)) fault(std::format("{} is {}", what, value), "allowed: a finite number");
  }
  void price(double value) {
    if (!(value >= 0)) fault(std::format("its price is {}", value), "allowed: 0 or more, or none");
  }
  void bus(const std::string& name, double value) {
    if (!buses_.contains(name)) fault(std::format("bus '{}' is not there", name));
    number("its value at bus '" + name + "'", value);
  }
  void component(List list, const std::string& name) {
    if (index_.find(list, name) == ComponentIndex::none)
      fault(std::format("'{}' is not among the {}", name, list_name(list)));
  }
  void contributions(const std::vector<Contribution>& all) {
    for (const auto& c : all) {
      component(c.list, c.component);
      number("the credit of '" + c.component + "'", c.credit);
    }
  }

  const Network& network_;
  ComponentIndex index_;
  std::map<std::string, std::size_t, std::less<>> buses_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::string_view kind_;
  std::string name_;
};

}  // namespace

void check_policies(const Network& network, const std::string& file, Diagnostics& diagnostics) {
  if (network.policies.any()) PolicyChecker(network, file, diagnostics).everything();
}

}  // namespace stargate::energy
