// Dispatch of generators, links and branches: columns with their bounds, limits by capacity, ramps, cost curves.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {
bool is_negative_somewhere(const Profile& p) {
  return p.hourly.empty() ? p.fixed < 0 : std::ranges::any_of(p.hourly, [](double v) { return v < 0; });
}
}  // namespace

void Builder::dispatch_columns(Scene& scene) {
  for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) model_.offset += cost(scene, t) * scene.net.fixed_cost;
  commitment_columns(scene, scene.net.generators, scene.ops.generators);
  commitment_columns(scene, scene.net.links, scene.ops.links);
  dispatchable_columns(scene, List::generators, scene.net.generators);
  dispatchable_columns(scene, List::links, scene.net.links);
  branch_columns(scene, List::lines, scene.net.lines);
  branch_columns(scene, List::transformers, scene.net.transformers);
  const auto& transformers = scene.net.transformers;
  for (std::size_t i = 0; i < transformers.size(); ++i)
    if (scene.net.phase_shifts_count && transformers[i].active && transformers[i].shift_is_decided()) scene.ops.shifters.push_back(i);
  scene.ops.shift = add_block(scene, scene.ops.shifters.size());
  for (std::size_t t = 0; scene.ops.shift.is_there() && t < scene.net.snapshots.size(); ++t)
    for (const std::size_t i : scene.ops.shifters) {
      const bool stands = stands_at(transformers[i], scene.net, t);
      model_.add_column(stands ? transformers[i].phase_shift_min : 0, stands ? transformers[i].phase_shift_max : 0);
    }
}

template <class Member>
void Builder::dispatchable_columns(Scene& scene, List list, const std::vector<Member>& members) {
  scene.ops.flow[static_cast<std::size_t>(list)] = add_block(scene, members.size());
  const std::size_t snapshots = scene.net.snapshots.size();
  for (std::size_t t = 0; t < snapshots; ++t) {
    const double weight = cost(scene, t);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Dispatchable& d = members[i];
      double low = 0, high = 0;
      if (stands_at(d, scene.net, t)) {
        const bool has_column = capacity_column(list, i) >= 0;
        if (d.committable) {  // limited by its status
          low = is_negative_somewhere(d.p_min_pu) ? -lp::infinity : 0;
          high = lp::infinity;
        } else if (has_column) {
          low = d.p_min_pu[t] >= 0 ? 0 : -lp::infinity;
          high = d.p_max_pu[t] <= 0 ? 0 : lp::infinity;
        } else {
          low = times(d.p_min_pu[t], d.nominal);
          high = times(d.p_max_pu[t], d.nominal);
          if (d.maintainable) {  // rows say the rest
            low = std::min(low, low * (1 - d.maintenance_pu));
            high = std::max(high, high * (1 - d.maintenance_pu));
          }
        }
        if (const double set = d.p_set[t]; !std::isnan(set)) {
          low = std::max(low, set);
          high = std::min(high, set);
        }
      }
      const int column = model_.add_column(low, high, d.cost_curve.empty() ? weight * d.marginal_cost[t] : 0);
      quadratic(column, weight * d.marginal_cost_quadratic[t]);
    }
  }
}

void Builder::branch_columns(Scene& scene, List list, const std::vector<Branch>& branches) {
  scene.ops.flow[static_cast<std::size_t>(list)] = add_block(scene, branches.size());
  const std::size_t periods = std::max<std::size_t>(scene.net.periods.size(), 1);
  std::vector<std::vector<FlowLimits>> by_angle(periods, std::vector<FlowLimits>(branches.size()));
  if (scene.net.angle_limits_count && !branches.empty())
    for (std::size_t p = 0; p < periods; ++p)
      for (const Wire& w : topology(scene.net, p).wires)
        if (w.is_transformer == (list == List::transformers)) by_angle[p][w.component] = angle_flow_limits(branches[w.component], w);
  for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const Branch& b = branches[i];
      double low = 0, high = 0;
      if (stands_at(b, scene.net, t)) {
        const auto& angle = by_angle[static_cast<std::size_t>(scene.net.snapshots[t].period)][i];
        const bool has_row = capacity_column(list, i) >= 0 || options_.losses.by != BranchLosses::By::none;
        const double limit = has_row ? lp::infinity : times(b.s_max_pu[t], b.nominal);
        low = std::max(-limit, angle.low);
        high = std::min(limit, angle.high);
      }
      model_.add_column(low, high);
    }
}

void Builder::limit_rows(Scene& scene) {
  const auto profiles = [](const auto& members, auto low, auto high) {
    std::pair<std::vector<Profile>, std::vector<Profile>> both;
    for (const auto& m : members) {
      both.first.push_back(m.committable ? Profile{} : m.*low);
      both.second.push_back(m.committable ? Profile{} : m.*high);
    }
    return both;
  };
  {
    const auto [low, high] = profiles(scene.net.generators, &Generator::p_min_pu, &Generator::p_max_pu);
    capacity_limit_rows(scene, List::generators, scene.ops.flow[static_cast<std::size_t>(List::generators)], low, high);
  }
  {
    const auto [low, high] = profiles(scene.net.links, &Link::p_min_pu, &Link::p_max_pu);
    capacity_limit_rows(scene, List::links, scene.ops.flow[static_cast<std::size_t>(List::links)], low, high);
  }
  for (const List list : {List::lines, List::transformers}) {
    std::vector<Profile> low, high;
    for (const auto& b : list == List::lines ? scene.net.lines : scene.net.transformers) {
      high.push_back(b.s_max_pu);
      low.push_back(b.s_max_pu);
      low.back().fixed *= -1;
      for (double& v : low.back().hourly) v *= -1;
    }
    capacity_limit_rows(scene, list, scene.ops.flow[static_cast<std::size_t>(list)], low, high);
  }
  commitment_rows(scene, List::generators, scene.net.generators, scene.ops.generators);
  commitment_rows(scene, List::links, scene.net.links, scene.ops.links);
  ramp_rows(scene, List::generators, scene.net.generators, scene.ops.generators);
  ramp_rows(scene, List::links, scene.net.links, scene.ops.links);
  energy_sum_rows(scene);
}

/// low * capacity <= x <= high * capacity of extendable members, in one row where both are the same. A limit of nothing is
/// a bound of the column already.
void Builder::capacity_limit_rows(const Scene& scene, List list, const Block& block, const std::vector<Profile>& low,
                                  const std::vector<Profile>& high) {
  if (!block.is_there()) return;
  for (std::size_t i = 0; i < block.members; ++i) {
    const int capacity = capacity_column(list, i);
    if (capacity < 0) continue;
    const Capacity& c = capacity_of(scene.net, list, i);
    if (list == List::generators && scene.net.generators[i].committable) continue;
    if (list == List::links && scene.net.links[i].committable) continue;
    const int first = model_.rows();
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) {
      if (!stands_at(c, scene.net, t)) continue;
      const int x = block(t, i), loss = branch_loss(scene, list, i, t);
      const bool same = low[i][t] == high[i][t] && loss < 0;
      const auto off = [&](double share) {
        if (list == List::generators) off_term(scene, list, scene.net.generators[i], i, t, share);
        if (list == List::links) off_term(scene, list, scene.net.links[i], i, t, share);
      };
      if (high[i][t] != 0 || loss >= 0) {
        model_.term(x, 1);
        if (loss >= 0) model_.term(loss, 1);
        model_.term(capacity, -high[i][t]);
        off(high[i][t]);
        model_.end_row(same ? 0 : -lp::infinity, 0);
      }
      if ((low[i][t] != 0 && !same) || loss >= 0) {
        model_.term(x, 1);
        if (loss >= 0) model_.term(loss, -1);
        model_.term(capacity, -low[i][t]);
        off(low[i][t]);
        model_.end_row(0, lp::infinity);
      }
    }
    note_rows(scene, RowKind::capacity_limit, list, i, first);
  }
}

/// Ramps from one snapshot to the next; in the first from `p_init` where it is given. Status u, capacity P:
///   p(t) - p(t-1) <= up P u(t-1) + start P (u(t) - u(t-1)),   p(t) - p(t-1) >= - down P u(t) - shut P (u(t-1) - u(t)).
template <class Member>
void Builder::ramp_rows(Scene& scene, List list, const std::vector<Member>& members, const OperationColumns::Commitment& commitment) {
  const auto& p = scene.ops.flow[static_cast<std::size_t>(list)];
  const bool any_committed = !commitment.members.empty();
  const auto earlier_snapshots = snapshots_before(scene.net, false);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Dispatchable& d = members[i];
    const int slot = commitment.slot[i];
    const int capacity = capacity_column(list, i);
    if (d.ramp_limit_up.is_unset() && d.ramp_limit_down.is_unset() &&
        (!d.committable || (std::isnan(d.ramp_limit_start_up) && std::isnan(d.ramp_limit_shut_down))))
      continue;
    const bool starts_up = d.up_time_before > 0;
    const double p_init = starts_up ? d.p_init : 0;
    const double unit = d.committable && d.module > 0 ? d.module : d.nominal;
    const auto or_one = [](double v) { return std::isnan(v) ? 1.0 : v; };
    const double start = or_one(d.ramp_limit_start_up), shut = or_one(d.ramp_limit_shut_down);
    const bool big = slot >= 0 && capacity >= 0 && d.module <= 0;
    const double m = big ? big_m(scene, d) : 0;
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
      for (const long e : d.cyclic ? std::vector<long>{snapshot_before(scene.net, t)} : earlier_snapshots[t]) {
        const bool begins = e == Before::initial;
        if (!stands_at(d, scene.net, t) || (begins && std::isnan(p_init)) || e == static_cast<long>(t)) continue;
        const auto previous = static_cast<std::size_t>(e);  // where it does not begin
        const double up = or_one(d.ramp_limit_up[t]), down = or_one(d.ramp_limit_down[t]);
        const bool no_up = std::isnan(d.ramp_limit_up[t]) && (slot < 0 || std::isnan(d.ramp_limit_start_up));
        const bool no_down = std::isnan(d.ramp_limit_down[t]) && (slot < 0 || std::isnan(d.ramp_limit_shut_down));
        const double before = begins ? p_init : 0;  // known part of p(t-1)
        const double was_up = begins && starts_up ? 1 : 0;
        const auto delta = [&] {
          model_.term(p(t, i), 1);
          if (!begins) model_.term(p(previous, i), -1);
        };
        if (slot < 0) {
          const double standing = begins ? (starts_up ? 1.0 : 0.0) : 1.0;
          // A unit that was down before the first snapshot starts with its start-up limit where others are committed.
          const double up_share = up * standing + (any_committed ? start * (1 - standing) : 0);
          const double down_share = down + (any_committed && capacity < 0 ? -shut * (1 - standing) : 0) -
                                    (any_committed && capacity >= 0 ? shut * (1 - standing) : 0);
          if (!no_up) {
            delta();
            if (capacity >= 0) model_.term(capacity, -up_share);
            model_.end_row(-lp::infinity, before + (capacity >= 0 ? 0 : up_share * d.nominal));
          }
          if (!no_down) {
            delta();
            if (capacity >= 0) model_.term(capacity, down_share);
            model_.end_row(before - (capacity >= 0 ? 0 : down_share * d.nominal), lp::infinity);
          }
          continue;
        }
        const auto s = static_cast<std::size_t>(slot);
        const int now = commitment.status(t, s), earlier = begins ? -1 : commitment.status(previous, s);
        if (big) {
          const auto bounded = [&](double share, int indicator, double indicator_known, double sign) {
            delta();
            model_.term(capacity, -sign * share);
            if (indicator >= 0) model_.term(indicator, sign * m);
            const double limit = before + sign * m * (1 - (indicator >= 0 ? 0 : indicator_known));
            if (sign > 0) model_.end_row(-lp::infinity, limit);
            else model_.end_row(limit, lp::infinity);
          };
          if (!no_up) {
            bounded(up, earlier, was_up, 1);
            bounded(start, commitment.start_up(t, s), 0, 1);
          }
          if (!no_down) {
            bounded(down, now, 0, -1);
            bounded(shut, commitment.shut_down(t, s), 0, -1);
          }
          continue;
        }
        if (d.cluster && !begins) {  // of the units of before: what stays on ramps, what stops leaves its least load
          const int y = commitment.start_up(t, s), z = commitment.shut_down(t, s);
          const double high = d.p_max_pu[t], low = d.p_min_pu[t];
          if (!no_up) {
            delta();
            model_.term(now, -up * unit);
            model_.term(y, (up - std::min(high, std::max(low, up))) * unit);
            model_.term(z, low * unit);
            model_.end_row(-lp::infinity, 0);
          }
          if (!no_down) {
            delta();
            model_.term(now, down * unit);
            model_.term(y, -(down + low) * unit);
            model_.term(z, std::min(high, std::max(low, down)) * unit);
            model_.end_row(0, lp::infinity);
          }
          continue;
        }
        if (!no_up) {
          delta();
          if (earlier >= 0) model_.term(earlier, -(up - start) * unit);
          model_.term(now, -start * unit);
          model_.end_row(-lp::infinity, before + (up - start) * unit * was_up);
        }
        if (!no_down) {
          delta();
          if (earlier >= 0) model_.term(earlier, shut * unit);
          model_.term(now, (down - shut) * unit);
          model_.end_row(before - shut * unit * was_up, lp::infinity);
        }
      }
  }
}

void Builder::energy_sum_rows(Scene& scene) {
  const auto& p = scene.ops.flow[static_cast<std::size_t>(List::generators)];
  for (std::size_t i = 0; i < scene.net.generators.size(); ++i) {
    const Generator& g = scene.net.generators[i];
    if (g.full_load_hours_min > 0 && g.active) {
      for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) model_.term(p(t, i), scene.net.snapshots[t].generators);
      const int capacity = capacity_column(List::generators, i);
      if (capacity >= 0) model_.term(capacity, -g.full_load_hours_min);
      model_.end_row(capacity >= 0 ? 0 : g.full_load_hours_min * g.nominal, lp::infinity);
    }
    if (!std::isfinite(g.e_sum_min) && !std::isfinite(g.e_sum_max)) continue;
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) model_.term(p(t, i), scene.net.snapshots[t].generators);
    model_.end_row(g.e_sum_min, g.e_sum_max);
  }
}

}  // namespace stargate::energy
