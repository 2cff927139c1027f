#include "chips/programme_supply.h"

#include <catch2/catch_all.hpp>
#include <numeric>

#include "base/diagnostics.h"
#include "programme/facts.h"

using namespace stargate;
using namespace stargate::chips;
using Catch::Approx;

namespace {
Programme small_programme() {
  Programme p;
  p.settings.start = Quarter(2025, 1);
  p.settings.build_quarters = 8;
  p.settings.tail_quarters = 4;
  Accelerator a;
  a.id = "nvl72";
  a.available_from = Quarter(2025, 2);
  a.rack_kw = 150;
  p.accelerators = {a};
  for (const std::string id : {"logic", "packaging", "memory", "assembly"}) {
    stargate::Stage s;
    s.id = s.name = id;
    p.stages.push_back(s);
    BillOfMaterials b;
    b.accelerator = "nvl72";
    b.stage = id;
    b.units_per_rack = id == "memory" ? 14 : id == "assembly" ? 1 : 4;
    p.bill_of_materials.push_back(b);
    StageCapacity c;
    c.stage = id;
    c.quarter = Quarter(2025, 1);
    c.world_units = 10000;
    c.programme_share = id == "packaging" ? 0.1 : 0.5;
    p.stage_capacity.push_back(c);
  }
  for (int t = 0; t < 12; ++t) {
    AcceleratorSupply s;
    s.accelerator = "nvl72";
    s.quarter = Quarter(2025, 1) + t;
    s.world_racks = 4000;
    s.programme_share = 0.1;
    p.accelerator_supply.push_back(s);
  }
  Expansion e;
  e.id = "line";
  e.stage = "packaging";
  e.capex_usd_m = 500;
  e.units_per_quarter = 400;
  e.lead_quarters = 4;
  e.ramp_quarters = 1;
  p.expansions = {e};
  return p;
}

Plan small_plan(double racks) {
  Plan plan;
  for (int t = 3; t < 8; ++t) {
    RackOrder r;
    r.accelerator = "nvl72";
    r.installed = Quarter(2025, 1) + t;
    r.racks = racks;
    plan.racks.push_back(r);
  }
  return plan;
}
}  // namespace

TEST_CASE("the scarcest of stages and direct supply binds, and nothing is there before the system is") {
  const Programme p = small_programme();
  const auto s = programme_supply(p, nullptr);
  CHECK(s.possible[0][0] == 0);
  CHECK(s.binding[0][0] == "not yet");
  CHECK(s.possible[0][1] == 250);  // 1000 packaging units over 4 a rack
  CHECK(s.binding[0][1] == "packaging");
}

TEST_CASE("an expansion that the plan buys widens its stage when it has been built") {
  Programme p = small_programme();
  Plan plan = small_plan(200);
  SupplyExpansion bought;
  bought.expansion = "line";
  bought.ordered = Quarter(2025, 1);
  bought.count = 2;
  plan.expansions = {bought};
  const auto s = programme_supply(p, &plan);
  CHECK(s.capacity[1][3] == 1000);
  CHECK(s.capacity[1][4] == 1400);
  CHECK(s.capacity[1][5] == 1800);
  CHECK(s.binding[0][5] == "memory");
  CHECK(s.possible[0][5] == Approx(5000.0 / 14));
  plan.expansions[0].expansion = "moon";
  CHECK_THROWS_WITH(programme_supply(p, &plan), Catch::Matchers::ContainsSubstring("moon"));
}

TEST_CASE("relief names the stage, what it would bring until the next one binds, when and at what price") {
  const Programme p = small_programme();
  Plan plan = small_plan(250);
  for (auto& order : plan.racks) order.price_usd_m = 250 * 4.0;
  for (int t = 3; t < 12; ++t) {
    SiteQuarter row;
    row.quarter = Quarter(2025, 1) + t;
    row.effective_pflops = 250 * 60 * std::min(t - 2, 5);  // 60 PFLOP/s a rack
    plan.site_quarters.push_back(row);
  }
  const auto r = reliefs(p, programme_supply(p, &plan), plan);
  double sales = 0;
  for (int t = 3; t < p.quarters(); ++t)
    sales += 60 * p.quarter(t).hours() * p.settings.compute_price_usd_per_pflop_hour *
             std::pow(1 - p.settings.compute_price_decline, t / 4.0) * 1e-6;
  CHECK(r[0].sales_usd_m_per_rack == Approx(sales));
  CHECK(r[0].price_usd_m_per_rack == Approx(4));
  REQUIRE(r.size() == 5);
  CHECK(r[0].binding == "packaging");
  CHECK(r[0].used_share == Approx(1));
  CHECK(r[0].next == "memory");
  CHECK(r[0].more_racks == Approx(5000.0 / 14 - 250));
  CHECK(r[0].more_it_mw == Approx(r[0].more_racks * 0.15));
  CHECK(r[0].expansion == "line");
  CHECK(*r[0].arrives == Quarter(2026, 1));
  CHECK(r[0].usd_m_per_rack_a_quarter == Approx(5));
}

TEST_CASE("an expansion is worth its output times what the plan says a unit is worth, from when it arrives") {
  const Programme p = small_programme();
  Plan plan = small_plan(250);
  const auto add = [&](Quarter quarter, double usd_m, const char* rule = "stage_supply") {
    Worth w;
    w.rule = rule, w.what = "packaging", w.quarter = quarter, w.unit = "thousand units", w.worth_usd_m = usd_m;
    plan.worths.push_back(w);
  };
  add(Quarter(2025, 2), 1000);  // before the line is there
  add(Quarter(2026, 1), 1000);
  add(Quarter(2026, 2), 500);
  add(Quarter(2026, 2), 1e9, "direct_supply");
  const auto worths = expansion_worths(p, plan);
  const auto line = std::ranges::find(worths, "line", &ExpansionWorth::expansion);
  REQUIRE(line != worths.end());
  CHECK(line->arrives == Quarter(2026, 1));
  CHECK(line->worth_usd_m == Approx(200 * 1.0 + 400 * 0.5));  // the ramp: 200 units, then 400
  CHECK(line->quarters == 2);
  CHECK(line->bought == 0);
}

TEST_CASE("racks of a plan within its supply are shipped by the chain, and more than that are not") {
  const Programme p = small_programme();
  const auto cycles = read_facts(stage_cycle_table());
  const auto shipped = [&](double racks) {
    const Plan plan = small_plan(racks);
    const auto c = plan_chain(p, programme_supply(p, &plan), cycles);
    const auto flow = simulate(c.chain, c.orders);
    const auto& out = flow.shipped[c.final_part[0]];
    return std::accumulate(out.begin(), out.end(), 0.0);
  };
  CHECK(shipped(200) == Approx(1000));
  CHECK(shipped(250) == Approx(1250));
  CHECK(shipped(2000) < 2000 * 5);
  CHECK(shipped(2000) > 250 * 5);  // the chain goes on behind the last order
}

TEST_CASE("a stage that is used to its last unit, quarter after quarter of different size, ships on time") {
  Programme p = small_programme();
  SupplyExpansion bought;  // packaging: 1,000 units, then 1,200 and 1,400
  bought.expansion = "line";
  bought.ordered = Quarter(2025, 1);
  bought.count = 1;
  Plan plan = small_plan(0);
  plan.expansions = {bought};
  const auto supply = programme_supply(p, &plan);
  for (auto& order : plan.racks) order.racks = supply.possible[0][static_cast<std::size_t>(order.installed - p.settings.start)];
  const auto full = programme_supply(p, &plan);
  CHECK(full.needed[1][5] == Approx(full.capacity[1][5]));
  const auto c = plan_chain(p, full, read_facts(stage_cycle_table()));
  const auto planned = planned_racks(full), shipped = shipped_racks(c, simulate(c.chain, c.orders));
  for (std::size_t t = 0; t < planned.size(); ++t) CHECK(shipped[t] == Approx(planned[t]).margin(1e-9));
}
