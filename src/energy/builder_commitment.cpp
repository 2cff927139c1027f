// Unit commitment: status u, start-up y and shut-down z of committable generators and links.
#include <algorithm>
#include <cmath>

#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

template <class Member>
void Builder::commitment_columns(Scene& scene, const std::vector<Member>& members, OperationColumns::Commitment& commitment) {
  commitment.slot.assign(members.size(), -1);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].committable && members[i].active) {
      commitment.slot[i] = static_cast<int>(commitment.members.size());
      commitment.members.push_back(i);
    }
  const auto add = [&](auto unit_cost, bool whole) {
    const Block block = add_block(scene, commitment.members.size());
    for (std::size_t t = 0; block.is_there() && t < scene.net.snapshots.size(); ++t)
      for (const std::size_t i : commitment.members) {
        const Dispatchable& d = members[i];
        const double ratio = d.module > 0 ? d.nominal / d.module : 1;
        const double units = d.module > 0 && d.extendable ? lp::infinity : scene.net.relaxed_commitment ? ratio : std::round(ratio);
        model_.add_column(0, stands_at(d, scene.net, t) ? units : 0, unit_cost(d, t), whole);
      }
    return block;
  };
  // Start-ups and shut-downs are whole where the status is: they need not be told so unless their cost is negative.
  const auto negative = [&](double Dispatchable::*cost_of) {
    return std::ranges::any_of(commitment.members, [&](std::size_t i) { return members[i].*cost_of < 0; });
  };
  const bool whole = !options_.relax_commitment && !options_.relax_integers && !scene.net.relaxed_commitment;
  commitment.status = add([&](const Dispatchable& d, std::size_t t) { return cost(scene, t) * d.stand_by_cost[t]; }, whole);
  commitment.start_up = add([&](const Dispatchable& d, std::size_t t) { return scene.probability * scene.net.snapshots[t].events * (d.start_up_cost + d.start_fuel_cost[t]); },
                            whole && negative(&Dispatchable::start_up_cost));
  commitment.shut_down = add([&](const Dispatchable& d, std::size_t t) { return scene.probability * scene.net.snapshots[t].events * d.shut_down_cost; },
                             whole && negative(&Dispatchable::shut_down_cost));
}

double Builder::big_m(const Scene& scene, const Dispatchable& d) const {
  double share = 0;
  for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) share = std::max(share, std::abs(d.p_max_pu[t]));
  if (std::isfinite(d.nominal_max)) return d.nominal_max * share;
  double peak = 0;
  for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t) {
    double load = 0;
    for (const auto& l : scene.net.loads) load += l.active ? std::abs(l.p_set[t]) : 0;
    peak = std::max(peak, load);
  }
  return peak > 0 ? 10 * peak : 1e6;
}

template <class Member>
void Builder::commitment_rows(Scene& scene, List list, const std::vector<Member>& members, const OperationColumns::Commitment& c) {
  const auto& p = scene.ops.flow[static_cast<std::size_t>(list)];
  const std::size_t snapshots = scene.net.snapshots.size();
  if (c.members.empty()) return;
  const bool linked = is_linked(scene.net);
  const auto before = snapshots_before(scene.net, true);
  const auto runs = runs_of(scene.net);
  const int first_run = linked ? scene.net.snapshots[runs[scene.net.chronology.front()].first].run : 0;
  std::vector<std::size_t> begin_of(snapshots);
  for (const Run& run : runs)
    for (std::size_t t = run.first; t < run.end; ++t) begin_of[t] = run.first;
  for (std::size_t s = 0; s < c.members.size(); ++s) {
    const std::size_t i = c.members[s];
    const Dispatchable& d = members[i];
    const int capacity = capacity_column(list, i);
    const int modules = out_.layout.modules[static_cast<std::size_t>(list)][i];
    const double unit = d.module > 0 ? d.module : d.nominal;
    const bool big = capacity >= 0 && d.module <= 0;
    const double m = big ? big_m(scene, d) : 0;
    const bool starts_up = d.up_time_before > 0, starts_down = d.down_time_before > 0;
    const auto min_up = static_cast<std::size_t>(d.min_up_time), min_down = static_cast<std::size_t>(d.min_down_time);
    for (std::size_t t = 0; t < snapshots; ++t) {
      if (!stands_at(d, scene.net, t)) continue;
      const int u = c.status(t, s), y = c.start_up(t, s), z = c.shut_down(t, s), x = p(t, i);
      if (big) {
        model_.term(x, 1);
        model_.term(capacity, -d.p_min_pu[t]);
        off_term(scene, list, members[i], i, t, d.p_min_pu[t]);
        model_.term(u, -m);
        model_.end_row(-m, lp::infinity);
        model_.term(x, 1);
        model_.term(u, -m);
        model_.end_row(-lp::infinity, 0);
        model_.term(x, 1);
        model_.term(capacity, -d.p_max_pu[t]);
        off_term(scene, list, members[i], i, t, d.p_max_pu[t]);
        model_.end_row(-lp::infinity, 0);
      } else {
        model_.term(x, 1);
        model_.term(u, -d.p_min_pu[t] * unit);
        off_term(scene, list, members[i], i, t, d.p_min_pu[t]);
        model_.end_row(0, lp::infinity);
        model_.term(x, 1);
        model_.term(u, -d.p_max_pu[t] * unit);
        off_term(scene, list, members[i], i, t, d.p_max_pu[t]);
        model_.end_row(-lp::infinity, 0);
      }
      const bool units_decided = capacity >= 0 && d.module > 0;  // as many units as there are modules, or parts of them
      const int of_units = modules >= 0 ? modules : capacity;
      const double a_unit = modules >= 0 ? 1 : 1 / d.module;
      if (units_decided)
        for (const int indicator : {u, y, z}) {
          model_.term(indicator, 1);
          model_.term(of_units, -a_unit);
          model_.end_row(-lp::infinity, 0);
        }
      // y >= u(t) - u(t-1),  z >= u(t-1) - u(t)
      const std::vector<long> wrapped{d.cyclic ? snapshot_before(scene.net, t) : Before::initial};
      for (const long earlier : d.cyclic ? wrapped : before[t]) {
        const double was_up = earlier == Before::initial && starts_up ? 1 : 0;
        if (d.cluster && earlier != Before::initial) {
          model_.term(u, 1);
          if (earlier != static_cast<long>(t)) model_.term(c.status(static_cast<std::size_t>(earlier), s), -1);
          else model_.term(u, -1);
          model_.term(y, -1);
          model_.term(z, 1);
          model_.end_row(0, 0);
          continue;
        }
        const int u_before = earlier == Before::initial ? -1 : c.status(static_cast<std::size_t>(earlier), s);
        model_.term(y, 1);
        model_.term(u, -1);
        if (u_before >= 0) model_.term(u_before, 1);
        model_.end_row(-was_up, lp::infinity);
        model_.term(z, 1);
        model_.term(u, 1);
        if (u_before >= 0) model_.term(u_before, -1);
        model_.end_row(was_up, lp::infinity);
      }
      const std::size_t begins = linked ? begin_of[t] : 0;  // minimum times do not reach over the ends of representative periods
      const auto recent = [&](const Block& events, std::size_t span) {  // within the last `span` snapshots, this one too
        if (!d.cyclic) {
          for (std::size_t k = std::max(begins, t + 1 > span ? t + 1 - span : 0); k <= t; ++k) model_.term(events(k, s), 1);
          return;
        }
        std::size_t k = t;
        for (std::size_t n = 0; n < span && (n == 0 || k != t); ++n) {
          model_.term(events(k, s), 1);
          k = static_cast<std::size_t>(snapshot_before(scene.net, k));
        }
      };
      if (min_up > 0 && (d.cyclic || t > begins)) {  // what started within the minimum up time is up
        recent(c.start_up, min_up);
        model_.term(u, -1);
        model_.end_row(-lp::infinity, 0);
      }
      if (min_down > 0 && (d.cyclic || t > begins)) {
        recent(c.shut_down, min_down);
        model_.term(u, 1);
        if (units_decided) model_.term(of_units, -a_unit);
        model_.end_row(-lp::infinity, units_decided ? 0 : d.module > 0 ? d.nominal / d.module : 1);
      }
      const auto column = static_cast<std::size_t>(u);
      if (d.cyclic) continue;
      const bool in_first = !linked || scene.net.snapshots[t].run == first_run;
      const auto elapsed = static_cast<double>(t + 1 - begins);
      if (in_first && starts_up && d.min_up_time - d.up_time_before >= elapsed) model_.lower[column] = 1;
      if (in_first && starts_down && d.min_down_time - d.down_time_before >= elapsed) model_.upper[column] = 0;
    }
    if (options_.relax_commitment && d.start_up_cost == d.shut_down_cost) tightening_rows(scene, list, d, s, i, c);
  }
}

/// Rows that tighten the relaxed commitment: dispatch before and after a partial start, and its ramps.
void Builder::tightening_rows(Scene& scene, List list, const Dispatchable& d, std::size_t s, std::size_t i, const OperationColumns::Commitment& c) {
  const auto& p = scene.ops.flow[static_cast<std::size_t>(list)];
  const auto or_one = [](double v) { return std::isnan(v) ? 1.0 : v; };
  const double start = d.nominal * or_one(d.ramp_limit_start_up), shut = d.nominal * or_one(d.ramp_limit_shut_down);
  for (std::size_t t = 1; t < scene.net.snapshots.size(); ++t) {
    if (!stands_at(d, scene.net, t) || (is_linked(scene.net) && first_of_period(scene.net, t))) continue;
    const double high = d.p_max_pu[t] * d.nominal, low = d.p_min_pu[t] * d.nominal;
    const double up = d.nominal * or_one(d.ramp_limit_up[t]), down = d.nominal * or_one(d.ramp_limit_down[t]);
    const int x = p(t, i), x_before = p(t - 1, i), u = c.status(t, s), u_before = c.status(t - 1, s), y = c.start_up(t, s);
    const auto row = [&](std::initializer_list<lp::Term> terms) { model_.add_row(-lp::infinity, 0, std::vector(terms)); };
    row({{x_before, 1}, {u_before, -shut}, {u, -(high - shut)}, {y, high - shut}});
    row({{x, 1}, {u, -high}, {y, high - start}});
    row({{x, 1}, {x_before, -1}, {u, -(low + up)}, {u_before, low}, {y, low + up - start}});
    row({{x_before, 1}, {x, -1}, {u_before, -shut}, {u, shut - down}, {y, -(low + down - shut)}});
  }
}

template void Builder::commitment_columns(Scene&, const std::vector<Generator>&, OperationColumns::Commitment&);
template void Builder::commitment_columns(Scene&, const std::vector<Link>&, OperationColumns::Commitment&);
template void Builder::commitment_rows(Scene&, List, const std::vector<Generator>&, const OperationColumns::Commitment&);
template void Builder::commitment_rows(Scene&, List, const std::vector<Link>&, const OperationColumns::Commitment&);

}  // namespace stargate::energy
