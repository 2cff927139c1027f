#include <catch2/catch_all.hpp>
#include <filesystem>

#include "base/diagnostics.h"
#include "energy/decompose.h"
#include "energy/diagnosis.h"
#include "energy/optimise.h"
#include "energy/solved_test.h"
#include "energy/test_networks.h"
#include "energy/topology.h"
#include "energy/verify.h"

using namespace stargate;
using namespace stargate::energy;
using energy::test::random_network;
using energy::test::solved;
using energy::test::total;
using energy::test::two_generators;
using Catch::Approx;

TEST_CASE("merit order: the price is the cost of the last unit") {
  const auto r = solved(two_generators(3, 120));
  CHECK(total(r) == Approx(3 * (100 * 10 + 20 * 50)));
  CHECK(r.operation[0].price(1, 0) == Approx(50));
  CHECK(r.worth[static_cast<std::size_t>(List::generators)][0] == Approx(3 * 40));
}

TEST_CASE("the constant is the cost of extendable capacity that stands") {
  Network n = two_generators(1, 120);
  n.generators[0].extendable = true;
  n.generators[0].capital_cost = 7;
  const auto r = solved(n);
  CHECK(r.constant == Approx(700));
  CHECK(r.capacity[0][0] == Approx(120));
  CHECK(r.objective == Approx(120 * 17 - 700));
}

TEST_CASE("storage keeps energy with its losses, cyclic or from an initial level") {
  Network n = two_generators(2, 0);
  n.generators[1].nominal = 0;
  n.loads[0].p_set.hourly = {0, 90};
  n.generators[0].p_max_pu.hourly = {1, 0};
  StorageUnit s;
  s.name = "battery";
  s.bus = "bus";
  s.nominal = 200;
  s.efficiency_store = 0.9;
  s.efficiency_dispatch = 0.8;
  s.standing_loss = 0.1;
  s.max_hours = 10;
  s.state_of_charge_initial = 50;
  n.storage_units.push_back(s);
  // 90 / 0.8 = 112.5 after a loss of a tenth: 125 before; 50 are there, 75 / 0.9 to be charged.
  CHECK(total(solved(n)) == Approx(10 * 75 / 0.9));
  n.storage_units[0].cyclic = true;
  CHECK(solve_best(deterministic(n), {}, {}).status == lp::Status::infeasible);  // 125 / 0.9 exceeds the generator
}

TEST_CASE("a store moves energy through links of several ports") {
  Network n = two_generators(2, 0);
  n.generators[1].nominal = 0;
  n.generators[0].p_max_pu.hourly = {1, 0};
  n.buses.push_back({"heat"});
  n.loads = {{"warm", "heat", "", true, -1, Profile{}}};
  n.loads[0].p_set.hourly = {0, 30};
  Link pump;
  pump.name = "pump";
  pump.nominal = 100;
  pump.ports = {{"bus", -1.0}, {"heat", 3.0}};
  n.links.push_back(pump);
  Store tank;
  tank.name = "tank";
  tank.bus = "heat";
  tank.nominal = 100;
  n.stores.push_back(tank);
  CHECK(total(solved(n)) == Approx(100));
}

TEST_CASE("a delayed delivery left in the last snapshot that began a delay before, in weights and within its period") {
  Network n = two_generators(4, 0);
  n.generators[1].nominal = 0;
  n.generators[0].marginal_cost.hourly = {1, 2, 4, 8};
  n.buses.push_back({"far"});
  n.loads = {{"load", "far", "", true, -1, Profile{}}};
  n.loads[0].p_set.hourly = {0, 0, 10, 10};
  Link ship;
  ship.name = "ship";
  ship.nominal = 100;
  ship.ports = {{.bus = "bus", .coefficient = -1.0}, {.bus = "far", .coefficient = 1.0, .delay = 3, .cyclic_delay = true}};
  n.links.push_back(ship);
  // Snapshots begin at 0, 2, 3, 4: 3 before the third lies at 0, 3 before the fourth at 1, within the first.
  n.snapshots[0].generators = 2;
  CHECK(total(solved(n)) == Approx(10 * 1));
  n.loads[0].p_set.hourly = {10, 0, 0, 0};  // around the end of 5 units: left at 2
  CHECK(total(solved(n)) == Approx(10 * 2));
  n.links[0].ports[1].cyclic_delay = false;
  CHECK(optimise(deterministic(n)).status == lp::Status::infeasible);
  n.links[0].ports[1] = {.bus = "far", .coefficient = 1.0, .delay = 1, .cyclic_delay = true};
  n.snapshots[0].generators = 1;
  n.periods = {{2030, 1, 1}, {2040, 1, 1}};
  n.snapshots[2].period = n.snapshots[3].period = 1;
  n.loads[0].p_set.hourly = {0, 0, 10, 0};  // periods do not touch: around the end of the second
  CHECK(total(solved(n)) == Approx(10 * 8));
}

TEST_CASE("flows split by reactance, and a phase shift moves them where it counts", "[!mayfail]") {
  Network n;
  n.snapshots.resize(1);
  for (const char* b : {"a", "b"}) n.buses.push_back({b});
  n.loads.push_back({"load", "b", "", true, -1, 90});
  Generator g;
  g.name = "g";
  g.bus = "a";
  g.nominal = 100;
  n.generators.push_back(g);
  Branch line;
  line.bus0 = "a";
  line.bus1 = "b";
  line.nominal = 1000;
  line.name = "x 1";
  line.x = 1e-3;
  n.lines.push_back(line);
  line.name = "x 2";
  line.x = 2e-3;
  n.lines.push_back(line);
  auto r = solved(n);
  CHECK(r.operation[0].flow[1](0, 0) == Approx(60));
  n.lines[0].phase_shift = 3e-3 * 180 / M_PI * 10;
  CHECK(solved(n).operation[0].flow[1](0, 0) == Approx(60));
  n.phase_shifts_count = true;
  CHECK(solved(n).operation[0].flow[1](0, 0) == Approx(50));
  n.lines[1].x = 0;  // no impedance: no angle between the ends
  n.phase_shifts_count = false;
  r = solved(n);
  CHECK(r.operation[0].flow[1](0, 0) == Approx(0).margin(1e-9));
  CHECK(r.notes.size() == 1);
}

TEST_CASE("unit commitment: start-up, minimum load, minimum up time, ramps") {
  Network n = two_generators(4, 0);
  n.loads[0].p_set.hourly = {40, 60, 30, 8};
  auto& coal = n.generators[0];
  coal.committable = true;
  coal.p_min_pu = 0.3;
  coal.start_up_cost = 500;
  coal.up_time_before = 0;
  n.generators[1].p_min_pu = 0;
  // On for three hours (500 + 10 * 130), off in the last, where 8 MW are below its minimum of 30.
  const auto r = solved(n);
  CHECK(total(r) == Approx(500 + 1300 + 8 * 50));
  CHECK(r.operation[0].status[0](3, 0) == Approx(0).margin(1e-6));
  coal.min_up_time = 4;
  CHECK(total(solved(n)) > total(r));
  coal.min_up_time = 0;
  coal.ramp_limit_up = 0.1;
  coal.ramp_limit_start_up = 0.4;
  const auto ramped = solved(n);
  CHECK(ramped.operation[0].flow[0](1, 0) == Approx(50));
  OptimiseOptions relaxed;
  relaxed.formulation.relax_integers = true;
  CHECK(total(optimise(deterministic(n), relaxed)) <= total(ramped) + 1e-6);
}

TEST_CASE("modules are bought whole, big M binds a unit that is decided and committed") {
  Network n = two_generators(1, 120);
  auto& g = n.generators[0];
  g.extendable = true;
  g.capital_cost = 5;
  g.module = 50;
  g.nominal = 0;
  CHECK(solved(n).capacity[0][0] == Approx(150));
  g.module = 0;
  g.committable = true;
  g.p_min_pu = 0.5;
  g.nominal_max = 300;
  CHECK(total(solved(n)) == Approx(120 * 15));
}

TEST_CASE("quadratic and piecewise costs share load by marginal cost", "[!mayfail]") {
  Network n = two_generators(1, 90);
  n.generators[0].marginal_cost = 0;
  n.generators[1].marginal_cost = 0;
  n.generators[0].marginal_cost_quadratic = 1;
  n.generators[1].marginal_cost_quadratic = 2;
  auto r = solved(n);
  CHECK(r.operation[0].flow[0](0, 0) == Approx(60).epsilon(1e-4));
  CHECK(total(r) == Approx(60 * 60 + 2 * 30 * 30));
  CHECK(r.bound == Approx(r.objective).epsilon(1e-7));
  for (auto& g : n.generators) g.marginal_cost_quadratic = 0;
  n.generators[0].cost_curve = {{0, 0}, {50, 100}, {100, 1100}};  // 2, then 20
  n.generators[1].cost_curve = {{0, 0}, {100, 1000}};             // 10
  CHECK(total(solved(n)) == Approx(100 + 400));
  n.generators[0].cost_curve = {{0, 0}, {50, 1000}, {100, 1100}};
  CHECK_THROWS_AS(optimise(deterministic(n)), InputError);
}

TEST_CASE("a carbon cap turns the merit order, its price is the cost of one tonne less", "[!mayfail]") {
  Network n = two_generators(1, 80);
  n.carriers = {{"coal", 1}, {"gas", 0.5}};
  n.generators[0].carrier = "coal";
  n.generators[1].carrier = "gas";
  n.global_constraints.push_back({"cap", "primary_energy", "", "co2_emissions", "<=", unset, 60});
  const auto r = solved(n);
  CHECK(r.operation[0].flow[0](0, 0) == Approx(40));
  CHECK(r.operation[0].global_price[0] == Approx(-80));
  n.global_constraints.push_back({"odd", "no such type", "", "", "<=", unset, 1});
  CHECK(solved(n).notes.size() == 1);
}

TEST_CASE("capacity stands in the periods of its life, and is paid in each") {
  Network n = two_generators(2, 50);
  n.periods = {{2030, 1, 10}, {2040, 0.5, 10}};
  n.snapshots[1].period = 1;
  n.generators[0].extendable = true;
  n.generators[0].nominal = 0;
  n.generators[0].capital_cost = 4;
  n.generators[0].build_year = 2040;
  const auto r = solved(n);
  CHECK(total(r) == Approx(50 * 50 + 0.5 * (50 * 10 + 50 * 4)));
}

TEST_CASE("scenarios share capacity; CVaR weighs the bad ones") {
  System system;
  for (const double load : {50.0, 100.0}) {
    Network n = two_generators(1, load);
    n.generators[0].extendable = true;
    n.generators[0].nominal = 0;
    n.generators[0].capital_cost = 25;
    system.scenarios.push_back({std::format("{}", load), 0.5, n});
  }
  const auto r = optimise(system);
  CHECK(r.capacity[0][0] == Approx(50));  // the second 50 would be used half the time: 12.5 a unit is not earned by 40 / 2
  CHECK(total(r) == Approx(50 * 25 + 0.5 * 500 + 0.5 * (500 + 2500)));
  CHECK(verify(system, r).largest() < 1e-9);
  system.cvar_weight = 1;
  system.cvar_alpha = 0.5;
  CHECK(optimise(system).capacity[0][0] == Approx(100));
}

TEST_CASE("properties of optimal cost on random networks") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Network n = random_network(seed);
    const auto r = solved(n);
    const double cost = total(r);
    CHECK(r.dual_objective + r.constant == Approx(cost).epsilon(1e-7));

    Network more = n;
    more.lines[0].nominal += 5;
    more.generators[1].nominal += 5;
    CHECK(total(solved(more)) <= cost + 1e-7 * cost);

    Network relaxed = n;
    relaxed.generators[2].nominal_max = 400;
    CHECK(total(solved(relaxed)) <= cost + 1e-7 * cost);

    Network scaled = n;
    for (auto& g : scaled.generators) {
      g.marginal_cost.fixed *= 3;
      g.capital_cost *= 3;
    }
    CHECK(total(solved(scaled)) == Approx(3 * cost));

    Network both = n;
    for (auto& b : both.buses) b.name += "'";
    for (auto& g : both.generators) g.bus += "'", g.name += "'";
    for (auto& l : both.loads) l.bus += "'", l.name += "'";
    for (auto& l : both.lines) l.bus0 += "'", l.bus1 += "'", l.name += "'";
    for (auto& s : both.storage_units) s.bus += "'", s.name += "'";
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(both.buses, n.buses);
    append(both.generators, n.generators);
    append(both.loads, n.loads);
    append(both.lines, n.lines);
    append(both.storage_units, n.storage_units);
    CHECK(total(solved(both)) == Approx(2 * cost));

    // Prices are the slope of the cost between a little less and a little more load.
    const auto with_load = [&](double extra) {
      Network changed = n;
      changed.loads[2].p_set.hourly[1] += extra;
      return total(solved(changed));
    };
    const double step = 1e-3, below = (cost - with_load(-step)) / step, above = (with_load(step) - cost) / step;
    CHECK(r.operation[0].price(1, 2) >= below - 1e-3);
    CHECK(r.operation[0].price(1, 2) <= above + 1e-3);
  }
}

namespace {
/// Within its gap of the whole, feasible, and with a bound that is one.
void agrees(const System& system, const Result& whole, const DecomposeOptions& options) {
  const auto parts = decompose(system, options);
  REQUIRE(parts.has_values());
  CHECK(parts.status == (options.relative_gap > 0 ? lp::Status::gap_reached : lp::Status::optimal));
  const auto checked = verify(system, parts);
  INFO(checked.worst);
  CHECK(checked.largest() < 1e-6);
  const double cost = std::abs(total(whole)), gap = std::max(options.relative_gap, 1e-9);
  CHECK(total(parts) >= total(whole) - 1e-7 * cost);
  CHECK(total(parts) <= total(whole) + 1.1 * gap * cost);
  CHECK(parts.bound <= whole.objective + 1e-7 * cost);
}
}  // namespace

TEST_CASE("decomposition agrees with the whole within its gap, and its bound is a bound") {
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    Network n = random_network(seed, 6, 48);
    if (seed % 2 == 0) {  // a limit over all hours
      n.carriers.push_back({"gas", 0.2});
      for (auto& g : n.generators)
        if (g.name.starts_with("thermal")) g.carrier = "gas";
      n.global_constraints.push_back({"co2", "primary_energy", "", "co2_emissions", "<=", unset, 1500});
    }
    const System system = deterministic(n);
    const auto whole = optimise(system);
    REQUIRE(whole.has_values());
    for (const double gap : {1e-3, 0.0}) agrees(system, whole, {.relative_gap = gap, .block_snapshots = 12, .threads = 2});
    for (const auto stabilisation : {lp::Stabilisation::none, lp::Stabilisation::box, lp::Stabilisation::level_set})
      agrees(system, whole, {.method = Decomposition::cuts, .stabilisation = stabilisation, .relative_gap = 1e-3, .block_snapshots = 24, .threads = 2});
  }
}

TEST_CASE("cuts take scenarios and whole modules") {
  Network n = random_network(21, 4, 24);
  for (auto& g : n.generators)
    if (g.extendable) g.module = 20, g.nominal = 0, g.nominal_max = 200;
  System system{{{"calm", 0.6, n}, {"windy", 0.4, n}}};
  for (auto& g : system.scenarios[1].network.generators)
    for (double& v : g.p_max_pu.hourly) v = std::min(1.0, 1.5 * v);
  const auto whole = optimise(system, {.relative_gap = 1e-7});
  REQUIRE(whole.has_values());
  DecomposeOptions options{.method = Decomposition::cuts, .relative_gap = 1e-4, .block_snapshots = 24};
  agrees(system, whole, options);
  options.method = Decomposition::prices;
  CHECK_THROWS_AS(decompose(system, options), InputError);
}

TEST_CASE("a decomposition goes on from what it left, and from nothing else", "[!mayfail]") {
  const auto file = (std::filesystem::temp_directory_path() / "stargate_decomposition_state").string();
  std::filesystem::remove(file);
  for (const auto method : {Decomposition::prices, Decomposition::cuts}) {
    const System system = deterministic(random_network(31, 5, 48));
    const DecomposeOptions options{.method = method, .relative_gap = 1e-3, .block_snapshots = 12, .state_file = file};
    const auto once = decompose(system, options), again = decompose(system, options);
    REQUIRE(again.status == lp::Status::gap_reached);
    CHECK(again.iterations < once.iterations);
    agrees(deterministic(random_network(32, 5, 48)), optimise(deterministic(random_network(32, 5, 48))), options);
  }
  std::filesystem::remove(file);
}

TEST_CASE("faults are told by the name of the component") {
  Network n = two_generators(2, 50);
  n.generators[0].bus = "bsu";
  n.generators[1].p_max_pu.hourly = {1};
  n.loads[0].p_set = unset;
  try {
    check(deterministic(n), "file");
    FAIL("no error");
  } catch (const InputError& e) {
    CHECK(e.diagnostics().size() == 3);
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("'bsu' is not there"));
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("did you mean 'bus'"));
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("1 values for 2 snapshots"));
  }
  Network alone = two_generators(1, 50);
  alone.buses.push_back({"island"});
  alone.loads.push_back({"far", "island", "", true, -1, 5});
  CHECK_THROWS_AS(optimise(deterministic(alone)), InputError);
}

TEST_CASE("what cannot be met is named: bus and snapshot, limits at odds, whole numbers, growth without end") {
  using Catch::Matchers::ContainsSubstring;
  Network n = two_generators(3, 150);
  n.loads[0].p_set.hourly = {150, 260, 210};
  n.snapshots[1].label = "noon";
  CHECK(optimise(deterministic(n)).status == lp::Status::infeasible);
  auto why = why_infeasible(deterministic(n));
  REQUIRE(why.size() == 3);
  CHECK(why[0] == "bus 'bus', snapshot 1 (noon): 60 of power are missing (its load is 260)");
  CHECK(why[1] == "bus 'bus', snapshot 2: 10 of power are missing (its load is 210)");
  CHECK_THAT(why[2], ContainsSubstring("2 balances"));

  Network must = two_generators(1, 50);
  must.generators[0].p_min_pu = 0.8;
  CHECK_THAT(why_infeasible(deterministic(must))[0], ContainsSubstring("30 of power are too much"));
  must.generators[0].p_set = 120;
  CHECK(why_infeasible(deterministic(must))[0] == "generator 'cheap', snapshot 0: at least 120 and at most 100 are asked of it");

  Network capped = two_generators(1, 50);
  capped.generators[0].e_sum_min = 200;
  CHECK_THAT(why_infeasible(deterministic(capped))[0], ContainsSubstring("a limit of generator 'cheap'"));

  Network whole = two_generators(1, 50);
  whole.generators[1].nominal = 0;
  whole.generators[0].committable = true;
  whole.generators[0].p_min_pu = 0.8;
  CHECK(optimise(deterministic(whole)).status == lp::Status::infeasible);
  CHECK_THAT(why_infeasible(deterministic(whole))[0], ContainsSubstring("whole numbers"));

  Network endless = two_generators(1, 50);
  endless.generators[0].extendable = true;
  endless.generators[0].capital_cost = -1;
  CHECK(optimise(deterministic(endless)).status == lp::Status::unbounded);
  CHECK_THAT(why_unbounded(deterministic(endless))[0], ContainsSubstring("capacity of generator 'cheap': nothing limits it, and it lowers the cost"));
}

TEST_CASE("verification finds what is wrong with a solution") {
  const System system = deterministic(random_network(3));
  const auto good = optimise(system);
  auto bad = good;
  bad.operation[0].flow[0](2, 1) += 1;
  CHECK(verify(system, bad).balance == Approx(1));
  bad = good;
  bad.operation[0].state_of_charge(1, 0) += 0.5;
  CHECK(verify(system, bad).storage >= 0.49);
  bad = good;
  bad.operation[0].flow[1](0, 0) += 2;
  CHECK(verify(system, bad).kirchhoff > 0.1);
  bad = good;
  bad.objective *= 1.1;
  CHECK(verify(system, bad).objective_error > 0.01);
}
