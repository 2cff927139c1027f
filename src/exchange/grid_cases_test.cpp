// Systems of cases/adequacy and cases/powerflow against what they must come to.
#include <algorithm>
#include <catch2/catch_all.hpp>
#include <cmath>
#include <filesystem>

#include "adequacy/assess.h"
#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "exchange/adequacy_folder.h"
#include "exchange/demand_history.h"
#include "exchange/power_case.h"
#include "powerflow/contingency.h"
#include "powerflow/newton.h"
#include "powerflow/optimal.h"

using namespace stargate;
using Catch::Approx;

namespace {

Csv read(const std::string& file) {
  Diagnostics diagnostics;
  auto csv = parse_csv(file, read_file(file), diagnostics);
  diagnostics.throw_if_errors();
  return csv;
}
const std::string& cell(const Csv& csv, const CsvRow& row, std::string_view column) { return row.cells[csv.column(column)].text; }

/// A folder of files for a test, gone after it.
struct Folder {
  std::filesystem::path path;
  explicit Folder(const std::string& name) : path(std::filesystem::temp_directory_path() / ("stargate_" + name)) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& file, const std::string& text) const { write_file(path / file, text); }
};

}  // namespace

TEST_CASE("adequacy agrees with what is known of each system") {
  const auto expected = read("cases/adequacy/expected.csv");
  REQUIRE(expected.rows.size() > 20);
  for (const auto& row : expected.rows) {
    const auto& folder = cell(expected, row, "case");
    const auto& metric = cell(expected, row, "metric");
    const bool exact = cell(expected, row, "method") == "exact";
    INFO(folder << " " << metric << (exact ? " exact" : " simulated"));
    auto system = exchange::read_adequacy_folder("cases/adequacy/" + folder);
    if (cell(expected, row, "copper_plate") == "true") system = adequacy::copper_plate(std::move(system));
    adequacy::AssessOptions options;
    options.method = exact ? adequacy::Method::exact : adequacy::Method::simulate;
    options.simulation.samples = system.steps() > 1000 ? 2000 : 100000;
    const auto answer = adequacy::assess(system, options).answer;
    const auto& estimate = metric == "lolh" ? answer.system.lolh : metric == "eue" ? answer.system.eue_mwh : answer.system.lole_days;
    const double value = *parse_number(cell(expected, row, "value")), tolerance = *parse_number(cell(expected, row, "tolerance"));
    if (exact) CHECK(std::abs(estimate.mean - value) <= tolerance);
    else CHECK(std::abs(estimate.mean - value) <= 3 / 1.96 * (estimate.high - estimate.mean));
  }
}

TEST_CASE("tables of adequacy that are wrong are refused with their place") {
  const Folder folder("adequacy");
  const auto refused = [&](std::string_view what) {
    try {
      exchange::read_adequacy_folder(folder.path.string());
      FAIL("it was read");
    } catch (const InputError& error) {
      INFO(error.what());
      CHECK(std::string_view(error.what()).find(what) != std::string_view::npos);
    }
  };
  refused("load.csv");
  folder.write("load.csv", "step,A\n1,10\n2,nan\n");
  folder.write("units.csv", "name,area,capacity_mw\ng,A,10\n");
  refused("load.csv:3");
  folder.write("load.csv", "step,A\n1,10\n2,12\n");
  CHECK(exchange::read_adequacy_folder(folder.path.string()).steps() == 2);
  folder.write("units.csv", "name,area,capacity_mw\ng,B,10\n");
  refused("there is no area 'B'");
  folder.write("units.csv", "name,area,capacity_mw,mttf_hours\ng,A,10,100\n");
  refused("without repairs");
  folder.write("units.csv", "name,area,capacity_mw,mttf_hours,forced_outage_rate\ng,A,10,100,0.1\n");
  refused("two ways");
  folder.write("units.csv", "name,area,capacity_mw,forced_outage_rate,mttr_hours\ng,A,10,1,10\n");
  refused("always out");
  folder.write("units.csv", "name,area,capacity_mw,count\ng,A,10,1.5\n");
  refused("whole number");
  folder.write("units.csv", "name,area,capacity_mw,profile\ng,A,10,wind\n");
  refused("no profile");
  folder.write("units.csv", "name,area,capacity_mw\ng,A,10\n");
  folder.write("ties.csv", "name,from,to,forward_mw\nt,A,A,10\n");
  refused("ends where it begins");
  folder.write("ties.csv", "name,from,to,forward_mw\n");
  folder.write("load.csv", "year,A\n2001,10\n2002,12\n2001,3\n");
  refused("second time");
}

TEST_CASE("hourly demand is read with its gaps and faults") {
  const Folder folder("history");
  folder.write("east.csv", "date_time,raw demand (MW),cleaned demand (MW)\n2020-01-01 00:00:00,1,10\n2020-01-01 01:00:00,2,20\n");
  folder.write("west.csv", "time,demand\n2020-01-01T00:00Z,5\n2020-01-01T02:00Z,7\n");
  exchange::HistoryFiles files{folder.path.string(), "", "", false};
  auto histories = exchange::read_demand_histories(files);
  REQUIRE(histories.size() == 2);
  CHECK(histories[0].name == "east");
  CHECK(histories[0].demand_mw == std::vector<double>{10, 20});
  CHECK(histories[1].hours[1] - histories[1].hours[0] == 2);
  const auto refused = [&](std::string_view what) {
    try {
      exchange::read_demand_histories(files);
      FAIL("it was read");
    } catch (const InputError& error) {
      INFO(error.what());
      CHECK(std::string_view(error.what()).find(what) != std::string_view::npos);
    }
  };
  folder.write("west.csv", "time,demand\n2020-01-01T00:00Z,5\n2020-01-01T01:00Z,\n");
  refused("west.csv:3");
  files.skip_missing = true;
  CHECK(exchange::read_demand_histories(files)[1].hours.size() == 1);
  folder.write("west.csv", "time,demand\n2020-01-01T01:00Z,5\n2020-01-01T01:00Z,6\n");
  refused("second time");
  folder.write("west.csv", "time,demand\n2020-01-01T01:00Z,-5\n");
  refused("no demand");
  folder.write("west.csv", "time,demand\n");
  refused("no demand of west");
}

TEST_CASE("AC power flow agrees with MATPOWER's solutions") {
  for (const std::string name : {"case9", "case14", "case57", "case118", "case300", "rts_gmlc"}) {
    const auto input = exchange::read_power_case("cases/powerflow/" + name + ".m");
    const auto& network = input.network;
    powerflow::PowerFlow flow(network);
    const auto buses = read("cases/powerflow/" + name + "_buses.csv"), branches = read("cases/powerflow/" + name + "_branches.csv");
    REQUIRE(buses.rows.size() == network.buses.size());
    REQUIRE(branches.rows.size() == network.branches.size());
    for (const bool limits : {false, true}) {
      INFO(name << (limits ? " with reactive limits" : ""));
      powerflow::NewtonOptions options;
      options.reactive_limits = limits;
      const auto s = flow.solve(options);
      REQUIRE(s.converged());
      CHECK(powerflow::residual(network, s, flow.own()) < 1e-8);
      double voltage = 0, angle = 0, power = 0;
      const std::string end = limits ? "_limited" : "";
      for (std::size_t i = 0; i < network.buses.size(); ++i) {
        voltage = std::max(voltage, std::abs(s.voltage[i] - *parse_number(cell(buses, buses.rows[i], "voltage" + end))));
        angle = std::max(angle, std::abs(s.angle_deg[i] - *parse_number(cell(buses, buses.rows[i], limits ? "angle_limited_deg" : "angle_deg"))));
      }
      for (std::size_t k = 0; k < network.branches.size(); ++k) {
        power = std::max(power, std::abs(s.flows[k].from_mw - *parse_number(cell(branches, branches.rows[k], "from_mw" + end))));
        power = std::max(power, std::abs(s.flows[k].from_mvar - *parse_number(cell(branches, branches.rows[k], "from_mvar" + end))));
      }
      CHECK(voltage < 1e-8);
      CHECK(angle < 1e-6);
      CHECK(power < 1e-5);
    }
  }
}

TEST_CASE("a power case that makes no network is refused with its line") {
  const Folder folder("power_case");
  const std::string good = "mpc.version = '2';\nmpc.baseMVA = 100;\nmpc.bus = [\n1 3 0 0 0 0 1 1 0 230 1 1.1 0.9;\n2 1 50 10 0 0 1 1 0 230 1 1.1 0.9;\n];\n"
                           "mpc.gen = [\n1 50 0 100 -100 1 100 1 200 0;\n];\nmpc.branch = [\n1 2 0.01 0.1 0 0 0 0 0 0 1 -360 360;\n];\n";
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    folder.write("case.m", text);
    return (folder.path / "case.m").string();
  };
  const auto refused = [&](const std::string& path, std::string_view what) {
    try {
      exchange::read_power_case(path);
      FAIL("it was read");
    } catch (const InputError& error) {
      INFO(error.what());
      CHECK(std::string_view(error.what()).find(what) != std::string_view::npos);
    }
  };
  CHECK(exchange::read_power_case(changed("0.1 0", "0.1 0")).network.buses.size() == 2);
  refused(changed("1 2 0.01 0.1", "1 2 0 0"), ":11");
  refused(changed("1 2 0.01 0.1", "1 3 0.01 0.1"), "bus 3 is not in mpc.bus");
  refused(changed("1 2 0.01 0.1 0 0 0 0 0 0 1", "1 2 0.01 0.1 0 0 0 0 0 0 0"), "no slack bus: 2");
  refused(changed("2 1 50", "2 1 NaN"), "no number");
  refused(changed("100 -100 1 100 1", "-100 100 1 100 1"), "Qmin");
  refused(changed("1 3 0 0", "1 1 0 0"), "no slack");
  folder.write("loads.csv", "bus,mw\n2,10\n4,1\n");
  const auto network = exchange::read_power_case(changed("0.1 0", "0.1 0")).network;
  CHECK_THROWS_AS(exchange::read_placed_loads((folder.path / "loads.csv").string(), network), InputError);
}

TEST_CASE("optimal power flow keeps all limits and costs what is published", "[opf]") {
  if (!powerflow::has_optimal_flow()) SKIP("built without Ipopt");
  // PGLib-OPF v23.07, BASELINE.md: AC costs in five digits. The case files are PGLib's own and stand beside the checkout where they are.
  const std::filesystem::path folder = "../shared/referees/energy/pglib";
  if (!std::filesystem::exists(folder)) SKIP("PGLib's cases are not beside the checkout");
  for (const auto& [name, cost] : {std::pair{"case5_pjm", 1.7552e4}, {"case14_ieee", 2.1781e3}, {"case24_ieee_rts", 6.3352e4}, {"case118_ieee", 9.7214e4}}) {
    INFO(name);
    const auto input = exchange::read_power_case((folder / (std::string("pglib_opf_") + name + ".m")).string());
    REQUIRE(input.cost_fault.empty());
    const auto found = powerflow::optimal_flow(input.network, input.costs, {});
    REQUIRE(found.optimal);
    CHECK(std::abs(found.cost / cost - 1) < 5e-5);
    powerflow::PowerFlow::Injections injections;
    for (const auto& b : input.network.buses) injections.load_mw.push_back(b.load_mw), injections.load_mvar.push_back(b.load_mvar);
    CHECK(powerflow::residual(input.network, found.flow, injections) < 1e-4);
    CHECK(powerflow::violations(input.network, found.flow, false).empty());
  }
}
