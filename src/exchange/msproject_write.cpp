#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <set>

#include "base/text.h"
#include "exchange/msproject.h"
#include "exchange/msproject_form.h"

namespace stargate::exchange {

using construction::Activity;
using construction::CriticalPath;
using construction::LinkType;
using construction::Network;
using construction::SchedulingRules;

namespace {

void put(pugi::xml_node parent, const char* name, const std::string& value) {
  parent.append_child(name).text().set(value.c_str());
}
void put(pugi::xml_node parent, const char* name, long long value) { put(parent, name, std::to_string(value)); }

void put_hours(pugi::xml_node parent, const construction::DayHours& hours) {
  const auto clock = [](int minute) { return std::format("{:02}:{:02}:00", minute / 60 % 24, minute % 60); };
  auto times = parent.append_child("WorkingTimes");
  for (const auto& shift : hours) {
    auto span = times.append_child("WorkingTime");
    put(span, "FromTime", clock(shift.from));
    put(span, "ToTime", clock(shift.to));
  }
}

class Writer {
 public:
  Writer(const Network& network, const CriticalPath& cpm) : network_(network), cpm_(cpm) {}

  std::string write() {
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    declaration.append_attribute("standalone") = "yes";
    project_ = document_.append_child("Project");
    project_.append_attribute("xmlns") = "http://schemas.microsoft.com/project";
    put(project_, "SaveVersion", 14);
    put(project_, "Name", network_.name);
    put(project_, "Title", network_.id);
    put(project_, "ScheduleFromStart", 1);
    put(project_, "StartDate", project_time(network_.start));
    put(project_, "FinishDate", project_time(cpm_.finish));
    const SchedulingRules& rules = network_.rules.front();
    if (rules.data_date) put(project_, "StatusDate", project_time(*rules.data_date));
    put(project_, "HonorConstraints", rules.constraints_hold || !rules.project_style);
    put(project_, "CurrencyCode", std::string("USD"));
    put(project_, "CalendarUID", calendar_uid(rules.calendar));
    const double day_hours = rules.calendar               ? rules.calendar->hours_a_day()
                             : network_.calendars.empty() ? 24
                                                          : network_.calendars.front()->hours_a_day();
    put(project_, "MinutesPerDay", std::llround(day_hours * 60));
    put(project_, "MinutesPerWeek", std::llround(day_hours * 60 * (day_hours == 24 ? 7 : 5)));
    put(project_, "DaysPerMonth", day_hours == 24 ? 30 : 20);
    write_attribute_definition();
    write_calendars();
    write_tasks();
    write_resources();
    return project_text(document_);
  }

 private:
  void write_attribute_definition() {
    auto attribute = project_.append_child("ExtendedAttributes").append_child("ExtendedAttribute");
    put(attribute, "FieldID", std::string(text1_field));
    put(attribute, "FieldName", std::string("Text1"));
    put(attribute, "Alias", std::string("Activity ID"));
  }

  void write_calendar(pugi::xml_node calendars, const construction::WorkCalendar& calendar, long long uid) {
    auto node = calendars.append_child("Calendar");
    put(node, "UID", uid);
    put(node, "Name", calendar.name());
    put(node, "IsBaseCalendar", 1);
    put(node, "BaseCalendarUID", -1);
    auto days = node.append_child("WeekDays");
    for (int day = 1; day <= 7; ++day) {
      auto week_day = days.append_child("WeekDay");
      const auto& hours = calendar.week()[static_cast<std::size_t>(day - 1)];
      put(week_day, "DayType", day);
      put(week_day, "DayWorking", !hours.empty());
      if (!hours.empty()) put_hours(week_day, hours);
    }
    auto exceptions = node.append_child("Exceptions");
    for (const auto& [day, hours] : calendar.exceptions()) {
      auto child = exceptions.append_child("Exception");
      auto period = child.append_child("TimePeriod");
      put(period, "FromDate", to_string(day) + "T00:00:00");
      put(period, "ToDate", to_string(day) + "T23:59:00");
      put(child, "DayWorking", !hours.empty());
      if (!hours.empty()) put_hours(child, hours);
    }
  }

  long long calendar_uid(const construction::WorkCalendar* calendar) const {
    const auto at = std::ranges::find(network_.calendars, calendar, [](const auto& c) { return c.get(); });
    return at == network_.calendars.end() ? 1 : at - network_.calendars.begin() + 2;
  }

  void write_calendars() {
    auto calendars = project_.append_child("Calendars");
    write_calendar(calendars, construction::WorkCalendar::every_hour(), 1);
    for (std::size_t i = 0; i < network_.calendars.size(); ++i)
      write_calendar(calendars, *network_.calendars[i], static_cast<long long>(i) + 2);
  }

  /// Summary tasks stand before their activities and have UIDs behind those of all activities. Activities keep their
  /// order; a group that comes again is opened again.
  void write_tasks() {
    tasks_ = project_.append_child("Tasks");
    std::vector<std::string> open;
    long long summary_uid = static_cast<long long>(network_.activities.size()) + 1;
    for (std::size_t i = 0; i < network_.activities.size(); ++i) {
      std::vector<std::string> path;
      for (const auto part : split(network_.tasks[i].group, '/'))
        if (!part.empty()) path.emplace_back(part);
      std::size_t common = 0;
      while (common < open.size() && common < path.size() && open[common] == path[common]) ++common;
      for (std::size_t level = common; level < path.size(); ++level)
        write_summary(path[level], static_cast<long long>(level) + 1, summary_uid++);
      open = path;
      write_task(i, static_cast<long long>(path.size()) + 1);
    }
  }

  void write_summary(const std::string& name, long long level, long long uid) {
    auto node = tasks_.append_child("Task");
    put(node, "UID", uid);
    put(node, "ID", ++row_);
    put(node, "Name", name);
    put(node, "OutlineLevel", level);
    put(node, "Summary", 1);
  }

  void write_task(std::size_t i, long long level) {
    const Activity& a = network_.activities[i];
    const auto& t = network_.tasks[i];
    auto node = tasks_.append_child("Task");
    put(node, "UID", static_cast<long long>(i) + 1);
    put(node, "ID", ++row_);
    put(node, "Name", t.name);
    put(node, "OutlineLevel", level);
    put(node, "Duration", duration_text(a.duration));
    put(node, "DurationFormat", 7);
    put(node, "Milestone", a.duration == 0);
    put(node, "Summary", 0);
    put(node, "PercentComplete", std::llround(100 * t.complete));
    if (a.actual_start) put(node, "ActualStart", project_time(*a.actual_start));
    if (a.actual_finish) put(node, "ActualFinish", project_time(*a.actual_finish));
    if (a.begun()) put(node, "RemainingDuration", duration_text(a.left()));
    if (a.begun() && !a.done() && a.left() < a.duration) put(node, "Resume", project_time(cpm_.dates[i].early_start));
    put(node, "FixedCost", shortest(t.budget_usd * 100));
    put(node, "ActualCost", shortest(t.actual_cost_usd * 100));
    // Microsoft Project has one constraint, and takes P6's softer ones as its own.
    constexpr int types[] = {4, 5, 2, 6, 7, 3, 2, 3, 1};
    put(node, "ConstraintType", a.constraints.empty() ? 0 : types[static_cast<std::size_t>(a.constraints[0].kind)]);
    if (a.calendar) put(node, "CalendarUID", calendar_uid(a.calendar));
    if (!a.constraints.empty() && a.constraints[0].kind != construction::ConstraintKind::as_late_as_possible)
      put(node, "ConstraintDate", project_time(a.constraints[0].at));
    if (a.deadline) put(node, "Deadline", project_time(*a.deadline));
    if (t.baseline) {
      auto baseline = node.append_child("Baseline");
      put(baseline, "Number", 0);
      put(baseline, "Start", project_time(t.baseline->first));
      put(baseline, "Finish", project_time(t.baseline->second));
    }
    for (const auto& link : a.predecessors) {
      auto child = node.append_child("PredecessorLink");
      put(child, "PredecessorUID", static_cast<long long>(link.predecessor) + 1);
      put(child, "Type",
          link.type == LinkType::finish_finish  ? 0
          : link.type == LinkType::finish_start ? 1
          : link.type == LinkType::start_finish ? 2
                                                : 3);
      put(child, "LinkLag", link.lag * 10);
      put(child, "LagFormat", link.elapsed ? 8 : 7);
    }
    auto id = node.append_child("ExtendedAttribute");
    put(id, "FieldID", std::string(text1_field));
    put(id, "Value", a.id);
    set_task_dates(node, a, cpm_.dates[i]);
  }

  void write_resources() {
    auto resources = project_.append_child("Resources");
    for (std::size_t i = 0; i < network_.resources.size(); ++i) {
      auto node = resources.append_child("Resource");
      put(node, "UID", static_cast<long long>(i) + 1);
      put(node, "ID", static_cast<long long>(i) + 1);
      put(node, "Name", network_.resources[i].id);
      put(node, "Type", network_.resources[i].kind == construction::Resource::Kind::held ? 1 : 0);  // work or material
      auto periods = node.append_child("AvailabilityPeriods");
      for (const auto& step : network_.resources[i].steps) {
        auto period = periods.append_child("AvailabilityPeriod");
        put(period, "AvailableFrom", project_time(step.from));
        put(period, "AvailableUnits", shortest(step.available));
      }
    }
    auto assignments = project_.append_child("Assignments");
    long long uid = 0;
    for (std::size_t i = 0; i < network_.tasks.size(); ++i)
      for (const auto& use : network_.tasks[i].uses) {
        auto node = assignments.append_child("Assignment");
        put(node, "UID", ++uid);
        put(node, "TaskUID", static_cast<long long>(i) + 1);
        put(node, "ResourceUID", static_cast<long long>(use.resource) + 1);
        put(node, "Units", shortest(use.amount));
      }
  }

  const Network& network_;
  const CriticalPath& cpm_;
  pugi::xml_document document_;
  pugi::xml_node project_, tasks_;
  long long row_ = 0;
};

}  // namespace

std::string write_msproject(const Network& network, const CriticalPath& cpm) { return Writer(network, cpm).write(); }

std::string msproject_with_dates(const std::string& file, std::string_view original, const Network& network,
                                 const CriticalPath& cpm) {
  const pugi::xml_document document = parse_project(file, original);
  const ProjectTasks tasks = tasks_of(document.document_element());
  for (std::size_t i = 0; i < tasks.activities.size(); ++i)
    set_task_dates(tasks.activities[i], network.activities[i], cpm.dates[i]);
  return project_text(document);
}

}  // namespace stargate::exchange
