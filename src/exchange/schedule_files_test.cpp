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
  n.start = midnight_of(*parse_date("2025-01-21")) + 8 * 60;
  n.rules.front().start = n.start;
  std::array<DayHours, 7> six;
  for (std::size_t d = 1; d < 7; ++d) six[d] = {{7 * 60, 12 * 60}, {13 * 60, 16 * 60 + 30}};
  n.calendars = {std::make_shared<const WorkCalendar>(
                     WorkCalendar::five_days({*parse_date("2025-07-04"), *parse_date("2025-12-25")})),
                 std::make_shared<const WorkCalendar>(
                     "six days", six, std::map<Date, DayHours>{{*parse_date("2025-03-02"), {{480, 720}}}}, 8.5)};
  const auto at = [&](std::uint64_t day, int hour) {
    return midnight_of(*parse_date("2025-01-21")) + static_cast<Instant>(day) * minutes_a_day + hour * 60;
  };
  n.resources = {{"crew", {{at(0, 8), 4}, {at(100, 8), 6.5}}},
                 {"crane", {{at(0, 8), 1}}},
                 {"transformers", {{at(0, 8), 300}, {at(90, 8), 310.5}}, Resource::Kind::taken_at_start}};
  for (std::size_t i = 0; i < 40; ++i) {
    Activity a;
    a.id = "A" + std::to_string(1000 + 10 * i);
    a.duration = static_cast<Minutes>(random.below(40 * 16)) * 30;
    a.calendar = random.below(4) ? n.calendars[random.below(2)].get() : nullptr;
    for (std::size_t k = random.below(4); i > 0 && k > 0; --k)
      a.predecessors.push_back({random.below(i), static_cast<LinkType>(random.below(4)),
                                (static_cast<Minutes>(random.below(15)) - 5) * 240});
    if (random.below(8) == 0) a.constraints = {{ConstraintKind::start_on_or_after, at(20 + random.below(100), 8)}};
    if (random.below(8) == 0)
      a.constraints.push_back({ConstraintKind::finish_on_or_before, at(200 + random.below(300), 16)});
    Task t;
    t.name = "work <" + std::to_string(i) + "> & more";
    t.group = i % 3 ? "Abilene/Building " + std::to_string(i % 4) : i % 2 ? "Milam" : "";
    t.budget_usd = static_cast<double>(random.below(1000000)) / 4;
    if (i < 5) a.actual_start = at(i, 8), a.remaining = a.duration / 2, t.complete = 0.25, t.actual_cost_usd = 1234.5;
    if (i < 3) a.actual_finish = at(i + 9, 16), a.remaining = 0, t.complete = 1;
    t.baseline = {at(i, 8), at(i + 20, 16)};
    if (i % 2) t.uses = {{i % 6 / 2, 0.5 + static_cast<double>(i)}};
    n.add(std::move(a), std::move(t));
  }
  return n;
}

/// Microsoft Project has one constraint, and rules of its own.
void require_same(const Network& a, const Network& b, bool one_constraint = false) {
  REQUIRE(a.id == b.id);
  REQUIRE(a.name == b.name);
  REQUIRE(a.start == b.start);
  REQUIRE(a.activities.size() == b.activities.size());
  for (std::size_t i = 0; i < a.activities.size(); ++i) {
    INFO("activity " << i);
    const Activity &x = a.activities[i], &y = b.activities[i];
    REQUIRE(x.id == y.id);
    REQUIRE(x.duration == y.duration);
    REQUIRE(x.left() == y.left());
    REQUIRE(x.actual_start == y.actual_start);
    REQUIRE(x.actual_finish == y.actual_finish);
    if (!one_constraint)
      REQUIRE(x.constraints == y.constraints);
    else if (!x.constraints.empty())
      REQUIRE(x.constraints.front() == y.constraints.front());
    REQUIRE(x.predecessors.size() == y.predecessors.size());
    for (std::size_t k = 0; k < x.predecessors.size(); ++k) {
      REQUIRE(x.predecessors[k].predecessor == y.predecessors[k].predecessor);
      REQUIRE(x.predecessors[k].type == y.predecessors[k].type);
      REQUIRE(x.predecessors[k].lag == y.predecessors[k].lag);
    }
    const auto calendar = [](const WorkCalendar* c) {
      return c ? std::pair(c->week(), c->exceptions())
               : std::pair(WorkCalendar::every_hour().week(), std::map<Date, DayHours>{});
    };
    REQUIRE(calendar(x.calendar) == calendar(y.calendar));
    REQUIRE(a.tasks[i] == b.tasks[i]);
  }
  REQUIRE(a.resources.size() == b.resources.size());
  for (std::size_t r = 0; r < a.resources.size(); ++r) {
    REQUIRE(a.resources[r].id == b.resources[r].id);
    REQUIRE(a.resources[r].kind == b.resources[r].kind);
    REQUIRE(a.resources[r].steps.size() == b.resources[r].steps.size());
    for (std::size_t s = 0; s < a.resources[r].steps.size(); ++s) {
      REQUIRE(a.resources[r].steps[s].from == b.resources[r].steps[s].from);
      REQUIRE(a.resources[r].steps[s].available == b.resources[r].steps[s].available);
    }
  }
  if (one_constraint) return;
  const auto x = critical_path(a), y = critical_path(b);
  REQUIRE(x.finish == y.finish);
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
    const auto text = write_xer(xer_from_network(n, critical_path(n)));
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
    const auto text = write_msproject(n, critical_path(n));
    Diagnostics diagnostics;
    const Network back = read_msproject("x.xml", text, diagnostics);
    CHECK(diagnostics.all().empty());
    require_same(n, back, true);
    const auto dated = msproject_with_dates("x.xml", text, back, critical_path(back));
    require_same(back, read_msproject("x.xml", dated, diagnostics));
    CHECK(msproject_with_dates("x.xml", dated, back, critical_path(back)) == dated);
  }
}

TEST_CASE("a P6 file of another hand: what is not scheduled is kept, dates are replaced") {
  const auto text = read_file("cases/construction/xer/substation.xer");
  const XerFile xer = parse_xer("substation.xer", text);
  CHECK(write_xer(xer) == text);
  Diagnostics diagnostics;
  const Network n = network_from_xer(xer, diagnostics);
  REQUIRE(n.activities.size() == 6);
  const auto cpm = critical_path(n);
  // Worked by hand in the case's README.
  std::vector<std::string> early;
  for (std::size_t i = 0; i < 6; ++i) early.push_back(to_string(first_day(n.activities[i], cpm.dates[i].early_start)));
  CHECK(early ==
        std::vector<std::string>{"2025-01-06", "2025-01-06", "2025-01-20", "2025-02-03", "2025-02-18", "2025-03-03"});
  CHECK(cpm.dates[2].total_float == 15 * 480);
  CHECK(to_text(cpm.finish) == "2025-03-03 17:00");
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
