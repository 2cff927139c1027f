#include "exchange/large_loads.h"

#include <catch2/catch_all.hpp>

#include "base/files.h"
#include "energy/optimise.h"
#include "energy/test_networks.h"

using namespace stargate;
using Catch::Approx;

namespace {

std::vector<energy::LargeLoad> read(const std::string& text) {
  const auto file = (std::filesystem::temp_directory_path() / "stargate_large_loads.csv").string();
  write_file(file, text);
  return exchange::read_large_loads(file);
}

}  // namespace

TEST_CASE("loads take their cheapest connection steps, and storage beside them") {
  // 100 of cheap plant at 10, 100 of dear at 50; 80 of load. Twelve hours each way.
  energy::Network n = energy::test::two_generators(2, 80);
  const auto loads = read(
      "load,bus,most,connection_cost,total,storage_capital_cost,storage_hours\n"
      "campus,bus,10,5,30,1,2\n"
      "campus,bus,50,7,,,\n"
      "annex,bus,20,1,20,,\n");
  REQUIRE(loads.size() == 2);
  CHECK(loads[0].sites.size() == 2);
  CHECK(loads[0].storage_hours == 2);
  const auto system = energy::place_loads(energy::deterministic(n), loads);
  const auto result = energy::optimise(system);
  REQUIRE(result.has_values());
  CHECK(energy::placed(system, result, loads[0]) == std::vector<double>{10, 20});
  CHECK(energy::placed_by_bus(system, result, loads[0]).at("bus") == Approx(30));
  // 130 in both snapshots: 20 more of cheap, 30 of dear; connections 10 * 5 + 20 * 7 + 20 * 1.
  CHECK(result.objective + result.constant == Approx(2 * (100 * 10 + 30 * 50) + 210));
}

TEST_CASE("a faulty table of loads is told by line") {
  const auto fails = [](const std::string& text, const std::string& says) {
    try {
      read(text);
      FAIL("no error for " << text);
    } catch (const InputError& e) {
      CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring(says));
    }
  };
  fails("load,bus,most\nx,bus,10\n", ":2:");
  fails("load,bus,most\nx,bus,10\n", "has no total");
  fails("load,bus,total,block\nx,bus,10,2\nx,bus,,3\n", ":3:");
  fails("load,bus,total,mst\nx,bus,10,2\n", "most");
  fails("load,bus,total,curtailable_share\nx,bus,10,2\n", "curtailable_share");
}
