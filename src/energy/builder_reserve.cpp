// Operating reserves: what is held, the room it needs above and below dispatch, and the requirement (energy/policy.h).
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

void Builder::reserve_columns(Scene& scene) {
  const Network& net = scene.net;
  for (const auto& reserve : net.policies.operating_reserves) {
    std::vector<std::size_t> at;
    for (const auto& provider : reserve.providers) at.push_back(index_.find(provider.list, provider.component));
    const auto held = [&](bool charging) {
      const bool any = std::ranges::any_of(reserve.providers,
                                           [](const auto& provider) { return provider.list == List::storage_units; });
      const Block block = charging && !any ? Block{} : add_block(scene, at.size());
      for (std::size_t t = 0; block.is_there() && t < net.snapshots.size(); ++t)
        for (std::size_t k = 0; k < at.size(); ++k) {
          const auto& provider = reserve.providers[k];
          const Capacity& c = capacity_of(net, provider.list, at[k]);
          double most = 0;
          if (provider.max_pu > 0 && stands_at(c, net, t) && (!charging || provider.list == List::storage_units)) {
            const Dispatchable* d = provider.list == List::generators
                                        ? static_cast<const Dispatchable*>(&net.generators[at[k]])
                                    : provider.list == List::links ? &net.links[at[k]]
                                                                   : nullptr;
            const bool decided = capacity_column(provider.list, at[k]) >= 0 || (d && d->committable);
            const double share = provider.max_pu * (d ? std::max(d->p_max_pu[t], 0.0) : 1);
            most = decided ? lp::infinity : share * c.nominal;
          }
          model_.add_column(0, most, cost(scene, t) * provider.cost);
        }
      return block;
    };
    scene.ops.policy.held.push_back(held(false));
    scene.ops.policy.held_charging.push_back(held(true));
  }
}

/// Room for what is held, member by member; then what is to be held in each snapshot.
void Builder::reserve_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& reserves = net.policies.operating_reserves;
  if (reserves.empty()) return;
  std::map<std::pair<List, std::size_t>, std::vector<Holding>> of;
  for (std::size_t k = 0; k < reserves.size(); ++k)
    for (std::size_t j = 0; j < reserves[k].providers.size(); ++j) {
      const auto& provider = reserves[k].providers[j];
      if (provider.max_pu > 0)
        of[{provider.list, index_.find(provider.list, provider.component)}].push_back(
            {k, j, reserves[k].downward, provider.max_pu});
    }
  for (const auto& [member, held] : of) {
    const auto& [list, i] = member;
    if (list == List::generators)
      dispatchable_reserve_rows(scene, list, net.generators, scene.ops.generators, i, held);
    else if (list == List::links)
      dispatchable_reserve_rows(scene, list, net.links, scene.ops.links, i, held);
    else
      storage_reserve_rows(scene, i, held);
  }
  const auto loads = loads_by_bus(net);
  const auto buses = bus_index(net);
  scene.ops.policy.reserve_row = model_.rows();
  for (std::size_t t = 0; t < net.snapshots.size(); ++t)
    for (std::size_t k = 0; k < reserves.size(); ++k) {
      const OperatingReserve& r = reserves[k];
      double needed = r.fixed_mw;
      for (std::size_t j = 0; j < r.providers.size(); ++j) {
        model_.term(scene.ops.policy.held[k](t, j), 1);
        if (r.providers[j].list == List::storage_units) model_.term(scene.ops.policy.held_charging[k](t, j), 1);
      }
      if (scene.ops.policy.unmet.is_there()) model_.term(scene.ops.policy.unmet(t, k), 1);
      for (Contribution c : r.variable) {
        c.basis = Basis::availability;
        needed -= contribution_terms(scene, c, index_.find(c.list, c.component), t, -1);
      }
      if (r.load_share != 0) {
        if (r.buses.empty())
          for (const auto& at : loads) needed -= load_terms(scene, at, t, -r.load_share);
        for (const auto& bus : r.buses) needed -= load_terms(scene, loads[buses.at(bus)], t, -r.load_share);
      }
      model_.end_row(needed, lp::infinity);
    }
}

/// p + held <= high, p - held downwards >= low, each held <= its share of high: high and low in proportion to what is
/// committed, else to the capacity.
template <class Member>
void Builder::dispatchable_reserve_rows(Scene& scene, List list, const std::vector<Member>& members,
                                        const OperationColumns::Commitment& commitment, std::size_t i,
                                        const std::vector<Holding>& held) {
  const Dispatchable& d = members[i];
  const auto& p = scene.ops.flow[static_cast<std::size_t>(list)];
  const int slot = commitment.slot[i], capacity = capacity_column(list, i);
  const bool by_units =
      slot >= 0 && (d.module > 0 || capacity < 0);  // else a status of 0 or 1 beside a decided capacity
  const double unit = d.module > 0 ? d.module : d.nominal;
  for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) {
    if (!stands_at(d, scene.net, t)) continue;
    const int status = slot >= 0 ? commitment.status(t, static_cast<std::size_t>(slot)) : -1;
    const auto limit = [&](double share) {
      return by_units ? Limit{status, share * unit, 0} : limit_of(list, i, share, d.nominal);
    };
    const auto column = [&](const Holding& h) { return scene.ops.policy.held[h.reserve](t, h.provider); };
    const bool any_down = std::ranges::any_of(held, &Holding::downward);
    model_.term(p(t, i), 1);
    for (const auto& h : held) model_.term(column(h), 1);
    end_limit(limit(d.p_max_pu[t]));
    if (any_down) {
      model_.term(p(t, i), 1);
      for (const auto& h : held)
        if (h.downward) model_.term(column(h), -1);
      if (by_units || slot < 0) {
        end_limit(limit(d.p_min_pu[t]), true);
      } else {  // low * P, where it is up
        const double m = big_m(scene, d);
        model_.term(capacity, -d.p_min_pu[t]);
        model_.term(status, -m);
        model_.end_row(-m, lp::infinity);
      }
    }
    if (slot >= 0 && !by_units) {
      model_.term(p(t, i), 1);
      for (const auto& h : held) model_.term(column(h), 1);
      model_.term(status, -big_m(scene, d));
      model_.end_row(-lp::infinity, 0);
    }
    if (!by_units && capacity < 0) continue;  // bounds of the columns
    for (const auto& h : held) {
      model_.term(column(h), 1);
      end_limit(limit(h.max_pu * std::max(d.p_max_pu[t], 0.0)));
    }
  }
}

/// While it dispatches d and charges c, storage holds h more of d and k less of c:
///   d + h <= P, c - k >= 0;   downwards   d - h >= 0, c + k <= charging power;   and energy for both.
void Builder::storage_reserve_rows(Scene& scene, std::size_t i, const std::vector<Holding>& held) {
  const Network& net = scene.net;
  const StorageUnit& s = net.storage_units[i];
  const auto& dispatch = scene.ops.flow[static_cast<std::size_t>(List::storage_units)];
  if (is_linked(net))
    throw InputError(
        {},
        std::format("storage unit '{}': reserve held by storage is not carried over a chronology of periods", s.name),
        "let each period cycle within itself");
  const Before before = levels_before(net, s, s.cyclic, s.cyclic_per_period, s.initial_per_period);
  const bool any_down = std::ranges::any_of(held, &Holding::downward);
  for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
    if (before.snapshot[t] == Before::absent) continue;
    const double hours = net.snapshots[t].stores, kept = std::pow(1 - s.standing_loss[t], hours);
    const auto sum = [&](const std::vector<Block>& blocks, double factor, bool only_down) {
      for (const auto& h : held)
        if (h.downward || !only_down) model_.term(blocks[h.reserve](t, h.provider), factor);
    };
    const auto &more = scene.ops.policy.held, &less = scene.ops.policy.held_charging;
    const bool initial = before.snapshot[t] == Before::initial;
    const auto level_before = [&](double factor) {
      if (!initial)
        model_.term(scene.ops.state_of_charge(static_cast<std::size_t>(before.snapshot[t]), i), factor * kept);
    };
    const double known_level = initial ? s.state_of_charge_initial : 0;
    model_.term(dispatch(t, i), 1);
    sum(more, 1, false);
    if (s.one_converter) {
      model_.term(scene.ops.charge(t, i), 1);
      sum(less, 1, true);
    }
    end_limit(limit_of(List::storage_units, i, s.p_max_pu[t], s.nominal));
    model_.term(scene.ops.charge(t, i), 1);
    sum(less, -1, false);
    model_.end_row(0, lp::infinity);
    if (!s.p_min_pu.is_zero()) {  // a reservoir outlasts the call
      model_.term(dispatch(t, i), hours / s.efficiency_dispatch[t]);
      sum(more, hours / s.efficiency_dispatch[t], false);
      level_before(-1);
      model_.end_row(-lp::infinity, known_level);
    }
    if (any_down) {
      model_.term(dispatch(t, i), 1);
      sum(more, -1, true);
      model_.end_row(0, lp::infinity);
      model_.term(scene.ops.charge(t, i), 1);
      sum(less, 1, true);
      end_limit(charge_limit(s, i, t));
      model_.term(scene.ops.charge(t, i), hours * s.efficiency_store[t]);
      sum(less, hours * s.efficiency_store[t], true);
      level_before(1);
      Limit room = energy_limit(s, i);
      room.known -= known_level;
      end_limit(room);
    }
    for (const auto& h : held) {
      model_.term(more[h.reserve](t, h.provider), 1);
      model_.term(less[h.reserve](t, h.provider), 1);
      end_limit(limit_of(List::storage_units, i, h.max_pu, s.nominal));
    }
  }
}

}  // namespace stargate::energy
