#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/random.h"
#include "impact/carbon.h"
#include "impact/economy.h"
#include "impact/jobs.h"
#include "impact/leontief.h"
#include "impact/plan_impact.h"
#include "programme/facts.h"

using namespace stargate;
using namespace stargate::impact;
using Catch::Approx;

TEST_CASE("Leontief's inverse of the two-sector example, and its households") {
  const Matrix a{{0.15, 0.25}, {0.20, 0.05}};
  const auto l = total_requirements(a);
  CHECK(l[0][0] == Approx(1.2541).margin(5e-5));
  CHECK(l[0][1] == Approx(0.3300).margin(5e-5));
  CHECK(l[1][0] == Approx(0.2640).margin(5e-5));
  CHECK(l[1][1] == Approx(1.1221).margin(5e-5));
  // Final demand 600 and 1500 takes output 1247.5 and 1841.6.
  CHECK(l[0][0] * 600 + l[0][1] * 1500 == Approx(1247.5).margin(0.05));
  CHECK(l[1][0] * 600 + l[1][1] * 1500 == Approx(1841.6).margin(0.05));
  const auto closed = total_requirements(with_households(a, {0.30, 0.25}, {0.05, 0.40}, 0.05));
  CHECK(closed[0][0] == Approx(1.365).margin(5e-4));
  CHECK(closed[1][1] == Approx(1.348).margin(5e-4));
  CHECK(closed[2][2] == Approx(1.289).margin(5e-4));
  CHECK_THROWS_AS(total_requirements({{1.0}}), InputError);
  CHECK_THROWS_AS(total_requirements({{0.9, 0.9}, {0.9, 0.9}}), InputError);
}

TEST_CASE("the US table of 2003 has its published output multipliers") {
  const auto io = input_output(read_facts(requirement_table()));
  const auto m = output_multipliers(total_requirements(io.direct));
  REQUIRE(m.size() == 7);
  const double published[] = {1.9195, 1.6051, 1.7218, 1.9250,
                              1.4868};  // Miller and Blair 2009, from coefficients of more digits
  for (std::size_t i = 0; i < 5; ++i) CHECK(m[i] == Approx(published[i]).margin(6e-4));
}

TEST_CASE("spending sets output, jobs and tax in motion in proportion, and transfers none") {
  const auto m = Multipliers::from(read_facts(spending_sector_table()), read_facts(job_multiplier_table()),
                                   read_facts(tax_rate_table()), input_output(read_facts(requirement_table())));
  const auto e = economy(m, "construction", 100);
  CHECK(e.domestic_usd_m.middle < 100);
  CHECK(economy(m, "opening", 100).direct_job_years.middle == Approx(95 * 5.45));
  CHECK(economy(m, "opening", 100).output_usd_m.middle == Approx(95 * 1.7217).epsilon(1e-3));
  CHECK(e.output_usd_m.low < e.output_usd_m.middle);
  CHECK(e.output_usd_m.middle < e.output_usd_m.high);
  auto twice = economy(m, "construction", 50);
  twice += economy(m, "construction", 50);
  CHECK(twice.output_usd_m.high == Approx(e.output_usd_m.high));
  CHECK(economy(m, "interest", 100).output_usd_m.high == 0);
  CHECK(economy(m, "racks", 100).output_usd_m.middle < 30);
}

TEST_CASE("crews rise, stay and fall; contract and claim stand apart; people are conserved") {
  CHECK(crew_share(-0.1) == 0);
  CHECK(crew_share(0.5) == 1);
  CHECK(crew_share(0.9) == Approx(0.5));
  Works w{"TX", "Abilene", *parse_date("2025-01-01"), *parse_date("2026-07-01"), 100, 130, 5, 0.05, 1.4};
  const auto q = jobs({w}, Quarter(2025, 1), 8);
  REQUIRE(q.size() == 8);
  double job_years = 0;
  for (const auto& one : q) job_years += one.construction * one.quarter.days() / 365.25;
  CHECK(job_years == Approx(500 * crew_area() * 546 / 365.25).epsilon(0.001));
  CHECK(q[2].construction_peak == Approx(500));
  CHECK(q[5].permanent_contract == 0);
  CHECK(q[6].permanent_contract == Approx(6.5));
  CHECK(q[6].permanent_claim == Approx(182));
}

TEST_CASE("emissions follow the flow: nothing is lost between zones") {
  for (std::uint64_t n = 0; n < 30; ++n) {
    Random random(9, n);
    std::vector<ZoneHour> zones(6);
    std::vector<ZoneFlow> flows;
    for (auto& z : zones)
      z.generation_mwh = 10 + 90 * random.uniform(), z.emissions_t = z.generation_mwh * random.uniform();
    for (std::size_t i = 0; i < 6; ++i) flows.push_back({i, (i + 1 + random.below(4)) % 6, 10 * random.uniform()});
    const auto mix = traced_t_per_mwh(zones, flows);
    // Use in a zone is what is generated and flows in less what flows out: emissions of all use are those of all
    // generation.
    double used = 0, made = 0;
    for (std::size_t z = 0; z < 6; ++z) {
      double use = zones[z].generation_mwh;
      for (const auto& f : flows) use += (f.to == z ? f.mwh : 0) - (f.from == z ? f.mwh : 0);
      used += use * mix[z];
      made += zones[z].emissions_t;
    }
    CHECK(used == Approx(made).epsilon(1e-9));
  }
}

TEST_CASE("location, market and hourly matching of one solar plant") {
  // Two hours of 100 MWh use; gas at 0.4 t/MWh all round; the programme's solar makes 150 at noon and none at night.
  const std::vector<ZoneHour> noon{{1000, 0.4 * 850, 100, 150, 150, 0}}, night{{1000, 400, 100, 0, 0, 0}};
  const auto a = step_carbon(noon, {})[0], b = step_carbon(night, {})[0];
  CHECK(a.location_t == Approx(34));
  CHECK(b.location_t == Approx(40));
  CHECK(a.market_hourly_t == 0);
  CHECK(b.market_hourly_t == Approx(40));
  CHECK(a.matched_mwh == 100);
  CHECK(a.residual_t == Approx(40));
  CHECK(settle_market_t(200, 150, 80) == Approx(20));
  CHECK(settle_market_t(200, 300, 80) == 0);
  // Matching by the hour never claims more than matching over the span.
  CHECK(a.market_hourly_t + b.market_hourly_t >= settle_market_t(200, 150, 80));
}

TEST_CASE("a plan's carbon comes out of its dispatch: gas in one zone, the programme's solar, power that flows in") {
  Programme p;
  p.settings.start = Quarter(2025, 1);
  p.settings.build_quarters = 4;
  p.settings.tail_quarters = 0;
  p.settings.hours_per_step = 3;
  Zone west, east;
  west.id = "W";
  east.id = "E";
  p.zones = {west, east};
  Line line;
  line.id = "we";
  line.from_zone = "W";
  line.to_zone = "E";
  p.lines = {line};
  RepresentativeDay day;
  day.id = "d";
  day.days = 90;
  p.days = {day};
  Fuel gas;
  gas.id = "natural_gas";
  gas.co2_t_per_mmbtu = 0.05;
  p.fuels = {gas};
  Fleet cc;
  cc.id = "e_cc";
  cc.zone = "E";
  cc.technology = "gas_cc";
  cc.kind = "thermal";
  cc.fuel = "natural_gas";
  cc.heat_rate_mmbtu_per_mwh = 8;
  p.fleet = {cc};
  PowerTechnology solar, engine;
  solar.id = "solar";
  solar.kind = "solar";
  engine.id = "engine";
  engine.kind = "thermal";
  engine.fuel = "natural_gas";
  engine.heat_rate_mmbtu_per_mwh = 10;
  p.power = {solar, engine};
  Site site;
  site.id = "s";
  site.state = "TX";
  site.zone = "E";
  site.cooling = "liquid_dry";
  p.sites = {site};

  Plan plan;
  const auto source = [&](const char* zone, const char* name, const char* kind, double mw) {
    plan.source_steps.push_back({{}, zone, name, kind, "d", Quarter(2025, 2), 0, mw});
  };
  source("E", "e_cc", "existing", 60);
  source("W", "solar", "built", 40);
  source("E", "engine", "onsite", 5);
  plan.flow_steps.push_back({{}, "we", "d", Quarter(2025, 2), 0, 40});
  plan.site_steps.push_back({{}, "s", "d", Quarter(2025, 2), 0, 55, 50, 5, 0});
  SiteQuarter quarter;
  quarter.site = "s";
  quarter.quarter = Quarter(2025, 2);
  quarter.load_gwh = 55 * 270 / 1000.0;
  quarter.water_ml = 1;
  plan.site_quarters.push_back(quarter);
  plan.blocks.push_back({{}, "s", Quarter(2025, 1), Quarter(2025, 3), 1, 100, false});
  plan.spending.push_back({{}, Quarter(2025, 1), "construction", "s", 100, true});
  plan.spending.push_back({{}, Quarter(2025, 1), "sales_tax", "s", 8, true});

  const auto m = Multipliers::from(read_facts(spending_sector_table()), read_facts(job_multiplier_table()),
                                   read_facts(tax_rate_table()), input_output(read_facts(requirement_table())));
  const auto impact = plan_impact(p, plan, m, read_facts(water_use_table()));
  REQUIRE(impact.carbon.size() == 1);
  const Carbon& c = impact.carbon[0].carbon;
  CHECK(c.load_mwh == Approx(55 * 270));
  CHECK(c.onsite_t == Approx(5 * 270 * 0.5));
  // East: 60 gas at 0.4 and 40 of solar that flows in: 0.24 t/MWh.
  CHECK(c.location_t == Approx(50 * 270 * 0.24));
  CHECK(c.market_hourly_t == Approx(50 * 270 * 0.4));  // gas is all that is not the programme's own
  CHECK(c.market_t == Approx(50 * 270 * 0.4 * (1 - 40.0 / 50)));
  CHECK(impact.carbon[0].dispatched_share == Approx(1));
  CHECK(impact.carbon[0].offsite_water_ml.middle == Approx(50 * 270 * (0.6 * 0.75 + 0.4 * 0.1) / 1000));
  CHECK(impact.taxes.at("TX").sales_tax_usd_m == 8);
  CHECK(impact.by_state.at("TX").spending_usd_m == Approx(108));
  CHECK(impact.water[0].cooling == "liquid_dry");
  // Spending without a place falls to the states as their sites stand; a year that is not dispatched takes the season's rates.
  auto bare = plan;
  for (auto& row : bare.spending) row.place.clear();
  bare.site_quarters.push_back(quarter);
  bare.site_quarters.back().quarter = Quarter(2024, 2);
  bare.site_quarters.back().load_gwh *= 2;
  const auto other = plan_impact(p, bare, m, read_facts(water_use_table()));
  CHECK(other.by_state.at("").spending_usd_m == Approx(108));  // the site has no costs by which to share
  p.sites[0].construction_usd_per_kw = 10;
  CHECK(plan_impact(p, bare, m, read_facts(water_use_table())).by_state.at("TX").spending_usd_m == Approx(100));
  REQUIRE(other.carbon.size() == 2);
  CHECK(other.carbon[0].dispatched_share == 0);
  CHECK(other.carbon[0].carbon.location_t == Approx(2 * c.location_t));
  plan.flow_steps[0].line = "nowhere";
  CHECK_THROWS_WITH(plan_impact(p, plan, m, read_facts(water_use_table())),
                    Catch::Matchers::ContainsSubstring("nowhere"));
}

TEST_CASE("every way of cooling has its range") {
  for (const auto& w : read_facts(water_use_table())) {
    CHECK(w.l_per_kwh_low <= w.l_per_kwh);
    CHECK(w.l_per_kwh <= w.l_per_kwh_high);
  }
}
