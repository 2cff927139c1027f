#include "adequacy/assess.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <stdexcept>

namespace stargate::adequacy {

Simulation assess(const System& system, const AssessOptions& options) {
  std::string why;
  if (options.method != Method::simulate) {
    if (auto answer = exact(system, options.exact, why)) return {std::move(*answer), {}};
    if (options.method == Method::exact) throw std::invalid_argument("no exact answer: " + why);
  }
  auto out = simulate(system, options.simulation);
  if (!why.empty()) out.answer.notes.push_back("simulated, since " + why);
  return out;
}

namespace {

double risk(const Answer& answer, RiskMetric metric) {
  return metric == RiskMetric::eue ? answer.system.eue_mwh.mean : answer.system.lolh.mean;
}
double risk(const YearSample& year, RiskMetric metric) { return metric == RiskMetric::eue ? year.eue_mwh : year.hours; }

double nameplate(const System& system, const std::vector<std::string>& names) {
  double mw = 0;
  const auto named = [&](const Resource& r) { return std::ranges::contains(names, r.name) || std::ranges::contains(names, r.category); };
  for (const auto& u : system.units) {
    if (!named(u)) continue;
    double factor = 1;
    if (u.profile >= 0) factor = std::ranges::max(system.profiles[static_cast<std::size_t>(u.profile)]);
    mw += u.capacity_mw * factor;
  }
  for (const auto& b : system.storages) mw += named(b) ? b.discharge_mw : 0;
  for (const auto& f : system.flexible) mw += named(f) ? f.load_mw * f.curtailable_share : 0;
  for (const auto& t : system.ties) mw += std::ranges::contains(names, t.name) ? std::max(t.forward_mw, t.backward_mw) : 0;
  return mw;
}

/// Without the resources; a flexible load stays as a firm one: what is asked is the worth of its giving way.
System bare(const System& system, const std::vector<std::string>& names) {
  System out = without(system, names);
  out.flexible = system.flexible;
  for (auto& f : out.flexible)
    if (std::ranges::contains(names, f.name) || std::ranges::contains(names, f.category)) f.curtailable_share = 0;
  return out;
}

}  // namespace

Credit capacity_credit(const System& system, const std::vector<std::string>& names, const CreditOptions& options) {
  check(system);
  Credit out;
  const System base = bare(system, names);
  out.nameplate_mw = nameplate(system, names);
  if (!(out.nameplate_mw > 0)) throw std::invalid_argument("the resources have no capacity");
  // One method for all assessments, or their differences would be those of the methods.
  AssessOptions assessing = options.assess;
  std::string why;
  if (assessing.method == Method::choose)
    assessing.method = exact(system, assessing.exact, why) && exact(base, assessing.exact, why) ? Method::exact : Method::simulate;
  if (!why.empty()) out.notes.push_back("simulated, since " + why);
  const auto with = assess(system, assessing), without = assess(base, assessing);
  out.with = with.answer;
  out.without = without.answer;
  out.risk_with = risk(with.answer, options.metric);
  out.risk_without = risk(without.answer, options.metric);
  const bool elcc = options.kind == CreditKind::elcc;
  if (elcc && !(out.risk_without > 0)) throw std::invalid_argument("without the resources nothing is ever short: any load up to the first shortfall is carried; raise the load");
  if (!elcc && !(out.risk_with > 0)) throw std::invalid_argument("with the resources nothing is ever short: how much firm capacity does as much cannot be told; raise the load");
  if (!with.answer.finished || !without.answer.finished) throw std::invalid_argument("stopped before an answer");
  // ELCC: risk(system + x of load) = risk(base). EFC: risk(base + x of firm capacity) = risk(system). Both rise in x.
  const double target = elcc ? out.risk_without : out.risk_with;
  const auto at = [&](double mw) { return elcc ? assess(with_load(system, mw, options.area), assessing) : assess(with_load(base, -mw, options.area), assessing); };
  const auto over = [&](const Simulation& s) { return elcc ? risk(s.answer, options.metric) - target : target - risk(s.answer, options.metric); };
  double low = 0, high = out.nameplate_mw;
  Simulation least = elcc ? with : without;
  double below = over(least);
  if (below > 0) throw std::invalid_argument("the resources raise the risk: they have no capacity credit");
  for (int doubled = 0; over(at(high)) < 0; ++doubled) {
    if (doubled == 6) throw std::invalid_argument("the credit is over 64 times the nameplate: is the risk of the areas independent of where the load is put?");
    low = high;
    high *= 2;
  }
  while (high - low > options.tolerance * out.nameplate_mw) {
    const double middle = (low + high) / 2;
    (over(at(middle)) < 0 ? low : high) = middle;
  }
  const double x = (low + high) / 2;
  out.mw = {x, x, x};
  // The interval: paired differences of the same years, over the slope of risk.
  const auto here = at(x);
  if (!here.years.empty()) {
    const auto& reference = elcc ? without.years : with.years;
    const double n = static_cast<double>(reference.size());
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) sum += risk(here.years[i], options.metric) - risk(reference[i], options.metric);
    for (std::size_t i = 0; i < reference.size(); ++i) {
      const double d = risk(here.years[i], options.metric) - risk(reference[i], options.metric) - sum / n;
      squares += d * d;
    }
    const double step = 0.05 * out.nameplate_mw;
    const double slope = std::abs(risk(at(x + step).answer, options.metric) - risk(at(x - step).answer, options.metric)) / (2 * step);
    if (slope > 0) {
      const double half = 1.959963984540054 * std::sqrt(squares / (n - 1) / n) / slope;
      out.mw = {x, x - half, x + half};
    } else {
      out.notes.push_back("the risk does not change near the credit: no interval can be told; simulate more years");
    }
  }
  out.share = x / out.nameplate_mw;
  return out;
}

}  // namespace stargate::adequacy
