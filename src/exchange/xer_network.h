#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "construction/work_calendar.h"

namespace stargate::exchange {

// The small forms inside XER fields, shared by reading and writing.

/// "2025-01-21 08:00" to its instant; a date alone is its midnight.
std::optional<construction::Instant> parse_xer_time(std::string_view text);
std::string xer_time(construction::Instant at);

/// What P6's calendar data says: hours by weekday (Sunday first) and of days that differ.
struct CalendarData {
  std::array<construction::DayHours, 7> week;
  std::map<Date, construction::DayHours> exceptions;
  bool has_week = false;  ///< days of the week are named, worked or not
};
/// P6's form: parenthesised lists of the days of the week (1 is Sunday) and of exceptions by Excel day number.
CalendarData parse_calendar_data(std::string_view data);
std::string calendar_data(const CalendarData& calendar);
std::string calendar_data(const construction::WorkCalendar& calendar);

/// A worked span from clock times: a finish of 00:00 is the end of the day, one at :59 ends with its minute; a span
/// that ends before it begins runs over midnight, of which this day has both parts.
void add_shift(construction::DayHours& hours, std::string_view from, std::string_view to);

}  // namespace stargate::exchange
