#include <catch2/catch_all.hpp>

#include "operate/helpers_test.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;
using Catch::Approx;

namespace {
/// 10 nodes of 8 GPUs, 1 kW at rest and 1 kW a GPU of dynamic power: 90 kW at full work.
Fleet kilowatts() {
  Fleet fleet = small_fleet({{"", 10}}, {.name = "n", .gpus = 8, .gpu_idle_w = 0, .gpu_peak_w = 1000, .host_idle_w = 1000, .host_peak_w = 1000});
  fleet.sites[0].cooling = {.pue_cold = 1, .pue_hot = 1};
  return fleet;
}
Scenario powered() {
  Scenario s;
  s.power = {.on = true, .exponent = 1};
  return s;
}
}  // namespace

TEST_CASE("Energy integrates exactly") {
  const Fleet fleet = kilowatts();
  Scenario s = powered();
  s.horizon = 7200;
  const Run run(fleet, workload({job(0, 1000, 8), job(500, 1234, 3), job(3000, 1, 80)}), s);
  const double joules = 10'000.0 * 7200 + 1000.0 * (8 * 1000 + 3 * 1234 + 80);
  CHECK(run.result.energy.it_mwh == Approx(joules / 3.6e9).epsilon(1e-12));
}

TEST_CASE("A cap holds: jobs slow down, stop in the stated order, or are not started") {
  Fleet fleet = kilowatts();
  Scenario s = powered();
  SECTION("a job that does not fit under the cap waits, and its GPUs count as curtailed") {
    fleet.sites[0].grid_mw = 0.05;
    const Run run(fleet, workload({job(0, 3600, 40), job(0, 3600, 8)}), s);
    CHECK(run.start(1) == 3600);
    CHECK(run.result.energy.peak_it_mw <= 0.05 + 1e-9);
    CHECK(run.result.ledger[Use::curtailed] == 8LL * 3600 * 1000);
  }
  const auto w = [] {
    auto jobs = workload({job(0, 7200, 40), job(10, 7200, 40)});
    jobs.jobs[0].priority = 1;
    return jobs;
  }();
  SECTION("uniform: both slow down alike") {
    s.targets = {{.start = 3600, .end = 7200, .limit_mw = 0.07, .feeds = {}}};
    const Run run(fleet, w, s);
    CHECK(run.end(0) == 7200 + 900);
    CHECK(run.end(1) == 10 + 7200 + 900);
  }
  SECTION("by priority: the lower one slows down first") {
    s.power.yield = Yield::priority;
    s.targets = {{.start = 3600, .end = 7200, .limit_mw = 0.07, .feeds = {}}};
    const Run run(fleet, w, s);
    CHECK(run.end(0) == 7200);
    CHECK(run.end(1) == 10 + 7200 + 1800);
  }
  SECTION("below the floor the lower one stops; best effort stops nobody") {
    s.power.yield = Yield::priority;
    // 10 kW at rest and half of 80 would be 50 kW: at 45 kW the first stays at its floor of half speed and the other stops.
    s.targets = {{.start = 3600, .end = 7200, .limit_mw = 0.045, .feeds = {}}};
    const Run run(fleet, w, s);
    CHECK(run.result.counters.stops == 1);
    CHECK(run.end(0) == 7200 + 1800);
    CHECK(run.end(1) == 10 + 7200 + 3600);
    s.targets[0].limit_mw = 0.02;
    s.targets[0].best_effort = true;
    CHECK(Run(fleet, w, s).result.counters.stops == 0);
  }
  SECTION("an impossible limit is a breach, said so") {
    s.targets = {{.start = 3600, .end = 7200, .limit_mw = 0.005, .feeds = {}}};
    CHECK(Run(fleet, w, s).result.counters.breaches > 0);
  }
}

TEST_CASE("A battery carries a curtailment until it is empty") {
  Fleet fleet = kilowatts();
  fleet.sites[0].battery_mw = 0.04;
  fleet.sites[0].battery_mwh = 0.02;
  Scenario s = powered();
  SiteSignals signals;
  signals.limit_mw = {0.1, 0.05, 0.05, 0.1};
  s.signals = {signals};
  const Run run(fleet, workload({job(0, 14'000, 80)}), s);
  // From 1:00 on 40 kW come from the battery: half an hour. Then 50 of 90 kW are left, half the dynamic power, for 1.5 h.
  CHECK(run.result.energy.battery_mwh == Approx(0.02).epsilon(0.01));
  CHECK(run.end(0) == Approx(14'000 + 2700).margin(30));
}

TEST_CASE("Ramp limits stagger starts") {
  Fleet fleet = kilowatts();
  fleet.sites[0].ramp_mw_per_min = 0.002;  // ten minutes' allowance: 20 kW
  std::vector<Job> jobs;
  for (int i = 0; i < 10; ++i) jobs.push_back(job(0, 50'000, 8));
  const Run run(fleet, workload(jobs), powered());
  CHECK(run.start(0) == 0);
  CHECK(run.start(1) == 0);
  for (std::size_t j = 3; j < 10; ++j) CHECK(static_cast<double>(run.start(j) - run.start(j - 1)) == Approx(240).margin(3));
}

TEST_CASE("Chip and rack limits set the clock; speed goes with the root of power", "[!mayfail]") {
  Fleet fleet = kilowatts();
  Scenario s = powered();
  s.power.exponent = 2;
  s.power.chip_cap_w = 490;
  const Run run(fleet, workload({job(0, 7000, 8)}), s);
  CHECK(run.end(0) == 10'000);
  CHECK(run.result.energy.peak_it_mw == Approx(0.010 + 8 * 0.00049));
  fleet.pools[0].nodes_per_rack = 5;
  fleet.types[0].rack_limit_w = 5000 + 40'000 * 0.25;
  s.power.chip_cap_w = 0;
  CHECK(Run(fleet, workload({job(0, 5000, 8)}), s).end(0) == 10'000);
}

TEST_CASE("PUE, water and limits go with temperature") {
  const Cooling c{.pue_cold = 1.1, .pue_hot = 1.3, .cold_c = 10, .hot_c = 30, .water_l_per_kwh_hot = 2};
  CHECK(pue(c, -20) == 1.1);
  CHECK(pue(c, 20) == Approx(1.2));
  CHECK(pue(c, 50) == Approx(1.3));
  CHECK(water_l_per_kwh(c, 20) == Approx(1));
  const Site site{.name = "s", .cooling = c};
  CHECK(it_mw_within(site, facility_mw(site, 7, 25), 25) == Approx(7));
}

TEST_CASE("Outages are ridden through on battery and on-site power, or take everything down") {
  Fleet fleet = kilowatts();
  Scenario s = powered();
  s.horizon = 2'000'000;
  s.failures = {{"site", Extent::site, 0.01, 60, 0.5, 0, ""}};
  const auto w = workload({job(0, 5'000'000, 80)});
  const Run bare(fleet, w, s);
  CHECK(bare.result.counters.outages > 0);
  CHECK(bare.result.ledger[Use::down] > 0);
  fleet.sites[0].onsite_mw = 0.05;
  fleet.sites[0].battery_mw = 0.05;
  fleet.sites[0].battery_mwh = 100;
  const Run ridden(fleet, w, s);
  CHECK(ridden.result.counters.outages == 0);
  CHECK(ridden.result.counters.rides_through > 0);
  CHECK(ridden.result.ledger[Use::down] == 0);
}
