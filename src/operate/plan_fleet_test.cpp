#include <catch2/catch_all.hpp>

#include "operate/helpers_test.h"
#include "operate/plan_fleet.h"

using namespace stargate;
using namespace stargate::operate;
using Catch::Approx;

namespace {

Programme programme() {
  Programme p;
  stargate::Site site;
  site.id = "abilene";
  site.zone = "z";
  site.block_mw = 10;
  site.pue_winter = 1.1;
  site.pue_summer = 1.3;
  p.sites = {site};
  Accelerator chip;
  chip.id = chip.name = "gb200";
  chip.chips_per_rack = chip.scale_up_chips = 72;
  chip.rack_kw = 132;
  chip.rack_usd_m = 3.9;
  chip.bf16_tflops = 2500;
  chip.chip_w = 1200;
  chip.life_quarters = 20;
  p.accelerators = {chip};
  return p;
}

Plan plan() {
  Plan p;
  BlockStart block;
  block.site = "abilene";
  block.blocks = 2;
  block.it_mw = 20;
  p.blocks = {block};
  const auto racks = [&](Quarter installed, double count) {
    RackOrder r;
    r.site = "abilene";
    r.accelerator = "gb200";
    r.installed = installed;
    r.racks = count;
    p.racks.push_back(r);
  };
  racks({2026, 2}, 60);
  racks({2027, 3}, 70);
  GridRequest grid;
  grid.site = "abilene";
  grid.mw = 15;
  grid.energised = {2026, 1};
  p.grid = {grid};
  grid.energised = {2027, 3};
  p.grid.push_back(grid);
  PowerOrder gas;
  gas.place = "abilene";
  gas.technology = "gas_turbine";
  gas.service = {2026, 1};
  gas.mw = 5;
  p.onsite_power = {gas};
  ZoneStep step;
  step.zone = "z";
  step.quarter = {2027, 1};
  for (const int hour : {0, 12}) {
    step.hour = hour;
    step.price_usd_per_mwh = hour == 0 ? 20 : 60;
    p.zone_steps.push_back(step);
  }
  return p;
}

}  // namespace

TEST_CASE("A plan's tables become a fleet that runs") {
  PlanCase c = make_plan_case(plan(), programme(), 2027, 365);
  check(c.fleet);
  CHECK(c.fleet.gpus() == 130 * 72);
  CHECK(c.fleet.types[0].gpus == 4);
  CHECK(c.fleet.pools[0].nodes_per_rack == 18);
  // 75 racks of 132 kW fill the first building of 10 MW; the rest stands in the second.
  REQUIRE(c.fleet.blocks.size() == 3);
  CHECK(c.fleet.blocks[0].nodes == 60 * 18);
  CHECK(c.fleet.blocks[0].installed == 0);
  CHECK(c.fleet.blocks[1].nodes == 15 * 18);
  CHECK(c.fleet.blocks[1].installed == 181 * 86400);
  CHECK(c.fleet.blocks[2].hall == 1);
  CHECK(c.scenario.signals[0].limit_mw.front() == 15);
  CHECK(c.scenario.signals[0].limit_mw.back() == 30);
  CHECK(c.scenario.signals[0].price_usd_per_mwh[5] == 20);
  CHECK(c.scenario.signals[0].price_usd_per_mwh[13] == 60);
  // The plan has prices of one quarter: the others take that, and it is said.
  CHECK(c.scenario.signals[0].price_usd_per_mwh[200 * 24 + 13] == 60);
  CHECK(std::ranges::any_of(c.assumptions, [](const std::string& a) { return a.starts_with("year: 2027"); }));
  CHECK(std::ranges::any_of(c.assumptions, [](const std::string& a) { return a.starts_with("prices of 2027-Q3: the plan's nearest are those of 2027-Q1"); }));
  // Abilene's July is hot and its January is not; the year of the run is the calendar's.
  const auto& t = c.scenario.signals[0].temperature_c;
  CHECK(t[197 * 24 + 15] > 33);
  CHECK(t[10 * 24 + 4] < 8);
  CHECK(c.unix_start == 1798761600);
  const PlanCase warm = make_plan_case(plan(), programme(), 2027, 100, 30, Weather::hot);
  CHECK(warm.days == 130);
  CHECK(warm.scenario.measure_from == 30 * 86400);
  CHECK(warm.unix_start == 1798761600 - 30 * 86400);
  CHECK(warm.scenario.signals[0].temperature_c[(30 + 10) * 24 + 4] > t[10 * 24 + 4]);
  CHECK(c.fleet.sites[0].onsite_mw == 5);
  const NodeType& type = c.fleet.types[0];
  CHECK(18 * (type.gpus * type.gpu_peak_w + type.host_peak_w) == Approx(132'000));

  c.scenario.record_intervals = true;
  const Workload w = make_mix(default_mix(), c.fleet, {.load = 0.8, .days = 365, .jobs = 3000, .seed = 1});
  const test::Run run(c.fleet, w, c.scenario);
  CHECK(run.result.identity_gap_slot_ms == 0);
  CHECK(run.result.goodput > 0.4);
  CHECK(run.result.energy.facility_mwh > 0);
  CHECK(run.result.energy.peak_facility_mw <= 35.0 + 1e-6);
  CHECK(run.engine.tables().intervals.size() == 8760);
}

TEST_CASE("A plan of another programme is refused by name") {
  Programme other = programme();
  other.accelerators[0].id = "mi355x";
  CHECK_THROWS_WITH(make_plan_case(plan(), other, 2027, 365), Catch::Matchers::ContainsSubstring("gb200"));
  CHECK_THROWS_AS(make_plan_case(plan(), programme(), 2020, 365), InputError);
}
