#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "energy/reduction.h"
#include "energy/solved_test.h"
#include "energy/test_networks.h"
#include "energy/verify.h"

using namespace stargate;
using namespace stargate::energy;
using energy::test::random_network;
using energy::test::solved;
using energy::test::total;
using energy::test::two_generators;
using Catch::Approx;

namespace {

/// Two seasons of two days of two snapshots: in the first the cheap generator has 100 and the load is 20; in the second
/// it has nothing and the load is 40, met by what was kept or shed at 1,000.
Network two_seasons() {
  Network n = two_generators(8, 0);
  n.loads[0].p_set.hourly = {20, 20, 20, 20, 40, 40, 40, 40};
  n.generators[0].p_max_pu.hourly = {1, 1, 1, 1, 0, 0, 0, 0};
  n.generators[1].marginal_cost = 1000;
  return n;
}
StorageUnit cavern() {
  StorageUnit s;
  s.name = "cavern";
  s.bus = "bus";
  s.nominal = 100;
  s.max_hours = 10;
  s.cyclic = true;
  return s;
}
Clustering every_period(std::size_t periods) {
  Clustering c;
  for (std::size_t p = 0; p < periods; ++p) {
    c.representatives.push_back(p);
    c.weights.push_back(1);
    c.assigned.push_back(p);
  }
  return c;
}
ClusterOptions two_periods() { return {2, 2, false}; }

}  // namespace

TEST_CASE("only storage that is carried over the seasons avoids shedding") {
  Network n = two_seasons();
  n.storage_units.push_back(cavern());
  const System system = deterministic(n);
  const auto c = cluster(system, two_periods());
  REQUIRE(c.assigned == std::vector<std::size_t>{0, 0, 1, 1});
  CHECK(total(solved(represent(system, c, 2, false).system)) == Approx(4 * 20 * 10 + 4 * 40 * 1000));
  const auto linked = represent(system, c, 2, true);
  const auto r = solved(linked.system);
  CHECK(total(r) == Approx(10 * (4 * 20 + 4 * 40)));
  // 160 are carried: 80 after the first day, 160 after the second, 80 after the third.
  const double base = r.operation[0].unit_start(0, 0);
  for (const auto& [d, level] : {std::pair{1, 80.0}, {2, 160.0}, {3, 80.0}}) CHECK(r.operation[0].unit_start(static_cast<std::size_t>(d), 0) - base == Approx(level));
  const auto whole = expand(system, linked, r);
  CHECK(whole.operation[0].state_of_charge(3, 0) - base == Approx(160));
  CHECK(verify(system, whole).largest() < 1e-6);  // days of a season are alike: what is told is exact
  // The energy limit binds over seasons: 100 MWh leave 60 to be shed.
  Network small = n;
  small.storage_units[0].nominal = 50;
  small.storage_units[0].max_hours = 2;
  const System tight = deterministic(small);
  const auto limited = solved(represent(tight, c, 2, true).system);
  CHECK(total(limited) == Approx(10 * (80 + 100) + 60 * 1000));
  CHECK(limited.worth[static_cast<std::size_t>(List::storage_units)][0] == Approx(2 * 990));  // one MW more keeps 2 MWh
  // Decided: 16 MW would hold all the energy, 40 meet the load: each MW up to there saves 4 * 990 for 50.
  Network decided = n;
  decided.storage_units[0].extendable = true;
  decided.storage_units[0].nominal = 0;
  decided.storage_units[0].capital_cost = 50;
  const System free = deterministic(decided);
  const auto chosen = solved(represent(free, c, 2, true).system);
  CHECK(chosen.capacity[static_cast<std::size_t>(List::storage_units)][0] == Approx(40));
  CHECK(total(chosen) == Approx(total(solved(free))));
}

TEST_CASE("standing loss is borne through the seasons, from a given level too") {
  Network n = two_seasons();
  Store s;
  s.name = "tank";
  s.bus = "bus";
  s.nominal = 1000;
  s.e_initial = 30;
  s.standing_loss = 0.1;
  n.stores.push_back(s);
  const System system = deterministic(n);
  // 40 at each of the last four snapshots, with a tenth lost before each, must be there at the end of the fourth. The later
  // it is kept the less is lost: 80 in the fourth and the third, the rest in the second; and of the 30 that are given 20 meet
  // the first load, since what takes their place in the second snapshot is a tenth less.
  const double need = 40 * (1 / 0.9 + 1 / 0.81 + 1 / 0.729 + 1 / 0.6561);
  const double whole = total(solved(system));
  CHECK(whole == Approx(10 * (0 + 20 + 100 + 100 + (need - 80 - 0.9 * 80 - 10 * 0.729) / 0.81)));
  CHECK(total(solved(represent(system, every_period(4), 2, true).system)) == Approx(whole));
  // With one representative a season both its days keep b in the second snapshot, all they can, and a in the first.
  const double b = 80, a = (need - 30 * 0.729 - (1 + 0.81) * b) / (0.9 + 0.729);
  CHECK(total(solved(represent(system, cluster(system, two_periods()), 2, true).system)) == Approx(10 * (80 + 2 * (a + b))));
}

TEST_CASE("with every period its own representative the linked model is the full one") {
  for (std::uint64_t seed = 31; seed <= 36; ++seed) {
    Network n = random_network(seed, 3, 24);
    Random random(seed, 9);
    StorageUnit hydro = n.storage_units[0];
    hydro.name = "hydro";
    hydro.cyclic = seed % 2 == 0;
    hydro.state_of_charge_initial = 10;
    hydro.standing_loss = 0.02;
    hydro.max_hours = 8;
    hydro.marginal_cost_storage = 0.5;
    for (int t = 0; t < 24; ++t) hydro.inflow.hourly.push_back(8 * random.uniform());
    n.storage_units.push_back(hydro);
    Store store;
    store.name = "store";
    store.bus = n.buses[1].name;
    store.extendable = true;
    store.capital_cost = 3;
    store.e_initial = 0;
    store.cyclic = seed % 3 == 0;
    store.standing_loss = 0.01;
    store.marginal_cost_storage = 0.1;
    for (int t = 0; t < 24; ++t) store.e_min_pu.hourly.push_back(0.2 * random.uniform() * (t > 3));
    n.stores.push_back(store);
    n.generators[1].ramp_limit_up = 0.2;
    n.generators[1].ramp_limit_down = 0.3;
    n.generators[1].p_init = 30;
    n.generators[4].committable = true;
    n.generators[4].p_min_pu = 0.5;
    n.generators[4].start_up_cost = 400;
    n.generators[4].up_time_before = 0;
    n.carriers = {{"gas", 0.4}};
    n.generators[1].carrier = n.generators[4].carrier = "gas";
    n.storage_units[1].carrier = "gas";
    n.global_constraints.push_back({"cap", "primary_energy", "", "co2_emissions", "<=", unset, 600});
    const System system = deterministic(n);
    const auto full = solved(system);
    for (const std::size_t length : {std::size_t{4}, std::size_t{1}, std::size_t{12}}) {
      const auto linked = represent(system, every_period(24 / length), length, true);
      const auto r = solved(linked.system);
      CHECK(total(r) == Approx(total(full)).epsilon(1e-6));
      const auto whole = expand(system, linked, r);
      const auto v = verify(system, whole);
      INFO(v.worst);
      CHECK(v.largest() < 1e-6);
      CHECK(v.objective_error < 1e-8);
    }
    CHECK(total(solved(merge(system, segment(system, 24)).system)) == Approx(total(full)).epsilon(1e-9));
  }
}

TEST_CASE("the error against all snapshots is told, and is nothing where nothing is left out") {
  for (std::uint64_t seed = 41; seed <= 44; ++seed) {
    const System system = deterministic(random_network(seed, 3, 48));
    CompareOptions options;
    options.optimum = true;
    const auto error_of = [&](const Reduction& reduction) {
      Result operation;
      const auto e = compare(system, reduction, solved(reduction.system), options, operation);
      REQUIRE(operation.has_values());
      CHECK(verify(system, operation).largest() < 1e-6);
      CHECK(verify(system, operation).objective_error < 1e-8);
      CHECK(e.regret() >= -1e-9);  // capacities that were found otherwise never cost less than the optimum
      return e;
    };
    ClusterOptions few{6, 2, true}, all{6, 8, true};
    const auto some = error_of(represent(system, cluster(system, few), 6, true));
    CHECK(some.figures[0].error() == Approx(0).margin(1e-9));  // the peak is kept
    CHECK(std::abs(some.figures[1].error()) < 0.2);
    const auto none = error_of(represent(system, cluster(system, all), 6, true));
    CHECK(none.regret() == Approx(0).margin(1e-8));
    CHECK(none.told_error() == Approx(0).margin(1e-8));
    for (const auto& f : none.figures) CHECK(f.error() == Approx(0).margin(1e-12));
    const auto merged = error_of(merge(system, segment(system, 12)));
    CHECK(merged.figures[1].error() == Approx(0).margin(1e-9));  // means keep energy
    CHECK(merged.figures[0].error() == Approx(0).margin(1e-9));
    CHECK(error_of(merge(system, segment(system, 48))).regret() == Approx(0).margin(1e-8));
  }
}

TEST_CASE("segments merge what is alike, keep order and hours, and storage runs through them") {
  Network n = two_seasons();
  n.loads[0].p_set.hourly = {20, 20, 20, 20, 40, 40, 40, 41};
  n.storage_units.push_back(cavern());
  const System system = deterministic(n);
  const auto s = segment(system, 3);
  CHECK(s.begin == std::vector<std::size_t>{0, 4, 7});  // the peak by itself
  const auto small = merge(system, s);
  CHECK(small.system.first().snapshots[0].stores == 4);
  CHECK(small.system.first().snapshots[1].objective == 3);
  CHECK(small.stands_for == std::vector<std::size_t>{0, 0, 0, 0, 1, 1, 1, 2});
  const auto r = solved(small.system);
  CHECK(total(r) == Approx(10 * (80 + 161)));
  CHECK(total(r) == Approx(total(solved(system))));
  const auto whole = expand(system, small, r);
  CHECK(verify(system, whole).largest() < 1e-6);
  CHECK_THROWS_AS(segment(system, 1), InputError);
  Network committed = n;
  committed.generators[0].committable = true;
  committed.generators[0].min_up_time = 3;
  CHECK_THROWS_AS(merge(deterministic(committed), s), InputError);
}

TEST_CASE("a start in a representative period costs as often as it stands for") {
  Network n = two_generators(4, 0);
  n.loads[0].p_set.hourly = {0, 50, 0, 50};
  n.generators[0].committable = true;
  n.generators[0].p_min_pu = 0.2;
  n.generators[0].start_up_cost = 100;
  n.generators[0].up_time_before = 0;
  const System system = deterministic(n);
  const auto c = cluster(system, {2, 1, false});
  REQUIRE(c.representatives.size() == 1);
  CHECK(total(solved(system)) == Approx(2 * 500 + 2 * 100));
  CHECK(total(solved(represent(system, c, 2, true).system)) == Approx(2 * 500 + 2 * 100));
}

TEST_CASE("linked representative periods are decomposed as well as solved whole") {
  for (std::uint64_t seed = 51; seed <= 53; ++seed) {
    Network n = random_network(seed, 4, 48);
    n.storage_units[0].extendable = true;
    n.storage_units[0].max_hours = 12;
    n.storage_units[0].capital_cost = 2;
    const System system = deterministic(n);
    const System small = represent(system, cluster(system, {6, 2, true}), 6, true).system;
    const auto whole = solved(small);
    DecomposeOptions options;
    options.block_snapshots = 6;
    for (const double gap : {1e-3, 0.0}) {
      options.relative_gap = gap;
      const auto parts = decompose(small, options);
      REQUIRE(parts.has_values());
      const auto v = verify(small, parts);
      INFO(v.worst);
      CHECK(v.largest() < 1e-6);
      CHECK(total(parts) >= total(whole) * (1 - 1e-7));
      CHECK(total(parts) <= total(whole) * (1 + std::max(gap, 1e-7)));
      CHECK(parts.bound <= whole.objective + 1e-7 * std::abs(total(whole)));
    }
  }
}

TEST_CASE("verification walks the linked levels by itself") {
  Network n = two_seasons();
  n.storage_units.push_back(cavern());
  const System system = represent(deterministic(n), cluster(deterministic(n), two_periods()), 2, true).system;
  const auto good = solved(system);
  auto bad = good;
  bad.operation[0].unit_start(2, 0) += 1;
  CHECK(verify(system, bad).storage == Approx(1));
  bad = good;
  bad.operation[0].charge(0, 0) += 1;  // twice a season: it does not come back to where it began
  CHECK(verify(system, bad).storage >= 0.99);
}
