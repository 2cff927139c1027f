// stargate schedule: the dates of a plan, or of a P6 or Microsoft Project file.
#include <algorithm>
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
#include "construction/gantt.h"
#include "construction/phases.h"
#include "construction/plan_schedule.h"
#include "exchange/msproject.h"
#include "exchange/xer.h"
#include "programme/facts.h"

namespace stargate::cli {

namespace {

namespace con = construction;
using nlohmann::json;

struct Options {
  std::string input, programme, output, actuals, on;
  std::optional<double> crews;
  int samples = 1000;
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
  std::vector<con::WeekCost> week_costs;  ///< as the blocks
  con::Levelled levelled;
  con::ScheduleRisk risk;
  std::string source_text;  ///< of a file that was read, to be written back
  std::optional<int> on_day;
  std::optional<con::EarnedValue> earned;
  std::optional<con::CriticalPath> forecast;  ///< with progress built in
};

bool is_file_of(const std::string& name, std::string_view ending) { return lower(name).ends_with(ending); }

std::string date_text(const con::Network& n, int day) { return to_string(n.date(day)); }

void read_file_schedule(const Options& o, Schedule& s) {
  s.source_text = read_file(o.input);
  Diagnostics diagnostics;
  s.network = is_file_of(o.input, ".xer")
                  ? exchange::network_from_xer(exchange::parse_xer(o.input, s.source_text), diagnostics)
                  : exchange::read_msproject(o.input, s.source_text, diagnostics);
  for (const auto& d : diagnostics.all()) std::println(stderr, "{}", to_string(d));
  s.durations.resize(s.network.activities.size());
}

void read_plan_schedule(const Options& o, Schedule& s) {
  const auto [plan, programme] = read_plan_inputs(o.input, o.programme);
  auto planned = con::plan_schedule(programme, plan, o.crews);
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
  const auto on = parse_date(o.on);
  if (!on) throw InputError({}, std::format("--on is '{}'", o.on), "a day: 2026-08-01");
  s.on_day = static_cast<int>((*on - s.network.start).count());
  s.earned = con::earned_value(con::progress_of(s.network, s.cpm), *s.on_day);
  s.forecast = con::critical_path(con::with_progress(s.network, *s.on_day));
}

Schedule make_schedule(const Options& o) {
  Schedule s;
  if (is_file_of(o.input, ".xer") || is_file_of(o.input, ".xml"))
    read_file_schedule(o, s);
  else
    read_plan_schedule(o, s);
  s.cpm = con::critical_path(s.network.activities);
  s.levelled = con::level(s.network.activities, s.network.uses(), s.network.resources);
  con::ScheduleRiskOptions options{o.samples, o.seed, default_threads(), o.correlation, {}};
  for (const auto& block : s.blocks) options.watched.push_back(block.ready);
  if (o.samples > 0) s.risk = con::simulate_schedule(s.network.activities, s.durations, options);
  add_progress(o, s);
  return s;
}

// ---- what a person reads -------------------------------------------------------------------------------------------

/// Share of futures in which the building is ready by the first day of its planned quarter.
double on_time_share(const Schedule& s, std::size_t b) {
  if (s.risk.watched.empty() || s.risk.watched[b].empty()) return 0;
  const auto& days = s.risk.watched[b];
  const int due = static_cast<int>((s.blocks[b].planned_ready.first_day() - s.network.start).count());
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
    const int late = con::days_late(block, s.network.date(s.cpm.dates[block.ready].early_finish));
    a.agree += late <= 0;
    a.latest_days = std::max(a.latest_days, late);
    a.moved += s.levelled.finishes[block.ready] > s.cpm.dates[block.ready].early_finish;
  }
  return a;
}

std::string blocks_text(const Schedule& s) {
  TextTable table({"building", "start", "plan: ready", "schedule", "late", "levelled", "P10", "P50", "P90", "on time",
                   "week costs"});
  for (std::size_t b = 0; b < s.blocks.size(); ++b) {
    const auto& block = s.blocks[b];
    const int finish = s.cpm.dates[block.ready].early_finish;
    const auto at = [&](double share) {
      return s.risk.watched.empty() ? std::string("-")
                                    : date_text(s.network, con::percentile_of(s.risk.watched[b], share));
    };
    table.row({block.id, to_string(block.start), to_string(block.planned_ready), date_text(s.network, finish),
               std::format("{} d", std::max(0, con::days_late(block, s.network.date(finish)))),
               date_text(s.network, s.levelled.finishes[block.ready]), at(0.1), at(0.5), at(0.9),
               std::format("{:.0f} %", 100 * on_time_share(s, b)),
               std::format("{:.1f} M", s.week_costs[b].usd() / 1e6)});
  }
  return table.text();
}

/// The building that is ready last.
std::size_t last_block(const Schedule& s) {
  const auto ready = [&](const con::PlannedBlock& b) { return s.cpm.dates[b.ready].early_finish; };
  return static_cast<std::size_t>(std::ranges::max_element(s.blocks, {}, ready) - s.blocks.begin());
}

/// The critical path of the schedule; for a plan that of its last building, not of a power plant or a grid connection
/// behind it.
std::vector<std::size_t> shown_path(const Schedule& s) {
  if (s.blocks.empty()) return s.cpm.path;
  return con::driving_path(s.network.activities, s.cpm, s.blocks[last_block(s)].ready);
}

std::string path_text(const Schedule& s) {
  TextTable table({"critical path", "work", "starts", "ends", "days"});
  for (const std::size_t i : shown_path(s)) {
    const auto& d = s.cpm.dates[i];
    table.row({s.network.activities[i].id, s.network.tasks[i].name, date_text(s.network, d.early_start),
               date_text(s.network, d.early_finish), std::to_string(d.early_finish - d.early_start)});
  }
  return table.text();
}

std::string activities_text(const Schedule& s) {
  TextTable table(
      {"activity", "name", "early start", "early finish", "late finish", "total float", "free float", "critical"});
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& d = s.cpm.dates[i];
    table.row({s.network.activities[i].id, s.network.tasks[i].name, date_text(s.network, d.early_start),
               date_text(s.network, d.early_finish), date_text(s.network, d.late_finish), std::to_string(d.total_float),
               std::to_string(d.free_float), d.critical ? "yes" : ""});
  }
  return table.text();
}

std::string commitments_text(const Schedule& s) {
  TextTable table({"begun before the plan", "started", "schedule", "reported", "reported later by"});
  bool any = false;
  for (const auto& block : s.blocks) {
    if (!block.reported_ready) continue;
    any = true;
    const Date finish = s.network.date(s.cpm.dates[block.ready].early_finish);
    table.row({block.id, to_string(block.start), to_string(finish), to_string(*block.reported_ready),
               std::format("{} d", (*block.reported_ready - finish).count())});
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
  TextTable table({"earned value on " + date_text(s.network, *s.on_day), "", "what it is"});
  table.row({"planned value", money(e.planned_value_usd), "budget of the work planned by now"});
  table.row({"earned value", money(e.earned_value_usd), "budget of the work done"});
  table.row({"actual cost", money(e.actual_cost_usd), "spent"});
  table.row({"SPI, CPI", ratio(e.schedule_performance) + ", " + ratio(e.cost_performance),
             "earned over planned, over spent"});
  table.row({"estimate at completion", e.estimate_at_completion_usd ? money(*e.estimate_at_completion_usd) : "none",
             "budget over CPI"});
  table.row({"SPI(t)", ratio(e.schedule_performance_time), "earned schedule over days gone"});
  table.row({"finish now", date_text(s.network, s.forecast->finish_day), "critical path with the work that is left"});
  return table.text() + "\n";
}

std::string schedule_text(const Schedule& s) {
  std::string text = std::format("{}: {} activities, finish {} (levelled {}, rule: {})", s.network.name,
                                 s.network.activities.size(), date_text(s.network, s.cpm.finish_day),
                                 date_text(s.network, s.levelled.finish_day), con::name_of(s.levelled.rule));
  if (!s.blocks.empty()) {
    const std::size_t b = last_block(s);
    text += std::format("; last building {}, {}", s.blocks[b].id,
                        date_text(s.network, s.cpm.dates[s.blocks[b].ready].early_finish));
    if (!s.risk.watched.empty()) {
      const auto at = [&](double share) { return date_text(s.network, con::percentile_of(s.risk.watched[b], share)); };
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
  json row{{"id", a.id},
           {"name", s.network.tasks[i].name},
           {"group", s.network.tasks[i].group},
           {"duration_days", a.duration_days},
           {"early_start", date_text(s.network, d.early_start)},
           {"early_finish", date_text(s.network, d.early_finish)},
           {"late_start", date_text(s.network, d.late_start)},
           {"late_finish", date_text(s.network, d.late_finish)},
           {"total_float_days", d.total_float},
           {"free_float_days", d.free_float},
           {"critical", d.critical},
           {"levelled_start", date_text(s.network, s.levelled.starts[i])},
           {"levelled_finish", date_text(s.network, s.levelled.finishes[i])}};
  if (!s.risk.criticality.empty()) row["criticality"] = s.risk.criticality[i];
  return row;
}

json block_json(const Schedule& s, std::size_t b) {
  const auto& block = s.blocks[b];
  const Date finish = s.network.date(s.cpm.dates[block.ready].early_finish);
  json row{{"id", block.id},
           {"site", block.site},
           {"committed", block.committed},
           {"it_mw", block.it_mw},
           {"start", to_string(block.start)},
           {"plan_ready_quarter", to_string(block.planned_ready)},
           {"schedule_ready", to_string(finish)},
           {"days_late", con::days_late(block, finish)},
           {"levelled_ready", date_text(s.network, s.levelled.finishes[block.ready])},
           {"on_time_share", on_time_share(s, b)},
           {"week_cost_compute_usd", s.week_costs[b].compute_usd},
           {"week_cost_carrying_usd", s.week_costs[b].carrying_usd}};
  if (block.reported_ready) row["reported_ready"] = to_string(*block.reported_ready);
  for (const auto& [name, share] : {std::pair{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}})
    if (!s.risk.watched.empty()) row[name] = date_text(s.network, con::percentile_of(s.risk.watched[b], share));
  return row;
}

json schedule_json(const Schedule& s) {
  json out{{"name", s.network.name},
           {"start", to_string(s.network.start)},
           {"finish", date_text(s.network, s.cpm.finish_day)},
           {"finish_day", s.cpm.finish_day},
           {"levelled_finish", date_text(s.network, s.levelled.finish_day)},
           {"levelling_rule", con::name_of(s.levelled.rule)},
           {"activities", json::array()},
           {"buildings", json::array()},
           {"critical_path", json::array()}};
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) out["activities"].push_back(activity_json(s, i));
  for (std::size_t b = 0; b < s.blocks.size(); ++b) out["buildings"].push_back(block_json(s, b));
  for (const std::size_t i : shown_path(s)) out["critical_path"].push_back(s.network.activities[i].id);
  for (const auto& [name, share] : {std::pair{"finish_p10", 0.1}, {"finish_p50", 0.5}, {"finish_p90", 0.9}})
    if (!s.risk.finish_days.empty()) out[name] = date_text(s.network, con::percentile_of(s.risk.finish_days, share));
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
                           {"forecast_finish", date_text(s.network, s.forecast->finish_day)}};
  }
  return out;
}

std::string activities_csv(const Schedule& s) {
  CsvWriter csv({"activity", "name", "group", "duration_days", "early_start", "early_finish", "late_start",
                 "late_finish", "total_float_days", "free_float_days", "critical", "levelled_start", "levelled_finish",
                 "budget_usd"});
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& a = s.network.activities[i];
    const auto& t = s.network.tasks[i];
    const auto& d = s.cpm.dates[i];
    csv << a.id << t.name << t.group << a.duration_days << date_text(s.network, d.early_start)
        << date_text(s.network, d.early_finish) << date_text(s.network, d.late_start)
        << date_text(s.network, d.late_finish) << d.total_float << d.free_float << (d.critical ? "true" : "false")
        << date_text(s.network, s.levelled.starts[i]) << date_text(s.network, s.levelled.finishes[i]) << t.budget_usd;
  }
  return csv.text();
}

std::optional<Date> report_day(const Schedule& s) {
  return s.on_day ? std::optional(s.network.date(*s.on_day)) : std::nullopt;
}

/// Every activity a bar.
std::string activities_gantt(const Schedule& s) {
  std::vector<con::GanttBar> bars;
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& d = s.cpm.dates[i];
    const auto& t = s.network.tasks[i];
    bars.push_back({t.group, t.name.empty() ? s.network.activities[i].id : t.name, s.network.date(d.early_start),
                    s.network.date(d.early_finish), s.network.date(d.late_finish), t.actual_start, t.actual_finish,
                    d.critical});
  }
  std::ranges::stable_sort(bars, {}, &con::GanttBar::group);
  return con::gantt_svg(s.network.name, bars, report_day(s));
}

/// Every building a bar, from its order to the day it is ready; float up to the plan's quarter.
std::string buildings_gantt(const Schedule& s) {
  std::vector<con::GanttBar> bars;
  for (const auto& block : s.blocks)
    bars.push_back({s.network.tasks[block.ready].group,
                    block.id,
                    block.start,
                    s.network.date(s.cpm.dates[block.ready].early_finish),
                    block.planned_ready.first_day(),
                    {},
                    {},
                    s.cpm.dates[block.ready].critical});
  std::ranges::stable_sort(bars, {}, &con::GanttBar::group);
  return con::gantt_svg(s.network.name + ": buildings", bars, report_day(s));
}

void write_files(const Options& o, const Schedule& s) {
  const std::filesystem::path folder = o.output;
  const bool from_xer = is_file_of(o.input, ".xer"), from_xml = is_file_of(o.input, ".xml");
  write_file(folder / "schedule.csv", activities_csv(s));
  write_file(folder / "schedule.json", schedule_json(s).dump(2) + "\n");
  write_file(folder / "schedule.svg", activities_gantt(s));
  if (!s.blocks.empty()) write_file(folder / "buildings.svg", buildings_gantt(s));
  write_file(
      folder / "schedule.xer",
      exchange::write_xer(from_xer ? exchange::with_dates(exchange::parse_xer(o.input, s.source_text), s.network, s.cpm)
                                   : exchange::xer_from_network(s.network, s.cpm)));
  write_file(folder / "schedule.xml", from_xml
                                          ? exchange::msproject_with_dates(o.input, s.source_text, s.network, s.cpm)
                                          : exchange::write_msproject(s.network, s.cpm));
}

}  // namespace

void add_schedule(CLI::App& app) {
  auto* command = app.add_subcommand(
      "schedule", "Dates, floats, critical path and risk of a plan, a P6 XER or a Microsoft Project XML file");
  auto o = std::make_shared<Options>();
  command->add_option("input", o->input, "folder of a plan, or FILE.xer or FILE.xml")->required();
  command->add_option("--programme", o->programme, "folder of the plan's programme, if not the copy in the plan");
  command->add_option("-o,--output", o->output,
                      "folder for schedule.csv, .json, .svg, .xer and .xml, and buildings.svg");
  command->add_option("--crews", o->crews, "crews of each trade for all sites; no limit without it")
      ->check(CLI::PositiveNumber);
  command->add_option("--samples", o->samples, "futures drawn; 0 for none")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--seed", o->seed, "seed of the futures")->capture_default_str();
  command->add_option("--correlation", o->correlation, "of durations, by a common cause")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--actuals", o->actuals, "CSV: activity, started, finished, complete, cost_usd_m");
  command->add_option("--on", o->on, "day of the report, for earned value and what is left");
  command->add_flag("--json", o->as_json, "for machines");
  command->callback([o] {
    const Schedule s = make_schedule(*o);
    if (!o->output.empty()) write_files(*o, s);
    std::print("{}", o->as_json ? schedule_json(s).dump(2) + "\n" : schedule_text(s));
    if (interrupted()) finish(Exit::interrupted);
  });
}

}  // namespace stargate::cli
