#include <catch2/catch_all.hpp>
#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "stochastic/l_shaped.h"
#include "stochastic/smps.h"
#include "stochastic/solve.h"

using namespace stargate;
using namespace stargate::stochastic;
using Catch::Approx;
namespace fs = std::filesystem;

namespace {

StochasticProgramme read_case(const std::string& name) { return read_smps(find_smps(fs::path("cases/stochastic") / name)); }

SolveResult solved(const StochasticProgramme& p, Form form, double gap = 1e-9) {
  SolveOptions o;
  o.form = form;
  o.relative_gap = gap;
  o.threads = 2;
  return solve(p, o);
}

/// A copy of a case with one text replaced in one of its files.
fs::path altered(const std::string& name, const std::string& file, const std::string& from, const std::string& to) {
  const fs::path folder = fs::temp_directory_path() / ("stargate_smps_" + name);
  fs::remove_all(folder);
  fs::copy(fs::path("cases/stochastic") / name, folder);
  std::string text = read_file(folder / file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  std::ofstream(folder / file) << text;
  return folder;
}

std::string complaint(const fs::path& folder) {
  try {
    read_smps(find_smps(folder));
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the farmer: RP, EV, EEV, VSS, and a plan that minds its worst year") {
  const auto p = read_case("farmer");
  for (const auto form : {Form::extensive, Form::l_shaped}) {
    const auto r = solved(p, form);
    CHECK(*r.expectation == Approx(-108390).margin(1));
    CHECK(*r.mean_value == Approx(-118600).margin(1));
    CHECK(*r.of_mean_decision == Approx(-107240).margin(1));
    CHECK(*r.value_of_stochastic_solution == Approx(1150).margin(1));
    CHECK(*r.value_of_perfect_information == Approx(7016).margin(1));  // Birge and Louveaux
    CHECK(*r.worst == Approx(-48820).margin(1));
    SolveOptions o;
    o.form = form;
    o.relative_gap = 1e-9;
    o.cvar_alpha = 0.8;
    o.cvar_weight = 5;
    const auto careful = solve(p, o);
    CHECK(*careful.expectation == Approx(-103313).margin(1));
    CHECK(*careful.worst == Approx(-57640).margin(1));
    CHECK(careful.objective == Approx(*careful.expectation + 5 * *careful.cvar).epsilon(1e-7));
  }
}

TEST_CASE("the referees' other programmes") {
  for (const auto form : {Form::extensive, Form::l_shaped}) {
    CHECK(*solved(read_case("expansion_5_2"), form).expectation == Approx(340315.52).margin(0.1));
    const auto simple = solved(read_case("simple"), form);
    CHECK(*simple.expectation == Approx(-855.8333).margin(1e-4));
    CHECK(simple.first[0] == Approx(46.6667).margin(1e-4));
    CHECK(simple.first[1] == Approx(36.25).margin(1e-4));
  }
  CHECK(*solved(read_case("assets"), Form::choose).expectation == Approx(1.514).margin(1e-3));
  CHECK(*solved(read_case("assets_tree"), Form::choose).expectation == Approx(*solved(read_case("assets"), Form::choose).expectation).margin(1e-9));
  const auto p = read_case("chance");
  for (const auto& [alpha, cost] : {std::pair{0.0, 2.5}, {0.5, 0.75}, {0.75, 0.25}}) {
    SolveOptions o;
    o.chance = alpha;
    CHECK(*solve(p, o).expectation == Approx(cost).margin(1e-4));
  }
}

TEST_CASE("pgp2, 576 scenarios, to 1e-6 by both methods and any number of cuts and threads") {
  const auto p = read_case("pgp2");
  CHECK(scenario_count(p) == 576);
  const auto whole = solved(p, Form::extensive);
  CHECK(*whole.expectation == Approx(447.324345481).margin(1e-6));
  CHECK(*whole.mean_value == Approx(428.5079875).margin(1e-6));
  CHECK(*whole.wait_and_see == Approx(428.929283).margin(1e-5));
  CHECK(*whole.of_mean_decision == Approx(504.408).margin(1e-5));
  for (const int groups : {1, 24, 576}) {
    SolveOptions o;
    o.form = Form::l_shaped;
    o.relative_gap = 1e-10;
    o.groups = groups;
    o.values = false;
    const auto one = solve(p, o);
    CHECK(*one.expectation == Approx(447.324345481).margin(1e-6));
    CHECK(one.bound <= *one.expectation + 1e-6);
    o.threads = 3;
    CHECK(solve(p, o).first == one.first);
  }
}

TEST_CASE("drawn scenarios: intervals hold the true value, the decision is near the best") {
  const auto p = read_case("pgp2");
  int held = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    SolveOptions o;
    o.most_scenarios = 100;  // fewer than there are
    o.batches = 8;
    o.batch_scenarios = 60;
    o.fresh_scenarios = 2000;
    o.seed = 100 * seed;
    o.values = seed == 0;
    o.threads = 2;
    const auto r = solve(p, o);
    REQUIRE(r.sampled);
    held += r.bound_interval->low <= 447.3244 && r.objective_interval->high >= 447.3244 - 1e-9 && *r.expectation + r.gap_upper >= 447.3244;
    CHECK(r.bound_interval->low < 447.3244);
    CHECK(r.gap_upper < 30);
    if (seed == 0) CHECK(*r.value_of_stochastic_solution > 20);
  }
  CHECK(held >= 7);
}

TEST_CASE("broken files are refused where they are broken") {
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "3.0                      0.38300", "3.0                      0.37300")),
             Catch::Matchers::ContainsSubstring("'RHS DNODE3' add up to 0.99") && Catch::Matchers::ContainsSubstring("pgp2.sto:29"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "DNODE2      0.0 ", "DNODE7      0.0 ")), Catch::Matchers::ContainsSubstring("DNODE7"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "0.00005", "-0.00005")), Catch::Matchers::ContainsSubstring("a probability of -5e-05"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "DISCRETE", "GAMMA")), Catch::Matchers::ContainsSubstring("'GAMMA' is not read"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "RHS       DNODE1      0.5", "RHS       MXDEMD      0.5")),
             Catch::Matchers::ContainsSubstring("stage") || Catch::Matchers::ContainsSubstring("add up"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.cor", "10.0        MXDEMD       1.0", "1O.0        MXDEMD       1.0")), Catch::Matchers::ContainsSubstring("'1O.0' is not a number"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.tim", "TIME2", "TIME1")), Catch::Matchers::ContainsSubstring("a second time"));
  CHECK_THAT(complaint(altered("pgp2", "pgp2.sto", "ENDATA", "")), Catch::Matchers::ContainsSubstring("without ENDATA"));
  CHECK_THAT(complaint(altered("farmer", "farmer.sto", "BEETS     BEETSOLD           -20\n", "BEETS     BEETSOLD           -20\n    WHEAT     LAND   2\n")),
             Catch::Matchers::ContainsSubstring("first outcome"));
  CHECK_THROWS_AS(find_smps("cases/stochastic"), InputError);
}

TEST_CASE("CVaR is the mean of the worst part, and a whole second stage is solved as one") {
  CHECK(conditional_value_at_risk({1, 2, 3, 4}, {0.25, 0.25, 0.25, 0.25}, 0) == Approx(2.5));
  CHECK(conditional_value_at_risk({4, 1, 3, 2}, {0.25, 0.25, 0.25, 0.25}, 0.5) == Approx(3.5));
  CHECK(conditional_value_at_risk({4, 1, 3, 2}, {0.25, 0.25, 0.25, 0.25}, 0.9) == Approx(4));
  CHECK(conditional_value_at_risk({4, 1, 3, 2}, {0.25, 0.25, 0.25, 0.25}, 0.625) == Approx((0.25 * 4 + 0.125 * 3) / 0.375));
  auto p = read_case("simple");
  for (std::size_t j = 0; j < p.columns.size(); ++j) p.core.integer[j] = 1;
  const auto r = solved(p, Form::choose, 1e-9);
  CHECK(r.form == "extensive form");
  CHECK(*r.expectation >= -855.8334);
  CHECK(std::abs(r.first[0] - std::round(r.first[0])) < 1e-6);
  CHECK(*r.value_of_stochastic_solution >= -1e-6);
  CHECK_THROWS_AS(solved(p, Form::l_shaped), InputError);
}

TEST_CASE("a first decision that leaves a scenario unmet gives cuts of feasibility") {
  auto p = read_case("expansion_5_2");
  for (std::size_t j = 0; j < p.columns.size(); ++j)
    if (p.columns[j] == "MISSED") p.core.upper[j] = 0;  // nothing may be missed
  const auto whole = solved(p, Form::extensive), cuts = solved(p, Form::l_shaped);
  CHECK(*cuts.expectation == Approx(*whole.expectation).epsilon(1e-8));
  CHECK_FALSE(cuts.mean_decision_note.empty());
}
