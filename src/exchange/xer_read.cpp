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
using construction::LinkType;
using construction::Network;
using construction::Task;

namespace {

class Reader {
 public:
  Reader(const XerFile& xer, Diagnostics& diagnostics) : xer_(xer), diagnostics_(diagnostics) {}

  Network read() {
    read_project();
    read_calendars();
    read_tasks();
    read_links();
    read_resources();
    read_costs();
    diagnostics_.throw_if_errors();
    return std::move(network_);
  }

 private:
  using Record = XerTable::Record;
  struct Calendar {
    std::size_t index;
    double hours_a_day;
  };

  void error(const Record& r, std::string message, std::string hint = {}) {
    diagnostics_.error({xer_.file, r.line, 0}, std::move(message), std::move(hint));
  }

  double number(const XerTable& t, const Record& r, std::string_view field) {
    const std::string& text = t.text(r, field);
    if (text.empty()) return 0;
    const auto value = parse_number(text);
    constexpr double largest = 1e12;
    if (value && std::abs(*value) <= largest) return *value;
    error(r, std::format("{} of {} is '{}'", field, t.name, text), "a number, at most 1e12");
    return 0;
  }

  std::optional<Date> date(const XerTable& t, const Record& r, std::string_view field) {
    const std::string& text = t.text(r, field);
    if (text.empty()) return {};
    const auto value = parse_xer_date(text);
    if (!value) error(r, std::format("{} of {} is '{}'", field, t.name, text), "a date: 2025-01-21 08:00");
    return value;
  }

  /// Calls take(table, record) for each record of a table that may be missing.
  template <class Take>
  void each(std::string_view name, Take&& take) {
    if (const XerTable* t = xer_.table(name))
      for (const Record& r : t->records) take(*t, r);
  }

  void read_project() {
    const XerTable* projects = xer_.table("PROJECT");
    if (!projects || projects->records.empty())
      throw InputError({xer_.file, 0, 0}, "no project is in the file", "a PROJECT table with a row");
    const Record& r = projects->records.front();
    network_.id = projects->text(r, "proj_short_name");
    network_.name = network_.id;
    const auto start = date(*projects, r, "plan_start_date");
    if (!start) error(r, "the project has no plan_start_date");
    diagnostics_.throw_if_errors();
    network_.start = *start;
    default_calendar_ = projects->text(r, "clndr_id");
    each("PROJWBS", [&](const XerTable& t, const Record& wbs) {
      wbs_[t.text(wbs, "wbs_id")] = {t.text(wbs, "parent_wbs_id"), t.text(wbs, "wbs_name"),
                                     t.text(wbs, "proj_node_flag") == "Y"};
      if (t.text(wbs, "proj_node_flag") == "Y" && t.text(wbs, "proj_id") == projects->text(r, "proj_id"))
        network_.name = t.text(wbs, "wbs_name");
    });
  }

  void read_calendars() {
    each("CALENDAR", [&](const XerTable& t, const Record& r) {
      const double hours = t.text(r, "day_hr_cnt").empty() ? 8 : number(t, r, "day_hr_cnt");
      calendars_[t.text(r, "clndr_id")] = {network_.calendars.size(), hours > 0 ? hours : 8};
      network_.calendars.push_back(std::make_shared<const construction::WorkCalendar>(
          parse_calendar_data(t.text(r, "clndr_name"), t.text(r, "clndr_data"), network_.start)));
    });
  }

  std::string group_of(std::string wbs) const {
    std::string path;
    std::set<std::string> seen;
    for (auto at = wbs_.find(wbs); at != wbs_.end() && !at->second.project && seen.insert(at->first).second;
         at = wbs_.find(at->second.parent))
      path = path.empty() ? at->second.name : at->second.name + '/' + path;
    return path;
  }

  /// Whole days; a part of one counts as one.
  int days(const Record& r, double hours, double hours_a_day, std::string_view what) {
    const double exact = hours / hours_a_day;
    if (!(std::abs(exact) < 1e6)) {
      error(r, std::format("{} of {} hours is out of reach", what, hours));
      return 0;
    }
    const double whole = std::abs(exact - std::round(exact)) < 1e-9 ? std::round(exact) : std::ceil(exact);
    if (whole != exact && std::abs(whole - exact) > 1e-9)
      diagnostics_.warning({xer_.file, r.line, 0},
                           std::format("{} of {} hours is counted as {} days", what, hours, whole));
    return static_cast<int>(whole);
  }

  void read_tasks() {
    const XerTable* tasks = xer_.table("TASK");
    if (!tasks) throw InputError({xer_.file, 0, 0}, "no activities are in the file", "a TASK table");
    for (const Record& r : tasks->records) {
      std::string calendar = tasks->text(r, "clndr_id");
      if (calendar.empty()) calendar = default_calendar_;
      const auto found = calendars_.find(calendar);
      if (!calendar.empty() && found == calendars_.end()) error(r, std::format("there is no calendar '{}'", calendar));
      const double hours_a_day = found == calendars_.end() ? 8 : found->second.hours_a_day;

      Activity a;
      a.id = tasks->text(r, "task_code");
      a.duration_days = days(r, number(*tasks, r, "target_drtn_hr_cnt"), hours_a_day, "a duration");
      if (a.duration_days < 0) error(r, std::format("activity '{}' lasts {} days", a.id, a.duration_days), "0 or more");
      if (found != calendars_.end()) a.calendar = network_.calendars[found->second.index].get();
      read_constraint(*tasks, r, "cstr_type", "cstr_date", a);
      read_constraint(*tasks, r, "cstr_type2", "cstr_date2", a);

      Task t;
      t.name = tasks->text(r, "task_name");
      t.group = group_of(tasks->text(r, "wbs_id"));
      t.actual_start = date(*tasks, r, "act_start_date");
      t.actual_finish = date(*tasks, r, "act_end_date");
      t.complete = number(*tasks, r, "phys_complete_pct") / 100;
      if (tasks->text(r, "status_code") == "TK_Complete") t.complete = 1;
      if (!index_.emplace(tasks->text(r, "task_id"), network_.activities.size()).second)
        error(r, std::format("task_id '{}' stands a second time", tasks->text(r, "task_id")));
      network_.add(std::move(a), std::move(t));
    }
  }

  void read_constraint(const XerTable& t, const Record& r, std::string_view type, std::string_view when, Activity& a) {
    const std::string& kind = t.text(r, type);
    if (kind.empty()) return;
    const auto day = date(t, r, when);
    const int number = day ? static_cast<int>((*day - network_.start).count()) : 0;
    if (day && kind == "CS_MSOA")
      a.not_before_day = number;
    else if (day && kind == "CS_MEOB")
      a.deadline_day = number + 1;
    else
      diagnostics_.warning({xer_.file, r.line, 0},
                           std::format("constraint {} of activity '{}' is kept but not scheduled", kind, a.id),
                           "CS_MSOA (start on or after) and CS_MEOB (finish on or before) are");
  }

  void read_links() {
    static const std::map<std::string, LinkType> types{{"PR_FS", LinkType::finish_start},
                                                       {"PR_SS", LinkType::start_start},
                                                       {"PR_FF", LinkType::finish_finish},
                                                       {"PR_SF", LinkType::start_finish}};
    each("TASKPRED", [&](const XerTable& t, const Record& r) {
      const auto task = index_.find(t.text(r, "task_id")), before = index_.find(t.text(r, "pred_task_id"));
      const auto type = types.find(t.text(r, "pred_type"));
      if (task == index_.end() || before == index_.end()) {
        error(r, std::format("a link from task '{}' to '{}', and one of them is not in the file",
                             t.text(r, "pred_task_id"), t.text(r, "task_id")));
      } else if (type == types.end()) {
        error(r, std::format("link type '{}'", t.text(r, "pred_type")), "PR_FS, PR_SS, PR_FF or PR_SF");
      } else {
        const auto* calendar = network_.activities[before->second].calendar;
        double hours_a_day = 8;
        for (const auto& [id, c] : calendars_)
          if (network_.calendars[c.index].get() == calendar) hours_a_day = c.hours_a_day;
        network_.activities[task->second].predecessors.push_back(
            {before->second, type->second, days(r, number(t, r, "lag_hr_cnt"), hours_a_day, "a lag")});
      }
    });
  }

  void read_resources() {
    std::map<std::string, std::size_t> index;
    each("RSRC", [&](const XerTable& t, const Record& r) {
      index[t.text(r, "rsrc_id")] = network_.resources.size();
      network_.resources.push_back({t.text(r, "rsrc_short_name"),
                                    {},
                                    t.text(r, "rsrc_type") == "RT_Mat" ? construction::Resource::Kind::taken_at_start
                                                                       : construction::Resource::Kind::held});
    });
    each("RSRCRATE", [&](const XerTable& t, const Record& r) {
      const auto resource = index.find(t.text(r, "rsrc_id"));
      const auto from = date(t, r, "start_date");
      if (resource == index.end()) return error(r, std::format("there is no resource '{}'", t.text(r, "rsrc_id")));
      network_.resources[resource->second].steps.push_back(
          {from ? static_cast<int>((*from - network_.start).count()) : 0, number(t, r, "max_qty_per_hr")});
    });
    each("TASKRSRC", [&](const XerTable& t, const Record& r) {
      const auto task = index_.find(t.text(r, "task_id"));
      const auto resource = index.find(t.text(r, "rsrc_id"));
      if (task == index_.end() || resource == index.end())
        return error(r, "an assignment names a task or resource that is not there");
      network_.tasks[task->second].uses.push_back({resource->second, number(t, r, "target_qty_per_hr")});
    });
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
  std::string default_calendar_;
  std::map<std::string, Calendar> calendars_;
  std::map<std::string, Wbs> wbs_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

Network network_from_xer(const XerFile& xer, Diagnostics& diagnostics) { return Reader(xer, diagnostics).read(); }

}  // namespace stargate::exchange
