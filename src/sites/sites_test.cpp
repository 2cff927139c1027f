#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "sites/criteria.h"
#include "sites/ranking.h"

using namespace stargate;
using Catch::Approx;

// Hwang and Yoon (1981), the choice of a fighter aircraft: speed (Mach), range (nautical miles), payload (pounds), cost
// (million USD), reliability and manoeuvrability (1 to 9). See cases/sites/aircraft/README.md.
TEST_CASE("TOPSIS gives the closeness of the textbook case") {
  const sites::Matrix aircraft{{2.0, 1500, 20000, 5.5, 5, 9},
                               {2.5, 2700, 18000, 6.5, 3, 5},
                               {1.8, 2000, 21000, 4.5, 7, 7},
                               {2.2, 1800, 20000, 5.0, 5, 5}};
  const auto closeness = sites::topsis(aircraft, {true, true, true, false, true, true}, {0.2, 0.1, 0.1, 0.1, 0.2, 0.3});
  const std::vector<double> book{0.643, 0.268, 0.613, 0.312};
  for (std::size_t i = 0; i < 4; ++i) CHECK(closeness[i] == Approx(book[i]).margin(0.001));
  CHECK(sites::ranks(closeness) == std::vector<int>{1, 4, 2, 3});
}

TEST_CASE("the weighted sum scales from worst to best") {
  const auto sums = sites::weighted_sum({{10, 1}, {20, 3}, {15, 2}}, {true, false}, {0.75, 0.25});
  CHECK(sums[0] == Approx(0.25));
  CHECK(sums[1] == Approx(0.75));
  CHECK(sums[2] == Approx(0.5));
  // A criterion in which all are equal moves nobody.
  CHECK(sites::weighted_sum({{1, 5}, {2, 5}}, {true, false}, {0.5, 0.5}) == std::vector<double>{0.5, 1.0});
  CHECK(sites::topsis({{1, 5}, {2, 5}}, {true, false}, {0.5, 0.5}) == std::vector<double>{0.0, 1.0});
  CHECK(sites::topsis({{0, 5}, {0, 5}}, {true, false}, {0.5, 0.5}) == std::vector<double>{1.0, 1.0});
}

namespace {

/// Three sites in a zone of 80 MW of coal at 20 USD/MWh and 100 MW of gas at 40.
Programme three_sites() {
  Programme p;
  p.settings.start = Quarter(2025, 1);
  p.settings.discount_rate = 0;
  Zone zone;
  zone.id = "z";
  zone.delivery_usd_per_mwh = 5;
  p.zones = {zone};
  RepresentativeDay day;
  day.id = "d";
  day.days = 91;
  p.days = {day};
  for (int hour = 0; hour < 24; ++hour) {
    Profile row;
    row.zone = "z";
    row.day = "d";
    row.hour = hour;
    row.load_mw = hour < 12 ? 60 : 150;
    p.profiles.push_back(row);
  }
  Fleet coal;
  coal.zone = "z";
  coal.kind = "thermal";
  coal.capacity_mw = 80;
  coal.variable_usd_per_mwh = 20;
  Fleet gas = coal;
  gas.capacity_mw = 100;
  gas.variable_usd_per_mwh = 0;
  gas.heat_rate_mmbtu_per_mwh = 8;
  gas.fuel = "gas";
  p.fleet = {coal, gas};
  FuelPrice price;
  price.fuel = "gas";
  price.usd_per_mmbtu = 7;
  p.fuel_prices.push_back(price);
  price.zone = "z";
  price.usd_per_mmbtu = 5;
  p.fuel_prices.push_back(price);
  Accelerator rack;
  rack.rack_kw = 100;
  rack.rack_usd_m = 3;
  p.accelerators = {rack};
  for (const char* id : {"a", "b", "c"}) {
    Site s;
    s.id = id;
    s.state = "TX";
    s.zone = "z";
    s.choice = "free";
    s.block_mw = 100;
    s.most_blocks = 4;
    s.pue_winter = s.pue_spring = s.pue_summer = 1.2;
    s.pue_autumn = 1.4;
    s.opening_cost_usd_m = 40;
    s.construction_usd_per_kw = 10000;
    s.sales_tax = 0.08;
    s.property_tax_per_year = 0.02;
    p.sites.push_back(s);
  }
  const auto step = [&](const char* site, double mw, int lead, double usd_per_kw) {
    Interconnection i;
    i.site = site;
    i.kind = "firm";
    i.mw = mw;
    i.lead_quarters = lead;
    i.earliest = Quarter(2025, 3);
    i.cost_usd_per_kw = usd_per_kw;
    p.interconnection.push_back(i);
  };
  step("a", 100, 4, 100);
  step("a", 300, 8, 300);
  step("b", 140, 1, 200);
  return p;
}

double value(const Programme& p, std::size_t site, std::string_view criterion) {
  const auto at = std::ranges::find(sites::criteria(), criterion, &sites::Criterion::id) - sites::criteria().begin();
  return sites::judge(p)[site][static_cast<std::size_t>(at)];
}

}  // namespace

TEST_CASE("criteria worked out by hand") {
  auto p = three_sites();
  CHECK(value(p, 0, "time_to_power") == 8);             // 140 MW are needed: 100 in quarter 4 are not enough
  CHECK(value(p, 1, "time_to_power") == 2);             // lead 1, but not before the third quarter
  CHECK(value(p, 2, "time_to_power") == p.quarters());  // no power at all
  CHECK(value(p, 0, "power_mw") == Approx(400 / 1.4));
  CHECK(value(p, 1, "power_mw") == Approx(100));
  CHECK(value(p, 0, "connection_cost") == Approx((100 * 100 + 300 * 300) / 400.0));
  CHECK(value(p, 2, "connection_cost") == 300);
  CHECK(value(p, 0, "energy_price") == Approx((20 + 8 * 5) / 2.0 + 5));
  CHECK(value(p, 0, "construction_cost") == Approx(10000 + 40e6 / 400e3));
  CHECK(value(p, 0, "climate") == Approx(1.25));
  CHECK(value(p, 0, "tax") == Approx(0.08 * 30000 + 0.02 * 10 * 10000));

  PowerTechnology engine;
  engine.kind = "thermal";
  engine.scale = "site";
  engine.fuel = "gas";
  engine.lead_quarters = 3;
  p.power = {engine};
  p.sites[2].gas_limit_mw = 139;
  CHECK(value(p, 2, "time_to_power") == p.quarters());
  p.sites[2].gas_limit_mw = 140;
  CHECK(value(p, 2, "time_to_power") == 3);

  Incentive waiver;
  waiver.jurisdiction = "TX";
  waiver.kind = "sales_tax";
  waiver.rate = 1;
  waiver.probability = 0.5;
  waiver.smallest_it_mw = 400;
  p.incentives = {waiver};
  CHECK(value(p, 0, "tax") == Approx(0.04 * 30000 + 2000));
  p.incentives[0].smallest_it_mw = 401;
  CHECK(value(p, 0, "tax") == Approx(0.08 * 30000 + 2000));
}

TEST_CASE("the screen ranks, leaves forbidden sites out and says how stable ranks are") {
  auto p = three_sites();
  const auto screen = sites::screen(p);
  REQUIRE(screen.sites.size() == 3);
  double sum = 0;
  for (const double w : screen.weights) sum += w;
  CHECK(sum == Approx(1));
  CHECK(p.sites[screen.sites[2].site].id == "c");  // no power, and nothing else better
  CHECK(screen.sites[2].rank_p5 == 3);
  CHECK(screen.sites[2].first_share == 0);
  double first = 0;
  for (const auto& s : screen.sites) first += s.first_share;
  CHECK(first == Approx(1));

  // With one criterion that counts, weights cannot change the order.
  CriterionWeight only;
  only.criterion = "time_to_power";
  only.weight = 2;
  p.site_weights = {only};
  const auto fast = sites::screen(p);
  CHECK(p.sites[fast.sites[0].site].id == "b");
  CHECK(fast.sites[0].first_share == 1);
  CHECK(fast.stability == Approx(1));

  p.sites[1].choice = "forbidden";
  CHECK(sites::screen(p).sites.size() == 2);
  p.sites.clear();
  CHECK(sites::screen(p).sites.empty());
}

TEST_CASE("the same seed gives the same screen on any number of threads") {
  const auto p = three_sites();
  const auto one = sites::screen(p, {.samples = 200, .threads = 1});
  const auto four = sites::screen(p, {.samples = 200, .threads = 4});
  const auto other = sites::screen(p, {.samples = 200, .spread = 2, .seed = 2});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(one.sites[i].first_share == four.sites[i].first_share);
    CHECK(one.sites[i].rank_p95 == four.sites[i].rank_p95);
  }
  CHECK(one.stability == four.stability);
  CHECK(other.stability != one.stability);
}
