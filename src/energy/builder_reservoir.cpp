// What storage has beyond a fixed ratio of energy to power: energy and charge decided apart, reservoirs; and flows that
// lose a share of themselves.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

Builder::Limit Builder::limit_of(List list, std::size_t i, double share, double nominal) const {
  const int column = capacity_column(list, i);
  return {column, share, column >= 0 ? 0 : times(share, nominal)};
}

Builder::Limit Builder::energy_limit(const StorageUnit& s, std::size_t i) const {
  return s.energy_apart ? limit_of(List::storage_energy, i, 1, s.energy.nominal)
                        : limit_of(List::storage_units, i, s.max_hours, s.nominal);
}

Builder::Limit Builder::charge_limit(const StorageUnit& s, std::size_t i, std::size_t t) const {
  const double share = -s.p_min_pu[t];
  return s.charge_apart ? limit_of(List::storage_charge, i, share, s.charge.nominal)
                        : limit_of(List::storage_units, i, share, s.nominal);
}

void Builder::end_limit(const Limit& limit, bool above) {
  if (limit.column >= 0) model_.term(limit.column, -limit.share);
  if (above)
    model_.end_row(limit.known, lp::infinity);
  else
    model_.end_row(-lp::infinity, limit.known);
}

/// hours_min * power <= energy <= hours_max * power.
void Builder::duration_rows() {
  for (std::size_t i = 0; i < first_.storage_units.size(); ++i) {
    const StorageUnit& s = first_.storage_units[i];
    const int power = capacity_column(List::storage_units, i), energy = capacity_column(List::storage_energy, i);
    if (!s.energy_apart || (power < 0 && energy < 0)) continue;
    const auto row = [&](double hours, bool above) {
      if (energy >= 0) model_.term(energy, 1);
      Limit limit = limit_of(List::storage_units, i, hours, s.nominal);
      if (energy < 0) limit.known -= s.energy.nominal;
      end_limit(limit, above);
    };
    if (s.hours_min > 0) row(s.hours_min, true);
    if (std::isfinite(s.hours_max)) row(s.hours_max, false);
  }
}

/// One converter for both ways, dispatch from the level alone, least flow of water, ramps.
void Builder::reservoir_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& dispatch = scene.ops.flow[static_cast<std::size_t>(List::storage_units)];
  for (std::size_t i = 0; i < net.storage_units.size(); ++i) {
    const StorageUnit& s = net.storage_units[i];
    const bool ramps = !std::isnan(s.ramp_limit_up) || !std::isnan(s.ramp_limit_down);
    if (!s.one_converter && !s.only_from_level && s.min_flow_pu <= 0 && !ramps) continue;
    if (s.only_from_level && is_linked(net))
      throw InputError(
          {},
          std::format(
              "storage unit '{}': dispatch from the level before alone is not carried over a chronology of periods",
              s.name),
          "let each period cycle within itself");
    const Before before = levels_before(net, s, s.cyclic, s.cyclic_per_period, s.initial_per_period);
    for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
      if (before.snapshot[t] == Before::absent) continue;
      if (s.one_converter) {
        model_.term(dispatch(t, i), 1);
        model_.term(scene.ops.charge(t, i), 1);
        end_limit(limit_of(List::storage_units, i, s.p_max_pu[t], s.nominal));
      }
      if (s.only_from_level) {
        const double hours = net.snapshots[t].stores;
        const bool initial = before.snapshot[t] == Before::initial;
        model_.term(dispatch(t, i), hours / s.efficiency_dispatch[t]);
        if (!initial) model_.term(scene.ops.state_of_charge(static_cast<std::size_t>(before.snapshot[t]), i), -1);
        model_.end_row(-lp::infinity, initial ? s.state_of_charge_initial : 0);
      }
      if (s.min_flow_pu > 0) {
        model_.term(dispatch(t, i), 1);
        if (scene.ops.spill.is_there()) model_.term(scene.ops.spill(t, i), 1);
        end_limit(limit_of(List::storage_units, i, s.min_flow_pu, s.nominal), true);
      }
      const long earlier = snapshot_before(net, t);
      if (!ramps || earlier == static_cast<long>(t) || !stands_at(s, net, static_cast<std::size_t>(earlier))) continue;
      for (const auto& [limit, side] : {std::pair{s.ramp_limit_up, 1.0}, {s.ramp_limit_down, -1.0}}) {
        if (std::isnan(limit)) continue;
        model_.term(dispatch(t, i), side);
        model_.term(dispatch(static_cast<std::size_t>(earlier), i), -side);
        end_limit(limit_of(List::storage_units, i, limit, s.nominal));
      }
    }
  }
}

void Builder::loss_columns(Scene& scene) {
  const auto& links = scene.net.links;
  for (std::size_t i = 0; i < links.size(); ++i)
    if (links[i].loss > 0 && links[i].active) scene.ops.lossy.push_back(i);
  scene.ops.loss = add_block(scene, scene.ops.lossy.size());
  for (std::size_t t = 0; scene.ops.loss.is_there() && t < scene.net.snapshots.size(); ++t)
    for (const std::size_t i : scene.ops.lossy) {
      const Limit most = limit_of(List::links, i, links[i].loss * std::max(links[i].p_max_pu[t], -links[i].p_min_pu[t]),
                                  links[i].nominal);
      model_.add_column(0, !stands_at(links[i], scene.net, t) ? 0 : most.column >= 0 ? lp::infinity : most.known);
    }
}

/// lost >= loss * |flow|, and no more than at the largest flow: surplus cannot be burnt without limit.
void Builder::loss_rows(Scene& scene) {
  const auto& p = scene.ops.flow[static_cast<std::size_t>(List::links)];
  for (std::size_t k = 0; k < scene.ops.lossy.size(); ++k) {
    const std::size_t i = scene.ops.lossy[k];
    const Link& l = scene.net.links[i];
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) {
      if (!stands_at(l, scene.net, t)) continue;
      for (const double side : {1.0, -1.0}) {
        if (side > 0 ? l.p_max_pu[t] <= 0 : l.p_min_pu[t] >= 0) continue;
        model_.term(scene.ops.loss(t, k), 1);
        model_.term(p(t, i), -side * l.loss);
        model_.end_row(0, lp::infinity);
      }
      if (capacity_column(List::links, i) < 0) continue;
      model_.term(scene.ops.loss(t, k), 1);
      end_limit(limit_of(List::links, i, l.loss * std::max(l.p_max_pu[t], -l.p_min_pu[t]), l.nominal));
    }
  }
}

}  // namespace stargate::energy
