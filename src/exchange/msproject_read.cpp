#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/text.h"
#include "exchange/msproject.h"
#include "exchange/msproject_form.h"

namespace stargate::exchange {

using construction::Activity;
using construction::LinkType;
using construction::Network;
using construction::Task;

namespace {

class Reader {
 public:
  Reader(const std::string& file, std::string_view text, Diagnostics& diagnostics)
      : file_(file),
        text_(text),
        diagnostics_(diagnostics),
        document_(parse_project(file, text)),
        project_(document_.document_element()) {}

  Network read() {
    network_.name = project_.child_value("Name");
    network_.id = *project_.child_value("Title") ? project_.child_value("Title") : network_.name;
    const auto start = parse_date_time(project_.child_value("StartDate"));
    if (!start)
      throw InputError({file_, line_of(text_, project_), 0},
                       std::format("StartDate is '{}'", project_.child_value("StartDate")),
                       "a date: 2025-01-21T08:00:00");
    network_.start = *start;
    if (const double minutes = project_.child("MinutesPerDay").text().as_double(); minutes > 0) day_minutes_ = minutes;
    read_calendars();
    read_tasks();
    read_links();
    read_resources();
    diagnostics_.throw_if_errors();
    return std::move(network_);
  }

 private:
  void error(const pugi::xml_node& node, std::string message, std::string hint = {}) {
    diagnostics_.error({file_, line_of(text_, node), 0}, std::move(message), std::move(hint));
  }

  std::optional<Date> date(const pugi::xml_node& parent, const char* name) {
    const auto node = parent.child(name);
    if (!node || node.text().empty()) return {};
    const auto value = parse_date_time(node.text().get());
    if (!value) error(node, std::format("{} is '{}'", name, node.text().get()), "a date: 2025-01-21T08:00:00");
    return value;
  }

  int day_number(Date date) const { return static_cast<int>((date - network_.start).count()); }

  static void add_span(const pugi::xml_node& period, bool works, std::vector<Date>& off, std::vector<Date>& on) {
    const auto from = parse_date_time(period.child_value("FromDate")),
               to = parse_date_time(period.child_value("ToDate"));
    if (!from || !to || *to - *from > std::chrono::days{3660}) return;
    for (Date d = *from; d <= *to; d += std::chrono::days{1}) (works ? on : off).push_back(d);
  }

  void read_calendars() {
    for (const auto& node : project_.child("Calendars").children("Calendar")) {
      std::vector<bool> week{false, true, true, true, true, true, false};
      if (const auto base = weeks_.find(node.child("BaseCalendarUID").text().as_int(-1)); base != weeks_.end())
        week = base->second;
      std::vector<Date> off, on;
      for (const auto& day : node.child("WeekDays").children("WeekDay")) {
        const int type = day.child("DayType").text().as_int();
        const bool works = day.child("DayWorking").text().as_bool();
        if (type >= 1 && type <= 7)
          week[static_cast<std::size_t>(type - 1)] = works;
        else
          add_span(day.child("TimePeriod"), works, off, on);
      }
      for (const auto& exception : node.child("Exceptions").children("Exception"))
        add_span(exception.child("TimePeriod"), exception.child("DayWorking").text().as_bool(), off, on);
      // Project 2003 writes exceptions twice, once as a week day of type 0.
      for (auto* list : {&off, &on}) {
        std::ranges::sort(*list);
        list->erase(std::ranges::unique(*list).begin(), list->end());
      }
      const int uid = node.child("UID").text().as_int();
      weeks_[uid] = week;
      if (std::ranges::count(week, true) == 0) {
        error(node, std::format("calendar '{}' has no worked day", node.child_value("Name")));
        continue;
      }
      calendars_[uid] = network_.calendars.size();
      network_.calendars.push_back(
          std::make_shared<const construction::WorkCalendar>(node.child_value("Name"), network_.start, week, off, on));
    }
  }

  const construction::WorkCalendar* calendar_of(const pugi::xml_node& task) {
    int uid = task.child("CalendarUID").text().as_int(-1);
    if (uid < 0) uid = project_.child("CalendarUID").text().as_int(-1);
    if (uid < 0) return nullptr;
    const auto found = calendars_.find(uid);
    if (found == calendars_.end()) {
      error(task, std::format("there is no calendar with UID {}", uid));
      return nullptr;
    }
    return network_.calendars[found->second].get();
  }

  int days(const pugi::xml_node& node, double minutes, std::string_view what) {
    const double exact = minutes / day_minutes_;
    if (!(std::abs(exact) < 1e6)) {
      error(node, std::format("{} of {} minutes is out of reach", what, minutes));
      return 0;
    }
    const double whole = std::abs(exact - std::round(exact)) < 1e-6 ? std::round(exact) : std::ceil(exact);
    if (std::abs(whole - exact) > 1e-6)
      diagnostics_.warning({file_, line_of(text_, node), 0},
                           std::format("{} of {} minutes is counted as {} days", what, minutes, whole));
    return static_cast<int>(whole);
  }

  std::string id_of(const pugi::xml_node& task) const {
    for (const auto& attribute : task.children("ExtendedAttribute"))
      if (std::string_view(attribute.child_value("FieldID")) == text1_field) return attribute.child_value("Value");
    return task.child_value("UID");
  }

  void read_tasks() {
    std::vector<std::string> summaries;  // by outline level, from 1
    for (const auto& node : project_.child("Tasks").children("Task")) {
      const auto level = static_cast<std::size_t>(std::clamp(node.child("OutlineLevel").text().as_int(1), 0, 1000));
      if (level > 0 && node.child("Summary").text().as_bool()) {
        summaries.resize(level - 1);
        summaries.emplace_back(node.child_value("Name"));
      }
      if (!is_activity(node)) continue;
      summaries.resize(level - 1);
      read_task(node, summaries);
    }
  }

  void read_task(const pugi::xml_node& node, const std::vector<std::string>& summaries) {
    Activity a;
    a.id = id_of(node);
    const auto minutes = parse_duration(node.child_value("Duration"));
    if (!minutes)
      error(node,
            std::format("the duration of task '{}' is '{}'", node.child_value("Name"), node.child_value("Duration")),
            "hours and minutes: PT80H0M0S");
    a.duration_days = days(node, minutes.value_or(0), "a duration");
    a.calendar = calendar_of(node);
    read_constraint(node, a);
    if (const auto deadline = date(node, "Deadline")) a.deadline_day = day_number(*deadline) + 1;

    Task t;
    t.name = node.child_value("Name");
    for (const auto& s : summaries)
      if (!s.empty()) t.group += (t.group.empty() ? "" : "/") + s;
    t.complete = node.child("PercentComplete").text().as_double() / 100;
    t.actual_start = date(node, "ActualStart");
    t.actual_finish = date(node, "ActualFinish");
    // Project counts Cost in cents of the currency.
    t.budget_usd = node.child("FixedCost").text().as_double() / 100;
    t.actual_cost_usd = node.child("ActualCost").text().as_double() / 100;
    if (!index_.emplace(node.child("UID").text().as_int(), network_.activities.size()).second)
      error(node, std::format("UID {} stands a second time", node.child_value("UID")));
    network_.add(std::move(a), std::move(t));
  }

  void read_constraint(const pugi::xml_node& node, Activity& a) {
    const int type = node.child("ConstraintType").text().as_int();
    const auto when = date(node, "ConstraintDate");
    if (type == 0 || !when) return;
    if (type == 4)
      a.not_before_day = day_number(*when);
    else if (type == 7)
      a.deadline_day = day_number(*when) + 1;
    else
      diagnostics_.warning({file_, line_of(text_, node), 0},
                           std::format("constraint type {} of task '{}' is not scheduled", type, a.id),
                           "4 (start no earlier than) and 7 (finish no later than) are");
  }

  void read_links() {
    constexpr LinkType types[] = {LinkType::finish_finish, LinkType::finish_start, LinkType::start_finish,
                                  LinkType::start_start};
    std::size_t at = 0;
    for (const auto& node : project_.child("Tasks").children("Task")) {
      const bool activity = is_activity(node);
      for (const auto& link : node.children("PredecessorLink")) {
        const auto before = index_.find(link.child("PredecessorUID").text().as_int(-1));
        const int type = link.child("Type").text().as_int(1);
        if (!activity || before == index_.end())
          error(link,
                std::format("a link to task '{}' from UID {}: not an activity of this file", node.child_value("Name"),
                            link.child_value("PredecessorUID")),
                "links between activities, not summary tasks");
        else if (type < 0 || type > 3)
          error(link, std::format("link type {}", type), "0 FF, 1 FS, 2 SF, 3 SS");
        else
          network_.activities[at].predecessors.push_back(
              {before->second, types[type], days(link, link.child("LinkLag").text().as_double() / 10, "a lag")});
      }
      at += activity;
    }
  }

  void read_resources() {
    std::map<int, std::size_t> index;
    for (const auto& node : project_.child("Resources").children("Resource")) {
      if (node.child("UID").text().as_int() == 0) continue;  // Project's row for what is not assigned
      construction::Resource resource{node.child_value("Name"), {}};
      // A material is used up when work starts; people and machines (type 1) are held while it goes on.
      if (std::string_view(node.child_value("Type")) == "0")
        resource.kind = construction::Resource::Kind::taken_at_start;
      for (const auto& period : node.child("AvailabilityPeriods").children("AvailabilityPeriod")) {
        const auto from = date(period, "AvailableFrom");
        resource.steps.push_back({from && *from > Date{} + std::chrono::days{5479} ? day_number(*from) : 0,
                                  period.child("AvailableUnits").text().as_double()});
      }
      if (resource.steps.empty() && node.child("MaxUnits"))
        resource.steps.push_back({0, node.child("MaxUnits").text().as_double()});
      index[node.child("UID").text().as_int()] = network_.resources.size();
      network_.resources.push_back(std::move(resource));
    }
    for (const auto& node : project_.child("Assignments").children("Assignment")) {
      const auto task = index_.find(node.child("TaskUID").text().as_int(-1));
      const auto resource = index.find(node.child("ResourceUID").text().as_int(-1));
      if (task == index_.end() || resource == index.end()) continue;  // assigned to nobody, or to a summary
      network_.tasks[task->second].uses.push_back({resource->second, node.child("Units").text().as_double(1)});
    }
  }

  const std::string& file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  pugi::xml_document document_;
  pugi::xml_node project_;
  double day_minutes_ = minutes_a_day;
  Network network_;
  std::map<int, std::vector<bool>> weeks_;
  std::map<int, std::size_t> calendars_;
  std::map<int, std::size_t> index_;
};

}  // namespace

Network read_msproject(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  return Reader(file, text, diagnostics).read();
}

}  // namespace stargate::exchange
