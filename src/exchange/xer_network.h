#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "construction/work_calendar.h"

namespace stargate::exchange {

// The small forms inside XER fields, shared by reading and writing.

/// "2025-01-21 08:00" to its date.
std::optional<Date> parse_xer_date(std::string_view text);
/// Morning of a start, evening of a last day.
std::string xer_start(Date day);
std::string xer_finish(Date last_day);

/// P6's calendar data: parenthesised lists of the days of the week (1 is Sunday) and of exceptions by Excel day number.
construction::WorkCalendar parse_calendar_data(const std::string& name, std::string_view data, Date origin);
std::string calendar_data(const construction::WorkCalendar& calendar);

}  // namespace stargate::exchange
