// Networks with the answers PyPSA 1.3.0 gave (cases/energy/pypsa_1_3: answers.csv tells the options each was solved with), and GenX's and
// MATPOWER's cases beside theirs.
#include <catch2/catch_all.hpp>
#include <filesystem>
#include <sstream>

#include "base/csv.h"
#include "base/diagnostics.h"
#include "base/files.h"
#include "energy/decompose.h"
#include "energy/verify.h"
#include "exchange/matpower.h"
#include "exchange/read_system.h"

using namespace stargate;
using namespace stargate::exchange;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {
struct Case {
  std::string name, arguments, status;
  double objective = 0, constant = 0;
};
std::vector<Case> cases(const std::string& path) {
  Diagnostics diagnostics;
  const Csv csv = parse_csv(path, read_file(path), diagnostics);
  std::vector<Case> out;
  for (const auto& row : csv.rows) {
    Case c{row.cells[0].text, row.cells[1].text, row.cells[2].text};
    if (!row.cells[3].text.empty()) c.objective = std::stod(row.cells[3].text), c.constant = std::stod(row.cells[4].text);
    out.push_back(c);
  }
  return out;
}
/// The options of `power solve` that shape the programme.
void apply(const std::string& arguments, energy::System& system, energy::FormulationOptions& formulation) {
  std::istringstream in(arguments);
  for (std::string word; in >> word;) {
    if (word == "--cvar") in >> system.cvar_alpha;
    else if (word == "--omega") in >> system.cvar_weight;
    else if (word == "--loss-tangents") in >> formulation.losses.tangents, formulation.losses.by = energy::BranchLosses::By::tangents;
    else if (word == "--loss-secants")
      in >> formulation.losses.atol >> formulation.losses.rtol, formulation.losses.by = energy::BranchLosses::By::secants;
    else FAIL("no such option: " << word);
  }
}
energy::Result solved(const energy::System& system, const energy::FormulationOptions& formulation = {}) {
  energy::OptimiseOptions options;
  options.formulation = formulation;
  options.relative_gap = 1e-9;
  auto r = energy::optimise(system, options);
  if (!r.has_values()) return r;
  const auto v = energy::verify(system, r);
  INFO(v.worst);
  CHECK(v.largest() < 1e-6);
  CHECK(v.objective_error < 1e-8);
  return r;
}
}  // namespace

TEST_CASE("every network of the set costs what PyPSA tells", "[!mayfail]") {
  const std::string folder = "cases/energy/pypsa_1_3/";
  const auto all = cases(folder + "answers.csv");
  REQUIRE(all.size() >= 20);
  for (const auto& c : all) {
    INFO(c.name << " " << c.arguments);
    auto in = read_system(folder + c.name + ".nc");
    CHECK(in.left_out.empty());
    energy::FormulationOptions formulation;
    apply(c.arguments, in.system, formulation);
    const auto r = solved(in.system, formulation);
    CHECK(std::string(lp::to_string(r.status)) == c.status);
    if (c.status == "optimal") CHECK(r.objective == Approx(c.objective).epsilon(1e-6).margin(1e-6 * std::abs(c.constant)));
  }
}

TEST_CASE("GenX's own regression inputs have GenX's cost", "[!mayfail]") {
  const std::string folder = "../shared/referees/energy/genx/";
  if (!std::filesystem::exists(folder)) SKIP("../shared is not here");
  Diagnostics diagnostics;
  const Csv expected = parse_csv("expected.csv", read_file(folder + "expected.csv"), diagnostics);
  REQUIRE(expected.rows.size() == 5);
  for (const auto& row : expected.rows) {
    const auto& name = row.cells[0].text;
    INFO(name);
    const auto in = read_system(folder + name);
    CHECK(in.left_out.empty());
    const double unit = row.cells[3].text == "million USD" ? 1e6 : 1;
    const auto r = solved(in.system);
    REQUIRE(r.has_values());
    CHECK((r.objective + r.constant) / unit == Approx(std::stod(row.cells[1].text)).epsilon(std::stod(row.cells[2].text)));
  }
}

TEST_CASE("GenX's tables parted by tabs, and with more demand segments than time steps") {
  for (const std::string name : {"genx_tab", "genx_segments"}) {
    const auto in = read_system("cases/energy/" + name);
    CHECK(in.left_out.empty());
    const auto r = solved(in.system);
    CHECK(r.objective + r.constant == Approx(5850));
  }
}

TEST_CASE("MATPOWER's kinds of cost, negative output and HVDC lines, worked out by hand") {
  const std::string folder = "cases/energy/matpower/";
  const auto cost = [&](const std::string& name) {
    const auto in = read_matpower(folder + name + ".m");
    INFO(name);
    CHECK(in.left_out.empty());
    return solved(in.system).objective;
  };
  CHECK(cost("base") == Approx(2005));
  // The HVDC line loses 2 MW and a twentieth: line 1-2 asks for 2/3 * (102 - 0.95 d) + 20 <= 80.
  const double d = 8 / (0.95 * 2 / 3);
  CHECK(cost("dcline") == Approx(5 + 10 * (162 + 0.05 * d) + d));
  CHECK(cost("dispload") == Approx(2005));
  CHECK(cost("pwl") == Approx(2300));
  CHECK(cost("pwl_straight") == Approx(2005));
  CHECK(cost("pwl_nonconvex") == Approx(3005));
  CHECK(cost("reactivecost") == Approx(2005));
  const auto reactive = read_matpower(folder + "reactivecost.m");
  CHECK(std::ranges::any_of(reactive.notes, [](const auto& n) { return n.find("reactive") != std::string::npos; }));
}
