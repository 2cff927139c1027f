#include <catch2/catch_all.hpp>

#include <filesystem>

#include "base/csv.h"
#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"
#include "energy/decompose.h"
#include "energy/siting.h"
#include "energy/verify.h"
#include "exchange/matpower.h"
#include "exchange/netcdf_file.h"
#include "exchange/read_system.h"

using namespace stargate;
using namespace stargate::exchange;
using Catch::Approx;
namespace fs = std::filesystem;

namespace {
const std::string referees = "../shared/referees/energy/";
void need_referees() {
  if (!fs::exists(referees)) SKIP("../shared is not here");
}
fs::path scratch(const std::string& name) {
  const auto folder = fs::temp_directory_path() / "stargate_power_test";
  fs::create_directories(folder);
  return folder / name;
}
energy::Result solved(const energy::System& system) {
  auto r = energy::optimise(system);
  REQUIRE(r.status == lp::Status::optimal);
  const auto v = energy::verify(system, r);
  INFO(v.worst);
  CHECK(v.largest() < 1e-6);
  CHECK(v.objective_error < 1e-8);
  CHECK(r.dual_objective == Approx(r.objective).epsilon(1e-6));
  return r;
}
std::string complaint(auto&& doing) {
  try {
    doing();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no InputError";
}
using Catch::Matchers::ContainsSubstring;
}  // namespace

TEST_CASE("PyPSA's networks have PyPSA's cost") {
  need_referees();
  const auto small = read_system(referees + "pypsa/ac-dc-meshed.nc");
  const auto r = solved(small.system);
  CHECK(r.objective == Approx(-3474256.0405499227).epsilon(1e-9));
  CHECK(r.constant == Approx(21915277.518279143).epsilon(1e-12));
  const auto german = read_system(referees + "pypsa/scigrid-de.nc");
  CHECK(solved(german.system).objective == Approx(6684817.323607552).epsilon(1e-7));
}

TEST_CASE("26 US zones with expansion: netCDF and CSV folder are one system, within the gap of PyPSA's optimum") {
  need_referees();
  const auto a = read_system(referees + "pypsa/us26_168.nc").system, b = read_system(referees + "pypsa/us26_168_csv").system;
  const auto fa = energy::formulate(a), fb = energy::formulate(b);
  CHECK(fa.model.cost == fb.model.cost);
  CHECK(fa.model.entry_value == fb.model.entry_value);
  CHECK(fa.constant == fb.constant);
  energy::DecomposeOptions options;
  const auto r = energy::decompose(a, options);
  CHECK(energy::verify(a, r).largest() < 1e-6);
  constexpr double optimum = 76741.68101682453;  // counts what stands already: ours less the constant, plus it
  CHECK(r.objective + r.constant >= optimum * (1 - 1e-7));
  CHECK(r.objective + r.constant <= optimum * (1 + 1e-3));
  CHECK(r.bound + r.constant <= optimum * (1 + 1e-7));
}

TEST_CASE("two buses worked out by hand") {
  const auto in = read_system("cases/energy/two_buses");
  const auto r = solved(in.system);
  CHECK(r.objective == Approx(1600));
  CHECK(r.operation[0].price(0, 0) == Approx(10));
  CHECK(r.worth[static_cast<std::size_t>(energy::List::lines)][0] == Approx(40));
}

TEST_CASE("10 GW placed in the 26 zones go where PyPSA and HiGHS put them, at their cost") {
  need_referees();
  energy::LargeLoad load;
  load.total = 10;
  auto in = read_system(referees + "pypsa/us26_168.nc").system;
  for (const auto& bus : in.first().buses) load.sites.push_back({bus.name, 3, 0});
  in = energy::place_load(std::move(in), load);
  const auto r = energy::decompose(in, {});
  CHECK(energy::verify(in, r).largest() < 1e-6);
  constexpr double optimum = 78744.697;
  CHECK(r.objective + r.constant >= optimum * (1 - 1e-7));
  CHECK(r.objective + r.constant <= optimum * (1 + 1e-3));
  CHECK(r.bound + r.constant <= optimum * (1 + 1e-7));
}

TEST_CASE("a GenX folder is read as far as it goes") {
  const auto folder = scratch("genx");
  fs::create_directories(folder);
  write_file(folder / "Generators_data.csv",
             "region,Resource,technology,Zone,STOR,VRE,New_Build,Existing_Cap_MW,Existing_Cap_MWh,Max_Cap_MW,Inv_Cost_per_MWyr,Fixed_OM_Cost_per_MWyr,"
             "Var_OM_Cost_per_MWh,Heat_Rate_MMBTU_per_MWh,Fuel,Eff_Up,Eff_Down\n"
             "N,gas,Gas,1,0,0,-1,100,0,0,0,0,2,8,ng,1,1\nS,sun,PV,2,0,1,1,0,0,500,10,1,0,0,None,1,1\nS,battery,Battery,2,1,0,1,0,0,-1,5,1,0,0,None,0.9,0.9\n");
  write_file(folder / "Load_data.csv", "Voll,Demand_Segment,Cost_of_Demand_Curtailment_per_MW,Max_Demand_Curtailment,Rep_Periods,Timesteps_per_Rep_Period,"
                                       "Sub_Weights,Time_Index,Load_MW_z1,Load_MW_z2\n1000,1,1,1,1,2,4380,1,50,10\n,,,,,,,2,60,30\n");
  write_file(folder / "Fuels_data.csv", "Time_Index,None,ng\n0,0,0.05\n1,0,3\n2,0,4\n");
  write_file(folder / "Network.csv", ",Network_zones,Network_Lines,z1,z2,Line_Max_Flow_MW,Line_Max_Reinforcement_MW,Line_Reinforcement_Cost_per_MWyr\nN,z1,1,1,-1,20,5,7\n");
  const auto in = read_system(folder.string());
  const auto& n = in.system.first();
  CHECK(n.snapshots[1].objective == 2190);
  CHECK(n.generators[2].marginal_cost[1] == 2 + 8 * 4);
  CHECK(n.links[0].nominal_max == 25);
  CHECK(n.storage_units[0].capital_cost == 6);
  CHECK(n.storage_units[0].energy_apart);
  CHECK(in.notes ==
        std::vector<std::string>{"there is no genx_settings.yml: every policy that is there counts, lines may be reinforced, nothing is committed",
                                 "1 resources of no kind (THERM, VRE, MUST_RUN, STOR, HYDRO and FLEX are 0), taken as thermal plants",
                                 "1 variable, hydro or must-run resources without a profile in Generators_variability, taken as always available"});
  CHECK(solved(in.system).status == lp::Status::optimal);
  fs::remove(folder / "Network.csv");
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("there is no Network.csv"));
}

TEST_CASE("PGLib cases have PowerModels' DC cost to all digits printed") {
  need_referees();
  Diagnostics diagnostics;
  const Csv expected = parse_csv("expected.csv", read_file(referees + "pglib/expected.csv"), diagnostics);
  REQUIRE(expected.rows.size() >= 6);
  for (const auto& row : expected.rows) {
    const auto imported = read_matpower(referees + "pglib/" + row.cells[0].text + ".m");
    const auto r = energy::optimise(imported.system);
    INFO(row.cells[0].text);
    CHECK(std::format("{:.4e}", r.objective) == row.cells[3].text);
    CHECK(energy::verify(imported.system, r).largest() < 1e-6);
  }
  // An independent DC optimal power flow found 93,100.73.
  CHECK(energy::optimise(read_matpower(referees + "pglib/pglib_opf_case118_ieee.m").system).objective == Approx(93100.73).epsilon(1e-7));
}

TEST_CASE("what is solved is written so that it reads back the same, with results") {
  need_referees();
  const auto in = read_system(referees + "pypsa/ac-dc-meshed.nc");
  const auto r = solved(in.system);
  for (const std::string name : {"again.nc", "again_csv"}) {
    const auto path = scratch(name).string();
    fs::remove_all(path);
    CHECK(write_system(path, in.system, r, referees + "pypsa/ac-dc-meshed.nc").empty());
    CHECK(solved(read_system(path).system).objective == Approx(r.objective).epsilon(1e-10));
    const auto set = name.ends_with(".nc") ? read_pypsa_netcdf(path) : read_pypsa_csv(path);
    const auto* lines = set.table("lines");
    REQUIRE(lines->column("s_nom_opt"));
    CHECK(lines->column("s_nom_opt")->numbers[0] == Approx(r.capacity[1][0]));
    CHECK(std::ranges::contains(set.table("buses")->series, "marginal_price", &PypsaSeries::attribute));
    CHECK(set.table("carriers")->column("color"));  // what we do not use goes along
  }
  // Without a source the tables are made from the system itself.
  const auto path = scratch("made.nc").string();
  write_system(path, in.system, r);
  CHECK(solved(read_system(path).system).objective == Approx(r.objective).epsilon(1e-10));
}

TEST_CASE("scenarios, periods, modules and ports come through netCDF") {
  energy::System system;
  for (const double load : {50.0, 100.0}) {
    energy::Network n;
    n.periods = {{2030, 1, 5}, {2035, 0.8, 5}};
    n.snapshots.resize(4);
    n.snapshots[2].period = n.snapshots[3].period = 1;
    n.buses = {{"a"}, {"b"}, {"c", "heat"}};
    energy::Profile p;
    p.hourly = {load, load / 2, load, load};
    n.loads = {{"l", "b", "", true, -1, p}};
    energy::Generator g;
    g.name = "g";
    g.bus = "a";
    g.extendable = true;
    g.module = 30;
    g.capital_cost = 3;
    g.marginal_cost = 5;
    n.generators = {g};
    energy::Link l;
    l.name = "l";
    l.nominal = 500;
    l.ports = {{"a", -1.0}, {"b", 0.9}, {"c", 0.3}};
    n.links = {l};
    energy::Store sink;
    sink.name = "sink";
    sink.bus = "c";
    sink.nominal = 1e4;
    n.stores = {sink};
    system.scenarios.push_back({std::format("load {}", load), load == 50 ? 0.3 : 0.7, n});
  }
  const auto r = energy::optimise(system);
  REQUIRE(r.has_values());
  CHECK(r.capacity[0][0] == Approx(120));
  const auto path = scratch("scenarios.nc").string();
  write_system(path, system, r);
  const auto back = read_system(path).system;
  REQUIRE(back.scenarios.size() == 2);
  CHECK(back.scenarios[1].probability == 0.7);
  CHECK(back.first().periods.size() == 2);
  CHECK(back.first().links[0].ports.size() == 3);
  CHECK(energy::optimise(back).objective == Approx(r.objective));
}

TEST_CASE("MATPOWER: piecewise cost, shifts, shunts, HVDC, isolated buses") {
  const auto path = scratch("case.m");
  write_file(path, R"(function mpc = case
mpc.version = '2';
mpc.baseMVA = 100;  % MVA
mpc.bus = [
  1 3 0 0 0 0 1 1 0 230 1 1.1 0.9;
  2 1 100 0 10 0 1 1 0 230 1 1.1 0.9;
  7 4 500 0 0 0 1 1 0 230 1 1.1 0.9;
];
mpc.gen = [ 1 0 0 0 0 1 100 1 200 0; 7 0 0 0 0 1 100 1 900 0 ];
mpc.gencost = [ 1 0 0 3 0 0 50 100 200 1600; 2 0 0 2 1 0 0 0 0 0 ];
mpc.branch = [
  1 2 0.0 0.1 0 0 0 0 0 0 1 -30 30;
  1 2 0.0 0.2 0 0 0 0 1 5 1 -30 30;
];
mpc.dcline = [ 1 2 1 0 0 0 0 1 1 0 40 0 0 0 0 1 0.05 ];
mpc.bus_name = { 'a'; 'b'; 'c' };
mpc.extra = [ 1 2 ];
)");
  const auto plain = read_matpower(path.string(), BranchModel::power_models);
  CHECK(plain.notes == std::vector<std::string>{"mpc.extra was not understood"});
  const auto r = solved(plain.system);
  CHECK(r.objective == Approx(100 + 61 * 10));  // 100 MW, a shunt of 10, and 1 that the idle HVDC line loses
  CHECK(r.operation[0].flow[1](0, 0) == Approx(2 * r.operation[0].flow[2](0, 0)));
  const auto shifted = read_matpower(path.string(), BranchModel::matpower);
  CHECK(solved(shifted.system).operation[0].flow[1](0, 0) != Approx(r.operation[0].flow[1](0, 0)));

  const auto broken = [&](const std::string& text) {
    write_file(path, text);
    return complaint([&] { read_matpower(path.string()); });
  };
  CHECK_THAT(broken("mpc.baseMVA = 100;\nmpc.bus = [\n 1 2 x;\n];"), ContainsSubstring("case.m:3: error: 'x' is no number"));
  CHECK_THAT(broken("mpc.baseMVA = 100;\nmpc.bus = [\n 1 2 3;\n"), ContainsSubstring("ends within a matrix"));
  CHECK_THAT(broken("mpc.baseMVA = 100;"), ContainsSubstring("mpc.bus is missing"));
  CHECK_THAT(broken("mpc.baseMVA = 100;\nmpc.bus = [1 3 0];\nmpc.gen=[];\nmpc.branch=[];"), ContainsSubstring("has 3 columns"));
}

TEST_CASE("broken PyPSA files are refused by name") {
  const auto folder = scratch("broken");
  fs::remove_all(folder);
  fs::create_directories(folder);
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("no buses.csv"));
  write_file(folder / "buses.csv", "name,v_nom\na,1\n");
  write_file(folder / "generators.csv", "name,bus,p_nom\ng,b,x\n");
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("generators.csv:2: error: generators 'g': p_nom is 'x'"));
  write_file(folder / "generators.csv", "name,bus,p_nom,flavour\ng,b,5,3\n");
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("bus 'b' is not there"));
  write_file(folder / "generators.csv", "name,bus,p_nom,flavour\ng,a,5,3\n");
  write_file(folder / "odd.csv", "name\nx\n");
  CHECK(read_system(folder.string()).notes == std::vector<std::string>{"file 'odd.csv' was not understood", "generators: not used: flavour"});
  write_file(folder / "generators-p_max_pu.csv", "snapshot,g\n0,1\n1,1\n");
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("it has 2 rows for 1 snapshots"));
  write_file(folder / "generators-p_max_pu.csv", "snapshot,h\n0,1\n");
  CHECK_THAT(complaint([&] { read_system(folder.string()); }), ContainsSubstring("names 'h', which is not there"));

  CHECK_THAT(complaint([&] { read_system(scratch("none.nc").string()); }), ContainsSubstring("no such file"));
  write_file(scratch("text.nc"), "this is not netCDF");
  CHECK_THAT(complaint([&] { read_system(scratch("text.nc").string()); }), ContainsSubstring("could not open it as netCDF"));
  {
    NetcdfWriter w(scratch("other.nc").string(), "other.nc");
    w.dimension("x", 2);
    w.numbers("x", {"x"}, {1, 2});
    w.close();
  }
  CHECK_THAT(complaint([&] { read_system(scratch("other.nc").string()); }), ContainsSubstring("no PyPSA network"));
  CHECK_THAT(complaint([&] { read_system(scratch("x.xls").string()); }), ContainsSubstring("no such file"));
}

TEST_CASE("a truncated netCDF file is refused at any length") {
  need_referees();
  const std::string whole = read_file(referees + "pypsa/ac-dc-meshed.nc");
  for (const std::size_t keep : {std::size_t{10}, std::size_t{1000}, whole.size() / 2, whole.size() - 100}) {
    write_file(scratch("cut.nc"), std::string_view(whole).substr(0, keep));
    CHECK_THAT(complaint([&] { read_system(scratch("cut.nc").string()); }), ContainsSubstring("cut.nc"));
  }
}
