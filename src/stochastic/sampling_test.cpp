#include <algorithm>
#include <catch2/catch_all.hpp>
#include <cmath>
#include <numbers>
#include <set>

#include "base/diagnostics.h"
#include "base/normal.h"
#include "stochastic/distribution.h"
#include "stochastic/sensitivity.h"

using namespace stargate;
using namespace stargate::stochastic;
using Catch::Approx;

TEST_CASE("distributions meet the points that they are given") {
  for (const auto& d : {Distribution::lognormal(20, 26, 46), Distribution::triangular(20, 26, 33)}) {
    CHECK(d.quantile(0.1) == Approx(20).epsilon(1e-9));
    CHECK(d.quantile(0.5) == Approx(26).epsilon(1e-9));
    CHECK(d.quantile(0.9) == Approx(d.quantile(0.95) > 47 ? 46 : 33).epsilon(1e-9));
    for (double p = 0.01; p < 1; p += 0.03)
      CHECK(d.at_normal(normal_quantile(p)) == Approx(d.quantile(p)).epsilon(1e-9));
    CHECK(d.scaled(2).quantile(0.3) == Approx(2 * d.quantile(0.3)));
  }
  CHECK(Distribution::lognormal(5, 5, 5).is_fixed());
  CHECK_THROWS_AS(Distribution::lognormal(0, 1, 2), InputError);
  CHECK_THROWS_AS(Distribution::lognormal(3, 2, 4), InputError);
  CHECK_THROWS_AS(Distribution::triangular(20, 26, 46), InputError);  // too skewed for any triangle
  const auto sample = Distribution::empirical({4, 1, 3, 2});
  CHECK(sample.quantile(0.5) == 2.5);
  CHECK(sample.quantile(1.0 / 3) == Approx(2));
  CHECK_THROWS_AS(Distribution::empirical({}), InputError);
  CHECK_THROWS_AS(normal_quantile(0), InputError);
}

TEST_CASE("reference classes keep their mean and their tail") {
  const auto it = Distribution::reference_class({0.73, 0.18, 4.47});  // IT projects
  CHECK(it.mean() == Approx(1.73).epsilon(0.01));
  CHECK(it.quantile(0.82) == Approx(1.5).epsilon(0.01));
  CHECK(it.quantile(0.81) < 1.5);
  CHECK(it.quantile(0.99) > 5);
  const auto nuclear = Distribution::reference_class({1.2, 0, 0}), wind = Distribution::reference_class({0.13, 0, 0}),
             solar = Distribution::reference_class({-0.022, 0, 0});
  CHECK(nuclear.mean() == Approx(2.2).epsilon(0.01));
  CHECK(nuclear.quantile(0.479) == Approx(1).epsilon(1e-9));
  CHECK(wind.mean() == Approx(1.13).epsilon(1e-3));
  CHECK(solar.mean() == Approx(0.978).epsilon(1e-3));
  CHECK_THROWS_AS(Distribution::reference_class({0.1, 0.5, 4}), InputError);
}

TEST_CASE("Sobol' points are Joe and Kuo's before they are scrambled") {
  // Points 3 and 13 of scipy.stats.qmc.Sobol(256, scramble=False), scipy 1.17.
  const auto at = [](std::uint32_t gray, std::size_t d) {
    std::uint32_t x = 0;
    for (int b = 0; b < 32; ++b)
      if (gray >> b & 1) x ^= sobol_directions(d)[b];
    return x * 0x1p-32;
  };
  CHECK(at(2, 0) == 0.25);
  CHECK(at(2, 1) == 0.75);
  CHECK(at(2, 2) == 0.75);
  CHECK(at(2, 5) == 0.25);
  CHECK(at(2, 50) == 0.75);
  CHECK(at(2, 255) == 0.25);
  CHECK(at(11, 0) == 0.8125);
  CHECK(at(11, 1) == 0.6875);
  CHECK(at(11, 2) == 0.8125);
  CHECK(at(11, 5) == 0.9375);
  CHECK(at(11, 50) == 0.1875);
  CHECK(at(11, 255) == 0.5625);
}

TEST_CASE("scrambled Sobol' points keep their balance, Latin hypercubes theirs") {
  const std::size_t n = 256;
  for (const auto kind : {Sampling::sobol, Sampling::latin_hypercube}) {
    const Sampler sampler(kind, 7, 2 * n, 2);
    for (const std::size_t d : {0, 1, 17, 255})
      for (const std::size_t set : {0, 1}) {
        std::set<int> parts;
        for (std::size_t i = 0; i < n; ++i) parts.insert(static_cast<int>(sampler.at(2 * i + set, d) * n));
        CHECK(parts.size() == n);  // one point in each of n equal parts
      }
  }
  // Two coordinates of Sobol' points: one in each of 16 x 16 boxes.
  const Sampler sampler(Sampling::sobol, 3, n);
  std::set<int> boxes;
  for (std::size_t i = 0; i < n; ++i)
    boxes.insert(static_cast<int>(sampler.at(i, 0) * 16) * 16 + static_cast<int>(sampler.at(i, 1) * 16));
  CHECK(boxes.size() == n);
  // Points do not depend on how many are asked for; other seeds give others.
  CHECK(Sampler(Sampling::sobol, 3, 10).at(5, 4) == sampler.at(5, 4));
  CHECK(Sampler(Sampling::sobol, 4, 10).at(5, 4) != sampler.at(5, 4));
  CHECK(Sampler(Sampling::random, 4, 10).at(5, 400) == Sampler(Sampling::random, 4, 99).at(5, 400));
  CHECK_THROWS_AS(Sampler(Sampling::sobol, 1, 0), InputError);
  CHECK_THROWS_AS(sampling_of("sobel"), InputError);
}

TEST_CASE("intervals of a mean hold it as often as they say, and better points give shorter ones") {
  // Mean of exp(x1 + x2 / 2) over the unit square: (e - 1) 2 (sqrt(e) - 1).
  const double right = (std::numbers::e - 1) * 2 * (std::sqrt(std::numbers::e) - 1);
  std::vector<double> error;
  for (const auto kind : {Sampling::random, Sampling::latin_hypercube, Sampling::sobol}) {
    int held = 0;
    double width = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const std::size_t n = 1024, sets = 8;
      const Sampler sampler(kind, seed, n, sets);
      std::vector<double> y(n);
      for (std::size_t i = 0; i < n; ++i) y[i] = std::exp(sampler.at(i, 0) + sampler.at(i, 1) / 2);
      const auto e = estimate_mean(y, sets);
      held += e.low <= right && right <= e.high;
      width += (e.high - e.low) / 200;
    }
    CHECK(held >= 180);  // 95 % of 200 are 190, with a standard deviation of 3
    CHECK(held <= 199);
    error.push_back(width);
  }
  CHECK(error[1] < error[0] / 3);
  CHECK(error[2] < error[1] / 3);
}

TEST_CASE("Student's quantiles are those of the tables") {
  CHECK(student_quantile(0.975, 1) == Approx(12.7062).epsilon(1e-5));
  CHECK(student_quantile(0.975, 2) == Approx(4.30265).epsilon(1e-5));
  CHECK(student_quantile(0.975, 7) == Approx(2.36462).epsilon(1e-4));
  CHECK(student_quantile(0.9, 29) == Approx(1.31143).epsilon(1e-4));
  CHECK(student_quantile(0.025, 9) == Approx(-2.26216).epsilon(1e-4));
}

namespace {
double ishigami(std::span<const double> u) {
  const auto x = [&](std::size_t i) { return std::numbers::pi * (2 * u[i] - 1); };
  return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
}
}  // namespace

TEST_CASE("Ishigami's indices within 0.01 at 2^14 points, for any number of threads") {
  const std::vector<double> first{0.3139, 0.4424, 0}, total{0.5576, 0.4424, 0.2437};
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto found = sobol_indices(ishigami, 3, 1 << 14, Sampling::sobol, seed, 2, 100);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(found.first[i].value == Approx(first[i]).margin(0.01));
      CHECK(found.total[i].value == Approx(total[i]).margin(0.01));
      CHECK(found.first[i].low <= found.first[i].value);
      CHECK(found.total[i].high >= found.total[i].value);
    }
  }
  const auto one = sobol_indices(ishigami, 3, 1 << 8, Sampling::sobol, 5, 1, 20),
             three = sobol_indices(ishigami, 3, 1 << 8, Sampling::sobol, 5, 3, 20);
  CHECK(one.first[1].low == three.first[1].low);
  CHECK(one.total[0].value == three.total[0].value);
}

TEST_CASE("indices from given data: the first-order ones, and none where there is nothing") {
  const std::size_t n = 1 << 14;
  const Sampler sampler(Sampling::random, 11, n);
  std::vector<double> y(n), idle(n);
  std::vector<std::vector<double>> x(3, std::vector<double>(n));
  for (std::size_t k = 0; k < n; ++k) {
    const std::vector<double> u{sampler.at(k, 0), sampler.at(k, 1), sampler.at(k, 2)};
    for (std::size_t i = 0; i < 3; ++i) x[i][k] = u[i];
    y[k] = ishigami(u);
    idle[k] = sampler.at(k, 3);
  }
  CHECK(given_data_index(x[0], y, 50).value == Approx(0.3139).margin(0.02));
  CHECK(given_data_index(x[1], y, 50).value == Approx(0.4424).margin(0.02));
  CHECK(given_data_index(x[2], y, 50).value == Approx(0).margin(0.01));
  CHECK(given_data_index(idle, y, 50).value == Approx(0).margin(0.01));
  CHECK(given_data_index(idle, std::vector<double>(n, 3.0), 5).value == 0);
}
