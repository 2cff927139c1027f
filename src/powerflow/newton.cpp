#include "powerflow/newton.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <ranges>

#include "powerflow/sparse_lu.h"

namespace stargate::powerflow {

namespace {

using complex = std::complex<double>;
constexpr double degrees = 180 / std::numbers::pi;

enum class Kind : unsigned char { pq, pv, slack, dead };

/// The bus admittance matrix by rows; entries of branches and shunts can be taken out again.
struct Admittance {
  std::vector<std::size_t> begins, columns, diagonal;
  std::vector<double> g, b;
  struct Places {
    std::size_t ff, ft, tf, tt;
  };
  std::vector<Places> branch;
  std::vector<TwoPort> ports;

  explicit Admittance(const Case& c) {
    std::vector<std::vector<std::size_t>> rows(c.buses.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(i);
    for (const auto& k : c.branches) {
      rows[k.from].push_back(k.to);
      rows[k.to].push_back(k.from);
    }
    begins.push_back(0);
    for (auto& row : rows) {
      std::ranges::sort(row);
      row.erase(std::ranges::unique(row).begin(), row.end());
      columns.insert(columns.end(), row.begin(), row.end());
      begins.push_back(columns.size());
    }
    g.assign(columns.size(), 0);
    b.assign(columns.size(), 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      diagonal.push_back(place(i, i));
      g[diagonal[i]] += c.buses[i].shunt_mw / c.base_mva;
      b[diagonal[i]] += c.buses[i].shunt_mvar / c.base_mva;
    }
    for (const auto& k : c.branches) {
      branch.push_back({diagonal[k.from], place(k.from, k.to), place(k.to, k.from), diagonal[k.to]});
      ports.push_back(two_port(k));
    }
    for (std::size_t k = 0; k < branch.size(); ++k) add(k, 1);
  }
  std::size_t place(std::size_t row, std::size_t column) const {
    const auto first = columns.begin() + static_cast<std::ptrdiff_t>(begins[row]), last = columns.begin() + static_cast<std::ptrdiff_t>(begins[row + 1]);
    return static_cast<std::size_t>(std::lower_bound(first, last, column) - columns.begin());
  }
  void add(std::size_t k, double sign) {
    const auto& p = branch[k];
    const auto& y = ports[k];
    for (const auto& [at, value] : {std::pair{p.ff, y.ff}, {p.ft, y.ft}, {p.tf, y.tf}, {p.tt, y.tt}}) {
      g[at] += sign * value.real();
      b[at] += sign * value.imag();
    }
  }
};

/// The Jacobian of one set of unknowns: where each entry of the admittance matrix goes, and its factors.
struct Jacobian {
  std::vector<Kind> kinds;
  std::vector<int> angle, voltage;  ///< number of the unknown of each bus, or -1
  int unknowns = 0;
  struct Spots {
    int pa, pv, qa, qv;  ///< dP/d angle, dP/d ln V, dQ/d angle, dQ/d ln V
  };
  std::vector<Spots> spots;  ///< by entry of the admittance matrix; what has no place goes to a spot behind the last
  std::vector<double> values;
  std::unique_ptr<SparseLu> lu;
  bool factored = false;

  Jacobian(const Admittance& y, std::vector<Kind> of_bus) : kinds(std::move(of_bus)), angle(kinds.size(), -1), voltage(kinds.size(), -1) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i] == Kind::pq || kinds[i] == Kind::pv) angle[i] = unknowns++;
      if (kinds[i] == Kind::pq) voltage[i] = unknowns++;
    }
    struct Entry {
      int row;
      std::size_t at;
      int Spots::*spot;
    };
    std::vector<std::vector<Entry>> by_column(static_cast<std::size_t>(unknowns));
    for (std::size_t i = 0; i < kinds.size(); ++i)
      for (std::size_t e = y.begins[i]; e < y.begins[i + 1]; ++e) {
        const std::size_t j = y.columns[e];
        const auto put = [&](int row, int column, int Spots::*spot) {
          if (row >= 0 && column >= 0) by_column[static_cast<std::size_t>(column)].push_back({row, e, spot});
        };
        put(angle[i], angle[j], &Spots::pa);
        put(angle[i], voltage[j], &Spots::pv);
        put(voltage[i], angle[j], &Spots::qa);
        put(voltage[i], voltage[j], &Spots::qv);
      }
    std::vector<int> begins{0}, rows;
    int count = 0;
    for (const auto& column : by_column) count += static_cast<int>(column.size());
    spots.assign(y.columns.size(), {count, count, count, count});
    for (auto& column : by_column) {
      std::ranges::sort(column, {}, &Entry::row);
      for (const auto& entry : column) {
        spots[entry.at].*entry.spot = static_cast<int>(rows.size());
        rows.push_back(entry.row);
      }
      begins.push_back(static_cast<int>(rows.size()));
    }
    values.assign(static_cast<std::size_t>(count) + 1, 0);
    lu = std::make_unique<SparseLu>(std::move(begins), std::move(rows));
  }
};

}  // namespace

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::converged: return "converged";
    case Outcome::diverged: return "diverged";
    case Outcome::singular: return "singular";
  }
  return "";
}

double BranchFlow::largest_mva() const { return std::max(std::hypot(from_mw, from_mvar), std::hypot(to_mw, to_mvar)); }

struct PowerFlow::Parts {
  const Case& c;
  Admittance y;
  std::vector<std::vector<std::size_t>> generators_at;
  std::vector<std::unique_ptr<Jacobian>> jacobians;  ///< the last few sets of unknowns
  // The state of the solution in progress.
  std::vector<double> v, a, e, f, p, q, p_set, q_set, pij, qij, right;

  explicit Parts(const Case& network) : c(network), y((check(network), network)), generators_at(network.buses.size()) {
    for (std::size_t g = 0; g < c.generators.size(); ++g) generators_at[c.generators[g].bus].push_back(g);
    const std::size_t n = c.buses.size();
    for (auto* x : {&v, &a, &e, &f, &p, &q, &p_set, &q_set}) x->assign(n, 0);
    pij.assign(y.columns.size(), 0);
    qij = pij;
  }

  Jacobian& jacobian(const std::vector<Kind>& kinds) {
    const auto at = std::ranges::find_if(jacobians, [&](const auto& j) { return j->kinds == kinds; });
    if (at != jacobians.end()) {
      std::rotate(jacobians.begin(), at, at + 1);
    } else {
      constexpr std::size_t kept = 6;
      jacobians.insert(jacobians.begin(), std::make_unique<Jacobian>(y, kinds));
      if (jacobians.size() > kept) jacobians.pop_back();
    }
    return *jacobians.front();
  }

  /// Powers of all buses and of all entries of the admittance matrix at the present voltages.
  void evaluate() {
    const std::size_t n = v.size();
    for (std::size_t i = 0; i < n; ++i) {
      e[i] = v[i] * std::cos(a[i]);
      f[i] = v[i] * std::sin(a[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      double pi = 0, qi = 0;
      for (std::size_t k = y.begins[i]; k < y.begins[i + 1]; ++k) {
        const std::size_t j = y.columns[k];
        const double re = y.g[k] * e[j] - y.b[k] * f[j], im = y.g[k] * f[j] + y.b[k] * e[j];
        pij[k] = e[i] * re + f[i] * im;
        qij[k] = f[i] * re - e[i] * im;
        pi += pij[k];
        qi += qij[k];
      }
      p[i] = pi;
      q[i] = qi;
    }
  }

  double mismatch(const Jacobian& j) {
    right.resize(static_cast<std::size_t>(j.unknowns));
    double worst = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (j.angle[i] >= 0) worst = std::max(worst, std::abs(right[static_cast<std::size_t>(j.angle[i])] = p_set[i] - p[i]));
      if (j.voltage[i] >= 0) worst = std::max(worst, std::abs(right[static_cast<std::size_t>(j.voltage[i])] = q_set[i] - q[i]));
    }
    for (const double r : right)
      if (!std::isfinite(r)) return std::numeric_limits<double>::infinity();
    return worst;
  }

  void fill(Jacobian& j) {
    for (std::size_t k = 0; k < pij.size(); ++k) {
      const auto& s = j.spots[k];
      j.values[static_cast<std::size_t>(s.pa)] = qij[k];
      j.values[static_cast<std::size_t>(s.pv)] = pij[k];
      j.values[static_cast<std::size_t>(s.qa)] = -pij[k];
      j.values[static_cast<std::size_t>(s.qv)] = qij[k];
    }
    for (std::size_t i = 0; i < v.size(); ++i) {
      const std::size_t d = y.diagonal[i];
      const auto& s = j.spots[d];
      j.values[static_cast<std::size_t>(s.pa)] = qij[d] - q[i];
      j.values[static_cast<std::size_t>(s.pv)] = p[i] + pij[d];
      j.values[static_cast<std::size_t>(s.qa)] = p[i] - pij[d];
      j.values[static_cast<std::size_t>(s.qv)] = q[i] + qij[d];
    }
  }

  void advance(const Jacobian& j, double share) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (j.angle[i] >= 0) a[i] += share * right[static_cast<std::size_t>(j.angle[i])];
      if (j.voltage[i] >= 0) v[i] *= 1 + share * right[static_cast<std::size_t>(j.voltage[i])];
    }
  }

  /// Newton's iteration from the present voltages; damped: steps are halved while the mismatch grows.
  Outcome iterate(Jacobian& j, const NewtonOptions& options, bool damped, Solution& out) {
    evaluate();
    double left = mismatch(j);
    for (int n = 0;; ++n) {
      out.mismatch = left;
      if (left <= options.tolerance) return std::ranges::min(v) > 0 ? Outcome::converged : Outcome::diverged;
      if (n == options.most_iterations || !(left < 1e9)) return Outcome::diverged;
      fill(j);
      if (!j.lu->factor(j.values, j.factored && !damped)) return Outcome::singular;
      j.factored = true;
      j.lu->solve(right);
      ++out.iterations;
      if (!damped) {
        advance(j, 1);
        evaluate();
        left = mismatch(j);
        continue;
      }
      const auto v0 = v, a0 = a, step = right;
      const double before = left;
      for (double share = 1; share > 1e-3; share /= 2) {
        v = v0, a = a0, right = step;
        advance(j, share);
        evaluate();
        left = mismatch(j);
        if (left < before) break;
      }
    }
  }

  void start(const NewtonOptions& options, const std::vector<Kind>& kinds, const Solution* from) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] = from ? from->voltage[i] : options.flat_start ? 1 : c.buses[i].voltage;
      a[i] = (from ? from->angle_deg[i] : options.flat_start && kinds[i] != Kind::slack ? 0 : c.buses[i].angle_deg) / degrees;
      if (kinds[i] == Kind::pv || kinds[i] == Kind::slack) v[i] = c.generators[generators_at[i].front()].voltage_set;
      if (v[i] <= 0 || kinds[i] == Kind::dead) v[i] = 1;
    }
    if (!options.flat_start || from) return;
    // Angles of an island are those of its slack.
    for (std::size_t i = 0; i < v.size(); ++i)
      if (kinds[i] != Kind::slack) a[i] = flat_angle;
  }
  double flat_angle = 0;
};

PowerFlow::PowerFlow(const Case& network) : parts_(std::make_unique<Parts>(network)) {
  for (const auto& b : network.buses)
    if (b.kind == BusKind::slack) {
      parts_->flat_angle = b.angle_deg / degrees;
      break;
    }
}
PowerFlow::~PowerFlow() = default;
PowerFlow::PowerFlow(PowerFlow&&) noexcept = default;

PowerFlow::Injections PowerFlow::own() const {
  const auto& c = parts_->c;
  Injections out;
  for (const auto& b : c.buses) {
    out.load_mw.push_back(b.load_mw);
    out.load_mvar.push_back(b.load_mvar);
  }
  for (const auto& g : c.generators) out.p_mw.push_back(g.p_mw);
  return out;
}

namespace {

/// Reactive power of a bus shared by the ranges of the generators that hold its voltage.
void share_reactive(const Case& c, const std::vector<std::size_t>& members, double total, std::vector<double>& q_mvar) {
  if (members.empty()) return;
  double low = 0, high = 0, large = std::abs(total);
  for (const auto g : members)
    for (const double limit : {c.generators[g].q_min_mvar, c.generators[g].q_max_mvar})
      if (std::isfinite(limit)) large += std::abs(limit);
  const auto bound = [&](double limit) { return std::clamp(limit, -large, large); };
  for (const auto g : members) {
    low += bound(c.generators[g].q_min_mvar);
    high += bound(c.generators[g].q_max_mvar);
  }
  for (const auto g : members) {
    const double own_low = bound(c.generators[g].q_min_mvar), own_high = bound(c.generators[g].q_max_mvar);
    q_mvar[g] = high - low > 1e-9 ? own_low + (total - low) * (own_high - own_low) / (high - low) : total / static_cast<double>(members.size());
  }
}

}  // namespace

Solution PowerFlow::solve(const NewtonOptions& options, const Injections& injections, std::size_t out_branch, const Solution* start) {
  auto& s = *parts_;
  const Case& c = s.c;
  const std::size_t n = c.buses.size();
  Solution out;
  out.dead.assign(n, false);
  std::vector<Kind> kinds(n);
  for (std::size_t i = 0; i < n; ++i) kinds[i] = c.buses[i].kind == BusKind::pq ? Kind::pq : c.buses[i].kind == BusKind::pv ? Kind::pv : Kind::slack;
  std::vector<std::size_t> island;
  if (out_branch != none) {
    island = islands(c, out_branch);
    std::vector<bool> alive(n, false);
    for (std::size_t i = 0; i < n; ++i)
      if (kinds[i] == Kind::slack) alive[island[i]] = true;
    for (std::size_t i = 0; i < n; ++i)
      if (!alive[island[i]]) {
        kinds[i] = Kind::dead;
        out.dead[i] = true;
      }
  }
  // What is taken out is put back from a copy, so that nothing is left of rounding.
  const auto g_kept = out_branch != none ? s.y.g : std::vector<double>{};
  const auto b_kept = out_branch != none ? s.y.b : std::vector<double>{};
  if (out_branch != none) s.y.add(out_branch, -1);

  out.p_mw = injections.p_mw;
  out.q_mvar.assign(c.generators.size(), 0);
  out.at_limit.assign(c.generators.size(), 0);
  for (std::size_t g = 0; g < c.generators.size(); ++g) out.q_mvar[g] = c.generators[g].q_mvar;
  const auto set_powers = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      double mw = -injections.load_mw[i], mvar = -injections.load_mvar[i];
      for (const auto g : s.generators_at[i]) {
        mw += out.p_mw[g];
        mvar += out.q_mvar[g];
      }
      s.p_set[i] = mw / c.base_mva;
      s.q_set[i] = mvar / c.base_mva;
    }
  };
  /// Powers of slack and of generators that hold a voltage, from the solution.
  const auto take_powers = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      if (kinds[i] != Kind::pv && kinds[i] != Kind::slack) continue;
      double total = s.q[i] * c.base_mva + injections.load_mvar[i];
      std::vector<std::size_t> holding;
      for (const auto g : s.generators_at[i]) {
        if (out.at_limit[g] == 0) holding.push_back(g);
        else total -= out.q_mvar[g];
      }
      share_reactive(c, holding, total, out.q_mvar);
      if (kinds[i] != Kind::slack) continue;
      double mw = s.p[i] * c.base_mva + injections.load_mw[i];
      const std::size_t first = holding.empty() ? s.generators_at[i].front() : holding.front();
      for (const auto g : s.generators_at[i])
        if (g != first) mw -= out.p_mw[g];
      out.p_mw[first] = mw;
    }
  };

  s.start(options, kinds, start);
  std::map<std::size_t, double> first_slack_angle;  // of slack buses that gave up, radians
  for (out.rounds = 1;; ++out.rounds) {
    set_powers();
    auto& jacobian = s.jacobian(kinds);
    const auto v0 = s.v, a0 = s.a;
    out.outcome = s.iterate(jacobian, options, false, out);
    if (out.outcome != Outcome::converged) {
      s.v = v0, s.a = a0;
      out.outcome = s.iterate(jacobian, options, true, out);
    }
    if (!out.converged()) break;
    take_powers();
    if (!options.reactive_limits) break;
    // All generators beyond a limit are held there, as in MATPOWER; a bus that none is left to hold becomes pq.
    constexpr double slightly = 5e-6;  // Mvar, as MATPOWER
    std::vector<std::size_t> beyond;
    for (std::size_t g = 0; g < c.generators.size(); ++g) {
      const auto kind = kinds[c.generators[g].bus];
      if (out.at_limit[g] != 0 || (kind != Kind::pv && kind != Kind::slack)) continue;
      if (out.q_mvar[g] > c.generators[g].q_max_mvar + slightly) out.at_limit[g] = 1, beyond.push_back(g);
      else if (out.q_mvar[g] < c.generators[g].q_min_mvar - slightly) out.at_limit[g] = -1, beyond.push_back(g);
    }
    if (beyond.empty()) break;
    bool nobody_left = false;
    for (const auto g : beyond) {
      out.q_mvar[g] = out.at_limit[g] > 0 ? c.generators[g].q_max_mvar : c.generators[g].q_min_mvar;
      const std::size_t bus = c.generators[g].bus;
      if (std::ranges::any_of(s.generators_at[bus], [&](std::size_t other) { return out.at_limit[other] == 0; })) continue;
      if (kinds[bus] == Kind::slack) {
        // Another bus of the island takes the slack.
        if (island.empty()) island = islands(c, out_branch);
        std::size_t next = none;
        for (std::size_t i = 0; i < n && next == none; ++i) {
          if (kinds[i] != Kind::pv || island[i] != island[bus]) continue;
          if (std::ranges::any_of(s.generators_at[i], [&](std::size_t other) { return out.at_limit[other] == 0; })) next = i;
        }
        const bool another = std::ranges::any_of(std::views::iota(std::size_t{0}, n), [&](std::size_t i) { return i != bus && kinds[i] == Kind::slack && island[i] == island[bus]; });
        if (next == none && !another) {
          nobody_left = true;
          break;
        }
        if (next != none) kinds[next] = Kind::slack;
        first_slack_angle.emplace(bus, c.buses[bus].angle_deg / degrees);
      }
      kinds[bus] = Kind::pq;
    }
    if (nobody_left) {
      out.outcome = Outcome::diverged;
      break;
    }
  }
  // Angles are told from the network's own slack.
  for (const auto& [bus, angle] : first_slack_angle) {
    const double turn = angle - s.a[bus];
    for (std::size_t i = 0; i < n; ++i)
      if (island[i] == island[bus]) s.a[i] += turn;
  }
  out.voltage = s.v;
  out.angle_deg = s.a;
  for (double& angle : out.angle_deg) angle *= degrees;
  out.flows.assign(c.branches.size(), {});
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    const auto& branch = c.branches[k];
    if (k == out_branch || out.dead[branch.from] || out.dead[branch.to]) continue;
    const auto& port = s.y.ports[k];
    const complex vf = phasor(s.v[branch.from], s.a[branch.from]), vt = phasor(s.v[branch.to], s.a[branch.to]);
    const complex sf = vf * std::conj(port.ff * vf + port.ft * vt) * c.base_mva, st = vt * std::conj(port.tf * vf + port.tt * vt) * c.base_mva;
    out.flows[k] = {sf.real(), sf.imag(), st.real(), st.imag()};
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!out.dead[i]) continue;
    out.voltage[i] = 0;
    out.angle_deg[i] = 0;
    for (const auto g : s.generators_at[i]) out.p_mw[g] = out.q_mvar[g] = 0;
  }
  if (out_branch != none) {
    s.y.g = g_kept;
    s.y.b = b_kept;
  }
  return out;
}

double residual(const Case& c, const Solution& solution, const PowerFlow::Injections& injections, std::size_t out) {
  std::vector<complex> left(c.buses.size());
  for (std::size_t i = 0; i < c.buses.size(); ++i) {
    const auto& bus = c.buses[i];
    left[i] = -complex(injections.load_mw[i], injections.load_mvar[i]) - complex(bus.shunt_mw, -bus.shunt_mvar) * solution.voltage[i] * solution.voltage[i];
  }
  for (std::size_t g = 0; g < c.generators.size(); ++g) left[c.generators[g].bus] += complex(solution.p_mw[g], solution.q_mvar[g]);
  const auto volt = [&](std::size_t bus) { return phasor(solution.voltage[bus], solution.angle_deg[bus] / degrees); };
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    const auto& branch = c.branches[k];
    if (k == out) continue;
    // The ideal transformer first, then the pi between its far side and the other bus.
    const complex tap = phasor(branch.ratio, branch.shift_deg / degrees), inner = volt(branch.from) / tap, far = volt(branch.to);
    const complex current = (inner - far) / complex(branch.r, branch.x), half(0, branch.b / 2);
    left[branch.from] -= inner * std::conj(current + half * inner) * c.base_mva;
    left[branch.to] -= far * std::conj(half * far - current) * c.base_mva;
  }
  double worst = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!(i < solution.dead.size() && solution.dead[i])) worst = std::max(worst, std::abs(left[i]) / c.base_mva);
  return worst;
}

}  // namespace stargate::powerflow
