#include "answers/schedule_case.h"

#include <algorithm>
#include <format>

#include "answers/plan_inputs.h"
#include "base/files.h"
#include "construction/actuals.h"
#include "construction/gantt.h"
#include "exchange/schedule_file.h"

namespace stargate {

namespace con = construction;

namespace {

void read_file_schedule(const ScheduleOptions& o, ScheduleCase& s) {
  s.source_text = read_file(o.input);
  Diagnostics diagnostics;
  s.network = exchange::read_schedule(o.input, s.source_text, diagnostics);
  for (const auto& d : diagnostics.all()) s.notes.push_back(to_string(d));
  s.parts_left_out = !diagnostics.all().empty();
  s.durations.resize(s.network.activities.size());
}

void read_plan_schedule(const ScheduleOptions& o, ScheduleCase& s) {
  const auto [plan, programme, notes] = read_plan_inputs(o.input, o.programme);
  s.notes = notes;
  auto planned = con::plan_schedule(programme, plan, o.crews);
  s.detailed = con::detailed_network(planned);
  s.network = std::move(planned.network);
  s.durations = std::move(planned.durations);
  s.blocks = std::move(planned.blocks);
  for (const auto& block : s.blocks) s.week_costs.push_back(con::week_cost(programme, plan, block));
}

void add_progress(const ScheduleOptions& o, ScheduleCase& s) {
  if (!o.actuals.empty()) {
    Diagnostics diagnostics;
    const auto rows =
        read_table(con::actual_table(), parse_csv(o.actuals, read_file(o.actuals), diagnostics), diagnostics);
    diagnostics.throw_if_errors();
    con::apply_actuals(s.network, rows, o.actuals);
  }
  if (!o.on) {
    if (!o.actuals.empty()) throw InputError({}, "--actuals needs --on, the day of the report", "--on 2026-08-01");
    return;
  }
  s.on_day = o.on;
  const auto day = (*s.on_day - con::day_of(s.network.start)).count();
  s.earned = con::earned_value(con::progress_of(s.network, s.cpm), static_cast<int>(day));
  s.forecast = con::critical_path(con::with_progress(s.network, *s.on_day));
}

}  // namespace

ScheduleCase make_schedule(const ScheduleOptions& o, Run& run) {
  ScheduleCase s;
  if (exchange::is_schedule_file(o.input))
    read_file_schedule(o, s);
  else
    read_plan_schedule(o, s);
  s.cpm = con::critical_path(s.network);
  if (!o.no_level) {
    con::LevellingOptions levelling{.placements = static_cast<std::size_t>(o.placements),
                                    .seed = static_cast<std::uint64_t>(o.seed),
                                    .stop = [&run] { return run.stopped(); }};
    s.levelled = con::level(s.network.activities, s.network.uses(), s.network.resources, s.network.rules, levelling);
    for (const auto& text : s.levelled->unlevelled)
      s.notes.push_back(text + ": it is not levelled, and its dates are those of the critical path");
    s.parts_left_out |= !s.levelled->unlevelled.empty();
    if (s.blocks.empty())  // a plan has resources without a limit of its own accord
      for (const auto& name : s.levelled->unlimited)
        s.notes.push_back(std::format("resource '{}' states no limit and is not levelled", name));
  }
  con::ScheduleRiskOptions options{
      static_cast<int>(o.samples), static_cast<std::uint64_t>(o.seed), run.threads, o.correlation, {}};
  for (const auto& block : s.blocks) options.watched.push_back(block.ready);
  const bool uncertain = std::ranges::any_of(s.durations, [](const auto& d) { return d.sigma > 0; });
  if (o.samples > 0 && uncertain)
    s.risk = con::simulate_schedule(s.network.activities, s.network.rules, s.durations, options);
  add_progress(o, s);
  return s;
}

std::size_t ScheduleCase::last_block() const {
  const auto ready = [&](const con::PlannedBlock& b) { return cpm.dates[b.ready].finish; };
  return static_cast<std::size_t>(std::ranges::max_element(blocks, {}, ready) - blocks.begin());
}

std::vector<std::size_t> ScheduleCase::shown_path() const {
  return of_plan() ? con::driving_path(network.activities, network.rules, cpm, blocks[last_block()].ready) : cpm.path;
}

double ScheduleCase::on_time_share(std::size_t b) const {
  if (risk.watched.empty() || risk.watched[b].empty()) return 0;
  const auto& list = risk.watched[b];
  const con::Instant due = con::midnight_of(blocks[b].planned_ready.first_day());
  return static_cast<double>(std::ranges::upper_bound(list, due) - list.begin()) / static_cast<double>(list.size());
}

std::string ScheduleCase::first(std::size_t i, con::Instant start) const {
  return to_string(con::first_day(network.activities[i], start));
}
std::string ScheduleCase::last(std::size_t i, con::Instant start, con::Instant finish) const {
  return to_string(con::last_day(network.activities[i], start, finish));
}
double ScheduleCase::days(std::size_t i, con::Minutes minutes) const {
  return con::days_of(network.activities[i], minutes);
}

PlanAgreement agreement(const ScheduleCase& s) {
  PlanAgreement a;
  for (const auto& block : s.blocks) {
    const int late = con::days_late(block, block.expected_ready);
    a.agree += late <= 0;
    a.latest_days = std::max(a.latest_days, late);
    a.moved += s.levelled && s.levelled->finishes[block.ready] > s.cpm.dates[block.ready].early_finish;
  }
  return a;
}

std::vector<con::DcmaCheck> dcma_of(const ScheduleCase& s) {
  return s.of_plan() ? con::dcma_checks(s.detailed, con::critical_path(s.detailed))
                     : con::dcma_checks(s.network, s.cpm);
}

namespace {

/// Every activity a bar.
std::string activities_gantt(const ScheduleCase& s) {
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
std::string buildings_gantt(const ScheduleCase& s) {
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

}  // namespace

std::vector<std::pair<std::string, std::string>> schedule_files(const ScheduleOptions& o, const ScheduleCase& s) {
  std::vector<std::pair<std::string, std::string>> files{{"schedule.svg", activities_gantt(s)}};
  if (s.of_plan()) files.emplace_back("buildings.svg", buildings_gantt(s));
  const con::Network& handed = s.of_plan() ? s.detailed : s.network;
  const con::CriticalPath cpm = s.of_plan() ? con::critical_path(s.detailed) : s.cpm;
  files.emplace_back("schedule.xer", exchange::schedule_as_xer(o.input, s.source_text, handed, cpm));
  files.emplace_back("schedule.xml", exchange::schedule_as_msproject(o.input, s.source_text, handed, cpm));
  return files;
}

}  // namespace stargate
