// stargate schedule: the dates of a plan, or of a P6 or Microsoft Project file.
#include <algorithm>
#include <memory>

#include "answers/commands.h"
#include "answers/schedule_case.h"
#include "base/results.h"
#include "construction/phases.h"
#include "programme/facts.h"

namespace stargate {

namespace con = construction;

namespace {

const Table<ScheduleOptions>& options() {
  using O = ScheduleOptions;
  static const Table<O> t{
      "schedule",
      "Dates, floats, critical path, levelling and risk of a plan, or of a schedule of P6, Microsoft Project or "
      "PSPLIB.",
      {field("input", &O::input,
             "folder of a plan, or a file: .xer or .xml of P6, .xml of Microsoft Project, .sm of PSPLIB")
           .as_argument(),
       field("programme", &O::programme, "folder of the plan's programme, if not the copy in the plan").optional(),
       field("out", &O::out, "folder for the tables, schedule.svg, .xer and .xml, and buildings.svg")
           .optional()
           .as_letter('o'),
       field("crews", &O::crews, "crews of each trade for all sites; no limit without it").optional().range(1e-9, 1e9),
       field("no_level", &O::no_level, "dates of the critical path only; resources are not looked at").optional(),
       field("placements", &O::placements, "activities that the search for a levelled schedule places")
           .optional()
           .range(1, 1e12),
       field("samples", &O::samples, "futures drawn; 0 for none").optional().range(0, 1e6),
       field("seed", &O::seed, "seed of the futures and of levelling").optional().from(0),
       field("correlation", &O::correlation, "of durations, by a common cause").optional().range(0, 1),
       field("actuals", &O::actuals, "CSV: activity, started, finished, complete, cost_usd_m").optional(),
       field("on", &O::on, "day of the report, for earned value and what is left").optional(),
       field("dcma", &O::dcma, "the fourteen points of the DCMA's schedule assessment in place of the page")
           .optional()}};
  return t;
}

struct Summary : Row {
  std::string name, start, finish, finish_at, data_date, levelled_finish, levelled_finish_at, levelling_rule;
  std::optional<double> levelling_hours, shortest_possible_hours;
  std::int64_t count = 0, levelling_schedules = 0;
  bool levelled_is_shortest = false;
  std::string finish_p10, finish_p50, finish_p90;
};
const Table<Summary> summary_table{
    "summary",
    "The schedule as a whole.",
    {field("name", &Summary::name, "of the project"), field("count", &Summary::count, "activities"),
     field("start", &Summary::start, "first day of the project"), field("finish", &Summary::finish, "last worked day"),
     field("finish_at", &Summary::finish_at, "the minute at which the last work ends"),
     field("data_date", &Summary::data_date, "up to which progress is known"),
     field("levelled_finish", &Summary::levelled_finish, "last worked day with what resources there are"),
     field("levelled_finish_at", &Summary::levelled_finish_at, "the minute"),
     field("levelling_rule", &Summary::levelling_rule, "priority rule that led there"),
     field("levelling_hours", &Summary::levelling_hours, "from the project's start to there").in("h"),
     field("shortest_possible_hours", &Summary::shortest_possible_hours, "no levelled schedule is shorter").in("h"),
     field("levelled_is_shortest", &Summary::levelled_is_shortest, "none is shorter than the levelled one"),
     field("levelling_schedules", &Summary::levelling_schedules, "schedules tried"),
     field("finish_p10", &Summary::finish_p10, "one future in ten is done by then"),
     field("finish_p50", &Summary::finish_p50, "half of them"),
     field("finish_p90", &Summary::finish_p90, "nine in ten")}};

struct ActivityRow : Row {
  std::string id, name, group, status, start, finish, early_start, early_finish, late_start, late_finish, start_at,
      finish_at, early_start_at, early_finish_at, late_start_at, late_finish_at, levelled_start, levelled_finish;
  double duration_days = 0, duration_hours = 0, remaining_hours = 0, budget_usd = 0;
  std::optional<double> total_float_days, free_float_days, total_float_hours, free_float_hours, criticality;
  std::optional<double> stored_total_float_hours;
  bool critical = false, longest_path = false;
};
const Table<ActivityRow>& activity_table() {
  using R = ActivityRow;
  static const Table<R> t{
      "activities",
      "Every activity. Dates are the first and last worked day; days are those of the activity's calendar; floats are "
      "empty once it is done.",
      {field("id", &R::id, "activity"),
       field("name", &R::name, "what is done"),
       field("group", &R::group, "where it belongs"),
       field("duration_days", &R::duration_days, "planned").in("d").with_digits(1),
       field("duration_hours", &R::duration_hours, "planned").in("h"),
       field("remaining_hours", &R::remaining_hours, "left to do").in("h"),
       field("status", &R::status, "done, begun or not begun"),
       field("start", &R::start, "actual or early"),
       field("finish", &R::finish, "actual or early"),
       field("early_start", &R::early_start, "actual if it has begun"),
       field("early_finish", &R::early_finish, "actual if it is done"),
       field("late_start", &R::late_start, "latest"),
       field("late_finish", &R::late_finish, "latest"),
       field("start_at", &R::start_at, "the minute"),
       field("finish_at", &R::finish_at, "the minute"),
       field("early_start_at", &R::early_start_at, "of what is left, the minute"),
       field("early_finish_at", &R::early_finish_at, "of what is left, the minute"),
       field("late_start_at", &R::late_start_at, "of what is left, the minute"),
       field("late_finish_at", &R::late_finish_at, "of what is left, the minute"),
       field("total_float_days", &R::total_float_days, "delay that the end does not feel").in("d"),
       field("free_float_days", &R::free_float_days, "delay that no successor feels").in("d"),
       field("total_float_hours", &R::total_float_hours, "delay that the end does not feel").in("h"),
       field("free_float_hours", &R::free_float_hours, "delay that no successor feels").in("h"),
       field("critical", &R::critical, "by the project's own definition"),
       field("longest_path", &R::longest_path, "drives the latest finish"),
       field("levelled_start", &R::levelled_start, "with what resources there are"),
       field("levelled_finish", &R::levelled_finish, "with what resources there are"),
       field("criticality", &R::criticality, "share of futures in which it drives the end"),
       field("stored_total_float_hours", &R::stored_total_float_hours, "as the file that was read has it").in("h"),
       field("budget_usd", &R::budget_usd, "its budget").in("USD")}};
  return t;
}

struct BuildingRow : Row {
  std::string id, site, start, plan_ready_quarter, schedule_ready, expected_ready, levelled_ready, reported_ready, p10,
      p50, p90;
  bool committed = false;
  double it_mw = 0, on_time_share = 0, week_cost_compute_usd = 0, week_cost_carrying_usd = 0;
  std::int64_t days_late = 0;
};
const Table<BuildingRow>& building_table() {
  using R = BuildingRow;
  static const Table<R> t{
      "buildings",
      "Every building of the plan.",
      {field("id", &R::id, "building"), field("site", &R::site, "site"),
       field("committed", &R::committed, "begun before the plan"), field("it_mw", &R::it_mw, "its IT").in("MW"),
       field("start", &R::start, "its order"),
       field("plan_ready_quarter", &R::plan_ready_quarter, "as the plan has it"),
       field("schedule_ready", &R::schedule_ready, "day of readiness, actual or by the critical path"),
       field("expected_ready", &R::expected_ready, "by middle durations from its start, whatever was reported"),
       field("days_late", &R::days_late, "expected behind the first day of the plan's quarter").in("d"),
       field("levelled_ready", &R::levelled_ready, "with what equipment and crews there are"),
       field("reported_ready", &R::reported_ready, "as it was reported or promised"),
       field("p10", &R::p10, "ready in one future in ten"), field("p50", &R::p50, "in half of them"),
       field("p90", &R::p90, "in nine of ten"),
       field("on_time_share", &R::on_time_share, "futures in which it is ready by its quarter"),
       field("week_cost_compute_usd", &R::week_cost_compute_usd, "compute not made in a week of delay").in("USD"),
       field("week_cost_carrying_usd", &R::week_cost_carrying_usd, "interest of a week of delay").in("USD")}};
  return t;
}

struct PathRow : Row {
  std::string id, name, start, finish;
};
const Table<PathRow> path_table{
    "critical_path",
    "The chain that ends last, first to last.",
    {field("id", &PathRow::id, "activity"), field("name", &PathRow::name, "what is done"),
     field("start", &PathRow::start, "first worked day"), field("finish", &PathRow::finish, "last worked day")}};

struct FitRow : Row {
  std::string phase;
  std::int64_t finished = 0, running = 0;
  double mu = 0, sigma = 0, median_days = 0, ks_distance = 0, ks_bound = 0;
};
const Table<FitRow> fit_table{
    "fits",
    "Durations of dated campuses, as log-normals.",
    {field("phase", &FitRow::phase, "what the dates bound"), field("finished", &FitRow::finished, "campuses"),
     field("running", &FitRow::running, "campuses still at it"), field("mu", &FitRow::mu, "mean of the logarithm"),
     field("sigma", &FitRow::sigma, "its standard deviation"),
     field("median_days", &FitRow::median_days, "median").in("d"),
     field("ks_distance", &FitRow::ks_distance, "Kolmogorov-Smirnov distance of the fit"),
     field("ks_bound", &FitRow::ks_bound, "its 5 % bound")}};

struct SlippageRow : Row {
  std::int64_t milestones = 0, most_days = 0;
  double mean_days = 0, median_days = 0, share_late = 0;
};
const Table<SlippageRow> slippage_table{"slippage",
                                        "How milestones moved within eight months, by the same source.",
                                        {field("milestones", &SlippageRow::milestones, "seen twice"),
                                         field("mean_days", &SlippageRow::mean_days, "mean").in("d"),
                                         field("median_days", &SlippageRow::median_days, "median").in("d"),
                                         field("most_days", &SlippageRow::most_days, "most").in("d"),
                                         field("share_late", &SlippageRow::share_late, "share that moved later")}};

struct AgreementRow : Row {
  std::int64_t buildings = 0, agree = 0, latest_days = 0, moved_by_levelling = 0;
};
const Table<AgreementRow> agreement_table{
    "plan_dates_are_schedule_dates",
    "The plan's quarters beside the schedule's days.",
    {field("buildings", &AgreementRow::buildings, "in the plan"),
     field("agree", &AgreementRow::agree, "expected ready no later than the first day of the plan's quarter"),
     field("latest_days", &AgreementRow::latest_days, "by which the latest is behind").in("d"),
     field("moved_by_levelling", &AgreementRow::moved_by_levelling, "buildings that equipment and crews move")}};

struct EarnedRow : Row {
  double planned_value_usd = 0, earned_value_usd = 0, actual_cost_usd = 0, earned_schedule_days = 0;
  std::optional<double> schedule_performance, cost_performance, estimate_at_completion_usd, schedule_performance_time;
  std::string forecast_finish;
};
const Table<EarnedRow>& earned_table() {
  using R = EarnedRow;
  static const Table<R> t{
      "earned_value",
      "Earned value on the day of the report (ANSI/EIA-748), and earned schedule.",
      {field("planned_value_usd", &R::planned_value_usd, "budget of the work planned by then").in("USD"),
       field("earned_value_usd", &R::earned_value_usd, "budget of the work done").in("USD"),
       field("actual_cost_usd", &R::actual_cost_usd, "spent").in("USD"),
       field("schedule_performance", &R::schedule_performance, "earned over planned value"),
       field("cost_performance", &R::cost_performance, "earned value over actual cost"),
       field("estimate_at_completion_usd", &R::estimate_at_completion_usd, "budget over cost performance").in("USD"),
       field("earned_schedule_days", &R::earned_schedule_days, "days in which this much was planned").in("d"),
       field("schedule_performance_time", &R::schedule_performance_time, "earned schedule over days gone"),
       field("forecast_finish", &R::forecast_finish, "critical path with the work that is left")}};
  return t;
}

struct DcmaRow : Row {
  std::int64_t number = 0, justified = 0;
  std::string name, what, limit;
  double found = 0, of = 0;
  bool applies = true, passed = true;
  std::vector<std::string> activities;
};
const Table<DcmaRow>& dcma_table() {
  using R = DcmaRow;
  static const Table<R> t{
      "dcma",
      "The fourteen points of the DCMA's schedule assessment.",
      {field("number", &R::number, "point"), field("name", &R::name, "point"),
       field("what", &R::what, "what is counted"), field("found", &R::found, "counted, or the index"),
       field("of", &R::of, "counted against"), field("limit", &R::limit, "what is allowed"),
       field("applies", &R::applies, "there is something to count against"),
       field("passed", &R::passed, "within the limit"),
       field("justified", &R::justified, "would count and have a stated reason"),
       field("activities", &R::activities, "what was counted")}};
  return t;
}

Summary summary_of(const ScheduleCase& s) {
  Summary row;
  const con::Instant last = s.cpm.finish;
  row.name = s.network.name;
  row.count = static_cast<std::int64_t>(s.network.activities.size());
  row.start = day_text(s.network.start);
  if (row.count > 0) row.finish = day_text(last - 1), row.finish_at = con::to_text(last);
  if (const auto& now = s.network.rules.front().data_date) row.data_date = con::to_text(*now);
  if (s.levelled && row.count > 0) {
    const auto& l = *s.levelled;
    row.levelled_finish = day_text(l.finish - 1);
    row.levelled_finish_at = con::to_text(l.finish);
    row.levelling_rule = con::name_of(l.rule);
    row.levelling_hours = static_cast<double>(l.finish - s.network.start) / 60;
    row.shortest_possible_hours = static_cast<double>(l.bound - s.network.start) / 60;
    row.levelled_is_shortest = l.shortest();
    row.levelling_schedules = static_cast<std::int64_t>(l.schedules);
  }
  if (!s.risk.finishes.empty()) {
    row.finish_p10 = day_text(con::percentile_of(s.risk.finishes, 0.1));
    row.finish_p50 = day_text(con::percentile_of(s.risk.finishes, 0.5));
    row.finish_p90 = day_text(con::percentile_of(s.risk.finishes, 0.9));
  }
  return row;
}

ActivityRow activity_row(const ScheduleCase& s, std::size_t i) {
  const auto& a = s.network.activities[i];
  const auto& t = s.network.tasks[i];
  const auto& d = s.cpm.dates[i];
  const auto hours = [](con::Minutes m) { return static_cast<double>(m) / 60; };
  ActivityRow row;
  row.id = a.id;
  row.name = t.name;
  row.group = t.group;
  row.duration_days = s.days(i, a.duration);
  row.duration_hours = hours(a.duration);
  row.remaining_hours = hours(a.left());
  row.status = a.done() ? "done" : a.begun() ? "begun" : "not begun";
  row.start = s.first(i, d.start);
  row.finish = s.last(i, d.start, d.finish);
  row.early_start = s.first(i, a.begun() ? d.start : d.early_start);
  row.early_finish = a.done() ? row.finish : s.last(i, d.early_start, d.early_finish);
  row.late_start = s.first(i, d.late_start);
  row.late_finish = s.last(i, d.late_start, d.late_finish);
  row.start_at = con::to_text(d.start);
  row.finish_at = con::to_text(d.finish);
  row.early_start_at = con::to_text(d.early_start);
  row.early_finish_at = con::to_text(d.early_finish);
  row.late_start_at = con::to_text(d.late_start);
  row.late_finish_at = con::to_text(d.late_finish);
  if (!a.done()) {
    row.total_float_days = s.days(i, d.total_float);
    row.free_float_days = s.days(i, d.free_float);
    row.total_float_hours = hours(d.total_float);
    row.free_float_hours = hours(d.free_float);
  }
  row.critical = d.critical;
  row.longest_path = d.longest_path;
  row.stored_total_float_hours = t.stored.total_float_hours;
  row.budget_usd = t.budget_usd;
  if (s.levelled) {
    row.levelled_start = s.first(i, s.levelled->starts[i]);
    row.levelled_finish = s.last(i, s.levelled->starts[i], s.levelled->finishes[i]);
  }
  if (!s.risk.criticality.empty()) row.criticality = s.risk.criticality[i];
  return row;
}

BuildingRow building_row(const ScheduleCase& s, std::size_t b) {
  const auto& block = s.blocks[b];
  BuildingRow row;
  row.id = block.id;
  row.site = block.site;
  row.committed = block.committed;
  row.it_mw = block.it_mw;
  row.start = to_string(block.start);
  row.plan_ready_quarter = to_string(block.planned_ready);
  row.schedule_ready = day_text(s.cpm.dates[block.ready].finish);
  row.expected_ready = to_string(block.expected_ready);
  row.days_late = con::days_late(block, block.expected_ready);
  if (s.levelled) row.levelled_ready = day_text(s.levelled->finishes[block.ready]);
  if (block.reported_ready) row.reported_ready = to_string(*block.reported_ready);
  if (!s.risk.watched.empty()) {
    row.p10 = day_text(con::percentile_of(s.risk.watched[b], 0.1));
    row.p50 = day_text(con::percentile_of(s.risk.watched[b], 0.5));
    row.p90 = day_text(con::percentile_of(s.risk.watched[b], 0.9));
  }
  row.on_time_share = s.on_time_share(b);
  row.week_cost_compute_usd = s.week_costs[b].compute_usd;
  row.week_cost_carrying_usd = s.week_costs[b].carrying_usd;
  return row;
}

/// What was seen of other campuses, beside a plan.
void add_facts(Answer& answer, const ScheduleCase& s) {
  std::vector<FitRow> fits;
  for (const auto& f : con::fit_phases(read_facts(con::dated_phase_table())))
    fits.push_back({{},
                    f.phase,
                    static_cast<std::int64_t>(f.finished),
                    static_cast<std::int64_t>(f.running),
                    f.days.mu,
                    f.days.sigma,
                    f.days.median(),
                    f.test.distance,
                    f.test.bound_5_percent});
  answer.add(fit_table, fits, Shown::no);
  const auto slip = con::slippage(read_facts(con::promised_date_table()));
  answer.add(slippage_table,
             std::vector<SlippageRow>{{{},
                                       static_cast<std::int64_t>(slip.milestones),
                                       slip.most_days,
                                       slip.mean_days,
                                       slip.median_days,
                                       slip.share_late}},
             Shown::no);
  const auto a = agreement(s);
  answer.add(agreement_table,
             std::vector<AgreementRow>{{{},
                                        static_cast<std::int64_t>(s.blocks.size()),
                                        static_cast<std::int64_t>(a.agree),
                                        a.latest_days,
                                        static_cast<std::int64_t>(a.moved)}},
             Shown::no);
}

void add_earned_value(Answer& answer, const ScheduleCase& s) {
  if (!s.earned) return;
  const auto& e = *s.earned;
  EarnedRow row;
  row.planned_value_usd = e.planned_value_usd;
  row.earned_value_usd = e.earned_value_usd;
  row.actual_cost_usd = e.actual_cost_usd;
  row.earned_schedule_days = e.earned_schedule_days;
  row.schedule_performance = e.schedule_performance;
  row.cost_performance = e.cost_performance;
  row.estimate_at_completion_usd = e.estimate_at_completion_usd;
  row.schedule_performance_time = e.schedule_performance_time;
  row.forecast_finish = day_text(s.forecast->finish - 1);
  answer.add(earned_table(), std::vector<EarnedRow>{row}, Shown::no);
}

Answer schedule(const ScheduleOptions& o, Run& run) {
  std::unique_ptr<ResultFolder> results;
  if (!o.out.empty()) results = std::make_unique<ResultFolder>(o.out, Maker{"schedule"});
  const ScheduleCase s = make_schedule(o, run);
  Answer answer;
  answer.notes = s.notes;
  answer.add_single(summary_table, summary_of(s), Shown::no);
  std::vector<ActivityRow> activities;
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) activities.push_back(activity_row(s, i));
  answer.add(activity_table(), activities, Shown::no);
  std::vector<PathRow> path;
  for (const std::size_t i : s.shown_path())
    path.push_back({{}, activities[i].id, activities[i].name, activities[i].start, activities[i].finish});
  answer.add(path_table, path, Shown::no);
  if (s.of_plan()) {
    std::vector<BuildingRow> buildings;
    for (std::size_t b = 0; b < s.blocks.size(); ++b) buildings.push_back(building_row(s, b));
    answer.add(building_table(), buildings, Shown::no);
    add_facts(answer, s);
  }
  add_earned_value(answer, s);
  const auto checks = dcma_of(s);
  std::vector<DcmaRow> rows;
  for (const auto& c : checks)
    rows.push_back({{},
                    c.number,
                    static_cast<std::int64_t>(c.justified),
                    c.name,
                    c.what,
                    c.limit,
                    c.found,
                    c.of,
                    c.applies,
                    c.passed,
                    c.activities});
  answer.add(dcma_table(), rows, Shown::no);
  answer.page = o.dcma ? dcma_page(checks) : schedule_page(s);
  answer.termination.parts_left_out = s.parts_left_out;
  if (run.stopped()) answer.termination.ending = Ending::interrupted;
  if (results) {
    for (const auto& files : {schedule_files(o, s), answer_files(answer)})
      for (const auto& [name, bytes] : files) results->put(name, bytes);
    results->commit();
  }
  return answer;
}

}  // namespace

std::vector<Command> schedule_commands() {
  return {command(options(),
                  {{"stargate schedule out/plan", "the plan's buildings, critical path and risk"},
                   {"stargate schedule out/plan -o out/schedule", "tables, Gantt charts, and files for P6 and Project"},
                   {"stargate schedule update.xer --no-level", "a P6 file, scheduled as P6 does"},
                   {"stargate schedule update.xer --dcma", "its fourteen points"}},
                  {table_spec(summary_table, true), table_spec(activity_table()), table_spec(path_table),
                   table_spec(building_table()), table_spec(fit_table), table_spec(slippage_table),
                   table_spec(agreement_table), table_spec(earned_table()), table_spec(dcma_table())},
                  schedule)};
}

}  // namespace stargate
