#include "headroom/history.h"

#include <catch2/catch_all.hpp>
#include <cmath>

using namespace stargate::headroom;
using Catch::Approx;

namespace {

/// Hours from 2021-01-01 00:00 on.
DemandHistory hourly(std::string name, std::vector<double> demand) {
  DemandHistory history{std::move(name)};
  const std::int64_t first = 18628 * 24;
  for (std::size_t h = 0; h < demand.size(); ++h) history.hours.push_back(first + static_cast<std::int64_t>(h));
  history.demand_mw = std::move(demand);
  return history;
}

}  // namespace

TEST_CASE("the curtailed share of the headroom is the limit, hour by hour") {
  // Peak 100, slacks 0, 10, 20, 30. Up to L = 10 only the first hour loses, all of L: a quarter of the energy. Beyond, a second hour
  // loses too and the share grows: the headroom at 1/4 is 10.
  HistoryOptions options;
  options.limits = {0.25, 0.5};
  const auto answer = headroom_by_history({hourly("a", {100, 90, 80, 70})}, options);
  REQUIRE(answer.authorities.size() == 2);
  const auto& quarter = answer.authorities[0];
  CHECK(quarter.headroom_mw == Approx(10));
  CHECK(quarter.hours == Approx(8766 / 4.0));
  CHECK(quarter.mean_depth == Approx(1));
  // At 1/2: L + (L-10) + (L-20) = 2 L at L = 30: three hours lose 30, 20 and 10 of 120.
  const auto& half = answer.authorities[1];
  CHECK(half.headroom_mw == Approx(30));
  CHECK(half.hours == Approx(8766 * 3 / 4.0));
  CHECK(half.longest_event_hours == 3);
  CHECK(half.mean_event_hours == Approx(3));
  CHECK(half.mean_depth == Approx((1 + 2 / 3.0 + 1 / 3.0) / 3));
  CHECK(half.hours_half_left == Approx(8766 / 4.0));
  CHECK(half.worst_year == 2021);
  CHECK(half.worst_year_share == Approx(0.5));
}

TEST_CASE("each season has its own peak") {
  // Winter peak 100 in January, summer peak 60 in July.
  auto history = hourly("a", std::vector<double>(24 * 365, 50));
  history.demand_mw[0] = 100;
  history.demand_mw[24 * 190] = 60;
  HistoryOptions options;
  options.limits = {0.5};
  const double by_season = headroom_by_history({history}, options).authorities[0].headroom_mw;
  options.threshold = Threshold::year;
  const double by_year = headroom_by_history({history}, options).authorities[0].headroom_mw;
  CHECK(by_season < by_year);
  // All hours: slack 50 but one; L loses L - 50 in nearly all hours: half of it at about 100.
  CHECK(by_year == Approx(100).epsilon(0.01));
}

TEST_CASE("a demand that never changes has no headroom by history") {
  HistoryOptions options;
  const auto answer = headroom_by_history({hourly("flat", std::vector<double>(8766, 10))}, options);
  for (const auto& a : answer.authorities) {
    CHECK(a.headroom_mw == 0);
    CHECK(a.hours == 0);
    CHECK(a.curtailed_mwh == 0);
  }
}

TEST_CASE("the answer holds against a direct count on a wave with noise") {
  std::vector<double> demand;
  for (int h = 0; h < 8766 * 2; ++h)
    demand.push_back(1000 + 200 * std::sin(h * 0.2618) + 150 * std::cos(h * 7.17e-4) + 40 * std::sin(h * h * 0.01));
  const auto history = hourly("wave", demand);
  HistoryOptions options;
  options.limits = {0.001, 0.0025, 0.01, 0.05, 0.3};
  const auto answer = headroom_by_history({history}, options);
  double peak[2] = {0, 0};
  const auto season = [&](std::size_t h) {
    const int m = year_month(history.hours[h]).month;
    return m >= 4 && m <= 10;
  };
  for (std::size_t h = 0; h < demand.size(); ++h) peak[season(h)] = std::max(peak[season(h)], demand[h]);
  for (const auto& a : answer.authorities) {
    double off = 0;
    int hours = 0;
    for (std::size_t h = 0; h < demand.size(); ++h)
      if (const double above = demand[h] + a.headroom_mw - peak[season(h)]; above > 1e-9 * a.headroom_mw) off += above, ++hours;
    CHECK(off / (a.headroom_mw * static_cast<double>(demand.size())) == Approx(a.limit).epsilon(1e-9));
    CHECK(a.hours == Approx(hours / 2.0));
  }
}

TEST_CASE("gaps, spikes and part years are told") {
  auto history = hourly("a", std::vector<double>(4000, 50));
  history.hours.back() += 5;
  history.demand_mw[7] = 500;
  history.demand_mw[8] = 0;
  HistoryOptions options;
  CHECK(headroom_by_history({history}, options).notes.size() == 4);
}

TEST_CASE("groups are sums, zones are shares") {
  HistoryOptions options;
  options.limits = {0.25};
  auto a = hourly("a", {100, 90, 80, 70}), b = hourly("b", {10, 5, 5, 5});
  a.group = b.group = "east";
  const auto answer = headroom_by_history({a, b}, options);
  REQUIRE(answer.groups.size() == 1);
  CHECK(answer.groups[0].headroom_mw == Approx(answer.authorities[0].headroom_mw + answer.authorities[1].headroom_mw));
  const auto zones = headroom_by_zone(answer, {{"z1", "a", 0.25}, {"z2", "a", 0.5}, {"z2", "b", 1}});
  REQUIRE(zones.size() == 2);
  CHECK(zones[0].headroom_mw == Approx(2.5));
  CHECK(zones[0].hours == Approx(answer.authorities[0].hours));
  CHECK(zones[1].headroom_mw == Approx(5 + answer.authorities[1].headroom_mw));
  CHECK_THROWS_AS(headroom_by_zone(answer, {{"z", "c", 1}}), std::invalid_argument);
  options.limits = {1.5};
  CHECK_THROWS_AS(headroom_by_history({a}, options), std::invalid_argument);
}
