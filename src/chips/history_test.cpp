#include "chips/history.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "programme/facts.h"

using namespace stargate;
using namespace stargate::chips;
using Catch::Approx;

namespace {
struct Expected : Row {
  std::string manufacturer, owner;
  double h100e_p05 = 0, h100e = 0, h100e_p95 = 0, units = 0;
};
std::vector<Expected> expected_owners() {
  using R = Expected;
  const Table<R> table{"expected",
                       "",
                       {field("manufacturer", &R::manufacturer, ""), field("owner", &R::owner, ""),
                        field("h100e_p05", &R::h100e_p05, ""), field("h100e", &R::h100e, ""),
                        field("h100e_p95", &R::h100e_p95, ""), field("units", &R::units, "")}};
  return read_facts(table, "cases/chips/h100_equivalents");
}
}  // namespace

TEST_CASE("H100 equivalents by owner agree with the published totals") {
  const auto totals = owner_totals(read_facts(owner_units_table()), read_facts(chip_model_table()), Quarter(2025, 4));
  const auto expected = expected_owners();
  REQUIRE(totals.size() == expected.size());
  for (const auto& e : expected) {
    INFO(e.manufacturer << " " << e.owner);
    const auto t = std::ranges::find_if(
        totals, [&](const auto& o) { return o.manufacturer == e.manufacturer && o.owner == e.owner; });
    REQUIRE(t != totals.end());
    // Medians of quarters do not add up to the median of the sum; they come near, and lie in its range.
    CHECK(t->h100e == Approx(e.h100e).epsilon(0.05));
    CHECK(t->h100e > e.h100e_p05);
    CHECK(t->h100e < e.h100e_p95);
    CHECK(t->h100e_p05 <= e.h100e);
    CHECK(t->h100e_p95 >= e.h100e);
  }
}

TEST_CASE("NVIDIA's shipments 2022 to 2025 come out of stage capacities, every quarter within the published range") {
  const auto shipments = read_facts(shipment_table());
  const auto stages = read_facts(stage_history_table());
  for (const auto& s : stages) {
    CHECK(s.per_month >= s.per_month_low);
    CHECK(s.per_month <= s.per_month_high);
    CHECK(s.share >= s.share_low);
    CHECK(s.share <= s.share_high);
  }
  const auto packages = read_facts(package_table());
  const auto made = reproduce(shipments, packages, stages);
  REQUIRE(made.size() == 16);
  double year[4] = {};
  for (const auto& r : made) {
    INFO(to_string(r.quarter) << " shipped " << r.shipped << " limit " << r.limit << " published " << r.units_p05
                              << " to " << r.units_p95);
    CHECK(r.within());
    CHECK(r.limit >= r.units_p05);
    CHECK(r.limit <= r.units_p95);
    CHECK(r.shipped <= r.limit * 1.2);
    CHECK(r.in_progress > 0);
    year[r.quarter.year() - 2022] += r.shipped;
  }
  CHECK(year[0] == Approx(0.83e6).epsilon(0.1));
  CHECK(year[1] == Approx(1.30e6).epsilon(0.1));
  CHECK(year[2] == Approx(3.86e6).epsilon(0.1));
  CHECK(year[3] == Approx(4.49e6).epsilon(0.1));
}

TEST_CASE("half the packaging halves what is shipped") {
  auto stages = read_facts(stage_history_table());
  const auto shipments = read_facts(shipment_table());
  const auto packages = read_facts(package_table());
  const auto made = reproduce(shipments, packages, stages);
  for (auto& s : stages)
    if (s.stage == "packaging") s.per_month /= 2;
  const auto half = reproduce(shipments, packages, stages);
  for (std::size_t q = 0; q < made.size(); ++q)
    CHECK(half[q].limit == Approx(made[q].limit / 2));  // packaging binds throughout
}

TEST_CASE("a chip without a peak or a package is named with its line") {
  auto owners = read_facts(owner_units_table());
  owners.back().chip = "X1";
  CHECK_THROWS_WITH(owner_totals(owners, read_facts(chip_model_table()), Quarter(2025, 4)),
                    Catch::Matchers::ContainsSubstring("X1") && Catch::Matchers::ContainsSubstring("chip_owners.csv:"));
}
