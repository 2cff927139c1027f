#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <set>

#include "base/text.h"
#include "exchange/xer.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

using construction::Activity;
using construction::ActivityKind;
using construction::ConstraintKind;
using construction::Instant;
using construction::LinkType;
using construction::Minutes;
using construction::Network;
using construction::SchedulingRules;
using construction::Task;
using construction::WorkCalendar;

namespace {

class Reader {
 public:
  Reader(const XerFile& xer, Diagnostics& diagnostics) : xer_(xer), diagnostics_(diagnostics) {}

  Network read() {
    read_number_form();
    read_calendars();
    read_projects();
    diagnostics_.throw_if_errors();
    read_options();
    read_groups();
    read_resources();
    read_tasks();
    read_links();
    read_assignments();
    read_costs();
    diagnostics_.throw_if_errors();
    return std::move(network_);
  }

 private:
  using Record = XerTable::Record;

  void error(const Record& r, std::string message, std::string hint = {}) {
    diagnostics_.error({xer_.file, r.line, 0}, std::move(message), std::move(hint));
  }
  void warning(const Record& r, std::string message, std::string hint = {}) {
    diagnostics_.warning({xer_.file, r.line, 0}, std::move(message), std::move(hint));
  }

  // ---- fields ----

  /// P6 writes numbers as its user's currency does: the file's own currency says how.
  void read_number_form() {
    const std::string currency = xer_.header.empty() ? "" : xer_.header.back();
    each("CURRTYPE", [&](const XerTable& t, const Record& r) {
      if (t.text(r, "curr_short_name") == currency && t.text(r, "decimal_symbol") == ",") decimal_comma_ = true;
    });
  }

  std::optional<double> as_number(std::string text) const {
    if (const auto plain = parse_number(text)) return plain;
    std::erase(text, decimal_comma_ ? '.' : ',');
    if (decimal_comma_) std::ranges::replace(text, ',', '.');
    return parse_number(text);
  }
  double number(const XerTable& t, const Record& r, std::string_view field) {
    const std::string& text = t.text(r, field);
    if (trim(text).empty()) return 0;
    const auto value = as_number(std::string(trim(text)));
    constexpr double largest = 1e12;
    if (value && std::abs(*value) <= largest) return *value;
    error(r, std::format("{} of {} is '{}'", field, t.name, text), "a number, at most 1e12");
    return 0;
  }
  std::optional<double> number_if(const XerTable& t, const Record& r, std::string_view field) {
    return trim(t.text(r, field)).empty() ? std::nullopt : std::optional(number(t, r, field));
  }
  /// Hours as minutes; beyond a thousand years they are refused.
  Minutes minutes(const XerTable& t, const Record& r, std::string_view field) {
    const double hours = number(t, r, field);
    if (std::abs(hours) < 1e7) return std::llround(hours * 60);
    error(r, std::format("{} of {} is {} hours", field, t.name, shortest(hours)), "less than 10 million hours");
    return 0;
  }
  std::optional<Instant> time(const XerTable& t, const Record& r, std::string_view field) {
    const std::string& text = t.text(r, field);
    if (trim(text).empty()) return {};
    const auto value = parse_xer_time(text);
    if (!value) error(r, std::format("{} of {} is '{}'", field, t.name, text), "a date: 2025-01-21 08:00");
    return value;
  }

  /// Calls take(table, record) for each record of a table that may be missing.
  template <class Take>
  void each(std::string_view name, Take&& take) {
    if (const XerTable* t = xer_.table(name))
      for (const Record& r : t->records) take(*t, r);
  }

  // ---- calendars ----

  void read_calendars() {
    std::map<std::string, const Record*> records;
    each("CALENDAR", [&](const XerTable& t, const Record& r) { records[t.text(r, "clndr_id")] = &r; });
    each("CALENDAR", [&](const XerTable& t, const Record& r) {
      CalendarData data = parse_calendar_data(t.text(r, "clndr_data"));
      // A calendar takes over the exceptions of the one it is based on, and its week if it has none of its own.
      std::set<std::string> seen{t.text(r, "clndr_id")};
      for (auto base = records.find(t.text(r, "base_clndr_id"));
           base != records.end() && seen.insert(base->first).second;
           base = records.find(t.text(*base->second, "base_clndr_id"))) {
        CalendarData more = parse_calendar_data(t.text(*base->second, "clndr_data"));
        if (!data.has_week && more.has_week) data.week = more.week, data.has_week = true;
        data.exceptions.merge(more.exceptions);
      }
      const std::string& name = t.text(r, "clndr_name");
      if (!data.has_week) {
        warning(r, std::format("calendar '{}' says nothing about its week", name),
                "taken as Monday to Friday, 8 to 16");
        data.week = WorkCalendar::five_days().week();
      }
      const bool works = std::ranges::any_of(data.week, [](const auto& day) { return !day.empty(); });
      if (!works) {
        idle_calendars_[t.text(r, "clndr_id")] = &r;
        return;
      }
      const double hours = number(t, r, "day_hr_cnt");
      calendars_[t.text(r, "clndr_id")] = network_.calendars.size();
      network_.calendars.push_back(std::make_shared<const WorkCalendar>(name, data.week, std::move(data.exceptions),
                                                                        hours > 0 && hours <= 24 ? hours : 8));
    });
  }

  const WorkCalendar* calendar(const std::string& id, const Record& user) {
    if (const auto found = calendars_.find(id); found != calendars_.end())
      return network_.calendars[found->second].get();
    const auto idle = idle_calendars_.find(id);
    if (idle != idle_calendars_.end()) {
      if (told_.insert("calendar " + id).second)
        error(*idle->second,
              std::format("calendar '{}' has no worked day in its week",
                          xer_.table("CALENDAR")->text(*idle->second, "clndr_name")),
              "hours on at least one day of DaysOfWeek");
    } else if (!id.empty() && told_.insert("calendar " + id).second) {
      error(user, std::format("there is no calendar '{}'", id), "an id of the CALENDAR table");
    }
    return nullptr;
  }

  // ---- projects ----

  void read_projects() {
    const XerTable* table = xer_.table("PROJECT");
    if (!table || table->records.empty())
      throw InputError({xer_.file, 0, 0}, "no project is in the file", "a PROJECT table with a row");
    network_.rules.clear();
    network_.projects.clear();
    std::set<std::string> with_tasks;
    each("TASK", [&](const XerTable& t, const Record& r) { with_tasks.insert(t.text(r, "proj_id")); });
    for (const Record& r : table->records) {
      // Projects that are named without activities of their own are not scheduled.
      if (table->records.size() > 1 && !with_tasks.empty() && !with_tasks.contains(table->text(r, "proj_id"))) continue;
      projects_[table->text(r, "proj_id")] = network_.rules.size();
      SchedulingRules rules;
      const auto start = time(*table, r, "plan_start_date");
      rules.data_date = time(*table, r, "last_recalc_date");
      if (!start && !rules.data_date && !diagnostics_.has_errors())
        error(r, "the project has neither plan_start_date nor last_recalc_date");
      rules.start = start.value_or(rules.data_date.value_or(0));
      rules.must_finish = time(*table, r, "plan_end_date");
      rules.critical = table->text(r, "critical_path_type") == "CT_DrivPath" ? construction::CriticalRule::longest_path
                                                                             : construction::CriticalRule::total_float;
      rules.critical_float = minutes(*table, r, "critical_drtn_hr_cnt");
      if (const std::string& id = table->text(r, "clndr_id"); calendars_.contains(id)) rules.calendar = calendar(id, r);
      default_calendars_.push_back(table->text(r, "clndr_id"));
      network_.rules.push_back(rules);
      network_.projects.push_back(table->text(r, "proj_short_name"));
    }
    if (network_.rules.empty()) throw InputError({xer_.file, 0, 0}, "no project of the file has activities");
    network_.id = network_.name = network_.projects.front();
    network_.start = std::ranges::min(network_.rules, {}, &SchedulingRules::start).start;
  }

  void read_options() {
    using construction::LagCalendar;
    static const std::map<std::string, LagCalendar> lags{{"rcal_predecessor", LagCalendar::predecessor},
                                                         {"rcal_successor", LagCalendar::successor},
                                                         {"rcal_24hour", LagCalendar::every_hour},
                                                         {"rcal_projdefault", LagCalendar::project}};
    each("SCHEDOPTIONS", [&](const XerTable& t, const Record& r) {
      const auto project = projects_.find(t.text(r, "proj_id"));
      if (project == projects_.end()) return;
      SchedulingRules& rules = network_.rules[project->second];
      const auto yes = [&](std::string_view field, bool otherwise) {
        const std::string& text = t.text(r, field);
        return text.empty() ? otherwise : text == "Y";
      };
      if (const std::string& lag = t.text(r, "sched_calendar_on_relationship_lag"); !lag.empty()) {
        const auto known = lags.find(lower(lag));
        if (known == lags.end())
          warning(r, std::format("lags on the calendar '{}' are counted on the predecessor's", lag),
                  "rcal_Predecessor, rcal_Successor, rcal_24Hour or rcal_ProjDefault");
        else
          rules.lag_calendar = known->second;
      }
      rules.progress = yes("sched_progress_override", false) ? construction::ProgressRule::progress_override
                       : yes("sched_retained_logic", true)   ? construction::ProgressRule::retained_logic
                                                             : construction::ProgressRule::actual_dates;
      const std::string kind = lower(t.text(r, "sched_float_type"));
      rules.float_rule = kind.find("sf") != std::string::npos || kind.find("start") != std::string::npos
                             ? construction::FloatRule::start
                         : kind.find("min") != std::string::npos || kind.find("small") != std::string::npos
                             ? construction::FloatRule::smallest
                             : construction::FloatRule::finish;
      rules.open_ends_critical = yes("sched_open_critical_flag", false);
      rules.start_lag_from_early = yes("sched_lag_early_start_flag", true);
      rules.use_expected_finish = yes("sched_use_expect_end_flag", true);
      rules.own_finish = yes("sched_use_project_end_date_for_float", true);
      ignore_outside_.resize(network_.rules.size());
      ignore_outside_[project->second] = t.text(r, "sched_outer_depend_type") == "SD_None";
    });
    ignore_outside_.resize(network_.rules.size());
  }

  void read_groups() {
    each("PROJWBS", [&](const XerTable& t, const Record& wbs) {
      const bool project = t.text(wbs, "proj_node_flag") == "Y";
      wbs_[t.text(wbs, "wbs_id")] = {t.text(wbs, "parent_wbs_id"), t.text(wbs, "wbs_name"), project};
      const auto at = projects_.find(t.text(wbs, "proj_id"));
      if (project && at != projects_.end() && at->second == 0) network_.name = t.text(wbs, "wbs_name");
    });
  }

  std::string group_of(const std::string& wbs, std::size_t project) const {
    std::string path;
    std::set<std::string> seen;
    for (auto at = wbs_.find(wbs); at != wbs_.end() && !at->second.project && seen.insert(at->first).second;
         at = wbs_.find(at->second.parent))
      path = path.empty() ? at->second.name : at->second.name + '/' + path;
    if (network_.projects.size() == 1) return path;
    return path.empty() ? network_.projects[project] : network_.projects[project] + '/' + path;
  }

  // ---- activities ----

  void read_tasks() {
    const XerTable* tasks = xer_.table("TASK");
    if (!tasks) return;
    std::vector<std::string> wbs_of;
    for (const Record& r : tasks->records) {
      if (!index_.emplace(tasks->text(r, "task_id"), network_.activities.size()).second)
        error(r, std::format("task '{}' stands a second time", tasks->text(r, "task_id")));
      read_task(*tasks, r);
      wbs_of.push_back(tasks->text(r, "wbs_id"));
    }
    for (std::size_t i = 0; i < wbs_of.size(); ++i)
      if (network_.activities[i].kind == ActivityKind::summary) set_span(i, wbs_of);
  }

  /// A summary spans what lies in its node and below.
  void set_span(std::size_t summary, const std::vector<std::string>& wbs_of) {
    for (std::size_t i = 0; i < wbs_of.size(); ++i) {
      std::set<std::string> seen;
      std::string at = wbs_of[i];
      while (at != wbs_of[summary] && wbs_.contains(at) && seen.insert(at).second) at = wbs_.at(at).parent;
      if (i != summary && at == wbs_of[summary]) network_.activities[summary].spans.push_back(i);
    }
  }

  void read_task(const XerTable& t, const Record& r) {
    static const std::map<std::string, ActivityKind> kinds{{"TT_Task", ActivityKind::task},
                                                           {"TT_Rsrc", ActivityKind::task},
                                                           {"TT_LOE", ActivityKind::level_of_effort},
                                                           {"TT_Mile", ActivityKind::start_milestone},
                                                           {"TT_FinMile", ActivityKind::finish_milestone},
                                                           {"TT_WBS", ActivityKind::summary}};
    Activity a;
    a.id = t.text(r, "task_code");
    if (a.id.empty()) a.id = t.text(r, "task_id");
    const auto project = projects_.find(t.text(r, "proj_id"));
    if (project == projects_.end() && projects_.size() > 1)
      error(r, std::format("activity '{}' is of project '{}', which the file has not", a.id, t.text(r, "proj_id")));
    a.project = project == projects_.end() ? 0 : project->second;
    const auto kind = kinds.find(t.text(r, "task_type"));
    if (kind != kinds.end())
      a.kind = kind->second;
    else if (!t.text(r, "task_type").empty())
      warning(r, std::format("activity '{}' has the unknown type '{}'", a.id, t.text(r, "task_type")),
              "scheduled as a task");
    const std::string& own = t.text(r, "clndr_id");
    a.calendar = calendar(own.empty() ? default_calendars_[a.project] : own, r);
    read_durations(t, r, a);
    read_progress(t, r, a);
    for (const auto& [type, at] : {std::pair{"cstr_type", "cstr_date"}, {"cstr_type2", "cstr_date2"}})
      read_constraint(t, r, type, at, a);
    if (!ignore_outside_[a.project]) {
      a.external_start = time(t, r, "external_early_start_date");
      a.external_finish = time(t, r, "external_late_end_date");
    }
    Task task{.name = t.text(r, "task_name"), .group = group_of(t.text(r, "wbs_id"), a.project)};
    task.complete = complete_of(t, r, a);
    const auto start = time(t, r, "target_start_date"), finish = time(t, r, "target_end_date");
    if (start && finish && *finish >= *start) task.baseline = {*start, *finish};
    task.stored = {
        time(t, r, "early_start_date"),
        time(t, r, "early_end_date"),
        time(t, r, "late_start_date"),
        time(t, r, "late_end_date"),
        number_if(t, r, "total_float_hr_cnt"),
        number_if(t, r, "free_float_hr_cnt"),
        t.text(r, "driving_path_flag").empty() ? std::nullopt : std::optional(t.text(r, "driving_path_flag") == "Y")};
    network_.add(std::move(a), std::move(task));
  }

  void read_durations(const XerTable& t, const Record& r, Activity& a) {
    a.duration = minutes(t, r, "target_drtn_hr_cnt");
    const bool left_known = !t.text(r, "remain_drtn_hr_cnt").empty();
    const Minutes left = minutes(t, r, "remain_drtn_hr_cnt");
    if (a.duration < 0 || left < 0)
      error(r,
            std::format("activity '{}' lasts {} hours", a.id,
                        shortest(static_cast<double>(std::min(a.duration, left)) / 60)),
            "a duration is 0 or more");
    if (left_known) a.remaining = left;
    if (a.kind == ActivityKind::start_milestone || a.kind == ActivityKind::finish_milestone) {
      a.duration = 0;
      a.remaining = 0;
    }
  }

  void read_progress(const XerTable& t, const Record& r, Activity& a) {
    a.actual_start = time(t, r, "act_start_date");
    a.actual_finish = time(t, r, "act_end_date");
    a.resume = time(t, r, "resume_date");
    a.expected_finish = time(t, r, "expect_end_date");
    const std::string& status = t.text(r, "status_code");
    const SchedulingRules& rules = network_.rules[a.project];
    if (status == "TK_Complete" && !a.actual_finish) {
      warning(r, std::format("activity '{}' is complete and has no act_end_date", a.id),
              "taken as done on the data date");
      a.actual_finish = first_instant(rules);
    }
    if (status == "TK_Active" && !a.actual_start) {
      warning(r, std::format("activity '{}' is active and has no act_start_date", a.id),
              "taken as begun on the data date");
      a.actual_start = first_instant(rules);
    }
    if (a.actual_finish && !a.actual_start) a.actual_start = a.actual_finish;
    if (a.actual_start && a.actual_finish && *a.actual_finish < *a.actual_start)
      warning(r, std::format("activity '{}' ends before it starts", a.id), "its dates are kept as they are");
    // What has not begun is scheduled by its remaining duration too; without progress that is all of it.
    if (!a.begun() && a.remaining && a.kind == ActivityKind::task && *a.remaining != a.duration)
      a.duration = *a.remaining;
  }

  double complete_of(const XerTable& t, const Record& r, const Activity& a) {
    if (a.done()) return 1;
    const std::string& type = t.text(r, "complete_pct_type");
    const auto share = [](double part, double all) { return all > 0 ? std::clamp(part / all, 0.0, 1.0) : 0; };
    if (type == "CP_Phys") return std::clamp(number(t, r, "phys_complete_pct") / 100, 0.0, 1.0);
    if (!a.begun()) return 0;
    if (type == "CP_Units") {
      double done = number(t, r, "act_work_qty") + number(t, r, "act_equip_qty");
      return share(done, done + number(t, r, "remain_work_qty") + number(t, r, "remain_equip_qty"));
    }
    const auto planned = static_cast<double>(minutes(t, r, "target_drtn_hr_cnt"));
    return share(planned - static_cast<double>(a.left()), planned);
  }

  void read_constraint(const XerTable& t, const Record& r, std::string_view type_field, std::string_view date_field,
                       Activity& a) {
    static const std::map<std::string, ConstraintKind> kinds{{"CS_MSOA", ConstraintKind::start_on_or_after},
                                                             {"CS_MSOB", ConstraintKind::start_on_or_before},
                                                             {"CS_MSO", ConstraintKind::start_on},
                                                             {"CS_MEOA", ConstraintKind::finish_on_or_after},
                                                             {"CS_MEOB", ConstraintKind::finish_on_or_before},
                                                             {"CS_MEO", ConstraintKind::finish_on},
                                                             {"CS_MANDSTART", ConstraintKind::mandatory_start},
                                                             {"CS_MANDFIN", ConstraintKind::mandatory_finish},
                                                             {"CS_ALAP", ConstraintKind::as_late_as_possible}};
    const std::string& type = t.text(r, type_field);
    if (type.empty()) return;
    const auto kind = kinds.find(type);
    const auto at = time(t, r, date_field);
    if (kind == kinds.end())
      warning(r, std::format("constraint '{}' of activity '{}' is not known and not scheduled", type, a.id));
    else if (!at && kind->second != ConstraintKind::as_late_as_possible)
      warning(r, std::format("constraint '{}' of activity '{}' has no date and is not scheduled", type, a.id));
    else
      a.constraints.push_back({kind->second, at.value_or(0)});
  }

  void read_links() {
    static const std::map<std::string, LinkType> types{{"PR_FS", LinkType::finish_start},
                                                       {"PR_SS", LinkType::start_start},
                                                       {"PR_FF", LinkType::finish_finish},
                                                       {"PR_SF", LinkType::start_finish}};
    std::vector<const Record*> outside;
    each("TASKPRED", [&](const XerTable& t, const Record& r) {
      const auto task = index_.find(t.text(r, "task_id")), before = index_.find(t.text(r, "pred_task_id"));
      const auto type = types.find(t.text(r, "pred_type"));
      if (task == index_.end() || before == index_.end()) {
        outside.push_back(&r);
        for (const auto& end : {task, before})
          if (end != index_.end()) ++network_.tasks[end->second].links_outside;
      } else if (type == types.end()) {
        error(r, std::format("link type '{}'", t.text(r, "pred_type")), "PR_FS, PR_SS, PR_FF or PR_SF");
      } else if (task->second == before->second) {
        error(r, std::format("activity '{}' is linked to itself", network_.activities[task->second].id));
      } else {
        network_.activities[task->second].predecessors.push_back(
            {before->second, type->second, minutes(t, r, "lag_hr_cnt")});
      }
    });
    if (outside.empty()) return;
    const XerTable& t = *xer_.table("TASKPRED");
    warning(*outside.front(),
            std::format("{} to activities that are not in the file (the first: from task '{}' to '{}')",
                        outside.size() == 1 ? "1 link leads" : std::format("{} links lead", outside.size()),
                        t.text(*outside.front(), "pred_task_id"), t.text(*outside.front(), "task_id")),
            "external_early_start_date and external_late_end_date stand for them where the file has them");
  }

  // ---- resources and costs ----

  void read_resources() {
    each("RSRC", [&](const XerTable& t, const Record& r) {
      resources_[t.text(r, "rsrc_id")] = network_.resources.size();
      resource_calendars_.push_back(t.text(r, "clndr_id"));
      network_.resources.push_back({t.text(r, "rsrc_short_name"),
                                    {},
                                    t.text(r, "rsrc_type") == "RT_Mat" ? construction::Resource::Kind::taken_at_start
                                                                       : construction::Resource::Kind::held});
    });
    each("RSRCRATE", [&](const XerTable& t, const Record& r) {
      const auto resource = resources_.find(t.text(r, "rsrc_id"));
      const auto from = time(t, r, "start_date");
      if (resource == resources_.end() || t.text(r, "max_qty_per_hr").empty()) return;
      network_.resources[resource->second].steps.push_back(
          {from.value_or(network_.start), number(t, r, "max_qty_per_hr")});
    });
    for (auto& resource : network_.resources)
      std::ranges::stable_sort(resource.steps, {}, &construction::Resource::Step::from);
  }

  void read_assignments() {
    std::map<std::size_t, std::set<std::string>> calendars;
    std::size_t strays = 0;
    const Record* stray = nullptr;
    each("TASKRSRC", [&](const XerTable& t, const Record& r) {
      const auto task = index_.find(t.text(r, "task_id"));
      const auto resource = resources_.find(t.text(r, "rsrc_id"));
      if (task == index_.end() || resource == resources_.end()) {
        if (!t.text(r, "rsrc_id").empty() && strays++ == 0) stray = &r;
        return;
      }
      network_.tasks[task->second].uses.push_back({resource->second, number(t, r, "target_qty_per_hr")});
      if (const std::string& id = resource_calendars_[resource->second]; calendars_.contains(id))
        calendars[task->second].insert(id);
    });
    if (stray)
      warning(*stray, std::format("{} assignments name a task or resource that is not in the file", strays),
              "they are kept and not levelled");
    // Resource-dependent activities go by their resources' calendar.
    const XerTable* tasks = xer_.table("TASK");
    for (const auto& [task, ids] : calendars) {
      const Record& r = tasks->records[task];
      if (tasks->text(r, "task_type") != "TT_Rsrc") continue;
      network_.activities[task].calendar = calendar(*ids.begin(), r);
      if (ids.size() > 1 && told_.insert("resource calendars").second)
        warning(r,
                std::format("resources of activity '{}' have {} calendars", network_.activities[task].id, ids.size()),
                "it is scheduled on the first; so are others like it");
    }
  }

  void read_costs() {
    for (const std::string_view name : {"PROJCOST", "TASKRSRC"})
      each(name, [&](const XerTable& t, const Record& r) {
        const auto task = index_.find(t.text(r, "task_id"));
        if (task == index_.end()) return;
        network_.tasks[task->second].budget_usd += number(t, r, "target_cost");
        network_.tasks[task->second].actual_cost_usd += number(t, r, name == "PROJCOST" ? "act_cost" : "act_reg_cost");
      });
  }

  struct Wbs {
    std::string parent, name;
    bool project;
  };
  const XerFile& xer_;
  Diagnostics& diagnostics_;
  Network network_;
  bool decimal_comma_ = false;
  std::vector<std::string> default_calendars_;  ///< by project
  std::vector<bool> ignore_outside_;            ///< by project
  std::map<std::string, std::size_t> projects_, calendars_, index_, resources_;
  std::map<std::string, const Record*> idle_calendars_;
  std::vector<std::string> resource_calendars_;
  std::map<std::string, Wbs> wbs_;
  std::set<std::string> told_;
};

}  // namespace

Network network_from_xer(const XerFile& xer, Diagnostics& diagnostics) { return Reader(xer, diagnostics).read(); }

}  // namespace stargate::exchange
