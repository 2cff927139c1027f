#include <algorithm>
#include <format>
#include <map>

#include "base/text.h"
#include "exchange/xer.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

using construction::Activity;
using construction::CriticalPath;
using construction::Dates;
using construction::Network;

namespace {

constexpr double hours_a_day = 8;

/// The last day that is held, for a span [start, finish); a milestone holds its own day.
Date last_day(const Network& network, int start, int finish) { return network.date(std::max(start, finish - 1)); }

void set(XerTable& table, XerTable::Record& record, std::string_view field, std::string value) {
  const std::size_t i = table.field(field);
  if (i != XerTable::npos) record.values[i] = std::move(value);
}

/// Hours of `days` by what the file says a day of this task's calendar has.
std::string hours(double days, double a_day) { return shortest(days * a_day); }

void set_dates(XerTable& table, XerTable::Record& record, const Network& network, const Dates& d, double a_day) {
  set(table, record, "early_start_date", xer_start(network.date(d.early_start)));
  set(table, record, "early_end_date", xer_finish(last_day(network, d.early_start, d.early_finish)));
  set(table, record, "late_start_date", xer_start(network.date(d.late_start)));
  set(table, record, "late_end_date", xer_finish(last_day(network, d.late_start, d.late_finish)));
  set(table, record, "total_float_hr_cnt", hours(d.total_float, a_day));
  set(table, record, "free_float_hr_cnt", hours(d.free_float, a_day));
  set(table, record, "driving_path_flag", d.critical ? "Y" : "N");
}

/// Builds the tables; ids are numbers from 1 within each table.
class Writer {
 public:
  Writer(const Network& network, const CriticalPath& cpm) : network_(network), cpm_(cpm) {
    xer_.file = network.id + ".xer";
    xer_.header = {"19.12",    to_string(network.start), "Project", "stargate", "stargate",
                   "stargate", "Project Management",     "USD"};
  }

  XerFile write() {
    table("CURRTYPE", {"curr_id", "decimal_digit_cnt", "curr_symbol", "decimal_symbol", "digit_group_symbol",
                       "curr_type", "curr_short_name", "group_digit_cnt", "base_exch_rate"});
    row({"1", "2", "$", ".", ",", "Dollars", "USD", "3", "1"});
    write_calendars();
    table("PROJECT", {"proj_id", "proj_short_name", "clndr_id", "plan_start_date", "last_recalc_date", "scd_end_date"});
    row({"1", network_.id, "1", xer_start(network_.start), xer_start(network_.start),
         xer_finish(last_day(network_, 0, cpm_.finish_day))});
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
  void row(std::vector<std::string> values) { xer_.tables.back().records.push_back({0, std::move(values)}); }

  void write_calendars() {
    table("CALENDAR", {"clndr_id", "default_flag", "clndr_name", "proj_id", "clndr_type", "day_hr_cnt", "week_hr_cnt",
                       "month_hr_cnt", "year_hr_cnt", "clndr_data"});
    const auto calendar = [&](const construction::WorkCalendar& c, bool is_default) {
      const double week = hours_a_day * static_cast<double>(std::ranges::count(c.week(), true));
      row({std::to_string(xer_.tables.back().records.size() + 1), is_default ? "Y" : "N", c.name(), "", "CA_Base",
           shortest(hours_a_day), shortest(week), shortest(week * 52 / 12), shortest(week * 52), calendar_data(c)});
    };
    calendar(construction::WorkCalendar::every_day(network_.start), true);  // 1: activities without a calendar
    for (const auto& c : network_.calendars) calendar(*c, false);
  }

  std::string calendar_id(const Activity& a) const {
    const auto at = std::ranges::find(network_.calendars, a.calendar, [](const auto& c) { return c.get(); });
    return std::to_string(at == network_.calendars.end() ? 1 : at - network_.calendars.begin() + 2);
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
             xer_start(network_.date(step.from_day))});
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
                   "cstr_type",
                   "cstr_date",
                   "cstr_type2",
                   "cstr_date2"});
    for (std::size_t i = 0; i < network_.activities.size(); ++i) {
      const Activity& a = network_.activities[i];
      const auto& t = network_.tasks[i];
      const Dates& d = cpm_.dates[i];
      const bool done = t.actual_finish.has_value(), begun = t.actual_start.has_value();
      const bool released = a.not_before_day != 0, due = a.deadline_day != construction::no_deadline;
      row({std::to_string(i + 1),
           "1",
           wbs_.at(wbs_.contains(t.group) ? t.group : ""),
           calendar_id(a),
           shortest(100 * t.complete),
           "CP_Phys",
           a.duration_days > 0 ? "TT_Task" : "TT_FinMile",
           "DT_FixedDUR2",
           done    ? "TK_Complete"
           : begun ? "TK_Active"
                   : "TK_NotStart",
           a.id,
           t.name,
           hours(a.duration_days, hours_a_day),
           hours(done ? 0 : a.duration_days, hours_a_day),
           xer_start(network_.date(d.early_start)),
           xer_finish(last_day(network_, d.early_start, d.early_finish)),
           "",
           "",
           "",
           "",
           "",
           "",
           "",
           begun ? xer_start(*t.actual_start) : "",
           done ? xer_finish(*t.actual_finish) : "",
           released ? "CS_MSOA" : "",
           released ? xer_start(network_.date(a.not_before_day)) : "",
           due ? "CS_MEOB" : "",
           due ? xer_finish(network_.date(a.deadline_day - 1)) : ""});
      set_dates(xer_.tables.back(), xer_.tables.back().records.back(), network_, d, hours_a_day);
    }
  }

  void write_links() {
    static const std::map<construction::LinkType, std::string> types{{construction::LinkType::finish_start, "PR_FS"},
                                                                     {construction::LinkType::start_start, "PR_SS"},
                                                                     {construction::LinkType::finish_finish, "PR_FF"},
                                                                     {construction::LinkType::start_finish, "PR_SF"}};
    table("TASKPRED",
          {"task_pred_id", "task_id", "pred_task_id", "proj_id", "pred_proj_id", "pred_type", "lag_hr_cnt"});
    for (std::size_t i = 0; i < network_.activities.size(); ++i)
      for (const auto& link : network_.activities[i].predecessors)
        row({std::to_string(xer_.tables.back().records.size() + 1), std::to_string(i + 1),
             std::to_string(link.predecessor + 1), "1", "1", types.at(link.type), hours(link.lag_days, hours_a_day)});
  }

  void write_assignments() {
    table("TASKRSRC", {"taskrsrc_id", "task_id", "proj_id", "rsrc_id", "target_qty_per_hr", "target_qty"});
    for (std::size_t i = 0; i < network_.tasks.size(); ++i)
      for (const auto& use : network_.tasks[i].uses)
        row({std::to_string(xer_.tables.back().records.size() + 1), std::to_string(i + 1), "1",
             std::to_string(use.resource + 1), shortest(use.amount),
             shortest(use.amount * hours_a_day * network_.activities[i].duration_days)});
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
  std::map<std::string, double> a_day;
  if (const XerTable* calendars = xer.table("CALENDAR"))
    for (const auto& r : calendars->records)
      a_day[calendars->text(r, "clndr_id")] = parse_number(calendars->text(r, "day_hr_cnt")).value_or(hours_a_day);
  XerTable& tasks = *xer.table("TASK");
  for (std::size_t i = 0; i < tasks.records.size(); ++i) {
    const auto found = a_day.find(tasks.text(tasks.records[i], "clndr_id"));
    set_dates(tasks, tasks.records[i], network, cpm.dates[i], found == a_day.end() ? hours_a_day : found->second);
  }
  return xer;
}

}  // namespace stargate::exchange
