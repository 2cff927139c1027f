#include "chips/chain.h"

#include <catch2/catch_all.hpp>
#include <numeric>

#include "base/diagnostics.h"
#include "base/random.h"
#include "chips/expansion.h"
#include "chips/yield.h"

using namespace stargate;
using namespace stargate::chips;
using Catch::Approx;

namespace {
/// Wafers to dies to packages with memory to racks of 10, sixteen quarters.
Chain small_chain(double wafers, double packaging, double memory) {
  const auto flat = [](double v) { return std::vector<double>(16, v); };
  Chain chain;
  chain.first = Quarter(2025, 1);
  chain.quarters = 16;
  chain.stages = {{"logic", "logic", "wafers", 13, flat(wafers)},
                  {"memory", "memory", "stacks", 8, flat(memory)},
                  {"packaging", "packaging", "wafers", 5, flat(packaging)},
                  {"racks", "racks", "racks", 4, flat(1e9)}};
  chain.parts = {{"die", 0, 1 / 30.0, 1, {}},
                 {"stack", 1, 1, 1, {}},
                 {"package", 2, 1 / 15.0, 0.95, {{0, 2}, {1, 8}}},
                 {"rack", 3, 1, 1, {{2, 10}}}};
  return chain;
}
ByQuarter rack_orders(const std::vector<double>& racks) {
  ByQuarter orders(4, std::vector<double>(16));
  orders[3] = racks;
  return orders;
}
double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
}  // namespace

TEST_CASE("the 814 mm2 die: gross dies and the four yields") {
  CHECK(gross_dies(814) == Approx(63.5).margin(0.05));
  CHECK(die_yield(YieldModel::poisson, 814, 0.1) == Approx(0.443).margin(5e-4));
  CHECK(die_yield(YieldModel::murphy, 814, 0.1) == Approx(0.468).margin(5e-4));
  CHECK(die_yield(YieldModel::negative_binomial, 814, 0.1, 3) == Approx(0.487).margin(5e-4));
  CHECK(die_yield(YieldModel::seeds, 814, 0.1) == Approx(0.551).margin(5e-4));
}

TEST_CASE("yield falls with area and density, lies in its bounds, and the models stand in their order") {
  for (const auto model : {YieldModel::poisson, YieldModel::murphy, YieldModel::negative_binomial, YieldModel::seeds}) {
    CHECK(die_yield(model, 0, 0.1) == 1);
    CHECK(parse_yield_model(name_of(model)) == model);
    double last = 1;
    for (double area = 1; area < 3000; area *= 1.1) {
      const double y = die_yield(model, area, 0.1);
      CHECK(y < last);
      CHECK(y > 0);
      CHECK(die_yield(model, area, 0.2) < y);
      CHECK(die_yield(YieldModel::poisson, area, 0.1) <= y);
      CHECK(die_yield(YieldModel::seeds, area, 0.1) >= y);
      last = y;
    }
  }
  CHECK(die_yield(YieldModel::negative_binomial, 814, 0.1, 1e9) == Approx(die_yield(YieldModel::poisson, 814, 0.1)));
  CHECK(die_yield(YieldModel::negative_binomial, 814, 0.1, 1) == Approx(die_yield(YieldModel::seeds, 814, 0.1)));
  CHECK_THROWS_AS(die_yield(YieldModel::poisson, -1, 0.1), InputError);
  CHECK_THROWS_WITH(parse_yield_model("murphey"), Catch::Matchers::ContainsSubstring("did you mean 'murphy'"));
}

TEST_CASE("dies counted one by one stay below the wafer's area and near the formula") {
  for (const auto& [w, h] : {std::pair{26.0, 31.3}, {10.0, 10.0}, {5.0, 7.0}, {33.0, 26.0}}) {
    const int counted = counted_dies(w, h, 0, 300, 0);
    CHECK(counted * w * h < 70686);
    CHECK(counted == Approx(gross_dies(w * h)).epsilon(0.12));
    CHECK(counted_dies(w, h, 0.1, 300, 3) <= counted);
  }
  CHECK(counted_dies(200, 200, 0, 300, 0) == 1);
  CHECK(counted_dies(250, 250, 0, 300, 0) == 0);
  CHECK(gross_dies(60000) == 0);
}

TEST_CASE("loads explode a rack into wafers and stacks, with the weeks before") {
  const auto load = loads(small_chain(1, 1, 1), 3);
  CHECK(load[0].units == Approx(10 / 0.95 * 2 / 30));
  CHECK(load[1].units == Approx(10 / 0.95 * 8));
  CHECK(load[2].units == Approx(10 / 0.95 / 15));
  CHECK(load[0].weeks_before == 22);
  CHECK(load[2].weeks_before == 9);
}

TEST_CASE("the scarcest stage binds, and orders within the limit are shipped in full and in time") {
  const Chain chain = small_chain(1000, 700, 9000);
  const auto limit = supply_limit(chain, {{3, 1}});
  CHECK(limit.parts[8] == Approx(9000 * 0.95 / 80));
  CHECK(chain.stages[limit.binding[8]].id == "memory");
  const auto flow = simulate(chain, rack_orders(std::vector<double>(16, limit.parts[8])));
  for (int q = 0; q < 16; ++q) CHECK(flow.shipped[3][static_cast<std::size_t>(q)] == Approx(limit.parts[8]));
  // Little's law: work in progress is throughput times cycle time.
  CHECK(flow.in_progress[0][8] == Approx(flow.started[0][8] / 13 * 13).epsilon(0.01));
  CHECK(flow.in_progress[2][8] == Approx(flow.started[2][8] / 13 * 5).epsilon(0.01));
}

TEST_CASE("orders above the limit wait, and what is short is named") {
  const Chain chain = small_chain(1000, 700, 9000);
  const double most = 9000 * 0.95 / 80;
  const auto flow = simulate(chain, rack_orders(std::vector<double>(16, 1.5 * most)));
  for (std::size_t q = 3; q < 13; ++q) {
    CHECK(flow.shipped[3][q] == Approx(most).epsilon(0.01));
    CHECK(flow.used[1][q] == Approx(flow.capacity[1][q]).epsilon(1e-6));
    CHECK(chain.stages[flow.binding[q]].id == "memory");
  }
  CHECK(flow.backlog[3][12] > 6 * 0.4 * most);
  CHECK(flow.in_stock[0][12] > 0);  // dies that memory does not keep up with
}

TEST_CASE("nothing is made from nothing: parts are conserved in every chain, and more capacity never ships less") {
  for (std::uint64_t n = 0; n < 40; ++n) {
    Random random(5, n);
    const double w = 200 + 900 * random.uniform(), p = 200 + 600 * random.uniform(), m = 3000 + 9000 * random.uniform();
    Chain chain = small_chain(w, p, m);
    std::vector<double> racks(16);
    for (double& r : racks) r = 200 * random.uniform();
    const auto flow = simulate(chain, rack_orders(racks));
    const double shipped = sum(flow.shipped[3]);
    CHECK(shipped <= sum(racks) * (1 + 1e-9));
    CHECK(sum(flow.ordered[3]) == Approx(shipped + flow.backlog[3][15]));
    CHECK(sum(flow.used[1]) <= sum(flow.capacity[1]) * (1 + 1e-9));
    // Packages started take 8 stacks each.
    CHECK(sum(flow.started[2]) * 8 <= sum(flow.finished[1]) + 9000 * 8);
    for (auto& units : chain.stages[n % 3].units_per_quarter) units *= 1.3;
    CHECK(sum(simulate(chain, rack_orders(racks)).shipped[3]) >= shipped * (1 - 1e-9));
  }
}

TEST_CASE("an expansion gives nothing before it is built and qualified, then ramps and stays") {
  const ExpansionOption fab{"fab", 3000, 1500, 1.1, 8, 4, 3};
  CHECK(ramp_share(fab, 11) == 0);
  CHECK(ramp_share(fab, 12) == Approx(0.25));
  CHECK(ramp_share(fab, 15) == 1);
  const auto added = added_capacity(fab, 2, 2, 24);
  CHECK(added[13] == 0);
  CHECK(added[14] == Approx(1500));
  CHECK(added[23] == Approx(6000));
  CHECK(std::ranges::is_sorted(added));
  CHECK(sum(spend_usd_m(fab, 2, 2, 24)) == Approx(2 * 1500 * 1.1));
  CHECK(sum(spend_usd_m(fab, 2, 2, 6)) == Approx(1500 * 1.1));
}

TEST_CASE("bad chains are refused by name") {
  Chain chain = small_chain(1, 1, 1);
  chain.parts[2].yield = 0;
  CHECK_THROWS_WITH(simulate(chain, rack_orders(std::vector<double>(16))),
                    Catch::Matchers::ContainsSubstring("package"));
  chain = small_chain(1, 1, 1);
  chain.stages[1].units_per_quarter.pop_back();
  CHECK_THROWS_WITH(supply_limit(chain, {{3, 1}}), Catch::Matchers::ContainsSubstring("memory"));
}
