// stargate schedule: the dates of a plan, or of a P6 or Microsoft Project file.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "construction/actuals.h"
#include "construction/dcma.h"
#include "construction/gantt.h"
#include "construction/phases.h"
#include "construction/plan_schedule.h"
#include "exchange/schedule_file.h"
#include "programme/facts.h"

namespace stargate::cli {

namespace {

namespace con = construction;
using nlohmann::json;

struct Options {
  std::string input, programme, output, actuals, on;
  std::optional<double> crews;
  int samples = 1000;
  bool no_level = false, dcma = false;
  std::size_t placements = con::LevellingOptions{}.placements;
  std::uint64_t seed = 1;
  double correlation = 0.3;
  bool as_json = false;
};

/// A schedule and everything that is worked out from it.
struct Schedule {
  con::Network network;
  con::CriticalPath cpm;
  std::vector<con::LogNormal> durations;
  std::vector<con::PlannedBlock> blocks;
  con::Network detailed;  ///< of a plan: what is handed to P6 and Microsoft Project
  std::vector<con::WeekCost> week_costs;  ///< as the blocks
  std::optional<con::Levelled> levelled;
  con::ScheduleRisk risk;
  std::string source_text;  ///< of a file that was read, to be written back
  std::optional<Date> on_day;
  std::optional<con::EarnedValue> earned;
  std::optional<con::CriticalPath> forecast;  ///< with progress built in
};

bool is_file_of(const std::string& name, std::string_view ending) { return lower(name).ends_with(ending); }

std::string day_text(con::Instant at) { return to_string(con::day_of(at)); }

/// First and last worked day.
std::string first_text(const Schedule& s, std::size_t i, con::Instant start) {
  return to_string(con::first_day(s.network.activities[i], start));
}
std::string last_text(const Schedule& s, std::size_t i, con::Instant start, con::Instant finish) {
  return to_string(con::last_day(s.network.activities[i], start, finish));
}
double days(const Schedule& s, std::size_t i, con::Minutes minutes) {
  return con::days_of(s.network.activities[i], minutes);
}

void read_file_schedule(const Options& o, Schedule& s) {
  s.source_text = read_file(o.input);
  Diagnostics diagnostics;
  s.network = exchange::read_schedule(o.input, s.source_text, diagnostics);
  for (const auto& d : diagnostics.all()) std::println(stderr, "{}", to_string(d));
  s.durations.resize(s.network.activities.size());
}

void read_plan_schedule(const Options& o, Schedule& s) {
  const auto [plan, programme] = read_plan_inputs(o.input, o.programme);
  auto planned = con::plan_schedule(programme, plan, o.crews);
  s.detailed = con::detailed_network(planned);
  s.network = std::move(planned.network);
  s.durations = std::move(planned.durations);
  s.blocks = std::move(planned.blocks);
  for (const auto& block : s.blocks) s.week_costs.push_back(con::week_cost(programme, plan, block));
}

void add_progress(const Options& o, Schedule& s) {
  if (!o.actuals.empty()) {
    Diagnostics diagnostics;
    const auto rows =
        read_table(con::actual_table(), parse_csv(o.actuals, read_file(o.actuals), diagnostics), diagnostics);
    diagnostics.throw_if_errors();
    con::apply_actuals(s.network, rows, o.actuals);
  }
  if (o.on.empty()) {
    if (!o.actuals.empty()) throw InputError({}, "--actuals needs --on, the day of the report", "--on 2026-08-01");
    return;
  }
  s.on_day = parse_date(o.on);
  if (!s.on_day) throw InputError({}, std::format("--on is '{}'", o.on), "a day: 2026-08-01");
  const auto day = (*s.on_day - con::day_of(s.network.start)).count();
  s.earned = con::earned_value(con::progress_of(s.network, s.cpm), static_cast<int>(day));
  s.forecast = con::critical_path(con::with_progress(s.network, *s.on_day));
}

Schedule make_schedule(const Options& o) {
  Schedule s;
  if (exchange::is_schedule_file(o.input))
    read_file_schedule(o, s);
  else
    read_plan_schedule(o, s);
  s.cpm = con::critical_path(s.network);
  if (!o.no_level) {
    con::LevellingOptions levelling{.placements = o.placements, .seed = o.seed, .stop = [] { return interrupted(); }};
    s.levelled =
        con::level(s.network.activities, s.network.uses(), s.network.resources, s.network.rules, levelling);
    for (const auto& text : s.levelled->unlevelled)
      std::println(stderr, "warning: {} (it is not levelled; its dates are those of the critical path)", text);
    if (s.blocks.empty())  // a plan has resources without a limit of its own accord
      for (const auto& name : s.levelled->unlimited)
        std::println(stderr, "warning: resource '{}' states no limit and is not levelled", name);
  }
  con::ScheduleRiskOptions options{o.samples, o.seed, default_threads(), o.correlation, {}};
  for (const auto& block : s.blocks) options.watched.push_back(block.ready);
  const bool uncertain = std::ranges::any_of(s.durations, [](const auto& d) { return d.sigma > 0; });
  if (o.samples > 0 && uncertain)
    s.risk = con::simulate_schedule(s.network.activities, s.network.rules, s.durations, options);
  add_progress(o, s);
  return s;
}

// ---- what a person reads -------------------------------------------------------------------------------------------

/// Share of futures in which the building is ready by the first day of its planned quarter.
double on_time_share(const Schedule& s, std::size_t b) {
  if (s.risk.watched.empty() || s.risk.watched[b].empty()) return 0;
  const auto& days = s.risk.watched[b];
  const con::Instant due = con::midnight_of(s.blocks[b].planned_ready.first_day());
  return static_cast<double>(std::ranges::upper_bound(days, due) - days.begin()) / static_cast<double>(days.size());
}

/// How the plan's dates and the schedule's stand to one another.
struct Agreement {
  std::size_t agree = 0, moved = 0;
  int latest_days = 0;
};
Agreement agreement(const Schedule& s) {
  Agreement a;
  for (const auto& block : s.blocks) {
    const int late = con::days_late(block, block.expected_ready);
    a.agree += late <= 0;
    a.latest_days = std::max(a.latest_days, late);
    a.moved += s.levelled && s.levelled->finishes[block.ready] > s.cpm.dates[block.ready].early_finish;
  }
  return a;
}

std::string blocks_text(const Schedule& s) {
  TextTable table({"building", "start", "plan: ready", "schedule", "late", "levelled", "P10", "P50", "P90", "on time",
                   "week costs"});
  for (std::size_t b = 0; b < s.blocks.size(); ++b) {
    const auto& block = s.blocks[b];
    const con::Instant finish = s.cpm.dates[block.ready].finish;
    const auto at = [&](double share) {
      return s.risk.watched.empty() ? std::string("-")
                                    : day_text(con::percentile_of(s.risk.watched[b], share));
    };
    table.row({block.id, to_string(block.start), to_string(block.planned_ready), day_text(finish),
               std::format("{} d", std::max(0, con::days_late(block, con::day_of(finish)))),
               s.levelled ? day_text(s.levelled->finishes[block.ready]) : "-", at(0.1), at(0.5), at(0.9),
               std::format("{:.0f} %", 100 * on_time_share(s, b)),
               std::format("{:.1f} M", s.week_costs[b].usd() / 1e6)});
  }
  return table.text();
}

/// The building that is ready last.
std::size_t last_block(const Schedule& s) {
  const auto ready = [&](const con::PlannedBlock& b) { return s.cpm.dates[b.ready].finish; };
  return static_cast<std::size_t>(std::ranges::max_element(s.blocks, {}, ready) - s.blocks.begin());
}

/// The critical path of the schedule; for a plan that of its last building, not of a power plant or a grid connection
/// behind it.
std::vector<std::size_t> shown_path(const Schedule& s) {
  if (s.blocks.empty()) return s.cpm.path;
  return con::driving_path(s.network.activities, s.network.rules, s.cpm, s.blocks[last_block(s)].ready);
}

std::string path_text(const Schedule& s) {
  TextTable table({"critical path", "work", "starts", "ends", "days"});
  for (const std::size_t i : shown_path(s)) {
    const auto& d = s.cpm.dates[i];
    table.row({s.network.activities[i].id, s.network.tasks[i].name, first_text(s, i, d.start),
               last_text(s, i, d.start, d.finish),
               shortest(std::round(10 * days(s, i, worked(s.network.activities[i].calendar, d.start, d.finish))) / 10)});
  }
  return table.text();
}

std::string activities_text(const Schedule& s) {
  TextTable table({"activity", "name", "start", "finish", "late finish", "total float", "free float", "critical"});
  const auto number = [&](std::size_t i, con::Minutes m) { return shortest(std::round(10 * days(s, i, m)) / 10); };
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& d = s.cpm.dates[i];
    const bool done = s.network.activities[i].done();
    table.row({s.network.activities[i].id, s.network.tasks[i].name, first_text(s, i, d.start),
               last_text(s, i, d.start, d.finish), done ? "done" : last_text(s, i, d.late_start, d.late_finish),
               done ? "" : number(i, d.total_float), done ? "" : number(i, d.free_float), d.critical ? "yes" : ""});
  }
  return table.text();
}

std::string commitments_text(const Schedule& s) {
  TextTable table({"begun before the plan", "started", "schedule", "reported", "reported later by"});
  bool any = false;
  for (const auto& block : s.blocks) {
    if (!block.reported_ready) continue;
    any = true;
    table.row({block.id, to_string(block.start), to_string(block.expected_ready), to_string(*block.reported_ready),
               std::format("{} d", (*block.reported_ready - block.expected_ready).count())});
  }
  return any ? table.text() + "\n" : "";
}

std::string facts_text() {
  TextTable fits(
      {"what was seen", "finished", "still running", "median days", "P10", "P90", "Kolmogorov-Smirnov", "5 % bound"});
  for (const auto& f : con::fit_phases(read_facts(con::dated_phase_table())))
    fits.row({f.phase, std::to_string(f.finished), std::to_string(f.running), std::format("{:.0f}", f.days.median()),
              std::format("{:.0f}", f.days.quantile(0.1)), std::format("{:.0f}", f.days.quantile(0.9)),
              std::format("{:.3f}", f.test.distance), std::format("{:.3f}", f.test.bound_5_percent)});
  TextTable slips({"slippage", "promised", "later", "days", "basis"});
  const auto dates = read_facts(con::promised_date_table());
  for (const auto& d : dates)
    slips.row({d.site + ", " + d.milestone, to_string(d.promised), to_string(d.later), std::to_string(d.slip_days()),
               d.later_basis});
  const auto all = con::slippage(dates);
  return fits.text() + "\n" + slips.text() +
         std::format(
             "Of {} milestones {:.0f} % moved later within eight months, by {:.0f} days in the middle and {} at "
             "most.\n",
             all.milestones, 100 * all.share_late, all.median_days, all.most_days);
}

std::string earned_text(const Schedule& s) {
  if (!s.earned) return "";
  const auto& e = *s.earned;
  const auto ratio = [](const std::optional<double>& r) { return r ? std::format("{:.3f}", *r) : std::string("none"); };
  const auto money = [](double usd) { return grouped(usd / 1e6, 1) + " M"; };
  TextTable table({"earned value on " + to_string(*s.on_day), "", "what it is"});
  table.row({"planned value", money(e.planned_value_usd), "budget of the work planned by now"});
  table.row({"earned value", money(e.earned_value_usd), "budget of the work done"});
  table.row({"actual cost", money(e.actual_cost_usd), "spent"});
  table.row({"SPI, CPI", ratio(e.schedule_performance) + ", " + ratio(e.cost_performance),
             "earned over planned, over spent"});
  table.row({"estimate at completion", e.estimate_at_completion_usd ? money(*e.estimate_at_completion_usd) : "none",
             "budget over CPI"});
  table.row({"SPI(t)", ratio(e.schedule_performance_time), "earned schedule over days gone"});
  table.row({"finish now", day_text(s.forecast->finish - 1), "critical path with the work that is left"});
  return table.text() + "\n";
}

std::string levelled_text(const Schedule& s) {
  if (!s.levelled) return "not levelled";
  const auto& l = *s.levelled;
  return std::format("levelled {}{}, rule: {}", day_text(l.finish - 1), l.shortest() ? ", which is the shortest" : "",
                     con::name_of(l.rule));
}

std::string schedule_text(const Schedule& s) {
  if (s.network.activities.empty()) return s.network.name + ": no activities\n";
  std::string text = std::format("{}: {} activities, finish {} ({})", s.network.name, s.network.activities.size(),
                                 day_text(s.cpm.finish - 1), levelled_text(s));
  if (!s.blocks.empty()) {
    const std::size_t b = last_block(s);
    text += std::format("; last building {}, {}", s.blocks[b].id,
                        day_text(s.cpm.dates[s.blocks[b].ready].finish));
    if (!s.risk.watched.empty()) {
      const auto at = [&](double share) { return day_text(con::percentile_of(s.risk.watched[b], share)); };
      text += std::format(" (P10 {}, P50 {}, P90 {})", at(0.1), at(0.5), at(0.9));
    }
  }
  text += "\n\n" + earned_text(s);
  if (s.blocks.empty()) return text + activities_text(s) + "\n" + path_text(s);
  const Agreement a = agreement(s);
  text += blocks_text(s) + "\n" +
          std::format(
              "Plan and schedule agree on {} of {} buildings (ready no later than the first day of the plan's quarter; "
              "latest by {} days).\n"
              "Shared equipment and crews move {} buildings.\n\n",
              a.agree, s.blocks.size(), a.latest_days, a.moved);
  return text + path_text(s) + "\n" + commitments_text(s) + facts_text();
}

// ---- what a machine reads ------------------------------------------------------------------------------------------

json activity_json(const Schedule& s, std::size_t i) {
  const auto& a = s.network.activities[i];
  const auto& d = s.cpm.dates[i];
  const auto hours = [](con::Minutes m) { return static_cast<double>(m) / 60; };
  json row{{"id", a.id},
           {"name", s.network.tasks[i].name},
           {"group", s.network.tasks[i].group},
           {"duration_days", days(s, i, a.duration)},
           {"duration_hours", hours(a.duration)},
           {"remaining_hours", hours(a.left())},
           {"status", a.done() ? "done" : a.begun() ? "begun" : "not begun"},
           {"start", first_text(s, i, d.start)},
           {"finish", last_text(s, i, d.start, d.finish)},
           {"early_start", first_text(s, i, a.begun() ? d.start : d.early_start)},
           {"early_finish", last_text(s, i, d.early_start, a.done() ? d.finish : d.early_finish)},
           {"late_start", first_text(s, i, d.late_start)},
           {"late_finish", last_text(s, i, d.late_start, d.late_finish)},
           {"start_at", con::to_text(d.start)},
           {"finish_at", con::to_text(d.finish)},
           {"early_start_at", con::to_text(d.early_start)},
           {"early_finish_at", con::to_text(d.early_finish)},
           {"late_start_at", con::to_text(d.late_start)},
           {"late_finish_at", con::to_text(d.late_finish)},
           {"total_float_days", days(s, i, d.total_float)},
           {"total_float_hours", hours(d.total_float)},
           {"free_float_days", days(s, i, d.free_float)},
           {"free_float_hours", hours(d.free_float)},
           {"critical", d.critical},
           {"longest_path", d.longest_path}};
  if (s.levelled) {
    row["levelled_start"] = first_text(s, i, s.levelled->starts[i]);
    row["levelled_finish"] = last_text(s, i, s.levelled->starts[i], s.levelled->finishes[i]);
  }
  if (!s.risk.criticality.empty()) row["criticality"] = s.risk.criticality[i];
  return row;
}

json block_json(const Schedule& s, std::size_t b) {
  const auto& block = s.blocks[b];
  const Date finish = con::day_of(s.cpm.dates[block.ready].finish);
  json row{{"id", block.id},
           {"site", block.site},
           {"committed", block.committed},
           {"it_mw", block.it_mw},
           {"start", to_string(block.start)},
           {"plan_ready_quarter", to_string(block.planned_ready)},
           {"schedule_ready", to_string(finish)},
           {"days_late", con::days_late(block, finish)},
           {"on_time_share", on_time_share(s, b)},
           {"week_cost_compute_usd", s.week_costs[b].compute_usd},
           {"week_cost_carrying_usd", s.week_costs[b].carrying_usd}};
  if (s.levelled) row["levelled_ready"] = day_text(s.levelled->finishes[block.ready]);
  if (block.reported_ready) row["reported_ready"] = to_string(*block.reported_ready);
  for (const auto& [name, share] : {std::pair{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}})
    if (!s.risk.watched.empty()) row[name] = day_text(con::percentile_of(s.risk.watched[b], share));
  return row;
}

json schedule_json(const Schedule& s) {
  json out{{"name", s.network.name},
           {"start", day_text(s.network.start)},
           {"finish", day_text(s.cpm.finish - 1)},
           {"finish_at", con::to_text(s.cpm.finish)},
           {"activities", json::array()},
           {"buildings", json::array()},
           {"critical_path", json::array()}};
  if (s.network.rules.front().data_date) out["data_date"] = con::to_text(*s.network.rules.front().data_date);
  if (s.levelled) {
    const auto& l = *s.levelled;
    out["levelled_finish"] = day_text(l.finish - 1);
    out["levelled_finish_at"] = con::to_text(l.finish);
    out["levelling_rule"] = con::name_of(l.rule);
    out["levelling"] = {{"schedules", l.schedules},
                        {"hours", static_cast<double>(l.finish - s.network.start) / 60},
                        {"shortest_possible_hours", static_cast<double>(l.bound - s.network.start) / 60},
                        {"shortest", l.shortest()},
                        {"unlevelled", l.unlevelled},
                        {"unlimited", l.unlimited}};
  }
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) out["activities"].push_back(activity_json(s, i));
  for (std::size_t b = 0; b < s.blocks.size(); ++b) out["buildings"].push_back(block_json(s, b));
  for (const std::size_t i : shown_path(s)) out["critical_path"].push_back(s.network.activities[i].id);
  for (const auto& [name, share] : {std::pair{"finish_p10", 0.1}, {"finish_p50", 0.5}, {"finish_p90", 0.9}})
    if (!s.risk.finishes.empty()) out[name] = day_text(con::percentile_of(s.risk.finishes, share));
  for (const auto& f : con::fit_phases(read_facts(con::dated_phase_table())))
    out["fits"].push_back({{"phase", f.phase},
                           {"finished", f.finished},
                           {"running", f.running},
                           {"mu", f.days.mu},
                           {"sigma", f.days.sigma},
                           {"median_days", f.days.median()},
                           {"ks_distance", f.test.distance},
                           {"ks_bound", f.test.bound_5_percent}});
  const auto slip = con::slippage(read_facts(con::promised_date_table()));
  out["slippage"] = {{"milestones", slip.milestones},
                     {"mean_days", slip.mean_days},
                     {"median_days", slip.median_days},
                     {"most_days", slip.most_days},
                     {"share_late", slip.share_late}};
  const Agreement a = agreement(s);
  out["plan_dates_are_schedule_dates"] = {{"buildings", s.blocks.size()},
                                          {"agree", a.agree},
                                          {"latest_days", a.latest_days},
                                          {"moved_by_levelling", a.moved}};
  if (s.earned) {
    const auto value = [](const std::optional<double>& v) { return v ? json(*v) : json(); };
    const auto& e = *s.earned;
    out["earned_value"] = {{"planned_value_usd", e.planned_value_usd},
                           {"earned_value_usd", e.earned_value_usd},
                           {"actual_cost_usd", e.actual_cost_usd},
                           {"schedule_performance", value(e.schedule_performance)},
                           {"cost_performance", value(e.cost_performance)},
                           {"estimate_at_completion_usd", value(e.estimate_at_completion_usd)},
                           {"earned_schedule_days", e.earned_schedule_days},
                           {"schedule_performance_time", value(e.schedule_performance_time)},
                           {"forecast_finish", day_text(s.forecast->finish - 1)}};
  }
  return out;
}

std::string activities_csv(const Schedule& s) {
  CsvWriter csv({"activity", "name", "group", "duration_days", "start", "finish", "early_start", "early_finish",
                 "late_start", "late_finish", "total_float_days", "free_float_days", "critical", "levelled_start",
                 "levelled_finish", "budget_usd"});
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& a = s.network.activities[i];
    const auto& t = s.network.tasks[i];
    const auto& d = s.cpm.dates[i];
    csv << a.id << t.name << t.group << days(s, i, a.duration) << first_text(s, i, d.start)
        << last_text(s, i, d.start, d.finish) << first_text(s, i, d.early_start)
        << last_text(s, i, d.early_start, d.early_finish) << first_text(s, i, d.late_start)
        << last_text(s, i, d.late_start, d.late_finish) << days(s, i, d.total_float) << days(s, i, d.free_float)
        << (d.critical ? "true" : "false") << (s.levelled ? first_text(s, i, s.levelled->starts[i]) : "")
        << (s.levelled ? last_text(s, i, s.levelled->starts[i], s.levelled->finishes[i]) : "") << t.budget_usd;
  }
  return csv.text();
}

/// Every activity a bar.
std::string activities_gantt(const Schedule& s) {
  std::vector<con::GanttBar> bars;
  const auto day = [](const std::optional<con::Instant>& at) {
    return at ? std::optional(con::day_of(*at)) : std::nullopt;
  };
  const auto end_day = [](con::Instant at) { return con::day_of(at + con::minutes_a_day - 1); };
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& d = s.cpm.dates[i];
    const auto& a = s.network.activities[i];
    const auto& t = s.network.tasks[i];
    const bool milestone = d.start == d.finish;
    bars.push_back({t.group, t.name.empty() ? a.id : t.name, con::day_of(d.start),
                    milestone ? con::day_of(d.start) : end_day(d.finish), end_day(d.late_finish), day(a.actual_start),
                    day(a.actual_finish), d.critical});
  }
  std::ranges::stable_sort(bars, {}, &con::GanttBar::group);
  return con::gantt_svg(s.network.name, bars, s.on_day);
}

/// Every building a bar, from its order to the day it is ready; float up to the plan's quarter.
std::string buildings_gantt(const Schedule& s) {
  std::vector<con::GanttBar> bars;
  for (const auto& block : s.blocks)
    bars.push_back({s.network.tasks[block.ready].group,
                    block.id,
                    block.start,
                    con::day_of(s.cpm.dates[block.ready].finish),
                    block.planned_ready.first_day(),
                    {},
                    {},
                    s.cpm.dates[block.ready].critical});
  std::ranges::stable_sort(bars, {}, &con::GanttBar::group);
  return con::gantt_svg(s.network.name + ": buildings", bars, s.on_day);
}

void write_files(const Options& o, const Schedule& s) {
  const std::filesystem::path folder = o.output;
  write_file(folder / "schedule.csv", activities_csv(s));
  write_file(folder / "schedule.json", schedule_json(s).dump(2) + "\n");
  write_file(folder / "schedule.svg", activities_gantt(s));
  if (!s.blocks.empty()) write_file(folder / "buildings.svg", buildings_gantt(s));
  const con::Network& handed = s.blocks.empty() ? s.network : s.detailed;
  const con::CriticalPath cpm = s.blocks.empty() ? s.cpm : con::critical_path(s.detailed);
  write_file(folder / "schedule.xer", exchange::schedule_as_xer(o.input, s.source_text, handed, cpm));
  write_file(folder / "schedule.xml", exchange::schedule_as_msproject(o.input, s.source_text, handed, cpm));
}

void print_dcma(const Options& o, const Schedule& s) {
  const auto checks = s.blocks.empty() ? con::dcma_checks(s.network, s.cpm)
                                       : con::dcma_checks(s.detailed, con::critical_path(s.detailed));
  const auto failed = std::ranges::count_if(checks, [](const auto& c) { return c.applies && !c.passed; });
  if (o.as_json) {
    json list = json::array();
    for (const auto& c : checks)
      list.push_back({{"number", c.number}, {"name", c.name}, {"what", c.what}, {"found", c.found}, {"of", c.of},
                      {"limit", c.limit}, {"applies", c.applies}, {"passed", c.passed}, {"justified", c.justified},
                      {"activities", c.activities}});
    std::println("{}", json{{"name", s.network.name}, {"failed", failed}, {"checks", list}}.dump(2));
    return;
  }
  TextTable table({"", "DCMA", "found", "of", "limit", "", "what is counted"});
  for (const auto& c : checks)
    table.row({std::to_string(c.number), c.name, shortest(std::round(100 * c.found) / 100), shortest(std::round(c.of)),
               c.limit, !c.applies ? "does not apply" : c.passed ? "passed" : "FAILED",
               c.what + (c.justified > 0 ? std::format("; {} more with a reason", c.justified) : "")});
  std::print("{}", table.text());
  for (const auto& c : checks)
    if (c.applies && !c.passed && !c.activities.empty()) {
      std::string ids;
      for (std::size_t k = 0; k < c.activities.size() && k < 8; ++k) ids += (k ? ", " : "") + c.activities[k];
      std::println("{}: {}{}", c.name, ids, c.activities.size() > 8 ? std::format(" and {} more", c.activities.size() - 8) : "");
    }
  std::println("{} of 14 points passed or do not apply.", 14 - failed);
}

}  // namespace

void add_schedule(CLI::App& app) {
  auto* command = app.add_subcommand(
      "schedule", "Dates, floats, critical path and risk of a plan, a P6 XER or a Microsoft Project XML file");
  auto o = std::make_shared<Options>();
  command->add_option("input", o->input, "folder of a plan, or a file: .xer or .xml of P6, .xml of Microsoft Project, .sm of PSPLIB")
      ->required();
  command->add_option("--programme", o->programme, "folder of the plan's programme, if not the copy in the plan");
  command->add_option("-o,--output", o->output,
                      "folder for schedule.csv, .json, .svg, .xer and .xml, and buildings.svg");
  command->add_option("--crews", o->crews, "crews of each trade for all sites; no limit without it")
      ->check(CLI::PositiveNumber);
  command->add_flag("--no-level", o->no_level, "dates of the critical path only; resources are not looked at");
  command->add_option("--placements", o->placements, "activities that the search for a levelled schedule places")
      ->capture_default_str();
  command->add_option("--samples", o->samples, "futures drawn; 0 for none")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--seed", o->seed, "seed of the futures")->capture_default_str();
  command->add_option("--correlation", o->correlation, "of durations, by a common cause")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--actuals", o->actuals, "CSV: activity, started, finished, complete, cost_usd_m");
  command->add_option("--on", o->on, "day of the report, for earned value and what is left");
  command->add_flag("--dcma", o->dcma, "the fourteen points of the DCMA's schedule assessment");
  command->add_flag("--json", o->as_json, "for machines");
  command->callback([o] {
    const Schedule s = make_schedule(*o);
    if (!o->output.empty()) write_files(*o, s);
    if (o->dcma) return print_dcma(*o, s);
    std::print("{}", o->as_json ? schedule_json(s).dump(2) + "\n" : schedule_text(s));
    if (interrupted()) finish(Exit::interrupted);
  });
}

}  // namespace stargate::cli
