#include <catch2/catch_all.hpp>

#include "lp/solver.h"

using namespace stargate::lp;
using Catch::Approx;

namespace {
/// max 3x + 2y  with  x + y <= 4,  x + 3y <= 7,  x <= 3: x = 3, y = 1, worth 11.
Model textbook() {
  Model m;
  const int x = m.add_column(0, 3, -3), y = m.add_column(0, infinity, -2);
  m.add_row(-infinity, 4, std::vector<Term>{{x, 1}, {y, 1}});
  m.add_row(-infinity, 7, std::vector<Term>{{x, 1}, {y, 3}});
  return m;
}
}  // namespace

TEST_CASE("an LP gives value, duals and bound by every method") {
  for (const auto method : {Method::choose, Method::simplex, Method::interior_point}) {
    const auto s = solve(textbook(), {.method = method});
    REQUIRE(s.status == Status::optimal);
    CHECK(s.objective == Approx(-11));
    CHECK(s.bound == Approx(-11));
    CHECK(s.value[0] == Approx(3));
    CHECK(s.value[1] == Approx(1));
    CHECK(s.row_dual[0] == Approx(-2));
    CHECK(s.reduced_cost[0] == Approx(-1));
  }
}

TEST_CASE("entries of one column in a row are added up") {
  Model m;
  const int x = m.add_column(0, infinity, 1);
  m.term(x, 1.5);
  m.term(x, 0.5);
  m.end_row(4, infinity);
  CHECK(m.entries() == 1);
  CHECK(solve(m).value[0] == Approx(2));
}

TEST_CASE("bounds change and the solve goes on from the last basis") {
  Solver solver(textbook());
  REQUIRE(solver.solve({.method = Method::simplex}).objective == Approx(-11));
  solver.set_column_bounds(0, 0, 2);
  const auto again = solver.solve({.method = Method::simplex});
  CHECK(again.objective == Approx(-6 - 2 * 5.0 / 3));
  solver.set_row_bounds(0, -infinity, 1);
  CHECK(solver.solve({.method = Method::simplex}).objective == Approx(-3));
}

TEST_CASE("a MIP proves its bound, starts from a point and stops when asked") {
  Model m;  // knapsack: 5a + 4b + 3c <= 9, worth 10a + 7b + 5c -> a + b, 17
  const int a = m.add_column(0, 1, -10, true), b = m.add_column(0, 1, -7, true), c = m.add_column(0, 1, -5, true);
  m.add_row(-infinity, 9, std::vector<Term>{{a, 5}, {b, 4}, {c, 3}});
  Options options;
  options.relative_gap = 0;
  options.start = {0, 1, 1};
  const auto s = solve(m, options);
  REQUIRE(s.status == Status::optimal);
  CHECK(s.objective == Approx(-17));
  CHECK(s.gap() < 1e-9);
  CHECK(s.row_dual.empty());
}

TEST_CASE("infeasible and unbounded are told apart") {
  Model impossible;
  impossible.add_column(0, 1);
  impossible.add_row(2, infinity, std::vector<Term>{{0, 1}});
  CHECK(solve(impossible).status == Status::infeasible);
  Model endless;
  endless.add_column(0, infinity, -1);
  endless.add_row(0, infinity, std::vector<Term>{{0, 1}});
  CHECK(solve(endless).status == Status::unbounded);
}

TEST_CASE("a convex quadratic cost is solved") {
  Model m;  // min x^2 - 4x  ->  x = 2, -4
  m.add_column(0, 10, -4);
  m.quadratic = {2};
  m.add_row(-infinity, 100, std::vector<Term>{{0, 1}});
  const auto s = solve(m);
  REQUIRE(s.status == Status::optimal);
  CHECK(s.objective == Approx(-4));
}
