#include <catch2/catch_all.hpp>
#include <cmath>
#include <stdexcept>

#include "adequacy/assess.h"
#include "adequacy/dispatch.h"
#include "adequacy/transport.h"

using namespace stargate::adequacy;
using Catch::Approx;

namespace {

Unit unit(std::string name, std::size_t area, double mw, Outages outages = {}) {
  Unit u;
  u.name = std::move(name);
  u.area = area;
  u.capacity_mw = mw;
  u.outages = outages;
  return u;
}

System one_area(std::vector<double> load) {
  System s;
  s.name = "one";
  s.areas = {"a"};
  s.load_mw = {std::move(load)};
  return s;
}

/// Two units of 60 MW that are out for a fifth of the time; loads of 50 and 100 MW.
System two_units() {
  System s = one_area({50, 100});
  s.units = {unit("g1", 0, 60, {0.1, 0.4}), unit("g2", 0, 60, {0.1, 0.4})};
  return s;
}

}  // namespace

TEST_CASE("convolution by hand") {
  // Out: none 0.64, one 0.32, both 0.04. At 50 MW short of 50 with both out; at 100 of 40 with one, of 100 with both.
  std::string why;
  const auto answer = exact(two_units(), {}, why);
  REQUIRE(answer);
  CHECK(answer->system.lolh.mean == Approx(0.04 + 0.36).epsilon(1e-14));
  CHECK(answer->system.eue_mwh.mean == Approx(0.04 * 50 + 0.32 * 40 + 0.04 * 100).epsilon(1e-14));
  CHECK(answer->system.lole_days.mean == Approx(0.36).epsilon(1e-14));  // one day, its peak is the second hour
  CHECK(answer->neue_ppm == Approx(answer->system.eue_mwh.mean / 150 * 1e6));
}

TEST_CASE("capacities without a common lattice keep their means") {
  OutageTable table{1.0};
  table.add(2.25, 0.2);
  table.add(3.5, 0.1);
  double mean = 0, sum = 0;
  for (std::size_t k = 0; k < table.share.size(); ++k) mean += static_cast<double>(k) * table.share[k], sum += table.share[k];
  CHECK(sum == Approx(1).epsilon(1e-15));
  CHECK(mean == Approx(2.25 * 0.2 + 3.5 * 0.1).epsilon(1e-14));
}

TEST_CASE("a load equal to the capacity is served") {
  System s = one_area({60});
  s.units = {unit("g", 0, 60)};
  std::string why;
  CHECK(exact(s, {}, why)->system.lolh.mean == 0);
  s.load_mw = {{60.1}};
  CHECK(exact(s, {}, why)->system.eue_mwh.mean == Approx(0.1));
}

TEST_CASE("the simulation agrees with the exact answer, and with itself on any number of threads") {
  SimulationOptions options;
  options.samples = 40000;
  const auto one = simulate(two_units(), options);
  std::string why;
  const auto answer = *exact(two_units(), {}, why);
  CHECK(std::abs(one.answer.system.eue_mwh.mean - answer.system.eue_mwh.mean) < 2 * (one.answer.system.eue_mwh.high - one.answer.system.eue_mwh.mean));
  CHECK(one.answer.system.lolh.low < one.answer.system.lolh.mean);
  options.threads = 3;
  const auto three = simulate(two_units(), options);
  CHECK(one.answer.system.eue_mwh.mean == three.answer.system.eue_mwh.mean);
  CHECK(one.answer.eue_cvar95_mwh == three.answer.eue_cvar95_mwh);
  CHECK(one.answer.events.high == three.answer.events.high);
}

TEST_CASE("power takes the way that serves most") {
  // a has 10 over, b and c are short; a to b directly 4, a to c 10, c to b 3: first b takes 4 directly, then 3 over c.
  System s;
  s.areas = {"a", "b", "c"};
  s.load_mw = {{0}, {0}, {0}};
  s.ties = {{"ab", 0, 1, 4, 4, {}}, {"ac", 0, 2, 10, 10, {}}, {"cb", 2, 1, 3, 3, {}}};
  Transport transport(s);
  transport.reset({true, true, true});
  std::vector<double> supply{10, 0, 0}, need{0, 8, 2};
  transport.move(supply, need);
  CHECK(supply[0] == Approx(1));
  CHECK(need[1] == Approx(1));
  CHECK(need[2] == Approx(0));
  transport.reset({true, false, true});
  supply = {10, 0, 0}, need = {0, 8, 2};
  transport.move(supply, need);
  CHECK(need[1] == Approx(4));
}

TEST_CASE("storage serves while it lasts, longest first, and charges out of what is over") {
  // 10 MW of plant, load 12, 12, 5: the storage gives 2 and 1 of its 3 MWh, then takes 2 at 50 %.
  System s = one_area({12, 12, 5, 12});
  s.units = {unit("g", 0, 10)};
  Storage b;
  b.name = "b";
  b.discharge_mw = 2;
  b.charge_mw = 2;
  b.energy_mwh = 3;
  b.charge_efficiency = 0.5;
  s.storages = {b};
  SimulationOptions options;
  options.samples = 2;
  const auto out = simulate(s, options).answer;
  // Short: 0, 1, 0, and 2 less the 1 stored.
  CHECK(out.system.eue_mwh.mean == Approx(2));
  CHECK(out.system.lolh.mean == Approx(2));
  CHECK(out.events.mean == Approx(2));
}

TEST_CASE("a flexible load gives way within its budget and is made good within its deadline") {
  System s = one_area({10, 10, 5, 5, 5, 10});
  s.units = {unit("g", 0, 14)};
  FlexibleLoad f;
  f.name = "f";
  f.load_mw = 6;
  f.curtailable_share = 0.5;  // 3 MW
  f.hours_a_year = 1;         // 6 MWh
  f.deadline_hours = 2;
  f.recovery_mw = 1;
  s.flexible = {f};
  SimulationOptions options;
  options.samples = 2;
  const auto out = simulate(s, options).answer;
  // 14 MW of plant for 16: 2 MW off in the hours 1, 2 and 6. 1 MW comes back in an hour: of the first 2 MWh one (hour 3, its
  // deadline), of the second one (hour 4, its deadline); what the last hour owes is owed at the end: lost too.
  CHECK(out.system.eue_mwh.mean == 0);
  REQUIRE(out.flexible.size() == 1);
  CHECK(out.flexible[0].off_mwh == Approx(6));
  CHECK(out.flexible[0].hours == Approx(3));
  CHECK(out.flexible[0].made_good_mwh + out.flexible[0].lost_mwh == Approx(6));
  CHECK(out.flexible[0].made_good_mwh == Approx(2));
  CHECK(out.flexible[0].budget_spent_share == Approx(1));
  s.flexible[0].hours_a_year = 0.5;  // 3 MWh: the second hour lacks 1, the last one 2
  CHECK(simulate(s, options).answer.system.eue_mwh.mean == Approx(3));
}

TEST_CASE("weather years are equally likely and told by themselves") {
  System s = one_area({5, 5, 20, 20});
  s.year_begins = {0, 2};
  s.units = {unit("g", 0, 10)};
  std::string why;
  const auto sure = *exact(s, {}, why);
  CHECK(sure.system.eue_mwh.mean == Approx(10));
  CHECK(sure.system.lolh.mean == Approx(1));
  REQUIRE(sure.eue_by_weather_year.size() == 2);
  CHECK(sure.eue_by_weather_year[1].mean == Approx(20));
  SimulationOptions options;
  options.samples = 4;
  const auto drawn = simulate(s, options).answer;
  CHECK(drawn.system.eue_mwh.mean == Approx(10));
  CHECK(drawn.system.eue_mwh.high == Approx(10));  // no variance within a weather year
}

TEST_CASE("capacity credit: a sure unit is worth itself, one that fails is worth less") {
  System s = two_units();
  s.load_mw = {{80, 110}};
  s.units.push_back(unit("sure", 0, 20));
  s.units.push_back(unit("shaky", 0, 20, {0.2, 0.2}));
  CreditOptions options;
  const auto sure = capacity_credit(s, {"sure"}, options);
  CHECK(sure.mw.mean == Approx(20).epsilon(1e-3));
  CHECK(sure.with.exact);
  const auto shaky = capacity_credit(s, {"shaky"}, options);
  CHECK(shaky.mw.mean < 15);
  CHECK(shaky.mw.mean > 5);
  options.kind = CreditKind::efc;
  CHECK(capacity_credit(s, {"sure"}, options).mw.mean == Approx(20).epsilon(1e-3));
  options.kind = CreditKind::elcc;
  options.assess.method = Method::simulate;
  options.assess.simulation.samples = 20000;
  const auto drawn = capacity_credit(s, {"shaky"}, options);
  CHECK(drawn.mw.low < drawn.mw.mean);
  CHECK(std::abs(drawn.mw.mean - shaky.mw.mean) < 2 * (drawn.mw.high - drawn.mw.mean) + 0.01);
  CHECK_THROWS_AS(capacity_credit(s, {"nobody"}, options), std::invalid_argument);
}

TEST_CASE("what makes no system is refused by name") {
  System s = two_units();
  CHECK_NOTHROW(check(s));
  s.load_mw[0][1] = std::nan("");
  CHECK_THROWS_AS(check(s), std::invalid_argument);
  s = two_units();
  s.units[1].name = "g1";
  CHECK_THROWS_AS(check(s), std::invalid_argument);
  s = two_units();
  s.units[1].area = 3;
  CHECK_THROWS_AS(check(s), std::invalid_argument);
  s = two_units();
  s.units[0].outages = {0.1, 0};
  CHECK_THROWS_AS(check(s), std::invalid_argument);
  s = two_units();
  s.storages.push_back({});
  s.storages[0].name = "b";
  std::string why;
  CHECK_FALSE(exact(s, {}, why));
  CHECK_FALSE(why.empty());
}
