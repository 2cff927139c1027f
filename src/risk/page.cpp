// The futures of a plan as pictures, with a sentence each.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/text.h"
#include "risk/pictures.h"
#include "risk/summary.h"

namespace stargate::risk {

namespace {

std::string day_text(const Layout& l, double day) {
  return day >= far_day ? "not within the plan" : to_string(l.start.first_day() + std::chrono::days{std::lround(day)});
}

}  // namespace

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

std::string page_of(const Summary& s) {
  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>How sure</title>\n"
         "<style>body{font-family:sans-serif;max-width:760px;margin:2em auto;padding:0 1em}figure{margin:1.5em 0}figcaption{color:#333}</style>\n" +
         page_part(s) + "</html>\n";
}

}  // namespace stargate::risk
