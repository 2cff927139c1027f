#include "construction/plan_schedule.h"

#include <algorithm>
#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/random.h"
#include "construction/actuals.h"
#include "construction/dcma.h"

using namespace stargate;
namespace con = stargate::construction;
using Catch::Matchers::ContainsSubstring;

namespace {

stargate::Activity row(std::string id, std::string scope, std::vector<std::string> after, double weeks,
                       std::string equipment = {}) {
  stargate::Activity a;
  a.construction_template = "greenfield";
  a.id = std::move(id);
  a.name = a.id;
  a.scope = std::move(scope);
  a.after = std::move(after);
  a.weeks_p50 = weeks;
  a.weeks_p10 = weeks * 0.8;
  a.weeks_p90 = weeks * 1.5;
  a.equipment = std::move(equipment);
  return a;
}

Programme small_programme() {
  Programme p;
  p.settings.name = "small";
  p.settings.start = Quarter(2025, 1);
  p.settings.compute_price_usd_per_pflop_hour = 4;
  Site site;
  site.id = "abilene";
  site.name = "Abilene";
  site.state = "TX";
  site.construction_template = "greenfield";
  site.block_mw = 100;
  site.construction_usd_per_kw = 10000;
  p.sites = {site};
  p.activities = {row("clear", "site", {}, 10), row("shell", "block", {"clear"}, 20),
                  row("plant", "block", {"shell:SS+4"}, 20), row("transformer", "block", {}, 26, "transformer"),
                  row("tests", "block", {"plant", "transformer:FS+1"}, 6)};
  Equipment transformer;
  transformer.id = "transformer";
  transformer.per_it_mw = 1.5;
  p.equipment = {transformer};
  for (int t = 0; t < 8; ++t) {
    EquipmentSupply supply;
    supply.equipment = "transformer";
    supply.quarter = Quarter(2025, 1) + t;
    supply.available_mw = 300;
    p.equipment_supply.push_back(supply);
  }
  Commitment commitment;
  commitment.site = "abilene";
  commitment.blocks = 1;
  commitment.start = *parse_date("2024-11-11");
  commitment.reported_ready = parse_date("2025-09-01");
  p.commitments = {commitment};
  return p;
}

Plan small_plan(int start = 1, std::int64_t blocks = 2) {
  Plan plan;
  plan.openings.push_back({{}, "abilene", "TX", Quarter(2025, 1), false});
  plan.blocks.push_back({{}, "abilene", Quarter(2024, 4), Quarter(2025, 3), 1, 100, true});
  plan.blocks.push_back({{},
                         "abilene",
                         Quarter(2025, 1) + start,
                         Quarter(2025, 1) + start + 3,
                         blocks,
                         100.0 * static_cast<double>(blocks),
                         false});
  return plan;
}
}  // namespace

TEST_CASE("a plan becomes a network: buildings from their quarter, commitments from the day that was reported") {
  const Programme programme = small_programme();
  const auto s = con::plan_schedule(programme, small_plan());
  REQUIRE(s.blocks.size() == 3);
  REQUIRE(s.durations.size() == s.network.activities.size());
  const auto cpm = con::critical_path(s.network);
  const auto finish = [&](std::size_t b) { return con::day_of(cpm.dates[s.blocks[b].ready].early_finish); };
  // transformer 26 weeks + 1, then tests 6: 231 days from the start.
  CHECK(s.blocks[0].expected_ready == *parse_date("2024-11-11") + std::chrono::days{231});
  // It is promised for later than that, so by the data date less of it is done.
  CHECK(finish(0) > s.blocks[0].expected_ready);
  CHECK(finish(0) <= *parse_date("2025-09-01"));
  CHECK(finish(1) == *parse_date("2025-04-01") + std::chrono::days{231});
  CHECK(finish(1) == finish(2));
  CHECK(s.blocks[0].committed);
  CHECK(con::days_late(s.blocks[1], finish(1)) == (finish(1) - *parse_date("2026-01-01")).count());
  CHECK(con::days_late(s.blocks[1], finish(1)) <= 0);
  CHECK(s.blocks[1].budget_usd == 1e9);
  double budget = 0;
  for (const auto& t : s.network.tasks) budget += t.budget_usd;
  CHECK(budget == Catch::Approx(3e9));
}

TEST_CASE("in a contractor's detail the dates stay, and all but three of the fourteen points hold") {
  const Programme programme = small_programme();
  const auto s = con::plan_schedule(programme, small_plan(1, 3));
  const auto detailed = con::detailed_network(s);
  const auto cpm = con::critical_path(s.network), fine = con::critical_path(detailed);
  for (const auto& block : s.blocks) {
    const auto at = std::ranges::find(detailed.activities, s.network.activities[block.ready].id, &con::Activity::id);
    REQUIRE(at != detailed.activities.end());
    CHECK(fine.dates[static_cast<std::size_t>(at - detailed.activities.begin())].finish ==
          cpm.dates[block.ready].finish);
  }
  for (const auto& c : con::dcma_checks(detailed, fine)) {
    INFO(c.name << " " << c.found << " of " << c.of);
    // Not 6: three buildings of five activities have few to divide by. Not 11 and 14 (missed tasks, execution index): what
    // a commitment reports late is late, and of three finished activities one is a third.
    if (c.number != 6 && c.number != 11 && c.number != 14) CHECK((c.passed || !c.applies));
  }
}

TEST_CASE("a later start never moves a ready date earlier") {
  const Programme programme = small_programme();
  auto last = std::numeric_limits<con::Instant>::min();
  for (int start = 0; start < 12; ++start) {
    const auto s = con::plan_schedule(programme, small_plan(start));
    const auto ready = con::critical_path(s.network).dates[s.blocks[2].ready].early_finish;
    CHECK(ready >= last);
    last = ready;
  }
}

TEST_CASE("slots of long-lead equipment push what does not fit into the next quarter") {
  const Programme programme = small_programme();
  const auto s = con::plan_schedule(programme, small_plan(1, 5));  // 5 x 150 MW against 300 a quarter
  const auto levelled = con::level(s.network.activities, s.network.uses(), s.network.resources, s.network.rules);
  std::vector<Quarter> ordered;
  for (const auto& b : s.blocks)
    if (!b.committed) ordered.emplace_back(con::day_of(levelled.starts[b.first]));
  std::ranges::sort(ordered);
  CHECK(ordered ==
        std::vector<Quarter>{Quarter(2025, 2), Quarter(2025, 2), Quarter(2025, 3), Quarter(2025, 3), Quarter(2025, 4)});
}

TEST_CASE("fewer crews never make the programme quicker") {
  const Programme programme = small_programme();
  auto last = std::numeric_limits<con::Instant>::max();
  for (const double crews : {1.0, 2.0, 5.0}) {
    const auto s = con::plan_schedule(programme, small_plan(1, 5), crews);
    const auto finish = con::level(s.network.activities, s.network.uses(), s.network.resources, s.network.rules).finish;
    CHECK(finish <= last);
    last = finish;
  }
}

TEST_CASE("a week costs compute and interest, and a plan of another programme is refused") {
  const Programme programme = small_programme();
  Plan plan = small_plan();
  SiteQuarter q;
  q.site = "abilene";
  q.quarter = Quarter(2026, 1);
  q.installed_it_mw = 200;
  q.effective_pflops = 400000;
  plan.site_quarters.push_back(q);
  const auto s = con::plan_schedule(programme, plan);
  const auto cost = con::week_cost(programme, plan, s.blocks[1]);
  CHECK(cost.compute_usd ==
        Catch::Approx(400000.0 / 200 * 100 * 4 * std::pow(1 - programme.settings.compute_price_decline, 1) * 168));
  CHECK(cost.carrying_usd == Catch::Approx(1e9 * programme.settings.discount_rate / 52));
  plan.blocks[1].site = "atlantis";
  CHECK_THROWS_WITH(con::plan_schedule(programme, plan), ContainsSubstring("atlantis"));
}

TEST_CASE("what has happened is built in: finished work stays, the rest goes on from the day of the report") {
  auto s = con::plan_schedule(small_programme(), small_plan());
  auto& n = s.network;
  con::Actual clear, shell;
  clear.activity = "abilene.clear";
  clear.started = parse_date("2025-01-01");
  clear.finished = parse_date("2025-05-01");
  clear.cost_usd_m = 3;
  shell.activity = "abilene.b2.shell";
  shell.started = parse_date("2025-05-01");
  shell.complete = 0.5;
  con::apply_actuals(n, {clear, shell}, "actuals.csv");
  const Date on = *parse_date("2025-08-01");
  const auto cpm = con::critical_path(con::with_progress(n, on));
  const auto at = [&](const std::string& id) {
    return cpm.dates[static_cast<std::size_t>(std::ranges::find(n.activities, id, &con::Activity::id) -
                                              n.activities.begin())];
  };
  CHECK(con::day_of(at("abilene.clear").finish) == *parse_date("2025-05-01"));
  CHECK(at("abilene.b2.shell").early_finish == con::midnight_of(on + std::chrono::days{70}));
  CHECK(at("abilene.b3.shell").early_start >= con::midnight_of(on));
  const auto ev = con::earned_value(con::progress_of(n, con::critical_path(n)),
                                    static_cast<int>((on - con::day_of(n.start)).count()));
  CHECK(ev.actual_cost_usd == 3e6);
  CHECK(ev.earned_value_usd < ev.planned_value_usd);
  shell.activity = "abilene.b2.shel";
  CHECK_THROWS_WITH(con::apply_actuals(n, {shell}, "actuals.csv"), ContainsSubstring("abilene.b2.shell"));
}
