// Maintenance of generators and links: when each event begins is decided. An event that begins in snapshot s covers the fewest
// snapshots from s on whose weights come to its duration:
//   on(t) = sum of start(s) over the s whose event covers t,   sum of start(s) = events,
//   dispatch stays within its limits times (capacity - share * off),   off = capacity * on.
// The product is linear where the capacity is given; else off stands between the four lines around it (McCormick, Mathematical
// Programming 10, 1976), which is exact where `on` is whole.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"

namespace stargate::energy {

template <class Member>
void Builder::maintenance_list_columns(Scene& scene, List list, const std::vector<Member>& members, MaintenanceColumns& m) {
  m.slot.assign(members.size(), -1);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].maintainable && members[i].active) {
      m.slot[i] = static_cast<int>(m.members.size());
      m.members.push_back(i);
    }
  if (m.members.empty()) return;
  if (is_linked(scene.net) || has_runs(scene.net))
    throw InputError({}, std::format("'{}': maintenance has no meaning over representative periods", members[m.members.front()].name),
                     "solve all snapshots in order");
  const auto block = [&](double most, bool whole) {
    const Block b = add_block(scene, m.members.size());
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
      for (const std::size_t i : m.members) model_.add_column(0, stands_at(members[i], scene.net, t) ? most : 0, 0, whole && !options_.relax_integers);
    return b;
  };
  m.on = block(1, false);
  m.start = block(1, true);
  const auto decided = [&](std::size_t i) { return members[i].committable || capacity_column(list, i) >= 0; };
  if (std::ranges::any_of(m.members, decided)) m.off = block(lp::infinity, false);
}

void Builder::maintenance_columns(Scene& scene) {
  maintenance_list_columns(scene, List::generators, scene.net.generators, scene.ops.generator_maintenance);
  maintenance_list_columns(scene, List::links, scene.net.links, scene.ops.link_maintenance);
}

template <class Member>
void Builder::off_term(const Scene& scene, List list, const Member& d, std::size_t i, std::size_t t, double share) {
  const auto& m = list == List::generators ? scene.ops.generator_maintenance : scene.ops.link_maintenance;
  if (m.members.empty() || m.slot[i] < 0) return;
  const auto slot = static_cast<std::size_t>(m.slot[i]);
  share *= d.maintenance_pu;
  const bool by_capacity = capacity_column(list, i) >= 0 && !(d.committable && d.module > 0);
  if (by_capacity) model_.term(m.off(t, slot), share);
  else if (d.committable) model_.term(m.off(t, slot), share * (d.module > 0 ? d.module : d.nominal));
  else model_.term(m.on(t, slot), share * d.nominal);
}

template <class Member>
void Builder::maintenance_list_rows(Scene& scene, List list, const std::vector<Member>& members, MaintenanceColumns& m) {
  const std::size_t snapshots = scene.net.snapshots.size();
  for (std::size_t k = 0; k < m.members.size(); ++k) {
    const std::size_t i = m.members[k];
    const Member& d = members[i];
    // The end of each event by its beginning; where it would not end within the horizon it does not begin.
    std::vector<std::vector<std::size_t>> covering(snapshots);
    for (std::size_t s = 0; s < snapshots; ++s) {
      const double wanted = d.maintenance_duration * (1 - 1e-6);
      double hours = 0;
      std::size_t end = s;
      bool stands = true;
      do {
        stands = stands && stands_at(d, scene.net, end);
        hours += scene.net.snapshots[end].generators;
        ++end;
      } while (hours < wanted && end < snapshots);
      if (hours < wanted || !stands) {
        model_.upper[static_cast<std::size_t>(m.start(s, k))] = 0;
        continue;
      }
      for (std::size_t t = s; t < end; ++t) covering[t].push_back(s);
    }
    for (std::size_t s = 0; s < snapshots; ++s) model_.term(m.start(s, k), 1);
    model_.end_row(d.maintenance_events, d.maintenance_events);
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (!stands_at(d, scene.net, t)) continue;
      model_.term(m.on(t, k), 1);
      for (const std::size_t s : covering[t]) model_.term(m.start(s, k), -1);
      model_.end_row(0, 0);
    }
    const int capacity = capacity_column(list, i);
    const bool by_units = d.committable && (capacity < 0 || d.module > 0);
    const auto& commitment = list == List::generators ? scene.ops.generators : scene.ops.links;
    if (by_units || capacity >= 0) {
      // off between 0 and `most` on, and within (1 - on) of what there is.
      const double least = by_units ? 0 : d.nominal_min;
      const double most = by_units ? (d.module > 0 ? (capacity >= 0 ? d.nominal_max : d.nominal) / d.module : 1) : d.nominal_max;
      if (!std::isfinite(most))
        throw InputError({}, std::format("'{}': maintenance of a capacity without a largest size", d.name), "give it a p_nom_max");
      for (std::size_t t = 0; t < snapshots; ++t) {
        if (!stands_at(d, scene.net, t)) continue;
        const int off = m.off(t, k), on = m.on(t, k);
        const int whole = by_units ? commitment.status(t, static_cast<std::size_t>(commitment.slot[i])) : capacity;
        model_.add_row(-lp::infinity, -least, std::vector<lp::Term>{{off, 1}, {whole, -1}, {on, -least}});
        model_.add_row(-lp::infinity, 0, std::vector<lp::Term>{{off, 1}, {on, -most}});
        model_.add_row(-most, lp::infinity, std::vector<lp::Term>{{off, 1}, {whole, -1}, {on, -most}});
        if (least > 0) model_.add_row(0, lp::infinity, std::vector<lp::Term>{{off, 1}, {on, -least}});
      }
      continue;
    }
    const auto& p = scene.ops.flow[static_cast<std::size_t>(list)];
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (!stands_at(d, scene.net, t)) continue;
      for (const bool upper : {true, false}) {
        const double share = upper ? d.p_max_pu[t] : d.p_min_pu[t];
        if (share == 0) continue;
        model_.term(p(t, i), 1);
        off_term(scene, list, d, i, t, share);
        model_.end_row(upper ? -lp::infinity : share * d.nominal, upper ? share * d.nominal : lp::infinity);
      }
    }
  }
}

void Builder::maintenance_rows(Scene& scene) {
  maintenance_list_rows(scene, List::generators, scene.net.generators, scene.ops.generator_maintenance);
  maintenance_list_rows(scene, List::links, scene.net.links, scene.ops.link_maintenance);
}

template void Builder::off_term(const Scene&, List, const Generator&, std::size_t, std::size_t, double);
template void Builder::off_term(const Scene&, List, const Link&, std::size_t, std::size_t, double);

}  // namespace stargate::energy
