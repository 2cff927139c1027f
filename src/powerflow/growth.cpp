#include "powerflow/growth.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <numbers>

#include "powerflow/sparse_lu.h"

namespace stargate::powerflow {

namespace {

double spare(const Generator& g) { return std::isfinite(g.p_max_mw) ? std::max(0.0, g.p_max_mw - g.p_mw) : 0; }

double spare_mw(const Case& c) {
  double mw = 0;
  for (const auto& g : c.generators) mw += spare(g);
  return mw;
}
double growth_mw(const std::vector<Growth>& growth) {
  double mw = 0;
  for (const auto& g : growth) mw += g.mw;
  return mw;
}

/// The growth at which generators have nothing left.
GrowthLimit by_generation(const Case& c, const std::vector<Growth>& growth, double most) {
  const double mw = growth_mw(growth);
  if (mw <= 0) return {most, false, ""};
  const double limit = spare_mw(c) / mw;
  if (limit >= most) return {most, false, ""};
  return {limit, true, "generators have nothing left"};
}

using Key = std::pair<Violation::Kind, std::size_t>;
/// Limits broken without growth, by how much.
std::map<Key, double> known(const std::vector<Violation>& broken) {
  std::map<Key, double> out;
  for (const auto& v : broken) out[{v.kind, v.element}] = v.excess();
  return out;
}
/// What is broken by less than this (a share of a rating, or a voltage) binds no growth: it is below what a study can tell.
constexpr double told_apart = 1e-3;

/// The worst of what is broken and was not, or was less.
const Violation* newly(const std::vector<Violation>& broken, const std::map<Key, double>& before) {
  const Violation* worst = nullptr;
  for (const auto& v : broken) {
    const auto at = before.find({v.kind, v.element});
    if (v.excess() <= std::max(0.0, at == before.end() ? 0.0 : at->second) + told_apart) continue;
    if (!worst || v.excess() > worst->excess()) worst = &v;
  }
  return worst;
}

class AcGrowth {
 public:
  AcGrowth(const Case& network, const std::vector<Growth>& growth, const GrowthOptions& options)
      : c_(network), growth_(growth), options_(options), flow_(network) {}

  GrowthLimit limit() {
    last_ = flow_.solve(options_.newton);
    if (!last_.converged()) return {0, true, std::format("the network as it stands has no solution ({})", to_string(last_.outcome))};
    before_ = known(violations(c_, last_, false));
    if (options_.outages)
      for (auto& one : contingencies(c_, options_.newton, flow_.own(), last_, options_.threads, options_.should_stop)) {
        failed_.push_back(one.outcome != Outcome::converged);
        outage_before_.push_back(known(one.broken));
      }
    const auto generation = by_generation(c_, growth_, options_.most);
    double low = 0, high = generation.growth;
    std::string breaks = broken_at(high);
    if (breaks.empty()) return generation;
    while (high - low > options_.tolerance * options_.most && !(options_.should_stop && options_.should_stop())) {
      const double middle = (low + high) / 2;
      auto now = broken_at(middle);
      if (now.empty()) low = middle;
      else high = middle, breaks = std::move(now);
    }
    return {low, true, breaks};
  }

 private:
  /// What breaks at a growth; empty if nothing does.
  std::string broken_at(double share) {
    const auto injections = grown(c_, growth_, share);
    const auto s = flow_.solve(options_.newton, injections, none, &last_);
    if (!s.converged()) return std::format("no solution: the voltage collapses ({})", to_string(s.outcome));
    if (const auto broken = violations(c_, s, false); const auto* worst = newly(broken, before_)) return words(c_, *worst);
    if (options_.outages) {
      std::string worst;
      double excess = -1;
      for (const auto& one : contingencies(c_, options_.newton, injections, s, options_.threads, options_.should_stop)) {
        if (one.outcome != Outcome::converged && !failed_[one.branch]) return std::format("without {} there is no solution", c_.branches[one.branch].name);
        if (const auto* v = newly(one.broken, outage_before_[one.branch]); v && v->excess() > excess) {
          excess = v->excess();
          worst = std::format("without {}: {}", c_.branches[one.branch].name, words(c_, *v));
        }
      }
      if (!worst.empty()) return worst;
    }
    last_ = s;
    return {};
  }

  const Case& c_;
  const std::vector<Growth>& growth_;
  const GrowthOptions& options_;
  PowerFlow flow_;
  Solution last_;
  std::map<Key, double> before_;
  std::vector<bool> failed_;
  std::vector<std::map<Key, double>> outage_before_;
};

/// DC power flow: angles of all but slack buses, per unit of base_mva.
class Direct {
 public:
  explicit Direct(const Case& c) : c_(c), number_(c.buses.size(), -1) {
    int n = 0;
    for (std::size_t i = 0; i < c.buses.size(); ++i)
      if (c.buses[i].kind != BusKind::slack) number_[i] = n++;
    std::vector<std::map<int, double>> columns(static_cast<std::size_t>(n));
    for (const auto& b : c.branches) {
      const double y = susceptance(b);
      for (const auto& [i, j] : {std::pair{b.from, b.to}, {b.to, b.from}}) {
        if (number_[i] < 0) continue;
        columns[static_cast<std::size_t>(number_[i])][number_[i]] += y;
        if (number_[j] >= 0) columns[static_cast<std::size_t>(number_[i])][number_[j]] -= y;
      }
    }
    std::vector<int> begins{0}, rows;
    std::vector<double> values;
    for (const auto& column : columns) {
      for (const auto& [row, value] : column) {
        rows.push_back(row);
        values.push_back(value);
      }
      begins.push_back(static_cast<int>(rows.size()));
    }
    lu_ = std::make_unique<SparseLu>(std::move(begins), std::move(rows));
    solvable_ = lu_->factor(values, false);
  }
  bool solvable() const { return solvable_; }
  /// As MATPOWER's makeBdc; of a branch without reactance its resistance counts.
  static double susceptance(const Branch& b) { return 1 / ((std::abs(b.x) > 1e-12 ? b.x : b.r) * b.ratio); }

  /// Flows of all branches, per unit, for these injections by bus (what is left goes to the slack).
  std::vector<double> flows(const std::vector<double>& injection, bool shifts) {
    std::vector<double> right(static_cast<std::size_t>(lu_->size()), 0);
    const auto add = [&](std::size_t bus, double value) {
      if (number_[bus] >= 0) right[static_cast<std::size_t>(number_[bus])] += value;
    };
    for (std::size_t i = 0; i < injection.size(); ++i) add(i, injection[i]);
    const auto shift = [&](const Branch& b) { return shifts ? b.shift_deg * std::numbers::pi / 180 * susceptance(b) : 0; };
    for (const auto& b : c_.branches) add(b.from, shift(b)), add(b.to, -shift(b));
    lu_->solve(right);
    const auto angle = [&](std::size_t bus) { return number_[bus] >= 0 ? right[static_cast<std::size_t>(number_[bus])] : 0.0; };
    std::vector<double> out;
    for (const auto& b : c_.branches) out.push_back(susceptance(b) * (angle(b.from) - angle(b.to)) - shift(b));
    return out;
  }

 private:
  const Case& c_;
  std::vector<int> number_;
  std::unique_ptr<SparseLu> lu_;
  bool solvable_ = false;
};

std::vector<double> injection_of(const Case& c, const PowerFlow::Injections& injections, bool shunts) {
  std::vector<double> out(c.buses.size(), 0);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= (injections.load_mw[i] + (shunts ? c.buses[i].shunt_mw : 0)) / c.base_mva;
  for (std::size_t g = 0; g < c.generators.size(); ++g) out[c.generators[g].bus] += injections.p_mw[g] / c.base_mva;
  return out;
}

}  // namespace

PowerFlow::Injections grown(const Case& c, const std::vector<Growth>& growth, double share) {
  PowerFlow::Injections out;
  for (const auto& b : c.buses) {
    out.load_mw.push_back(b.load_mw);
    out.load_mvar.push_back(b.load_mvar);
  }
  for (const auto& g : growth) {
    out.load_mw[g.bus] += share * g.mw;
    out.load_mvar[g.bus] += share * g.mvar;
  }
  const double total = spare_mw(c), more = share * growth_mw(growth);
  for (const auto& g : c.generators) out.p_mw.push_back(g.p_mw + (total > 0 ? more * spare(g) / total : 0));
  return out;
}

GrowthLimit ac_limit(const Case& network, const std::vector<Growth>& growth, const GrowthOptions& options) {
  return AcGrowth(network, growth, options).limit();
}

GrowthLimit dc_limit(const Case& c, const std::vector<Growth>& growth, const GrowthOptions& options) {
  check(c);
  Direct direct(c);
  if (!direct.solvable()) return {0, true, "the DC power flow is singular"};
  const auto at_0 = injection_of(c, grown(c, growth, 0), true), at_1 = injection_of(c, grown(c, growth, 1), true);
  std::vector<double> change(c.buses.size());
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = at_1[i] - at_0[i];
  const auto flow = direct.flows(at_0, true), slope = direct.flows(change, false);
  auto out = by_generation(c, growth, options.most);
  // Of a flow f + growth * s: the growth at which it meets its limit, or what it is without growth if that is beyond.
  const auto look = [&](double f, double s, double rating_mva, auto&& said) {
    if (rating_mva <= 0 || std::abs(s) < 1e-12) return;
    const double rating = std::max(rating_mva / c.base_mva, std::abs(f));
    const double until = ((s > 0 ? rating : -rating) - f) / s;
    if (until < out.growth) out = {std::max(0.0, until), true, said()};
  };
  for (std::size_t l = 0; l < c.branches.size(); ++l)
    look(flow[l], slope[l], c.branches[l].rate_mva, [&] { return std::format("{} carries its {:.1f} MVA", c.branches[l].name, c.branches[l].rate_mva); });
  if (!options.outages) return out;
  std::vector<double> pair(c.buses.size(), 0);
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    if (options.should_stop && options.should_stop()) break;
    const auto& gone = c.branches[k];
    pair[gone.from] = 1, pair[gone.to] = -1;
    const auto factors = direct.flows(pair, false);  // flows from a transfer over the branch's ends
    pair[gone.from] = pair[gone.to] = 0;
    const double left = 1 - factors[k];
    if (std::abs(left) < 1e-9) continue;  // its loss splits the network
    for (std::size_t l = 0; l < c.branches.size(); ++l) {
      if (l == k) continue;
      const double factor = factors[l] / left;
      look(flow[l] + factor * flow[k], slope[l] + factor * slope[k], c.branches[l].emergency_mva,
           [&] { return std::format("without {}: {} carries its {:.1f} MVA", gone.name, c.branches[l].name, c.branches[l].emergency_mva); });
    }
  }
  return out;
}

}  // namespace stargate::powerflow
