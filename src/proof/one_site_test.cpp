// The formulation against arithmetic done by hand (cases/plan/one_site), rule by rule; and the independent check
// against the formulation with that rule left out.
#include <catch2/catch_all.hpp>

#include "audit/audit.h"
#include "plan/solve.h"
#include "programme/load.h"

using namespace stargate;
using namespace stargate::plan;
using Catch::Approx;

namespace {

Programme one_site() { return load_programme("cases/plan/one_site"); }

Outcome solve(const Programme& p, bool monolith = false, Rules dropped = {}) {
  Progress quiet(true);
  PlanOptions options;
  options.gap = 1e-9;
  options.threads = 1;
  options.monolith = monolith;
  options.dropped = dropped;
  return make_plan(p, options, quiet);
}

double pflops_years(const Plan& plan) {
  double sum = 0;
  for (const auto& q : plan.quarters) sum += q.effective_pflops * q.quarter.hours() / 8760;
  return sum;
}

constexpr double base = 800 * 273 * 24 / 8760.0;  // both blocks from 2025-Q4 on

/// A change to the one-site programme that makes a rule bind, and what the plan is then worth by hand.
struct Variant {
  Rule rule;
  const char* why;
  void (*change)(Programme&);
  double pflops_years;
};

const std::vector<Variant> variants{
    {Rule::block_room, "room for one block", [](Programme& p) { p.sites[0].most_blocks = 1; }, base / 2},
    {Rule::site_limit, "10 MW a site", [](Programme& p) { p.settings.site_limit_mw = 10; }, base / 2},
    {Rule::county_limit, "10 MW a county", [](Programme& p) { p.settings.county_limit_mw = 10; }, base / 2},
    {Rule::zone_limit, "10 MW a zone", [](Programme& p) { p.settings.zone_limit_mw = 10; }, base / 2},
    {Rule::starts_per_quarter, "one block a quarter: the second is ready a quarter later",
     [](Programme& p) { p.sites[0].most_starts_per_quarter = 1; }, 400 * (273 + 181) * 24 / 8760.0},
    {Rule::earliest_start, "work begins a quarter later",
     [](Programme& p) { p.sites[0].earliest_start = Quarter(2025, 2); }, 800 * 181 * 24 / 8760.0},
    {Rule::forbidden_site, "the only site is forbidden", [](Programme& p) { p.sites[0].choice = "forbidden"; }, 0},
    {Rule::direct_supply, "50 racks in 2025-Q4 and none later",
     [](Programme& p) {
       for (auto& r : p.accelerator_supply) r.world_racks = r.quarter == Quarter(2025, 4) ? 50 : 0;
     },
     200 * 273 * 24 / 8760.0},
    {Rule::stage_supply, "a stage gives 100 units a quarter, two a rack: 50 racks in each of two quarters",
     [](Programme& p) {
       Stage stage;
       stage.id = "stage";
       p.stages = {stage};
       StageCapacity capacity;
       capacity.stage = "stage";
       capacity.quarter = Quarter(2025, 1);
       capacity.world_units = 100;
       capacity.programme_share = 1;
       p.stage_capacity = {capacity};
       BillOfMaterials bill;
       bill.accelerator = "chip";
       bill.stage = "stage";
       bill.units_per_rack = 2;
       p.bill_of_materials = {bill};
     },
     (200 * 273 + 200 * 181) * 24 / 8760.0},
    {Rule::equipment, "transformers for one block",
     [](Programme& p) {
       Equipment kind;
       kind.id = "transformer";
       kind.per_it_mw = 1;
       p.equipment = {kind};
       EquipmentSupply supply;
       supply.equipment = "transformer";
       supply.quarter = Quarter(2025, 2);
       supply.available_mw = 10;
       p.equipment_supply = {supply};
     },
     base / 2},
    {Rule::grid_step, "10 MW of connection", [](Programme& p) { p.interconnection[0].mw = 10; }, base / 2},
    {Rule::headroom, "10 MW of headroom", [](Programme& p) { p.zones[0].headroom_mw = 10; }, base / 2},
    {Rule::peak_power, "PUE 2, and half the average draw",
     [](Programme& p) {
       auto& s = p.sites[0];
       s.pue_winter = s.pue_spring = s.pue_summer = s.pue_autumn = 2;
       p.settings.it_utilisation = 0.5;
     },
     base / 2},
    {Rule::tranches, "90 million USD: opening 10, a block 10, 69 whole racks at 1.01",
     [](Programme& p) { p.tranches[0].usd_b = 0.09; }, 276 * 273 * 24 / 8760.0},
    {Rule::commitment, "the investor has 90 million USD", [](Programme& p) { p.investors[0].commitment_usd_b = 0.09; },
     276 * 273 * 24 / 8760.0},
    {Rule::largest_share, "half from a second investor who has 45 million USD",
     [](Programme& p) {
       p.investors[0].largest_share = 0.5;
       p.investors.push_back(p.investors[0]);
       p.investors[1].id = "second";
       p.investors[1].largest_share = 1;
       p.investors[1].commitment_usd_b = 0.045;
     },
     276 * 273 * 24 / 8760.0},
    {Rule::layer, "all-purpose money of 21 million USD, and the rest for compute only: one block of 99 racks",
     [](Programme& p) {
       p.investors.push_back(p.investors[0]);
       p.investors[0].commitment_usd_b = 0.021;
       p.investors[1].id = "lessor";
       p.investors[1].layer = "compute";
     },
     400 * 273 * 24 / 8760.0},
    {Rule::new_states, "no new state may be entered", [](Programme& p) { p.settings.new_states_per_year = 0; }, 0},
    {Rule::first_state, "the first site must be elsewhere, where there is none before",
     [](Programme& p) { p.settings.first_state = "OH"; }, 0},
};

}  // namespace

TEST_CASE("one site: the plan is what arithmetic says, by decomposition and as a monolith") {
  for (const bool monolith : {false, true}) {
    const auto outcome = solve(one_site(), monolith);
    REQUIRE(outcome.exit == Exit::done);
    CHECK(pflops_years(outcome.plan) == Approx(base).epsilon(1e-9));
    CHECK(outcome.plan.proof.objective == Approx(598.332440).epsilon(1e-8));
    CHECK(outcome.plan.proof.gap < 1e-6);
    REQUIRE(outcome.plan.blocks.size() == 1);
    CHECK(to_string(outcome.plan.openings[0].quarter) == "2025-Q1");
    CHECK(to_string(outcome.plan.blocks[0].start) == "2025-Q2");
    CHECK(to_string(outcome.plan.blocks[0].ready) == "2025-Q4");
    double drawn = 0;
    for (const auto& d : outcome.plan.draws) drawn += d.usd_m;
    CHECK(drawn == Approx(232));
    CHECK(audit::audit(one_site(), outcome.plan).passed());
  }
}

TEST_CASE("one site: each rule in turn is what binds", "[!mayfail]") {
  for (const auto& v : variants) {
    CAPTURE(text_of(v.rule).id, v.why);
    auto p = one_site();
    v.change(p);
    const auto outcome = solve(p);
    REQUIRE(outcome.exit == Exit::done);
    CHECK(pflops_years(outcome.plan) == Approx(v.pflops_years).epsilon(1e-6).margin(1e-6));
    const auto report = audit::audit(p, outcome.plan);
    CAPTURE(audit::text(report));
    CHECK(report.passed());
    CHECK(solve(p, true).plan.proof.objective == Approx(outcome.plan.proof.objective).epsilon(1e-6).margin(1e-6));
  }
}

TEST_CASE("one site: with its rule left out the plan is better, and the check says that it is no plan", "[!mayfail]") {
  for (const auto& v : variants) {
    CAPTURE(text_of(v.rule).id, v.why);
    auto p = one_site();
    v.change(p);
    Rules dropped;
    dropped.set(static_cast<std::size_t>(v.rule));
    const auto outcome = solve(p, false, dropped);
    REQUIRE(outcome.exit == Exit::done);
    CHECK(pflops_years(outcome.plan) > v.pflops_years + 1);
    CHECK_FALSE(audit::audit(p, outcome.plan).passed());
  }
}

TEST_CASE("one site: a target that a rule forbids is infeasible, and the conflict names the rule and the target") {
  for (const auto& v : variants) {
    CAPTURE(text_of(v.rule).id, v.why);
    auto p = one_site();
    v.change(p);
    Target target;
    target.by = Quarter(2025, 4);
    target.quantity = "it_mw";
    target.at_least = 20;
    p.targets = {target};
    const auto outcome = solve(p);
    REQUIRE(outcome.exit == Exit::infeasible);
    const auto names = [&](Rule rule) {
      return std::ranges::any_of(outcome.conflicts, [&](const Conflict& c) { return c.rule == rule; });
    };
    CHECK(names(v.rule));
    CHECK(names(Rule::target));
  }
}

TEST_CASE("a plan is the same bytes on any number of threads") {
  const auto tables = [](unsigned threads) {
    Progress quiet(true);
    PlanOptions options;
    options.gap = 1e-9;
    options.threads = threads;
    auto plan = make_plan(one_site(), options, quiet).plan;
    std::string all;
    for_each_plan_table(
        plan, [&](const std::string&, const auto& table, const auto& rows) { all += write_table(table, rows); });
    return all;
  };
  CHECK(tables(1) == tables(3));
}
