#include "construction/critical_path.h"

#include <algorithm>
#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/random.h"

using namespace stargate;
using namespace stargate::construction;

namespace {
Activity activity(std::string id, Minutes days, std::vector<Link> predecessors = {}) {
  Activity a;
  a.id = std::move(id);
  a.duration = days;
  a.predecessors = std::move(predecessors);
  return a;
}

/// A random acyclic network with links of all four kinds, leads and lags.
std::vector<Activity> random_network(Random& random, std::size_t count) {
  std::vector<Activity> list;
  for (std::size_t i = 0; i < count; ++i) {
    Activity a = activity("a" + std::to_string(i), static_cast<Minutes>(random.below(20)));
    for (std::size_t n = random.below(4); n > 0 && i > 0; --n)
      a.predecessors.push_back(
          {random.below(i), static_cast<LinkType>(random.below(4)), static_cast<Minutes>(random.below(9)) - 3});
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
  CHECK(cpm.finish == 15);
  CHECK(cpm.path == std::vector<std::size_t>{0, 1, 3, 6});
  std::vector<Minutes> total, free;
  for (const Dates& d : cpm.dates) total.push_back(d.total_float), free.push_back(d.free_float);
  CHECK(total == std::vector<Minutes>{0, 0, 3, 0, 3, 9, 0});
  CHECK(free == std::vector<Minutes>{0, 0, 0, 0, 3, 9, 0});
  CHECK(cpm.dates[4].late_start == 8);
  CHECK(cpm.dates[2].late_finish == 8);
  CHECK(finishes(list, {{}}) == std::vector<Instant>{3, 7, 5, 12, 9, 6, 15});
}

TEST_CASE("the four kinds of precedence hold the ends they name, with lags and leads") {
  const auto span = [](LinkType type, Minutes lag) {
    const auto d = critical_path({activity("p", 10), activity("s", 4, {{0, type, lag}})}).dates[1];
    return std::pair{d.early_start, d.early_finish};
  };
  CHECK(span(LinkType::finish_start, 2) == std::pair<Instant, Instant>{12, 16});
  CHECK(span(LinkType::finish_start, -3) == std::pair<Instant, Instant>{7, 11});
  CHECK(span(LinkType::start_start, 3) == std::pair<Instant, Instant>{3, 7});
  CHECK(span(LinkType::finish_finish, 1) == std::pair<Instant, Instant>{7, 11});
  CHECK(span(LinkType::start_finish, 6) == std::pair<Instant, Instant>{2, 6});
  CHECK(span(LinkType::start_finish, 1) == std::pair<Instant, Instant>{0, 4});  // nothing starts before day 0
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
  const auto at = [](const char* day, int hour) { return midnight_of(*parse_date(day)) + hour * 60; };
  const auto calendar = WorkCalendar::five_days({*parse_date("2025-03-12")});
  std::vector<Activity> list{activity("a", 5 * 480), activity("b", 3 * 480, {{0}}), activity("c", 480, {{0}})};
  for (auto& a : list) a.calendar = &calendar;
  const auto cpm = critical_path(list, {{.start = at("2025-03-03", 0)}});
  CHECK(cpm.dates[0].early_start == at("2025-03-03", 8));
  CHECK(cpm.dates[0].early_finish == at("2025-03-07", 16));  // Friday evening
  CHECK(cpm.dates[1].early_start == at("2025-03-10", 8));    // the next Monday
  CHECK(cpm.dates[1].early_finish == at("2025-03-13", 16));  // Monday, Tuesday, (holiday,) Thursday
  CHECK(cpm.dates[2].total_float == 2 * 480);
  CHECK(calendar.retreat(at("2025-03-13", 16), 3 * 480) == at("2025-03-10", 8));
  CHECK(calendar.advance(at("2025-03-10", 8), -5 * 480) == at("2025-03-03", 8));
  CHECK(calendar.worked(at("2025-03-12", 0), at("2025-03-13", 0)) == 0);
}

TEST_CASE("a calendar answers as a count of its minutes does, with shifts, short days and worked weekends") {
  for (std::uint64_t n = 0; n < 30; ++n) {
    Random random(5, n);
    std::array<DayHours, 7> week;
    for (auto& day : week)
      if (random.below(3) > 0)
        day = {{60 * static_cast<int>(random.below(12)), 60 * (12 + static_cast<int>(random.below(13)))}};
    week[3] = {{7 * 60, 12 * 60}, {13 * 60, 16 * 60}};
    std::map<Date, DayHours> exceptions;
    for (int k = 0; k < 6; ++k)
      exceptions[Date{} + std::chrono::days{static_cast<int>(random.below(40)) - 20}] =
          random.below(2) ? DayHours{} : DayHours{{540, 700}};
    const WorkCalendar calendar("random", week, exceptions);
    // Every minute of sixty days, told by the definition.
    std::vector<bool> works;
    const Instant first = -30 * minutes_a_day;
    for (Instant t = first; t < 30 * minutes_a_day; ++t) {
      const Date day = day_of(t);
      const auto other = exceptions.find(day);
      const auto& hours = other == exceptions.end() ? week[std::chrono::weekday{day}.c_encoding()] : other->second;
      const auto minute = t - midnight_of(day);
      works.push_back(std::ranges::any_of(hours, [&](const Shift& s) { return s.from <= minute && minute < s.to; }));
    }
    const auto is = [&](Instant t) { return works[static_cast<std::size_t>(t - first)]; };
    for (int k = 0; k < 200; ++k) {
      const Instant from = static_cast<Instant>(random.below(20 * 1440)) - 10 * 1440,
                    to = static_cast<Instant>(random.below(20 * 1440)) - 10 * 1440;
      Minutes count = 0;
      for (Instant t = std::min(from, to); t < std::max(from, to); ++t) count += is(t);
      REQUIRE(calendar.worked(from, to) == (to < from ? -count : count));
      Instant next = from, last = from;
      while (!is(next)) ++next;
      while (!is(last - 1)) --last;
      REQUIRE(calendar.next_work(from) == next);
      REQUIRE(calendar.previous_work(from) == last);
      const Minutes work = 1 + static_cast<Minutes>(random.below(2000));
      const Instant finish = calendar.advance(from, work);
      REQUIRE(calendar.worked(from, finish) == work);
      REQUIRE(is(finish - 1));
      const Instant start = calendar.retreat(from, work);
      REQUIRE(calendar.worked(start, from) == work);
      REQUIRE(is(start));
    }
  }
}

TEST_CASE("a calendar without worked days is refused, and one that only has a worked exception runs out") {
  CHECK_THROWS_AS(WorkCalendar("idle", {}), InputError);
  const WorkCalendar once("once", {}, {{*parse_date("2025-03-12"), {{480, 960}}}});
  CHECK(once.next_work(0) == midnight_of(*parse_date("2025-03-12")) + 480);
  CHECK_THROWS_AS(once.advance(0, 481), InputError);
  CHECK_THROWS_AS(WorkCalendar("backwards", {{{{600, 500}}}}), InputError);
}

TEST_CASE("release dates and deadlines move dates and floats") {
  std::vector<Activity> list{activity("order", 0), activity("delivery", 30, {{0}}), activity("shell", 20)};
  list[0].constraints = {{ConstraintKind::start_on_or_after, 5}};
  list[1].deadline = 33;
  const auto cpm = critical_path(list);
  CHECK(cpm.finish == 35);
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
  CHECK(critical_path(std::vector<Activity>{}).finish == 0);
}

TEST_CASE("properties of every network: floats are what they claim, and nothing later makes anything earlier") {
  const auto release = [](Activity& a, Instant at) { a.constraints = {{ConstraintKind::start_on_or_after, at}}; };
  for (std::uint64_t n = 0; n < 60; ++n) {
    Random random(11, n);
    const auto list = random_network(random, 25);
    const auto cpm = critical_path(list);
    const auto known = finishes(list, {{}});
    REQUIRE(cpm.finish == std::ranges::max(known));
    REQUIRE(cpm.dates[cpm.path.back()].early_finish == cpm.finish);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Dates& d = cpm.dates[i];
      REQUIRE(d.early_finish == known[i]);
      REQUIRE(d.total_float >= d.free_float);
      REQUIRE(d.free_float >= 0);
      auto moved = list;
      release(moved[i], d.early_start + d.total_float);
      REQUIRE(critical_path(moved).finish == cpm.finish);
      release(moved[i], d.early_start + d.total_float + 1);
      REQUIRE(critical_path(moved).finish > cpm.finish);
      release(moved[i], d.early_start + d.free_float);
      const auto free = finishes(moved, {{}});
      for (std::size_t j = 0; j < list.size(); ++j) REQUIRE(free[j] == (j == i ? known[j] + d.free_float : known[j]));
      release(moved[i], d.early_start + d.free_float + 1 + static_cast<Instant>(random.below(10)));
      const auto later = finishes(moved, {{}});
      for (std::size_t j = 0; j < list.size(); ++j) REQUIRE(later[j] >= known[j]);
    }
  }
}
