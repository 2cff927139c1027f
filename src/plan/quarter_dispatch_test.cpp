// The dispatch of a quarter against arithmetic by hand: two zones, a lossy line, hydro, storage, a load and plant that
// are decided.
#include "plan/quarter_dispatch.h"

#include <catch2/catch_all.hpp>

#include "energy/result.h"
#include "plan/operations.h"
#include "programme/load.h"

using namespace stargate;
using namespace stargate::plan;
using Catch::Approx;

namespace {

/// Days of two steps of 12 hours. Zone z: load 50 and 110 MW; 75 MW of gas at 40 USD/MWh, a battery of 10 MW that loses
/// half. Zone w: load 100 MW; 130 MW of gas at 20 USD/MWh, hydro of 6 MW with water for half of it. A line of 40 MW
/// from w to z loses a tenth. The programme may build gas at 20 USD/MWh in z, and pays 5 USD/MWh for delivery.
Programme two_zones() {
  auto p = load_programme("cases/plan/one_site");
  p.settings.hours_per_step = 12;
  p.zones[0].delivery_usd_per_mwh = 5;
  p.zones.push_back(p.zones[0]);
  p.zones[1].id = "w";
  auto profiles = p.profiles;
  for (auto& row : profiles) row.zone = "w";
  for (auto& row : p.profiles) row.load_mw = row.hour < 12 ? 50 : 110;
  p.profiles.insert(p.profiles.end(), profiles.begin(), profiles.end());
  p.fleet[0].capacity_mw = 75;
  const auto add = [&](const char* id, const char* zone, const char* kind, double mw) -> Fleet& {
    auto& unit = p.fleet.emplace_back(p.fleet[0]);
    unit.id = id;
    unit.zone = zone;
    unit.kind = kind;
    unit.capacity_mw = mw;
    if (unit.kind != "thermal") {
      unit.fuel.clear();
      unit.heat_rate_mmbtu_per_mwh = 0;
    }
    return unit;
  };
  add("cheap", "w", "thermal", 130).heat_rate_mmbtu_per_mwh = 5;
  add("river", "w", "hydro", 6).available_autumn = 0.5;
  auto& battery = add("battery", "z", "storage", 10);
  battery.storage_hours = 12;
  battery.round_trip = 0.5;
  Line line;
  line.id = "w_z";
  line.from_zone = "w";
  line.to_zone = "z";
  line.capacity_mw = 40;
  line.loss = 0.1;
  p.lines = {line};
  PowerTechnology plant;
  plant.id = "ccgt";
  plant.kind = "thermal";
  plant.scale = "zone";
  plant.fuel = "natural_gas";
  plant.heat_rate_mmbtu_per_mwh = 5;
  plant.unit_mw = 1;
  p.power = {plant};
  return p;
}

/// Cost of an hour in the mean of both steps, in billion USD over the quarter.
double over_quarter(double usd_per_hour) { return usd_per_hour * 92 * 24 / 1e9; }

// By hand, USD/h. All hydro runs in the second step: 0.9 * 6 = 5.4 MW come to z then, beside the 27 that are left
// of 30. z lacks 110 - 75 - 32.4 = 2.6 MW, which the battery gives and takes twice as much in the first step.
constexpr double first_step = 130 * 20 + (50 + 5.2 - 27) * 40 + 30 * 0.01;
constexpr double second_step = 130 * 20 + 75 * 40 + 36 * 0.01;
constexpr double alone = (first_step + second_step) / 2;

Rules without(Rule rule) {
  Rules rules;
  rules.set(static_cast<std::size_t>(rule));
  return rules;
}

}  // namespace

TEST_CASE("quarter: the grid without the programme, its prices and its emissions") {
  const auto p = two_zones();
  const Instance in(p);
  const Formulation f(in);
  REQUIRE(in.dispatch[0].quarter == 3);
  const auto q = quarter_dispatch(f, 0);
  Operations o(f, q);
  CHECK(o.baseline_cost() == Approx(over_quarter(alone)).epsilon(1e-9));
  CHECK(o.cost() == Approx(0).margin(1e-12));
  // Mt: 0.25 t/MWh in w, 0.5 in z
  CHECK(o.baseline_emission() == Approx((130 * 0.25 + 0.5 * (28.2 + 75) / 2) * 92 * 24 / 1e6).epsilon(1e-9));

  o.solve(std::vector<double>(static_cast<std::size_t>(f.model.columns()), 0));
  CHECK(o.cost() == Approx(0).margin(1e-12));
  lp::Solution solution;
  solution.status = lp::Status::optimal;
  solution.value = o.values();
  solution.row_dual = o.row_duals();
  energy::Result result;
  energy::read_solution(q.system, q.grid, solution, result);
  const auto& price = result.operation[0].price;
  CHECK(price(0, 0) == Approx(40));
  CHECK(price(1, 0) == Approx(80));
  CHECK(price(0, 1) == Approx(0.9 * 40 - 0.01));
  CHECK(price(1, 1) == Approx(0.9 * 80 - 0.01));
}

TEST_CASE("quarter: what load and plant cost and save, and the cut that says so") {
  const auto p = two_zones();
  const Instance in(p);
  const Formulation f(in);
  const auto q = quarter_dispatch(f, 0);
  Operations o(f, q);
  const int load = f.columns.installed(0, 3), plant = f.columns.zone_power(0, 0, 0);
  std::vector<double> x(static_cast<std::size_t>(f.model.columns()), 0);
  const auto value = [&](const Cut& cut) {
    double sum = cut.constant;
    for (const auto& s : cut.slopes) sum += s.value * x[at(s.column)];
    return sum;
  };

  x[at(load)] = 1e-3;  // 1 MW at 40 and at 80 USD/MWh, delivered for 5
  o.solve(x);
  CHECK(o.cost() == Approx(over_quarter(60 + 5)).epsilon(1e-9));
  const auto cut = o.cut();
  CHECK(value(cut) == Approx(o.cost()).epsilon(1e-9));
  for (const auto& s : cut.slopes) {
    if (s.column == load) CHECK(s.value * 1e-3 == Approx(over_quarter(65)).epsilon(1e-9));
    if (s.column == plant) CHECK(s.value * 1e-3 == Approx(over_quarter(-(20 + 60) / 2.0)).epsilon(1e-9));
  }

  x[at(load)] = 5e-3;  // the battery cannot take 15.2 MW: 2.6 MW are not served in the second step
  o.solve(x);
  CHECK(o.cost() == Approx(over_quarter(((5 + 10 - 5.2) * 40 + 2.6 * 1e4) / 2 + 25)).epsilon(1e-9));
  CHECK(o.cost() > value(cut));

  x[at(plant)] = 5e-3;  // plant for all of it
  o.solve(x);
  CHECK(o.cost() == Approx(over_quarter(5 * (20 + 5))).epsilon(1e-9));
  CHECK(o.cost() >= value(cut) - 1e-15);
}

TEST_CASE("quarter: a rule that is left out is left out of the dispatch, not of the baseline") {
  const auto p = two_zones();
  const Instance in(p);
  struct Case {
    Rule rule;
    double usd_per_hour;
  };
  const double hydro_all_day = (130 * 20 + (50 + 5.2 - 32.4) * 40 + 36 * 0.01 + second_step) / 2;
  const double free_energy = 130 * 20 + (((50 - 10 - 27) + (110 - 10 - 27)) * 40 - 5.4 * 40 + (30 + 36) * 0.01) / 2;
  for (const auto& [rule, usd] : {Case{Rule::hydro_energy, hydro_all_day}, Case{Rule::storage, free_energy}}) {
    const Formulation f(in, without(rule));
    const auto q = quarter_dispatch(f, 0);
    const Operations o(f, q);
    CHECK(o.baseline_cost() == Approx(over_quarter(alone)).epsilon(1e-9));
    CHECK(o.cost() == Approx(over_quarter(usd - alone)).epsilon(1e-9));
  }
}

TEST_CASE("quarter: behind the decisions, the dispatch has the rows its operations have") {
  const auto p = two_zones();
  const Instance in(p);
  const Formulation f(in);
  const auto quarters = quarter_dispatches(f, 1);
  const auto operations = operations_of(f, quarters, 1);
  Formulation whole = f;
  whole.append_dispatch(quarters, baseline_of(operations));
  CHECK(whole.tags.size() == at(whole.model.rows()));
  for (std::size_t d = 0; d < quarters.size(); ++d)
    for (int r = 0; r < quarters[d].grid.model.rows(); ++r)
      REQUIRE(whole.model.row_columns(whole.first_row[d] + r).size() == quarters[d].grid.model.row_columns(r).size());
}
