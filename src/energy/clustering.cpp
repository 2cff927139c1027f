#include "energy/clustering.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <functional>
#include <map>
#include <queue>
#include <tuple>

#include "base/diagnostics.h"

namespace stargate::energy {

namespace {

using Features = std::vector<std::vector<double>>;  ///< by period

/// What varies, in power: load by carrier of its bus, availability and inflow by carrier.
struct Series {
  std::vector<double> load, renewable;  ///< sums
  std::map<std::string, std::vector<double>> by_kind;
};

Series series_of(const Network& net) {
  Series s;
  const std::size_t n = net.snapshots.size();
  s.load.assign(n, 0);
  s.renewable.assign(n, 0);
  const auto index = bus_index(net);
  const auto add = [&](const std::string& kind, const Profile& p, double size, std::vector<double>* sum) {
    auto& values = s.by_kind[kind];
    values.resize(n, 0);
    for (std::size_t t = 0; t < n; ++t) {
      values[t] += size * p[t];
      if (sum) (*sum)[t] += size * p[t];
    }
  };
  for (const auto& l : net.loads)
    if (const auto bus = index.find(l.bus); l.active && bus != index.end()) add("load " + net.buses[bus->second].carrier, l.p_set, -l.sign, &s.load);
  for (const auto& g : net.generators)
    if (g.active && g.sign >= 0 && !g.p_max_pu.hourly.empty()) add("available " + g.carrier, g.p_max_pu, std::max(g.nominal, 1.0), &s.renewable);
  for (const auto& u : net.storage_units)
    if (u.active && !u.inflow.hourly.empty()) add("inflow " + u.carrier, u.inflow, 1, nullptr);
  return s;
}

/// Scaled to [0, 1] over the series; what does not vary is left out.
std::vector<std::vector<double>> scaled(const System& system) {
  std::vector<std::vector<double>> all;
  for (const auto& scenario : system.scenarios)
    for (auto& [kind, values] : series_of(scenario.network).by_kind) {
      const auto [low, high] = std::ranges::minmax_element(values);
      const double least = *low, width = *high - *low;
      if (!(width > 0)) continue;
      for (double& v : values) v = (v - least) / width;
      all.push_back(std::move(values));
    }
  return all;
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

std::vector<std::size_t> extremes(const Series& s, std::size_t length, bool of_sums) {
  std::vector<double> residual = s.load;
  for (std::size_t t = 0; t < residual.size(); ++t) residual[t] -= s.renewable[t];
  std::vector<std::size_t> found{period_of_extreme(s.load, length, false, true), period_of_extreme(residual, length, false, true)};
  if (of_sums && std::ranges::any_of(s.renewable, [](double v) { return v != 0; })) found.push_back(period_of_extreme(s.renewable, length, true, false));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace

Clustering cluster(const System& system, const ClusterOptions& options) {
  constexpr std::size_t most_periods = 4096;  // distances between all pairs are kept
  const Network& net = system.first();
  const std::size_t length = options.period_snapshots, periods = net.snapshots.size() / length;
  if (periods == 0 || net.snapshots.size() % length != 0)
    throw InputError({}, std::format("{} snapshots are no whole number of periods of {}", net.snapshots.size(), length),
                     "choose a period length that divides their number, or segments");
  if (periods > most_periods)
    throw InputError({}, std::format("{} periods are more than the {} that are clustered", periods, most_periods), "choose longer periods, or segments");
  if (!net.periods.empty()) throw InputError({}, "systems with investment periods are not clustered", "choose segments");
  Features features(periods);
  for (const auto& values : scaled(system))
    for (std::size_t p = 0; p < periods; ++p)
      features[p].insert(features[p].end(), values.begin() + static_cast<long>(p * length), values.begin() + static_cast<long>((p + 1) * length));
  std::vector<std::vector<double>> far(periods, std::vector<double>(periods));
  double mean = 0;
  for (std::size_t a = 0; a < periods; ++a)
    for (std::size_t b = 0; b < periods; ++b) mean += far[a][b] = distance(features[a], features[b]);
  mean /= static_cast<double>(periods * periods);

  std::vector<std::size_t> medoids = options.keep_extremes ? extremes(series_of(net), length, true) : std::vector<std::size_t>{};
  const std::size_t kept = medoids.size(), wanted = std::min(options.periods + kept, periods);
  const auto is_chosen = [&](std::size_t p) { return std::ranges::contains(medoids, p); };
  /// Distance of each period to the nearest medoid, one of them left out.
  const auto nearest_without = [&](std::size_t left_out) {
    std::vector<double> nearest(periods, unlimited);
    for (const std::size_t m : medoids)
      for (std::size_t p = 0; m != left_out && p < periods; ++p) nearest[p] = std::min(nearest[p], far[m][p]);
    return nearest;
  };
  const auto cost_with = [&](const std::vector<double>& nearest, std::size_t medoid) {
    double sum = 0;
    for (std::size_t p = 0; p < periods; ++p) sum += std::min(nearest[p], far[medoid][p]);
    return sum;
  };
  while (medoids.size() < wanted) {  // build: each time the period that helps most
    const auto nearest = nearest_without(periods);
    std::size_t best = periods;
    double least = unlimited;
    for (std::size_t p = 0; p < periods; ++p) {
      if (is_chosen(p)) continue;
      if (const double c = cost_with(nearest, p); c < least) {
        least = c;
        best = p;
      }
    }
    medoids.push_back(best);
  }
  double cost = 0;
  for (const double d : nearest_without(periods)) cost += d;
  for (bool improved = true; improved;) {  // swap: any exchange that helps
    improved = false;
    for (std::size_t m = kept; m < medoids.size(); ++m) {
      const auto nearest = nearest_without(medoids[m]);
      for (std::size_t p = 0; p < periods; ++p) {
        if (is_chosen(p)) continue;
        if (const double c = cost_with(nearest, p); c < cost * (1 - 1e-12)) {
          cost = c;
          medoids[m] = p;
          improved = true;
        }
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

Segmentation segment(const System& system, std::size_t wanted) {
  const Network& net = system.first();
  const std::size_t n = net.snapshots.size();
  const auto series = scaled(system);
  std::vector<char> alone(n, 0);
  for (const std::size_t t : extremes(series_of(net), 1, false)) alone[t] = 1;
  // Segments as a list: of each its first snapshot, the next one's, its hours and the sums of its series.
  std::vector<std::size_t> next(n), before(n), version(n, 0);
  std::vector<double> hours(n);
  std::vector<std::vector<double>> sum(n);
  for (std::size_t t = 0; t < n; ++t) {
    next[t] = t + 1;
    before[t] = t - 1;
    hours[t] = std::max(net.snapshots[t].stores, 1e-9);
    for (const auto& values : series) sum[t].push_back(hours[t] * values[t]);
  }
  double all = 0, lost = 0;
  for (const auto& values : series) {
    double mean = 0, weight = 0;
    for (std::size_t t = 0; t < n; ++t) mean += hours[t] * values[t], weight += hours[t];
    mean /= weight;
    for (std::size_t t = 0; t < n; ++t) all += hours[t] * (values[t] - mean) * (values[t] - mean);
  }
  const auto joinable = [&](std::size_t a, std::size_t b) {
    return !alone[a] && !alone[b] && net.snapshots[a].period == net.snapshots[b].period && net.snapshots[a].run == net.snapshots[b].run;
  };
  const auto loss = [&](std::size_t a, std::size_t b) {
    double squares = 0;
    for (std::size_t k = 0; k < series.size(); ++k) {
      const double d = sum[a][k] / hours[a] - sum[b][k] / hours[b];
      squares += d * d;
    }
    return hours[a] * hours[b] / (hours[a] + hours[b]) * squares;
  };
  struct Pair {
    double loss;
    std::size_t a, b, version_a, version_b;
    bool operator>(const Pair& o) const { return std::tie(loss, a) > std::tie(o.loss, o.a); }
  };
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> pairs;
  const auto offer = [&](std::size_t a, std::size_t b) {
    if (joinable(a, b)) pairs.push({loss(a, b), a, b, version[a], version[b]});
  };
  for (std::size_t t = 0; t + 1 < n; ++t) offer(t, t + 1);
  std::size_t count = n;
  while (count > wanted && !pairs.empty()) {
    const Pair pair = pairs.top();
    pairs.pop();
    if (version[pair.a] != pair.version_a || version[pair.b] != pair.version_b) continue;
    const std::size_t a = pair.a, b = pair.b;
    lost += pair.loss;
    hours[a] += hours[b];
    for (std::size_t k = 0; k < series.size(); ++k) sum[a][k] += sum[b][k];
    next[a] = next[b];
    if (next[a] < n) before[next[a]] = a;
    ++version[a];
    version[b] = static_cast<std::size_t>(-1);
    --count;
    if (a > 0) offer(before[a], a);
    if (next[a] < n) offer(a, next[a]);
  }
  if (count > wanted || wanted == 0)
    throw InputError({}, std::format("{} segments are too few: {} are needed", wanted, count),
                     "the snapshots of peak load stay by themselves, and no segment reaches over an investment period or a run");
  Segmentation result;
  for (std::size_t t = 0; t < n; t = next[t]) result.begin.push_back(t);
  result.spread = all > 0 ? lost / all : 0;
  return result;
}

}  // namespace stargate::energy
