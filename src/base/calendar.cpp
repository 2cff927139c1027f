#include "base/calendar.h"

#include <format>

#include "base/text.h"

namespace stargate {

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_integer(text.substr(0, 4));
  const auto month = parse_integer(text.substr(5, 2));
  const auto day = parse_integer(text.substr(8, 2));
  if (!year || !month || !day || *year < 1 || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

std::string to_string(Date date) {
  const std::chrono::year_month_day d{date};
  return std::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                     static_cast<unsigned>(d.day()));
}

Quarter::Quarter(Date date) {
  const std::chrono::year_month_day d{date};
  count_ = static_cast<int>(d.year()) * 4 + (static_cast<int>(static_cast<unsigned>(d.month())) - 1) / 3;
}

Date Quarter::first_day() const {
  return std::chrono::year(year()) / std::chrono::month(static_cast<unsigned>(3 * of_year() - 2)) / std::chrono::day(1);
}

std::optional<Quarter> parse_quarter(std::string_view text) {
  if (text.size() != 7 || text.substr(4, 2) != "-Q") return std::nullopt;
  const auto year = parse_integer(text.substr(0, 4));
  const auto quarter = parse_integer(text.substr(6, 1));
  if (!year || !quarter || *year < 1 || *quarter < 1 || *quarter > 4) return std::nullopt;
  return Quarter(static_cast<int>(*year), static_cast<int>(*quarter));
}

std::string to_string(Quarter quarter) { return std::format("{:04}-Q{}", quarter.year(), quarter.of_year()); }

}  // namespace stargate
