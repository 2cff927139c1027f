// Schedules whose dates are known: cases/construction/p6 and the rules of each program.
#include <catch2/catch_all.hpp>

#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "construction/dcma.h"
#include "exchange/schedule_file.h"
#include "exchange/xer.h"

using namespace stargate;
using namespace stargate::construction;
using namespace stargate::exchange;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string folder = "cases/construction/p6/";

struct Scheduled {
  Network network;
  CriticalPath cpm;
  std::string warnings;

  std::size_t at(std::string_view id) const {
    const auto found = std::ranges::find(network.activities, id, &Activity::id);
    REQUIRE(found != network.activities.end());
    return static_cast<std::size_t>(found - network.activities.begin());
  }
  const Dates& dates(std::string_view id) const { return cpm.dates[at(id)]; }
  std::string start(std::string_view id) const { return to_text(dates(id).early_start); }
  std::string finish(std::string_view id) const { return to_text(dates(id).early_finish); }
};

Scheduled scheduled(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  Scheduled s{read_schedule(name, text, diagnostics), {}, {}};
  s.cpm = critical_path(s.network);
  for (const auto& d : diagnostics.all()) s.warnings += to_string(d) + "\n";
  return s;
}
Scheduled scheduled(const std::string& name) { return scheduled(name, read_file(folder + name)); }

/// A P6 file of tasks and links on a five-day week from Mon 2026-01-05; rows are "field=value" by spaces.
std::string xer(const std::vector<std::string>& tasks, const std::vector<std::string>& links,
                const std::string& options = "", const std::string& project = "last_recalc_date=2026-01-05+08:00") {
  const auto table = [](const std::string& name, const std::vector<std::string>& rows) {
    std::vector<std::string> fields;
    std::string body;
    for (const auto& row : rows)
      for (const auto cell : split(row, ' ')) {
        const std::string field(cell.substr(0, cell.find('=')));
        if (!field.empty() && std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
      }
    std::string text = "%T\t" + name + "\n%F";
    for (const auto& f : fields) text += "\t" + f;
    for (const auto& row : rows) {
      text += "\n%R";
      for (const auto& f : fields) {
        text += "\t";
        for (const auto cell : split(row, ' '))
          if (cell.substr(0, cell.find('=')) == f && cell.find('=') != std::string_view::npos)
            for (const char c : cell.substr(cell.find('=') + 1)) text += c == '+' ? ' ' : c;
      }
    }
    return text + "\n";
  };
  std::string days;
  for (int d = 1; d <= 7; ++d)
    days += "(0||" + std::to_string(d) + "()(" + (d >= 2 && d <= 6 ? "(0||0(s|08:00|f|16:00)())" : "") + "))";
  std::string every;
  for (int d = 1; d <= 7; ++d) every += "(0||" + std::to_string(d) + "()((0||0(s|00:00|f|00:00)())))";
  std::vector<std::string> numbered = tasks;
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    numbered[i] = "task_id=" + std::to_string(i + 1) + " proj_id=1 " + numbered[i];
    if (numbered[i].find("clndr_id") == std::string::npos) numbered[i] += " clndr_id=1";
  }
  return "ERMHDR\t19\n" +
         table("PROJECT", {"proj_id=1 proj_short_name=P clndr_id=1 plan_start_date=2026-01-05+08:00 " + project}) +
         "%T\tCALENDAR\n%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data\n%R\t1\t5d\t8\t(0||CalendarData()((0||"
         "DaysOfWeek()(" +
         days + "))))\n%R\t2\t24h\t24\t(0||CalendarData()((0||DaysOfWeek()(" + every + "))))\n" +
         table("SCHEDOPTIONS", {"proj_id=1 " + options}) + table("TASK", numbered) + table("TASKPRED", links) + "%E\n";
}

std::string link(int before, int behind, const std::string& type = "PR_FS", int lag = 0) {
  return "task_id=" + std::to_string(behind) + " pred_task_id=" + std::to_string(before) + " pred_type=" + type +
         " lag_hr_cnt=" + std::to_string(lag);
}
std::string task(const std::string& code, int hours, const std::string& more = "") {
  return "task_code=" + code + " task_type=TT_Task target_drtn_hr_cnt=" + std::to_string(hours) +
         (more.find("remain_drtn") == std::string::npos ? " remain_drtn_hr_cnt=" + std::to_string(hours) : "") + " " +
         more;
}
}  // namespace

TEST_CASE("every handed schedule has its dates, floats and critical activities") {
  Diagnostics diagnostics;
  const auto csv = parse_csv("expected.csv", read_file(folder + "expected.csv"), diagnostics);
  diagnostics.throw_if_errors();
  REQUIRE(csv.rows.size() >= 30);
  for (const auto& row : csv.rows) {
    const auto cell = [&](std::size_t c) { return std::string(row.cells[c].text); };
    INFO(cell(0) << " " << cell(1));
    const auto s = scheduled(cell(0));
    const std::size_t i = s.at(cell(1));
    const Dates& d = s.cpm.dates[i];
    CHECK(to_string(first_day(s.network.activities[i], d.start)) == cell(2));
    CHECK(to_string(last_day(s.network.activities[i], d.start, d.finish)) == cell(3));
    if (!cell(4).empty()) CHECK(days_of(s.network.activities[i], d.total_float) == parse_number(cell(4)).value());
    if (!cell(5).empty()) CHECK(d.critical == (cell(5) == "yes"));
  }
}

TEST_CASE("what a file cannot say is told, and what is wrong is refused with its line") {
  CHECK_THAT(scheduled("external_link.xer").warnings, ContainsSubstring("not in the file"));
  CHECK(scheduled("cp1252.xer").network.tasks.front().name == "Pay £10k – café");
  CHECK(scheduled("newline.xer").network.tasks.front().name == "two\nlines");
  CHECK_THROWS_WITH(scheduled("allholiday.xer"), ContainsSubstring("'none' has no worked day"));
  CHECK_THROWS_WITH(scheduled("baddate.xer"), ContainsSubstring("2026-13-45") && ContainsSubstring("baddate.xer:4"));
  CHECK_THROWS_WITH(scheduled("negdur.xer"), ContainsSubstring("lasts -40 hours"));
  CHECK_THROWS_WITH(scheduled("circle.xer"), ContainsSubstring("A -> B -> A") || ContainsSubstring("B -> A -> B"));
  CHECK_THROWS_WITH(scheduled("selflink.xer"), ContainsSubstring("linked to itself"));
}

TEST_CASE("what cannot be levelled keeps its dates, and that is told") {
  for (const auto* name : {"resource_no_rate.xer", "overallocated.xml"}) {
    const auto s = scheduled(name);
    const auto levelled = level(s.network.activities, s.network.uses(), s.network.resources, s.network.rules);
    CHECK(levelled.unlevelled.size() + levelled.unlimited.size() == 1);
    CHECK(levelled.finish == s.cpm.finish);
  }
}

TEST_CASE("files that were read are written back as they came, but for dates") {
  for (const auto* name : {"cp1252.xer", "newline.xer", "progress.xer"}) {
    const auto text = read_file(folder + name);
    std::string back = write_xer(parse_xer(name, text));
    std::erase(back, '\r');
    std::string plain = text;
    std::erase(plain, '\r');
    CHECK(back == plain);
  }
}

TEST_CASE("milestones stand at the end of the work before them or at the beginning of the work behind") {
  const auto s = scheduled("m.xer", xer({task("A", 40), "task_code=F task_type=TT_FinMile target_drtn_hr_cnt=0",
                                         "task_code=S task_type=TT_Mile target_drtn_hr_cnt=0", task("B", 8)},
                                        {link(1, 2), link(2, 3), link(3, 4)}));
  CHECK(s.finish("F") == "2026-01-09 16:00");
  CHECK(s.start("S") == "2026-01-12 08:00");
  CHECK(s.start("B") == "2026-01-12 08:00");
  for (const auto& d : s.cpm.dates) CHECK(d.total_float == 0);
}

TEST_CASE("retained logic, progress override and actual dates") {
  // B began before its predecessor A was done; the data date is Mon 12 Jan.
  const auto with = [](const std::string& options) {
    return scheduled("p.xer",
                     xer({task("A", 80, "act_start_date=2026-01-05+08:00 remain_drtn_hr_cnt=40"),
                          task("B", 80, "act_start_date=2026-01-08+08:00 remain_drtn_hr_cnt=64"), task("C", 8)},
                         {link(1, 2), link(2, 3)}, options, "last_recalc_date=2026-01-12+08:00"));
  };
  const auto retained = with("sched_retained_logic=Y sched_progress_override=N");
  CHECK(retained.finish("A") == "2026-01-16 16:00");
  CHECK(retained.start("B") == "2026-01-19 08:00");
  CHECK(retained.finish("B") == "2026-01-28 16:00");
  CHECK(retained.dates("A").total_float == 0);
  const auto override_logic = with("sched_retained_logic=N sched_progress_override=Y");
  CHECK(override_logic.start("B") == "2026-01-12 08:00");
  CHECK(override_logic.finish("C") == "2026-01-22 16:00");
  CHECK(override_logic.dates("A").critical == false);
  CHECK(override_logic.dates("A").total_float == 4 * 480);  // to the end of the project, Thu 22 Jan
}

TEST_CASE("lags go by the calendar that the options name") {
  const auto start_with = [](const std::string& lag) {
    return scheduled("l.xer", xer({task("A", 40), "task_code=B task_type=TT_Task target_drtn_hr_cnt=24 clndr_id=2"},
                                  {link(1, 2, "PR_FS", 16)}, "sched_calendar_on_relationship_lag=" + lag))
        .start("B");
  };
  CHECK(start_with("rcal_Predecessor") == "2026-01-13 16:00");
  CHECK(start_with("rcal_Successor") == "2026-01-10 08:00");
  CHECK(start_with("rcal_24Hour") == "2026-01-10 08:00");
  CHECK(start_with("rcal_ProjDefault") == "2026-01-13 16:00");
}

TEST_CASE("what has happened uses up a lag, and what is left of it is waited for") {
  // A was done on Wed 7 Jan; 40 h behind it is Wed 14 Jan; the data date is Mon 12.
  const auto s = scheduled(
      "h.xer", xer({task("A", 24,
                         "act_start_date=2026-01-05+08:00 act_end_date=2026-01-07+16:00 remain_drtn_hr_cnt=0 "
                         "status_code=TK_Complete"),
                    task("B", 8), task("C", 8, "act_start_date=2026-01-08+08:00 remain_drtn_hr_cnt=8"), task("D", 8)},
                   {link(1, 2, "PR_FS", 40), link(3, 4, "PR_SS", 24)}, "", "last_recalc_date=2026-01-12+08:00"));
  CHECK(s.start("B") == "2026-01-15 08:00");  // the morning behind Wed 14, 16:00
  CHECK(s.start("D") == "2026-01-13 08:00");
}

TEST_CASE("floats as late less early finish, start, or the smaller; critical by float or by the longest path") {
  const std::vector<std::string> tasks{task("A", 40), task("B", 80), task("C", 8),
                                       "task_code=END task_type=TT_FinMile target_drtn_hr_cnt=0"};
  const std::vector<std::string> links{link(1, 3), link(3, 4), link(2, 4)};
  const auto by_float =
      scheduled("f.xer", xer(tasks, links, "", "critical_drtn_hr_cnt=32 critical_path_type=CT_TotFloat"));
  CHECK(by_float.dates("A").total_float == 4 * 480);
  CHECK(by_float.dates("A").critical);  // no more than 32 h
  const auto by_path =
      scheduled("f.xer", xer(tasks, links, "", "critical_drtn_hr_cnt=32 critical_path_type=CT_DrivPath"));
  CHECK(!by_path.dates("A").critical);
  CHECK(by_path.dates("B").longest_path);
  CHECK(by_path.dates("END").longest_path);
  CHECK(!by_path.dates("C").longest_path);
  const auto open = scheduled("f.xer", xer(tasks, {link(1, 3)}, "sched_open_critical_flag=Y"));
  CHECK(open.dates("C").critical);
}

TEST_CASE("must finish by, expected finish, suspended work and dates from outside") {
  const auto s = scheduled(
      "d.xer", xer({task("A", 40),
                    task("B", 40, "act_start_date=2026-01-05+08:00 resume_date=2026-01-14+08:00 remain_drtn_hr_cnt=16"),
                    task("C", 40, "act_start_date=2026-01-05+08:00 expect_end_date=2026-01-16+16:00"),
                    task("D", 8, "external_early_start_date=2026-01-20+08:00 external_late_end_date=2026-01-20+16:00")},
                   {}, "", "plan_end_date=2026-01-23+16:00 last_recalc_date=2026-01-05+08:00"));
  CHECK(s.dates("A").total_float == 10 * 480);
  CHECK(s.start("B") == "2026-01-14 08:00");
  CHECK(s.finish("C") == "2026-01-16 16:00");
  CHECK(s.start("D") == "2026-01-20 08:00");
  CHECK(s.dates("D").total_float == 0);
}

TEST_CASE("several projects in a file keep their own data dates and ends") {
  std::string text = xer({task("A", 40), task("B", 80)}, {link(1, 2)});
  const std::string from = "%R\t1\tP\t1\t2026-01-05 08:00\t2026-01-05 08:00\n";
  REQUIRE(text.find(from) != std::string::npos);
  text.replace(text.find(from), from.size(), from + "%R\t2\tQ\t1\t2026-02-02 08:00\t2026-02-02 08:00\n");
  const auto second = text.find("%R\t2\t1\tB");
  REQUIRE(second != std::string::npos);
  text.replace(second, 7, "%R\t2\t2\t");
  const auto s = scheduled("two.xer", text);
  CHECK(s.start("A") == "2026-01-05 08:00");
  CHECK(s.start("B") == "2026-02-02 08:00");
  CHECK(s.network.tasks[1].group == "Q");
}

TEST_CASE("a calendar takes over the exceptions of its base, and works over midnight") {
  std::string text = xer({task("A", 16)}, {});
  const std::string own = "%R\t1\t5d\t8\t";
  text.replace(text.find("%F\tclndr_id"), std::string("%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data").size(),
               "%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data\tbase_clndr_id");
  const auto line_end = text.find('\n', text.find(own));
  text.insert(line_end, "\t9");
  text.insert(text.find(own),
              "%R\t9\tbase\t8\t(0||CalendarData()((0||DaysOfWeek()((0||2()((0||0(s|08:00|f|16:00)())))))(0||Exceptions("
              ")((0||0(d|46028)())))))\t\n");
  CHECK(scheduled("b.xer", text).finish("A") == "2026-01-07 16:00");  // Tue 6 Jan is free
}

TEST_CASE("numbers with a decimal comma, as a European P6 writes them") {
  std::string text = xer({task("A", 40)}, {});
  text.replace(text.find("ERMHDR\t19"), 9, "ERMHDR\t19\tEUR");
  text.insert(text.find("%T\tPROJECT"), "%T\tCURRTYPE\n%F\tcurr_id\tcurr_short_name\tdecimal_symbol\n%R\t1\tEUR\t,\n");
  text.replace(text.find("TT_Task\t40"), 10, "TT_Task\t4,5");
  text.replace(text.find("TT_Task\t4,5\t40"), 14, "TT_Task\t4,5\t4,5");
  CHECK(scheduled("c.xer", text).finish("A") == "2026-01-05 12:30");
}

TEST_CASE("P6's own XML is scheduled as its XER is") {
  const std::string day = "<StandardWorkHours><DayOfWeek>";
  std::string week;
  for (const auto* name : {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"})
    week += day + name +
            "</DayOfWeek><WorkTime><Start>08:00:00</Start><Finish>15:59:00</Finish></WorkTime></StandardWorkHours>";
  const std::string text =
      "<?xml version='1.0'?><APIBusinessObjects "
      "xmlns='http://xmlns.oracle.com/Primavera/P6/V19.12/API/BusinessObjects'>"
      "<Calendar><ObjectId>5</ObjectId><Name>5d</Name><HoursPerDay>8</HoursPerDay><StandardWorkWeek>" +
      week +
      "</StandardWorkWeek><HolidayOrExceptions><HolidayOrException><Date>2026-01-07T00:00:00</Date></"
      "HolidayOrException>"
      "</HolidayOrExceptions></Calendar><Project><ObjectId>1</ObjectId><Id>P</Id><PlannedStartDate>2026-01-05T08:00:00"
      "</PlannedStartDate><DataDate>2026-01-05T08:00:00</DataDate><ActivityDefaultCalendarObjectId>5"
      "</ActivityDefaultCalendarObjectId><Activity><ObjectId>10</ObjectId><Id>A</Id><Name>dig</Name><Type>Task "
      "Dependent</Type>"
      "<Status>Not Started</Status><CalendarObjectId>5</CalendarObjectId><PlannedDuration>24</PlannedDuration>"
      "<RemainingDuration>24</RemainingDuration></Activity><Activity><ObjectId>11</ObjectId><Id>B</Id><Type>Finish "
      "Milestone"
      "</Type><CalendarObjectId>5</CalendarObjectId><PlannedDuration>0</PlannedDuration></Activity><Relationship>"
      "<ObjectId>20</ObjectId><PredecessorActivityObjectId>10</"
      "PredecessorActivityObjectId><SuccessorActivityObjectId>11"
      "</SuccessorActivityObjectId><Type>Finish to "
      "Start</Type><Lag>8</Lag></Relationship></Project></APIBusinessObjects>";
  const auto s = scheduled("p6.xml", text);
  CHECK(s.finish("A") == "2026-01-08 16:00");
  CHECK(s.finish("B") == "2026-01-09 16:00");
}

TEST_CASE("Microsoft Project: constraints hold against links, work goes on from its start, milestones end a day") {
  const auto project = [](const std::string& tasks) {
    return "<?xml version='1.0'?><Project "
           "xmlns='http://schemas.microsoft.com/project'><Name>M</Name><StartDate>2026-01-05T08:00:00"
           "</StartDate><MinutesPerDay>480</MinutesPerDay><Tasks>" +
           tasks + "</Tasks></Project>";
  };
  const auto task_of = [](int uid, const std::string& more) {
    return "<Task><UID>" + std::to_string(uid) + "</UID><Name>t</Name><OutlineLevel>1</OutlineLevel>" + more +
           "</Task>";
  };
  const auto after = [](int uid, int type = 1, int lag = 0, int format = 7) {
    return "<PredecessorLink><PredecessorUID>" + std::to_string(uid) + "</PredecessorUID><Type>" +
           std::to_string(type) + "</Type><LinkLag>" + std::to_string(lag) + "</LinkLag><LagFormat>" +
           std::to_string(format) + "</LagFormat></PredecessorLink>";
  };
  const auto s = scheduled(
      "m.xml",
      project(task_of(1, "<Duration>PT40H0M0S</Duration>") + task_of(2, "<Duration>PT0H0M0S</Duration>" + after(1)) +
              task_of(3,
                      "<Duration>PT16H0M0S</Duration><ConstraintType>2</"
                      "ConstraintType><ConstraintDate>2026-01-07T08:00:00</ConstraintDate>" +
                          after(1)) +
              task_of(4, "<Duration>PT24H0M0S</Duration><DurationFormat>8</DurationFormat>" + after(1)) +
              task_of(5, "<Duration>PT16H0M0S</Duration>" + after(1, 1, 50, 19)) +
              task_of(6,
                      "<Duration>PT16H0M0S</Duration><ActualStart>2026-01-06T08:00:00</"
                      "ActualStart><RemainingDuration>PT8H0M0S</RemainingDuration>" +
                          after(1)) +
              task_of(7,
                      "<Duration>PT16H0M0S</Duration><Manual>1</Manual><Start>2026-02-02T08:00:00</"
                      "Start><Finish>2026-02-03T17:00:00</Finish>") +
              task_of(8, "<Duration>PT8H0M0S</Duration><ConstraintType>1</ConstraintType>")));
  CHECK(s.finish("1") == "2026-01-09 17:00");
  CHECK(s.finish("2") == "2026-01-09 17:00");
  CHECK(s.start("3") == "2026-01-07 08:00");
  CHECK(s.dates("1").total_float < 0);
  CHECK(s.finish("4") == "2026-01-10 17:00");
  CHECK(s.start("5") == "2026-01-14 13:00");
  CHECK(s.finish("6") == "2026-01-07 17:00");
  CHECK(s.start("7") == "2026-02-02 08:00");
  CHECK(s.start("8") == "2026-02-03 08:00");  // as late as the project's end allows
}

TEST_CASE("the fourteen points count what they name") {
  const auto s = scheduled(
      "x.xer", xer({task("A", 400), task("B", 40, "cstr_type=CS_MSO cstr_date=2026-01-05+08:00"), task("C", 8),
                    task("D", 8, "target_end_date=2026-01-02+16:00 target_start_date=2026-01-02+08:00")},
                   {link(1, 3, "PR_SS", -8), link(2, 3, "PR_FS", 16)}));
  const auto checks = dcma_checks(s.network, s.cpm);
  REQUIRE(checks.size() == 14);
  CHECK(checks[0].activities == std::vector<std::string>{"B", "D"});
  CHECK(checks[1].found == 1);
  CHECK(checks[2].found == 1);
  CHECK(checks[3].found == 1);
  CHECK(checks[4].activities == std::vector<std::string>{"B"});
  CHECK(checks[5].found >= 1);
  CHECK(checks[7].activities == std::vector<std::string>{"A"});
  CHECK(checks[9].found == 4);
  CHECK(checks[10].activities == std::vector<std::string>{"D"});
  CHECK(checks[11].passed);
  CHECK(checks[13].found == 0);
}
