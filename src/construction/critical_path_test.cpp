#include "construction/critical_path.h"

#include <algorithm>
#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/random.h"

using namespace stargate;
using namespace stargate::construction;

namespace {
Activity activity(std::string id, int days, std::vector<Link> predecessors = {}) {
  Activity a;
  a.id = std::move(id);
  a.duration_days = days;
  a.predecessors = std::move(predecessors);
  return a;
}

/// A random acyclic network with links of all four kinds, leads and lags.
std::vector<Activity> random_network(Random& random, std::size_t count) {
  std::vector<Activity> list;
  for (std::size_t i = 0; i < count; ++i) {
    Activity a = activity("a" + std::to_string(i), static_cast<int>(random.below(20)));
    for (std::size_t n = random.below(4); n > 0 && i > 0; --n)
      a.predecessors.push_back(
          {random.below(i), static_cast<LinkType>(random.below(4)), static_cast<int>(random.below(9)) - 3});
    list.push_back(std::move(a));
  }
  return list;
}
}  // namespace

TEST_CASE("a network with branches has its known floats and path") {
  // A3 -> B4 -> D5 -> G3 beside A3 -> C2 -> E4 -> G3 and C2 -> F1: worked by hand, 15 days along A B D G.
  const std::vector<Activity> list{
      activity("A", 3),        activity("B", 4, {{0}}), activity("C", 2, {{0}}),     activity("D", 5, {{1}}),
      activity("E", 4, {{2}}), activity("F", 1, {{2}}), activity("G", 3, {{3}, {4}})};
  const CriticalPath cpm = critical_path(list);
  CHECK(cpm.finish_day == 15);
  CHECK(cpm.path == std::vector<std::size_t>{0, 1, 3, 6});
  std::vector<int> total, free;
  for (const Dates& d : cpm.dates) total.push_back(d.total_float), free.push_back(d.free_float);
  CHECK(total == std::vector<int>{0, 0, 3, 0, 3, 9, 0});
  CHECK(free == std::vector<int>{0, 0, 0, 0, 3, 9, 0});
  CHECK(cpm.dates[4].late_start == 8);
  CHECK(cpm.dates[2].late_finish == 8);
  CHECK(finish_days(list) == std::vector<int>{3, 7, 5, 12, 9, 6, 15});
}

TEST_CASE("the four kinds of precedence hold the ends they name, with lags and leads") {
  const auto span = [](LinkType type, int lag) {
    const auto d = critical_path({activity("p", 10), activity("s", 4, {{0, type, lag}})}).dates[1];
    return std::pair{d.early_start, d.early_finish};
  };
  CHECK(span(LinkType::finish_start, 2) == std::pair{12, 16});
  CHECK(span(LinkType::finish_start, -3) == std::pair{7, 11});
  CHECK(span(LinkType::start_start, 3) == std::pair{3, 7});
  CHECK(span(LinkType::finish_finish, 1) == std::pair{7, 11});
  CHECK(span(LinkType::start_finish, 6) == std::pair{2, 6});
  CHECK(span(LinkType::start_finish, 1) == std::pair{0, 4});  // nothing starts before day 0
}

TEST_CASE("a start-start predecessor keeps the float of its start") {
  // p may slip by 17: s would still end with the long one.
  const auto cpm =
      critical_path({activity("p", 10), activity("s", 4, {{0, LinkType::start_start, 3}}), activity("long", 24)});
  CHECK(cpm.dates[1].total_float == 17);
  CHECK(cpm.dates[0].total_float == 14);  // its own finish is the nearer bound
  CHECK(cpm.dates[0].free_float == 0);
  CHECK(cpm.path == std::vector<std::size_t>{2});
}

TEST_CASE("weekends and holidays stretch spans and count in no float") {
  const Date monday = *parse_date("2025-03-03");
  const auto calendar = WorkCalendar::five_days(monday, {*parse_date("2025-03-12")});
  std::vector<Activity> list{activity("a", 5), activity("b", 3, {{0}}), activity("c", 1, {{0}})};
  for (auto& a : list) a.calendar = &calendar;
  const auto cpm = critical_path(list);
  CHECK(cpm.dates[0].early_finish == 5);   // Friday evening
  CHECK(cpm.dates[1].early_start == 7);    // the next Monday
  CHECK(cpm.dates[1].early_finish == 11);  // Monday, Tuesday, (holiday,) Thursday
  CHECK(cpm.dates[2].total_float == 2);
  CHECK(calendar.retreat(11, 3) == 7);
  CHECK(calendar.advance(7, -5) == 0);
  CHECK(!calendar.is_worked(9));
}

TEST_CASE("release dates and deadlines move dates and floats") {
  std::vector<Activity> list{activity("order", 0), activity("delivery", 30, {{0}}), activity("shell", 20)};
  list[0].not_before_day = 5;
  list[1].deadline_day = 33;
  const auto cpm = critical_path(list);
  CHECK(cpm.finish_day == 35);
  CHECK(cpm.dates[1].total_float == -2);
  CHECK(cpm.dates[0].total_float == -2);
  CHECK(cpm.dates[1].critical);
  CHECK(!cpm.dates[2].critical);
}

TEST_CASE("a circle is named, and so is a predecessor that is not there") {
  CHECK_THROWS_WITH(critical_path({activity("A", 1, {{2}}), activity("B", 1, {{0}}), activity("C", 1, {{1}})}),
                    Catch::Matchers::ContainsSubstring("A -> B -> C -> A"));
  CHECK_THROWS_AS(critical_path({activity("A", 1, {{7}})}), InputError);
  CHECK_THROWS_AS(critical_path({activity("A", -1)}), InputError);
  CHECK(critical_path({}).finish_day == 0);
}

TEST_CASE("properties of every network: floats are what they claim, and nothing later makes anything earlier") {
  for (std::uint64_t n = 0; n < 60; ++n) {
    Random random(11, n);
    const auto list = random_network(random, 25);
    const auto cpm = critical_path(list);
    const auto finishes = finish_days(list);
    REQUIRE(cpm.finish_day == std::ranges::max(finishes));
    REQUIRE(cpm.dates[cpm.path.back()].early_finish == cpm.finish_day);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Dates& d = cpm.dates[i];
      REQUIRE(d.early_finish == finishes[i]);
      REQUIRE(d.total_float >= d.free_float);
      REQUIRE(d.free_float >= 0);
      auto moved = list;
      moved[i].not_before_day = d.early_start + d.total_float;
      REQUIRE(critical_path(moved).finish_day == cpm.finish_day);
      moved[i].not_before_day += 1;
      REQUIRE(critical_path(moved).finish_day > cpm.finish_day);
      moved[i].not_before_day = d.early_start + d.free_float;
      const auto free = finish_days(moved);
      for (std::size_t j = 0; j < list.size(); ++j)
        REQUIRE(free[j] == (j == i ? finishes[j] + d.free_float : finishes[j]));
      moved[i].not_before_day += 1 + static_cast<int>(random.below(10));
      const auto later = finish_days(moved);
      for (std::size_t j = 0; j < list.size(); ++j) REQUIRE(later[j] >= finishes[j]);
    }
  }
}
