#include "capital/plan_input.h"

#include <map>

#include "capital/capital_test.h"
#include "capital/finance.h"
#include "capital/measures.h"

namespace stargate::capital {

namespace {

Programme programme() {
  Programme p;
  p.settings.name = "two sites";
  p.settings.start = Quarter(2025, 1);
  p.settings.build_quarters = 3;
  p.settings.tail_quarters = 1;
  const auto investor = [&](const char* id, const char* kind, const char* layer, double rate) {
    Investor i;
    i.id = i.name = id;
    i.kind = kind;
    i.layer = layer;
    i.role = std::string(kind) == "debt" ? "lender" : "operations";
    i.commitment_usd_b = 10;
    i.available_from = Quarter(2025, 1);
    i.rate_per_year = rate;
    p.investors.push_back(i);
  };
  investor("owner", "equity", "all", 0.12);
  investor("bank", "debt", "building", 0.08);
  Site site;
  site.id = "north";
  site.name = "North campus";
  site.state = "TX";
  p.sites.push_back(site);
  const auto incentive = [&](const char* id, const char* kind, const char* applies) {
    Incentive i;
    i.id = i.name = id;
    i.kind = kind;
    i.applies_to = applies;
    i.jurisdiction = "TX";
    i.starts = i.ends = Quarter(2025, 1);
    i.probability = 0.8;
    i.claw_back = "in full";
    p.incentives.push_back(i);
  };
  incentive("sales", "sales_tax", "compute");
  incentive("property", "property_tax", "building");
  return p;
}

Plan plan() {
  Plan p;
  const auto q = [](int t) { return Quarter(2025, 1) + t; };
  Opening opening;
  opening.site = "north";
  opening.state = "TX";
  opening.quarter = q(0);
  p.openings.push_back(opening);
  const auto spend = [&](int t, const char* category, const char* place, double m, bool funded = true) {
    Spending s;
    s.quarter = q(t);
    s.category = category;
    s.place = place;
    s.usd_m = m;
    s.funded = funded;
    p.spending.push_back(s);
  };
  spend(0, "construction", "north", 100.005);
  spend(1, "racks", "north", 300);
  spend(1, "incentives", "north", -12);
  spend(1, "interest", "", 0.8);
  spend(2, "operations", "north", 4, false);
  spend(2, "zone_power", "ercot", 2);
  const auto use = [&](const char* id, double m) {
    IncentiveUse u;
    u.incentive = id;
    u.quarter = q(1);
    u.usd_m = m;
    p.incentives.push_back(u);
  };
  use("sales", 9);
  use("property", 3);
  const auto draw = [&](const char* who, int t, double m) {
    Draw d;
    d.investor = who;
    d.quarter = q(t);
    d.usd_m = m;
    p.draws.push_back(d);
  };
  draw("owner", 0, 60.005);
  draw("bank", 0, 40);
  draw("owner", 1, 300);
  draw("owner", 2, 10);
  for (int t = 0; t < 4; ++t) {
    SiteQuarter s;
    s.site = "north";
    s.quarter = q(t);
    s.ready_it_mw = s.installed_it_mw = t >= 1 ? 10 : 0;
    s.firm_mw = 12;
    s.load_gwh = t;
    s.effective_pflops = t >= 1 ? 5000 : 0;
    p.site_quarters.push_back(s);
    ProgrammeQuarter g;
    g.quarter = q(t);
    g.effective_pflops = s.effective_pflops + (t == 2 ? 500 : 0);
    g.cloud_chips = t == 2 ? 100 : 0;
    g.chips = 1000;
    p.quarters.push_back(g);
  }
  return p;
}

}  // namespace

TEST_CASE("a plan's rows become payments by site, layer and use, to the cent") {
  const auto input = finance_input(programme(), plan(), {});
  REQUIRE(input.sites.size() == 2);  // the shared company comes last
  CHECK(input.sites[0].name == "North campus");
  CHECK(input.sites[1].effective_pflops == std::vector<double>{0, 0, 500, 0});  // cloud
  Cents total = 0, credits = 0, property_credit = 0;
  for (const auto& p : input.payments) {
    total += p.amount;
    if (p.use == Use::credit) credits += p.amount;
    if (p.use == Use::property_tax) property_credit += p.amount;
    if (p.category == "zone_power") CHECK(p.site == 1);
  }
  CHECK(total == cents_of_usd_m(100.005 + 300 - 12 + 0.8 + 4 + 2));
  CHECK(credits == cents_of_usd_m(-9));
  CHECK(property_credit == cents_of_usd_m(-3));
  REQUIRE(input.supports.size() == 2);
  CHECK(input.supports[0].probability == 0.8);
  CHECK(input.supports[0].claw_back == "in full");

  const auto result = run_finance(input);
  for (const auto& id : identities(input, result)) {
    INFO(id.name);
    CHECK(id.holds());
  }
  // The plan's interest is the loans' interest in the quarter in which the plan pays it.
  CHECK(result.programme.at(Item::interest_paid, 1) == cents_of_usd_m(0.8));
}

TEST_CASE("draws before the window or beyond the commitment are refused") {
  auto late = programme();
  late.investors[1].available_from = Quarter(2025, 2);
  CHECK_THROWS_WITH(finance_input(late, plan(), {}), Catch::Matchers::ContainsSubstring("available from 2025-Q2"));
  auto small = programme();
  small.investors[0].commitment_usd_b = 0.2;
  CHECK_THROWS_WITH(finance_input(small, plan(), {}), Catch::Matchers::ContainsSubstring("commitment is 200"));
}

TEST_CASE("a plan of another programme is refused by row") {
  auto wrong = plan();
  wrong.draws[0].investor = "ownr";
  wrong.draws[0].line = 7;
  wrong.spending[0].quarter = Quarter(2031, 1);
  wrong.spending[0].line = 3;
  try {
    finance_input(programme(), wrong, {});
    FAIL();
  } catch (const InputError& error) {
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("draws.csv:7"));
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("owner"));
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("spending.csv:3"));
  }
}

TEST_CASE("spending that names no place goes to the sites that cause it") {
  auto programme_ = programme();
  auto plan_ = plan();
  plan_.spending.clear();
  plan_.site_quarters[2].grid_gwh = 3;
  const auto q = [](int t) { return Quarter(2025, 1) + t; };
  for (const char* id : {"south", "east"}) {
    Opening o;
    o.site = id;
    o.state = std::string(id) == "south" ? "TX" : "OH";
    o.quarter = q(0);
    plan_.openings.push_back(o);
  }
  const auto rack = [&](const char* site, int ordered, double price) {
    RackOrder r;
    r.site = site;
    r.ordered = q(ordered);
    r.installed = q(ordered + 1);
    r.price_usd_m = price;
    plan_.racks.push_back(r);
  };
  rack("north", 0, 100);
  rack("south", 0, 300);
  rack("east", 0, 600);
  BlockStart block;
  block.site = "south";
  block.start = q(0);
  block.ready = q(1);
  block.it_mw = 10;
  plan_.blocks.push_back(block);
  const auto spend = [&](int t, const char* category, double m) {
    Spending s;
    s.quarter = q(t);
    s.category = category;
    s.usd_m = m;
    plan_.spending.push_back(s);
  };
  spend(1, "racks", 10);
  spend(2, "construction", 5);  // after the last block is ready: by all blocks
  spend(2, "energy_grid", 2);
  spend(1, "cloud", 7);
  spend(1, "incentives", -12);  // 9 sales tax, 3 property tax, both in TX
  const auto input = finance_input(programme_, plan_, {});
  REQUIRE(input.sites.size() == 4);
  std::map<std::pair<std::string, std::size_t>, Cents> paid;
  for (const auto& p : input.payments) {
    const auto name = p.use == Use::property_tax ? "property credit" : p.category;
    paid[{name, p.site}] += p.amount;
  }
  const std::map<std::pair<std::string, std::size_t>, Cents> expected{
      {{"racks", 0}, cents_of_usd_m(1)},           {{"racks", 1}, cents_of_usd_m(3)},
      {{"racks", 2}, cents_of_usd_m(6)},           {{"construction", 1}, cents_of_usd_m(5)},
      {{"energy_grid", 0}, cents_of_usd_m(2)},     {{"cloud", 3}, cents_of_usd_m(7)},
      {{"incentives", 0}, cents_of_usd_m(-2.25)},  {{"incentives", 1}, cents_of_usd_m(-6.75)},
      {{"property credit", 0}, cents_of_usd_m(-3)}};
  CHECK(paid == expected);
}

}  // namespace stargate::capital
