#include <algorithm>
#include <array>
#include <format>
#include <map>

#include "base/text.h"
#include "exchange/xer.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

using construction::Activity;
using construction::ActivityKind;
using construction::ConstraintKind;
using construction::CriticalPath;
using construction::Dates;
using construction::Minutes;
using construction::Network;
using construction::SchedulingRules;

namespace {

void set(XerTable& table, XerTable::Record& record, std::string_view field, std::string value) {
  const std::size_t i = table.field(field);
  if (i != XerTable::npos) record.values[i] = std::move(value);
}

std::string hours(Minutes minutes) { return shortest(static_cast<double>(minutes) / 60); }

/// P6 leaves dates and floats of what is done as they are.
void set_dates(XerTable& table, XerTable::Record& record, const Activity& a, const Dates& d) {
  set(table, record, "driving_path_flag", d.longest_path ? "Y" : "N");
  if (a.done()) return;
  set(table, record, "early_start_date", xer_time(d.early_start));
  set(table, record, "early_end_date", xer_time(d.early_finish));
  set(table, record, "late_start_date", xer_time(d.late_start));
  set(table, record, "late_end_date", xer_time(d.late_finish));
  set(table, record, "restart_date", xer_time(d.early_start));
  set(table, record, "reend_date", xer_time(d.early_finish));
  set(table, record, "rem_late_start_date", xer_time(d.late_start));
  set(table, record, "rem_late_end_date", xer_time(d.late_finish));
  set(table, record, "total_float_hr_cnt", hours(d.total_float));
  set(table, record, "free_float_hr_cnt", hours(d.free_float));
}

std::string_view code_of(ConstraintKind kind) {
  constexpr std::array<std::string_view, 9> codes{"CS_MSOA", "CS_MSOB",      "CS_MSO",     "CS_MEOA", "CS_MEOB",
                                                  "CS_MEO",  "CS_MANDSTART", "CS_MANDFIN", "CS_ALAP"};
  return codes[static_cast<std::size_t>(kind)];
}
std::string_view code_of(ActivityKind kind) {
  constexpr std::array<std::string_view, 5> codes{"TT_Task", "TT_Mile", "TT_FinMile", "TT_LOE", "TT_WBS"};
  return codes[static_cast<std::size_t>(kind)];
}
std::string_view code_of(construction::LinkType type) {
  constexpr std::array<std::string_view, 4> codes{"PR_FS", "PR_SS", "PR_FF", "PR_SF"};
  return codes[static_cast<std::size_t>(type)];
}

/// Builds the tables; ids are numbers from 1 within each table.
class Writer {
 public:
  Writer(const Network& network, const CriticalPath& cpm) : network_(network), cpm_(cpm) {
    xer_.file = network.id + ".xer";
    xer_.header = {"19.12",
                   to_string(construction::day_of(network.start)),
                   "Project",
                   "stargate",
                   "stargate",
                   "stargate",
                   "Project Management",
                   "USD"};
  }

  XerFile write() {
    table("CURRTYPE", {"curr_id", "decimal_digit_cnt", "curr_symbol", "decimal_symbol", "digit_group_symbol",
                       "curr_type", "curr_short_name", "group_digit_cnt", "base_exch_rate"});
    row({"1", "2", "$", ".", ",", "Dollars", "USD", "3", "1"});
    write_calendars();
    write_project();
    write_wbs();
    write_resources();
    write_tasks();
    write_links();
    write_assignments();
    return std::move(xer_);
  }

 private:
  void table(std::string name, std::vector<std::string> fields) {
    xer_.tables.push_back({std::move(name), std::move(fields), {}});
  }
  void row(std::vector<std::string> values) {
    for (std::string& v : values) std::ranges::replace(v, '\n', ' ');  // a row is a line
    xer_.tables.back().records.push_back({0, std::move(values)});
  }

  void write_calendars() {
    table("CALENDAR", {"clndr_id", "default_flag", "clndr_name", "proj_id", "clndr_type", "day_hr_cnt", "week_hr_cnt",
                       "month_hr_cnt", "year_hr_cnt", "clndr_data"});
    const auto calendar = [&](const construction::WorkCalendar& c, bool is_default) {
      const construction::Instant sunday = -4 * construction::minutes_a_day;
      const double week = static_cast<double>(c.worked(sunday, sunday + 7 * construction::minutes_a_day)) / 60;
      row({std::to_string(xer_.tables.back().records.size() + 1), is_default ? "Y" : "N", c.name(), "", "CA_Base",
           shortest(c.hours_a_day()), shortest(week), shortest(week * 52 / 12), shortest(week * 52), calendar_data(c)});
    };
    calendar(construction::WorkCalendar::every_hour(), true);  // 1: activities without a calendar
    for (const auto& c : network_.calendars) calendar(*c, false);
  }

  std::string calendar_id(const construction::WorkCalendar* calendar) const {
    const auto at = std::ranges::find(network_.calendars, calendar, [](const auto& c) { return c.get(); });
    return std::to_string(at == network_.calendars.end() ? 1 : at - network_.calendars.begin() + 2);
  }

  /// One project; several that were read become one, under the rules of the first.
  void write_project() {
    const SchedulingRules& rules = network_.rules.front();
    table("PROJECT", {"proj_id", "proj_short_name", "clndr_id", "plan_start_date", "plan_end_date", "last_recalc_date",
                      "scd_end_date", "critical_path_type", "critical_drtn_hr_cnt"});
    row({"1", network_.id, calendar_id(rules.calendar), xer_time(network_.start),
         rules.must_finish ? xer_time(*rules.must_finish) : "", xer_time(rules.data_date.value_or(network_.start)),
         xer_time(cpm_.finish),
         rules.critical == construction::CriticalRule::longest_path ? "CT_DrivPath" : "CT_TotFloat",
         hours(rules.critical_float)});
    constexpr std::array<std::string_view, 4> lags{"rcal_Predecessor", "rcal_Successor", "rcal_24Hour",
                                                   "rcal_ProjDefault"};
    constexpr std::array<std::string_view, 3> floats{"FT_FF", "FT_SF", "FT_MIN"};
    const auto yes = [](bool value) { return std::string(value ? "Y" : "N"); };
    table("SCHEDOPTIONS",
          {"schedoptions_id", "proj_id", "sched_calendar_on_relationship_lag", "sched_retained_logic",
           "sched_progress_override", "sched_float_type", "sched_open_critical_flag", "sched_lag_early_start_flag",
           "sched_use_expect_end_flag", "sched_use_project_end_date_for_float"});
    row({"1", "1", std::string(lags[static_cast<std::size_t>(rules.lag_calendar)]),
         yes(rules.progress == construction::ProgressRule::retained_logic),
         yes(rules.progress == construction::ProgressRule::progress_override),
         std::string(floats[static_cast<std::size_t>(rules.float_rule)]), yes(rules.open_ends_critical),
         yes(rules.start_lag_from_early), yes(rules.use_expected_finish), yes(rules.own_finish)});
  }

  void write_wbs() {
    table("PROJWBS", {"wbs_id", "proj_id", "seq_num", "proj_node_flag", "status_code", "wbs_short_name", "wbs_name",
                      "parent_wbs_id"});
    row({"1", "1", "0", "Y", "WS_Open", network_.id, network_.name, ""});
    wbs_[""] = "1";
    for (const auto& task : network_.tasks) {
      std::string path, parent = "1";
      for (const auto part : split(task.group, '/')) {
        if (part.empty()) continue;
        path += (path.empty() ? "" : "/") + std::string(part);
        const auto [at, added] = wbs_.emplace(path, std::to_string(wbs_.size() + 1));
        if (added)
          row({at->second, "1", std::to_string(wbs_.size()), "N", "WS_Open", std::format("W{}", at->second),
               std::string(part), parent});
        parent = at->second;
      }
    }
  }

  void write_resources() {
    table("RSRC", {"rsrc_id", "rsrc_short_name", "rsrc_name", "rsrc_type", "clndr_id", "curr_id", "active_flag"});
    for (std::size_t i = 0; i < network_.resources.size(); ++i)
      row({std::to_string(i + 1), network_.resources[i].id, network_.resources[i].id,
           network_.resources[i].kind == construction::Resource::Kind::held ? "RT_Equip" : "RT_Mat", "1", "1", "Y"});
    table("RSRCRATE", {"rsrc_rate_id", "rsrc_id", "max_qty_per_hr", "start_date"});
    for (std::size_t i = 0; i < network_.resources.size(); ++i)
      for (const auto& step : network_.resources[i].steps)
        row({std::to_string(xer_.tables.back().records.size() + 1), std::to_string(i + 1), shortest(step.available),
             xer_time(step.from)});
  }

  void write_tasks() {
    table("TASK", {"task_id",
                   "proj_id",
                   "wbs_id",
                   "clndr_id",
                   "phys_complete_pct",
                   "complete_pct_type",
                   "task_type",
                   "duration_type",
                   "status_code",
                   "task_code",
                   "task_name",
                   "target_drtn_hr_cnt",
                   "remain_drtn_hr_cnt",
                   "target_start_date",
                   "target_end_date",
                   "early_start_date",
                   "early_end_date",
                   "late_start_date",
                   "late_end_date",
                   "total_float_hr_cnt",
                   "free_float_hr_cnt",
                   "driving_path_flag",
                   "act_start_date",
                   "act_end_date",
                   "resume_date",
                   "expect_end_date",
                   "external_early_start_date",
                   "external_late_end_date",
                   "cstr_type",
                   "cstr_date",
                   "cstr_type2",
                   "cstr_date2"});
    for (std::size_t i = 0; i < network_.activities.size(); ++i) write_task(i);
  }

  void write_task(std::size_t i) {
    const Activity& a = network_.activities[i];
    const auto& t = network_.tasks[i];
    const Dates& d = cpm_.dates[i];
    const auto time = [](const std::optional<construction::Instant>& at) { return at ? xer_time(*at) : std::string(); };
    const auto [planned_start, planned_finish] = t.baseline.value_or(std::pair(d.start, d.finish));
    const auto constraints = constraints_of(a);
    const auto constraint = [&](std::size_t k) {
      return k < constraints.size() ? std::string(code_of(constraints[k].kind)) : std::string();
    };
    const auto constraint_date = [&](std::size_t k) {
      return k < constraints.size() && constraints[k].kind != ConstraintKind::as_late_as_possible
                 ? xer_time(constraints[k].at)
                 : std::string();
    };
    row({std::to_string(i + 1),
         "1",
         wbs_.at(wbs_.contains(t.group) ? t.group : ""),
         calendar_id(a.calendar),
         shortest(100 * t.complete),
         "CP_Phys",
         std::string(code_of(a.kind)),
         "DT_FixedDUR2",
         a.done()    ? "TK_Complete"
         : a.begun() ? "TK_Active"
                     : "TK_NotStart",
         a.id,
         t.name,
         hours(a.duration),
         hours(a.left()),
         xer_time(planned_start),
         xer_time(planned_finish),
         a.done() ? xer_time(d.early_start) : "",
         a.done() ? xer_time(d.early_finish) : "",
         a.done() ? xer_time(d.late_start) : "",
         a.done() ? xer_time(d.late_finish) : "",
         "",
         "",
         "",
         time(a.actual_start),
         time(a.actual_finish),
         time(a.resume),
         time(a.expected_finish),
         time(a.external_start),
         time(a.external_finish),
         constraint(0),
         constraint_date(0),
         constraint(1),
         constraint_date(1)});
    set_dates(xer_.tables.back(), xer_.tables.back().records.back(), a, d);
  }

  /// P6 has two constraints and no deadlines: a deadline is a finish on or before where there is room for it.
  static std::vector<construction::Constraint> constraints_of(const Activity& a) {
    auto list = a.constraints;
    if (a.deadline) list.push_back({ConstraintKind::finish_on_or_before, *a.deadline});
    return list;
  }

  void write_links() {
    table("TASKPRED",
          {"task_pred_id", "task_id", "pred_task_id", "proj_id", "pred_proj_id", "pred_type", "lag_hr_cnt"});
    for (std::size_t i = 0; i < network_.activities.size(); ++i)
      for (const auto& link : network_.activities[i].predecessors)
        row({std::to_string(xer_.tables.back().records.size() + 1), std::to_string(i + 1),
             std::to_string(link.predecessor + 1), "1", "1", std::string(code_of(link.type)), hours(link.lag)});
  }

  void write_assignments() {
    table("TASKRSRC", {"taskrsrc_id", "task_id", "proj_id", "rsrc_id", "target_qty_per_hr", "target_qty"});
    for (std::size_t i = 0; i < network_.tasks.size(); ++i)
      for (const auto& use : network_.tasks[i].uses)
        row({std::to_string(xer_.tables.back().records.size() + 1), std::to_string(i + 1), "1",
             std::to_string(use.resource + 1), shortest(use.amount),
             shortest(use.amount * static_cast<double>(network_.activities[i].duration) / 60)});
    table("PROJCOST", {"cost_item_id", "proj_id", "task_id", "cost_name", "target_cost", "act_cost"});
    for (std::size_t i = 0; i < network_.tasks.size(); ++i)
      if (network_.tasks[i].budget_usd != 0 || network_.tasks[i].actual_cost_usd != 0)
        row({std::to_string(xer_.tables.back().records.size() + 1), "1", std::to_string(i + 1), "budget",
             shortest(network_.tasks[i].budget_usd), shortest(network_.tasks[i].actual_cost_usd)});
  }

  const Network& network_;
  const CriticalPath& cpm_;
  XerFile xer_;
  std::map<std::string, std::string> wbs_;
};

}  // namespace

XerFile xer_from_network(const Network& network, const CriticalPath& cpm) { return Writer(network, cpm).write(); }

XerFile with_dates(XerFile xer, const Network& network, const CriticalPath& cpm) {
  XerTable* tasks = xer.table("TASK");
  if (!tasks) return xer;
  for (std::size_t i = 0; i < tasks->records.size(); ++i)
    set_dates(*tasks, tasks->records[i], network.activities[i], cpm.dates[i]);
  return xer;
}

}  // namespace stargate::exchange
