#include "energy/topology.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <format>
#include <numbers>

#include "base/diagnostics.h"
#include "energy/standard_types.h"

namespace stargate::energy {

namespace {

struct Impedance {
  double r, x, tap_ratio, phase_shift;  ///< degrees, in the first snapshot
};

Impedance line_impedance(const Network& network, const Branch& line, double v_nom) {
  double r = line.r, x = line.x;
  if (!line.type.empty()) {
    const auto type = find_line_type(network, line.type);
    if (!type) throw InputError({}, std::format("line '{}': type '{}' is not known", line.name, line.type));
    r = type->r_per_length * line.length / line.num_parallel;
    x = type->x_per_length * line.length / line.num_parallel;
  }
  return {r / (v_nom * v_nom), x / (v_nom * v_nom), 1, line.phase_shift[0]};
}

Impedance transformer_impedance(const Network& network, const Branch& t) {
  if (t.type.empty()) return {t.r / t.nominal, t.x / t.nominal, t.tap_ratio, t.phase_shift[0]};
  const auto type = find_transformer_type(network, t.type);
  if (!type) throw InputError({}, std::format("transformer '{}': type '{}' is not known", t.name, t.type));
  const double r = type->vscr / 100, z = type->vsc / 100;
  const double base = type->s_nom * t.num_parallel;
  return {r / base, std::sqrt(z * z - r * r) / base, 1 + (t.tap_position - type->tap_neutral) * type->tap_step / 100,
          type->phase_shift};
}

/// Parent of each bus in a breadth-first forest, and the wire to it.
struct Forest {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> parent, parent_wire, depth;
};

Forest span(Topology& topology, std::size_t buses) {
  std::vector<std::vector<std::size_t>> touching(buses);
  for (std::size_t w = 0; w < topology.wires.size(); ++w) {
    touching[topology.wires[w].from].push_back(w);
    touching[topology.wires[w].to].push_back(w);
  }
  Forest forest{std::vector(buses, Forest::none), std::vector(buses, Forest::none), std::vector<std::size_t>(buses, 0)};
  topology.island.assign(buses, Forest::none);
  // Roots with many neighbours make flat trees and so short cycles.
  std::vector<std::size_t> order(buses);
  for (std::size_t b = 0; b < buses; ++b) order[b] = b;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return touching[a].size() > touching[b].size(); });
  for (const std::size_t root : order) {
    if (topology.island[root] != Forest::none) continue;
    const std::size_t island = topology.islands++;
    topology.island[root] = island;
    for (std::deque<std::size_t> queue{root}; !queue.empty(); queue.pop_front()) {
      const std::size_t at = queue.front();
      for (const std::size_t w : touching[at]) {
        const auto& wire = topology.wires[w];
        const std::size_t next = wire.from == at ? wire.to : wire.from;
        if (topology.island[next] != Forest::none) continue;
        topology.island[next] = island;
        forest.parent[next] = at;
        forest.parent_wire[next] = w;
        forest.depth[next] = forest.depth[at] + 1;
        queue.push_back(next);
      }
    }
  }
  return forest;
}

/// The chord closed by the tree: from its end back to its beginning.
Cycle close(const Topology& topology, const Forest& forest, std::size_t chord) {
  Cycle cycle{{chord, 1}};
  std::size_t down = topology.wires[chord].to, up = topology.wires[chord].from;
  const auto climb = [&](std::size_t& bus, bool forwards) {
    const std::size_t w = forest.parent_wire[bus];
    const bool along = (topology.wires[w].from == bus) == forwards;
    cycle.push_back({w, along ? 1.0 : -1.0});
    bus = forest.parent[bus];
  };
  while (down != up) {
    if (forest.depth[down] >= forest.depth[up]) climb(down, true);
    else climb(up, false);
  }
  return cycle;
}

}  // namespace

Topology topology(const Network& network, std::size_t period) {
  Topology result;
  const auto index = bus_index(network);
  for (const bool is_transformer : {false, true}) {
    const auto& branches = is_transformer ? network.transformers : network.lines;
    std::size_t zero = 0, negative = 0;
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const Branch& b = branches[i];
      if (!stands_in(b, network, period)) continue;
      const std::size_t from = index.at(b.bus0), to = index.at(b.bus1);
      const bool dc = network.buses[from].carrier == "DC";
      const auto z = is_transformer ? transformer_impedance(network, b) : line_impedance(network, b, network.buses[from].v_nom);
      const double impedance = (dc ? z.r : z.x) * z.tap_ratio;
      if (!std::isfinite(impedance))
        throw InputError({}, std::format("{} '{}': its impedance is not finite", is_transformer ? "transformer" : "line", b.name),
                         is_transformer ? "x is per unit of s_nom, which must not be 0" : "v_nom of its bus must not be 0");
      zero += impedance == 0;
      negative += impedance < 0;
      const double shift = network.phase_shifts_count && !b.shift_is_decided() ? z.phase_shift * std::numbers::pi / 180 : 0;
      result.wires.push_back({from, to, is_transformer, i, impedance, shift, z.r * z.tap_ratio});
    }
    const std::string_view kind = is_transformer ? "transformers" : "lines";
    if (zero > 0)
      result.notes.push_back(std::format("{} {} without impedance: the voltage angle is the same at both ends", zero, kind));
    if (negative > 0) result.notes.push_back(std::format("{} {} with negative reactance: taken as they are", negative, kind));
  }
  const Forest forest = span(result, network.buses.size());
  std::vector<char> in_tree(result.wires.size(), 0);
  for (const std::size_t w : forest.parent_wire)
    if (w != Forest::none) in_tree[w] = 1;
  for (std::size_t w = 0; w < result.wires.size(); ++w)
    if (!in_tree[w] && result.wires[w].from != result.wires[w].to) result.cycles.push_back(close(result, forest, w));
  return result;
}

FlowLimits angle_flow_limits(const Branch& branch, const Wire& wire) {
  if (wire.impedance == 0) return {};
  const double radian = std::numbers::pi / 180;
  double low = (branch.v_ang_min * radian - wire.shift) / wire.impedance;
  double high = (branch.v_ang_max * radian - wire.shift) / wire.impedance;
  if (wire.impedance < 0) std::swap(low, high);
  return {low, high};
}

}  // namespace stargate::energy
