#include <catch2/catch_all.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "powerflow/growth.h"
#include "powerflow/newton.h"

using namespace stargate::powerflow;
using Catch::Approx;

namespace {

/// A slack bus, a line of x = 0.1 and a load.
Case two_buses(double load_mw, double load_mvar) {
  Case c;
  c.name = "two";
  c.buses.resize(2);
  c.buses[0].name = "1";
  c.buses[0].kind = BusKind::slack;
  c.buses[1].name = "2";
  c.buses[1].load_mw = load_mw;
  c.buses[1].load_mvar = load_mvar;
  Generator g;
  g.name = "g";
  g.p_max_mw = 1000;
  g.q_min_mvar = -500, g.q_max_mvar = 500;
  c.generators = {g};
  Branch b;
  b.name = "line";
  b.to = 1;
  b.x = 0.1;
  c.branches = {b};
  return c;
}

}  // namespace

TEST_CASE("two buses by hand") {
  // No losses and no reactive load: V2 = cos d and P x = cos d sin d = sin(2 d) / 2.
  const Case c = two_buses(100, 0);
  PowerFlow flow(c);
  NewtonOptions closely;
  closely.tolerance = 1e-12;
  const auto s = flow.solve(closely);
  REQUIRE(s.converged());
  const double d = std::asin(0.2) / 2;
  CHECK(s.voltage[1] == Approx(std::cos(d)).epsilon(1e-10));
  CHECK(s.angle_deg[1] == Approx(-d * 180 / std::numbers::pi).epsilon(1e-10));
  CHECK(s.p_mw[0] == Approx(100).epsilon(1e-10));
  CHECK(s.flows[0].to_mw == Approx(-100).epsilon(1e-10));
  CHECK(s.q_mvar[0] == Approx(100 * (1 - std::cos(d) * std::cos(d)) / 0.1).epsilon(1e-8));
  CHECK(residual(c, s, flow.own()) < 1e-10);
}

TEST_CASE("beyond what the line carries there is no solution, and none is told") {
  // The most is V1^2 / (2 x) = 500 MW.
  CHECK(PowerFlow(two_buses(499, 0)).solve({}).converged());
  CHECK_FALSE(PowerFlow(two_buses(501, 0)).solve({}).converged());
}

TEST_CASE("a phase shifter turns the angle, a tap the voltage") {
  Case c = two_buses(0, 0);
  c.branches[0].shift_deg = 10;
  c.branches[0].ratio = 1.05;
  PowerFlow flow(c);
  const auto s = flow.solve({});
  REQUIRE(s.converged());
  CHECK(s.angle_deg[1] == Approx(-10));
  CHECK(s.voltage[1] == Approx(1 / 1.05));
  CHECK(residual(c, s, flow.own()) < 1e-9);
}

TEST_CASE("a shunt gives reactive power by the square of the voltage") {
  Case c = two_buses(0, 0);
  c.buses[1].shunt_mvar = 50;
  const auto s = PowerFlow(c).solve({});
  REQUIRE(s.converged());
  CHECK(s.voltage[1] == Approx(1 / (1 - 0.1 * 0.5)));
  CHECK(-s.flows[0].to_mvar == Approx(-50 * s.voltage[1] * s.voltage[1]));
}

TEST_CASE("generators beyond their reactive limits give up the voltage") {
  Case c = two_buses(100, 80);
  c.buses[1].kind = BusKind::pv;
  Generator g;
  g.name = "h";
  g.bus = 1;
  g.q_min_mvar = -10, g.q_max_mvar = 20;
  c.generators.push_back(g);
  PowerFlow flow(c);
  CHECK(flow.solve({}).voltage[1] == Approx(1));
  NewtonOptions limited;
  limited.reactive_limits = true;
  const auto s = flow.solve(limited);
  REQUIRE(s.converged());
  CHECK(s.at_limit[1] == 1);
  CHECK(s.q_mvar[1] == 20);
  CHECK(s.voltage[1] < 0.99);
  CHECK(s.rounds == 2);
  CHECK(residual(c, s, flow.own()) < 2e-8);
}

TEST_CASE("reactive power of a bus is shared by the ranges of its generators") {
  Case c = two_buses(100, 50);
  c.generators[0].q_min_mvar = -10, c.generators[0].q_max_mvar = 50;
  c.generators.push_back(c.generators[0]);
  c.generators[1].name = "h";
  c.generators[1].q_min_mvar = -20, c.generators[1].q_max_mvar = 100;
  c.generators[1].p_mw = 30;
  const auto s = PowerFlow(c).solve({});
  REQUIRE(s.converged());
  CHECK((s.q_mvar[1] + 20) == Approx(2 * (s.q_mvar[0] + 10)));
  CHECK(s.p_mw[1] == 30);
  CHECK(s.p_mw[0] == Approx(70));
}

TEST_CASE("an outage takes a branch out and what hangs on it; the network is as before afterwards") {
  Case c = two_buses(100, 0);
  c.branches.push_back(c.branches[0]);
  c.branches[1].name = "second";
  PowerFlow flow(c);
  const auto both = flow.solve({});
  const auto one = flow.solve({}, flow.own(), 0);
  REQUIRE(one.converged());
  CHECK(one.flows[0].to_mw == 0);
  CHECK(one.voltage[1] == Approx(std::cos(std::asin(0.2) / 2)));
  const auto again = flow.solve({});
  CHECK(again.voltage[1] == both.voltage[1]);
  Case single = two_buses(100, 0);
  PowerFlow alone(single);
  const auto cut = alone.solve({}, alone.own(), 0);
  CHECK(cut.converged());
  CHECK(cut.dead[1]);
  CHECK(cut.voltage[1] == 0);
  CHECK(cut.p_mw[0] == Approx(0).margin(1e-9));
}

TEST_CASE("what makes no network is refused") {
  auto refused = [](auto&& change) {
    Case c = two_buses(10, 0);
    change(c);
    CHECK_THROWS_AS(PowerFlow(c), std::invalid_argument);
  };
  refused([](Case& c) { c.branches.clear(); });                   // an island without slack
  refused([](Case& c) { c.buses[0].kind = BusKind::pq; });        // no slack at all
  refused([](Case& c) { c.branches[0].x = 0; });                  // no impedance
  refused([](Case& c) { c.branches[0].to = 0; });                 // both ends at one bus
  refused([](Case& c) { c.buses[1].load_mw = std::nan(""); });    // no number
  refused([](Case& c) { c.buses[1].kind = BusKind::pv; });        // nobody holds the voltage
  refused([](Case& c) { c.buses.clear(), c.generators.clear(), c.branches.clear(); });
}

TEST_CASE("growth of load: by hand") {
  // A line of 150 MVA to a bus with 100 MW and no losses: by DC 50 MW more; by AC less, for the line carries reactive power too.
  Case c = two_buses(100, 0);
  c.branches[0].rate_mva = c.branches[0].emergency_mva = 150;
  c.buses[1].voltage_min = 0.5;
  GrowthOptions options;
  options.most = 200;
  const std::vector<Growth> growth{{1, 1, 0}};
  const auto dc = dc_limit(c, growth, options), ac = ac_limit(c, growth, options);
  CHECK(dc.bound);
  CHECK(dc.growth == Approx(50));
  CHECK(ac.bound);
  // S^2 = P^2 + Q^2 at the slack with P = sin(2 d) / (2 x), Q = (1 - cos^2 d) / x = sin^2 d / x: S = sin d / x = 1.5.
  const double d = std::asin(0.15);
  CHECK(ac.growth == Approx(100 * std::sin(2 * d) / 0.2 - 100).epsilon(0.01));
  CHECK(ac.growth < dc.growth);
  CHECK(ac.breaks.find("line") != std::string::npos);
  // Generators with little left bind first.
  c.generators[0].p_mw = 100, c.generators[0].p_max_mw = 120;
  CHECK(ac_limit(c, growth, options).growth == Approx(20));
  CHECK(dc_limit(c, growth, options).breaks.find("generators") != std::string::npos);
  // Without ratings the voltage collapses near 500 MW.
  c.generators[0].p_max_mw = 10000;
  c.branches[0].rate_mva = c.branches[0].emergency_mva = 0;
  c.buses[1].voltage_min = 0;
  options.most = 1000;
  const auto collapse = ac_limit(c, growth, options);
  CHECK(collapse.growth == Approx(400).epsilon(0.01));
  CHECK(collapse.breaks.find("collapses") != std::string::npos);
}

TEST_CASE("outages: what breaks, what is cut off, on any number of threads") {
  Case c = two_buses(100, 20);
  c.branches.push_back(c.branches[0]);
  c.branches[1].name = "second";
  for (auto& b : c.branches) b.rate_mva = 80, b.emergency_mva = 90;
  c.buses.push_back(c.buses[1]);
  c.buses[2].name = "3";
  c.buses[2].load_mw = 10, c.buses[2].load_mvar = 0;
  c.branches.push_back(c.branches[0]);
  c.branches[2].name = "radial";
  c.branches[2].from = 1, c.branches[2].to = 2;
  PowerFlow flow(c);
  const auto base = flow.solve({});
  REQUIRE(base.converged());
  CHECK(violations(c, base, false).empty());
  const auto found = contingencies(c, {}, flow.own(), base, 1);
  REQUIRE(found.size() == 3);
  CHECK(found[0].broken.size() == 1);
  CHECK(found[0].worst_branch == 1);
  CHECK(found[0].worst_loading > 110.0 / 90);
  CHECK(found[2].cut_off_buses == 1);
  CHECK(found[2].cut_off_load_mw == 10);
  CHECK(found[2].broken.empty());
  const auto again = contingencies(c, {}, flow.own(), base, 3);
  for (std::size_t k = 0; k < 3; ++k) CHECK(again[k].worst_loading == found[k].worst_loading);
}
