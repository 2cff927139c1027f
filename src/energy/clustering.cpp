#include "energy/clustering.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/diagnostics.h"

namespace stargate::energy {

namespace {

using Features = std::vector<std::vector<double>>;  ///< by period

/// Total load, and the availability of each carrier by its capacity, an hour each, scaled to [0, 1] over the series.
struct Series {
  std::vector<double> load;
  std::map<std::string, std::vector<double>> availability;
};

Series series_of(const Network& net) {
  Series s;
  s.load.assign(net.snapshots.size(), 0);
  for (const auto& l : net.loads)
    for (std::size_t t = 0; l.active && t < s.load.size(); ++t) s.load[t] -= l.sign * l.p_set[t];
  for (const auto& g : net.generators) {
    if (g.p_max_pu.hourly.empty() || g.sign < 0) continue;
    auto& sum = s.availability[g.carrier];
    sum.resize(s.load.size(), 0);
    const double size = std::max(g.nominal, 1.0);
    for (std::size_t t = 0; t < s.load.size(); ++t) sum[t] += size * g.p_max_pu[t];
  }
  return s;
}

void append_scaled(Features& features, const std::vector<double>& values, std::size_t length) {
  const auto [low, high] = std::ranges::minmax_element(values);
  const double width = *high - *low;
  for (std::size_t p = 0; p < features.size(); ++p)
    for (std::size_t k = 0; k < length; ++k) features[p].push_back(width > 0 ? (values[p * length + k] - *low) / width : 0);
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum);
}

std::size_t period_of_extreme(const std::vector<double>& values, std::size_t length, bool sum, bool highest) {
  std::size_t best = 0;
  double best_value = 0;
  for (std::size_t p = 0; p < values.size() / length; ++p) {
    double v = sum ? 0 : values[p * length];
    for (std::size_t k = 0; k < length; ++k) v = sum ? v + values[p * length + k] : std::max(v, values[p * length + k]);
    if (!highest) v = -v;
    if (p == 0 || v > best_value) {
      best_value = v;
      best = p;
    }
  }
  return best;
}

std::vector<std::size_t> extremes(const Series& s, std::size_t length) {
  std::vector<double> renewable(s.load.size(), 0), residual = s.load;
  for (const auto& [carrier, values] : s.availability)
    for (std::size_t t = 0; t < values.size(); ++t) {
      renewable[t] += values[t];
      residual[t] -= values[t];
    }
  std::vector<std::size_t> found{period_of_extreme(s.load, length, false, true), period_of_extreme(residual, length, false, true)};
  if (!s.availability.empty()) found.push_back(period_of_extreme(renewable, length, true, false));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace

Clustering cluster(const Network& net, const ClusterOptions& options) {
  const std::size_t length = options.period_snapshots, periods = net.snapshots.size() / length;
  if (periods == 0 || net.snapshots.size() % length != 0)
    throw InputError({}, "the snapshots are no whole number of periods", "choose a period length that divides their number");
  if (!net.periods.empty()) throw InputError({}, "systems with investment periods are not clustered");
  const Series series = series_of(net);
  Features features(periods);
  append_scaled(features, series.load, length);
  for (const auto& [carrier, values] : series.availability) append_scaled(features, values, length);
  std::vector<std::vector<double>> far(periods, std::vector<double>(periods));
  double mean = 0;
  for (std::size_t a = 0; a < periods; ++a)
    for (std::size_t b = 0; b < periods; ++b) mean += far[a][b] = distance(features[a], features[b]);
  mean /= static_cast<double>(periods * periods);

  std::vector<std::size_t> medoids = options.keep_extremes ? extremes(series, length) : std::vector<std::size_t>{};
  const std::size_t kept = medoids.size(), wanted = std::min(options.periods + kept, periods);
  const auto cost_of = [&](const std::vector<std::size_t>& chosen) {
    double sum = 0;
    for (std::size_t p = 0; p < periods; ++p) {
      double nearest = unlimited;
      for (const std::size_t m : chosen) nearest = std::min(nearest, far[p][m]);
      sum += nearest;
    }
    return sum;
  };
  const auto is_chosen = [&](std::size_t p) { return std::ranges::contains(medoids, p); };
  while (medoids.size() < wanted) {  // build: each time the period that helps most
    std::size_t best = periods;
    double least = unlimited;
    for (std::size_t p = 0; p < periods; ++p) {
      if (is_chosen(p)) continue;
      medoids.push_back(p);
      if (const double c = cost_of(medoids); c < least) {
        least = c;
        best = p;
      }
      medoids.pop_back();
    }
    medoids.push_back(best);
  }
  double cost = cost_of(medoids);
  for (bool improved = true; improved;) {  // swap: any exchange that helps
    improved = false;
    for (std::size_t m = kept; m < medoids.size(); ++m)
      for (std::size_t p = 0; p < periods; ++p) {
        if (is_chosen(p)) continue;
        const std::size_t before = std::exchange(medoids[m], p);
        if (const double c = cost_of(medoids); c < cost * (1 - 1e-12)) {
          cost = c;
          improved = true;
        } else {
          medoids[m] = before;
        }
      }
  }
  std::ranges::sort(medoids);
  Clustering result{medoids, std::vector<double>(medoids.size(), 0), {}, mean > 0 ? cost / static_cast<double>(periods) / mean : 0};
  for (std::size_t p = 0; p < periods; ++p) {
    std::size_t nearest = 0;
    for (std::size_t m = 1; m < medoids.size(); ++m)
      if (far[p][medoids[m]] < far[p][medoids[nearest]]) nearest = m;
    result.assigned.push_back(nearest);
    result.weights[nearest] += 1;
  }
  return result;
}

namespace {

/// Every profile of a network, so that all can be cut alike.
template <class Use>
void each_profile(Network& net, Use&& use) {
  const auto dispatchable = [&](Dispatchable& d) {
    for (Profile* p : {&d.p_min_pu, &d.p_max_pu, &d.p_set, &d.marginal_cost, &d.marginal_cost_quadratic, &d.ramp_limit_up, &d.ramp_limit_down,
                       &d.stand_by_cost})
      use(*p);
  };
  for (auto& g : net.generators) {
    dispatchable(g);
    use(g.efficiency);
  }
  for (auto& l : net.links) {
    dispatchable(l);
    for (auto& port : l.ports) use(port.coefficient);
  }
  for (auto* branches : {&net.lines, &net.transformers})
    for (auto& b : *branches) use(b.s_max_pu);
  for (auto& l : net.loads) use(l.p_set);
  for (auto& s : net.storage_units)
    for (Profile* p : {&s.p_min_pu, &s.p_max_pu, &s.p_set, &s.state_of_charge_set, &s.marginal_cost, &s.marginal_cost_quadratic,
                       &s.marginal_cost_storage, &s.spill_cost, &s.efficiency_store, &s.efficiency_dispatch, &s.standing_loss, &s.inflow})
      use(*p);
  for (auto& s : net.stores)
    for (Profile* p : {&s.e_min_pu, &s.e_max_pu, &s.e_set, &s.p_set, &s.marginal_cost, &s.marginal_cost_quadratic, &s.marginal_cost_storage,
                       &s.standing_loss})
      use(*p);
}

}  // namespace

System reduced(const System& system, const Clustering& clustering, std::size_t length) {
  System small = system;
  for (auto& scenario : small.scenarios) {
    Network& net = scenario.network;
    const auto whole = std::exchange(net.snapshots, {});
    for (std::size_t m = 0; m < clustering.representatives.size(); ++m)
      for (std::size_t k = 0; k < length; ++k) {
        Snapshot s = whole[clustering.representatives[m] * length + k];
        s.objective *= clustering.weights[m];
        s.generators *= clustering.weights[m];
        s.run = static_cast<int>(m);
        net.snapshots.push_back(std::move(s));
      }
    each_profile(net, [&](Profile& p) {
      if (p.hourly.empty()) return;
      std::vector<double> cut;
      for (const std::size_t r : clustering.representatives)
        cut.insert(cut.end(), p.hourly.begin() + static_cast<long>(r * length), p.hourly.begin() + static_cast<long>((r + 1) * length));
      p.hourly = std::move(cut);
    });
  }
  return small;
}

}  // namespace stargate::energy
