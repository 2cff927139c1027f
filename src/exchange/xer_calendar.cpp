#include <format>

#include "base/text.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

using construction::DayHours;
using construction::Instant;

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

/// "s|08:00|f|16:00" in either order.
void add_span(DayHours& hours, std::string_view attributes) {
  const auto parts = split(attributes, '|');
  std::string_view from, to;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) (parts[i] == "s" ? from : to) = parts[i + 1];
  add_shift(hours, from, to);
}

std::optional<int> clock(std::string_view text) {
  const auto parts = split(trim(text), ':');
  if (parts.size() < 2) return {};
  const auto hour = parse_integer(parts[0]), minute = parse_integer(parts[1]);
  if (!hour || !minute || *hour < 0 || *hour > 24 || *minute < 0 || *minute > 59) return {};
  return static_cast<int>(*hour * 60 + *minute);
}

std::string clock_text(int minute) { return std::format("{:02}:{:02}", minute / 60 % 24, minute % 60); }

std::string spans_text(const DayHours& hours) {
  std::string out;
  int number = 0;
  for (const auto& s : hours)
    out += std::format("(0||{}(s|{}|f|{})())", number++, clock_text(s.from), clock_text(s.to));
  return out;
}
}  // namespace

std::optional<Instant> parse_xer_time(std::string_view text) {
  text = trim(text);
  const auto day = parse_date(text.substr(0, 10));
  if (!day) return {};
  if (text.size() <= 11) return construction::midnight_of(*day);
  const auto minute = clock(text.substr(11));
  return minute ? std::optional(construction::midnight_of(*day) + *minute) : std::nullopt;
}
std::string xer_time(Instant at) { return construction::to_text(at); }

void add_shift(DayHours& hours, std::string_view from, std::string_view to) {
  const auto first = clock(from);
  auto last = clock(to);
  if (!first || !last) return;
  if (*last % 60 == 59) ++*last;
  const int end = *last == 0 ? static_cast<int>(construction::minutes_a_day) : *last;
  if (end > *first) {
    hours.push_back({*first, end});
  } else if (*first < construction::minutes_a_day) {
    hours.push_back({*first, static_cast<int>(construction::minutes_a_day)});
    if (*last > 0) hours.push_back({0, *last});
  }
}

CalendarData parse_calendar_data(std::string_view data) {
  CalendarData calendar;
  const std::string plain = without_control(data);
  const auto read_list = [&](std::string_view key, std::string_view children) {
    for_each_node(children, [&](std::string_view day, std::string_view attributes, std::string_view spans) {
      DayHours hours;
      for_each_node(spans, [&](std::string_view, std::string_view span, std::string_view) { add_span(hours, span); });
      if (key == "DaysOfWeek") {
        if (const auto n = parse_integer(day); n && *n >= 1 && *n <= 7) {
          calendar.week[static_cast<std::size_t>(*n - 1)] = std::move(hours);
          calendar.has_week = true;
        }
      } else if (key == "Exceptions" && attributes.starts_with("d|")) {
        const auto parts = split(attributes, '|');
        if (const auto n = parse_integer(parts[1]); n && *n > 0 && *n < 3000000)
          calendar.exceptions[excel_epoch + std::chrono::days{*n}] = std::move(hours);
      }
    });
  };
  for_each_node(plain, [&](std::string_view, std::string_view, std::string_view lists) {
    for_each_node(lists,
                  [&](std::string_view key, std::string_view, std::string_view children) { read_list(key, children); });
  });
  return calendar;
}

std::string calendar_data(const CalendarData& calendar) {
  std::string out = "(0||CalendarData()(";
  if (calendar.has_week) {
    out += "(0||DaysOfWeek()(";
    for (std::size_t day = 0; day < 7; ++day)
      out += std::format("(0||{}()({}))", day + 1, spans_text(calendar.week[day]));
    out += "))";
  }
  out += "(0||VIEW(ShowTotal|N)())(0||Exceptions()(";
  int number = 0;
  for (const auto& [day, hours] : calendar.exceptions)
    out += std::format("(0||{}(d|{})({}))", number++, (day - excel_epoch).count(), spans_text(hours));
  return out + "))))";
}

std::string calendar_data(const construction::WorkCalendar& calendar) {
  return calendar_data(CalendarData{calendar.week(), calendar.exceptions(), true});
}

}  // namespace stargate::exchange
