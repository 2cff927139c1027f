// What stands and is paid, rented compute, whole things and halls: by hand and against the independent check.
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

#include "audit/audit.h"
#include "plan/frontier.h"
#include "plan/replan.h"
#include "plan/solve.h"
#include "programme/load.h"

using namespace stargate;
using namespace stargate::plan;
using Catch::Approx;

namespace {

Outcome solve(const Programme& p, double gap = 1e-9, bool monolith = false, Rules dropped = {}, unsigned threads = 1) {
  Progress quiet(true);
  PlanOptions options;
  options.gap = gap;
  options.threads = threads;
  options.monolith = monolith;
  options.dropped = dropped;
  options.alternatives = false;
  return make_plan(p, options, quiet);
}

Rules without(Rule rule) {
  Rules dropped;
  dropped.set(static_cast<std::size_t>(rule));
  return dropped;
}

bool passes(const Programme& p, const Plan& plan) {
  const auto report = audit::audit(p, plan);
  UNSCOPED_INFO(audit::text(report));
  return report.passed();
}

bool objects(const Programme& p, const Plan& plan, std::string_view rule) {
  const auto report = audit::audit(p, plan);
  return std::ranges::any_of(report.findings, [&](const auto& f) { return f.rule == rule; });
}

double spent(const Plan& plan, std::string_view category) {
  double usd_m = 0;
  for (const auto& s : plan.spending)
    if (s.category == category) usd_m += s.usd_m;
  return usd_m;
}

/// The one-site programme, begun where its first block of 10 MW and 100 racks stand and the site is open.
Programme begun() {
  auto p = load_programme("cases/plan/one_site");
  Commitment block;
  block.site = p.sites[0].id;
  block.blocks = 1;
  block.start = Date{std::chrono::year{2024} / 1 / 1};
  block.reported_ready = Date{std::chrono::year{2024} / 11 / 1};
  p.commitments = {block};
  StandingRacks racks;
  racks.accelerator = "chip";
  racks.site = p.sites[0].id;
  racks.installed = Quarter(2024, 4);
  racks.racks = 100;
  p.standing_racks = {racks};
  StandingGrid grid;
  grid.site = p.sites[0].id;
  grid.energised = Quarter(2024, 4);
  grid.mw = 10;
  p.standing_grid = {grid};
  return p;
}

}  // namespace

TEST_CASE("what stands runs from the first quarter on, and is not paid again") {
  const auto p = begun();
  for (const bool monolith : {false, true}) {
    const auto outcome = solve(p, 1e-9, monolith);
    REQUIRE(outcome.exit == Exit::done);
    const auto& plan = outcome.plan;
    CHECK(plan.quarters.front().it_mw == Approx(10));
    CHECK(plan.quarters.front().effective_pflops == Approx(400));
    CHECK(spent(plan, "opening") == Approx(0).margin(1e-9));
    // One more block: 10 million USD, and 100 racks; nothing of the first.
    CHECK(spent(plan, "construction") == Approx(10));
    CHECK(spent(plan, "racks") == Approx(100));
    CHECK(passes(p, plan));
    CHECK(std::ranges::count_if(plan.racks, &RackOrder::given) == 1);
  }
}

TEST_CASE("the past is given: nothing is decided before decisions begin") {
  auto p = begun();
  p.settings.decisions_from = Quarter(2025, 3);
  const auto outcome = solve(p);
  REQUIRE(outcome.exit == Exit::done);
  CHECK(passes(p, outcome.plan));
  for (const auto& r : outcome.plan.racks) CHECK((r.given || r.ordered >= Quarter(2025, 3)));
  CHECK(outcome.plan.quarters.front().history);
  const auto early = solve(p, 1e-9, false, without(Rule::decided));
  REQUIRE(early.exit == Exit::done);
  CHECK(early.plan.proof.objective >= outcome.plan.proof.objective);
  CHECK(objects(p, early.plan, "decided.from"));
}

TEST_CASE("rented compute counts as long as it is paid, and a term is owed whole: two campuses build") {
  const auto p = load_programme("cases/plan/cloud_terminal");
  const auto outcome = solve(p, 0.005);
  REQUIRE(outcome.exit == Exit::done);
  CHECK(std::ranges::any_of(outcome.plan.openings, [](const auto& o) { return o.site == "rjukan"; }));
  CHECK(outcome.plan.proof.objective == Approx(582446).epsilon(0.01));
  CHECK(passes(p, outcome.plan));
  const auto free = solve(p, 0.005, false, without(Rule::cloud_term));
  CHECK(free.plan.proof.objective > 1.2 * outcome.plan.proof.objective);
  CHECK_FALSE(audit::audit(p, free.plan).passed());
}

TEST_CASE("five campuses started now run what stands and pay nothing for it again") {
  const auto p = load_programme("cases/plan/start_now");
  const auto outcome = solve(p, 0.02);
  REQUIRE(outcome.exit == Exit::done);
  const auto& plan = outcome.plan;
  const auto abilene = std::ranges::find_if(plan.site_quarters, [&](const auto& q) {
    return q.site == "abilene" && q.quarter == p.settings.start;
  });
  REQUIRE(abilene != plan.site_quarters.end());
  CHECK(abilene->installed_it_mw == Approx(2808 * 0.150));
  CHECK(spent(plan, "opening") < 1000);
  CHECK(passes(p, plan));
}

TEST_CASE("a hall houses one system: a site of one block takes one of two") {
  auto p = load_programme("cases/plan/one_site");
  p.sites[0].most_blocks = 1;
  auto second = p.accelerators[0];
  second.id = "second";
  p.accelerators.push_back(second);
  for (std::size_t i = 0, n = p.accelerator_supply.size(); i < n; ++i) {
    auto row = p.accelerator_supply[i];
    p.accelerator_supply[i].world_racks = row.quarter == Quarter(2025, 4) ? 50 : 0;
    row.accelerator = "second";
    row.world_racks = row.quarter == Quarter(2025, 4) ? 40 : 0;
    p.accelerator_supply.push_back(row);
  }
  for (std::size_t i = 0, n = p.efficiency.size(); i < n; ++i) {
    auto row = p.efficiency[i];
    row.accelerator = "second";
    p.efficiency.push_back(row);
  }
  for (const bool monolith : {false, true}) {
    const auto one = solve(p, 1e-9, monolith);
    REQUIRE(!one.plan.quarters.empty());
    CHECK(one.plan.quarters.back().it_mw == Approx(5));  // 50 racks of the first
    CHECK(passes(p, one.plan));
  }
  const auto mixed = solve(p, 1e-9, false, without(Rule::halls));
  CHECK(mixed.plan.quarters.back().it_mw == Approx(9));
  CHECK(objects(p, mixed.plan, "racks.halls"));
}

TEST_CASE("a system that is not sold by the rack is not bought") {
  auto p = load_programme("cases/plan/one_site");
  p.accelerators[0].sold_by = "cloud";
  const auto outcome = solve(p);
  REQUIRE(!outcome.plan.quarters.empty());
  CHECK(outcome.plan.racks.empty());
  const auto bought = solve(p, 1e-9, false, without(Rule::sold_by_rack));
  CHECK_FALSE(bought.plan.racks.empty());
  CHECK(objects(p, bought.plan, "racks.sold"));
}

TEST_CASE("five campuses: whole racks, units, steps and nodes; the same bytes on any number of threads") {
  const auto p = load_programme("cases/plan/five_sites");
  const auto outcome = solve(p, 0.02);
  REQUIRE(!outcome.plan.quarters.empty());
  CHECK(outcome.plan.proof.status != "not whole");
  CHECK(passes(p, outcome.plan));
  const auto text = [](const Plan& plan) {
    std::string all = summary(plan).dump();
    for_each_plan_table(plan, [&](const auto&, const auto& table, const auto& rows) { all += write_table(table, rows); });
    return all;
  };
  CHECK(text(outcome.plan) == text(solve(p, 0.02, false, {}, 2).plan));

  // Without news an earlier plan stands; frozen a year on, its past is given and the rest can be decided anew.
  const auto files = read_programme_files("cases/plan/five_sites");
  CHECK(rebase(files, outcome.plan, {}, "", Quarter(2026, 1)).changed.empty());
  ProgrammeFiles news{{"commitments.csv",
                       "site,lot,blocks,start,reported_ready,ready_by,source,as_of,basis\n"
                       "milam,,1,2025-10-20,2027-05-15,report,a letter,2026-01-05,reported\n"}};
  const auto rebased = rebase(files, outcome.plan, news, "actuals", Quarter(2026, 1));
  REQUIRE(rebased.changed.size() >= 1);
  CHECK(rebased.changed.front().kind == "slip");
  Diagnostics diagnostics;
  const auto later = parse_programme(rebased.files, "", diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(later.decisions_from() == Quarter(2026, 1));
}

TEST_CASE("a target that cannot be had says how much can") {
  auto p = load_programme("cases/plan/one_site");
  Target target;
  target.by = Quarter(2025, 4);
  target.quantity = "it_mw";
  target.at_least = 25;
  p.targets = {target};
  const auto outcome = solve(p);
  REQUIRE(outcome.exit == Exit::infeasible);
  REQUIRE(outcome.possible.size() == 1);
  CHECK(outcome.possible[0].starts_with("at most 20 MW of IT can run by 2025-Q4 (relaxed)"));

  Progress quiet(true);
  p.targets.clear();
  const auto most = frontier(p, "it_mw", {}, quiet);
  REQUIRE(most.size() == static_cast<std::size_t>(p.quarters()));
  CHECK(most[2].most == Approx(0).margin(1e-9));  // opened in Q1, built in Q2 and Q3
  CHECK(most[3].most == Approx(20));
  CHECK_FALSE(most[3].binds.empty());
}
