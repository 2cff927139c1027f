// What the layout says of the rows, against the rows.
#include "energy/formulation.h"

#include <catch2/catch_all.hpp>

#include "energy/test_networks.h"

using namespace stargate;
using namespace stargate::energy;

namespace {

bool has(const lp::Model& model, int row, int column) {
  return std::ranges::find(model.row_columns(row), column) != model.row_columns(row).end();
}

}  // namespace

TEST_CASE("rows are named: limits by decided capacity, energy of storage, balance of each bus") {
  auto net = test::random_network(3);
  StorageUnit unit;
  unit.name = "battery";
  unit.bus = net.buses[0].name;
  unit.extendable = true;
  net.storage_units.push_back(unit);
  Store store;
  store.name = "tank";
  store.bus = net.buses[1].name;
  store.extendable = true;
  net.stores.push_back(store);
  const System system = deterministic(net);
  const Formulation f = formulate(system);
  std::size_t balances = 0, levels = 0, limits = 0;
  int end = 0;
  for (const RowSpan& span : f.layout.rows) {
    CHECK(span.first >= end);  // in order, and none twice
    end = span.end;
    REQUIRE(span.first < span.end);
    REQUIRE(span.end <= f.model.rows());
    if (span.kind == RowKind::nodal_balance) {
      ++balances;
      CHECK(span.first == f.layout.balance[0]);
      CHECK(span.end - span.first == static_cast<int>(net.snapshots.size() * net.buses.size()));
      continue;
    }
    const int capacity = f.layout.capacity[static_cast<std::size_t>(span.list)][span.member];
    const bool limit = span.kind == RowKind::capacity_limit;
    ++(limit ? limits : levels);
    if (limit) REQUIRE(capacity >= 0);
    for (int r = span.first; r < span.end; ++r)
      if (capacity >= 0) CHECK(has(f.model, r, capacity) == limit);
  }
  CHECK(balances == 1);
  CHECK(levels == net.storage_units.size() + net.stores.size());
  std::size_t decided = 0;
  for (const List list : all_lists)
    for (const int column : f.layout.capacity[static_cast<std::size_t>(list)]) decided += column >= 0;
  CHECK(limits == decided);
}

TEST_CASE("what must run at its capacity has one row a snapshot") {
  auto net = test::two_generators(3, 50);
  Generator load;
  load.name = "load to place";
  load.bus = "bus";
  load.sign = -1;
  load.extendable = true;
  load.p_min_pu = load.p_max_pu = 1;
  net.generators.push_back(load);
  const Formulation f = formulate(deterministic(net));
  REQUIRE(f.layout.rows.front().kind == RowKind::capacity_limit);
  CHECK(f.layout.rows.front().member == 2);
  CHECK(f.layout.rows.front().end - f.layout.rows.front().first == 3);
  for (int r = f.layout.rows.front().first; r < f.layout.rows.front().end; ++r) {
    CHECK(f.model.row_lower[static_cast<std::size_t>(r)] == 0);
    CHECK(f.model.row_upper[static_cast<std::size_t>(r)] == 0);
  }
}
