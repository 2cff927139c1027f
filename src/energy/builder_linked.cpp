// Storage carried from one original period to the next where a few representatives stand for all (after Kotzur et al.,
// Applied Energy 213, 2018). Of an original period d that run r stands for, with E(d) the level before it:
//   level after snapshot k of it        kept(k) E(d) + path(r, k),  kept(k) = what standing loss leaves from its start to k
//   level before the next               E(d+1) = kept(end) E(d) + path(r, end)
//   low(k) <= kept(k) E(d) + path(r, k) <= high(k) for all k
// The last holds for every d that r stands for where lowest(r) <= E(d) <= highest(r) and
//   kept(k) lowest(r) + path(r, k) >= low(k),   kept(k) highest(r) + path(r, k) <= high(k)
// so that limits cost two rows a period and two rows a snapshot of a run, and lose nothing: also with standing loss.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {

/// What is left at each snapshot of a run of the level at its start.
template <class Storage>
std::vector<double> kept_of(const Network& net, const Storage& s, const Run& run) {
  std::vector<double> kept;
  double left = 1;
  for (std::size_t t = run.first; t < run.end; ++t) kept.push_back(left *= std::pow(1 - s.standing_loss[t], net.snapshots[t].stores));
  return kept;
}

double initial_of(const StorageUnit& s) { return s.state_of_charge_initial; }
double initial_of(const Store& s) { return s.e_initial; }

/// Limits of the level per unit of the capacity, and the level that is prescribed.
struct LevelLimits {
  double low_pu, high_pu, set;
};
LevelLimits limits_of(const StorageUnit& s, std::size_t t) { return {0, s.energy_apart ? 1 : s.max_hours, s.state_of_charge_set[t]}; }
LevelLimits limits_of(const Store& s, std::size_t t) { return {s.e_min_pu[t], s.e_max_pu[t], s.e_set[t]}; }

/// The capacity that those limits are in proportion to.
struct EnergyOf {
  List list;
  double nominal;
};
EnergyOf energy_of(const StorageUnit& s, List list) { return s.energy_apart ? EnergyOf{List::storage_energy, s.energy.nominal} : EnergyOf{list, s.nominal}; }
EnergyOf energy_of(const Store& s, List list) { return {list, s.nominal}; }

/// No level is lower than 0 unless a store may owe. A bound, if only a distant one, sets these columns apart from free ones.
double least_start(const StorageUnit&) { return 0; }
double least_start(const Store& s) {
  const bool owes = s.e_min_pu.hourly.empty() ? s.e_min_pu.fixed < 0 : std::ranges::any_of(s.e_min_pu.hourly, [](double v) { return v < 0; });
  return owes ? -1e12 : 0;
}

}  // namespace

template <class Storage>
void Builder::linked_columns(Scene& scene, const std::vector<Storage>& members, OperationColumns::LinkedLevels& linked) {
  const Network& net = scene.net;
  const auto runs = runs_of(net);
  linked.start = add_block(scene, members.size());
  for (const std::size_t r : net.chronology)
    for (const Storage& s : members) {
      const auto kept = kept_of(net, s, runs[r]);
      double unit_cost = 0;  // of a level that lasts through the period: the cost of its path is on the path's columns
      for (std::size_t k = 0; k < kept.size(); ++k) {
        const std::size_t t = runs[r].first + k;
        if (s.marginal_cost_storage[t] != 0) unit_cost += cost(scene, t) / net.snapshots[t].events * s.marginal_cost_storage[t] * kept[k];
      }
      model_.add_column(s.active ? least_start(s) : 0, s.active ? lp::infinity : 0, unit_cost);
    }
  // Starts that may be are nowhere below the least level, so neither need these be.
  for (Block* block : {&linked.lowest, &linked.highest}) {
    *block = add_block(scene, members.size());
    for (std::size_t r = 0; r < runs.size(); ++r)
      for (const Storage& s : members) model_.add_column(least_start(s), lp::infinity);
  }
}

template <class Storage>
void Builder::linked_rows(Scene& scene, List list, const std::vector<Storage>& members, const Block& path, OperationColumns::LinkedLevels& linked) {
  const Network& net = scene.net;
  const auto runs = runs_of(net);
  linked.ceiling.assign(net.snapshots.size(), std::vector<int>(members.size(), -1));
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Storage& s = members[i];
    if (!s.active) continue;
    const EnergyOf energy = energy_of(s, list);
    const int capacity = capacity_column(energy.list, i);
    const double nominal = energy.nominal;
    std::vector<std::vector<double>> kept;
    for (const Run& run : runs) kept.push_back(kept_of(net, s, run));
    for (std::size_t r = 0; r < runs.size(); ++r)
      for (std::size_t t = runs[r].first; t < runs[r].end; ++t) {
        const auto [low_pu, high_pu, set] = limits_of(s, t);
        const double left = kept[r][t - runs[r].first];
        const auto row = [&](const Block& start, double share, bool upper) {
          model_.term(start(r, i), left);
          model_.term(path(t, i), 1);
          double limit = share == 0 ? 0 : share * nominal;
          if (capacity >= 0) {
            model_.term(capacity, -share);
            limit = 0;
          }
          return model_.end_row(upper ? -lp::infinity : limit, upper ? limit : lp::infinity);
        };
        row(linked.lowest, low_pu, false);
        linked.ceiling[t][i] = row(linked.highest, high_pu, true);
        if (std::isnan(set)) continue;
        for (const bool upper : {false, true}) {
          model_.term((upper ? linked.highest : linked.lowest)(r, i), left);
          model_.term(path(t, i), 1);
          model_.end_row(upper ? -lp::infinity : set, upper ? set : lp::infinity);
        }
      }
    const std::size_t periods = net.chronology.size();
    for (std::size_t d = 0; d < periods; ++d) {
      const std::size_t r = net.chronology[d];
      const int start = linked.start(d, i);
      model_.add_row(0, lp::infinity, std::vector<lp::Term>{{start, 1}, {linked.lowest(r, i), -1}});
      model_.add_row(-lp::infinity, 0, std::vector<lp::Term>{{start, 1}, {linked.highest(r, i), -1}});
      if (d + 1 < periods || s.cyclic) {
        const int next = linked.start(d + 1 < periods ? d + 1 : 0, i);
        model_.term(next, 1);
        model_.term(start, -kept[r].back());
        model_.term(path(runs[r].end - 1, i), -1);
        model_.end_row(0, 0);
      }
      if (d > 0 || s.cyclic) {
        // The level before a period is that after the one before it: within its limits. This follows from the rows above, but
        // a decomposition holds these levels and must know it.
        const LevelLimits end = limits_of(s, runs[net.chronology[d > 0 ? d - 1 : periods - 1]].end - 1);
        const auto j = static_cast<std::size_t>(start);
        if (capacity < 0) {
          model_.lower[j] = std::max(model_.lower[j], end.low_pu == 0 ? 0 : end.low_pu * s.nominal);
          model_.upper[j] = std::min(model_.upper[j], end.high_pu == 0 ? 0 : end.high_pu * s.nominal);
        } else {
          model_.add_row(-lp::infinity, 0, std::vector<lp::Term>{{start, 1}, {capacity, -end.high_pu}});
          if (end.low_pu != 0) model_.add_row(0, lp::infinity, std::vector<lp::Term>{{start, 1}, {capacity, -end.low_pu}});
        }
        continue;
      }
      // As given: no loss before the end of the first snapshot.
      const double first = kept[r].front();
      if (first <= 0) throw InputError({}, std::format("'{}': it loses all it holds in its first snapshot and cannot begin with a level", s.name));
      model_.term(start, first);
      model_.end_row(initial_of(s), initial_of(s));
    }
  }
}

template void Builder::linked_columns(Scene&, const std::vector<StorageUnit>&, OperationColumns::LinkedLevels&);
template void Builder::linked_columns(Scene&, const std::vector<Store>&, OperationColumns::LinkedLevels&);
template void Builder::linked_rows(Scene&, List, const std::vector<StorageUnit>&, const Block&, OperationColumns::LinkedLevels&);
template void Builder::linked_rows(Scene&, List, const std::vector<Store>&, const Block&, OperationColumns::LinkedLevels&);

}  // namespace stargate::energy
