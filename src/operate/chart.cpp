#include "operate/chart.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/text.h"

namespace stargate::operate {

namespace {

constexpr double width = 900, height = 320, left = 70, right = 20, top = 34, bottom = 46;
const std::vector<std::string> palette{"#2563eb", "#94a3b8", "#dc2626", "#f59e0b", "#7c3aed", "#0d9488", "#db2777", "#65a30d"};

/// A round number at or above `value` whose quarter is round too.
double round_up(double value) {
  if (value <= 0) return 1;
  const double unit = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 4.0, 5.0, 8.0, 10.0})
    if (value <= step * unit * (1 + 1e-9)) return step * unit;
  return 10 * unit;
}

std::string number(double value) {
  const double size = std::abs(value);
  if (size >= 1e9) return grouped(value / 1e9, size < 1e10 ? 1 : 0) + "G";
  if (size >= 1e6) return grouped(value / 1e6, size < 1e7 ? 1 : 0) + "M";
  if (size >= 1e4) return grouped(value / 1e3, 0) + "k";
  return size >= 100 || value == std::round(value) ? grouped(value, 0) : grouped(value, size < 1 ? 3 : 1);
}

struct Frame {
  double x_low, x_high, y_high;
  bool log_x;
  double x(double value) const {
    if (x_high <= x_low) return left;
    const double share = log_x ? std::log(value / x_low) / std::log(x_high / x_low) : (value - x_low) / (x_high - x_low);
    return left + share * (width - left - right);
  }
  double y(double value) const { return height - bottom - value / y_high * (height - top - bottom); }
};

std::string text_at(double x, double y, const std::string& text, const char* anchor, double size = 12) {
  return std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\">{}</text>", x, y, anchor, size, html_escape(text));
}

std::string begin(const Axes& axes, const Frame& f) {
  std::string svg = std::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui,sans-serif\" fill=\"currentColor\">", width, height, html_escape(axes.title));
  svg += text_at(left, 18, axes.title, "start", 15);
  for (int i = 0; i <= 4; ++i) {
    const double value = f.y_high * i / 4, y = f.y(value);
    svg += std::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"currentColor\" stroke-opacity=\".15\"/>", left, width - right, y, y);
    svg += text_at(left - 6, y + 4, number(value), "end", 11);
  }
  svg += text_at(width - right, height - 6, axes.x_label, "end", 11);
  svg += text_at(left, height - 6, axes.y_label, "start", 11);
  return svg;
}

std::string x_ticks(const Frame& f, const std::vector<double>& x) {
  std::string svg;
  if (f.log_x || x.size() <= 8)
    for (const double value : x) svg += text_at(f.x(value), height - bottom + 16, number(value), "middle", 11);
  else
    for (int i = 0; i <= 6; ++i) {
      const double value = f.x_low + (f.x_high - f.x_low) * i / 6;
      svg += text_at(f.x(value), height - bottom + 16, number(value), "middle", 11);
    }
  return svg;
}

std::string legend(const std::vector<Series>& series) {
  std::string svg;
  double x = width - right;
  for (std::size_t i = series.size(); i-- > 0;) {
    const std::string& colour = series[i].colour.empty() ? palette[i % palette.size()] : series[i].colour;
    svg += text_at(x, 18, series[i].name, "end", 11);
    x -= 6.4 * static_cast<double>(series[i].name.size()) + 6;
    svg += std::format("<rect x=\"{:.1f}\" y=\"9\" width=\"10\" height=\"10\" fill=\"{}\"/>", x - 10, colour);
    x -= 22;
  }
  return svg;
}

std::string polygon(const Frame& f, const std::vector<double>& x, const std::vector<double>& low, const std::vector<double>& high, const std::string& colour, double opacity) {
  std::string points;
  for (std::size_t i = 0; i < x.size(); ++i) points += std::format("{:.1f},{:.1f} ", f.x(x[i]), f.y(high[i]));
  for (std::size_t i = x.size(); i-- > 0;) points += std::format("{:.1f},{:.1f} ", f.x(x[i]), f.y(low[i]));
  return std::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>", points, colour, opacity);
}

}  // namespace

std::string stacked_areas(const Axes& axes, const std::vector<double>& x, const std::vector<Series>& series) {
  if (x.empty()) return {};
  std::vector<double> sum(x.size(), 0);
  for (const Series& s : series)
    for (std::size_t i = 0; i < x.size(); ++i) sum[i] += s.y[i];
  const Frame f{x.front(), x.back(), round_up(*std::ranges::max_element(sum)), axes.log_x};
  std::string svg = begin(axes, f) + x_ticks(f, x) + legend(series);
  std::vector<double> base(x.size(), 0);
  for (std::size_t k = 0; k < series.size(); ++k) {
    std::vector<double> next = base;
    for (std::size_t i = 0; i < x.size(); ++i) next[i] += series[k].y[i];
    svg += polygon(f, x, base, next, series[k].colour.empty() ? palette[k % palette.size()] : series[k].colour, 0.85);
    base = std::move(next);
  }
  return svg + "</svg>\n";
}

std::string lines(const Axes& axes, const std::vector<double>& x, const std::vector<Series>& series) {
  if (x.empty()) return {};
  double most = 0;
  for (const Series& s : series) {
    for (const double y : s.y) most = std::max(most, y);
    for (const double y : s.high) most = std::max(most, y);
  }
  const Frame f{x.front(), x.back(), round_up(most), axes.log_x && x.front() > 0};
  std::string svg = begin(axes, f) + x_ticks(f, x) + legend(series);
  for (std::size_t k = 0; k < series.size(); ++k) {
    const Series& s = series[k];
    const std::string& colour = s.colour.empty() ? palette[k % palette.size()] : s.colour;
    if (!s.low.empty()) svg += polygon(f, x, s.low, s.high, colour, 0.2);
    std::string points;
    for (std::size_t i = 0; i < x.size(); ++i) points += std::format("{:.1f},{:.1f} ", f.x(x[i]), f.y(s.y[i]));
    svg += std::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>", points, colour, s.dashed ? " stroke-dasharray=\"6 4\"" : "");
    if (x.size() <= 40)
      for (std::size_t i = 0; i < x.size(); ++i) svg += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>", f.x(x[i]), f.y(s.y[i]), colour);
  }
  return svg + "</svg>\n";
}

std::string waterfall(const Axes& axes, const std::string& whole_name, double total, const std::vector<std::pair<std::string, double>>& taken, const std::string& left_name) {
  double most = total, running = total;
  for (const auto& [name, amount] : taken) most = std::max(most, running -= amount);
  const Frame f{0, 1, round_up(most), false};
  std::string svg = begin(axes, f);
  const double step = (width - left - right) / static_cast<double>(taken.size() + 2);
  double at = left, level = total;
  const auto bar = [&](const std::string& name, double low, double high, const std::string& colour) {
    svg += std::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>", at + step * 0.12, f.y(high), step * 0.76, std::max(0.5, f.y(low) - f.y(high)), colour);
    svg += text_at(at + step / 2, height - bottom + 16, name, "middle", 11);
    svg += text_at(at + step / 2, f.y(high) - 4, number(high - low), "middle", 11);
    at += step;
  };
  bar(whole_name, 0, total, palette[0]);
  for (const auto& [name, amount] : taken) {
    bar(name, std::min(level, level - amount), std::max(level, level - amount), amount < 0 ? palette[7] : palette[2]);
    level -= amount;
  }
  bar(left_name, 0, level, palette[5]);
  return svg + "</svg>\n";
}

std::string intervals(const Axes& axes, const std::vector<Interval>& rows) {
  if (rows.empty()) return {};
  constexpr double label = 260, row_height = 26;
  double low = 0, high = 0;
  for (const Interval& r : rows) low = std::min(low, r.low), high = std::max(high, r.high);
  if (high <= low) high = low + 1;
  const double tall = top + row_height * static_cast<double>(rows.size()) + bottom;
  const auto x = [&](double value) { return label + (value - low) / (high - low) * (width - label - 2 * right); };
  std::string svg = std::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui,sans-serif\" fill=\"currentColor\">",
                                width, tall, html_escape(axes.title));
  svg += text_at(left, 18, axes.title, "start", 15);
  svg += std::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2:.1f}\" stroke=\"currentColor\" stroke-opacity=\".4\"/>", x(0), top, tall - bottom);
  double y = top + row_height / 2;
  for (const Interval& r : rows) {
    const bool decided = r.low > 0 || r.high < 0;
    const std::string& colour = palette[decided ? 0 : 1];
    svg += text_at(label - 8, y + 4, r.name, "end", 12);
    svg += std::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"2\"/>", x(r.low), x(r.high), y, y, colour);
    svg += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>", x(r.mean), y, colour);
    y += row_height;
  }
  for (const double value : {low, 0.0, high})
    if (value != 0 || (low < 0 && high > 0)) svg += text_at(x(value), tall - bottom + 16, number(value), "middle", 11);
  svg += text_at(width - right, tall - 6, axes.x_label, "end", 11);
  return svg + "</svg>\n";
}

}  // namespace stargate::operate
