// stargate power adequacy: how often and by how much load is not served, before and after new loads, and what plant is worth.
#include <algorithm>
#include <format>
#include <map>
#include <stdexcept>

#include "adequacy/assess.h"
#include "answers/commands.h"
#include "answers/plan_inputs.h"
#include "base/text.h"
#include "exchange/adequacy_folder.h"

namespace stargate {

namespace {

using namespace adequacy;

struct AdequacyCommand : Row {
  std::string folder, loads, plan, programme, quarter, method = "choose", metric = "eue", at;
  std::vector<std::string> credit;
  std::int64_t samples = 1000, seed = 1;
  double step_hours = 1;
  bool copper_plate = false, firm_capacity = false, by_step = false;
};

const Table<AdequacyCommand>& options() {
  using O = AdequacyCommand;
  static const Table<O> t{
      "power adequacy",
      "How often and by how much load is not served (LOLH, LOLE, EUE), before and after new loads, and what plant is worth.",
      {field("folder", &O::folder, "load.csv, units.csv and, where there are any, profiles, storage, ties, flexible (docs/adequacy.md)").as_argument(),
       field("loads", &O::loads, "new loads, of the columns of flexible.csv: told before and after").optional(),
       field("plan", &O::plan, "a plan whose sites are new loads in the areas called as their zones").optional(),
       field("programme", &O::programme, "of plan: folder of its programme, if not the copy in the plan").optional(),
       field("quarter", &O::quarter, "of plan: loads of this quarter (the last one)").optional(),
       field("method", &O::method, "exact where it can be had, exact, or simulated").optional().one_of({"choose", "exact", "simulate"}),
       field("samples", &O::samples, "years to simulate").optional().range(2, 1e8),
       field("seed", &O::seed, "of the random numbers").optional().from(0),
       field("step_hours", &O::step_hours, "length of a step").optional().range(0.01, 24),
       field("copper_plate", &O::copper_plate, "all areas as one").optional(),
       field("credit", &O::credit, "capacity credit of these resources: names or categories").optional(),
       field("firm_capacity", &O::firm_capacity, "of credit: equivalent firm capacity, not load-carrying capability").optional(),
       field("metric", &O::metric, "of credit: the risk that is made equal").optional().one_of({"eue", "lolh"}),
       field("at", &O::at, "of credit: the area that takes the load (all, by their highest loads)").optional(),
       field("by_step", &O::by_step, "tell the probability and energy of each step").optional()}};
  return t;
}

struct AreaRow : Row {
  std::string scenario, area;
  double lolh_hours = 0, lolh_low = 0, lolh_high = 0, lole_days = 0, lole_low = 0, lole_high = 0, eue_mwh = 0, eue_low = 0, eue_high = 0;
};
const Table<AreaRow> metrics_table{
    "metrics",
    "Load not served, a year; low and high bound 95 % (equal to the mean where it is exact).",
    {field("case", &AreaRow::scenario, "as it stands, or with the loads"), field("area", &AreaRow::area, "area; 'system' for all"),
     field("lolh_hours", &AreaRow::lolh_hours, "hours with a shortfall").in("h").shown_as("LOLH, h").with_digits(4),
     field("lolh_low", &AreaRow::lolh_low, "its bounds").in("h").shown_as("from").with_digits(3), field("lolh_high", &AreaRow::lolh_high, "its bounds").in("h").shown_as("to").with_digits(3),
     field("lole_days", &AreaRow::lole_days, "days with a shortfall at the hour of highest load").in("d").shown_as("LOLE, d").with_digits(5),
     field("lole_low", &AreaRow::lole_low, "its bounds").in("d").shown_as("from").with_digits(4), field("lole_high", &AreaRow::lole_high, "its bounds").in("d").shown_as("to").with_digits(4),
     field("eue_mwh", &AreaRow::eue_mwh, "energy not served").in("MWh").shown_as("EUE, MWh").with_digits(1),
     field("eue_low", &AreaRow::eue_low, "its bounds").in("MWh").shown_as("from").with_digits(1), field("eue_high", &AreaRow::eue_high, "its bounds").in("MWh").shown_as("to").with_digits(1)}};

struct CaseRow : Row {
  std::string scenario, method;
  bool exact = false;
  std::int64_t samples = 0;
  double load_mwh = 0, neue_ppm = 0;
  std::optional<double> days_with_shortfall, events, event_hours, event_mwh, years_share, p90, p99, cvar95, worst;
};
const Table<CaseRow> cases_table{
    "cases",
    "How each figure was found, and the shape of shortfalls (of a simulation).",
    {field("case", &CaseRow::scenario, "as it stands, or with the loads"), field("method", &CaseRow::method, "how"), field("exact", &CaseRow::exact, "without sampling"),
     field("samples", &CaseRow::samples, "years simulated").shown_as("years"), field("load_mwh", &CaseRow::load_mwh, "load a year").in("MWh").with_digits(0),
     field("neue_ppm", &CaseRow::neue_ppm, "EUE over load, millionths").with_digits(3),
     field("days_with_shortfall", &CaseRow::days_with_shortfall, "days a year with a shortfall in any hour").shown_as("days short").with_digits(3),
     field("events", &CaseRow::events, "runs of hours with a shortfall, a year").with_digits(3),
     field("mean_event_hours", &CaseRow::event_hours, "length of one").shown_as("hours each").with_digits(2),
     field("mean_event_mwh", &CaseRow::event_mwh, "energy of one").in("MWh").shown_as("MWh each").with_digits(1),
     field("share_of_years", &CaseRow::years_share, "years with a shortfall").shown_as("years short").in_percent().with_digits(1),
     field("eue_p90_mwh", &CaseRow::p90, "energy of a year, 90 % below").in("MWh").with_digits(0), field("eue_p99_mwh", &CaseRow::p99, "and 99 %").in("MWh").with_digits(0),
     field("eue_cvar95_mwh", &CaseRow::cvar95, "mean of the worst twentieth of years").in("MWh").with_digits(0),
     field("eue_worst_mwh", &CaseRow::worst, "the worst year").in("MWh").with_digits(0)}};

struct FlexibleRow : Row {
  std::string scenario, name;
  double off_mwh = 0, hours = 0, made_good_mwh = 0, lost_mwh = 0, budget_spent = 0;
};
const Table<FlexibleRow> flexible_table{
    "flexible",
    "Loads that give way before others are short, a year.",
    {field("case", &FlexibleRow::scenario, "as it stands, or with the loads"), field("load", &FlexibleRow::name, "its name"),
     field("off_mwh", &FlexibleRow::off_mwh, "energy it gave up").in("MWh").with_digits(1), field("hours", &FlexibleRow::hours, "with any of it off").with_digits(2),
     field("made_good_mwh", &FlexibleRow::made_good_mwh, "of it, made good within the deadline").in("MWh").with_digits(1),
     field("lost_mwh", &FlexibleRow::lost_mwh, "of it, lost").in("MWh").with_digits(1),
     field("budget_spent", &FlexibleRow::budget_spent, "share of years in which its hours were used up").in_percent().with_digits(1)}};

struct WeatherRow : Row {
  std::string scenario;
  std::int64_t year = 0;
  double eue_mwh = 0, eue_low = 0, eue_high = 0;
};
const Table<WeatherRow> weather_table{
    "weather_years", "Energy not served by weather year.",
    {field("case", &WeatherRow::scenario, "as it stands, or with the loads"), field("year", &WeatherRow::year, "the how-manieth of load.csv"),
     field("eue_mwh", &WeatherRow::eue_mwh, "energy not served").in("MWh").with_digits(1), field("eue_low", &WeatherRow::eue_low, "its bounds").in("MWh").with_digits(1),
     field("eue_high", &WeatherRow::eue_high, "its bounds").in("MWh").with_digits(1)}};

struct StepRow : Row {
  std::string scenario;
  std::int64_t year = 0, step = 0;
  double lolp = 0, eue_mwh = 0;
};
const Table<StepRow> steps_table{"steps", "Each step of each weather year.",
                                 {field("case", &StepRow::scenario, "as it stands, or with the loads"), field("year", &StepRow::year, "weather year"), field("step", &StepRow::step, "step of the year"),
                                  field("lolp", &StepRow::lolp, "probability of a shortfall"), field("eue_mwh", &StepRow::eue_mwh, "energy not served").in("MWh")}};

struct CreditRow : Row {
  std::string resources, kind, metric;
  double nameplate_mw = 0, credit_mw = 0, credit_low = 0, credit_high = 0, share = 0, risk_without = 0, risk_with = 0;
};
const Table<CreditRow> credit_table{
    "credit",
    "What the resources are worth.",
    {field("resources", &CreditRow::resources, "names or categories"), field("kind", &CreditRow::kind, "ELCC: load they carry at the same risk; EFC: firm capacity that does as much"),
     field("metric", &CreditRow::metric, "the risk that is made equal"), field("nameplate_mw", &CreditRow::nameplate_mw, "their capacity").in("MW").with_digits(1),
     field("credit_mw", &CreditRow::credit_mw, "their credit").in("MW").with_digits(1), field("credit_low", &CreditRow::credit_low, "its 95 % bounds").in("MW").with_digits(1),
     field("credit_high", &CreditRow::credit_high, "its bounds").in("MW").with_digits(1), field("share", &CreditRow::share, "of the nameplate").in_percent().with_digits(1),
     field("risk_without", &CreditRow::risk_without, "EUE (MWh) or LOLH (h) without them").with_digits(3), field("risk_with", &CreditRow::risk_with, "and with them").with_digits(3)}};

/// The plan's sites in a quarter as loads: what the utility may curtail gives way, for as long as the connection says.
std::vector<FlexibleLoad> plan_loads(const AdequacyCommand& o, const std::vector<std::string>& areas, std::vector<std::string>& notes) {
  const auto inputs = read_plan_inputs(o.plan, o.programme);
  notes.insert(notes.end(), inputs.notes.begin(), inputs.notes.end());
  Quarter quarter{};
  if (!o.quarter.empty()) {
    const auto read = parse_quarter(o.quarter);
    if (!read) throw InputError({"--quarter"}, std::format("'{}' is no quarter", o.quarter), "allowed: 2029-Q4");
    quarter = *read;
  } else {
    for (const auto& row : inputs.plan.site_quarters) quarter = std::max(quarter, row.quarter);
  }
  std::map<std::string, double> hours;
  for (const auto& step : inputs.programme.interconnection)
    if (step.kind == "managed") hours[step.site] = step.curtailed_hours_per_year;
  std::vector<FlexibleLoad> loads;
  for (const auto& row : inputs.plan.site_quarters) {
    if (row.quarter != quarter || row.facility_peak_mw <= 0) continue;
    const auto site = std::ranges::find(inputs.programme.sites, row.site, &Site::id);
    if (site == inputs.programme.sites.end()) throw InputError({o.plan}, std::format("site '{}' of the plan is not in the programme", row.site));
    const auto area = std::ranges::find(areas, site->zone);
    if (area == areas.end()) throw InputError({o.folder}, std::format("there is no area '{}', in which site '{}' lies", site->zone, row.site), name_hint(site->zone, areas));
    FlexibleLoad load;
    load.name = "site " + row.site;
    load.category = "plan";
    load.area = static_cast<std::size_t>(area - areas.begin());
    load.load_mw = std::max(0.0, row.facility_peak_mw - row.onsite_mw);  // what stands behind the meter serves the site first
    load.curtailable_share = load.load_mw > 0 ? std::min(1.0, row.managed_mw / load.load_mw) : 0;
    load.hours_a_year = hours.contains(row.site) ? hours[row.site] * load.curtailable_share : 0;
    if (load.load_mw > 0) loads.push_back(std::move(load));
  }
  if (loads.empty()) throw InputError({o.plan}, std::format("the plan has no load from the grid in {}", cell_text(quarter)), "another --quarter");
  return loads;
}

/// Tables of all cases together.
struct Rows {
  std::vector<AreaRow> metrics;
  std::vector<CaseRow> cases;
  std::vector<FlexibleRow> flexible;
  std::vector<WeatherRow> weather;
  std::vector<StepRow> steps;

  void add(const std::string& name, const System& system, const adequacy::Answer& a) {
    const auto of = [&](const std::string& area, const Metrics& m) {
      metrics.push_back({{}, name, area, m.lolh.mean, m.lolh.low, m.lolh.high, m.lole_days.mean, m.lole_days.low, m.lole_days.high, m.eue_mwh.mean, m.eue_mwh.low, m.eue_mwh.high});
    };
    of("system", a.system);
    if (a.areas.size() > 1)
      for (const auto& area : a.areas) of(area.area, area);
    CaseRow row{{}, name, a.method, a.exact, a.samples, a.load_mwh, a.neue_ppm};
    if (!a.exact) {
      row.days_with_shortfall = a.days_with_shortfall.mean;
      row.events = a.events.mean;
      row.event_hours = a.mean_event_hours;
      row.event_mwh = a.mean_event_mwh;
      row.years_share = a.share_of_years;
      row.p90 = a.eue_p90_mwh, row.p99 = a.eue_p99_mwh, row.cvar95 = a.eue_cvar95_mwh, row.worst = a.eue_worst_mwh;
    }
    cases.push_back(std::move(row));
    for (const auto& f : a.flexible) flexible.push_back({{}, name, f.name, f.off_mwh, f.hours, f.made_good_mwh, f.lost_mwh, f.budget_spent_share});
    for (std::size_t y = 0; y < a.eue_by_weather_year.size(); ++y) {
      const auto& e = a.eue_by_weather_year[y];
      weather.push_back({{}, name, static_cast<std::int64_t>(y) + 1, e.mean, e.low, e.high});
    }
    for (std::size_t y = 0; y < system.years() && !a.lolp.empty(); ++y)
      for (std::size_t t = system.year_begins[y]; t < system.year_end(y); ++t)
        steps.push_back({{}, name, static_cast<std::int64_t>(y) + 1, static_cast<std::int64_t>(t - system.year_begins[y]) + 1, a.lolp[t], a.eue_by_step[t]});
  }
};

std::string sentence(const adequacy::Answer& a, const char* when) {
  if (a.exact) return std::format("{}, load is not served in {} hours a year, and {} MWh of it; that is exact.", when, grouped(a.system.lolh.mean, 3), grouped(a.system.eue_mwh.mean, 1));
  return std::format("{}, load is not served in {} hours a year ({} to {}), and {} MWh of it ({} to {}), over {} simulated years.", when, grouped(a.system.lolh.mean, 3), grouped(a.system.lolh.low, 3),
                     grouped(a.system.lolh.high, 3), grouped(a.system.eue_mwh.mean, 1), grouped(a.system.eue_mwh.low, 1), grouped(a.system.eue_mwh.high, 1), grouped(static_cast<double>(a.samples)));
}

stargate::Answer answer_for(const AdequacyCommand& o, Run& run) {
  run.progress.stage("power: adequacy");
  stargate::Answer answer;
  System before = exchange::read_adequacy_folder(o.folder, o.step_hours);
  std::vector<FlexibleLoad> loads;
  if (!o.loads.empty()) loads = exchange::read_flexible_loads(o.loads, before.areas);
  if (!o.plan.empty())
    for (auto& load : plan_loads(o, before.areas, answer.notes)) loads.push_back(std::move(load));
  System after = before;
  after.flexible.insert(after.flexible.end(), loads.begin(), loads.end());
  std::size_t at = all_areas;
  if (!o.at.empty()) {
    const auto found = std::ranges::find(before.areas, o.at);
    if (found == before.areas.end()) throw InputError({"--at"}, std::format("there is no area '{}'", o.at), name_hint(o.at, before.areas));
    at = o.copper_plate ? 0 : static_cast<std::size_t>(found - before.areas.begin());
  }
  if (o.copper_plate) before = copper_plate(std::move(before)), after = copper_plate(std::move(after));
  AssessOptions how;
  how.method = o.method == "exact" ? Method::exact : o.method == "simulate" ? Method::simulate : Method::choose;
  how.exact.by_step = how.simulation.by_step = o.by_step;
  how.simulation.samples = o.samples;
  how.simulation.seed = static_cast<std::uint64_t>(o.seed);
  how.simulation.threads = run.threads;
  how.simulation.should_stop = run.stop;
  how.simulation.on_share = [&](double share) { run.progress.update(share); };
  const auto first = assess(before, how).answer;
  Rows rows;
  rows.add("as it stands", before, first);
  answer.sentences.push_back(sentence(first, "As it stands"));
  for (const auto& note : first.notes) answer.notes.push_back(note);
  bool finished = first.finished;
  if (!loads.empty() && finished) {
    const auto second = assess(after, how).answer;
    rows.add("with the loads", after, second);
    answer.sentences.push_back(sentence(second, "With the loads"));
    for (const auto& note : second.notes)
      if (!std::ranges::contains(answer.notes, note)) answer.notes.push_back(note);
    finished = finished && second.finished;
  }
  std::vector<CreditRow> credits;
  if (!o.credit.empty() && finished) {
    run.progress.stage("power: capacity credit");
    how.exact.by_step = how.simulation.by_step = false;
    const auto c = capacity_credit(after, o.credit, {o.firm_capacity ? CreditKind::efc : CreditKind::elcc, o.metric == "lolh" ? RiskMetric::lolh : RiskMetric::eue, at, 1e-4, how});
    std::string names;
    for (const auto& name : o.credit) names += (names.empty() ? "" : ", ") + name;
    credits.push_back({{}, names, o.firm_capacity ? "EFC" : "ELCC", o.metric == "lolh" ? "LOLH" : "EUE", c.nameplate_mw, c.mw.mean, c.mw.low, c.mw.high, c.share, c.risk_without, c.risk_with});
    answer.sentences.push_back(std::format("{}, of {} MW, {} {} MW.", names, grouped(c.nameplate_mw, 1), o.firm_capacity ? "do as much as firm capacity of" : "carry a load of", grouped(c.mw.mean, 1)));
    for (const auto& note : c.notes)
      if (!std::ranges::contains(answer.notes, note)) answer.notes.push_back(note);
  }
  answer.heading = std::format("{}: {} areas, {} units, {} storages, {} ties, {} weather years of {} steps", before.name, before.areas.size(), before.units.size(), before.storages.size(), before.ties.size(),
                               before.years(), before.steps() / before.years());
  answer.add(metrics_table, rows.metrics);
  answer.add(cases_table, rows.cases);
  answer.add(flexible_table, rows.flexible, rows.flexible.empty() ? Shown::no : Shown::yes);
  answer.add(weather_table, rows.weather, before.years() > 1 ? Shown::yes : Shown::no);
  if (o.by_step) answer.add(steps_table, rows.steps, Shown::no);
  answer.add(credit_table, credits, credits.empty() ? Shown::no : Shown::yes);
  if (!finished) answer.termination.ending = Ending::interrupted;
  return answer;
}

stargate::Answer power_adequacy(const AdequacyCommand& o, Run& run) {
  try {
    return answer_for(o, run);
  } catch (const std::invalid_argument& wrong) {  // what the engine refuses is in the input
    throw InputError({o.folder}, wrong.what());
  }
}

}  // namespace

Command adequacy_command() {
  return command(options(),
                 {{"stargate power adequacy cases/adequacy/rts79", "the IEEE Reliability Test System of 1979, exactly"},
                  {"stargate power adequacy area --loads campus.csv --samples 10000", "before and after a large load"},
                  {"stargate power adequacy cases/adequacy/rts79 --credit nuclear", "how much load its nuclear units carry"}},
                 {table_spec(metrics_table), table_spec(cases_table), table_spec(flexible_table), table_spec(weather_table), table_spec(steps_table), table_spec(credit_table)}, power_adequacy);
}

}  // namespace stargate
