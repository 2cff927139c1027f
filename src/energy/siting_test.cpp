#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "energy/reduction.h"
#include "energy/optimise.h"
#include "energy/sensitivity.h"
#include "energy/siting.h"
#include "energy/test_networks.h"
#include "energy/verify.h"

using namespace stargate;
using namespace stargate::energy;
using energy::test::random_network;
using energy::test::two_generators;
using Catch::Approx;

TEST_CASE("load goes where it costs least, in blocks, and flexibly") {
  Network n = two_generators(2, 50);
  n.buses.push_back({"far"});
  Generator g = n.generators[0];
  g.name = "far";
  g.bus = "far";
  g.marginal_cost = 20;
  g.nominal = 30;
  n.generators.push_back(g);
  LargeLoad load;
  load.total = 80;
  load.sites = {{"bus", 60, 0}, {"far", unlimited, 0}};
  const System placed_system = place_load(deterministic(n), load);
  auto r = optimise(placed_system);
  CHECK(verify(placed_system, r).largest() < 1e-6);
  CHECK(placed(placed_system, r, load)[0] == Approx(50));  // cheap has 50 left, far takes the next 30 at 20
  load.block = 40;
  const System blocks = place_load(deterministic(n), load);
  CHECK(optimise(blocks).status == lp::Status::infeasible);  // 40 at 'far' exceeds what it has
  load.block = 20;
  const System smaller = place_load(deterministic(n), load);
  CHECK(placed(smaller, optimise(smaller), load)[0] == Approx(60));
  load.block = 0;
  load.curtailable_share = 0.5;
  load.curtailable_hours = 0.5;
  load.curtailment_cost = 1;
  const System flexible = place_load(deterministic(n), load);
  const auto f = optimise(flexible);
  CHECK(verify(flexible, f).largest() < 1e-6);
  CHECK(f.objective < r.objective);
  load.sites = {{"nowhere", 100, 0}};
  CHECK_THROWS_AS(place_load(deterministic(n), load), InputError);
}

TEST_CASE("headroom is what the line and the plant behind it can bring") {
  Network n = two_generators(2, 50);
  n.loads[0].p_set.hourly = {50, 80};
  n.buses.push_back({"end"});
  Branch line;
  line.name = "line";
  line.bus0 = "bus";
  line.bus1 = "end";
  line.x = 0.1;
  line.nominal = 70;
  n.lines.push_back(line);
  HeadroomOptions options;
  options.curtailable_share = 0.25;
  options.curtailable_hours = 0.25;
  const auto map = headroom(deterministic(n), options);
  CHECK(map.buses[0].firm == Approx(120));
  CHECK(map.buses[0].binding == "generation");
  CHECK(map.buses[0].worst == 1);
  CHECK(map.buses[0].flexible == Approx(150));  // off by a quarter in the worse hour: min(150, 120 / 0.75)
  CHECK(map.buses[1].firm == Approx(70));
  CHECK(map.buses[1].binding == "line");
  n.loads[0].p_set.hourly = {50, 250};
  CHECK(headroom(deterministic(n), options).buses[0].firm == 0);
}

TEST_CASE("transfers and outages agree with the flows of the network without the line") {
  const Network n = random_network(5, 6, 1);
  const Topology top = topology(n);
  const Sensitivity s(top, n.buses.size());
  const auto flow = s.transfer(0, 3);
  std::vector<double> net(n.buses.size(), 0);
  for (std::size_t w = 0; w < flow.size(); ++w) {
    net[top.wires[w].from] += flow[w];
    net[top.wires[w].to] -= flow[w];
  }
  CHECK(net[0] == Approx(1));
  CHECK(net[3] == Approx(-1));
  CHECK(net[1] == Approx(0).margin(1e-12));
  Network without = n;
  without.lines.erase(without.lines.begin() + 4);
  const Topology cut = topology(without);
  const auto after = Sensitivity(cut, n.buses.size()).transfer(0, 3);
  const auto factors = s.outage(4);
  for (std::size_t w = 0; w < flow.size(); ++w)
    if (w != 4) CHECK(flow[w] + factors[w] * flow[4] == Approx(after[w < 4 ? w : w - 1]).margin(1e-10));
}

TEST_CASE("secured against each outage, no branch is overloaded after it") {
  const System system = deterministic(random_network(8, 5, 3));
  OptimiseOptions options;
  options.formulation.outages = {"all"};
  const auto secured = optimise(system, options), plain = optimise(system);
  REQUIRE(secured.has_values());
  CHECK(secured.objective >= plain.objective - 1e-6);
  const Topology top = topology(system.first());
  const Sensitivity s(top, system.first().buses.size());
  for (std::size_t k = 0; k < top.wires.size(); ++k) {
    const auto factors = s.outage(k);
    for (std::size_t l = 0; l < factors.size(); ++l)
      for (std::size_t t = 0; t < 3 && l != k; ++t)
        CHECK(std::abs(secured.operation[0].flow[1](t, l) + factors[l] * secured.operation[0].flow[1](t, k)) <= system.first().lines[l].nominal + 1e-6);
  }
  options.formulation.outages = {"no such line"};
  CHECK_THROWS_AS(optimise(system, options), InputError);
}

TEST_CASE("representative periods stand for the whole; all of them are the whole") {
  const System system = deterministic(random_network(21, 4, 48));
  ClusterOptions options;
  options.period_snapshots = 6;
  options.periods = 3;
  const auto c = cluster(system, options);
  CHECK(c.representatives.size() >= 3);
  double sum = 0;
  for (const double w : c.weights) sum += w;
  CHECK(sum == 8);
  for (std::size_t m = 0; m < c.representatives.size(); ++m) CHECK(c.assigned[c.representatives[m]] == m);
  const System small = represent(system, c, 6, false).system;
  const auto r = optimise(small);
  CHECK(verify(small, r).largest() < 1e-6);
  options.periods = 8;
  const auto all = cluster(system, options);
  CHECK(all.spread == 0);
  // Storage that cycles within each period is dearer than storage that runs through, and nothing else differs.
  const double runs = optimise(represent(system, all, 6, false).system).objective, whole = optimise(system).objective;
  CHECK(runs >= whole - 1e-6);
  CHECK(runs == Approx(whole).epsilon(0.02));
  options.period_snapshots = 7;
  CHECK_THROWS_AS(cluster(system, options), InputError);
}
