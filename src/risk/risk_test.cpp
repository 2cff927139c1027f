#include <catch2/catch_all.hpp>
#include <filesystem>

#include "base/normal.h"
#include "plan/solve.h"
#include "programme/facts.h"
#include "programme/load.h"
#include "risk/futures.h"
#include "risk/pictures.h"
#include "risk/calibration.h"
#include "risk/summary.h"

using namespace stargate;
using namespace stargate::risk;
using Catch::Approx;
namespace fs = std::filesystem;

namespace {

Uncertainty row(const char* table, const char* id, const char* column, const char* kind, const char* measure, double p10, double p50, double p90) {
  Uncertainty u;
  u.in_table = table, u.row = id, u.column = column, u.kind = kind, u.measure = measure;
  u.p10 = p10, u.p50 = p50, u.p90 = p90;
  return u;
}

/// The one-site programme, planned.
struct Planned {
  Programme programme = load_programme("cases/plan/one_site");
  Plan plan;
  Planned() {
    Progress quiet(true);
    stargate::plan::PlanOptions options;
    options.gap = 1e-9;
    options.threads = 1;
    plan = stargate::plan::make_plan(programme, options, quiet).plan;
  }
};
const Planned& planned() {
  static const Planned p;
  return p;
}

double figure(const PlanModel& m, const std::vector<double>& future, Figure f) { return future[m.layout().figure(f)]; }

FutureOptions options(std::size_t count) {
  FutureOptions o;
  o.count = count;
  o.threads = 2;
  return o;
}

}  // namespace

TEST_CASE("a future without surprises is the plan: compute, MW, money, quarter by quarter") {
  const auto& [programme, plan] = planned();
  const std::vector<Uncertainty> none;
  const PlanModel model(programme, plan, none);
  const auto future = model.future(model.planned(), nullptr);
  const auto& l = model.layout();
  double spent = 0, compute = 0;
  REQUIRE(plan.quarters.size() == l.quarters);
  for (std::size_t t = 0; t < l.quarters; ++t) {
    const auto& q = plan.quarters[t];
    spent += q.spending_usd_m;
    compute += q.effective_pflops * q.quarter.hours() / 8760;
    CHECK(future[l.line(risk::Line::it_mw, t)] == Approx(q.it_mw).margin(1e-4));
    CHECK(future[l.line(risk::Line::effective_pflops, t)] == Approx(q.effective_pflops).margin(1e-3));
    CHECK(future[l.line(risk::Line::h100_equivalents, t)] == Approx(q.h100_equivalents).margin(1e-3));
    CHECK(future[l.line(risk::Line::spent_usd_m, t)] == Approx(spent).epsilon(1e-6).margin(1e-4));
  }
  CHECK(figure(model, future, Figure::compute) == Approx(compute).epsilon(1e-9));
  CHECK(figure(model, future, Figure::late_mw_years_halls) == 0);
  CHECK(figure(model, future, Figure::late_mw_years_racks) == Approx(0).margin(1e-6));
  CHECK(figure(model, future, Figure::late_mw_years_money) == Approx(0).margin(1e-6));
}

TEST_CASE("a late building, late power and fewer racks cost what arithmetic says") {
  const auto& [programme, plan] = planned();
  const std::vector<Uncertainty> none;
  const PlanModel model(programme, plan, none);
  const auto base = model.future(model.planned(), nullptr);
  const auto& l = model.layout();
  const double it = base[l.line(risk::Line::it_mw, l.quarters - 1)];
  REQUIRE(it > 0);

  auto late = model.planned();  // everything takes so much longer that the buildings come a quarter late
  for (auto& days : late.activity_days) days *= 2;
  const auto slow = model.future(late, nullptr);
  CHECK(figure(model, slow, Figure::compute) < figure(model, base, Figure::compute));
  CHECK(figure(model, slow, Figure::late_mw_years_halls) > 0);
  CHECK(figure(model, slow, Figure::shortage_usd_b) > 0);
  CHECK(figure(model, slow, Figure::npv_usd_b) < figure(model, base, Figure::npv_usd_b));

  auto dark = model.planned();  // the connection comes 91 days late
  for (auto& days : dark.grid_days) days = 91;
  const auto unpowered = model.future(dark, nullptr);
  CHECK(figure(model, unpowered, Figure::late_mw_years_power) >= 0);

  auto cheap = model.planned();
  cheap.price = 0.5;
  const auto poor = model.future(cheap, nullptr);
  for (std::size_t t = 0; t < l.quarters; ++t)
    CHECK(poor[l.line(risk::Line::revenue_usd_m, t)] == Approx(0.5 * base[l.line(risk::Line::revenue_usd_m, t)]).margin(1e-9));

  auto lost = model.planned();
  for (auto& site : lost.site) site.lost_day = 0;
  const auto nothing = model.future(lost, nullptr);
  CHECK(figure(model, nothing, Figure::compute) < 0.01 * figure(model, base, Figure::compute));
  CHECK(figure(model, nothing, Figure::sites_lost) == 1);
}

TEST_CASE("futures are the same for any threads, any number asked for, and from a store that was cut short") {
  const auto& [programme, plan] = planned();
  const std::vector<Uncertainty> rows{row("construction", "*", "weeks", "lognormal", "factor", 0.8, 1, 1.6), row("programme", "*", "compute_price_usd_per_pflop_hour", "lognormal", "factor", 0.7, 1, 1.4)};
  const PlanModel model(programme, plan, rows);
  auto one = options(450);
  one.threads = 1;
  const auto first = run_futures(model, one);
  REQUIRE(first.row.size() == 450);
  CHECK(run_futures(model, options(450)).row == first.row);
  const auto few = run_futures(model, options(100));
  for (std::size_t n = 0; n < 100; ++n) CHECK(few.row[n] == first.row[n]);

  auto kept = options(450);
  kept.store = fs::temp_directory_path() / "stargate_futures_test";
  kept.digest = "a plan";
  fs::remove_all(kept.store);
  auto stopped = kept;
  int asked = 0;
  stopped.threads = 1;
  stopped.should_stop = [&] { return ++asked > 250; };
  const auto cut = run_futures(model, stopped);
  CHECK_FALSE(cut.whole);
  CHECK(cut.row.size() < 450);
  const auto resumed = run_futures(model, kept);
  CHECK(resumed.taken >= 200);
  CHECK(resumed.row == first.row);
  CHECK(run_futures(model, kept).taken == 450);
  auto other = kept;
  other.digest = "another plan";
  CHECK_THROWS_AS(run_futures(model, other), InputError);
}

TEST_CASE("drivers: what is said to vary decides, what is not does not") {
  const auto& [programme, plan] = planned();
  const std::vector<Uncertainty> rows{row("programme", "*", "compute_price_usd_per_pflop_hour", "lognormal", "factor", 0.6, 1, 1.6), row("training_efficiency", "*", "goodput", "triangular", "factor", 0.98, 1, 1.02)};
  const PlanModel model(programme, plan, rows);
  const auto found = drivers(model, {Figure::npv_usd_b, Figure::compute}, 512, options(512));
  REQUIRE(found.size() == 2);
  CHECK(found[0][0].name == "programme.compute_price_usd_per_pflop_hour");
  CHECK(found[0][0].total > 0.9);
  for (const auto& d : found[1])  // the price moves no compute
    if (d.name == "programme.compute_price_usd_per_pflop_hour") CHECK(d.total == Approx(0).margin(1e-9));
}

TEST_CASE("common causes join what they move") {
  const auto& [programme, plan] = planned();
  auto price = row("programme", "*", "compute_price_usd_per_pflop_hour", "lognormal", "factor", 0.6, 1, 1.6);
  auto sold = row("finance", "*", "sold_share", "lognormal", "factor", 0.8, 1, 1.2);
  price.factor = sold.factor = "demand";
  price.loading = sold.loading = 1;
  const std::vector<Uncertainty> rows{price, sold};
  const PlanModel model(programme, plan, rows);
  const stochastic::Sampler sampler(stochastic::Sampling::random, 3, 100);
  for (std::size_t n = 0; n < 20; ++n) {
    const Draws draws(model.streams(), sampler, n);
    const auto v = model.drawn(draws);
    CHECK((v.price > 1) == (v.sold > 1));
  }
  CHECK(std::ranges::count(model.streams().groups, "demand") == 1);
}

TEST_CASE("rows without an effect, points that do not rise and unknown classes are refused with their line") {
  const auto& [programme, plan] = planned();
  const auto complaint = [&](Uncertainty u) {
    u.line = 7;
    const std::vector<Uncertainty> rows{u};
    try {
      const PlanModel model(programme, plan, rows);
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK_THAT(complaint(row("sites", "*", "latitude", "lognormal", "factor", 1, 1, 1)), Catch::Matchers::ContainsSubstring("no effect") && Catch::Matchers::ContainsSubstring(":7:"));
  CHECK_THAT(complaint(row("finance", "*", "sold_share", "lognormal", "factor", 2, 1, 3)), Catch::Matchers::ContainsSubstring("do not rise"));
  CHECK_THAT(complaint(row("finance", "*", "sold_share", "triangular", "factor", 1, 2, 30)), Catch::Matchers::ContainsSubstring("no triangle"));
  CHECK_THAT(complaint(row("finance", "*", "sold_share", "lognormal", "days", 1, 2, 3)), Catch::Matchers::ContainsSubstring("measured in"));
  auto u = row("sites", "*", "construction_usd_per_kw", "reference_class", "factor", 1, 1, 1);
  u.reference_class = "moon bases";
  CHECK_THAT(complaint(u), Catch::Matchers::ContainsSubstring("no reference class 'moon bases'"));
}

TEST_CASE("the default programme's uncertainty is read and every row has an effect") {
  const auto programme = load_programme();
  const auto rows = load_uncertainty();
  CHECK(rows.size() > 15);
  CHECK_NOTHROW(Uncertainties(programme, rows));
}

TEST_CASE("80 % intervals hold 70 to 90 % of what came, and beat the promise and the grid operator's rule") {
  const auto c = calibrate(read_facts(construction::dated_phase_table()), read_facts(construction::promised_date_table()));
  REQUIRE(c.phases.size() >= 15);
  REQUIRE(c.promises.size() >= 7);
  CHECK(Calibration::coverage(c.phases) >= 0.7);
  CHECK(Calibration::coverage(c.phases) <= 0.9);
  CHECK(Calibration::coverage(c.promises) >= 0.7);
  CHECK(Calibration::coverage(c.promises) <= 0.9);
  double announced = 0, rule = 0;
  for (const auto& h : c.promises) announced += h.crps_announced / static_cast<double>(c.promises.size()), rule += h.crps_grid_rule / static_cast<double>(c.promises.size());
  CHECK(Calibration::mean_crps(c.promises) < announced);
  CHECK(Calibration::mean_crps(c.promises) < rule);
}

TEST_CASE("CRPS is the distance of a certain forecast, and rewards a sharp right one") {
  CHECK(crps({5}, 8) == 3);
  CHECK(crps({0, 10}, 5) == Approx(2.5));
  CHECK(crps({4, 6}, 5) < crps({0, 10}, 5));
}

TEST_CASE("odds read as people say them, and a dotplot has fifty dots") {
  CHECK(odds(0.71) == "7 in 10");
  CHECK(odds(0.02) == "1 in 50");
  CHECK(odds(0.97) == "97 in 100");
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i);
  values.resize(1100, far_day);
  const auto svg = draw(Dotplot{"when", "a sentence", "day", values, 500, far_day, "never", {}});
  std::size_t dots = 0;
  for (std::size_t at = 0; (at = svg.find("<circle", at)) != std::string::npos; ++at) ++dots;
  CHECK(dots == 50);
  CHECK(svg.find("never") != std::string::npos);
}
