#include <algorithm>
#include <cmath>
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

namespace {

void put(pugi::xml_node parent, const char* name, const std::string& value) {
  parent.append_child(name).text().set(value.c_str());
}
void put(pugi::xml_node parent, const char* name, long long value) { put(parent, name, std::to_string(value)); }

void put_hours(pugi::xml_node parent) {
  auto times = parent.append_child("WorkingTimes");
  for (const auto& [from, to] : {std::pair{"08:00:00", "12:00:00"}, {"13:00:00", "17:00:00"}}) {
    auto span = times.append_child("WorkingTime");
    put(span, "FromTime", std::string(from));
    put(span, "ToTime", std::string(to));
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
    put(project_, "StartDate", start_text(network_.start));
    put(project_, "FinishDate", finish_text(network_.date(std::max(0, cpm_.finish_day - 1))));
    put(project_, "CurrencyCode", std::string("USD"));
    put(project_, "CalendarUID", 1);
    put(project_, "MinutesPerDay", std::llround(minutes_a_day));
    put(project_, "MinutesPerWeek", std::llround(minutes_a_day * 5));
    put(project_, "DaysPerMonth", 20);
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
      const bool works = calendar.week()[static_cast<std::size_t>(day - 1)];
      put(week_day, "DayType", day);
      put(week_day, "DayWorking", works);
      if (works) put_hours(week_day);
    }
    auto exceptions = node.append_child("Exceptions");
    const auto exception = [&](Date day, bool works) {
      auto child = exceptions.append_child("Exception");
      auto period = child.append_child("TimePeriod");
      put(period, "FromDate", to_string(day) + "T00:00:00");
      put(period, "ToDate", to_string(day) + "T23:59:00");
      put(child, "DayWorking", works);
      if (works) put_hours(child);
    };
    for (const Date d : calendar.holidays()) exception(d, false);
    for (const Date d : calendar.extra_days()) exception(d, true);
  }

  void write_calendars() {
    auto calendars = project_.append_child("Calendars");
    write_calendar(calendars, construction::WorkCalendar::every_day(network_.start), 1);
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
    put(node, "Duration", duration_text_minutes(a.duration_days * minutes_a_day));
    put(node, "DurationFormat", 7);
    put(node, "Milestone", a.duration_days == 0);
    put(node, "Summary", 0);
    put(node, "PercentComplete", std::llround(100 * t.complete));
    if (t.actual_start) put(node, "ActualStart", start_text(*t.actual_start));
    if (t.actual_finish) put(node, "ActualFinish", finish_text(*t.actual_finish));
    put(node, "FixedCost", shortest(t.budget_usd * 100));
    put(node, "ActualCost", shortest(t.actual_cost_usd * 100));
    put(node, "ConstraintType", a.not_before_day != 0 ? 4 : 0);
    if (const auto at = std::ranges::find(network_.calendars, a.calendar, [](const auto& c) { return c.get(); });
        at != network_.calendars.end())
      put(node, "CalendarUID", at - network_.calendars.begin() + 2);
    if (a.not_before_day != 0) put(node, "ConstraintDate", start_text(network_.date(a.not_before_day)));
    if (a.deadline_day != construction::no_deadline)
      put(node, "Deadline", finish_text(network_.date(a.deadline_day - 1)));
    for (const auto& link : a.predecessors) {
      auto child = node.append_child("PredecessorLink");
      put(child, "PredecessorUID", static_cast<long long>(link.predecessor) + 1);
      put(child, "Type",
          link.type == LinkType::finish_finish  ? 0
          : link.type == LinkType::finish_start ? 1
          : link.type == LinkType::start_finish ? 2
                                                : 3);
      put(child, "LinkLag", std::llround(link.lag_days * minutes_a_day * 10));
      put(child, "LagFormat", 7);
    }
    auto id = node.append_child("ExtendedAttribute");
    put(id, "FieldID", std::string(text1_field));
    put(id, "Value", a.id);
    set_task_dates(node, network_, cpm_.dates[i], minutes_a_day);
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
        put(period, "AvailableFrom", start_text(network_.date(step.from_day)));
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
  const auto project = document.document_element();
  const double stated = project.child("MinutesPerDay").text().as_double();
  std::size_t at = 0;
  for (const auto& task : project.child("Tasks").children("Task"))
    if (is_activity(task)) set_task_dates(task, network, cpm.dates[at++], stated > 0 ? stated : minutes_a_day);
  return project_text(document);
}

}  // namespace stargate::exchange
