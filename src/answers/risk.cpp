// stargate risk: the futures of a plan.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <format>

#include "answers/commands.h"
#include "answers/plan_inputs.h"
#include "base/files.h"
#include "base/sha256.h"
#include "programme/facts.h"
#include "programme/uncertainty.h"
#include "risk/calibration.h"
#include "risk/summary.h"

namespace stargate {

namespace {

namespace fs = std::filesystem;

struct Options : Row {
  std::string plan, programme, sampler = "sobol", store, page;
  std::int64_t futures = 1000, seed = 1, drivers = 256;
  bool calibration = false;
};
const Table<Options>& options() {
  using O = Options;
  static const Table<O> t{
      "risk",
      "Futures of a plan under a stated policy: odds of dates, MW, compute, money and covenants, and what decides them (docs/risk.md).",
      {field("plan", &O::plan, "folder of a plan; nothing with --calibration").as_argument().optional(),
       field("programme", &O::programme, "folder of its programme, if not the copy in the plan").optional(),
       field("futures", &O::futures, "how many").optional().range(10, 1e8).as_letter('n'),
       field("seed", &O::seed, "of the draws").optional().from(0),
       field("sampler", &O::sampler, "of the draws").one_of({"random", "latin", "sobol"}).optional(),
       field("drivers", &O::drivers, "points for the drivers, each a future and one more for each cause; 0: none").optional().range(0, 1e6),
       field("store", &O::store, "folder that keeps the futures: a killed run goes on there, a later one takes more").optional(),
       field("page", &O::page, "file for the pictures, a part of a page (HTML)").optional(),
       field("calibration", &O::calibration, "how well dates that came were forecast from the others").optional()}};
  return t;
}

// ---- tables ----------------------------------------------------------------------------------------------------------

struct Head : Row {
  std::int64_t futures = 0, from_store = 0, uncertainty_rows = 0;
  std::string sentence;
};
const Table<Head> heads{"risk",
                        "The futures as a whole.",
                        {field("futures", &Head::futures, "made"), field("from_store", &Head::from_store, "of them read from the store"),
                         field("uncertainty_rows", &Head::uncertainty_rows, "rows of uncertainty.csv"), field("sentence", &Head::sentence, "how sure, in odds")}};

struct FigureRow : Row {
  std::string figure, label, unit;
  double planned = 0, p10 = 0, p50 = 0, p90 = 0, mean = 0, mean_low = 0, mean_high = 0;
};
const Table<FigureRow> figure_table{
    "figures",
    "Single figures of the futures beside the plan's.",
    {field("figure", &FigureRow::figure, "its name"), field("label", &FigureRow::label, "what it is"), field("planned", &FigureRow::planned, "without surprises").shown_as("plan"),
     field("p10", &FigureRow::p10, "one future in ten is lower").shown_as("P10"), field("p50", &FigureRow::p50, "the middle").shown_as("P50"),
     field("p90", &FigureRow::p90, "one in ten is higher").shown_as("P90"), field("mean", &FigureRow::mean, "on average"),
     field("mean_low", &FigureRow::mean_low, "95 % interval of the mean").shown_as("95 % low"), field("mean_high", &FigureRow::mean_high, "95 % interval of the mean").shown_as("high"),
     field("unit", &FigureRow::unit, "its unit")}};

struct ChanceRow : Row {
  std::string what;
  double share = 0, low = 0, high = 0;
  std::string odds;
  std::optional<double> planned, p10, p50, p90;
  std::string planned_day, p10_day, p50_day, p90_day;
};
const Table<ChanceRow> chance_table{
    "chances",
    "Chances of targets and covenants; for targets the value in its quarter and the day on which it is reached.",
    {field("what", &ChanceRow::what, "what is to hold").shown_as("chance of"), field("share", &ChanceRow::share, "share of futures").in_percent().with_digits(0),
     field("low", &ChanceRow::low, "95 % interval").in_percent().with_digits(0).shown_as("95 % low"), field("high", &ChanceRow::high, "95 % interval").in_percent().with_digits(0),
     field("odds", &ChanceRow::odds, "the same in words"), field("planned", &ChanceRow::planned, "the plan's value").shown_as("plan"), field("p10", &ChanceRow::p10, "10 % point").shown_as("P10"),
     field("p50", &ChanceRow::p50, "middle").shown_as("P50"), field("p90", &ChanceRow::p90, "90 % point").shown_as("P90"),
     field("planned_day", &ChanceRow::planned_day, "reached in the plan").shown_as("reached: plan"), field("p10_day", &ChanceRow::p10_day, "one in ten is earlier").shown_as("P10 day"),
     field("p50_day", &ChanceRow::p50_day, "middle; 'never': not within the horizon").shown_as("P50 day"), field("p90_day", &ChanceRow::p90_day, "one in ten is later").shown_as("P90 day")}};

struct SiteRow : Row {
  std::string site, planned, p10, p50, p90;
  double on_time = 0, planned_mw = 0, mw_p10 = 0, mw_p50 = 0, mw_p90 = 0;
};
const Table<SiteRow> site_table{
    "sites",
    "Each site: when its last building is ready, and its IT at the end.",
    {field("site", &SiteRow::site, "id"), field("planned", &SiteRow::planned, "last building ready, in the plan").shown_as("last building: plan"),
     field("p10", &SiteRow::p10, "one future in ten is earlier").shown_as("P10"), field("p50", &SiteRow::p50, "middle").shown_as("P50"), field("p90", &SiteRow::p90, "one in ten is later").shown_as("P90"),
     field("on_time", &SiteRow::on_time, "share of futures in time").in_percent().with_digits(0), field("planned_mw", &SiteRow::planned_mw, "IT at the end, in the plan").in("MW").shown_as("IT at the end: plan").with_digits(0),
     field("mw_p10", &SiteRow::mw_p10, "10 % point").in("MW").with_digits(0).shown_as("P10"), field("mw_p50", &SiteRow::mw_p50, "middle").in("MW").with_digits(0).shown_as("P50"),
     field("mw_p90", &SiteRow::mw_p90, "90 % point").in("MW").with_digits(0).shown_as("P90")}};

struct DriverRow : Row {
  std::string figure, driver;
  double first = 0, first_low = 0, first_high = 0, total = 0, total_low = 0, total_high = 0;
};
const Table<DriverRow> driver_table{
    "drivers",
    "Sobol' indices of groups of causes that are independent of one another: the share of the variance that each decides alone, and has a hand in; 95 % intervals.",
    {field("figure", &DriverRow::figure, "of what"), field("driver", &DriverRow::driver, "what decides it"), field("first", &DriverRow::first, "alone").with_digits(2).shown_as("alone"),
     field("first_low", &DriverRow::first_low, "95 %").with_digits(2).shown_as("low"), field("first_high", &DriverRow::first_high, "95 %").with_digits(2).shown_as("high"),
     field("total", &DriverRow::total, "with others").with_digits(2).shown_as("with others"), field("total_low", &DriverRow::total_low, "95 %").with_digits(2).shown_as("low"),
     field("total_high", &DriverRow::total_high, "95 %").with_digits(2).shown_as("high")}};
const Table<DriverRow> all_driver_table{"all_drivers", driver_table.about, driver_table.fields};

struct CauseRow : Row {
  std::string figure, cause;
  double mean = 0, index = 0;
};
const Table<CauseRow> cause_table{"worst_causes",
                                  "Common causes where a figure is among its worst tenth: mean of the cause there, in its standard deviations, and its first-order index of being there.",
                                  {field("figure", &CauseRow::figure, "of what"), field("cause", &CauseRow::cause, "common cause"), field("mean", &CauseRow::mean, "in the worst tenth").with_digits(2),
                                   field("index", &CauseRow::index, "share of being there that it decides alone").with_digits(2)}};

struct QuarterRow : Row {
  std::string site;  ///< empty: the programme
  Quarter quarter{};
  std::string quantity, unit;
  double planned = 0, p10 = 0, p50 = 0, p90 = 0;
};
const Table<QuarterRow> quarter_table{
    "quarters",
    "By quarter, of the programme and of each site (its IT).",
    {field("site", &QuarterRow::site, "empty: the programme"), field("quarter", &QuarterRow::quarter, "quarter"), field("quantity", &QuarterRow::quantity, "what"), field("unit", &QuarterRow::unit, "its unit"),
     field("planned", &QuarterRow::planned, "without surprises"), field("p10", &QuarterRow::p10, "10 % point"), field("p50", &QuarterRow::p50, "middle"), field("p90", &QuarterRow::p90, "90 % point")}};

struct BuildingRow : Row {
  std::string building, site, planned, p10, p50, p90;
  double on_time = 0;
};
const Table<BuildingRow> building_table{"buildings",
                                        "When each building is ready.",
                                        {field("building", &BuildingRow::building, "id"), field("site", &BuildingRow::site, "its site"), field("planned", &BuildingRow::planned, "in the plan"),
                                         field("p10", &BuildingRow::p10, "one future in ten is earlier"), field("p50", &BuildingRow::p50, "middle"), field("p90", &BuildingRow::p90, "one in ten is later"),
                                         field("on_time", &BuildingRow::on_time, "share of futures in time").in_percent()}};

struct HindcastRow : Row {
  std::string site, what;
  double came_days = 0, low = 0, median = 0, high = 0, crps = 0;
  bool covered = false;
  std::optional<double> crps_announced, crps_grid_rule;
};
const Table<HindcastRow> hindcast_table{
    "hindcasts",
    "Dates that came, each forecast from the other sites or milestones alone; days.",
    {field("site", &HindcastRow::site, "site"), field("what", &HindcastRow::what, "phase, or what was promised"), field("came_days", &HindcastRow::came_days, "length of the phase, or days behind the promise").with_digits(0).shown_as("came"),
     field("low", &HindcastRow::low, "80 % interval").with_digits(0).shown_as("80 % low"), field("median", &HindcastRow::median, "middle").with_digits(0), field("high", &HindcastRow::high, "80 % interval").with_digits(0),
     field("covered", &HindcastRow::covered, "the interval holds it"), field("crps", &HindcastRow::crps, "continuous ranked probability score").with_digits(0).shown_as("CRPS"),
     field("crps_announced", &HindcastRow::crps_announced, "of the promise as it was announced").with_digits(0).shown_as("as announced"),
     field("crps_grid_rule", &HindcastRow::crps_grid_rule, "of ERCOT's rule, 180 days late").with_digits(0).shown_as("180 days")}};

// ---- answers ---------------------------------------------------------------------------------------------------------

Answer calibration() {
  const auto c = risk::calibrate(read_facts(construction::dated_phase_table()), read_facts(construction::promised_date_table()));
  std::vector<HindcastRow> rows;
  double announced = 0, rule = 0;
  for (const auto* list : {&c.phases, &c.promises})
    for (const auto& h : *list) {
      HindcastRow r{{}, h.site, h.what, h.came_days, h.low, h.median, h.high, h.crps, h.covered(), {}, {}};
      if (h.crps_announced >= 0) {
        r.crps_announced = h.crps_announced, r.crps_grid_rule = h.crps_grid_rule;
        announced += h.crps_announced / static_cast<double>(c.promises.size()), rule += h.crps_grid_rule / static_cast<double>(c.promises.size());
      }
      rows.push_back(std::move(r));
    }
  Answer answer;
  answer.heading = "Dates that came, each forecast from the others";
  answer.add(hindcast_table, rows);
  using C = risk::Calibration;
  answer.sentences.push_back(std::format("The 80 % intervals hold {:.0f} % of {} phases (mean CRPS {:.0f} days) and {:.0f} % of {} promised dates (mean CRPS {:.0f} days; as announced {:.0f}, 180 days late {:.0f}).",
                                         100 * C::coverage(c.phases), c.phases.size(), C::mean_crps(c.phases), 100 * C::coverage(c.promises), c.promises.size(), C::mean_crps(c.promises), announced, rule));
  return answer;
}

/// Everything that shapes the futures, so that a store is never mixed.
std::string digest_of(const std::string& plan, const std::string& programme_folder) {
  std::string all;
  for (const auto& [name, bytes] : read_programme_files(programme_folder)) all += name + sha256(bytes);
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(plan))
    if (entry.path().extension() == ".csv" || entry.path().filename() == "plan.json") tables.push_back(entry.path());
  std::ranges::sort(tables);
  for (const auto& t : tables) all += t.filename().string() + sha256(read_file(t));
  return sha256(all);
}

std::string day_text(const risk::Layout& l, double day) {
  return day >= risk::far_day ? "never" : to_string(l.start.first_day() + std::chrono::days{std::lround(day)});
}

void add_chances(Answer& answer, const risk::Summary& s) {
  std::vector<ChanceRow> rows;
  const auto chance = [&](std::string what, const risk::Chance& c) {
    ChanceRow r;
    r.what = std::move(what), r.share = c.share, r.low = c.low, r.high = c.high, r.odds = risk::odds(c.share);
    rows.push_back(std::move(r));
  };
  for (std::size_t k = 0; k < s.targets.size(); ++k) {
    const auto& t = s.targets[k];
    chance(std::format("{} of {} by {}", t.target.quantity, t.target.at_least, to_string(t.target.by)), t.chance);
    auto& r = rows.back();
    r.planned = t.planned, r.p10 = t.value.p10, r.p50 = t.value.p50, r.p90 = t.value.p90;
    r.planned_day = day_text(s.layout, s.planned[s.layout.target_day(k)]);
    r.p10_day = day_text(s.layout, t.day.p10), r.p50_day = day_text(s.layout, t.day.p50), r.p90_day = day_text(s.layout, t.day.p90);
  }
  chance("no covenant broken", s.no_covenant_broken);
  chance("no distribution locked", s.no_lock_up);
  chance("capital cost within the plan's", s.cost_within_plan);
  answer.add(chance_table, rows);
}

void add_quarters(Answer& answer, const risk::Summary& s) {
  const auto& l = s.layout;
  std::vector<QuarterRow> rows;
  for (const auto& x : s.lines)
    for (std::size_t t = 0; t < l.quarters; ++t)
      rows.push_back({{}, "", l.start + static_cast<int>(t), name_of(x.line).key, name_of(x.line).unit, x.planned[t], x.p10[t], x.p50[t], x.p90[t]});
  for (std::size_t i = 0; i < l.sites.size(); ++i)
    for (std::size_t t = 0; t < l.quarters; ++t) {
      const auto x = spread_of(s.set, l.site_mw(i, t));
      rows.push_back({{}, l.sites[i], l.start + static_cast<int>(t), "it_mw", "MW of IT", s.planned[l.site_mw(i, t)], x.p10, x.p50, x.p90});
    }
  answer.add(quarter_table, rows, Shown::no);
  std::vector<BuildingRow> buildings;
  for (std::size_t b = 0; b < l.buildings.size(); ++b) {
    const auto x = spread_of(s.set, l.building_day(b));
    const auto in_time = chance_of(s.set, l.building_day(b), [&](double d) { return d <= l.buildings[b].planned_day; });
    buildings.push_back({{}, l.buildings[b].id, l.buildings[b].site, day_text(l, l.buildings[b].planned_day), day_text(l, x.p10), day_text(l, x.p50), day_text(l, x.p90), in_time.share});
  }
  answer.add(building_table, buildings, Shown::no);
}

void add_drivers(Answer& answer, const risk::Summary& s) {
  std::vector<DriverRow> first, all;
  for (std::size_t f = 0; f < s.drivers.size(); ++f)
    for (std::size_t k = 0; k < s.drivers[f].size(); ++k) {
      const auto& d = s.drivers[f][k];
      all.push_back({{}, name_of(s.figures[f]).key, d.name, d.first, d.first_low, d.first_high, d.total, d.total_low, d.total_high});
      if (k < 4 && d.total > 0.01) first.push_back(all.back());
    }
  if (!all.empty()) answer.add(driver_table, first);
  answer.add(all_driver_table, all, Shown::no);
  std::vector<CauseRow> causes;
  for (const auto& [f, list] : {std::pair{risk::Figure::compute, &s.worst_compute}, {risk::Figure::npv_usd_b, &s.worst_value}})
    for (const auto& c : *list) causes.push_back({{}, name_of(f).key, c.name, c.mean, c.index});
  answer.add(cause_table, causes, Shown::no);
  const auto words = [](const char* what, const std::vector<risk::WorstCause>& list) {
    std::string text;
    for (const auto& c : list)
      if (std::abs(c.mean) >= 0.3) text += std::format("{}{} ({:+.1f} standard deviations)", text.empty() ? "" : ", ", c.name, c.mean);
    return std::format("Where {} is among its worst tenth: {}.", what, text.empty() ? "no common cause stands out" : text);
  };
  answer.sentences.push_back(words("compute", s.worst_compute));
  answer.sentences.push_back(words("value", s.worst_value));
}

Answer answer_of(const risk::Summary& s) {
  const auto& l = s.layout;
  Answer answer;
  answer.heading = s.sentence;
  answer.add_single(heads, Head{{}, static_cast<std::int64_t>(s.set.row.size()), static_cast<std::int64_t>(s.set.taken), static_cast<std::int64_t>(s.told), s.sentence}, Shown::no);
  std::vector<FigureRow> figures;
  for (const auto& f : s.spreads) {
    const auto& name = name_of(f.figure);
    figures.push_back({{}, name.key, name.label, name.unit, f.planned, f.spread.p10, f.spread.p50, f.spread.p90, f.spread.mean, f.spread.mean_low, f.spread.mean_high});
  }
  answer.add(figure_table, figures);
  add_chances(answer, s);
  std::vector<SiteRow> sites;
  for (const auto& x : s.sites)
    sites.push_back({{}, x.site, day_text(l, x.planned_last), day_text(l, x.p10), day_text(l, x.p50), day_text(l, x.p90), x.on_time, x.planned_mw, x.mw_p10, x.mw_p50, x.mw_p90});
  answer.add(site_table, sites);
  add_drivers(answer, s);
  add_quarters(answer, s);
  return answer;
}

Answer futures(const Options& o, Run& run) {
  if (o.calibration) return calibration();
  if (o.plan.empty()) throw InputError({}, "no plan is named", "stargate risk PLAN, or --calibration");
  run.progress.stage("risk: plan");
  const auto own = fs::path(o.plan) / "programme";
  const std::string folder = !o.programme.empty() ? o.programme : fs::is_directory(own) ? own.string() : "";
  const auto [plan, programme, notes] = read_plan_inputs(o.plan, o.programme);
  const auto uncertainty = load_uncertainty(folder);
  const risk::PlanModel model(programme, plan, uncertainty);
  risk::Ranks ranks;
  risk::FutureOptions f;
  f.count = static_cast<std::size_t>(o.futures);
  f.seed = static_cast<std::uint64_t>(o.seed);
  f.sampling = stochastic::sampling_of(o.sampler);
  f.threads = ranks.size() > 1 && run.threads == default_threads() ? 1 : run.threads;  // a launcher shares the cores out
  f.ranks = &ranks;
  f.store = o.store;
  f.digest = digest_of(o.plan, folder);
  f.should_stop = [&run] { return run.stopped(); };
  f.on_progress = [&run](double share) { run.progress.update(share); };
  run.progress.stage("risk: futures");
  risk::Summary s;
  s.told = uncertainty.size();
  s.set = risk::run_futures(model, f);
  if (o.drivers > 0 && (s.set.whole || !ranks.first())) {
    run.progress.stage("risk: drivers");
    s.figures = {risk::Figure::compute, risk::Figure::npv_usd_b, risk::Figure::lowest_dscr, risk::Figure::last_ready_days};
    s.drivers = risk::drivers(model, s.figures, static_cast<std::size_t>(o.drivers), f);
  }
  Answer answer;
  if (ranks.first() && s.set.row.size() >= f.replicates) {
    risk::summarise(model, plan, s);
    answer = answer_of(s);
    if (!o.page.empty()) write_file(o.page, risk::page_of(s));
  }
  answer.notes = notes;
  if (uncertainty.empty()) answer.notes.push_back("this programme has no uncertainty.csv; only durations and the low and high columns of its tables vary");
  if (ranks.first() && (!s.set.whole || (o.drivers > 0 && s.drivers.empty()))) {
    answer.termination.ending = Ending::interrupted;
    answer.termination.has_answer = s.set.row.size() >= f.replicates;
    answer.termination.detail = std::format("{} of {} futures were made", s.set.row.size(), f.count);
  }
  return answer;
}

}  // namespace

std::vector<Command> risk_commands() {
  return {command(options(),
                  {{"stargate risk out/plan", "a thousand futures of the plan that make run made"},
                   {"stargate risk out/plan -n 10000 --store out/futures --page out/risk.html", "ten thousand, kept, with pictures"},
                   {"stargate risk --calibration", "how good such forecasts were"}},
                  {table_spec(heads, true), table_spec(figure_table), table_spec(chance_table), table_spec(site_table), table_spec(driver_table), table_spec(all_driver_table),
                   table_spec(cause_table), table_spec(quarter_table), table_spec(building_table), table_spec(hindcast_table)},
                  futures)};
}

}  // namespace stargate
