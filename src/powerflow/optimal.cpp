#include "powerflow/optimal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <numbers>
#include <stdexcept>

#ifdef STARGATE_WITH_IPOPT
// Ipopt's headers are older than our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wshadow"
#include <IpIpoptApplication.hpp>
#include <IpTNLP.hpp>
#pragma GCC diagnostic pop
#endif

namespace stargate::powerflow {

#ifndef STARGATE_WITH_IPOPT

bool has_optimal_flow() { return false; }
OptimalFlow optimal_flow(const Case&, const std::vector<GenerationCost>&, const OptimalOptions&) {
  throw std::invalid_argument("this program was built without Ipopt (coinor-libipopt-dev), which optimal power flow needs");
}

#else

bool has_optimal_flow() { return true; }

namespace {

using namespace Ipopt;

constexpr double degrees = 180 / std::numbers::pi;
constexpr double unbounded = 1e19;  // Ipopt's infinity is 1e20

/// A power at one end of a branch as a function of the voltages near (1) and far (2) and the angle between them:
///   a v1^2 + v1 v2 (c cos t + d sin t),  t = angle 1 - angle 2,
/// with its derivatives by (v1, v2, t).
struct Term {
  double a, c, d;
  double value = 0;
  std::array<double, 3> first{};
  double v11 = 0, v12 = 0, v1t = 0, v2t = 0, tt = 0;

  void at(double v1, double v2, double t) {
    const double cosine = std::cos(t), sine = std::sin(t), s = c * cosine + d * sine, ds = -c * sine + d * cosine;
    value = a * v1 * v1 + v1 * v2 * s;
    first = {2 * a * v1 + v2 * s, v1 * s, v1 * v2 * ds};
    v11 = 2 * a, v12 = s, v1t = v2 * ds, v2t = v1 * ds, tt = -v1 * v2 * s;
  }
};

class Problem : public TNLP {
 public:
  Problem(const Case& network, const std::vector<GenerationCost>& costs, const OptimalOptions& options, OptimalFlow& out)
      : c_(network), costs_(costs), options_(options), out_(out), n_(static_cast<Index>(network.buses.size())), g_(static_cast<Index>(network.generators.size())),
        k_(static_cast<Index>(network.branches.size())) {
    for (const auto& b : c_.branches) {
      const auto y = two_port(b);
      // S = V1 conj(Y11 V1 + Y12 V2): P = g11 v1^2 + v1 v2 (g12 cos t + b12 sin t), Q = -b11 v1^2 + v1 v2 (g12 sin t - b12 cos t).
      const auto end = [](std::complex<double> y11, std::complex<double> y12) {
        return std::pair{Term{y11.real(), y12.real(), y12.imag()}, Term{-y11.imag(), -y12.imag(), y12.real()}};
      };
      const auto [pf, qf] = end(y.ff, y.ft);
      const auto [pt, qt] = end(y.tt, y.tf);
      terms_.push_back({pf, qf, pt, qt});
    }
  }

  // Columns: angles, voltages, active and reactive power. Rows: active balance, reactive balance, ratings from and to, angle differences.
  Index angle(std::size_t bus) const { return static_cast<Index>(bus); }
  Index voltage(std::size_t bus) const { return n_ + static_cast<Index>(bus); }
  Index active(std::size_t g) const { return 2 * n_ + static_cast<Index>(g); }
  Index reactive(std::size_t g) const { return 2 * n_ + g_ + static_cast<Index>(g); }
  Index columns() const { return 2 * n_ + 2 * g_; }
  Index rows() const { return 2 * n_ + 3 * k_; }

  bool get_nlp_info(Index& n, Index& m, Index& entries, Index& hessian, IndexStyleEnum& style) override {
    n = columns();
    m = rows();
    entries = 24 * k_ + 2 * k_ + 2 * g_ + 2 * n_;
    hessian = 10 * k_ + g_ + n_;
    style = C_STYLE;
    return true;
  }

  bool get_bounds_info(Index, Number* low, Number* high, Index, Number* row_low, Number* row_high) override {
    for (std::size_t i = 0; i < c_.buses.size(); ++i) {
      const auto& b = c_.buses[i];
      const bool fixed = b.kind == BusKind::slack;
      low[angle(i)] = fixed ? b.angle_deg / degrees : -unbounded;
      high[angle(i)] = fixed ? b.angle_deg / degrees : unbounded;
      low[voltage(i)] = b.voltage_min;
      high[voltage(i)] = b.voltage_max;
      row_low[angle(i)] = row_high[angle(i)] = b.load_mw / c_.base_mva;
      row_low[voltage(i)] = row_high[voltage(i)] = b.load_mvar / c_.base_mva;
    }
    const auto bound = [](double value) { return std::isfinite(value) ? value : value > 0 ? unbounded : -unbounded; };
    for (std::size_t g = 0; g < c_.generators.size(); ++g) {
      const auto& one = c_.generators[g];
      low[active(g)] = bound(one.p_min_mw / c_.base_mva), high[active(g)] = bound(one.p_max_mw / c_.base_mva);
      low[reactive(g)] = bound(one.q_min_mvar / c_.base_mva), high[reactive(g)] = bound(one.q_max_mvar / c_.base_mva);
    }
    for (std::size_t k = 0; k < c_.branches.size(); ++k) {
      const auto& b = c_.branches[k];
      const double rating = b.rate_mva / c_.base_mva;
      for (const Index row : {2 * n_ + static_cast<Index>(k), 2 * n_ + k_ + static_cast<Index>(k)}) {
        row_low[row] = -unbounded;
        row_high[row] = b.rate_mva > 0 ? rating * rating : unbounded;
      }
      const Index row = 2 * n_ + 2 * k_ + static_cast<Index>(k);
      row_low[row] = b.angle_min_deg > -360 ? b.angle_min_deg / degrees : -unbounded;
      row_high[row] = b.angle_max_deg < 360 ? b.angle_max_deg / degrees : unbounded;
    }
    return true;
  }

  bool get_starting_point(Index, bool, Number* x, bool, Number*, Number*, Index, bool, Number*) override {
    double slack_angle = 0;
    for (const auto& b : c_.buses)
      if (b.kind == BusKind::slack) slack_angle = b.angle_deg / degrees;
    for (std::size_t i = 0; i < c_.buses.size(); ++i) x[angle(i)] = slack_angle, x[voltage(i)] = std::clamp(1.0, c_.buses[i].voltage_min, c_.buses[i].voltage_max);
    const auto middle = [](double a, double b) { return std::isfinite(a) && std::isfinite(b) ? (a + b) / 2 : 0; };
    for (std::size_t g = 0; g < c_.generators.size(); ++g) {
      const auto& one = c_.generators[g];
      x[active(g)] = middle(one.p_min_mw, one.p_max_mw) / c_.base_mva;
      x[reactive(g)] = middle(one.q_min_mvar, one.q_max_mvar) / c_.base_mva;
    }
    return true;
  }

  bool eval_f(Index, const Number* x, bool, Number& cost) override {
    cost = 0;
    for (std::size_t g = 0; g < costs_.size(); ++g) {
      const double mw = x[active(g)] * c_.base_mva;
      cost += costs_[g].constant + mw * (costs_[g].linear + mw * costs_[g].quadratic);
    }
    return true;
  }
  bool eval_grad_f(Index n, const Number* x, bool, Number* gradient) override {
    std::fill(gradient, gradient + n, 0.0);
    for (std::size_t g = 0; g < costs_.size(); ++g)
      gradient[active(g)] = c_.base_mva * (costs_[g].linear + 2 * costs_[g].quadratic * x[active(g)] * c_.base_mva);
    return true;
  }

  /// The four powers of a branch, pf qf pt qt; those at `to` have the ends the other way round.
  void evaluate(const Number* x, std::size_t k) {
    const auto& b = c_.branches[k];
    const double vf = x[voltage(b.from)], vt = x[voltage(b.to)], t = x[angle(b.from)] - x[angle(b.to)];
    auto& w = terms_[k];
    w[0].at(vf, vt, t), w[1].at(vf, vt, t), w[2].at(vt, vf, -t), w[3].at(vt, vf, -t);
  }

  bool eval_g(Index, const Number* x, bool, Index m, Number* row) override {
    std::fill(row, row + m, 0.0);
    for (std::size_t i = 0; i < c_.buses.size(); ++i) {
      const double v2 = x[voltage(i)] * x[voltage(i)];
      row[angle(i)] -= c_.buses[i].shunt_mw / c_.base_mva * v2;
      row[voltage(i)] += c_.buses[i].shunt_mvar / c_.base_mva * v2;
    }
    for (std::size_t g = 0; g < c_.generators.size(); ++g) {
      row[angle(c_.generators[g].bus)] += x[active(g)];
      row[voltage(c_.generators[g].bus)] += x[reactive(g)];
    }
    for (std::size_t k = 0; k < c_.branches.size(); ++k) {
      evaluate(x, k);
      const auto& b = c_.branches[k];
      const auto& w = terms_[k];
      row[angle(b.from)] -= w[0].value, row[voltage(b.from)] -= w[1].value;
      row[angle(b.to)] -= w[2].value, row[voltage(b.to)] -= w[3].value;
      row[2 * n_ + static_cast<Index>(k)] = w[0].value * w[0].value + w[1].value * w[1].value;
      row[2 * n_ + k_ + static_cast<Index>(k)] = w[2].value * w[2].value + w[3].value * w[3].value;
      row[2 * n_ + 2 * k_ + static_cast<Index>(k)] = x[angle(b.from)] - x[angle(b.to)];
    }
    return true;
  }

  /// Entries may stand twice: Ipopt adds them.
  bool eval_jac_g(Index, const Number* x, bool, Index, Index, Index* i_row, Index* j_column, Number* values) override {
    Index at = 0;
    const auto put = [&](Index row, Index column, double value) {
      if (values == nullptr) i_row[at] = row, j_column[at] = column;
      else values[at] = value;
      ++at;
    };
    for (std::size_t i = 0; i < c_.buses.size(); ++i) {
      const double v = values ? x[voltage(i)] : 0;
      put(angle(i), voltage(i), -2 * v * c_.buses[i].shunt_mw / c_.base_mva);
      put(voltage(i), voltage(i), 2 * v * c_.buses[i].shunt_mvar / c_.base_mva);
    }
    for (std::size_t g = 0; g < c_.generators.size(); ++g) {
      put(angle(c_.generators[g].bus), active(g), 1);
      put(voltage(c_.generators[g].bus), reactive(g), 1);
    }
    for (std::size_t k = 0; k < c_.branches.size(); ++k) {
      if (values) evaluate(x, k);
      const auto& b = c_.branches[k];
      const auto& w = terms_[k];
      for (const int side : {0, 1}) {
        const std::size_t here = side == 0 ? b.from : b.to, there = side == 0 ? b.to : b.from;
        const std::array columns{voltage(here), voltage(there), angle(here), angle(there)};
        const Term &p = w[static_cast<std::size_t>(2 * side)], &q = w[static_cast<std::size_t>(2 * side + 1)];
        const std::array dp{p.first[0], p.first[1], p.first[2], -p.first[2]}, dq{q.first[0], q.first[1], q.first[2], -q.first[2]};
        const Index rating = 2 * n_ + side * k_ + static_cast<Index>(k);
        for (std::size_t j = 0; j < 4; ++j) {
          put(angle(here), columns[j], -dp[j]);
          put(voltage(here), columns[j], -dq[j]);
          put(rating, columns[j], 2 * (p.value * dp[j] + q.value * dq[j]));
        }
      }
      put(2 * n_ + 2 * k_ + static_cast<Index>(k), angle(b.from), 1);
      put(2 * n_ + 2 * k_ + static_cast<Index>(k), angle(b.to), -1);
    }
    return true;
  }

  bool eval_h(Index, const Number* x, bool, Number factor, Index, const Number* dual, bool, Index, Index* i_row, Index* j_column, Number* values) override {
    Index at = 0;
    const auto put = [&](Index row, Index column, double value) {
      if (values == nullptr) i_row[at] = std::max(row, column), j_column[at] = std::min(row, column);
      else values[at] = value;
      ++at;
    };
    for (std::size_t i = 0; i < c_.buses.size(); ++i)
      put(voltage(i), voltage(i), values ? 2 * (-dual[angle(i)] * c_.buses[i].shunt_mw + dual[voltage(i)] * c_.buses[i].shunt_mvar) / c_.base_mva : 0);
    for (std::size_t g = 0; g < costs_.size(); ++g) put(active(g), active(g), factor * 2 * costs_[g].quadratic * c_.base_mva * c_.base_mva);
    for (std::size_t k = 0; k < c_.branches.size(); ++k) {
      const auto& b = c_.branches[k];
      const std::array columns{voltage(b.from), voltage(b.to), angle(b.from), angle(b.to)};
      std::array<std::array<double, 4>, 4> h{};
      if (values) {
        evaluate(x, k);
        const auto& w = terms_[k];
        for (const std::size_t side : {0u, 1u}) {
          const std::size_t here = side == 0 ? b.from : b.to;
          const double rating = dual[2 * n_ + static_cast<Index>(side) * k_ + static_cast<Index>(k)];
          // Places of (v here, v there, angle here, angle there) among the columns.
          const std::array<std::size_t, 4> place = side == 0 ? std::array<std::size_t, 4>{0, 1, 2, 3} : std::array<std::size_t, 4>{1, 0, 3, 2};
          for (const std::size_t power : {0u, 1u}) {
            const Term& t = w[2 * side + power];
            const double weight = -dual[power == 0 ? angle(here) : voltage(here)] + 2 * rating * t.value;
            const std::array<double, 4> d{t.first[0], t.first[1], t.first[2], -t.first[2]};
            const std::array<std::array<double, 4>, 4> second{{{t.v11, t.v12, t.v1t, -t.v1t}, {t.v12, 0, t.v2t, -t.v2t}, {t.v1t, t.v2t, t.tt, -t.tt}, {-t.v1t, -t.v2t, -t.tt, t.tt}}};
            for (std::size_t i = 0; i < 4; ++i)
              for (std::size_t j = 0; j < 4; ++j) h[place[i]][place[j]] += weight * second[i][j] + 2 * rating * d[i] * d[j];
          }
        }
      }
      for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j <= i; ++j) put(columns[i], columns[j], h[i][j]);
    }
    return true;
  }

  bool intermediate_callback(AlgorithmMode, Index iteration, Number cost, Number, Number, Number, Number, Number, Number, Number, Index, const IpoptData*,
                             IpoptCalculatedQuantities*) override {
    out_.iterations = iteration;
    if (options_.on_iteration) options_.on_iteration(iteration, cost);
    return !(options_.should_stop && options_.should_stop());
  }

  void finalize_solution(SolverReturn, Index, const Number* x, const Number*, const Number*, Index, const Number*, const Number* dual, Number cost, const IpoptData*,
                         IpoptCalculatedQuantities*) override {
    out_.cost = cost;
    auto& s = out_.flow;
    s.dead.assign(c_.buses.size(), false);
    for (std::size_t i = 0; i < c_.buses.size(); ++i) {
      s.voltage.push_back(x[voltage(i)]);
      s.angle_deg.push_back(x[angle(i)] * degrees);
      out_.price.push_back(-dual[angle(i)] / c_.base_mva);  // the balance is supply less use: its dual falls with load
    }
    for (std::size_t g = 0; g < c_.generators.size(); ++g) {
      s.p_mw.push_back(x[active(g)] * c_.base_mva);
      s.q_mvar.push_back(x[reactive(g)] * c_.base_mva);
    }
    s.at_limit.assign(c_.generators.size(), 0);
    for (std::size_t k = 0; k < c_.branches.size(); ++k) {
      evaluate(x, k);
      s.flows.push_back({terms_[k][0].value * c_.base_mva, terms_[k][1].value * c_.base_mva, terms_[k][2].value * c_.base_mva, terms_[k][3].value * c_.base_mva});
    }
  }

 private:
  const Case& c_;
  const std::vector<GenerationCost>& costs_;
  const OptimalOptions& options_;
  OptimalFlow& out_;
  Index n_, g_, k_;
  std::vector<std::array<Term, 4>> terms_;
};

std::string words(ApplicationReturnStatus status) {
  switch (status) {
    case Solve_Succeeded: return "optimal";
    case Solved_To_Acceptable_Level: return "solved to a looser tolerance only";
    case Infeasible_Problem_Detected: return "infeasible: no dispatch keeps all limits (as far as is seen near here)";
    case User_Requested_Stop: return "interrupted";
    case Maximum_Iterations_Exceeded: return "the iterations were used up";
    default: return std::format("Ipopt ended with status {}", static_cast<int>(status));
  }
}

}  // namespace

OptimalFlow optimal_flow(const Case& network, const std::vector<GenerationCost>& costs, const OptimalOptions& options) {
  check(network);
  if (costs.size() != network.generators.size()) throw std::invalid_argument(std::format("{} costs for {} generators", costs.size(), network.generators.size()));
  OptimalFlow out;
  SmartPtr<IpoptApplication> solver = new IpoptApplication(false);
  solver->Options()->SetIntegerValue("print_level", 0);
  solver->Options()->SetStringValue("sb", "yes");
  solver->Options()->SetNumericValue("tol", options.tolerance);
  solver->Options()->SetNumericValue("constr_viol_tol", options.tolerance);
  solver->Options()->SetIntegerValue("max_iter", options.most_iterations);
  if (solver->Initialize() != Solve_Succeeded) throw std::runtime_error("Ipopt does not start");
  SmartPtr<TNLP> problem = new Problem(network, costs, options, out);
  const auto status = solver->OptimizeTNLP(problem);
  out.status = words(status);
  out.optimal = status == Solve_Succeeded;
  out.flow.outcome = out.optimal ? Outcome::converged : Outcome::diverged;
  return out;
}

#endif

}  // namespace stargate::powerflow
