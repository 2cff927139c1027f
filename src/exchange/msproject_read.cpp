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
using construction::ActivityKind;
using construction::ConstraintKind;
using construction::Instant;
using construction::Link;
using construction::LinkType;
using construction::Minutes;
using construction::Network;
using construction::SchedulingRules;
using construction::Task;
using construction::WorkCalendar;

namespace {

class Reader {
 public:
  Reader(const std::string& file, std::string_view text, Diagnostics& diagnostics)
      : file_(file),
        text_(text),
        diagnostics_(diagnostics),
        document_(parse_project(file, text)),
        project_(document_.document_element()),
        tasks_(tasks_of(project_)) {}

  Network read() {
    network_.name = project_.child_value("Name");
    network_.id = *project_.child_value("Title") ? project_.child_value("Title") : network_.name;
    network_.projects = {network_.name};
    const double minutes = project_.child("MinutesPerDay").text().as_double();
    hours_a_day_ = minutes > 0 && minutes <= 1440 ? minutes / 60 : 8;
    read_rules();
    read_calendars();
    diagnostics_.throw_if_errors();
    for (std::size_t i = 0; i < tasks_.activities.size(); ++i) read_task(tasks_.activities[i], tasks_.summaries[i]);
    read_links();
    read_resources();
    read_assignments();
    if (tasks_.inactive > 0)
      diagnostics_.warning({file_, 0, 0}, std::format("{} inactive tasks are not scheduled", tasks_.inactive));
    diagnostics_.throw_if_errors();
    return std::move(network_);
  }

 private:
  void error(const pugi::xml_node& node, std::string message, std::string hint = {}) {
    diagnostics_.error({file_, line_of(text_, node), 0}, std::move(message), std::move(hint));
  }
  void warning(const pugi::xml_node& node, std::string message, std::string hint = {}) {
    diagnostics_.warning({file_, line_of(text_, node), 0}, std::move(message), std::move(hint));
  }

  std::optional<Instant> time(const pugi::xml_node& parent, const char* name) {
    const auto node = parent.child(name);
    if (!node || node.text().empty() || std::string_view(node.text().get()) == "NA") return {};
    const auto value = parse_project_time(node.text().get());
    if (!value) error(node, std::format("{} is '{}'", name, node.text().get()), "a date: 2025-01-21T08:00:00");
    return value;
  }
  std::optional<Minutes> span(const pugi::xml_node& parent, const char* name) {
    const auto node = parent.child(name);
    if (!node || node.text().empty()) return {};
    const auto value = parse_duration(node.text().get());
    if (!value || !(*value < 6e8)) {
      error(node, std::format("{} of task '{}' is '{}'", name, parent.child_value("Name"), node.text().get()),
            "hours and minutes: PT80H0M0S");
      return {};
    }
    return std::llround(*value);
  }

  void read_rules() {
    SchedulingRules& rules = network_.rules.front();
    auto start = time(project_, "StartDate");
    if (!start && !diagnostics_.has_errors())  // some writers leave it to the tasks
      for (const auto& task : tasks_.activities)
        if (const auto at = time(task, "Start"); at && (!start || *at < *start)) start = at;
    if (!start) {
      if (!diagnostics_.has_errors())
        error(project_, std::format("StartDate is '{}'", project_.child_value("StartDate")),
              "a date: 2025-01-21T08:00:00");
      diagnostics_.throw_if_errors();
    }
    network_.start = rules.start = *start;
    rules.project_style = true;
    rules.data_date = time(project_, "StatusDate");
    rules.lag_calendar = construction::LagCalendar::successor;
    rules.float_rule = construction::FloatRule::smallest;
    rules.critical = construction::CriticalRule::total_float;
    rules.critical_float = std::llround(project_.child("CriticalSlackLimit").text().as_double() * hours_a_day_ * 60);
    rules.constraints_hold = project_.child("HonorConstraints").text().as_bool(true);
    rules.from_finish = !project_.child("ScheduleFromStart").text().as_bool(true);
    if (rules.from_finish) rules.must_finish = time(project_, "FinishDate");
  }

  void read_calendars() {
    for (const auto& node : project_.child("Calendars").children("Calendar")) {
      const int uid = node.child("UID").text().as_int();
      try {
        calendars_[uid] = read_project_calendar(project_, node, hours_a_day_);
        network_.calendars.push_back(calendars_[uid]);
      } catch (const InputError& e) {
        idle_calendars_[uid] = node;
        if (node.child("IsBaseCalendar").text().as_bool(true))
          warning(node, e.diagnostics().front().message, "an error once a task needs it");
      }
    }
    network_.rules.front().calendar = calendar(project_.child("CalendarUID").text().as_int(-1), project_);
  }

  const WorkCalendar* calendar(int uid, const pugi::xml_node& user) {
    if (uid < 0) return default_calendar();
    if (const auto found = calendars_.find(uid); found != calendars_.end()) return found->second.get();
    if (const auto idle = idle_calendars_.find(uid); idle != idle_calendars_.end())
      error(idle->second, std::format("calendar '{}' has no worked day", idle->second.child_value("Name")),
            "hours on at least one day of its week");
    else
      error(user, std::format("there is no calendar with UID {}", uid), "a UID of <Calendars>");
    return nullptr;
  }
  /// Project's Standard calendar, where a file names none.
  const WorkCalendar* default_calendar() {
    if (const WorkCalendar* stated = network_.rules.front().calendar) return stated;
    if (!network_.calendars.empty()) return network_.calendars.front().get();
    network_.calendars.push_back(read_project_calendar(project_, {}, hours_a_day_));
    return network_.calendars.back().get();
  }

  std::string id_of(const pugi::xml_node& task) const {
    for (const auto& attribute : task.children("ExtendedAttribute"))
      if (std::string_view(attribute.child_value("FieldID")) == text1_field && *attribute.child_value("Value"))
        return attribute.child_value("Value");
    return task.child_value("UID");
  }

  void read_task(const pugi::xml_node& node, const std::vector<pugi::xml_node>& summaries) {
    Activity a;
    a.id = id_of(node);
    const auto value = [&](const char* name) { return node.child(name).text().as_int(); };
    const bool elapsed = is_elapsed(value("DurationFormat"));
    a.calendar = elapsed ? nullptr : calendar(node.child("CalendarUID").text().as_int(-1), node);
    const auto start = time(node, "Start"), finish = time(node, "Finish");
    if (const auto duration = span(node, "Duration"))
      a.duration = *duration;
    else if (start && finish)
      a.duration = std::max<Minutes>(0, worked(a.calendar, *start, *finish));
    else if (node.child("Duration").empty() && value("Milestone") == 0)
      error(node, std::format("task '{}' has neither a Duration nor Start and Finish", node.child_value("Name")));
    if (a.duration == 0) a.kind = ActivityKind::finish_milestone;  // a milestone stands where work before it ends
    a.actual_start = time(node, "ActualStart");
    a.actual_finish = time(node, "ActualFinish");
    if (a.actual_finish && !a.actual_start) a.actual_start = a.actual_finish;
    const double percent = node.child("PercentComplete").text().as_double();
    if (a.begun() && !a.done()) {
      a.remaining =
          span(node, "RemainingDuration").value_or(std::llround(static_cast<double>(a.duration) * (1 - percent / 100)));
      if (*a.remaining < a.duration) a.resume = time(node, "Resume");
    }
    if (value("Manual") != 0 || value("ExternalTask") != 0) hold(node, a, start, finish);
    read_constraint(node, a);
    a.deadline = time(node, "Deadline");
    if (value("LevelingDelay") > 0)
      warning(node, std::format("the levelling delay of task '{}' is not applied", node.child_value("Name")));

    Task t;
    t.name = node.child_value("Name");
    for (const auto& s : summaries)
      if (*s.child_value("Name")) t.group += (t.group.empty() ? "" : "/") + std::string(s.child_value("Name"));
    t.complete = std::clamp(a.done() ? 1 : percent / 100, 0.0, 1.0);
    // Project counts costs in cents of the currency.
    t.budget_usd = node.child("FixedCost").text().as_double() / 100;
    t.actual_cost_usd = node.child("ActualCost").text().as_double() / 100;
    for (const auto& baseline : node.children("Baseline"))
      if (baseline.child("Number").text().as_int() == 0)
        if (const auto from = time(baseline, "Start"), to = time(baseline, "Finish"); from && to)
          t.baseline = {*from, *to};
    const auto slack = [&](const char* name) {
      const auto child = node.child(name);
      return child ? std::optional(child.text().as_double() / 600) : std::nullopt;
    };
    t.stored = {time(node, "EarlyStart"),
                time(node, "EarlyFinish"),
                time(node, "LateStart"),
                time(node, "LateFinish"),
                slack("TotalSlack"),
                slack("FreeSlack"),
                node.child("Critical") ? std::optional(value("Critical") != 0) : std::nullopt};
    if (!index_.emplace(value("UID"), network_.activities.size()).second)
      error(node, std::format("UID {} stands a second time", node.child_value("UID")));
    network_.add(std::move(a), std::move(t));
  }

  /// A task that is scheduled by hand, or in another file, keeps its dates.
  void hold(const pugi::xml_node& node, Activity& a, std::optional<Instant> start, std::optional<Instant> finish) {
    if (const auto by_hand = time(node, "ManualStart")) start = by_hand;
    if (const auto by_hand = time(node, "ManualFinish")) finish = by_hand;
    if (!start && finish) start = retreat(a.calendar, *finish, a.duration);
    if (start) a.held = {*start, finish.value_or(advance(a.calendar, *start, a.duration))};
  }

  void read_constraint(const pugi::xml_node& node, Activity& a) {
    constexpr ConstraintKind kinds[] = {ConstraintKind::start_on_or_after,  // of 0, as soon as possible: not used
                                        ConstraintKind::as_late_as_possible, ConstraintKind::mandatory_start,
                                        ConstraintKind::mandatory_finish,    ConstraintKind::start_on_or_after,
                                        ConstraintKind::start_on_or_before,  ConstraintKind::finish_on_or_after,
                                        ConstraintKind::finish_on_or_before};
    const int type = node.child("ConstraintType").text().as_int();
    if (type == 0) return;
    if (type < 0 || type > 7)
      return warning(node, std::format("constraint type {} of task '{}' is not known and not scheduled", type, a.id),
                     "0 to 7");
    const auto when = time(node, "ConstraintDate");
    ConstraintKind kind = kinds[type];
    if (!when && kind != ConstraintKind::as_late_as_possible) return;
    // Constraints that need not hold against links are P6's softer ones.
    if (!network_.rules.front().constraints_hold) {
      if (kind == ConstraintKind::mandatory_start) kind = ConstraintKind::start_on;
      if (kind == ConstraintKind::mandatory_finish) kind = ConstraintKind::finish_on;
    }
    a.constraints.push_back({kind, when.value_or(0)});
  }

  // ---- links ----

  /// Activities below a summary, by its UID; and the summary's own activity where it is one.
  std::vector<std::size_t> members_of(int uid) const {
    if (const auto own = index_.find(uid); own != index_.end()) return {own->second};
    std::vector<std::size_t> list;
    for (std::size_t i = 0; i < tasks_.summaries.size(); ++i)
      for (const auto& s : tasks_.summaries[i])
        if (s.child("UID").text().as_int(-1) == uid) list.push_back(i);
    return list;
  }

  void read_links() {
    std::size_t outside = 0;
    pugi::xml_node first_outside;
    for (const auto& node : project_.child("Tasks").children("Task")) {
      if (!node.child("PredecessorLink")) continue;
      const auto successors = members_of(node.child("UID").text().as_int(-1));
      if (successors.empty()) continue;  // inactive
      for (const auto& link : node.children("PredecessorLink")) {
        auto predecessors = members_of(link.child("PredecessorUID").text().as_int(-1));
        const bool cross = link.child("CrossProject").text().as_bool();
        if (predecessors.empty()) {
          if (!is_in_file(link.child("PredecessorUID").text().as_int(-1)) || cross) {
            if (outside++ == 0) first_outside = link;
            for (const std::size_t s : successors) ++network_.tasks[s].links_outside;
          }
          continue;
        }
        add_links(link, predecessors, successors);
      }
    }
    if (outside > 0)
      warning(first_outside,
              std::format("{} to tasks that are not in the file",
                          outside == 1 ? "1 link leads" : std::format("{} links lead", outside)),
              "they hold nothing");
  }
  bool is_in_file(int uid) const {
    for (const auto& task : project_.child("Tasks").children("Task"))
      if (task.child("UID").text().as_int(-1) == uid) return true;
    return false;
  }

  void add_links(const pugi::xml_node& node, std::vector<std::size_t> predecessors,
                 const std::vector<std::size_t>& successors) {
    constexpr LinkType types[] = {LinkType::finish_finish, LinkType::finish_start, LinkType::start_finish,
                                  LinkType::start_start};
    const int type = node.child("Type").text().as_int(1), format = node.child("LagFormat").text().as_int(7);
    if (type < 0 || type > 3) return error(node, std::format("link type {}", type), "0 FF, 1 FS, 2 SF, 3 SS");
    const bool starts = types[type] == LinkType::start_start || types[type] == LinkType::start_finish;
    if (starts && predecessors.size() > 1) {  // a summary starts with its first
      const auto start_of = [&](std::size_t i) {
        return parse_project_time(tasks_.activities[i].child_value("Start")).value_or(network_.start);
      };
      predecessors = {*std::ranges::min_element(predecessors, {}, start_of)};
    }
    const double lag = node.child("LinkLag").text().as_double();
    for (const std::size_t p : predecessors)
      for (const std::size_t s : successors) {
        if (p == s) {
          error(node, std::format("task '{}' is linked to itself", network_.tasks[s].name));
          continue;
        }
        const double minutes =
            is_percent(format) ? lag / 100 * static_cast<double>(network_.activities[p].duration) : lag / 10;
        if (!(std::abs(minutes) < 6e8)) return error(node, std::format("LinkLag is {}", shortest(lag)));
        network_.activities[s].predecessors.push_back({p, types[type], std::llround(minutes), is_elapsed(format)});
      }
  }

  // ---- resources ----

  void read_resources() {
    for (const auto& node : project_.child("Resources").children("Resource")) {
      const int uid = node.child("UID").text().as_int(-1);
      if (uid <= 0 || !*node.child_value("Name")) continue;  // Project's row for what is not assigned, and blank rows
      construction::Resource resource{node.child_value("Name"), {}};
      // A material is used up when work starts; people and machines (type 1) are held while it goes on.
      if (std::string_view(node.child_value("Type")) == "0")
        resource.kind = construction::Resource::Kind::taken_at_start;
      for (const auto& period : node.child("AvailabilityPeriods").children("AvailabilityPeriod"))
        resource.steps.push_back({time(period, "AvailableFrom").value_or(construction::midnight_of(Date{})),
                                  period.child("AvailableUnits").text().as_double()});
      if (resource.steps.empty() && node.child("MaxUnits"))
        resource.steps.push_back({construction::midnight_of(Date{}), node.child("MaxUnits").text().as_double()});
      std::ranges::stable_sort(resource.steps, {}, &construction::Resource::Step::from);
      resources_[uid] = network_.resources.size();
      if (std::string_view(node.child_value("Type")) != "0")
        resource_calendars_[uid] = node.child("CalendarUID").text().as_int(-1);
      network_.resources.push_back(std::move(resource));
    }
  }

  void read_assignments() {
    std::map<std::size_t, std::set<int>> calendars;
    for (const auto& node : project_.child("Assignments").children("Assignment")) {
      const auto task = index_.find(node.child("TaskUID").text().as_int(-1));
      const int uid = node.child("ResourceUID").text().as_int(-1);
      const auto resource = resources_.find(uid);
      if (task == index_.end() || resource == resources_.end()) continue;  // of a summary, or to nobody
      network_.tasks[task->second].uses.push_back({resource->second, node.child("Units").text().as_double(1)});
      if (const auto own = resource_calendars_.find(uid);
          own != resource_calendars_.end() && calendars_.contains(own->second))
        calendars[task->second].insert(own->second);
    }
    for (const auto& [task, uids] : calendars) use_resource_calendar(task, uids);
  }

  /// A task goes by the calendar of those who do it, if it has none of its own and they share one.
  void use_resource_calendar(std::size_t task, const std::set<int>& uids) {
    const pugi::xml_node& node = tasks_.activities[task];
    Activity& a = network_.activities[task];
    if (!a.calendar || node.child("CalendarUID").text().as_int(-1) >= 0 ||
        node.child("IgnoreResourceCalendar").text().as_bool())
      return;
    const auto& first = calendars_.at(*uids.begin());
    const bool same = std::ranges::all_of(uids, [&](int uid) {
      const auto& other = calendars_.at(uid);
      return other->week() == first->week() && other->exceptions() == first->exceptions();
    });
    if (same)
      a.calendar = first.get();
    else if (!told_calendars_) {
      told_calendars_ = true;
      warning(node, std::format("resources of task '{}' have different calendars", node.child_value("Name")),
              "it is scheduled on the project's; so are others like it");
    }
  }

  const std::string& file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  pugi::xml_document document_;
  pugi::xml_node project_;
  ProjectTasks tasks_;
  Network network_;
  double hours_a_day_ = 8;
  bool told_calendars_ = false;
  std::map<int, std::shared_ptr<const WorkCalendar>> calendars_;
  std::map<int, pugi::xml_node> idle_calendars_;
  std::map<int, std::size_t> index_, resources_;
  std::map<int, int> resource_calendars_;
};

}  // namespace

Network read_msproject(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  return Reader(file, text, diagnostics).read();
}

}  // namespace stargate::exchange
