// Files as a hostile new user hands them in: each is refused with file, line and what is allowed, or read with a note.
#include <catch2/catch_all.hpp>

#include <filesystem>
#include <map>

#include "base/diagnostics.h"
#include "base/files.h"
#include "energy/diagnosis.h"
#include "energy/optimise.h"
#include "exchange/netcdf_file.h"
#include "exchange/read_system.h"

using namespace stargate;
using namespace stargate::exchange;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

const Files good{{"buses.csv", "name,v_nom,carrier\nnorth,380,AC\nsouth,380,AC\n"},
                 {"snapshots.csv", ",snapshot,objective,stores,generators\n0,0,1,1,1\n1,1,1,1,1\n"},
                 {"carriers.csv", "name,co2_emissions\nAC,0\ngas,0.2\n"},
                 {"generators.csv", "name,bus,carrier,p_nom,marginal_cost\ngas,north,gas,100,30\n"},
                 {"lines.csv", "name,bus0,bus1,x,s_nom\nns,north,south,0.1,50\n"},
                 {"loads.csv", "name,bus\nsouth load,south\n"},
                 {"loads-p_set.csv", ",south load\n0,20\n1,40\n"}};

fs::path scratch() {
  const auto folder = fs::temp_directory_path() / "stargate_broken_files_test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}
fs::path network(const Files& changed) {
  const auto folder = scratch();
  Files files = good;
  for (const auto& [name, text] : changed) files[name] = text;
  for (const auto& [name, text] : files)
    if (text != "absent") write_file(folder / name, text);
  return folder;
}
std::string complaint(const std::string& path) {
  try {
    read_system(path);
  } catch (const InputError& e) {
    std::string all;
    for (const auto& d : e.diagnostics()) all += to_string(d) + "\n";
    return all;
  }
  return "no error";
}
double cost(const ImportedSystem& in) {
  const auto r = energy::optimise(in.system);
  REQUIRE(r.has_values());
  return r.objective + r.constant;
}

}  // namespace

TEST_CASE("the folder that the broken ones are made of is read") {
  const auto in = read_system(network({}).string());
  CHECK(in.notes.empty());
  CHECK(cost(in) == Approx(30 * 60));
}

TEST_CASE("broken PyPSA folders are refused with file, line and what is allowed") {
  const auto [what, files, expected] = GENERATE(table<std::string, Files, std::vector<std::string>>({
      {"no buses.csv", {{"buses.csv", "absent"}}, {"no buses.csv"}},
      {"empty file", {{"generators.csv", ""}}, {"generators.csv", "the file is empty"}},
      {"no buses in it", {{"buses.csv", "name,v_nom\n"}, {"lines.csv", "absent"}, {"loads.csv", "absent"}, {"loads-p_set.csv", "absent"}, {"generators.csv", "absent"}}, {"has no buses"}},
      {"missing bus", {{"generators.csv", "name,bus,p_nom\ngas,nroth,100\n"}}, {"generators.csv:2: error: generator 'gas': bus 'nroth' is not there", "did you mean 'north'"}},
      {"missing bus of a line", {{"lines.csv", "name,bus0,bus1,x,s_nom\na,north,south,0.1,50\nns,north,sud,0.1,50\n"}}, {"lines.csv:3", "'sud' is not there"}},
      {"text for a number", {{"generators.csv", "name,bus,p_nom\ngas,north,lots\n"}}, {"generators.csv:2", "p_nom is 'lots'", "a number is needed"}},
      {"decimal comma", {{"generators.csv", "name,bus,p_nom\ngas,north,\"1,5\"\n"}}, {"generators.csv:2", "p_nom is '1,5'"}},
      {"name twice", {{"generators.csv", "name,bus,p_nom\ngas,north,1\ngas,south,1\n"}}, {"generators.csv:3", "generator 'gas': stands a second time"}},
      {"bus twice", {{"buses.csv", "name\nnorth\nsouth\nnorth\n"}}, {"buses.csv:4", "bus 'north': stands a second time"}},
      {"column twice", {{"generators.csv", "name,bus,p_nom,p_nom\ngas,north,1,2\n"}}, {"generators.csv:1", "column 'p_nom' stands twice"}},
      {"ragged row", {{"generators.csv", "name,bus,p_nom\ngas,north,1\nwind,south\n"}}, {"generators.csv:3", "found 2 cells, the header has 3"}},
      {"ragged series", {{"loads-p_set.csv", ",south load\n0,20\n1,40,7\n"}}, {"loads-p_set.csv:3", "found 3 cells, the header has 2"}},
      {"semicolons", {{"generators.csv", "name;bus;p_nom\ngas;north;1\n"}}, {"generators.csv:1", "separated by ';'", "allowed: commas"}},
      {"open quote", {{"generators.csv", "name,bus,p_nom\n\"gas,north,1\n"}}, {"generators.csv:2", "never closed"}},
      {"not UTF-8", {{"generators.csv", "name,bus,p_nom\ng\xE4s,north,1\n"}}, {"generators.csv:2", "not valid UTF-8"}},
      {"UTF-16", {{"generators.csv", "\xFF\xFEn"}}, {"UTF-16"}},
      {"series too short", {{"loads-p_set.csv", ",south load\n0,20\n"}}, {"loads-p_set.csv", "it has 1 rows for 2 snapshots"}},
      {"series of nobody", {{"loads-p_set.csv", ",south laod\n0,20\n1,40\n"}}, {"names 'south laod', which is not there", "did you mean 'south load'"}},
      {"text in a series", {{"loads-p_set.csv", ",south load\n0,20\n1,much\n"}}, {"loads-p_set.csv:3", "'much' of 'south load' is no number"}},
      {"NaN in a series", {{"loads-p_set.csv", ",south load\n0,20\n1,nan\n"}}, {"loads.csv:2", "load 'south load': p_set is not a number in snapshot 1"}},
      {"infinite load", {{"loads-p_set.csv", ",south load\n0,inf\n1,4\n"}}, {"p_set is inf in snapshot 0", "a finite number is needed"}},
      {"infinite availability", {{"generators-p_max_pu.csv", ",gas\n0,inf\n1,1\n"}}, {"p_max_pu is inf in snapshot 0"}},
      {"no snapshots", {{"snapshots.csv", ",snapshot,objective\n"}}, {"snapshots.csv", "it holds no snapshots"}},
      {"negative weight", {{"snapshots.csv", ",snapshot,objective,stores,generators\n0,0,1,1,1\n1,1,-3,1,1\n"}}, {"objective weight of snapshot 1 is -3", "0 or more"}},
      {"weight no number", {{"snapshots.csv", ",snapshot,objective\n0,0,1\n1,1,x\n"}}, {"snapshots.csv:3", "'x' is no number"}},
      {"limits cross", {{"generators.csv", "name,bus,p_nom,p_min_pu,p_max_pu\ngas,north,100,0.6,0.5\n"}}, {"generators.csv:2", "lower limit 0.6 is above its upper limit 0.5"}},
      {"capacity limits cross", {{"generators.csv", "name,bus,p_nom_extendable,p_nom_min,p_nom_max\ngas,north,True,5,3\n"}}, {"smallest capacity 5 is above its largest 3"}},
      {"negative capacity", {{"generators.csv", "name,bus,p_nom\ngas,north,-5\n"}}, {"generators.csv:2", "its capacity -5 is negative"}},
      {"concave cost", {{"generators.csv", "name,bus,p_nom,marginal_cost_quadratic\ngas,north,5,-1\n"}}, {"marginal_cost_quadratic is negative"}},
      {"loss above one", {{"stores.csv", "name,bus,e_nom,standing_loss\ntank,north,5,2\n"}}, {"stores.csv:2", "standing_loss is 2", "allowed: 0 to 1"}},
      {"efficiency of nothing", {{"storage_units.csv", "name,bus,p_nom,efficiency_dispatch\nb,north,5,0\n"}}, {"efficiency_dispatch is 0"}},
      {"overnight cost without a rate", {{"generators.csv", "name,bus,p_nom_extendable,overnight_cost,lifetime\ngas,north,True,5,20\n"}}, {"overnight_cost and no discount_rate"}},
      {"sense", {{"global_constraints.csv", "name,sense,constant\ncap,<,5\n"}}, {"global_constraints.csv:2", "sense '<'", "allowed: <=, >=, =="}},
      {"link of one bus", {{"links.csv", "name,bus0,p_nom\nl,north,5\n"}}, {"needs two buses"}},
      {"scenarios", {{"scenarios.csv", "name,weight\na,1\n"}}, {"scenarios are not read from CSV folders"}},
      {"unknown period", {{"snapshots.csv", ",period,timestep,objective\n0,2030,0,1\n1,2040,0,1\n"}, {"investment_periods.csv", "period,objective,years\n2030,1,1\n"}}, {"2040", "no investment period"}},
      {"negative period weight", {{"snapshots.csv", ",period,timestep,objective\n0,2030,0,1\n1,2030,1,1\n"}, {"investment_periods.csv", "period,objective,years\n2030,-1,1\n"}}, {"objective weight of investment period 2030 is -1"}},
  }));
  INFO(what);
  const std::string found = complaint(network(files).string());
  for (const auto& part : expected) CHECK_THAT(found, ContainsSubstring(part));
}

TEST_CASE("odd but whole folders are read") {
  const auto [what, files] = GENERATE(table<std::string, Files>({
      {"byte-order mark", {{"generators.csv", "\xEF\xBB\xBFname,bus,carrier,p_nom,marginal_cost\ngas,north,gas,100,30\n"}}},
      {"byte-order mark and an index without a name", {{"loads-p_set.csv", "\xEF\xBB\xBF,south load\n0,20\n1,40\n"}}},
      {"carriage returns", {{"generators.csv", "name,bus,carrier,p_nom,marginal_cost\r\ngas,north,gas,100,30\r\n"}, {"loads-p_set.csv", ",south load\r\n0,20\r\n1,40\r\n"}}},
      {"quotes", {{"generators.csv", "\"name\",\"bus\",\"carrier\",\"p_nom\",\"marginal_cost\"\n\"gas\",\"north\",\"gas\",\"100\",\"30\"\n"}, {"loads-p_set.csv", "\"\",\"south load\"\n\"0, early\",\"20\"\n\"1\",40\n"}}},
      {"no end of line at the end", {{"generators.csv", "name,bus,carrier,p_nom,marginal_cost\ngas,north,gas,100,30"}, {"loads-p_set.csv", ",south load\n0,20\n1,40"}}},
      {"a bus without components", {{"buses.csv", "name,v_nom,carrier\nnorth,380,AC\nsouth,380,AC\nempty,380,AC\n"}}},
      {"zero capacity", {{"generators.csv", "name,bus,carrier,p_nom,marginal_cost\ngas,north,gas,100,30\nnone,north,gas,0,1\n"}}},
      {"zero impedance", {{"lines.csv", "name,bus0,bus1,x,s_nom\nns,north,south,0,50\n"}}},
      {"negative reactance", {{"lines.csv", "name,bus0,bus1,x,s_nom\nns,north,south,-0.1,50\n"}}},
      {"not active", {{"generators.csv", "name,bus,carrier,p_nom,marginal_cost,active\ngas,north,gas,100,30,True\ncheap,north,gas,100,1,False\n"}}},
      {"an empty cell is PyPSA's default", {{"generators.csv", "name,bus,carrier,p_nom,marginal_cost,p_max_pu\ngas,north,gas,100,30,\n"}}},
      {"periods, one column of index as PyPSA writes it",
       {{"snapshots.csv", ",period,timestep,objective,stores,generators\n0,2030,0,1,1,1\n1,2030,1,1,1,1\n"}, {"investment_periods.csv", "period,objective,years\n2030,1,1\n"}}},
      {"periods, two columns of index",
       {{"snapshots.csv", ",period,timestep,objective,stores,generators\n0,2030,0,1,1,1\n1,2030,1,1,1,1\n"}, {"loads-p_set.csv", "period,timestep,south load\n2030,0,20\n2030,1,40\n"}}},
  }));
  INFO(what);
  CHECK(cost(read_system(network(files).string())) == Approx(30 * 60));
}

TEST_CASE("what is not understood is named, with the nearest name", "[!mayfail]") {
  const auto in = read_system(network({{"generators.csv", "name,bus,carrier,p_nom,marginal_cots,p_max_pu\ngas,north,gas,100,30,\n"}, {"reactors.csv", "name\nx\n"}}).string());
  REQUIRE(in.notes.size() == 3);
  CHECK(in.notes[0] == "file 'reactors.csv' was not understood");
  CHECK(in.notes[1] == "generators: not used: marginal_cots (did you mean 'marginal_cost'?)");
  CHECK_THAT(in.notes[2], ContainsSubstring("generators: p_max_pu has no number for 1 members"));
}

TEST_CASE("islands, and load where nothing can meet it") {
  const Files island{{"buses.csv", "name\nnorth\nsouth\nisle\n"}, {"loads.csv", "name,bus,p_set\nsouth load,south,0\nisle load,isle,5\n"}};
  CHECK_THROWS_WITH(energy::optimise(read_system(network(island).string()).system), ContainsSubstring("'isle' has a load of 5 in snapshot 0"));
  const auto short_of = read_system(network({{"lines.csv", "name,bus0,bus1,x,s_nom\nns,north,south,0.1,30\n"}}).string());
  CHECK(energy::optimise(short_of.system).status == lp::Status::infeasible);
  CHECK(energy::why_infeasible(short_of.system)[0] == "bus 'south', snapshot 1: 10 of power are missing (its load is 40)");
}

TEST_CASE("a file beyond measure is refused before it is read") {
  for (const auto& [name, text] : {std::pair{"generators.csv", "more than"}, {"loads-p_set.csv", "more than"}}) {
    const auto folder = network({});
    fs::resize_file(folder / name, std::uintmax_t{4} << 30);  // holes: it takes no room
    CHECK_THAT(complaint(folder.string()), ContainsSubstring(name) && ContainsSubstring(text));
  }
  const auto big = scratch() / "case.m";
  write_file(big, "mpc.baseMVA = 100;\n");
  fs::resize_file(big, std::uintmax_t{4} << 30);
  CHECK_THAT(complaint(big.string()), ContainsSubstring("more than"));
  fs::remove(big);
}

TEST_CASE("a transformer of a type has the type's rating, as PyPSA gives it") {
  const Files files{{"lines.csv", "absent"}, {"transformers.csv", "name,bus0,bus1,type,s_nom\nt,north,south,25 MVA 110/20 kV,0\n"}, {"loads-p_set.csv", ",south load\n0,20\n1,25\n"}};
  CHECK(cost(read_system(network(files).string())) == Approx(30 * 45));
}

TEST_CASE("a folder of results takes the place of an earlier one, whole") {
  const auto in = read_system(network({}).string());
  const auto r = energy::optimise(in.system);
  const auto out = scratch() / "out";
  fs::create_directories(out);
  write_file(out / "generators-p_max_pu.csv", ",gas\n0,0\n1,0\n");
  write_file(out / "notes.txt", "mine");
  write_system(out.string(), in.system, r);
  CHECK_FALSE(fs::exists(out / "generators-p_max_pu.csv"));
  CHECK(fs::exists(out / "notes.txt"));
  CHECK_FALSE(fs::exists(out.string() + ".part"));
  CHECK(cost(read_system(out.string())) == Approx(30 * 60));
  CHECK_THAT(read_file(out / "loads-p.csv"), ContainsSubstring("40"));

  write_file(scratch() / "file", "");
  const std::string taken = (fs::temp_directory_path() / "stargate_broken_files_test" / "file").string();
  CHECK_THROWS_WITH(check_output(taken), ContainsSubstring("a file stands there"));
  CHECK_THROWS_AS(check_output(taken + "/below.nc"), InputError);
  CHECK_THROWS_AS(check_output("/proc/nowhere/out.nc"), InputError);
  CHECK_NOTHROW(check_output(taken + ".nc"));
  CHECK_FALSE(fs::exists(taken + ".nc.part"));
}

TEST_CASE("broken MATPOWER cases are refused with file and line") {
  const std::string bus = "mpc.bus = [\n1 3 0 0 0 0 1 1 0 230 1 1.1 0.9;\n2 1 50 0 0 0 1 1 0 230 1 1.1 0.9;\n];\n";
  const std::string gen = "mpc.gen = [ 1 0 0 0 0 1 100 1 200 0 ];\n", cost_row = "mpc.gencost = [ 2 0 0 2 10 0 ];\n";
  const std::string branch = "mpc.branch = [ 1 2 0 0.1 0 0 0 0 0 0 1 -30 30 ];\n", base = "function mpc = c\nmpc.version = '2';\nmpc.baseMVA = 100;\n";
  const auto [what, text, expected] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {"empty", "", "no MATPOWER case"},
      {"something else", "hello\nworld\n", "no MATPOWER case"},
      {"version 1", "mpc.version = '1';\n", "c.m:1: error: the case is of version '1'"},
      {"NaN", base + "mpc.bus = [\n1 3 NaN 0 0 0 1 1 0 230 1 1.1 0.9;\n];\n", "c.m:5: error: 'NaN' is no number"},
      {"code", base + bus + gen + branch + "mpc.branch(:, 3) = mpc.branch(:, 3) / 2;\n", "c.m:10: error: 'mpc.branch(:, 3)': a part of a matrix is assigned"},
      {"transposed", base + "mpc.bus = [ 1 2 ]';\n", "after the end of a matrix"},
      {"cut", base + "mpc.bus = [\n1 3", "ends within a matrix"},
      {"unknown bus", base + bus + "mpc.gen = [ 12 0 0 0 0 1 100 1 200 0 ];\n" + branch, "c.m:8: error: bus 12 is not in mpc.bus"},
      {"bus of a half", base + "mpc.bus = [ 1.5 3 0 0 0 0 1 1 0 230 1 1.1 0.9 ];\n" + gen + branch, "bus number 1.5 is not whole"},
      {"type", base + "mpc.bus = [ 1 9 0 0 0 0 1 1 0 230 1 1.1 0.9 ];\n" + gen + branch, "bus 1 is of type 9"},
      {"limits cross", base + bus + "mpc.gen = [ 1 0 0 0 0 1 100 1 20 90 ];\n" + branch, "c.m:8: error: generator 'gen 1': its lower limit"},
      {"cubic", base + bus + gen + branch + "mpc.gencost = [ 2 0 0 4 1 1 1 0 ];\n", "a cost of degree 3 is not modelled"},
      {"cost model", base + bus + gen + branch + "mpc.gencost = [ 3 0 0 2 1 1 ];\n", "cost model 3 is not known"},
      {"too few costs", base + bus + "mpc.gen = [ 1 0 0 0 0 1 100 1 200 0; 1 0 0 0 0 1 100 1 200 0 ];\n" + branch + cost_row, "1 rows for 2 generators"},
      {"negative rating", base + bus + gen + "mpc.branch = [ 1 2 0 0.1 0 -5 0 0 0 0 1 -30 30 ];\n", "branch 1 has a rating of -5"},
  }));
  INFO(what);
  const auto path = scratch() / "c.m";
  write_file(path, text);
  CHECK_THAT(complaint(path.string()), ContainsSubstring(expected));
}

TEST_CASE("MATPOWER's oddities are read: several statements a line, comments, commas, rows over lines, degrees 0 to 2") {
  const auto path = scratch() / "c.m";
  write_file(path, "function mpc = c\n%{\nmpc.bus = [ broken ];\n%}\nmpc.version = '2'; mpc.baseMVA = 1e2; % base; MVA\n"
                   "mpc.bus = [1,3,0,0,0,0,1,1,0,230,1,1.1,.9 % the slack\n 2, 1, +50, 0, 5, 0, 1, 1, ...\n 0, 230, 1, 1.1, .9\n];  mpc.gen=[\n"
                   "1\t0\t0\t0\t0\t1\t100\t1\t200\t0;1 0 0 0 0 1 100 0 200 0 ; 1 0 0 0 0 1 100 1 30 30]\n"
                   "mpc.gencost = [ 2 0 0 2 10 7 0; 2 0 0 1 3 0 0; 2 0 0 3 0.1 1 2 ];\n"
                   "mpc.branch = [ 1 2 0.01 -0.1 0 0 0 0 0 0 1 -360 360; 1 2 0.01 0.1 0 9 0 0 0 0 0 -360 360 ];\nmpc.bus_name = {\n'one; two';\n'a % b'\n};\n");
  const auto in = read_system(path.string());
  CHECK(in.notes.empty());
  CHECK(in.system.first().generators.size() == 2);
  CHECK(in.system.first().lines.size() == 1);  // the second is out of service
  CHECK(in.system.first().lines[0].s_max_pu[0] == energy::unlimited);
  // 55 are drawn, a shunt of 5 among them: 30 at 0.1 p^2 + p + 2, 25 at 10 p + 7.
  CHECK(cost(in) == Approx(0.1 * 900 + 30 + 2 + 250 + 7));
}
