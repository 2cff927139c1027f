// A limit on carbon that binds, in a Texas cut out of the default programme: by decomposition, where each quarter's
// emissions are a decision, and as a monolith, where they are the dispatch's; and the independent check of both.
#include <catch2/catch_all.hpp>

#include "audit/audit.h"
#include "plan/solve.h"
#include "programme/load.h"

using namespace stargate;
using namespace stargate::plan;
using Catch::Approx;

namespace {

/// Two zones of Texas, three sites, eight quarters and a tail of four: 300 MW of IT by the eighth at least cost.
Programme texas() {
  auto p = load_programme("data/us");
  const auto keep = [](auto& rows, auto wanted) { std::erase_if(rows, [&](const auto& row) { return !wanted(row); }); };
  const auto in_texas = [](const std::string& zone) { return zone == "TRE" || zone == "TREW"; };
  const std::set<std::string> sites{"sweetwater", "temple", "corsicana"};
  keep(p.zones, [&](const auto& z) { return in_texas(z.id); });
  keep(p.lines, [&](const auto& l) { return in_texas(l.from_zone) && in_texas(l.to_zone); });
  keep(p.profiles, [&](const auto& r) { return in_texas(r.zone); });
  keep(p.fleet, [&](const auto& f) { return in_texas(f.zone); });
  keep(p.fuel_prices, [&](const auto& f) { return f.zone.empty() || in_texas(f.zone); });
  keep(p.sites, [&](const auto& s) { return sites.contains(s.id); });
  keep(p.interconnection, [&](const auto& i) { return sites.contains(i.site); });
  p.commitments.clear();
  p.standing_racks.clear();
  p.standing_power.clear();
  p.standing_grid.clear();
  p.standing_cloud.clear();
  p.settings.decisions_from.reset();
  Target target;
  target.by = p.quarter(7);
  target.quantity = "it_mw";
  target.at_least = 300;
  p.targets = {target};
  p.settings.objective = "cost";
  p.settings.build_quarters = 8;
  p.settings.tail_quarters = 4;
  p.settings.hours_per_step = 6;
  p.settings.n_plus_one = false;
  return p;
}

Outcome solve(const Programme& p, bool monolith) {
  Progress quiet(true);
  PlanOptions options;
  options.gap = 1e-7;
  options.threads = 1;
  options.monolith = monolith;
  return make_plan(p, options, quiet);
}

double most_added_mt(const Plan& plan) {
  std::map<int, double> by_year;
  for (const auto& q : plan.quarters) by_year[q.quarter.year()] += q.co2_kt / 1000;
  double most = 0;
  for (const auto& [year, mt] : by_year) most = std::max(most, mt);
  return most;
}

}  // namespace

TEST_CASE("carbon: decomposition and monolith agree on a limit that binds", "[!mayfail]") {
  auto p = texas();
  const auto free = solve(p, false);
  REQUIRE(free.exit == Exit::done);
  const double added = most_added_mt(free.plan);
  REQUIRE(added > 0.1);
  p.settings.carbon_limit_mt_per_year = 0.1 * added;
  const auto parts = solve(p, false), whole = solve(p, true);
  REQUIRE(parts.exit == Exit::done);
  REQUIRE(whole.exit == Exit::done);
  const double paid = whole.plan.proof.objective - free.plan.proof.objective;  // million USD
  CHECK(paid > 1);
  CHECK(std::abs(parts.plan.proof.objective - whole.plan.proof.objective) < 0.001 * paid);
  for (const auto* outcome : {&parts, &whole}) {
    CHECK(most_added_mt(outcome->plan) == Approx(0.1 * added).epsilon(1e-3));
    const auto report = audit::audit(p, outcome->plan);
    CAPTURE(audit::text(report));
    CHECK(report.passed());
  }
}
