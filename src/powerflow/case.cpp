#include "powerflow/case.h"

#include <cmath>
#include <format>
#include <map>
#include <numbers>
#include <set>
#include <stdexcept>

namespace stargate::powerflow {

namespace {

[[noreturn]] void refuse(std::string what) { throw std::invalid_argument(std::move(what)); }

void finite(const std::string& name, std::initializer_list<std::pair<const char*, double>> values) {
  for (const auto& [what, value] : values)
    if (!std::isfinite(value)) refuse(std::format("{}: {} is {}", name, what, value));
}

}  // namespace

void check(const Case& c) {
  if (!(c.base_mva > 0) || !std::isfinite(c.base_mva)) refuse(std::format("a base of {} MVA", c.base_mva));
  if (c.buses.empty()) refuse("there is no bus");
  std::set<std::string> names;
  for (const auto& b : c.buses) {
    if (!names.insert(b.name).second) refuse(std::format("bus {} stands twice", b.name));
    finite("bus " + b.name, {{"load", b.load_mw}, {"reactive load", b.load_mvar}, {"shunt", b.shunt_mw}, {"reactive shunt", b.shunt_mvar},
                             {"voltage", b.voltage}, {"angle", b.angle_deg}});
    if (!(b.voltage > 0)) refuse(std::format("bus {}: the voltage starts at {}", b.name, b.voltage));
  }
  std::vector<bool> regulated(c.buses.size(), false);
  for (const auto& g : c.generators) {
    if (g.bus >= c.buses.size()) refuse(std::format("{} is at no bus", g.name));
    finite(g.name, {{"power", g.p_mw}, {"reactive power", g.q_mvar}, {"voltage", g.voltage_set}});
    if (c.buses[g.bus].kind != BusKind::pq && !(g.voltage_set > 0)) refuse(std::format("{} holds a voltage of {}", g.name, g.voltage_set));
    if (std::isnan(g.q_min_mvar) || std::isnan(g.q_max_mvar) || g.q_min_mvar > g.q_max_mvar)
      refuse(std::format("{}: reactive power from {} to {}", g.name, g.q_min_mvar, g.q_max_mvar));
    regulated[g.bus] = true;
  }
  for (std::size_t i = 0; i < c.buses.size(); ++i)
    if (c.buses[i].kind != BusKind::pq && !regulated[i]) refuse(std::format("bus {} holds its voltage, but no generator is there", c.buses[i].name));
  for (const auto& b : c.branches) {
    if (b.from >= c.buses.size() || b.to >= c.buses.size()) refuse(std::format("{} ends at no bus", b.name));
    if (b.from == b.to) refuse(std::format("{} ends where it begins, at bus {}", b.name, c.buses[b.from].name));
    finite(b.name, {{"r", b.r}, {"x", b.x}, {"b", b.b}, {"ratio", b.ratio}, {"shift", b.shift_deg}});
    if (std::hypot(b.r, b.x) < 1e-12) refuse(std::format("{} has no impedance: its ends are one bus", b.name));
    if (!(std::abs(b.ratio) > 1e-6)) refuse(std::format("{} has a tap ratio of {}", b.name, b.ratio));
  }
  const auto island = islands(c);
  std::map<std::size_t, bool> has_slack;
  for (std::size_t i = 0; i < c.buses.size(); ++i) has_slack[island[i]] |= c.buses[i].kind == BusKind::slack;
  for (const auto& [number, slack] : has_slack) {
    if (slack) continue;
    std::string members;
    std::size_t count = 0;
    for (std::size_t i = 0; i < c.buses.size(); ++i)
      if (island[i] == number && ++count <= 5) members += (members.empty() ? "" : ", ") + c.buses[i].name;
    refuse(std::format("an island of {} bus{} has no slack bus: {}{}", count, count == 1 ? "" : "es", members, count > 5 ? ", ..." : ""));
  }
}

std::vector<std::size_t> islands(const Case& c, std::size_t out) {
  std::vector<std::vector<std::size_t>> next(c.buses.size());
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    if (k == out) continue;
    next[c.branches[k].from].push_back(c.branches[k].to);
    next[c.branches[k].to].push_back(c.branches[k].from);
  }
  std::vector<std::size_t> island(c.buses.size(), none), stack;
  std::size_t count = 0;
  for (std::size_t first = 0; first < c.buses.size(); ++first) {
    if (island[first] != none) continue;
    island[first] = count;
    stack.push_back(first);
    while (!stack.empty()) {
      const auto bus = stack.back();
      stack.pop_back();
      for (const auto other : next[bus])
        if (island[other] == none) {
          island[other] = count;
          stack.push_back(other);
        }
    }
    ++count;
  }
  return island;
}

TwoPort two_port(const Branch& branch) {
  using complex = std::complex<double>;
  const complex series = 1.0 / complex(branch.r, branch.x), charging(0, branch.b / 2);
  const complex tap = phasor(branch.ratio, branch.shift_deg * std::numbers::pi / 180);
  return {(series + charging) / (branch.ratio * branch.ratio), -series / std::conj(tap), -series / tap, series + charging};
}

}  // namespace stargate::powerflow
