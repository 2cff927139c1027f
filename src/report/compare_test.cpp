#include "report/compare.h"

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

void add_site(Case& c, const char* id, const char* state, int ready, double it_mw, int racks_at = -1) {
  Opening o;
  o.site = id;
  o.state = state;
  o.quarter = q(0);
  c.plan.openings.push_back(o);
  BlockStart b;
  b.site = id;
  b.start = q(0);
  b.ready = q(ready);
  b.blocks = 1;
  b.it_mw = it_mw;
  c.plan.blocks.push_back(b);
  if (racks_at < 0) return;
  RackOrder r;
  r.accelerator = "gb300";
  r.site = id;
  r.installed = q(racks_at);
  r.racks = 100;
  c.plan.racks.push_back(r);
}

void add_quarter(Case& c, int t, double it_mw, double spending) {
  ProgrammeQuarter x;
  x.quarter = q(t);
  x.it_mw = it_mw;
  x.spending_usd_m = spending;
  c.plan.quarters.push_back(x);
}

Case first() {
  Case c;
  c.plan.proof.objective_kind = "compute";
  c.plan.proof.objective = 200;
  add_site(c, "abilene", "TX", 2, 100, 3);
  add_site(c, "lordstown", "OH", 4, 50);
  add_site(c, "saline", "MI", 5, 50, 5);
  for (int t = 0; t < 6; ++t) add_quarter(c, t, 10 * t, 100);
  Spending s;
  s.quarter = q(0);
  s.category = "racks";
  s.usd_m = 1000;
  c.plan.spending = {s};
  Worth w;
  w.rule = "headroom";
  w.what = "ERCOT";
  w.unit = "GW";
  w.worth_usd_m = 5;
  c.plan.worths = {w};
  Site site;
  site.id = "abilene";
  site.most_blocks = 8;
  c.programme.sites = {site};
  return c;
}

const report::SiteChange& site(const report::Comparison& c, std::string_view id) {
  return *std::ranges::find(c.sites, id, &report::SiteChange::site);
}

}  // namespace

TEST_CASE("a plan beside itself differs in nothing") {
  const auto a = first();
  const auto c = report::compare(a.programme, a.plan, a.programme, a.plan);
  CHECK(c.inputs.empty());
  CHECK(c.money.empty());
  CHECK(c.power.empty());
  CHECK(c.compute.empty());
  CHECK(c.binding.empty());
  for (const auto& s : c.sites) CHECK(s.change == "same");
  CHECK(report::text(c, "a", "b").contains("the inputs are the same"));
}

TEST_CASE("sites gained, lost, earlier, later, larger") {
  const auto a = first();
  auto b = first();
  b.plan.racks[0].installed = q(1);  // abilene: racks from t = 3 to t = 1
  b.plan.blocks[1].ready = q(6);     // lordstown, without racks: by its blocks
  b.plan.openings.erase(b.plan.openings.begin() + 2);
  b.plan.blocks.erase(b.plan.blocks.begin() + 2);
  b.plan.racks.erase(b.plan.racks.begin() + 1);
  add_site(b, "shackelford", "TX", 3, 80, 4);
  auto c = report::compare(a.programme, a.plan, b.programme, b.plan);
  CHECK(site(c, "abilene").change == "earlier");
  CHECK(site(c, "abilene").ready_before == q(3));
  CHECK(site(c, "abilene").ready_after == q(1));
  CHECK(site(c, "lordstown").change == "later");
  CHECK(site(c, "saline").change == "lost");
  CHECK(site(c, "shackelford").change == "gained");
  const auto words = report::text(c, "old", "new");
  CHECK(words.contains("shackelford (TX) is gained: 80.0 MW of IT, running from 2026-Q1"));
  CHECK(words.contains("saline (MI) is lost"));
  CHECK(words.contains("abilene (TX) runs 2 quarters earlier: 2025-Q4 -> 2025-Q2"));

  b = first();
  b.plan.blocks[0].it_mw = 120;
  c = report::compare(a.programme, a.plan, b.programme, b.plan);
  CHECK(site(c, "abilene").change == "larger");
  CHECK(site(c, "abilene").it_mw.change() == Approx(20));
}

TEST_CASE("years take their last quarter, and all their spending") {
  const auto a = first();
  auto b = first();
  b.plan.quarters[3].it_mw = 50;
  b.plan.quarters[1].spending_usd_m = 150;
  const auto c = report::compare(a.programme, a.plan, b.programme, b.plan);
  REQUIRE(c.years.size() == 2);
  CHECK(c.years[0].year == 2025);
  CHECK(c.years[0].it_mw.before == 30);
  CHECK(c.years[0].it_mw.after == 50);
  CHECK(c.years[0].spent_usd_m.change() == Approx(50));
  CHECK(c.years[1].it_mw.change() == 0);
}

TEST_CASE("money, power, compute and what binds") {
  const auto a = first();
  auto b = first();
  b.plan.spending[0].usd_m = 1100;
  PowerOrder engines;
  engines.technology = "recip";
  engines.place = "abilene";
  engines.mw = 300;
  b.plan.onsite_power = {engines};
  b.plan.racks[0].racks = 130;
  b.plan.worths[0].worth_usd_m = 0;
  b.plan.worths.push_back(b.plan.worths[0]);
  b.plan.worths[1].what = "PJM";
  b.plan.worths[1].worth_usd_m = 9;
  const auto c = report::compare(a.programme, a.plan, b.programme, b.plan);
  REQUIRE(c.money.size() == 1);
  CHECK(c.money[0].name == "racks");
  CHECK(c.money[0].amount.change() == Approx(100));
  REQUIRE(c.power.size() == 1);
  CHECK(c.power[0].name == "recip on site");
  REQUIRE(c.compute.size() == 1);
  CHECK(c.compute[0].amount.change() == Approx(30));
  REQUIRE(c.binding.size() == 2);
  CHECK(c.binding[0].what == "PJM");
  const auto words = report::text(c, "old", "new");
  CHECK(words.contains("headroom PJM: 0 -> 9.0 a GW (binds now)"));
  CHECK(words.contains("headroom ERCOT: 5.0 -> 0 a GW (binds no more)"));
  CHECK(c.power[0].amount.after == 300);
  CHECK(c.sites.size() == 3);
}

TEST_CASE("changes of the inputs, cell by cell") {
  const auto a = first();
  auto b = first();
  b.programme.sites[0].most_blocks = 10;
  b.programme.settings.discount_rate = 0.1;
  Site more;
  more.id = "milam";
  b.programme.sites.push_back(more);
  Cloud rented;
  rented.id = "azure";
  b.programme.cloud.push_back(rented);
  const auto c = report::compare(a.programme, a.plan, b.programme, b.plan);
  REQUIRE(c.inputs.size() == 4);
  const auto words = report::text(c, "old", "new");
  CHECK(words.contains("sites abilene: most_blocks was '8', is '10'"));
  CHECK(words.contains("sites milam: added"));
  CHECK(words.contains("cloud_contracts azure: added"));
  CHECK(words.contains("programme.toml: programme.discount_rate was '0.08', is '0.1'"));
  const auto back = report::text(report::compare(b.programme, b.plan, a.programme, a.plan), "new", "old");
  CHECK(back.contains("sites milam: taken out"));
}

TEST_CASE("plans that seek different things are not set beside each other") {
  const auto a = first();
  auto b = first();
  b.plan.proof.objective_kind = "cost";
  CHECK(report::text(report::compare(a.programme, a.plan, b.programme, b.plan), "a", "b")
            .contains("do not seek the same"));
}
