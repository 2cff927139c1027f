#include <catch2/catch_all.hpp>

#include "base/random.h"
#include "lp/benders.h"
#include "lp/blocks.h"
#include "lp/certificate.h"
#include "lp/first_order.h"

using namespace stargate;
using namespace stargate::lp;
using Catch::Approx;

namespace {

/// Capacities x serve demand in blocks: cheap plant up to x, dear plant without limit; a row over all blocks limits the
/// cheap plant's energy, one over capacities alone their sum.
struct Planning {
  Model model;
  std::vector<int> block_of;
  int blocks = 4;

  explicit Planning(std::uint64_t seed, bool whole_capacity = false, bool dear = true) {
    Random random(seed, 3);
    const auto add = [&](double high, double cost, int block, bool whole = false) {
      block_of.push_back(block);
      return model.add_column(0, high, cost, whole);
    };
    std::vector<int> capacity;
    for (int k = 0; k < 3; ++k) capacity.push_back(add(40, 20 + 30 * random.uniform(), fixed_column, whole_capacity));
    std::vector<Term> energy;
    for (int b = 0; b < blocks; ++b)
      for (int t = 0; t < 5; ++t) {
        std::vector<Term> balance;
        for (const int x : capacity) {
          const int p = add(infinity, 1 + 5 * random.uniform(), b);
          balance.push_back({p, 1});
          energy.push_back({p, 1});
          model.add_row(-infinity, 0, std::vector<Term>{{p, 1}, {x, -0.3 - 0.7 * random.uniform()}});
        }
        if (dear) balance.push_back({add(infinity, 100, b), 1});
        const double demand = 10 + 20 * random.uniform();
        model.add_row(demand, demand, balance);
      }
    model.add_row(-infinity, dear ? 250 : 600, energy);
    model.add_row(-infinity, 70, std::vector<Term>{{capacity[0], 1}, {capacity[1], 1}, {capacity[2], 1}});
  }
};

}  // namespace

TEST_CASE("rows over several blocks become budgets without changing the optimum") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Planning p(seed);
    const double optimum = solve(p.model).objective;
    const int rows = p.model.rows();
    separate(p.model, p.block_of);
    CHECK(p.model.rows() == rows + p.blocks);
    CHECK(p.block_of.size() == static_cast<std::size_t>(p.model.columns()));
    CHECK(solve(p.model).objective == Approx(optimum).epsilon(1e-9));
  }
}

TEST_CASE("cuts reach the optimum with every stabilisation, and prove it") {
  for (const auto stabilisation : {Stabilisation::none, Stabilisation::box, Stabilisation::level_set})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Planning p(seed);
      const double optimum = solve(p.model).objective;
      separate(p.model, p.block_of);
      BendersOptions options;
      options.stabilisation = stabilisation;
      options.relative_gap = 1e-6;
      const auto result = solve_benders(p.model, p.block_of, p.blocks, options);
      REQUIRE(result.solution.status == Status::gap_reached);
      CHECK(result.solution.objective == Approx(optimum).epsilon(2e-6));
      CHECK(result.solution.bound <= optimum + 1e-6 * optimum);
      CHECK(certify(p.model, result.solution).primal_infeasibility < 1e-6);
      // Saved cuts spare rounds; threads change nothing.
      options.cuts = result.cuts;
      options.start = result.solution.value;
      options.threads = 3;
      const auto again = solve_benders(p.model, p.block_of, p.blocks, options);
      CHECK(again.solution.status == Status::gap_reached);
      CHECK(again.rounds <= 2);
    }
}

TEST_CASE("cuts take whole capacities, and blocks that cannot be met") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Planning p(seed, true, false);
    Options exact;
    exact.relative_gap = 1e-7;
    const auto whole = solve(p.model, exact);
    separate(p.model, p.block_of);
    BendersOptions options;
    options.relative_gap = 1e-5;
    const auto result = solve_benders(p.model, p.block_of, p.blocks, options);
    if (!whole.has_values()) {
      CHECK(result.solution.status == Status::infeasible);
      continue;
    }
    REQUIRE(result.solution.status == Status::gap_reached);
    CHECK(result.solution.objective == Approx(whole.objective).epsilon(2e-5));
    for (int k = 0; k < 3; ++k) CHECK(std::abs(result.solution.value[static_cast<std::size_t>(k)] - std::round(result.solution.value[static_cast<std::size_t>(k)])) < 1e-6);
  }
}

TEST_CASE("blocks solved at a held point lead to a vertex of the whole") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Planning p(seed);
    const auto whole = solve(p.model);
    separate(p.model, p.block_of);
    std::vector<double> at(p.block_of.size(), 0);
    for (std::size_t k = 0; k < 3; ++k) at[k] = 20;
    for (std::size_t j = at.size() - static_cast<std::size_t>(p.blocks); j < at.size(); ++j) at[j] = 60;  // budgets
    auto parts = split(p.model, p.block_of, p.blocks, at);
    Basis basis;
    basis.column.assign(at.size(), Standing::lower);
    basis.row.assign(static_cast<std::size_t>(p.model.rows()), Standing::basic);
    for (const auto& part : parts) {
      Solver solver(part.model);
      REQUIRE(solver.solve({.method = Method::simplex}).status == Status::optimal);
      const auto own = solver.basis();
      for (std::size_t k = 0; k < part.columns.size(); ++k) basis.column[static_cast<std::size_t>(part.columns[k])] = own.column[k];
      for (std::size_t k = 0; k < part.rows.size(); ++k) basis.row[static_cast<std::size_t>(part.rows[k])] = own.row[k];
    }
    const auto crossed = cross_over(p.model, p.block_of, at, basis);
    REQUIRE(crossed.status == Status::optimal);
    CHECK(crossed.objective == Approx(whole.objective).epsilon(1e-9));
    const auto proof = certify(p.model, crossed);
    CHECK(proof.primal_infeasibility < 1e-7);
    CHECK(proof.primal_objective == Approx(whole.objective).epsilon(1e-9));
    CHECK(proof.dual_objective == Approx(whole.objective).epsilon(1e-7));
  }
}

TEST_CASE("the first-order point does not depend on the threads") {
  Planning small(1);
  Model m = small.model;
  for (int copies = 0; copies < 40'000; ++copies) {  // large enough to be worked on in parts
    const int x = m.add_column(0, 1, 1 + copies % 7);
    m.add_row(0.5, infinity, std::vector<Term>{{x, 1}, {copies % 3, 0.01}});
  }
  FirstOrderOptions options;
  options.most_iterations = 300;
  options.tolerance = 0;
  const auto one = solve_first_order(m, options);
  options.threads = 3;
  const auto three = solve_first_order(m, options);
  CHECK(one.value == three.value);
  CHECK(one.row_dual == three.row_dual);
}
