#include "risk/pictures.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/text.h"

namespace stargate::risk {

namespace {

constexpr double width = 720, left = 60, right = 20, top = 34;

std::string open(const std::string& title, const std::string& sentence, double height) {
  return std::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<title>{}</title><desc>{}</desc>\n<text x=\"{:.0f}\" y=\"18\" font-size=\"14\" font-weight=\"bold\">{}</text>\n",
      width, height, html_escape(title), html_escape(sentence), left, html_escape(title));
}

/// Round numbers across a range, five or so.
std::vector<double> round_ticks(double low, double high) {
  std::vector<double> out;
  if (!(high > low)) return {low};
  const double raw = (high - low) / 5, power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double times : {1.0, 2.0, 5.0, 10.0})
    if ((step = times * power) >= raw) break;
  for (double at = std::ceil(low / step) * step; at <= high + 1e-9 * step; at += step) out.push_back(std::abs(at) < 1e-12 * step ? 0 : at);
  return out;
}
std::string number(double value) {
  const double size = std::abs(value);
  return size >= 10 || value == std::round(value) ? grouped(value, 0) : size >= 1 ? grouped(value, 1) : std::format("{:.2f}", value);
}

}  // namespace

std::string draw(const Dotplot& plot) {
  constexpr int dots = 50;
  std::vector<double> sorted = plot.values;
  if (sorted.empty()) return "";
  std::ranges::sort(sorted);
  std::vector<double> points;
  for (int i = 0; i < dots; ++i) points.push_back(sorted[static_cast<std::size_t>((i + 0.5) / dots * static_cast<double>(sorted.size()))]);
  double low = plot.planned, high = plot.planned;
  for (const double p : points)
    if (p < plot.never) low = std::min(low, p), high = std::max(high, p);
  if (!(high > low)) high = low + std::max(1.0, std::abs(low) * 0.01), low -= std::max(1.0, std::abs(low) * 0.01);
  const bool some_never = points.back() >= plot.never;
  const double room = width - left - right - (some_never ? 90 : 0), radius = 6.5;
  const int columns = static_cast<int>(room / (2 * radius)) - 1;
  const auto x_of = [&](double v) { return left + radius + (v - low) / (high - low) * (room - 2 * radius); };
  std::map<int, int> stack;
  int tallest = 0, never = 0;
  std::vector<std::pair<int, int>> places;
  for (const double p : points) {
    if (p >= plot.never) {
      ++never;
      continue;
    }
    const int c = static_cast<int>(std::lround((p - low) / (high - low) * columns));
    places.emplace_back(c, stack[c]++);
    tallest = std::max(tallest, stack[c]);
  }
  const int never_rows = (never + 4) / 5;
  const double height = top + 2 * radius * std::max({tallest, never_rows, 3}) + 46, base = height - 40;
  std::string svg = open(plot.title, plot.sentence, height);
  for (const auto& [c, row] : places)
    svg += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"#3b6ea5\"/>\n", left + radius + c * (room - 2 * radius) / columns, base - radius - 2 * radius * row, radius - 0.7);
  for (int i = 0; i < never; ++i)
    svg += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"#b5482e\"/>\n", width - right - 75 + 2 * radius * (i % 5), base - radius - 2 * radius * (i / 5), radius - 0.7);
  svg += std::format("<line x1=\"{:.0f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#444\"/>\n", left, base, left + room, base);
  auto ticks = plot.ticks;
  if (ticks.empty())
    for (const double t : round_ticks(low, high)) ticks.emplace_back(t, number(t));
  for (const auto& [at, label] : ticks)
    if (at >= low && at <= high)
      svg += std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" fill=\"#333\">{}</text>\n", x_of(at), base + 16, html_escape(label));
  svg += std::format("<line x1=\"{0:.1f}\" y1=\"{1:.0f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"#c77c00\" stroke-width=\"2\"/>\n<text x=\"{3:.1f}\" y=\"{4:.1f}\" fill=\"#8a5600\" text-anchor=\"{5}\">plan</text>\n",
                     x_of(plot.planned), top - 6.0, base, x_of(plot.planned) + (x_of(plot.planned) > left + room - 40 ? -4 : 4), top + 4.0,
                     x_of(plot.planned) > left + room - 40 ? "end" : "start");
  if (some_never)
    svg += std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" fill=\"#7a2c18\">{}</text>\n", width - right - 49, base + 16, html_escape(plot.never_label));
  svg += std::format("<text x=\"{:.0f}\" y=\"{:.1f}\" fill=\"#555\">{} (each dot: one future in fifty)</text>\n</svg>\n", left, height - 6, html_escape(plot.unit));
  return svg;
}

std::string draw(const Fan& fan) {
  const std::size_t n = fan.p50.size();
  if (n < 2) return "";
  const double height = 270, base = height - 44;
  double most = 0;
  for (std::size_t t = 0; t < n; ++t) most = std::max({most, fan.p90[t], fan.planned[t]});
  if (!(most > 0)) most = 1;
  const auto x = [&](std::size_t t) { return left + (width - left - right) * static_cast<double>(t) / static_cast<double>(n - 1); };
  const auto y = [&](double v) { return base - (base - top) * v / most; };
  std::string svg = open(fan.title, fan.sentence, height);
  for (const double t : round_ticks(0, most))
    svg += std::format("<line x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#e3e3e3\"/><text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#333\">{}</text>\n",
                       left, width - right, y(t), y(t), left - 6, y(t) + 4, number(t));
  const auto band = [&](const std::vector<double>& low, const std::vector<double>& high, const char* colour) {
    std::string points;
    for (std::size_t t = 0; t < n; ++t) points += std::format("{:.1f},{:.1f} ", x(t), y(high[t]));
    for (std::size_t t = n; t-- > 0;) points += std::format("{:.1f},{:.1f} ", x(t), y(low[t]));
    svg += std::format("<polygon points=\"{}\" fill=\"{}\"/>\n", points, colour);
  };
  const auto line = [&](const std::vector<double>& values, const char* style) {
    std::string points;
    for (std::size_t t = 0; t < n; ++t) points += std::format("{:.1f},{:.1f} ", x(t), y(values[t]));
    svg += std::format("<polyline points=\"{}\" fill=\"none\" {}/>\n", points, style);
  };
  band(fan.p10, fan.p90, "#cfdeee");
  band(fan.p25, fan.p75, "#9dbcdb");
  line(fan.p50, "stroke=\"#23507f\" stroke-width=\"2\"");
  line(fan.planned, "stroke=\"#c77c00\" stroke-width=\"2\" stroke-dasharray=\"5 3\"");
  for (std::size_t t = 0; t < n; t += std::max<std::size_t>(1, n / 8))
    svg += std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" fill=\"#333\">{}</text>\n", x(t), base + 16, html_escape(fan.labels[t]));
  svg += std::format("<text x=\"{:.0f}\" y=\"{:.0f}\" fill=\"#555\">{}: middle of the futures (line), half (dark) and four fifths (light) of them; plan (dashed)</text>\n</svg>\n",
                     left, height - 8, html_escape(fan.unit));
  return svg;
}

std::string draw(const Tornado& tornado) {
  const double names = 230, row = 24, height = top + row * static_cast<double>(tornado.bars.size()) + 34;
  const auto x = [&](double v) { return left + names + std::clamp(v, 0.0, 1.0) * (width - left - names - right); };
  std::string svg = open(tornado.title, tornado.sentence, height);
  for (std::size_t i = 0; i < tornado.bars.size(); ++i) {
    const auto& b = tornado.bars[i];
    const double at = top + row * static_cast<double>(i);
    svg += std::format("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#222\">{}</text>\n<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\" fill=\"#3b6ea5\"/>\n",
                       left + names - 8, at + 15, html_escape(b.name), x(0), at + 4, std::max(0.5, x(b.value) - x(0)));
    svg += std::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#111\"/>\n", x(b.low), x(b.high), at + 11, at + 11);
  }
  svg += std::format("<text x=\"{:.0f}\" y=\"{:.0f}\" fill=\"#555\">share of the variance that it has a hand in; the thin line is its 95 % interval</text>\n</svg>\n", left, height - 8);
  return svg;
}

}  // namespace stargate::risk
