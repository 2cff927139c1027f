#include "powerflow/contingency.h"

#include <algorithm>
#include <format>

#include "base/workers.h"

namespace stargate::powerflow {

double Violation::excess() const {
  switch (kind) {
    case Kind::overload: return value / limit - 1;
    case Kind::low_voltage: return limit - value;
    case Kind::high_voltage: return value - limit;
  }
  return 0;
}

std::string words(const Case& c, const Violation& v) {
  if (v.kind == Violation::Kind::overload) return std::format("{} carries {:.1f} of {:.1f} MVA", c.branches[v.element].name, v.value, v.limit);
  return std::format("bus {} is at {:.4f}, {} {:.4f}", c.buses[v.element].name, v.value, v.kind == Violation::Kind::low_voltage ? "below" : "above", v.limit);
}

std::vector<Violation> violations(const Case& c, const Solution& s, bool emergency) {
  constexpr double slightly = 1e-6;
  std::vector<Violation> out;
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    const double rating = emergency ? c.branches[k].emergency_mva : c.branches[k].rate_mva, mva = s.flows[k].largest_mva();
    if (rating > 0 && mva > rating * (1 + slightly)) out.push_back({Violation::Kind::overload, k, mva, rating});
  }
  for (std::size_t i = 0; i < c.buses.size(); ++i) {
    if (!s.dead.empty() && s.dead[i]) continue;
    if (s.voltage[i] < c.buses[i].voltage_min - slightly) out.push_back({Violation::Kind::low_voltage, i, s.voltage[i], c.buses[i].voltage_min});
    if (s.voltage[i] > c.buses[i].voltage_max + slightly) out.push_back({Violation::Kind::high_voltage, i, s.voltage[i], c.buses[i].voltage_max});
  }
  return out;
}

std::vector<Contingency> contingencies(const Case& c, const NewtonOptions& options, const PowerFlow::Injections& injections, const Solution& base, unsigned threads,
                                       const std::function<bool()>& should_stop) {
  std::vector<Contingency> out(c.branches.size());
  // Blocks of fixed size, each with a solver of its own: its kept pivots do not hang on the number of threads.
  constexpr std::size_t block = 64;
  parallel_for((out.size() + block - 1) / block, threads, [&](std::size_t part) {
    PowerFlow flow(c);
    for (std::size_t k = part * block; k < std::min(out.size(), (part + 1) * block); ++k) {
      if (should_stop && should_stop()) return;
      auto& one = out[k];
      one.branch = k;
      const auto s = flow.solve(options, injections, k, &base);
      one.outcome = s.outcome;
      for (std::size_t i = 0; i < c.buses.size(); ++i)
        if (s.dead[i]) ++one.cut_off_buses, one.cut_off_load_mw += injections.load_mw[i];
      for (std::size_t g = 0; g < c.generators.size(); ++g)
        if (s.dead[c.generators[g].bus]) one.cut_off_generation_mw += injections.p_mw[g];
      if (!s.converged()) continue;
      one.broken = violations(c, s, true);
      for (std::size_t l = 0; l < c.branches.size(); ++l)
        if (const double rating = c.branches[l].emergency_mva; rating > 0 && s.flows[l].largest_mva() / rating > one.worst_loading) {
          one.worst_loading = s.flows[l].largest_mva() / rating;
          one.worst_branch = l;
        }
      for (std::size_t i = 0; i < c.buses.size(); ++i)
        if (!s.dead[i] && (one.lowest_bus == none || s.voltage[i] < one.lowest_voltage)) {
          one.lowest_voltage = s.voltage[i];
          one.lowest_bus = i;
        }
    }
  });
  return out;
}

}  // namespace stargate::powerflow
