#include "report/explain.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace stargate;
using Catch::Approx;

namespace {

Quarter q(int t) { return Quarter(2025, 1) + t; }

struct Case {
  Programme programme;
  Plan plan;
};

/// plains (TX) is in the plan: work begins in t = 0, the site takes a quarter, a block takes two, power comes in t = 5.
/// lake (MI) and hill (OH) are left out.
Case small() {
  Case c;
  auto& p = c.programme;
  p.settings.start = q(0);
  Zone zone;
  zone.id = "ERCOT";
  zone.delivery_usd_per_mwh = 10;
  p.zones = {zone};
  for (const char* id : {"plains", "lake", "hill"}) {
    Site s;
    s.id = id;
    s.state = s.id == "plains" ? "TX" : s.id == "lake" ? "MI" : "OH";
    s.county = "Nowhere";
    s.zone = "ERCOT";
    s.choice = "free";
    s.construction_template = "standard";
    s.block_mw = 100;
    s.most_blocks = 2;
    s.earliest_start = q(0);
    s.opening_cost_usd_m = 50;
    s.construction_usd_per_kw = 10000;
    s.sales_tax = 0.1;
    s.risk_index = s.id == "plains" ? 10 : s.id == "lake" ? 30 : 20;
    p.sites.push_back(s);
  }
  for (const auto& [scope, weeks] : {std::pair{"site", 13.0}, std::pair{"block", 20.0}}) {
    Activity a;
    a.construction_template = "standard";
    a.id = a.scope = scope;
    a.weeks_p50 = weeks;
    p.activities.push_back(a);
  }
  Interconnection step;
  step.site = "plains";
  step.kind = "firm";
  step.mw = 100;
  step.lead_quarters = 5;
  step.earliest = q(0);
  p.interconnection.push_back(step);
  step.site = "lake";
  step.lead_quarters = 9;
  p.interconnection.push_back(step);
  Accelerator rack;
  rack.id = "gb300";
  rack.rack_kw = 100;
  p.accelerators = {rack};
  CriterionWeight risk;
  risk.criterion = "risk";
  risk.weight = 1;
  p.site_weights = {risk};

  Opening o;
  o.site = "plains";
  o.state = "TX";
  o.quarter = q(0);
  c.plan.openings = {o};
  BlockStart b;
  b.site = "plains";
  b.start = q(1);
  b.ready = q(3);
  b.blocks = 1;
  b.it_mw = 100;
  c.plan.blocks = {b};
  GridRequest g;
  g.site = "plains";
  g.kind = "firm";
  g.requested = q(0);
  g.energised = q(5);
  g.mw = 100;
  g.capex_usd_m = 20;
  c.plan.grid = {g};
  RackOrder r;
  r.accelerator = "gb300";
  r.site = "plains";
  r.installed = q(5);
  r.racks = 1000;
  r.price_usd_m = 3000;
  c.plan.racks = {r};
  return c;
}

}  // namespace

TEST_CASE("why a site: rank, figures beside the plan's, cost a MW") {
  const auto c = small();
  const auto e = report::explain(c.programme, c.plan, "plains");
  CHECK(e.chosen);
  CHECK(e.screen_rank == 1);
  CHECK(e.candidates == 3);
  REQUIRE(e.criteria.size() == 1);  // only what has weight
  CHECK(e.criteria[0].id == "risk");
  CHECK(e.criteria[0].value == 10);
  CHECK(e.criteria[0].median_of_plan == 10);
  CHECK(e.criteria[0].rank == 1);
  REQUIRE(e.cost);
  CHECK(e.cost->building == Approx((50 + 1000) / 100.0));
  CHECK(e.cost->connection == Approx(0.2));
  CHECK(e.cost->sales_tax == Approx(3));
  CHECK(report::explain(c.programme, c.plan, "lake").criteria[0].rank == 3);
}

TEST_CASE("why then: what came last held it") {
  auto c = small();
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.starts_with("power: firm connection of 100 MW"));

  c.plan.grid[0].energised = q(2);
  c.plan.racks[0].installed = q(3);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.starts_with("construction"));
  c.plan.openings[0].quarter = q(1);
  c.plan.blocks[0].start = q(2);
  c.plan.blocks[0].ready = q(4);
  c.plan.racks[0].installed = q(4);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.starts_with("its opening"));

  c.plan.racks[0].installed = q(6);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.starts_with("neither"));
  AcceleratorSupply row;  // all racks of the quarter before went elsewhere
  row.accelerator = "gb300";
  row.quarter = q(5);
  row.world_racks = 500;
  row.programme_share = 1;
  c.programme.accelerator_supply = {row};
  RackOrder elsewhere = c.plan.racks[0];
  elsewhere.site = "lake";
  elsewhere.installed = q(5);
  elsewhere.racks = 500;
  c.plan.racks.push_back(elsewhere);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.starts_with("supply of racks: gb300"));
  c.plan.racks.clear();
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by == "no racks run here");
}

TEST_CASE("power that was asked for in time for the building did not hold it") {
  auto c = small();
  c.plan.blocks[0].ready = q(6);
  c.plan.grid[0].requested = q(1);
  c.plan.grid[0].energised = q(6);
  c.plan.racks[0].installed = q(6);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.contains("asked for in time"));
  c.plan.grid[0].energised = q(7);  // by its date, not by its lead
  c.plan.racks[0].installed = q(7);
  CHECK(report::explain(c.programme, c.plan, "plains").bound_by.contains("whenever it is asked for"));
}

TEST_CASE("milestones stand in order, with what each waited for") {
  const auto c = small();
  const auto e = report::explain(c.programme, c.plan, "plains");
  REQUIRE(e.milestones.size() == 5);
  CHECK(std::ranges::is_sorted(e.milestones, {}, &report::Milestone::quarter));
  CHECK(e.milestones[0].why == "as early as it may");
  CHECK(e.milestones[1].why == "as soon as the site's own activities are done (1 quarter)");
  CHECK(e.milestones[2].quarter == q(3));

  const auto lake = report::explain(c.programme, c.plan, "lake");
  CHECK_FALSE(lake.chosen);
  REQUIRE(lake.milestones.size() == 3);
  CHECK(lake.milestones[1].quarter == q(3));  // a quarter for the site, two for a block
  CHECK(lake.milestones[2].quarter == q(9));
  CHECK(lake.next_by_screen == "hill");
  CHECK(lake.bound_by == "its connection would come after its first block");
}

TEST_CASE("what would change it, and the next-best site") {
  auto c = small();
  const auto worth = [&](const char* rule, const char* what, double usd_m) {
    Worth w;
    w.rule = rule;
    w.what = what;
    w.unit = "GW";
    w.worth_usd_m = usd_m;
    c.plan.worths.push_back(w);
  };
  worth("headroom", "ERCOT", 4);
  worth("grid_step", "plains step 1", 6);
  worth("grid_step", "plainsview step 1", 60);
  worth("cash", "", 2);
  const auto alternative = [&](const char* site, const char* change, double regret) {
    Alternative a;
    a.site = site;
    a.change = change;
    a.regret = regret;
    c.plan.alternatives.push_back(a);
  };
  alternative("plains", "without", 9);
  alternative("lake", "with", 3);
  alternative("hill", "with", 2);
  const auto e = report::explain(c.programme, c.plan, "plains");
  REQUIRE(e.worths.size() == 2);
  CHECK(e.worths[0].rule == "grid_step");
  CHECK(e.elsewhere.size() == 2);
  REQUIRE(e.own);
  CHECK(e.own->regret == 9);
  REQUIRE(e.next_best);
  CHECK(e.next_best->site == "hill");
  const auto hill = report::explain(c.programme, c.plan, "hill");
  CHECK(hill.own->regret == 2);
  CHECK(hill.next_best->site == "lake");
  const auto words = report::text(e);
  CHECK(words.contains("Next-best site: hill"));
  CHECK(words.contains("What held it: power"));
  CHECK(e.milestones.size() == 5);
}

TEST_CASE("a plan without worths and alternatives says so") {
  const auto c = small();
  const auto words = report::text(report::explain(c.programme, c.plan, "lake"));
  CHECK(words.contains("Not in the plan"));
  CHECK(words.contains("alternatives.csv has no row of it"));
  CHECK(words.contains("Nothing binds at this site"));
}

TEST_CASE("a site that is not there is bad input, with the nearest name") {
  const auto c = small();
  try {
    report::explain(c.programme, c.plan, "plain");
    FAIL("no error");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).contains("plains"));
  }
}
