// Rows of the user's own, curves, maintenance, phase shifts, losses, windows, pathways and alternatives: small networks whose
// answers are worked out by hand.
#include <catch2/catch_all.hpp>
#include <filesystem>

#include "base/diagnostics.h"
#include "base/files.h"
#include "energy/alternatives.h"
#include "energy/decompose.h"
#include "energy/names.h"
#include "energy/pathway.h"
#include "energy/rolling.h"
#include "energy/solved_test.h"
#include "energy/test_networks.h"
#include "lp/model_file.h"

using namespace stargate;
using namespace stargate::energy;
using energy::test::random_network;
using energy::test::solved;
using energy::test::total;
using energy::test::two_generators;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {
constexpr auto gens = static_cast<std::size_t>(List::generators);
std::string complaint(const Network& n) {
  try {
    check(deterministic(n), "test");
  } catch (const InputError& e) {
    return e.what();
  }
  return "no InputError";
}
}  // namespace

TEST_CASE("a series shorter than the snapshots is told, wherever it stands, and not read past its end") {
  Network n = two_generators(4, 50);
  n.generators[0].p_max_pu.hourly = {1, 1};
  n.generators[0].p_min_pu.hourly = {0, 0, 0, 0};
  n.generators[0].marginal_cost_quadratic.hourly = {0, 0, 0};
  CHECK_THAT(complaint(n), ContainsSubstring("p_max_pu has 2 values for 4 snapshots") && ContainsSubstring("marginal_cost_quadratic has 3 values"));
  Store s;
  s.name = "tank";
  s.bus = "bus";
  s.e_max_pu.hourly = {1};
  n.stores.push_back(s);
  CHECK_THAT(complaint(n), ContainsSubstring("e_max_pu has 1 values"));
}

TEST_CASE("a row of the user's own binds, has a price, and may be missed at one") {
  Network n = two_generators(2, 120);
  // In each snapshot the dear unit gives a third of the load at least: 40 + 80 instead of 20 + 100.
  n.policies.rows.push_back({"share", true, {{Quantity::dispatch, List::generators, "dear", 1, 0}}, ">=", 40});
  auto r = solved(n);
  CHECK(total(r) == Approx(2 * (80 * 10 + 40 * 50)));
  CHECK(r.operation[0].policy.row_price(0, 0) == Approx(40));
  n.policies.rows[0].price = 15;  // cheaper to miss than to meet
  r = solved(n);
  CHECK(total(r) == Approx(2 * (100 * 10 + 20 * 50 + 20 * 15)));
  CHECK(r.operation[0].policy.row_slack(1, 0) == Approx(20));
  // Once, over the hours of both: at most 30 MWh of the dear one; the rest cannot be met.
  n.policies.rows = {{"energy", false, {{Quantity::dispatch, List::generators, "dear", 1, 0}}, "<=", 30}};
  CHECK(solve_best(deterministic(n), {}, {}).status == lp::Status::infeasible);
  n.loads[0].p_set.hourly = {110, 120};
  r = solved(n);
  CHECK(r.operation[0].flow[gens](0, 1) + r.operation[0].flow[gens](1, 1) == Approx(30));
  // A capacity that stands counts by its size; a decided one by its column.
  n.generators[1].extendable = true;
  n.generators[1].capital_cost = 1;
  n.policies.rows = {{"sizes", false, {{Quantity::capacity, List::generators, "cheap", 1, 0}, {Quantity::capacity, List::generators, "dear", 2, 0}}, ">=", 220}};
  CHECK(solved(n).capacity[gens][1] == Approx(60));
  n.policies.rows[0].terms[0].component = "chaep";
  CHECK_THAT(complaint(n), ContainsSubstring("'chaep' is not among the generators"));
}

TEST_CASE("a term may stand some snapshots later, around the end of the run") {
  Network n = two_generators(3, 0);
  n.loads[0].p_set.hourly = {120, 100, 100};
  // What the dear unit gives, it gives in the snapshot after as well.
  n.policies.rows.push_back({"again", true, {{Quantity::dispatch, List::generators, "dear", 1, 1}, {Quantity::dispatch, List::generators, "dear", -1, 0}}, ">=", 0});
  const auto r = solved(n);
  for (std::size_t t = 0; t < 3; ++t) CHECK(r.operation[0].flow[gens](t, 1) == Approx(20));
}

TEST_CASE("cost curves of any shape: convex by lines, others by whole numbers, both found again from their points", "[!mayfail]") {
  Network n = two_generators(1, 60);
  n.generators[0].cost_curve = {{0, 0}, {50, 1000}, {100, 1100}};  // 20, then 2: dear at first
  n.generators[1].marginal_cost = 15;
  // 60 MW: all of it by the curve (1,020) or by the other (900).
  auto r = solved(n);
  CHECK(total(r) == Approx(900));
  n.loads[0].p_set = 90;  // 1,080 against 1,350
  r = solved(n);
  CHECK(total(r) == Approx(1080));
  CHECK(r.operation[0].flow[gens](0, 0) == Approx(90));
  n.generators[0].curve_bounds_power = true;
  n.generators[0].cost_curve = {{20, 100}, {50, 1000}, {80, 1060}};  // it runs from 20 to 80
  n.loads[0].p_set = 100;
  r = solved(n);
  CHECK(total(r) == Approx(1060 + 20 * 15));
  // Committed, it may be off.
  n.generators[0].committable = true;
  n.generators[0].up_time_before = 0;
  n.loads[0].p_set = 10;
  r = solved(n);
  CHECK(total(r) == Approx(150));
}

TEST_CASE("capital by a curve: the second half is cheap once the first is built") {
  Network n = two_generators(1, 100);
  n.generators[0].extendable = true;
  n.generators[0].nominal = 0;
  n.generators[0].capital_curve = {{0, 0}, {40, 1600}, {100, 2200}};  // 40 a MW, then 10
  n.generators[0].marginal_cost = 0;
  n.generators[1].marginal_cost = 30;
  auto r = solved(n);
  CHECK(r.capacity[gens][0] == Approx(100));
  CHECK(total(r) == Approx(2200));
  n.generators[1].marginal_cost = 20;  // 2,000 without it
  r = solved(n);
  CHECK(r.capacity[gens][0] == Approx(0).margin(1e-9));
}

TEST_CASE("a link by a curve of efficiency, a generator by one of fuel under a cap on emissions") {
  Network n = two_generators(1, 0);
  n.buses.push_back({"out"});
  n.loads = {{"load", "out", "", true, -1, 20}};
  Link l;
  l.name = "plant";
  l.nominal = 100;
  l.ports = {{"bus", -1.0}, {"out", 1.0}};
  l.ports[1].curve = {{0, 0}, {50, 15}, {100, 50}};  // 0.3, then 0.7: not to be taken in turns
  n.links.push_back(l);
  // 20 out: 50 + 5 / 0.7 in.
  CHECK(total(solved(n)) == Approx(10 * (50 + 5 / 0.7)));
  Network f = two_generators(1, 100);
  f.carriers.push_back({"gas", 1});
  f.generators[0].carrier = "gas";
  f.generators[0].fuel_curve = {{0, 0}, {50, 100}, {100, 250}};
  f.global_constraints.push_back({"cap", "primary_energy", "", "co2_emissions", "<=", unset, 160});
  // 160 of fuel: 50 + 20 MW.
  CHECK(total(solved(f)) == Approx(70 * 10 + 30 * 50));
}

TEST_CASE("maintenance falls into the hours that miss it least, for as long as it lasts") {
  Network n = two_generators(5, 0);
  n.loads[0].p_set.hourly = {90, 20, 10, 90, 90};
  n.generators[0].maintainable = true;
  n.generators[0].maintenance_duration = 2;
  auto r = solved(n);
  CHECK(total(r) == Approx(10 * 270 + 50 * 30));
  CHECK(r.operation[0].maintenance[gens](1, 0) == Approx(1));
  CHECK(r.operation[0].maintenance[gens](3, 0) == Approx(0).margin(1e-9));
  n.generators[0].maintenance_pu = 0.9;  // a tenth stays
  CHECK(total(solved(n)) == Approx(10 * (270 + 20) + 50 * 10));
  n.snapshots[2].generators = n.snapshots[2].objective = 2;  // one long snapshot is enough
  CHECK(total(solved(n)) == Approx(10 * (290 + 20)));
  // Of a capacity to be decided, and of a committed unit.
  n.generators[0].extendable = true;
  n.generators[0].nominal_max = 100;
  n.generators[0].capital_cost = 1;
  r = solved(n);
  CHECK(r.capacity[gens][0] == Approx(100));
  n.generators[0].extendable = false;
  n.generators[0].committable = true;
  CHECK(total(solved(n)) == Approx(10 * (290 + 20)));
  n.generators[0].maintenance_events = 9;
  CHECK(solve_best(deterministic(n), {}, {}).status == lp::Status::infeasible);
}

TEST_CASE("a phase shift that is decided steers the flow around a cycle") {
  Network n = two_generators(1, 0);
  n.buses.push_back({"far"});
  n.loads = {{"load", "far", "", true, -1, 60}};
  for (const auto& [name, rating] : {std::pair{"narrow", 10.0}, {"wide", 60.0}}) {
    Branch t;
    t.name = name;
    t.bus0 = "bus";
    t.bus1 = "far";
    t.nominal = rating;
    t.x = 0.1 * rating;  // of equal reactance
    n.transformers.push_back(t);
  }
  Generator local;
  local.name = "local";
  local.bus = "far";
  local.nominal = 100;
  local.marginal_cost = 80;
  n.generators.push_back(local);
  CHECK(total(solved(n)) == Approx(20 * 10 + 40 * 80));  // 10 through each
  const double degree = 180 / M_PI * 0.1 * 10;  // of 10 MW
  n.transformers[0].phase_shift = degree;       // pushes 5 MW over: 10 and 20
  CHECK(total(solved(n)) == Approx(30 * 10 + 30 * 80));
  n.transformers[0].phase_shift.hourly = {degree};
  CHECK(total(solved(n)) == Approx(30 * 10 + 30 * 80));
  n.transformers[0].phase_shift = 0;
  n.transformers[0].phase_shift_min = -180;
  n.transformers[0].phase_shift_max = 4 * degree;  // 10 and 50
  const auto r = solved(n);
  CHECK(total(r) == Approx(60 * 10));
  CHECK(r.operation[0].shift(0, 0) == Approx(4 * degree));
}

TEST_CASE("losses of a line by tangents and by secants") {
  Network n = two_generators(1, 0);
  n.buses.push_back({"far"});
  n.loads = {{"load", "far", "", true, -1, 40}};
  Branch line;
  line.name = "line";
  line.bus0 = "bus";
  line.bus1 = "far";
  line.x = 0.1;
  line.r = 1e-3;
  line.nominal = 100;
  n.lines.push_back(line);
  OptimiseOptions options;
  options.formulation.losses = {BranchLosses::By::tangents, 2};
  auto r = solved(deterministic(n), options);
  const double s = r.operation[0].flow[static_cast<std::size_t>(List::lines)](0, 0), loss = r.operation[0].branch_loss[static_cast<std::size_t>(List::lines)](0, 0);
  CHECK(s - loss / 2 == Approx(40));
  CHECK(loss == Approx(2 * 1e-3 * 50 * s - 1e-3 * 2500));  // the tangent at half the rating
  options.formulation.losses = {BranchLosses::By::secants, 0, 0.1, 0.1, 20};
  r = solved(deterministic(n), options);
  const double flow = r.operation[0].flow[static_cast<std::size_t>(List::lines)](0, 0), secant = r.operation[0].branch_loss[static_cast<std::size_t>(List::lines)](0, 0);
  CHECK(secant >= 1e-3 * flow * flow);
  CHECK(secant <= 1e-3 * flow * flow * 1.1 + 0.1);
}

TEST_CASE("windows: blind to what follows, storage and units carried on; the cost is of what stands") {
  Network n = two_generators(6, 0);
  n.loads[0].p_set.hourly = {50, 50, 50, 50, 150, 150};
  n.generators[1].nominal = 200;
  StorageUnit s;
  s.name = "battery";
  s.bus = "bus";
  s.nominal = 50;
  s.max_hours = 2;
  n.storage_units.push_back(s);
  const auto whole = solved(n);
  CHECK(total(whole) == Approx(10 * 500 + 0 * 50));  // 100 stored
  RollingOptions blind{2, 0, {}};
  auto r = solve_rolling(deterministic(n), blind);
  REQUIRE(r.status == lp::Status::optimal);
  CHECK(r.objective == Approx(10 * 400 + 50 * 100));  // nothing is stored
  blind = {4, 2, {}};
  r = solve_rolling(deterministic(n), blind);
  CHECK(r.objective == Approx(10 * 500));
  const auto v = verify(deterministic(n), r);
  CHECK(v.largest() < 1e-6);
  n.generators[1].extendable = true;
  CHECK_THROWS_AS(solve_rolling(deterministic(n), blind), InputError);
}

TEST_CASE("a myopic pathway builds what pays now, and lives with it") {
  Network n = two_generators(2, 0);
  n.snapshots[1].period = 1;
  n.periods = {{2030, 1, 10}, {2040, 1, 10}};
  n.loads[0].p_set.hourly = {50, 100};
  n.generators[0].extendable = true;
  n.generators[0].nominal = 0;
  n.generators[0].build_year = 2030;
  n.generators[0].capital_cost = 25;  // each period; it saves 40 a MW where it runs
  n.generators[1].nominal = 200;
  const auto foresight = solved(n);
  CHECK(foresight.capacity[gens][0] == Approx(50));  // 100 would stand idle in the first: 50 against 40
  CHECK(foresight.constant == 0);
  const auto r = solve_myopic(deterministic(n), {});
  REQUIRE(r.status == lp::Status::optimal);
  CHECK(r.capacity[gens][0] == Approx(50));
  CHECK(total(r) >= total(foresight) * (1 - 1e-9));
  n.generators[0].capital_cost = 15;  // with foresight 100: 2 x 15 < 40; a blind first period builds 50
  CHECK(solved(n).capacity[gens][0] == Approx(100));
  CHECK(solve_myopic(deterministic(n), {}).capacity[gens][0] == Approx(50));
}

TEST_CASE("an alternative within a share of the least cost") {
  Network n = two_generators(1, 100);
  n.generators[0].extendable = true;
  n.generators[0].nominal = 0;
  n.generators[0].capital_cost = 5;
  n.generators[1].nominal = 100;
  n.generators[1].capital_cost = 1;
  // Least: 100 MW at 15 each, 1,500; the dear one stands for 100. Each MW less costs 35 more.
  const auto a = alternative(deterministic(n), {0.35, {{List::generators, "", 1}}, false, {}});
  REQUIRE(a.result.status == lp::Status::optimal);
  CHECK(a.optimum.objective + a.optimum.constant == Approx(1500));
  CHECK(a.aim == Approx(100 - 0.35 * 1600 / 35));
  CHECK(total(a.result) == Approx(1500 + 0.35 * 1600));
  CHECK(alternative(deterministic(n), {0.1, {{List::generators, "", 1}}, true, {}}).aim == Approx(100 + 160 / 5.0));
  CHECK_THROWS_AS(alternative(deterministic(n), {0.1, {{List::lines, "", 1}}, false, {}}), InputError);
}

TEST_CASE("a programme in files: bounds, whole numbers, ranges and the constant stand in both forms") {
  Network n = two_generators(2, 120);
  n.generators[1].committable = true;
  n.generators[1].start_up_cost = 7;
  n.fixed_cost = 3;
  const auto f = formulate(deterministic(n));
  const auto folder = std::filesystem::temp_directory_path() / "stargate_rows_test";
  std::filesystem::create_directories(folder);
  for (const char* name : {"p.lp", "p.mps"}) {
    lp::write_model(f.model, programme_names(deterministic(n), f), (folder / name).string());
    const std::string text = read_file(folder / name);
    CHECK_THAT(text, ContainsSubstring("p.generators.cheap.0") && ContainsSubstring("status.generators.dear.1") && ContainsSubstring("balance.bus.1"));
  }
  CHECK_THAT(read_file(folder / "p.lp"), ContainsSubstring("General") && ContainsSubstring("+ 6\nSubject To") && ContainsSubstring("0 <= p.generators.cheap.0 <= 100"));
  CHECK_THAT(read_file(folder / "p.mps"), ContainsSubstring("'INTORG'") && ContainsSubstring("rhs obj -6") && ContainsSubstring("UP bnd p.generators.cheap.0 100"));
  CHECK_THROWS_AS(lp::write_model(f.model, {}, (folder / "p.txt").string()), InputError);
}

TEST_CASE("saved state of a decomposition: it goes on from itself, and refuses damage and another programme") {
  const auto file = (std::filesystem::temp_directory_path() / "stargate_rows_test.state").string();
  std::filesystem::remove(file);
  const System system = deterministic(random_network(3, 4, 48));
  DecomposeOptions options;
  options.method = Decomposition::cuts;
  options.relative_gap = 1e-3;
  options.block_snapshots = 12;
  options.state_file = file;
  const auto first = decompose(system, options), again = decompose(system, options);
  CHECK(again.objective == Approx(first.objective).epsilon(2e-3));
  CHECK(again.bound <= again.objective + 1e-6 * std::abs(again.objective));
  options.block_snapshots = 24;
  CHECK_THROWS_AS(decompose(system, options), InputError);
  options.block_snapshots = 12;
  std::string bytes = read_file(file);
  bytes[bytes.size() / 2] ^= 1;
  write_file(file, bytes);
  CHECK_THROWS_AS(decompose(system, options), InputError);
}
