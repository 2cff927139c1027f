#include <catch2/catch_all.hpp>

#include "base/files.h"
#include "base/random.h"
#include "exchange/msproject.h"
#include "exchange/xer.h"

using namespace stargate;
using namespace stargate::construction;
using namespace stargate::exchange;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A network that uses everything the two formats carry.
Network rich_network(std::uint64_t seed) {
  Random random(seed, 1);
  Network n;
  n.id = "STARGATE";
  n.name = "Programme & \"works\"";
  n.start = *parse_date("2025-01-21");
  n.calendars = {std::make_shared<const WorkCalendar>(
                     WorkCalendar::five_days(n.start, {*parse_date("2025-07-04"), *parse_date("2025-12-25")})),
                 std::make_shared<const WorkCalendar>(
                     "six days", n.start, std::vector<bool>{false, true, true, true, true, true, true},
                     std::vector<Date>{}, std::vector<Date>{*parse_date("2025-03-02")})};
  n.resources = {{"crew", {{0, 4}, {100, 6.5}}},
                 {"crane", {{0, 1}}},
                 {"transformers", {{0, 300}, {90, 310.5}}, Resource::Kind::taken_at_start}};
  for (std::size_t i = 0; i < 40; ++i) {
    Activity a;
    a.id = "A" + std::to_string(1000 + 10 * i);
    a.duration_days = static_cast<int>(random.below(40));
    a.calendar = random.below(4) ? n.calendars[random.below(2)].get() : nullptr;
    for (std::size_t k = random.below(4); i > 0 && k > 0; --k)
      a.predecessors.push_back(
          {random.below(i), static_cast<LinkType>(random.below(4)), static_cast<int>(random.below(15)) - 5});
    if (random.below(8) == 0) a.not_before_day = 20 + static_cast<int>(random.below(100));
    if (random.below(8) == 0) a.deadline_day = 200 + static_cast<int>(random.below(300));
    Task t;
    t.name = "work <" + std::to_string(i) + "> & more";
    t.group = i % 3 ? "Abilene/Building " + std::to_string(i % 4) : i % 2 ? "Milam" : "";
    t.budget_usd = static_cast<double>(random.below(1000000)) / 4;
    if (i < 5) t.actual_start = n.date(static_cast<int>(i)), t.complete = 0.25, t.actual_cost_usd = 1234.5;
    if (i < 3) t.actual_finish = n.date(static_cast<int>(i) + 9), t.complete = 1;
    if (i % 2) t.uses = {{i % 6 / 2, 0.5 + static_cast<double>(i)}};
    n.add(std::move(a), std::move(t));
  }
  return n;
}

void require_same(const Network& a, const Network& b) {
  REQUIRE(a.id == b.id);
  REQUIRE(a.name == b.name);
  REQUIRE(a.start == b.start);
  REQUIRE(a.activities.size() == b.activities.size());
  for (std::size_t i = 0; i < a.activities.size(); ++i) {
    INFO("activity " << i);
    const Activity &x = a.activities[i], &y = b.activities[i];
    REQUIRE(x.id == y.id);
    REQUIRE(x.duration_days == y.duration_days);
    REQUIRE(x.not_before_day == y.not_before_day);
    REQUIRE(x.deadline_day == y.deadline_day);
    REQUIRE(x.predecessors.size() == y.predecessors.size());
    for (std::size_t k = 0; k < x.predecessors.size(); ++k) {
      REQUIRE(x.predecessors[k].predecessor == y.predecessors[k].predecessor);
      REQUIRE(x.predecessors[k].type == y.predecessors[k].type);
      REQUIRE(x.predecessors[k].lag_days == y.predecessors[k].lag_days);
    }
    const auto calendar = [](const WorkCalendar* c) { return c ? c->name() : "every day"; };
    REQUIRE(calendar(x.calendar) == calendar(y.calendar));
    REQUIRE(a.tasks[i] == b.tasks[i]);
  }
  REQUIRE(a.resources.size() == b.resources.size());
  for (std::size_t r = 0; r < a.resources.size(); ++r) {
    REQUIRE(a.resources[r].id == b.resources[r].id);
    REQUIRE(a.resources[r].kind == b.resources[r].kind);
    REQUIRE(a.resources[r].steps.size() == b.resources[r].steps.size());
    for (std::size_t s = 0; s < a.resources[r].steps.size(); ++s) {
      REQUIRE(a.resources[r].steps[s].from_day == b.resources[r].steps[s].from_day);
      REQUIRE(a.resources[r].steps[s].available == b.resources[r].steps[s].available);
    }
  }
  const auto x = critical_path(a.activities), y = critical_path(b.activities);
  REQUIRE(x.finish_day == y.finish_day);
  for (std::size_t i = 0; i < x.dates.size(); ++i) {
    REQUIRE(x.dates[i].early_start == y.dates[i].early_start);
    REQUIRE(x.dates[i].late_finish == y.dates[i].late_finish);
    REQUIRE(x.dates[i].total_float == y.dates[i].total_float);
  }
}
}  // namespace

TEST_CASE("a schedule written as XER reads back the same, and again byte for byte") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Network n = rich_network(seed);
    const auto text = write_xer(xer_from_network(n, critical_path(n.activities)));
    Diagnostics diagnostics;
    const Network back = network_from_xer(parse_xer("x.xer", text), diagnostics);
    CHECK(diagnostics.all().empty());
    require_same(n, back);
    CHECK(write_xer(parse_xer("x.xer", text)) == text);
  }
}

TEST_CASE("a schedule written as Microsoft Project XML reads back the same") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Network n = rich_network(seed);
    const auto text = write_msproject(n, critical_path(n.activities));
    Diagnostics diagnostics;
    const Network back = read_msproject("x.xml", text, diagnostics);
    CHECK(diagnostics.all().empty());
    require_same(n, back);
    CHECK(msproject_with_dates("x.xml", text, back, critical_path(back.activities)) == text);
  }
}

TEST_CASE("a P6 file of another hand: what is not scheduled is kept, dates are replaced") {
  const auto text = read_file("cases/construction/xer/substation.xer");
  const XerFile xer = parse_xer("substation.xer", text);
  CHECK(write_xer(xer) == text);
  Diagnostics diagnostics;
  const Network n = network_from_xer(xer, diagnostics);
  REQUIRE(n.activities.size() == 6);
  const auto cpm = critical_path(n.activities);
  // Worked by hand in the case's README.
  std::vector<std::string> early;
  for (const auto& d : cpm.dates) early.push_back(to_string(n.date(d.early_start)));
  CHECK(early ==
        std::vector<std::string>{"2025-01-06", "2025-01-06", "2025-01-20", "2025-02-03", "2025-02-18", "2025-03-04"});
  CHECK(cpm.dates[2].total_float == 15);
  CHECK(to_string(n.date(cpm.finish_day)) == "2025-03-04");
  const XerFile dated = with_dates(xer, n, cpm);
  CHECK(dated.table("TASK")->text(dated.table("TASK")->records[4], "early_start_date") == "2025-02-18 08:00");
  CHECK(dated.table("UDFVALUE")->records.front().values == xer.table("UDFVALUE")->records.front().values);
  require_same(n, network_from_xer(dated, diagnostics));
}

TEST_CASE("bad files say where and what") {
  Diagnostics diagnostics;
  CHECK_THROWS_WITH(parse_xer("a.xer", "hello\n"), ContainsSubstring("a.xer:1") && ContainsSubstring("ERMHDR"));
  CHECK_THROWS_WITH(parse_xer("a.xer", "ERMHDR\t8\n%T\tTASK\n%F\ta\n%R\t1\t2\n%E\n"), ContainsSubstring("a.xer:4"));
  CHECK_THROWS_WITH(parse_xer("a.xer", "ERMHDR\t8\n%T\tTASK\n%F\ta\n"), ContainsSubstring("before %E"));
  const std::string head =
      "ERMHDR\t8\n%T\tPROJECT\n%F\tproj_id\tplan_start_date\n%R\t1\t2025-01-06 "
      "08:00\n%T\tTASK\n%F\ttask_id\ttarget_drtn_hr_cnt\n";
  CHECK_THROWS_WITH(network_from_xer(parse_xer("a.xer", head + "%R\t1\ttwo\n%E\n"), diagnostics),
                    ContainsSubstring("a.xer:7") && ContainsSubstring("'two'"));
  Diagnostics others;
  CHECK_THROWS_WITH(read_msproject("a.xml", "<Project><Tasks></Project>", others), ContainsSubstring("a.xml:1"));
  CHECK_THROWS_WITH(read_msproject("a.xml", "<Plan/>", others), ContainsSubstring("<Plan>"));
  CHECK_THROWS_WITH(
      read_msproject(
          "a.xml",
          "<Project><StartDate>2025-01-06T08:00:00</StartDate>\n<Tasks>\n<Task><UID>1</UID><Duration>long</Duration>"
          "</Task></Tasks></Project>",
          others),
      ContainsSubstring("a.xml:3") && ContainsSubstring("PT80H0M0S"));
}
