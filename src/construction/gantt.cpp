#include "construction/gantt.h"

#include <algorithm>
#include <format>

#include "base/text.h"

namespace stargate::construction {

namespace {
constexpr int label_width = 330, chart_width = 900, row_height = 18, top = 54;

struct Axis {
  Date from, to;
  double x(Date date) const {
    return label_width +
           chart_width * static_cast<double>((date - from).count()) / static_cast<double>((to - from).count());
  }
};

Axis axis_of(const std::vector<GanttBar>& bars, std::optional<Date> today) {
  Date first = bars.front().start, last = bars.front().finish;
  const auto widen = [&](std::optional<Date> d) {
    if (d) first = std::min(first, *d), last = std::max(last, *d);
  };
  for (const GanttBar& bar : bars)
    for (const auto& d :
         {std::optional(bar.start), std::optional(bar.finish), bar.late_finish, bar.actual_start, bar.actual_finish})
      widen(d);
  widen(today);
  return {Quarter(first).first_day(), (Quarter(last) + 1).first_day()};
}

std::string clip(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string grid(const Axis& axis, int bottom) {
  std::string out;
  const int quarters = Quarter(axis.to) - Quarter(axis.from), step = quarters > 40 ? 4 : quarters > 16 ? 2 : 1;
  for (Quarter q(axis.from); q.first_day() <= axis.to; q = q + 1) {
    if ((q.of_year() - 1) % step != 0) continue;
    const double x = axis.x(q.first_day());
    out += std::format(
        "<line class='g' x1='{0:.1f}' y1='{1}' x2='{0:.1f}' y2='{2}'/><text x='{3:.1f}' y='{4}'>{5}</text>\n", x,
        top - 8, bottom, x + 3, top - 12, step >= 4 ? std::to_string(q.year()) : to_string(q));
  }
  return out;
}

std::string draw(const GanttBar& bar, const Axis& axis, int y) {
  const double x0 = axis.x(bar.start), x1 = axis.x(bar.finish);
  const std::string_view kind = bar.critical ? "c" : "b";
  std::string out = std::format("<g><title>{}: {} to {}{}</title>", html_escape(bar.label), to_string(bar.start),
                                to_string(bar.finish), bar.critical ? ", critical" : "");
  out += std::format("<text x='{}' y='{}'>{}</text>", 18, y + 12, html_escape(clip(bar.label, 50)));
  if (bar.late_finish && *bar.late_finish > bar.finish)
    out += std::format("<line class='f' x1='{:.1f}' y1='{}' x2='{:.1f}' y2='{}'/>", x1, y + 8, axis.x(*bar.late_finish),
                       y + 8);
  if (bar.start == bar.finish)
    out += std::format("<path class='{}' d='M{:.1f} {}l5 5l-5 5l-5 -5z'/>", kind, x0, y + 3);
  else
    out += std::format("<rect class='{}' x='{:.1f}' y='{}' width='{:.1f}' height='9' rx='2'/>", kind, x0, y + 3,
                       std::max(1.0, x1 - x0));
  if (bar.actual_start && bar.actual_finish)
    out += std::format("<rect class='a' x='{:.1f}' y='{}' width='{:.1f}' height='3'/>", axis.x(*bar.actual_start),
                       y + 13, std::max(1.0, axis.x(*bar.actual_finish) - axis.x(*bar.actual_start)));
  return out + "</g>\n";
}
}  // namespace

std::string gantt_svg(const std::string& title, const std::vector<GanttBar>& bars, std::optional<Date> today) {
  std::string body;
  int y = top;
  if (!bars.empty()) {
    const Axis axis = axis_of(bars, today);
    std::string rows, group;
    for (const GanttBar& bar : bars) {
      if (bar.group != group) {
        group = bar.group;
        rows += std::format("<text class='h' x='6' y='{}'>{}</text>\n", y + 13, html_escape(clip(group, 52)));
        y += row_height;
      }
      rows += draw(bar, axis, y);
      y += row_height;
    }
    body = grid(axis, y) + rows;
    if (today)
      body += std::format("<line class='t' x1='{0:.1f}' y1='{1}' x2='{0:.1f}' y2='{2}'><title>{3}</title></line>\n",
                          axis.x(*today), top - 8, y, to_string(*today));
  }
  const int width = label_width + chart_width + 20, height = y + 10;
  return std::format(
             "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' role='img'>\n"
             "<title>{2}</title>\n<style>text{{font:11px sans-serif;fill:#222}}.h{{font-weight:bold}}.g{{stroke:#ddd}}"
             ".b{{fill:#4a7fb5}}.c{{fill:#c0392b}}.a{{fill:#2e8b57}}.f{{stroke:#999;stroke-width:2}}.t{{stroke:#d35400;"
             "stroke-dasharray:4 3}}</style>\n<rect width='{0}' height='{1}' fill='#fff'/>\n"
             "<text x='6' y='20' style='font-size:15px;font-weight:bold'>{2}</text>\n",
             width, height, html_escape(title)) +
         body + "</svg>\n";
}

}  // namespace stargate::construction
