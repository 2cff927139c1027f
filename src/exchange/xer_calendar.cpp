#include <format>

#include "base/text.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

namespace {
constexpr Date excel_epoch = std::chrono::sys_days{std::chrono::year{1899} / 12 / 30};

/// The text between the bracket at `open` and its partner.
std::string_view inside(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return text.substr(open + 1, i - open - 1);
  }
  return text.substr(std::min(text.size(), open + 1));
}

/// Each "(0||KEY(ATTRIBUTES)(CHILDREN))" of a list: calls take(key, attributes, children).
template <class Take>
void for_each_node(std::string_view list, Take&& take) {
  for (std::size_t at = list.find('('); at != std::string_view::npos; at = list.find('(', at)) {
    const std::string_view node = inside(list, at);
    at += node.size() + 2;
    const std::size_t bars = node.find("||"), first = node.find('(');
    if (bars == std::string_view::npos || first == std::string_view::npos || first < bars) continue;
    const std::string_view attributes = inside(node, first);
    const std::size_t second = node.find('(', first + attributes.size() + 2);
    take(trim(node.substr(bars + 2, first - bars - 2)), attributes,
         second == std::string_view::npos ? std::string_view{} : inside(node, second));
  }
}

std::string without_control(std::string_view data) {
  std::string out;
  for (const char c : data)
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) out += c;
  return out;
}
}  // namespace

std::optional<Date> parse_xer_date(std::string_view text) { return parse_date(trim(text).substr(0, 10)); }
std::string xer_start(Date day) { return to_string(day) + " 08:00"; }
std::string xer_finish(Date last_day) { return to_string(last_day) + " 16:00"; }

construction::WorkCalendar parse_calendar_data(const std::string& name, std::string_view data, Date origin) {
  std::vector<bool> week(7, false);
  std::vector<Date> off, on;
  const std::string plain = without_control(data);
  const auto read_list = [&](std::string_view key, std::string_view children) {
    for_each_node(children, [&](std::string_view day, std::string_view attributes, std::string_view spans) {
      if (key == "DaysOfWeek") {
        if (const auto n = parse_integer(day); n && *n >= 1 && *n <= 7)
          week[static_cast<std::size_t>(*n - 1)] = !spans.empty();
      } else if (key == "Exceptions" && attributes.starts_with("d|")) {
        const auto parts = split(attributes, '|');
        if (const auto n = parse_integer(parts[1]))
          (spans.empty() ? off : on).push_back(excel_epoch + std::chrono::days{*n});
      }
    });
  };
  for_each_node(plain, [&](std::string_view, std::string_view, std::string_view lists) {
    for_each_node(lists,
                  [&](std::string_view key, std::string_view, std::string_view children) { read_list(key, children); });
  });
  if (std::ranges::count(week, true) == 0) week = {false, true, true, true, true, true, false};
  return {name, origin, week, off, on};
}

std::string calendar_data(const construction::WorkCalendar& calendar) {
  constexpr std::string_view span = "(0||0(s|08:00|f|16:00)())";
  std::string out = "(0||CalendarData()((0||DaysOfWeek()(";
  for (std::size_t day = 0; day < 7; ++day)
    out += std::format("(0||{}()({}))", day + 1, calendar.week()[day] ? span : "");
  out += "))(0||VIEW(ShowTotal|N)())(0||Exceptions()(";
  int number = 0;
  for (const Date d : calendar.holidays()) out += std::format("(0||{}(d|{})())", number++, (d - excel_epoch).count());
  for (const Date d : calendar.extra_days())
    out += std::format("(0||{}(d|{})({}))", number++, (d - excel_epoch).count(), span);
  return out + "))))";
}

}  // namespace stargate::exchange
