// Storage units (power and energy in a fixed ratio) and stores (energy only).
#include <algorithm>
#include <cmath>

#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {
bool any_inflow(const std::vector<StorageUnit>& units) {
  return std::ranges::any_of(units, [](const auto& s) {
    const auto flows = [](const Profile& p) { return p.fixed > 0 || std::ranges::any_of(p.hourly, [](double v) { return v > 0; }); };
    return flows(s.inflow) || flows(s.inflow_pu);
  });
}
}  // namespace

void Builder::storage_columns(Scene& scene) {
  const auto& units = scene.net.storage_units;
  const std::size_t snapshots = scene.net.snapshots.size();
  const bool linked = is_linked(scene.net);  // then levels count from the start of their run, and rows hold their limits
  const auto each = [&](const auto& members, auto add) {
    const Block block = add_block(scene, members.size());
    for (std::size_t t = 0; block.is_there() && t < snapshots; ++t)
      for (std::size_t i = 0; i < members.size(); ++i) add(members[i], t, i, stands_at(members[i], scene.net, t));
    return block;
  };
  const auto limit = [&](List list, std::size_t i, double share, const Capacity& c) {
    return capacity_column(list, i) >= 0 ? (share == 0 ? 0 : lp::infinity) : times(share, c.nominal);
  };
  const auto set_to = [](double set, double& low, double& high) {
    if (std::isnan(set)) return;
    low = std::max(low, set);
    high = std::min(high, set);
  };
  scene.ops.flow[static_cast<std::size_t>(List::storage_units)] = each(units, [&](const StorageUnit& s, std::size_t t, std::size_t i, bool stands) {
    double low = 0, high = stands ? limit(List::storage_units, i, s.p_max_pu[t], s) : 0;
    if (stands) set_to(s.p_dispatch_set[t], low, high);
    const int column = model_.add_column(low, high, s.cost_curve.empty() ? cost(scene, t) * s.marginal_cost[t] : 0);
    quadratic(column, cost(scene, t) * s.marginal_cost_quadratic[t]);
  });
  scene.ops.charge = each(units, [&](const StorageUnit& s, std::size_t t, std::size_t i, bool stands) {
    const Limit most = charge_limit(s, i, t);
    double low = 0, high = !stands || most.share == 0 ? 0 : most.column >= 0 ? lp::infinity : most.known;
    if (stands) set_to(s.p_store_set[t], low, high);
    model_.add_column(low, high, cost(scene, t) * s.marginal_cost_charge[t]);
  });
  scene.ops.state_of_charge = each(units, [&](const StorageUnit& s, std::size_t t, std::size_t i, bool stands) {
    const Limit most = energy_limit(s, i);
    double low = stands && s.may_owe ? -lp::infinity : 0, high = !stands || most.share == 0 ? 0 : most.column >= 0 ? lp::infinity : most.known;
    if (const double set = s.state_of_charge_set[t]; stands && !std::isnan(set)) {
      low = std::max(low, set);
      high = std::min(high, set);
    }
    if (linked && stands) low = -lp::infinity, high = lp::infinity;
    model_.add_column(low, high, cost(scene, t) * s.marginal_cost_storage[t]);
  });
  if (any_inflow(units))
    scene.ops.spill = each(units, [&](const StorageUnit& s, std::size_t t, std::size_t i, bool stands) {
      // A reservoir whose least flow counts what is spilt may spill what it held before.
      const bool held = s.min_flow_pu > 0 || (s.inflow_pu[t] > 0 && capacity_column(List::storage_units, i) >= 0);
      const double most = held ? lp::infinity : std::max(s.inflow[t] + times(s.inflow_pu[t], s.nominal), 0.0);
      model_.add_column(0, stands ? most : 0, cost(scene, t) * s.spill_cost[t]);
    });
  const auto& stores = scene.net.stores;
  scene.ops.energy = each(stores, [&](const Store& s, std::size_t t, std::size_t i, bool stands) {
    double low = 0, high = 0;
    if (stands) {
      const bool decided = capacity_column(List::stores, i) >= 0;
      low = decided ? (s.e_min_pu[t] >= 0 ? 0 : -lp::infinity) : times(s.e_min_pu[t], s.nominal);
      high = decided ? (s.e_max_pu[t] <= 0 ? 0 : lp::infinity) : times(s.e_max_pu[t], s.nominal);
      if (const double set = s.e_set[t]; !std::isnan(set)) {
        low = std::max(low, set);
        high = std::min(high, set);
      }
      if (linked) low = -lp::infinity, high = lp::infinity;
    }
    model_.add_column(low, high, cost(scene, t) * s.marginal_cost_storage[t]);
  });
  scene.ops.flow[static_cast<std::size_t>(List::stores)] = each(stores, [&](const Store& s, std::size_t t, std::size_t, bool stands) {
    double low = stands ? -lp::infinity : 0, high = stands ? lp::infinity : 0;
    if (const double set = s.p_set[t]; stands && !std::isnan(set)) low = high = set;
    const int column = model_.add_column(low, high, s.cost_curve.empty() ? cost(scene, t) * s.marginal_cost[t] : 0);
    quadratic(column, cost(scene, t) * s.marginal_cost_quadratic[t]);
  });
  if (!linked) return;
  linked_columns(scene, units, scene.ops.linked_units);
  linked_columns(scene, stores, scene.ops.linked_stores);
}

void Builder::storage_rows(Scene& scene) {
  const bool linked = is_linked(scene.net);
  const std::size_t snapshots = scene.net.snapshots.size();
  const auto& dispatch = scene.ops.flow[static_cast<std::size_t>(List::storage_units)];
  const auto under = [&](int x, double share, int capacity) {  // x <= share * capacity
    model_.term(x, 1);
    model_.term(capacity, -share);
    model_.end_row(-lp::infinity, 0);
  };
  for (std::size_t i = 0; i < scene.net.storage_units.size(); ++i) {
    const StorageUnit& s = scene.net.storage_units[i];
    const Before before = levels_before(scene.net, s, s.cyclic, s.cyclic_per_period, s.initial_per_period);
    const int capacity = capacity_column(List::storage_units, i);
    int first = model_.rows();
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (before.snapshot[t] == Before::absent) continue;
      const double hours = scene.net.snapshots[t].stores;
      const int level = scene.ops.state_of_charge(t, i);
      // level = kept * level before + hours (eta charge - dispatch / eta + inflow - spill)
      const double kept = std::pow(1 - s.standing_loss[t], hours);
      double known = hours * (s.inflow[t] + (capacity < 0 ? times(s.inflow_pu[t], s.nominal) : 0));
      model_.term(level, 1);
      if (capacity >= 0) model_.term(capacity, -hours * s.inflow_pu[t]);
      if (before.snapshot[t] == Before::initial) known += s.state_of_charge_initial  /* as given: no loss before the first snapshot */;
      else if (before.snapshot[t] != Before::relative)
        model_.term(scene.ops.state_of_charge(static_cast<std::size_t>(before.snapshot[t]), i), -kept);
      model_.term(scene.ops.charge(t, i), -hours * s.efficiency_store[t]);
      model_.term(dispatch(t, i), hours / s.efficiency_dispatch[t]);
      if (scene.ops.spill.is_there() && (s.inflow[t] > 0 || s.inflow_pu[t] > 0 || s.min_flow_pu > 0)) model_.term(scene.ops.spill(t, i), hours);
      model_.end_row(known, known);
    }
    note_rows(scene, RowKind::energy_balance, List::storage_units, i, first);
    for (std::size_t t = 0; t < snapshots; ++t)
      if (const double set = s.p_set[t]; !std::isnan(set) && before.snapshot[t] != Before::absent) {
        model_.term(dispatch(t, i), 1);
        model_.term(scene.ops.charge(t, i), -1);
        model_.end_row(set, set);
      }
    first = model_.rows();
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (before.snapshot[t] == Before::absent) continue;
      if (capacity >= 0 && s.p_max_pu[t] != 0) under(dispatch(t, i), s.p_max_pu[t], capacity);
      if (const Limit most = charge_limit(s, i, t); most.column >= 0 && most.share != 0) under(scene.ops.charge(t, i), most.share, most.column);
      if (const Limit most = energy_limit(s, i); most.column >= 0 && most.share != 0 && !linked)
        under(scene.ops.state_of_charge(t, i), most.share, most.column);
    }
    note_rows(scene, RowKind::capacity_limit, List::storage_units, i, first);
  }
  const auto& power = scene.ops.flow[static_cast<std::size_t>(List::stores)];
  for (std::size_t i = 0; i < scene.net.stores.size(); ++i) {
    const Store& s = scene.net.stores[i];
    const Before before = levels_before(scene.net, s, s.cyclic, s.cyclic_per_period, s.initial_per_period);
    const int capacity = capacity_column(List::stores, i);
    int first = model_.rows();
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (before.snapshot[t] == Before::absent) continue;
      const double hours = scene.net.snapshots[t].stores;
      const double kept = std::pow(1 - s.standing_loss[t], hours);
      const int level = scene.ops.energy(t, i);
      double known = 0;
      model_.term(level, 1);
      model_.term(power(t, i), hours);
      if (before.snapshot[t] == Before::initial) known = s.e_initial;
      else if (before.snapshot[t] != Before::relative)
        model_.term(scene.ops.energy(static_cast<std::size_t>(before.snapshot[t]), i), -kept);
      model_.end_row(known, known);
    }
    note_rows(scene, RowKind::energy_balance, List::stores, i, first);
    first = model_.rows();
    for (std::size_t t = 0; t < snapshots && capacity >= 0 && !linked; ++t) {
      if (before.snapshot[t] == Before::absent) continue;
      const int level = scene.ops.energy(t, i);
      if (s.e_max_pu[t] != 0) under(level, s.e_max_pu[t], capacity);
      if (s.e_min_pu[t] != 0) {
        model_.term(level, 1);
        model_.term(capacity, -s.e_min_pu[t]);
        model_.end_row(0, lp::infinity);
      }
    }
    note_rows(scene, RowKind::capacity_limit, List::stores, i, first);
  }
  if (!linked) return;
  linked_rows(scene, List::storage_units, scene.net.storage_units, scene.ops.state_of_charge, scene.ops.linked_units);
  linked_rows(scene, List::stores, scene.net.stores, scene.ops.energy, scene.ops.linked_stores);
}

}  // namespace stargate::energy
