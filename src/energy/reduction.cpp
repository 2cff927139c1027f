#include "energy/reduction.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/diagnostics.h"
#include "energy/profiles.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {

void refuse_delays(const Network& net) {
  for (const auto& l : net.links)
    for (const auto& port : l.ports)
      if (port.delay > 0) throw InputError({}, std::format("link '{}': a delay has no meaning over representative periods or segments", l.name));
  for (const auto& r : net.policies.rows)
    for (const auto& term : r.terms)
      if (term.later != 0) throw InputError({}, std::format("row '{}': what it counts later has no meaning over fewer snapshots", r.name));
}

}  // namespace

Reduction represent(const System& system, const Clustering& clustering, std::size_t length, bool linked) {
  Reduction out{system, {}, false, clustering.spread};
  for (auto& scenario : out.system.scenarios) {
    Network& net = scenario.network;
    refuse_delays(net);
    const auto whole = std::exchange(net.snapshots, {});
    for (std::size_t m = 0; m < clustering.representatives.size(); ++m)
      for (std::size_t k = 0; k < length; ++k) {
        Snapshot s = whole[clustering.representatives[m] * length + k];
        s.objective *= clustering.weights[m];
        s.generators *= clustering.weights[m];
        s.events *= clustering.weights[m];
        s.run = static_cast<int>(m);
        net.snapshots.push_back(std::move(s));
      }
    if (linked) net.chronology = clustering.assigned;
    each_profile(net, [&](Profile& p, Merge) {
      if (p.hourly.empty()) return;
      std::vector<double> cut;
      for (const std::size_t r : clustering.representatives)
        cut.insert(cut.end(), p.hourly.begin() + static_cast<long>(r * length), p.hourly.begin() + static_cast<long>((r + 1) * length));
      p.hourly = std::move(cut);
    });
  }
  for (const std::size_t m : clustering.assigned)
    for (std::size_t k = 0; k < length; ++k) out.stands_for.push_back(m * length + k);
  return out;
}

System shortened(const System& system, std::size_t snapshots) {
  const auto& all = system.first().snapshots;
  if (snapshots == 0 || snapshots > all.size())
    throw InputError({}, std::format("the first {} snapshots were asked for, of {}", snapshots, all.size()), std::format("allowed: 1 to {}", all.size()));
  if (!system.first().periods.empty()) throw InputError({}, "a system with investment periods cannot be cut short");
  double kept = 0, whole = 0;
  for (std::size_t t = 0; t < all.size(); ++t) {
    whole += all[t].objective;
    if (t < snapshots) kept += all[t].objective;
  }
  System out = represent(system, {{0}, {whole / kept}, {0}, 0}, snapshots, false).system;
  for (auto& scenario : out.scenarios) {
    scenario.network.chronology.clear();
    for (std::size_t t = 0; t < snapshots; ++t) scenario.network.snapshots[t].run = all[t].run;
  }
  return out;
}

Reduction merge(const System& system, const Segmentation& segmentation) {
  Reduction out{system, {}, true, segmentation.spread};
  const auto& begin = segmentation.begin;
  for (auto& scenario : out.system.scenarios) {
    Network& net = scenario.network;
    const auto whole = std::exchange(net.snapshots, {});
    const std::size_t n = whole.size(), segments = begin.size();
    const auto end = [&](std::size_t k) { return k + 1 < segments ? begin[k + 1] : n; };
    if (segments < n) {
      refuse_delays(net);
      const auto refuse = [](const Dispatchable& d) {
        if (d.active && d.committable && (d.min_up_time > 1 || d.min_down_time > 1))
          throw InputError({}, std::format("'{}': minimum up and down times are in snapshots, and segments are of unequal length", d.name), "choose representative periods");
      };
      std::ranges::for_each(net.generators, refuse);
      std::ranges::for_each(net.links, refuse);
    }
    for (std::size_t k = 0; k < segments; ++k) {
      Snapshot s = whole[begin[k]];
      for (std::size_t t = begin[k] + 1; t < end(k); ++t) {
        s.objective += whole[t].objective;
        s.stores += whole[t].stores;
        s.generators += whole[t].generators;
      }
      net.snapshots.push_back(std::move(s));
    }
    each_profile(net, [&](Profile& p, Merge how) {
      if (how == Merge::ramp && segments < n && !p.is_unset() && p.hourly.empty()) p.hourly.assign(n, p.fixed);
      if (p.hourly.empty()) return;
      std::vector<double> merged;
      for (std::size_t k = 0; k < segments; ++k) {
        double sum = 0, weight = 0;
        for (std::size_t t = begin[k]; t < end(k); ++t) {
          sum += whole[t].stores * p[t];
          weight += whole[t].stores;
        }
        const double mean = weight > 0 ? sum / weight : p[begin[k]];
        const bool first = k == 0 || whole[begin[k]].period != whole[begin[k] - 1].period;
        const auto length = static_cast<double>(end(k) - begin[k]), length_before = first ? 1.0 : static_cast<double>(begin[k] - begin[k - 1]);
        merged.push_back(end(k) == begin[k] + 1 && how != Merge::ramp ? p[begin[k]]
                         : how == Merge::last                          ? p[end(k) - 1]
                         : how == Merge::ramp                          ? p[begin[k]] * (length + length_before) / 2
                                                                       : mean);
      }
      p.hourly = std::move(merged);
    });
  }
  for (std::size_t k = 0; k < begin.size(); ++k) {
    const std::size_t end = k + 1 < begin.size() ? begin[k + 1] : system.first().snapshots.size();
    out.stands_for.resize(end, k);
  }
  return out;
}

namespace {

/// Rows of a matrix by original snapshot.
Matrix spread(const Matrix& m, const std::vector<std::size_t>& stands_for) {
  Matrix out{m.members, {}};
  if (!m.is_there()) return out;
  for (const std::size_t t : stands_for)
    out.values.insert(out.values.end(), m.values.begin() + static_cast<long>(t * m.members), m.values.begin() + static_cast<long>((t + 1) * m.members));
  return out;
}

/// Levels over all snapshots: of a linked chronology the path on what is left of the level at its period's start; of
/// segments the straight line to the level at their end.
template <class Storage>
void expand_levels(const Network& small, const Reduction& reduction, const std::vector<Storage>& members, const Matrix& told, const Matrix& start, Matrix& levels) {
  const auto& stands_for = reduction.stands_for;
  if (!told.is_there()) return;
  if (is_linked(small)) {
    const auto runs = runs_of(small);
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t d = 0, t = 0; d < small.chronology.size(); ++d) {
        const Run run = runs[small.chronology[d]];
        double left = start(d, i);
        for (std::size_t k = run.first; k < run.end; ++k, ++t) {
          left *= std::pow(1 - members[i].standing_loss[k], small.snapshots[k].stores);
          levels(t, i) = left + told(k, i);
        }
      }
    return;
  }
  if (!reduction.segments) return;
  for (std::size_t i = 0; i < members.size(); ++i)
    for (std::size_t t = 0; t < stands_for.size();) {
      std::size_t end = t;
      while (end < stands_for.size() && stands_for[end] == stands_for[t]) ++end;
      const std::size_t k = stands_for[t];
      const double to = told(k, i), from = k > 0 ? told(k - 1, i) : members[i].cyclic ? told(small.snapshots.size() - 1, i) : to;
      for (std::size_t u = t; u < end; ++u) levels(u, i) = from + (to - from) * static_cast<double>(u + 1 - t) / static_cast<double>(end - t);
      t = end;
    }
}

}  // namespace

Result expand(const System& full, const Reduction& reduction, const Result& result) {
  Result out = result;
  out.operation.clear();
  for (std::size_t s = 0; s < result.operation.size(); ++s) {
    const Network& small = reduction.system.scenarios[s].network;
    const Operation& told = result.operation[s];
    Operation& op = out.operation.emplace_back();
    const auto& map = reduction.stands_for;
    for (std::size_t l = 0; l < list_count; ++l) {
      op.flow[l] = spread(told.flow[l], map);
      op.status[l] = spread(told.status[l], map);
      op.start_up[l] = spread(told.start_up[l], map);
      op.shut_down[l] = spread(told.shut_down[l], map);
    }
    op.charge = spread(told.charge, map);
    op.spill = spread(told.spill, map);
    op.price = spread(told.price, map);
    op.state_of_charge = spread(told.state_of_charge, map);
    op.energy = spread(told.energy, map);
    op.lost = spread(told.lost, map);
    op.global_price = told.global_price;
    op.policy = told.policy;
    for (Matrix* m : {&op.policy.margin_price, &op.policy.margin_slack, &op.policy.reserve_price, &op.policy.unmet}) *m = spread(*m, map);
    for (auto* held : {&op.policy.held, &op.policy.held_charging})
      for (Matrix& m : *held) m = spread(m, map);
    expand_levels(small, reduction, full.scenarios[s].network.storage_units, told.state_of_charge, told.unit_start, op.state_of_charge);
    expand_levels(small, reduction, full.scenarios[s].network.stores, told.energy, told.store_start, op.energy);
  }
  return out;
}

double Figure::error() const { return full == reduced ? 0 : full == 0 ? unlimited : reduced / full - 1; }

std::vector<Figure> figures(const System& full, const System& reduced) {
  std::vector<Figure> out;
  std::map<std::string, std::pair<Figure, Figure>> carriers;  // available energy and capacity times hours
  Figure peak{"peak load"}, energy{"energy of load"}, inflow{"inflow"};
  bool any_inflow = false;
  for (double Figure::*side : {&Figure::full, &Figure::reduced}) {
    const Network& net = side == &Figure::full ? full.first() : reduced.first();
    double highest = -unlimited;
    for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
      const double hours = net.snapshots[t].generators;
      double load = 0;
      for (const auto& l : net.loads)
        if (l.active) load -= l.sign * l.p_set[t];
      highest = std::max(highest, load);
      energy.*side += hours * load;
      for (const auto& s : net.storage_units) {
        inflow.*side += hours * (s.inflow[t] + s.inflow_pu[t] * s.nominal);
        any_inflow = any_inflow || s.inflow[t] != 0 || s.inflow_pu[t] != 0;
      }
      for (const auto& g : net.generators) {
        if (!g.active || full.first().generators[static_cast<std::size_t>(&g - net.generators.data())].p_max_pu.hourly.empty()) continue;
        auto& [available, whole] = carriers[g.carrier];
        const double size = std::max(g.nominal, 1.0);
        available.*side += hours * size * g.p_max_pu[t];
        whole.*side += hours * size;
      }
    }
    peak.*side = highest;
  }
  out = {peak, energy};
  if (any_inflow) out.push_back(inflow);
  for (const auto& [carrier, sums] : carriers) {
    const auto& [available, whole] = sums;
    out.push_back({"capacity factor" + (carrier.empty() ? "" : " of " + carrier), available.full / whole.full, available.reduced / whole.reduced});
  }
  return out;
}

double investment_cost(const System& system, const Result& result) {
  double total = 0;
  for (const auto& scenario : system.scenarios)
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(scenario.network, list); ++i) {
        const Capacity& c = capacity_of(scenario.network, list, i);
        if (c.extendable && c.active)
          total += scenario.probability * investment_weight(c, scenario.network) *
                   capacity_cost(c, scenario.network, result.capacity[static_cast<std::size_t>(list)][i]);
      }
  return total;
}

ReductionError compare(const System& full, const Reduction& reduction, const Result& result, const CompareOptions& options, Result& operation) {
  ReductionError error;
  error.told = result.objective + result.constant;
  error.figures = figures(full, reduction.system);
  if (options.operate && result.has_values()) {
    System fixed = full;
    for (auto& scenario : fixed.scenarios) fix_capacities(scenario.network, result);
    operation = solve_best(fixed, options.whole, options.parts);
    error.operated_status = operation.status;
    if (operation.has_values()) {
      const double investment = investment_cost(full, result);
      error.operated = investment + operation.objective + operation.constant;
      operation.constant = result.constant;
      operation.objective = error.operated - operation.constant;
      operation.bound += investment - operation.constant;
      operation.dual_objective += investment - operation.constant;
    }
  }
  if (options.optimum) {
    const Result best = solve_best(full, options.whole, options.parts);
    if (best.has_values()) error.optimum = best.objective + best.constant;
  }
  return error;
}

}  // namespace stargate::energy
