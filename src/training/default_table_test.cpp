#include <catch2/catch_all.hpp>
#include <cmath>

#include "programme/load.h"
#include "training/planning.h"

using namespace stargate;

TEST_CASE("the default programme's training_efficiency table is what the engine says", "[!mayfail]") {
  const auto programme = load_programme();
  std::size_t checked = 0;
  for (const auto& a : programme.accelerators)
    for (const auto& row : programme.efficiency) {
      if (row.accelerator != a.id) continue;
      CAPTURE(row.accelerator, row.cluster_chips);
      const auto e = training::training_efficiency(training::planning_chip(a), row.cluster_chips);
      CHECK(row.precision == e.precision);
      CHECK(row.mfu == Catch::Approx(e.mfu).margin(6e-5));
      CHECK(row.goodput == Catch::Approx(e.goodput).margin(6e-5));
      ++checked;
    }
  CHECK(checked == programme.efficiency.size());
  CHECK(checked >= 5 * programme.accelerators.size());
}
