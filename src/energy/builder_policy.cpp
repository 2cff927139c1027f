// Requirements over groups of components: planning reserve, energy shares, capacities, emissions (energy/policy.h).
#include <algorithm>
#include <cmath>
#include <format>

#include "energy/builder.h"

namespace stargate::energy {

namespace {

std::size_t period_count(const Network& net) { return std::max<std::size_t>(net.periods.size(), 1); }
std::size_t period_of(const Network& net, std::size_t t) { return static_cast<std::size_t>(net.snapshots[t].period); }

/// Snapshots of each period.
std::vector<std::vector<std::size_t>> snapshots_by_period(const Network& net) {
  std::vector<std::vector<std::size_t>> by(period_count(net));
  for (std::size_t t = 0; t < net.snapshots.size(); ++t) by[period_of(net, t)].push_back(t);
  return by;
}

const Profile& availability(const Network& net, List list, std::size_t i) {
  static const Profile always = 1;
  switch (list) {
    case List::generators:
      return net.generators[i].p_max_pu;
    case List::links:
      return net.links[i].p_max_pu;
    case List::lines:
      return net.lines[i].s_max_pu;
    case List::transformers:
      return net.transformers[i].s_max_pu;
    case List::storage_units:
      return net.storage_units[i].p_max_pu;
    case List::stores:
      return net.stores[i].e_max_pu;
    default:
      return always;
  }
}

std::vector<std::size_t> positions(const ComponentIndex& index, const std::vector<Contribution>& all) {
  std::vector<std::size_t> at;
  for (const auto& c : all) at.push_back(index.find(c.list, c.component));
  return at;
}

/// What a generator emits per MWh it gives.
double emissions(const std::map<std::string, double, std::less<>>& rate, const Generator& g, std::size_t t) {
  const auto found = rate.find(g.carrier);
  return found == rate.end() || found->second == 0 ? 0 : found->second / g.efficiency[t];
}

}  // namespace

double Builder::contribution_terms(const Scene& scene, const Contribution& c, std::size_t i, std::size_t t,
                                   double weight) {
  const Capacity& capacity = capacity_of(scene.net, c.list, i);
  if (!stands_at(capacity, scene.net, t)) return 0;
  weight *= c.credit;
  if (c.basis == Basis::dispatch) {
    const Block& flow = scene.ops.flow[static_cast<std::size_t>(c.list)];
    if (flow.is_there()) model_.term(flow(t, i), weight);
    if (c.list == List::storage_units) model_.term(scene.ops.charge(t, i), -weight);
    return 0;
  }
  if (c.basis == Basis::availability) weight *= availability(scene.net, c.list, i)[t];
  const int column = capacity_column(c.list, i);
  if (column >= 0) model_.term(column, weight);
  return column >= 0 || weight == 0 ? 0 : weight * capacity.nominal;
}

std::vector<Builder::BusLoad> Builder::loads_by_bus(const Network& net) const {
  std::vector<BusLoad> at(net.buses.size());
  const auto index = bus_index(net);
  for (const auto& load : net.loads)
    if (load.active) at[index.at(load.bus)].loads.push_back(&load);
  for (std::size_t i = 0; i < net.generators.size(); ++i) {
    const Generator& g = net.generators[i];
    auto& bus = at[index.at(g.bus)];
    if (g.sign < 0) {
      if (g.counts_as_load) bus.consumers.push_back(i);
    } else
      (g.sheds_load ? bus.shedding : bus.generators).push_back(i);
  }
  for (std::size_t i = 0; i < net.storage_units.size(); ++i)
    if (net.storage_units[i].sign > 0) at[index.at(net.storage_units[i].bus)].storage.push_back(i);
  return at;
}

double Builder::load_terms(const Scene& scene, const BusLoad& at, std::size_t t, double weight) {
  double known = 0;
  for (const Load* load : at.loads) known -= load->sign * load->p_set[t];
  for (const std::size_t i : at.consumers)
    model_.term(scene.ops.flow[static_cast<std::size_t>(List::generators)](t, i),
                -weight * scene.net.generators[i].sign);
  return weight * known;
}

/// Columns of slack: of an hour where the rule holds in each snapshot, of a period where it holds over one.
void Builder::policy_columns(Scene& scene) {
  const Policies& policies = scene.net.policies;
  auto& layout = scene.ops.policy;
  const auto by_snapshot = [&](const auto& rules) {
    if (std::ranges::none_of(rules, [](const auto& r) { return std::isfinite(r.price); })) return Block{};
    const Block block = add_block(scene, rules.size());
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
      for (const auto& r : rules) {
        const bool has = std::isfinite(r.price);
        model_.add_column(0, has ? lp::infinity : 0, has ? cost(scene, t) * r.price : 0);
      }
    return block;
  };
  const auto by_period = [&](const auto& rules, std::vector<int>& slack) {
    for (const auto& r : rules)
      for (std::size_t p = 0; p < period_count(scene.net); ++p)
        slack.push_back(
            std::isfinite(r.price)
                ? model_.add_column(0, lp::infinity, scene.probability * period_weight(scene.net, p) * r.price)
                : -1);
  };
  layout.margin_slack = by_snapshot(policies.reserve_margins);
  layout.unmet = by_snapshot(policies.operating_reserves);
  by_period(policies.energy_shares, layout.share_slack);
  by_period(policies.emission_caps, layout.cap_slack);
  custom_columns(scene);
}

/// Slack below the minimum and above the maximum, a period each.
void Builder::requirement_columns() {
  for (const auto& r : first_.policies.capacity_requirements)
    for (std::size_t p = 0; p < period_count(first_); ++p)
      for (const double limit : {r.minimum, r.maximum}) {
        const bool has = std::isfinite(r.price) && std::isfinite(limit);
        out_.layout.requirement_slack.push_back(
            has ? model_.add_column(0, lp::infinity, period_weight(first_, p) * r.price) : -1);
      }
}

/// Capacities of a group between its limits. What cannot be decided is known.
void Builder::requirement_rows() {
  const std::size_t periods = period_count(first_);
  std::size_t slack = 0;
  for (const auto& r : first_.policies.capacity_requirements) {
    const auto at = positions(index_, r.members);
    for (std::size_t p = 0; p < periods; ++p) {
      const int more = out_.layout.requirement_slack[slack++], less = out_.layout.requirement_slack[slack++];
      double known = 0;
      for (std::size_t k = 0; k < r.members.size(); ++k) {
        const Capacity& c = capacity_of(first_, r.members[k].list, at[k]);
        if (!stands_in(c, first_, p)) continue;
        const int column = capacity_column(r.members[k].list, at[k]);
        if (column >= 0)
          model_.term(column, r.members[k].credit);
        else
          known += r.members[k].credit * c.nominal;
      }
      if (more >= 0) model_.term(more, 1);
      if (less >= 0) model_.term(less, -1);
      out_.layout.requirement_row.push_back(model_.end_row(r.minimum - known, r.maximum - known));
    }
  }
}

/// Firm capacity that is the same in every snapshot stands in one column, so that the rows of the hours stay short.
void Builder::margin_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& margins = net.policies.reserve_margins;
  if (margins.empty()) return;
  struct Parts {
    std::vector<std::size_t> at;
    std::vector<char> steady;                          ///< of each contribution
    std::vector<int> firm;                             ///< by period
    std::vector<std::pair<std::size_t, double>> load;  ///< bus, 1 + margin
  };
  std::vector<Parts> parts;
  const auto buses = bus_index(net);
  for (const auto& m : margins) {
    Parts& part = parts.emplace_back();
    part.at = positions(index_, m.contributions);
    for (const auto& b : m.margin) part.load.emplace_back(buses.at(b.bus), 1 + b.value);
    for (std::size_t k = 0; k < m.contributions.size(); ++k) {
      const auto& c = m.contributions[k];
      part.steady.push_back(c.basis == Basis::capacity ||
                            (c.basis == Basis::availability && availability(net, c.list, part.at[k]).hourly.empty()));
    }
    std::vector<std::size_t> first(period_count(net), net.snapshots.size());  // a snapshot that stands for each period
    for (std::size_t t = net.snapshots.size(); t-- > 0;) first[period_of(net, t)] = t;
    for (const std::size_t t : first) {
      part.firm.push_back(-1);
      if (t == net.snapshots.size()) continue;
      double known = 0;
      for (std::size_t k = 0; k < part.at.size(); ++k)
        if (part.steady[k]) known += contribution_terms(scene, m.contributions[k], part.at[k], t, -1);
      const int firm = model_.add_column(-lp::infinity, lp::infinity);
      out_.layout.firm.push_back(firm);
      part.firm.back() = firm;
      model_.term(firm, 1);
      model_.end_row(-lp::infinity, -known);
    }
  }
  const auto loads = loads_by_bus(net);
  scene.ops.policy.margin_row = model_.rows();
  for (std::size_t t = 0; t < net.snapshots.size(); ++t)
    for (std::size_t m = 0; m < margins.size(); ++m) {
      const Parts& part = parts[m];
      double needed = 0;
      for (std::size_t k = 0; k < part.at.size(); ++k)
        if (!part.steady[k]) needed -= contribution_terms(scene, margins[m].contributions[k], part.at[k], t, 1);
      model_.term(part.firm[period_of(net, t)], 1);
      for (const auto& [bus, factor] : part.load) needed -= load_terms(scene, loads[bus], t, -factor);
      if (scene.ops.policy.margin_slack.is_there()) model_.term(scene.ops.policy.margin_slack(t, m), 1);
      model_.end_row(needed, lp::infinity);
    }
}

void Builder::share_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& shares = net.policies.energy_shares;
  if (shares.empty()) return;
  const auto loads = loads_by_bus(net);
  const auto buses = bus_index(net);
  const auto periods = snapshots_by_period(net);
  const auto& p = scene.ops.flow[static_cast<std::size_t>(List::generators)];
  const auto& dispatch = scene.ops.flow[static_cast<std::size_t>(List::storage_units)];
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const EnergyShare& s = shares[k];
    const auto at = positions(index_, s.eligible);
    std::vector<double> share_of(net.buses.size(), 0);
    for (const auto& b : s.share) share_of[buses.at(b.bus)] += b.value;
    for (std::size_t period = 0; period < periods.size(); ++period) {
      double needed = 0;
      for (const std::size_t t : periods[period]) {
        const double hours = net.snapshots[t].generators;
        for (std::size_t j = 0; j < at.size(); ++j) needed -= contribution_terms(scene, s.eligible[j], at[j], t, hours);
        for (std::size_t b = 0; b < share_of.size(); ++b) {
          const double weight = hours * share_of[b];
          if (weight == 0) continue;
          needed -= load_terms(scene, loads[b], t, -weight);
          if (s.only_load_served)
            for (const std::size_t i : loads[b].shedding) model_.term(p(t, i), weight);
          if (s.storage_losses_count)
            for (const std::size_t i : loads[b].storage) {
              if (net.storage_units[i].p_min_pu.is_zero()) continue;  // never charged: a reservoir
              model_.term(scene.ops.charge(t, i), -weight);
              model_.term(dispatch(t, i), weight);
            }
        }
        if (s.link_losses_count)
          for (std::size_t j = 0; j < scene.ops.lossy.size(); ++j)
            for (std::size_t port = 0; port < 2; ++port)
              model_.term(scene.ops.loss(t, j),
                          -0.5 * hours * share_of[buses.at(net.links[scene.ops.lossy[j]].ports[port].bus)]);
      }
      if (const int slack = scene.ops.policy.share_slack[k * periods.size() + period]; slack >= 0)
        model_.term(slack, 1);
      scene.ops.policy.share_row.push_back(model_.end_row(needed, lp::infinity));
    }
  }
}

void Builder::emission_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& caps = net.policies.emission_caps;
  if (caps.empty()) return;
  std::map<std::string, double, std::less<>> rate;
  for (const auto& c : net.carriers) rate[c.name] = c.co2_emissions;
  const auto loads = loads_by_bus(net);
  const auto buses = bus_index(net);
  const auto periods = snapshots_by_period(net);
  const auto& p = scene.ops.flow[static_cast<std::size_t>(List::generators)];
  const auto& dispatch = scene.ops.flow[static_cast<std::size_t>(List::storage_units)];
  for (std::size_t k = 0; k < caps.size(); ++k)
    for (std::size_t period = 0; period < periods.size(); ++period) {
      double allowed = caps[k].mass;
      for (const std::size_t t : periods[period])
        for (const auto& b : caps[k].buses) {
          const BusLoad& at = loads[buses.at(b.bus)];
          const double hours = net.snapshots[t].generators;
          for (const std::size_t i : at.generators) {
            const Generator& g = net.generators[i];
            model_.term(p(t, i), hours * (emissions(rate, g, t) - g.sign * b.per_generation));
            if (const int slot = scene.ops.generators.slot[i]; slot >= 0)
              model_.term(scene.ops.generators.start_up(t, static_cast<std::size_t>(slot)),
                          net.snapshots[t].events * g.start_up_emissions);
          }
          for (const std::size_t i : at.storage) {
            const StorageUnit& s = net.storage_units[i];
            // Storage that is never charged generates.
            if (s.p_min_pu.is_zero()) model_.term(dispatch(t, i), -hours * b.per_generation);
            if (!caps[k].storage_losses_count) continue;
            model_.term(scene.ops.charge(t, i), -hours * b.per_load);
            model_.term(dispatch(t, i), s.p_min_pu.is_zero() ? 0 : hours * b.per_load);
          }
          if (b.per_load == 0) continue;
          allowed -= load_terms(scene, at, t, -hours * b.per_load);
          for (const std::size_t i : at.shedding) model_.term(p(t, i), hours * b.per_load);
        }
      if (const int slack = scene.ops.policy.cap_slack[k * periods.size() + period]; slack >= 0) model_.term(slack, -1);
      scene.ops.policy.cap_row.push_back(model_.end_row(-lp::infinity, allowed));
    }
}

}  // namespace stargate::energy
