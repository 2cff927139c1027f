#include "energy/sensitivity.h"

#include <cmath>
#include <format>

#include "base/diagnostics.h"

namespace stargate::energy {

namespace {

constexpr std::size_t reference = static_cast<std::size_t>(-1);
std::size_t at(std::size_t row, std::size_t column) { return row * (row + 1) / 2 + column; }

/// L D L' in place (no square roots: negative reactances are allowed as long as no pivot vanishes).
void factorise(std::vector<double>& a, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[at(j, j)] -= a[at(j, k)] * a[at(j, k)] * a[at(k, k)];
    if (std::abs(a[at(j, j)]) < 1e-12) throw InputError({}, "the reactances of an island cancel: its power flow has no solution");
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = a[at(i, j)];
      for (std::size_t k = 0; k < j; ++k) sum -= a[at(i, k)] * a[at(j, k)] * a[at(k, k)];
      a[at(i, j)] = sum / a[at(j, j)];
    }
  }
}

void solve(const std::vector<double>& a, std::size_t n, std::vector<double>& x) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < i; ++k) x[i] -= a[at(i, k)] * x[k];
  for (std::size_t i = 0; i < n; ++i) x[i] /= a[at(i, i)];
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t k = 0; k < i; ++k) x[k] -= a[at(i, k)] * x[i];
}

}  // namespace

Sensitivity::Sensitivity(const Topology& topology, std::size_t buses) : topology_(topology), row_(buses, reference) {
  order_.assign(topology.islands, 0);
  std::vector<char> begun(topology.islands, 0);
  for (std::size_t b = 0; b < buses; ++b) {
    const std::size_t island = topology.island[b];
    if (begun[island]) row_[b] = order_[island]++;
    begun[island] = 1;  // the first bus of an island is its reference
  }
  for (const std::size_t n : order_) factor_.emplace_back(n * (n + 1) / 2, 0.0);
  for (const auto& w : topology.wires) {
    if (w.impedance == 0) throw InputError({}, "a branch without impedance has no distribution factors", "give it a small one");
    auto& a = factor_[topology.island[w.from]];
    const std::size_t i = row_[w.from], j = row_[w.to];
    if (i != reference) a[at(i, i)] += 1 / w.impedance;
    if (j != reference) a[at(j, j)] += 1 / w.impedance;
    if (i != reference && j != reference && i != j) a[at(std::max(i, j), std::min(i, j))] -= 1 / w.impedance;
  }
  for (std::size_t k = 0; k < factor_.size(); ++k) factorise(factor_[k], order_[k]);
}

std::vector<double> Sensitivity::transfer(std::size_t from, std::size_t to) const {
  const std::size_t island = topology_.island[from];
  if (island != topology_.island[to]) throw InputError({}, "a transfer needs two buses of one island");
  std::vector<double> angle(order_[island], 0);
  if (row_[from] != reference) angle[row_[from]] += 1;
  if (row_[to] != reference) angle[row_[to]] -= 1;
  solve(factor_[island], order_[island], angle);
  const auto angle_of = [&](std::size_t bus) { return row_[bus] == reference ? 0 : angle[row_[bus]]; };
  std::vector<double> flow(topology_.wires.size(), 0);
  for (std::size_t w = 0; w < flow.size(); ++w) {
    const Wire& wire = topology_.wires[w];
    if (topology_.island[wire.from] == island) flow[w] = (angle_of(wire.from) - angle_of(wire.to)) / wire.impedance;
  }
  return flow;
}

std::vector<double> Sensitivity::outage(std::size_t out) const {
  const Wire& lost = topology_.wires[out];
  auto factors = transfer(lost.from, lost.to);
  const double through_others = 1 - factors[out];
  if (std::abs(through_others) < 1e-8) return {};
  for (double& f : factors) f /= through_others;
  factors[out] = -1;
  return factors;
}

}  // namespace stargate::energy
