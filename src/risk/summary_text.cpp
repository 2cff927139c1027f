// The futures of a plan as a person and a program read them.
#include <algorithm>
#include <cmath>
#include <format>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "risk/pictures.h"
#include "risk/summary.h"

namespace stargate::risk {

namespace {

using nlohmann::json;

std::string day_text(const Layout& l, double day) {
  return day >= far_day ? "not within the plan" : to_string(l.start.first_day() + std::chrono::days{std::lround(day)});
}
std::string value_text(const Layout& l, Figure f, double v) {
  switch (f) {
    case Figure::last_ready_days: return day_text(l, v);
    case Figure::irr: return v <= -1 ? "none" : std::format("{:.1f} %", 100 * v);
    case Figure::lowest_dscr: return std::format("{:.2f}", v);
    case Figure::compute:
    case Figure::jobs_years:
    case Figure::late_mw_years_halls:
    case Figure::late_mw_years_power:
    case Figure::late_mw_years_racks:
    case Figure::late_mw_years_money: return grouped(v, 0);
    default: return grouped(v, 1);
  }
}
std::string share_text(const Chance& c) { return std::format("{:.0f} % ({:.0f} to {:.0f})", 100 * c.share, 100 * c.low, 100 * c.high); }
json finite(double v) { return std::isfinite(v) ? json(v) : json(nullptr); }
json days(const Layout& l, double v) { return v >= far_day ? json(nullptr) : json(day_text(l, v)); }
json chance_json(const Chance& c) { return {{"share", c.share}, {"low", c.low}, {"high", c.high}}; }

std::string causes_text(const std::vector<WorstCause>& causes) {
  std::string text;
  for (const auto& c : causes) {
    if (std::abs(c.mean) < 0.3) continue;
    text += std::format("{}{} ({:+.1f} standard deviations)", text.empty() ? "" : ", ", c.name, c.mean);
  }
  return text.empty() ? "no single common cause" : text;
}

}  // namespace

std::string text_of(const Summary& s) {
  const auto& l = s.layout;
  std::string text = s.sentence + "\n\n";
  if (!s.set.whole) text += std::format("Stopped: {} futures are what there is.\n\n", s.set.row.size());
  if (s.told == 0) text += "note: this programme has no uncertainty.csv; only durations and the low and high columns of its tables vary\n\n";
  TextTable figures({"figure", "plan", "P10", "P50", "P90", "mean", "95 %", "unit"});
  for (const auto& f : s.spreads) {
    const auto& name = name_of(f.figure);
    const auto v = [&](double x) { return value_text(l, f.figure, x); };
    const bool dated = f.figure == Figure::last_ready_days;
    figures.row({name.label, v(f.planned), v(f.spread.p10), v(f.spread.p50), v(f.spread.p90), dated ? "" : v(f.spread.mean),
                 dated ? "" : std::format("{} to {}", v(f.spread.mean_low), v(f.spread.mean_high)), dated ? "" : name.unit});
  }
  text += figures.text() + "\n";
  TextTable chances({"chance of", "share of futures (95 %)", "plan", "P10", "P50", "P90", "reached P50"});
  for (const auto& t : s.targets)
    chances.row({std::format("{} >= {} by {}", t.target.quantity, grouped(t.target.at_least), to_string(t.target.by)), share_text(t.chance), grouped(t.planned), grouped(t.value.p10),
                 grouped(t.value.p50), grouped(t.value.p90), day_text(l, t.day.p50)});
  chances.row({"no covenant broken", share_text(s.no_covenant_broken), "", "", "", "", ""});
  chances.row({"no distribution locked", share_text(s.no_lock_up), "", "", "", "", ""});
  chances.row({"capital cost within the plan's", share_text(s.cost_within_plan), "", "", "", "", ""});
  text += chances.text() + "\n";
  TextTable sites({"site", "last building: plan", "P10", "P50", "P90", "on time", "IT MW at the end: plan", "P10", "P50", "P90"});
  for (const auto& x : s.sites)
    sites.row({x.site, day_text(l, x.planned_last), day_text(l, x.p10), day_text(l, x.p50), day_text(l, x.p90), std::format("{:.0f} %", 100 * x.on_time), grouped(x.planned_mw),
               grouped(x.mw_p10), grouped(x.mw_p50), grouped(x.mw_p90)});
  text += sites.text() + "\n";
  for (std::size_t f = 0; f < s.drivers.size(); ++f) {
    TextTable table({std::format("what decides: {}", name_of(s.figures[f]).label), "alone", "95 %", "with others", "95 %"});
    std::size_t shown = 0;
    for (const auto& d : s.drivers[f]) {
      if (shown++ == 6) break;
      table.row({d.name, std::format("{:.2f}", d.first), std::format("{:.2f} to {:.2f}", d.first_low, d.first_high), std::format("{:.2f}", d.total),
                 std::format("{:.2f} to {:.2f}", d.total_low, d.total_high)});
    }
    text += table.text() + "\n";
  }
  text += "Where compute is among its worst tenth: " + causes_text(s.worst_compute) + ".\n";
  text += "Where value is among its worst tenth: " + causes_text(s.worst_value) + ".\n";
  return text;
}

json to_json(const Summary& s) {
  const auto& l = s.layout;
  json out{{"futures", s.set.row.size()}, {"whole", s.set.whole}, {"from_store", s.set.taken}, {"sentence", s.sentence}, {"uncertainty_rows", s.told}};
  for (const auto& f : s.spreads)
    out["figures"][name_of(f.figure).key] = {{"planned", finite(f.planned)}, {"p10", finite(f.spread.p10)}, {"p50", finite(f.spread.p50)}, {"p90", finite(f.spread.p90)},
                                             {"mean", finite(f.spread.mean)}, {"mean_low", finite(f.spread.mean_low)}, {"mean_high", finite(f.spread.mean_high)},
                                             {"unit", name_of(f.figure).unit}};
  out["targets"] = json::array();
  for (const auto& t : s.targets)
    out["targets"].push_back({{"quantity", t.target.quantity}, {"by", to_string(t.target.by)}, {"at_least", t.target.at_least}, {"planned", t.planned}, {"chance", chance_json(t.chance)},
                              {"p10", t.value.p10}, {"p50", t.value.p50}, {"p90", t.value.p90}, {"reached_p10", days(l, t.day.p10)}, {"reached_p50", days(l, t.day.p50)},
                              {"reached_p90", days(l, t.day.p90)}});
  out["chances"] = {{"no_covenant_broken", chance_json(s.no_covenant_broken)}, {"no_lock_up", chance_json(s.no_lock_up)}, {"capital_within_plan", chance_json(s.cost_within_plan)}};
  out["sites"] = json::array();
  for (const auto& x : s.sites)
    out["sites"].push_back({{"site", x.site}, {"planned_last_ready", days(l, x.planned_last)}, {"last_ready_p10", days(l, x.p10)}, {"last_ready_p50", days(l, x.p50)},
                            {"last_ready_p90", days(l, x.p90)}, {"on_time", x.on_time}, {"planned_it_mw", x.planned_mw}, {"it_mw_p10", x.mw_p10}, {"it_mw_p50", x.mw_p50}, {"it_mw_p90", x.mw_p90}});
  for (const auto& line : s.lines)
    out["quarters"][name_of(line.line).key] = {{"planned", line.planned}, {"p10", line.p10}, {"p25", line.p25}, {"p50", line.p50}, {"p75", line.p75}, {"p90", line.p90}};
  out["quarter_names"] = json::array();
  for (std::size_t t = 0; t < l.quarters; ++t) out["quarter_names"].push_back(to_string(l.start + static_cast<int>(t)));
  out["drivers"] = json::object();
  for (std::size_t f = 0; f < s.drivers.size(); ++f)
    for (const auto& d : s.drivers[f])
      out["drivers"][name_of(s.figures[f]).key].push_back({{"name", d.name}, {"first", d.first}, {"first_low", d.first_low}, {"first_high", d.first_high}, {"total", d.total},
                                                           {"total_low", d.total_low}, {"total_high", d.total_high}});
  for (const auto& [key, list] : {std::pair{"worst_compute", &s.worst_compute}, {"worst_value", &s.worst_value}}) {
    out[key] = json::array();
    for (const auto& c : *list) out[key].push_back({{"cause", c.name}, {"mean", c.mean}, {"index", c.index}});
  }
  return out;
}

std::string page_part(const Summary& s) {
  const auto& l = s.layout;
  std::string page = "<section class=\"risk\">\n<h2>How sure</h2>\n<p>" + html_escape(s.sentence) + "</p>\n";
  const auto add = [&](const std::string& sentence, const std::string& svg) { page += "<figure>\n" + svg + "<figcaption>" + html_escape(sentence) + "</figcaption>\n</figure>\n"; };
  std::vector<std::pair<double, std::string>> years;
  for (int y = l.start.year(); y <= (l.start + static_cast<int>(l.quarters) + 8).year(); ++y)
    years.emplace_back(static_cast<double>((Quarter(y, 1).first_day() - l.start.first_day()).count()), std::to_string(y));
  for (std::size_t k = 0; k < s.targets.size(); ++k) {
    const auto& t = s.targets[k];
    const std::string words = std::format("{} of {} by {}", t.target.quantity == "it_mw" ? "MW" : t.target.quantity, grouped(t.target.at_least), to_string(t.target.by));
    const std::string sentence = std::format("{} in time in {} futures; the middle one gets there on {}.", words, odds(t.chance.share), day_text(l, t.day.p50));
    add(sentence, draw(Dotplot{"When " + words + " is reached", sentence, "day", column(s.set, l.target_day(k)), s.planned[l.target_day(k)], far_day, "never in the plan", years}));
  }
  const auto figure_plot = [&](Figure f, const std::string& sentence) {
    add(sentence, draw(Dotplot{name_of(f).label, sentence, name_of(f).unit, column(s.set, l.figure(f)), s.planned[l.figure(f)], 1e300, "", {}}));
  };
  const auto& compute = s.spreads[l.figure(Figure::compute)];
  figure_plot(Figure::compute, std::format("Nine futures in ten make {} PFLOP/s-years or more; the plan makes {}.", grouped(compute.spread.p10), grouped(compute.planned)));
  const auto& npv = s.spreads[l.figure(Figure::npv_usd_b)];
  figure_plot(Figure::npv_usd_b, std::format("One future in ten is worth {} billion USD or less, the middle one {}.", grouped(npv.spread.p10, 1), grouped(npv.spread.p50, 1)));
  for (const auto line : {Line::it_mw, Line::effective_pflops, Line::spent_usd_m}) {
    const auto& x = s.lines[static_cast<std::size_t>(line)];
    std::vector<std::string> labels;
    for (std::size_t t = 0; t < l.quarters; ++t) labels.push_back(to_string(l.start + static_cast<int>(t)));
    const std::size_t end = l.quarters - 1;
    const std::string sentence = std::format("{}: at the end four futures in five lie between {} and {} {}; the plan has {}.", name_of(line).label, grouped(x.p10[end]), grouped(x.p90[end]), name_of(line).unit, grouped(x.planned[end]));
    add(sentence, draw(Fan{name_of(line).label, sentence, name_of(line).unit, labels, x.p10, x.p25, x.p50, x.p75, x.p90, x.planned}));
  }
  for (std::size_t f = 0; f < s.drivers.size(); ++f) {
    Tornado tornado{std::string("What decides: ") + name_of(s.figures[f]).label, "", {}};
    for (const auto& d : s.drivers[f])
      if (tornado.bars.size() < 8 && d.total > 0.005) tornado.bars.push_back({d.name, d.total, d.total_low, d.total_high});
    if (tornado.bars.empty()) continue;
    tornado.sentence = std::format("{} has a hand in {:.0f} % of how {} varies.", tornado.bars[0].name, 100 * std::min(1.0, tornado.bars[0].value), name_of(s.figures[f]).label);
    add(tornado.sentence, draw(tornado));
  }
  return page + "</section>\n";
}

void write_folder(const std::filesystem::path& folder, const Summary& s) {
  const auto& l = s.layout;
  write_file(folder / "risk.json", to_json(s).dump(1) + "\n");
  CsvWriter figures({"figure", "unit", "planned", "p10", "p50", "p90", "mean", "mean_low", "mean_high"});
  for (const auto& f : s.spreads)
    figures << name_of(f.figure).key << name_of(f.figure).unit << f.planned << f.spread.p10 << f.spread.p50 << f.spread.p90 << f.spread.mean << f.spread.mean_low << f.spread.mean_high;
  write_file(folder / "figures.csv", figures.text());
  CsvWriter quarters({"quarter", "quantity", "unit", "planned", "p10", "p25", "p50", "p75", "p90"});
  for (const auto& x : s.lines)
    for (std::size_t t = 0; t < l.quarters; ++t)
      quarters << std::string_view(to_string(l.start + static_cast<int>(t))) << name_of(x.line).key << name_of(x.line).unit << x.planned[t] << x.p10[t] << x.p25[t] << x.p50[t] << x.p75[t] << x.p90[t];
  write_file(folder / "quarters.csv", quarters.text());
  CsvWriter sites({"site", "quarter", "planned_it_mw", "it_mw_p10", "it_mw_p50", "it_mw_p90"});
  for (std::size_t i = 0; i < l.sites.size(); ++i)
    for (std::size_t t = 0; t < l.quarters; ++t) {
      const auto x = spread_of(s.set, l.site_mw(i, t));
      sites << std::string_view(l.sites[i]) << std::string_view(to_string(l.start + static_cast<int>(t))) << s.planned[l.site_mw(i, t)] << x.p10 << x.p50 << x.p90;
    }
  write_file(folder / "sites.csv", sites.text());
  CsvWriter buildings({"building", "site", "planned", "p10", "p50", "p90", "on_time"});
  for (std::size_t b = 0; b < l.buildings.size(); ++b) {
    const auto x = spread_of(s.set, l.building_day(b));
    const auto in_time = chance_of(s.set, l.building_day(b), [&](double d) { return d <= l.buildings[b].planned_day; });
    buildings << std::string_view(l.buildings[b].id) << std::string_view(l.buildings[b].site) << std::string_view(day_text(l, l.buildings[b].planned_day)) << std::string_view(day_text(l, x.p10))
              << std::string_view(day_text(l, x.p50)) << std::string_view(day_text(l, x.p90)) << in_time.share;
  }
  write_file(folder / "buildings.csv", buildings.text());
  CsvWriter targets({"quantity", "by", "at_least", "planned", "chance", "chance_low", "chance_high", "p10", "p50", "p90"});
  for (const auto& t : s.targets)
    targets << std::string_view(t.target.quantity) << std::string_view(to_string(t.target.by)) << t.target.at_least << t.planned << t.chance.share << t.chance.low << t.chance.high << t.value.p10 << t.value.p50 << t.value.p90;
  write_file(folder / "targets.csv", targets.text());
  CsvWriter drivers({"figure", "driver", "first", "first_low", "first_high", "total", "total_low", "total_high"});
  for (std::size_t f = 0; f < s.drivers.size(); ++f)
    for (const auto& d : s.drivers[f])
      drivers << name_of(s.figures[f]).key << std::string_view(d.name) << d.first << d.first_low << d.first_high << d.total << d.total_low << d.total_high;
  write_file(folder / "drivers.csv", drivers.text());
  // Every future: a row of the figures that stand for it.
  std::vector<std::string> header{"future"};
  for (std::size_t f = 0; f < figure_count; ++f) header.emplace_back(name_of(static_cast<Figure>(f)).key);
  for (const auto& c : l.causes) header.push_back("cause: " + c);
  CsvWriter futures(header);
  for (std::size_t n = 0; n < s.set.row.size(); ++n) {
    futures << n;
    for (std::size_t f = 0; f < figure_count; ++f) futures << s.set.row[n][f];
    for (std::size_t c = 0; c < l.causes.size(); ++c) futures << s.set.row[n][l.cause(c)];
  }
  write_file(folder / "futures.csv", futures.text());
  write_file(folder / "risk.html", "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>How sure</title>\n"
                                   "<style>body{font-family:sans-serif;max-width:760px;margin:2em auto;padding:0 1em}figure{margin:1.5em 0}figcaption{color:#333}</style>\n" +
                                       page_part(s) + "</html>\n");
}

std::string text_of(const Calibration& c) {
  std::string text;
  const auto table_of = [](const std::vector<Hindcast>& list, const char* what) {
    TextTable table({what, "of", "came, days", "80 % low", "middle", "high", "inside", "CRPS"});
    for (const auto& h : list)
      table.row({h.site, h.what, std::format("{:.0f}", h.came_days), std::format("{:.0f}", h.low), std::format("{:.0f}", h.median), std::format("{:.0f}", h.high), h.covered() ? "yes" : "no",
                 std::format("{:.0f}", h.crps)});
    return table.text();
  };
  text += table_of(c.phases, "site") + std::format("\n{} phases, each forecast from the other sites: the 80 % intervals hold {:.0f} %; mean CRPS {:.0f} days.\n\n", c.phases.size(), 100 * Calibration::coverage(c.phases), Calibration::mean_crps(c.phases));
  double announced = 0, rule = 0;
  for (const auto& h : c.promises) announced += h.crps_announced / static_cast<double>(c.promises.size()), rule += h.crps_grid_rule / static_cast<double>(c.promises.size());
  text += table_of(c.promises, "site") + std::format("\n{} promised dates, each forecast from the others: the 80 % intervals hold {:.0f} %; mean CRPS {:.0f} days, as announced {:.0f}, 180 days late (ERCOT) {:.0f}.\n", c.promises.size(),
                                                     100 * Calibration::coverage(c.promises), Calibration::mean_crps(c.promises), announced, rule);
  return text;
}

json to_json(const Calibration& c) {
  const auto list = [](const std::vector<Hindcast>& from) {
    json rows = json::array();
    for (const auto& h : from) {
      json row{{"site", h.site}, {"what", h.what}, {"came_days", h.came_days}, {"low", h.low}, {"median", h.median}, {"high", h.high}, {"covered", h.covered()}, {"crps", h.crps}};
      if (h.crps_announced >= 0) row["crps_announced"] = h.crps_announced, row["crps_grid_rule"] = h.crps_grid_rule;
      rows.push_back(std::move(row));
    }
    return rows;
  };
  return {{"phases", list(c.phases)}, {"promises", list(c.promises)}, {"phase_coverage", Calibration::coverage(c.phases)}, {"promise_coverage", Calibration::coverage(c.promises)},
          {"phase_crps", Calibration::mean_crps(c.phases)}, {"promise_crps", Calibration::mean_crps(c.promises)}};
}

}  // namespace stargate::risk
