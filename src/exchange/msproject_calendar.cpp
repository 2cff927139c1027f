// Calendars of Microsoft Project: weeks, other weeks for a time, and exceptions that come again.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "exchange/msproject_form.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

using construction::DayHours;

namespace {

using Week = std::array<std::optional<DayHours>, 7>;  ///< empty where nothing is said

/// Hours where a day is worked and says none.
const DayHours usual_hours{{8 * 60, 12 * 60}, {13 * 60, 17 * 60}};

DayHours hours_of(const pugi::xml_node& day) {
  if (!day.child("DayWorking").text().as_bool()) return {};
  DayHours hours;
  for (const auto& span : day.child("WorkingTimes").children("WorkingTime"))
    if (*span.child_value("FromTime")) add_shift(hours, span.child_value("FromTime"), span.child_value("ToTime"));
  return hours.empty() ? usual_hours : hours;
}

struct Period {
  Date from{}, to{};
};
std::optional<Period> period_of(const pugi::xml_node& node) {
  const auto from = parse_project_time(node.child_value("FromDate")),
             to = parse_project_time(node.child_value("ToDate"));
  if (!from || !to) return {};
  Period period{construction::day_of(*from), construction::day_of(*to)};
  constexpr auto longest = std::chrono::days{40 * 366};
  period.to = std::min(period.to, period.from + longest);
  return period;
}

bool is_item(Date day, int item) {
  const unsigned weekday = std::chrono::weekday{day}.c_encoding();
  switch (item) {
    case 0:
      return true;
    case 1:
      return weekday >= 1 && weekday <= 5;
    case 2:
      return weekday == 0 || weekday == 6;
    default:
      return weekday == static_cast<unsigned>(item - 3);
  }
}

/// The first to fourth or last such day of a month.
bool is_position(Date day, int position, int item) {
  if (!is_item(day, item)) return false;
  const std::chrono::year_month_day ymd{day};
  const Date first = std::chrono::sys_days{ymd.year() / ymd.month() / 1};
  const Date last = std::chrono::sys_days{ymd.year() / ymd.month() / std::chrono::last};
  int before = 0, behind = 0;
  for (Date d = first; d < day; d += std::chrono::days{1}) before += is_item(d, item);
  for (Date d = day + std::chrono::days{1}; d <= last; d += std::chrono::days{1}) behind += is_item(d, item);
  return position >= 4 ? behind == 0 : before == position;
}

/// Types of the schema: 2 yearly by day, 3 yearly by position, 4 monthly by day, 5 monthly by position, 6 weekly; all
/// others every n-th day.
std::vector<Date> days_of(const pugi::xml_node& exception, const Period& period) {
  const auto value = [&](const char* name, int otherwise) { return exception.child(name).text().as_int(otherwise); };
  const int type = value("Type", 1), every = std::max(1, value("Period", 1));
  const std::chrono::year_month_day begin{period.from};
  std::vector<Date> days;
  for (Date d = period.from; d <= period.to; d += std::chrono::days{1}) {
    const std::chrono::year_month_day ymd{d};
    const int month = static_cast<int>(static_cast<unsigned>(ymd.month())) - 1,
              months = (static_cast<int>(ymd.year()) - static_cast<int>(begin.year())) * 12 + month -
                       (static_cast<int>(static_cast<unsigned>(begin.month())) - 1);
    const bool by_day = static_cast<int>(static_cast<unsigned>(ymd.day())) == value("MonthDay", 1),
               by_position =
                   type == 3 || type == 5 ? is_position(d, value("MonthPosition", 0), value("MonthItem", 0)) : false;
    const auto sunday = [](Date day) { return day - std::chrono::days{std::chrono::weekday{day}.c_encoding()}; };
    bool comes = false;
    switch (type) {
      case 2:
        comes = by_day && month == value("Month", 0);
        break;
      case 3:
        comes = by_position && month == value("Month", 0);
        break;
      case 4:
        comes = by_day && months % every == 0;
        break;
      case 5:
        comes = by_position && months % every == 0;
        break;
      case 6:
        comes = (value("DaysOfWeek", 127) >> std::chrono::weekday{d}.c_encoding()) % 2 == 1 &&
                (sunday(d) - sunday(period.from)).count() / 7 % every == 0;
        break;
      default:
        comes = (d - period.from).count() % every == 0;
    }
    if (comes) days.push_back(d);
  }
  const int most = value("EnteredByOccurrences", 0) != 0 ? value("Occurrences", 0) : 0;
  if (most > 0 && days.size() > static_cast<std::size_t>(most)) days.resize(static_cast<std::size_t>(most));
  return days;
}

/// What is nearer overrides: emplace keeps what stands.
void read(const pugi::xml_node& calendar, Week& week, std::map<Date, DayHours>& exceptions) {
  for (const auto& exception : calendar.child("Exceptions").children("Exception"))
    if (const auto period = period_of(exception.child("TimePeriod")))
      for (const Date d : days_of(exception, *period)) exceptions.emplace(d, hours_of(exception));
  for (const auto& day : calendar.child("WeekDays").children("WeekDay")) {
    const int type = day.child("DayType").text().as_int();
    if (type >= 1 && type <= 7) {
      auto& mine = week[static_cast<std::size_t>(type - 1)];
      if (!mine) mine = hours_of(day);
    } else if (const auto period = period_of(day.child("TimePeriod"))) {  // as Project 2003 has its exceptions
      for (Date d = period->from; d <= period->to; d += std::chrono::days{1}) exceptions.emplace(d, hours_of(day));
    }
  }
  for (const auto& other : calendar.child("WorkWeeks").children("WorkWeek")) {
    const auto period = period_of(other.child("TimePeriod"));
    if (!period) continue;
    for (const auto& day : other.child("WeekDays").children("WeekDay")) {
      const int type = day.child("DayType").text().as_int();
      for (Date d = period->from; d <= period->to; d += std::chrono::days{1})
        if (static_cast<int>(std::chrono::weekday{d}.c_encoding()) == type - 1) exceptions.emplace(d, hours_of(day));
    }
  }
}

}  // namespace

std::shared_ptr<const construction::WorkCalendar> read_project_calendar(const pugi::xml_node& project,
                                                                        const pugi::xml_node& calendar,
                                                                        double hours_a_day) {
  Week said;
  std::map<Date, DayHours> exceptions;
  std::set<int> seen;
  pugi::xml_node at = calendar;
  while (at && seen.insert(at.child("UID").text().as_int(-1)).second) {
    read(at, said, exceptions);
    const int base = at.child("BaseCalendarUID").text().as_int(-1);
    at = project.child("Calendars").find_child([&](const pugi::xml_node& c) {
      return base >= 0 && c.child("UID").text().as_int(-1) == base;
    });
  }
  std::array<DayHours, 7> week;
  for (std::size_t d = 0; d < 7; ++d) week[d] = said[d] ? *said[d] : d >= 1 && d <= 5 ? usual_hours : DayHours{};
  return std::make_shared<const construction::WorkCalendar>(calendar.child_value("Name"), week, std::move(exceptions),
                                                            hours_a_day);
}

}  // namespace stargate::exchange
