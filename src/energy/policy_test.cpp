#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "energy/decompose.h"
#include "energy/optimise.h"
#include "energy/solved_test.h"
#include "energy/test_networks.h"
#include "energy/verify.h"

using namespace stargate;
using namespace stargate::energy;
using Catch::Approx;
using energy::test::random_network;
using energy::test::solved;
using energy::test::total;
using energy::test::two_generators;

namespace {

/// Cheap (given, 100 MW at 10) and a peaker to be built at 5 a MW.
Network with_peaker() {
  Network n = two_generators(1, 100);
  n.generators[1].extendable = true;
  n.generators[1].nominal = 0;
  n.generators[1].capital_cost = 5;
  return n;
}
}  // namespace

TEST_CASE("a reserve margin buys the capacity that load does not, at its cost") {
  Network n = with_peaker();
  n.policies.reserve_margins.push_back(
      {"firm",
       {{"bus", 0.2}},
       {{List::generators, "cheap", 0.9, Basis::capacity}, {List::generators, "dear", 1, Basis::availability}}});
  // 1.2 * 100 less 0.9 * 100: 30 MW of peaker.
  auto r = solved(n);
  CHECK(total(r) == Approx(1000 + 30 * 5));
  CHECK(r.operation[0].policy.margin_price(0, 0) == Approx(5));
  n.policies.reserve_margins[0].price = 3;  // cheaper than the peaker: all of it is missed
  r = solved(n);
  CHECK(total(r) == Approx(1000 + 30 * 3));
  CHECK(r.operation[0].policy.margin_price(0, 0) == Approx(3));
  CHECK(r.operation[0].policy.margin_slack(0, 0) == Approx(30));
  fix_capacities(n, solved(with_peaker()));  // dispatch alone: nothing to build
  CHECK(total(solved(n)) == Approx(1000 + 30 * 3));
  n.policies.reserve_margins[0].price = unlimited;
  CHECK(optimise(deterministic(n)).status == lp::Status::infeasible);
}

TEST_CASE("storage and imports count towards a margin by what they give") {
  Network n = two_generators(2, 100);
  n.loads[0].p_set.hourly = {100, 50};
  StorageUnit s;
  s.name = "battery";
  s.bus = "bus";
  s.nominal = 20;
  s.efficiency_store = 0.8;
  s.cyclic = true;
  n.storage_units.push_back(s);
  n.policies.reserve_margins.push_back(
      {"firm", {{"bus", 0}}, {{List::generators, "cheap", 0.9, Basis::capacity}, {List::storage_units, "battery", 1}}});
  // 90 are firm; the 10 that lack in the first hour are dispatched, 12.5 are charged in the second: 2.5 MWh more at 10.
  CHECK(total(solved(n)) == Approx(1500 + 25));

  Network two = two_generators(1, 100);
  two.buses.push_back({"far"});
  two.generators[0].bus = "far";
  Link l;
  l.name = "line";
  l.nominal = 80;
  l.ports = {{"far", -1.0}, {"bus", 1.0}};
  two.links.push_back(l);
  CHECK(total(solved(two)) == Approx(80 * 10 + 20 * 50));
  two.policies.reserve_margins.push_back(
      {"firm", {{"bus", 0.1}}, {{List::generators, "dear", 1, Basis::capacity}, {List::links, "line", -0.5}}});
  two.policies.reserve_margins[0].price = 1;
  // 100 - 0.5 flow + slack >= 110: importing costs a slack of half a MW each.
  const auto r = solved(two);
  CHECK(total(r) == Approx(800 + 1000 + 50));
  CHECK(r.operation[0].policy.margin_slack(0, 0) == Approx(50));
}

TEST_CASE("an energy share is met by what is eligible, or paid for") {
  Network n = two_generators(2, 100);
  n.generators[0].name = "coal";
  n.generators[0].marginal_cost = 20;
  n.generators[0].nominal = 200;
  n.generators[1] = {};
  n.generators[1].name = "wind";
  n.generators[1].bus = "bus";
  n.generators[1].extendable = true;
  n.generators[1].capital_cost = 60;
  n.generators[1].p_max_pu.hourly = {0.5, 1};
  n.policies.energy_shares.push_back({"rps", {{"bus", 0.4}}, {{List::generators, "wind"}}});
  // 80 MWh of wind at 1.5 a MW; a MW costs 60 and saves 30 of coal: 20 a MWh.
  auto r = solved(n);
  CHECK(total(r) == Approx(80 / 1.5 * 60 + 120 * 20));
  CHECK(r.operation[0].policy.share_price[0] == Approx(20));
  n.policies.energy_shares[0].price = 10;
  r = solved(n);
  CHECK(total(r) == Approx(200 * 20 + 80 * 10));
  CHECK(r.operation[0].policy.share_price[0] == Approx(10));
  CHECK(r.operation[0].policy.share_slack[0] == Approx(80));
}

TEST_CASE("a share may count losses, and only load that is served") {
  Network n = two_generators(1, 100);
  n.generators[0].nominal = 60;
  n.generators[1].sheds_load = true;
  n.generators[1].marginal_cost = 1000;
  n.policies.energy_shares.push_back({"ces", {{"bus", 0.6}}, {{List::generators, "cheap"}}});
  CHECK(total(solved(n)) == Approx(60 * 10 + 40 * 1000));
  n.generators[0].nominal = 30;
  CHECK(optimise(deterministic(n)).status == lp::Status::infeasible);  // 30 of 100 served
  n.policies.energy_shares[0].only_load_served = true;
  CHECK(total(solved(n)) == Approx(30 * 10 + 70 * 1000));
}

TEST_CASE("capacities of a group stay between their limits, or pay") {
  Network n = with_peaker();
  n.policies.capacity_requirements.push_back({"carve-out", {{List::generators, "dear", 1}}, 40});
  auto r = solved(n);
  CHECK(total(r) == Approx(1000 + 40 * 5));
  CHECK(r.requirement_price[0] == Approx(5));
  n.policies.capacity_requirements[0].price = 4;
  r = solved(n);
  CHECK(total(r) == Approx(1000 + 40 * 4));
  CHECK(r.requirement_slack[0] == Approx(40));
  n.policies.capacity_requirements[0] = {"limit", {{List::generators, "dear", 1}}, -unlimited, 10, 7};
  n.loads[0].p_set = 130;
  r = solved(n);  // 30 are needed, 20 of them above the limit
  CHECK(total(r) == Approx(1000 + 30 * 55 + 20 * 7));
  CHECK(r.requirement_price[0] == Approx(-7));
}

TEST_CASE("CO2 of a zone is capped by mass, by load or by generation") {
  Network n = two_generators(1, 100);
  n.carriers = {{"coal", 1}, {"gas", 0.5}};
  n.generators[0].carrier = "coal";
  n.generators[1].carrier = "gas";
  n.generators[1].marginal_cost = 30;
  n.buses.push_back({"elsewhere"});  // not capped
  n.loads.push_back({"there", "elsewhere", "", true, -1, 50});
  n.generators.push_back(n.generators[0]);
  n.generators.back().name = "free";
  n.generators.back().bus = "elsewhere";
  const double there = 500;
  for (const EmissionCap::Bus& bus :
       {EmissionCap::Bus{"bus"}, EmissionCap::Bus{"bus", 0.8, 0}, EmissionCap::Bus{"bus", 0, 0.8}}) {
    n.policies.emission_caps = {{"cap", {bus}, bus.per_load + bus.per_generation > 0 ? 0.0 : 80.0}};
    // coal + (100 - coal) / 2 = 80: 60 of coal.
    auto r = solved(n);
    CHECK(total(r) == Approx(there + 60 * 10 + 40 * 30));
    CHECK(r.operation[0].policy.cap_price[0] == Approx(40));
    n.policies.emission_caps[0].price = 25;
    r = solved(n);
    CHECK(total(r) == Approx(there + 1000 + 20 * 25));
    CHECK(r.operation[0].policy.cap_price[0] == Approx(25));
  }
}

TEST_CASE("regulation needs room above and below, spinning reserve above") {
  Network n = two_generators(1, 100);
  OperatingReserve regulation{
      "regulation", true, {}, 0.1, 0, {}, {{List::generators, "cheap", 0.2}, {List::generators, "dear", 0.3}}};
  n.policies.operating_reserves = {regulation};
  // Each holds 5: cheap runs at 95, dear at 5. A MW more moves half a MW from 10 to 50.
  auto r = solved(n);
  CHECK(total(r) == Approx(950 + 250));
  CHECK(r.operation[0].policy.reserve_price(0, 0) == Approx(20));
  n.policies.operating_reserves[0].price = 15;
  r = solved(n);
  CHECK(total(r) == Approx(1000 + 150));
  CHECK(r.operation[0].policy.unmet(0, 0) == Approx(10));
  n.policies.operating_reserves[0].downward = false;  // dear holds it all without running
  n.policies.operating_reserves[0].providers[1].cost = 2;
  CHECK(total(solved(n)) == Approx(1000 + 20));
  // What is variable asks for more: a tenth of 100 MW.
  n.policies.operating_reserves[0].variable = {{List::generators, "cheap", 0.1}};
  CHECK(total(solved(n)) == Approx(1000 + 40));
}

TEST_CASE("a unit must be up to hold reserve") {
  Network n = two_generators(1, 100);
  auto& dear = n.generators[1];
  dear.committable = true;
  dear.up_time_before = 0;
  dear.p_min_pu = 0.2;
  dear.start_up_cost = 100;
  n.policies.operating_reserves = {
      {"spinning", false, {}, 0.1, 0, {}, {{List::generators, "cheap", 0.05}, {List::generators, "dear", 0.5}}}};
  CHECK(total(solved(n)) == Approx(80 * 10 + 20 * 50 + 100));
  n.policies.operating_reserves[0].providers[0].max_pu = 0.1;  // cheap may hold all of it, and dear fills in
  n.policies.operating_reserves[0].price = 30;
  CHECK(total(solved(n)) == Approx(1000 + 10 * 30));
  dear.committable = false;
  dear.p_min_pu = 0;
  CHECK(total(solved(n)) == Approx(1000));
}

TEST_CASE("storage holds reserve with the energy it has, and by charging less") {
  Network n = two_generators(1, 50);
  StorageUnit s;
  s.name = "battery";
  s.bus = "bus";
  s.nominal = 50;
  s.state_of_charge_initial = 10;
  s.marginal_cost = 100;
  n.storage_units.push_back(s);
  n.policies.operating_reserves = {{"spinning", false, {}, 0, 12, {}, {{List::storage_units, "battery", 1}}, 7}};
  auto r = solved(n);  // 10 with what it holds; 2 more by charging 2 MWh for 20, or unmet for 14
  CHECK(total(r) == Approx(500 + 2 * 7));
  n.policies.operating_reserves[0].price = 11;
  r = solved(n);
  CHECK(total(r) == Approx(500 + 20));
  CHECK(r.operation[0].policy.held_charging[0](0, 0) == Approx(2));
}

TEST_CASE("energy, charge and dispatch of storage are decided apart") {
  Network n = two_generators(3, 0);
  n.loads[0].p_set.hourly = {0, 90, 90};
  n.generators.resize(1);
  n.generators[0].nominal = 500;
  n.generators[0].marginal_cost = 1;
  n.generators[0].p_max_pu.hourly = {1, 0, 0};
  StorageUnit s;
  s.name = "battery";
  s.bus = "bus";
  s.extendable = s.energy_apart = s.energy.extendable = true;
  s.one_converter = s.only_from_level = s.cyclic = true;
  s.capital_cost = 10;
  s.energy.name = "battery";
  s.energy.capital_cost = 1;
  n.storage_units = {s};
  // 180 MWh are charged in one hour: as much power, and energy.
  auto r = solved(n);
  CHECK(total(r) == Approx(180 + 1800 + 180));
  auto& battery = n.storage_units[0];
  battery.one_converter = false;
  battery.charge_apart = battery.charge.extendable = true;
  battery.charge.capital_cost = 2;
  CHECK(total(solved(n)) == Approx(180 + 180 * 2 + 90 * 10 + 180));
  battery.hours_max = 1.5;  // 180 MWh need 120 MW
  r = solved(n);
  CHECK(total(r) == Approx(180 + 180 * 2 + 120 * 10 + 180));
  CHECK(r.capacity[static_cast<std::size_t>(List::storage_energy)][0] == Approx(180));
  Network fixed = n;
  fix_capacities(fixed, r);
  CHECK(total(solved(fixed)) == Approx(180));
}

TEST_CASE("a reservoir runs on what it held, keeps its flow and its ramps") {
  Network n = two_generators(2, 30);
  n.generators[0].marginal_cost = 50;
  StorageUnit s;
  s.name = "hydro";
  s.bus = "bus";
  s.nominal = 20;
  s.p_min_pu = 0;
  s.max_hours = 2;
  s.inflow_pu.hourly = {1, 0};
  s.cyclic = true;
  n.storage_units = {s};
  CHECK(total(solved(n)) == Approx((60 - 20) * 50));
  n.storage_units[0].state_of_charge_initial = 0;
  n.storage_units[0].cyclic = false;
  n.storage_units[0].only_from_level = true;  // nothing in the first hour, all in the second
  auto r = solved(n);
  CHECK(total(r) == Approx((60 - 20) * 50));
  CHECK(r.operation[0].flow[static_cast<std::size_t>(List::storage_units)](0, 0) == Approx(0).margin(1e-9));
  n.storage_units[0].ramp_limit_up = n.storage_units[0].ramp_limit_down = 0.5;  // 10 more than before
  CHECK(total(solved(n)) == Approx((60 - 10) * 50));
  n.storage_units[0].ramp_limit_up = n.storage_units[0].ramp_limit_down = unset;
  n.storage_units[0].min_flow_pu = 0.25;  // 5 are spilt in the first hour
  CHECK(total(solved(n)) == Approx((60 - 15) * 50));
}

TEST_CASE("what stands may be retired, what is built costs more") {
  Network n = two_generators(1, 60);
  auto& g = n.generators[0];
  g.extendable = true;
  g.capital_cost = 20;
  g.standing_cost = 8;
  CHECK(total(solved(n)) == Approx(60 * 8 + 600));
  n.loads[0].p_set = 130;
  const auto r = solved(n);
  CHECK(total(r) == Approx(100 * 8 + 30 * 20 + 1300));
  CHECK(r.worth[0][0] == Approx(20));
  g.standing_cost = 21;
  CHECK_THROWS_AS(check(deterministic(n), "test"), InputError);
}

TEST_CASE("a link loses a share of its flow, half at each end, either way") {
  Network n = two_generators(1, 95);
  n.buses.push_back({"far"});
  n.generators[0].bus = "far";
  n.generators[0].nominal = 200;
  Link l;
  l.name = "line";
  l.nominal = 150;
  l.p_min_pu = -1;
  l.loss = 0.1;
  l.ports = {{"far", -1.0}, {"bus", 1.0}};
  n.links = {l};
  CHECK(total(solved(n)) == Approx(1050));
  std::swap(n.links[0].ports[0].bus, n.links[0].ports[1].bus);
  CHECK(total(solved(n)) == Approx(1050));
  n.links[0].extendable = true;
  n.links[0].nominal = 0;
  n.links[0].capital_cost = 1;
  CHECK(total(solved(n)) == Approx(1050 + 100));
}

TEST_CASE("clusters of units start around the run, in whole units or in parts") {
  Network n = two_generators(3, 0);
  n.loads[0].p_set.hourly = {50, 20, 50};
  n.generators[1].nominal = 0;
  auto& g = n.generators[0];
  g.nominal = 75;
  g.module = 25;
  g.committable = g.cyclic = true;
  g.p_min_pu = 0.8;
  g.start_up_cost = 100;
  g.up_time_before = 0;
  // Two units, one, two: one start, not counted for the first hour, since they were up in the last.
  CHECK(total(solved(n)) == Approx(1200 + 100));
  n.relaxed_commitment = true;
  n.loads[0].p_set.hourly = {50, 10, 50};  // 2 of 3 are up, then half a unit: 1.5 start again
  CHECK(total(solved(n)) == Approx(1100 + 150));
  for (auto& t : n.snapshots) t.objective = t.events = 2;
  CHECK(total(solved(n)) == Approx(2 * (1100 + 150)));
}

TEST_CASE("properties of requirements on random networks") {
  for (std::uint64_t seed = 21; seed <= 23; ++seed) {
    Network n = random_network(seed, 4, 24);
    ReserveMargin margin{"firm", {}, {}, 400};
    EnergyShare share{"share", {}, {}};
    share.price = 90;
    EmissionCap cap{"cap", {}, 500};
    cap.price = 60;
    n.carriers = {{"thermal", 0.5}};
    for (std::size_t i = 0; i < n.generators.size(); ++i) {
      auto& g = n.generators[i];
      if (g.name.starts_with("shed"))
        g.sheds_load = true;
      else
        margin.contributions.push_back(
            {List::generators, g.name, 0.9, g.extendable ? Basis::availability : Basis::capacity});
      if (g.name.starts_with("thermal")) g.carrier = "thermal";
      if (g.extendable) share.eligible.push_back({List::generators, g.name});
    }
    margin.contributions.push_back({List::storage_units, "battery", 1});
    for (const auto& b : n.buses) {
      margin.margin.push_back({b.name, 0.05});
      share.share.push_back({b.name, 0.5});
      cap.buses.push_back({b.name});
    }
    OperatingReserve reserve{"regulation", true, {}, 0.03, 1, {}, {}, 200};
    for (const auto& c : share.eligible) reserve.variable.push_back({List::generators, c.component, 0.05});
    for (const auto& g : n.generators)
      if (!g.sheds_load) reserve.providers.push_back({List::generators, g.name, 0.2, 1});
    reserve.providers.push_back({List::storage_units, "battery", 0.5, 0});
    n.policies = {{margin}, {share}, {}, {cap}, {reserve}};
    const auto r = solved(n);
    const double cost = total(r);
    CHECK(r.dual_objective + r.constant == Approx(cost).epsilon(1e-7));
    const auto& out = r.operation[0].policy;
    for (const double price : out.margin_price.values) CHECK(price <= 400 * (1 + 1e-9));
    for (const double price : out.reserve_price.values) CHECK(price <= 200 * (1 + 1e-9));
    CHECK(out.share_price[0] <= 90 * (1 + 1e-9));
    CHECK(out.cap_price[0] <= 60 * (1 + 1e-9));
    const auto no_cheaper = [&](auto&& change) {
      Network tighter = n;
      change(tighter.policies);
      CHECK(total(solved(tighter)) >= cost * (1 - 1e-9));
    };
    no_cheaper([](Policies& p) { p.reserve_margins[0].margin[0].value += 0.2; });
    no_cheaper([](Policies& p) { p.energy_shares[0].share[1].value += 0.2; });
    no_cheaper([](Policies& p) { p.emission_caps[0].mass -= 100; });
    no_cheaper([](Policies& p) { p.operating_reserves[0].fixed_mw += 5; });
    no_cheaper([](Policies& p) { p.reserve_margins[0].price *= 2; });
    // Parted into blocks it comes to the same within its gap, every requirement met.
    DecomposeOptions options;
    options.block_snapshots = 8;
    const System system = deterministic(n);
    const auto parts = decompose(system, options);
    REQUIRE(parts.has_values());
    CHECK(verify(system, parts).largest() < 1e-6);
    CHECK(total(parts) >= cost * (1 - 1e-9));
    CHECK(total(parts) <= cost * (1 + 2e-3));
    CHECK(parts.bound <= r.objective + 1e-7 * std::abs(cost));
    // Two futures, one of them certain: the same.
    System futures = system;
    futures.scenarios.push_back(futures.scenarios[0]);
    futures.scenarios[0].probability = 0.3;
    futures.scenarios[1].probability = 0.7;
    const auto both = solved(futures);
    CHECK(total(both) == Approx(cost));
    for (std::size_t s = 0; s < 2; ++s)
      CHECK(both.operation[s].policy.cap_price[0] == Approx(out.cap_price[0]).margin(1e-6));
  }
}

TEST_CASE("requirements name what is not there") {
  Network n = two_generators(1, 50);
  n.policies.reserve_margins.push_back({"firm", {{"nowhere", 0.1}}, {{List::generators, "none", 1}}});
  n.policies.operating_reserves.push_back({"spin", false, {}, 0, 1, {}, {{List::stores, "tank", 1}}});
  try {
    check(deterministic(n), "file");
    FAIL("no error");
  } catch (const InputError& e) {
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("reserve margin 'firm': bus 'nowhere' is not there"));
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("'none' is not among the generators"));
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("cannot hold reserve"));
  }
}

TEST_CASE("verification finds a requirement that is not met") {
  Network n = with_peaker();
  n.policies.reserve_margins.push_back(
      {"firm",
       {{"bus", 0.2}},
       {{List::generators, "cheap", 0.9, Basis::capacity}, {List::generators, "dear", 1, Basis::availability}}});
  n.policies.operating_reserves = {
      {"regulation", true, {}, 0.1, 0, {}, {{List::generators, "cheap", 0.2}, {List::generators, "dear", 1}}}};
  const System system = deterministic(n);
  auto bad = optimise(system);
  CHECK(verify(system, bad).policy < 1e-9);
  bad.capacity[0][1] -= 12;
  CHECK(verify(system, bad).policy > 0.09);
  bad = optimise(system);
  bad.operation[0].policy.held[0](0, 0) -= 1;
  CHECK(verify(system, bad).policy > 0.09);
}
