#include "construction/durations.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "construction/earned_value.h"

using namespace stargate;
using namespace stargate::construction;
using Catch::Approx;

TEST_CASE("normal quantiles have their tabled values and invert the distribution function") {
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normal_quantile(0.5) == Approx(0).margin(1e-15));
  CHECK(normal_quantile(1e-9) == Approx(-5.997807015007686).epsilon(1e-12));
  for (double p = 0.001; p < 1; p += 0.0071) CHECK(normal_cdf(normal_quantile(p)) == Approx(p).epsilon(1e-13));
  CHECK_THROWS_AS(normal_quantile(1), InputError);
}

TEST_CASE("a fit finds the distribution that made the data, with and without durations that still run") {
  Random random(1, 2);
  const LogNormal truth{std::log(400), 0.4};
  std::vector<double> all, finished, running;
  for (int i = 0; i < 20000; ++i) {
    all.push_back(std::exp(truth.mu + truth.sigma * random.normal()));
    const double seen_until = 200 + 600 * random.uniform();
    (all.back() < seen_until ? finished : running).push_back(std::min(all.back(), seen_until));
  }
  const auto plain = fit_log_normal(all), with_running = fit_log_normal(finished, running),
             without = fit_log_normal(finished);
  CHECK(plain.median() == Approx(400).epsilon(0.01));
  CHECK(plain.sigma == Approx(0.4).epsilon(0.02));
  CHECK(with_running.median() == Approx(400).epsilon(0.02));
  CHECK(with_running.sigma == Approx(0.4).epsilon(0.03));
  CHECK(without.median() < 370);  // forgetting what still runs makes everything look quick
  CHECK(plain.quantile(0.9) == Approx(400 * std::exp(0.4 * 1.2815515655446004)).epsilon(0.02));
  CHECK(!fit_test(truth, {all.begin(), all.begin() + 500}).rejected());
  std::vector<double> other;
  for (int i = 0; i < 500; ++i) other.push_back(i % 2 ? 100 : 1000);
  CHECK(fit_test(fit_log_normal(other), other).rejected());
  CHECK_THROWS_AS(fit_log_normal({5}), InputError);
  CHECK_THROWS_AS(fit_log_normal({5, -1}), InputError);
}

TEST_CASE("percentiles that lie on a log-normal are met") {
  const LogNormal truth{3, 0.5};
  const auto fit = from_percentiles(truth.quantile(0.1), truth.quantile(0.5), truth.quantile(0.9));
  CHECK(fit.mu == Approx(3));
  CHECK(fit.sigma == Approx(0.5));
  CHECK(from_percentiles(10, 10, 10).sigma == 0);
  CHECK_THROWS_AS(from_percentiles(10, 9, 12), InputError);
}

TEST_CASE("futures of a schedule: the same on any number of threads, later than the plan where paths merge") {
  std::vector<Activity> list(5);
  list[4].predecessors = {{0}, {1}, {2}, {3}};
  std::vector<LogNormal> durations(5, LogNormal{std::log(100), 0.3});
  for (std::size_t i = 0; i < 5; ++i) list[i].id = std::to_string(i), list[i].duration = 100 * minutes_a_day;
  durations[4].sigma = 0;
  const ScheduleRiskOptions options{.samples = 4000, .seed = 7, .watched = {0, 4}};
  auto on_four = options;
  on_four.threads = 4;
  const auto days = [](Instant at) { return static_cast<double>(at) / minutes_a_day; };
  const auto one = simulate_schedule(list, {{}}, durations, options),
             four = simulate_schedule(list, {{}}, durations, on_four);
  CHECK(one.finishes == four.finishes);
  CHECK(one.criticality == four.criticality);
  // The greatest of four: median = quantile of one at 0.5^(1/4).
  CHECK(days(percentile_of(one.finishes, 0.5)) ==
        Approx(100 + durations[0].quantile(std::pow(0.5, 0.25))).epsilon(0.01));
  CHECK(one.criticality[4] == Approx(1));
  CHECK(one.criticality[0] == Approx(0.25).margin(0.03));
  CHECK(percentile_of(one.finishes, 0.1) < percentile_of(one.finishes, 0.9));
  CHECK(one.watched[1] == one.finishes);
  CHECK(days(percentile_of(one.watched[0], 0.5)) == Approx(100).epsilon(0.01));
  auto shared = options;
  shared.correlation = 0.9;
  // A common cause: paths that slip together merge with less delay, and the spread of a sum grows.
  CHECK(percentile_of(simulate_schedule(list, {{}}, durations, shared).finishes, 0.5) <
        percentile_of(one.finishes, 0.5));
}

TEST_CASE("earned value: the worked example of a wall") {
  // 4 sides of 100 USD, a day each; on day 3: 2 done, third half done, 260 spent. PV 300, EV 250, AC 260.
  std::vector<ActivityProgress> sides;
  for (int i = 0; i < 4; ++i) sides.push_back({"side " + std::to_string(i), 100, i, i + 1, i, {}, 0, 0});
  sides[0].complete = sides[1].complete = 1;
  sides[2].complete = 0.5;
  sides[0].actual_cost_usd = 260;
  const auto ev = earned_value(sides, 3);
  CHECK(ev.planned_value_usd == 300);
  CHECK(ev.earned_value_usd == 250);
  CHECK(ev.schedule_variance_usd == -50);
  CHECK(ev.cost_variance_usd == -10);
  CHECK(*ev.schedule_performance == Approx(250.0 / 300));
  CHECK(*ev.cost_performance == Approx(250.0 / 260));
  CHECK(*ev.estimate_at_completion_usd == Approx(416));
  CHECK(ev.earned_schedule_days == Approx(2.5));
  CHECK(*ev.forecast_finish_day == Approx(4.8));
  auto earlier = sides;
  for (auto& side : earlier)
    side.planned_start -= 10, side.planned_finish -= 10, side.actual_start = *side.actual_start - 10;
  CHECK(earned_value(earlier, -7).earned_schedule_days == Approx(2.5));  // the same on any clock
  CHECK(*earned_value(earlier, -7).forecast_finish_day == Approx(4.8 - 10));
  sides[3].complete = 1.5;
  CHECK_THROWS_AS(earned_value(sides, 3), InputError);
  CHECK(!earned_value({}, 0).cost_performance);
}
