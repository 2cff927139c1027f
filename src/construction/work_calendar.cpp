#include "construction/work_calendar.h"

#include <algorithm>
#include <format>
#include <set>

#include "base/diagnostics.h"

namespace stargate::construction {

namespace {
constexpr int days_back = 20 * 366, days_ahead = 50 * 366;
}

WorkCalendar::WorkCalendar(std::string name, Date origin, const std::vector<bool>& worked,
                           const std::vector<Date>& holidays, const std::vector<Date>& extra)
    : name_(std::move(name)), origin_(origin), week_(worked), holidays_(holidays), extra_(extra) {
  if (worked.size() != 7 || std::ranges::count(worked, true) == 0)
    throw InputError({}, std::format("calendar '{}' has no worked day in its week", name_),
                     "at least one of seven days is worked");
  std::ranges::sort(holidays_);
  std::ranges::sort(extra_);
  const std::set<Date> off(holidays.begin(), holidays.end()), on(extra.begin(), extra.end());
  before_.reserve(days_back + days_ahead + 1);
  for (int day = -days_back; day < days_ahead; ++day) {
    before_.push_back(static_cast<int>(day_of_.size()));
    const Date date = origin_ + std::chrono::days{day};
    if (on.contains(date) || (worked[std::chrono::weekday{date}.c_encoding()] && !off.contains(date)))
      day_of_.push_back(day);
  }
  before_.push_back(static_cast<int>(day_of_.size()));
}

WorkCalendar WorkCalendar::every_day(Date origin) { return {"every day", origin, std::vector<bool>(7, true)}; }

WorkCalendar WorkCalendar::five_days(Date origin, const std::vector<Date>& holidays) {
  return {"five days", origin, {false, true, true, true, true, true, false}, holidays};
}

int WorkCalendar::before(int day) const {
  if (day < -days_back || day > days_ahead)
    throw InputError({}, std::format("day {} of the schedule is outside the calendar '{}'", day, name_),
                     "a schedule reaches from 20 years before its first day to 50 years behind it");
  return before_[static_cast<std::size_t>(day + days_back)];
}

bool WorkCalendar::is_worked(int day) const { return before(day + 1) > before(day); }
int WorkCalendar::worked_between(int from, int to) const { return before(to) - before(from); }

int WorkCalendar::next_worked(int day) const {
  const auto n = static_cast<std::size_t>(before(day));
  return n < day_of_.size() ? day_of_[n] : (before(days_ahead + 1), day);
}

int WorkCalendar::advance(int start, int work_days) const {
  if (work_days == 0) return start;
  if (work_days < 0) return retreat(start, -work_days);
  const auto last = static_cast<std::size_t>(before(start)) + static_cast<std::size_t>(work_days) - 1;
  return last < day_of_.size() ? day_of_[last] + 1 : (before(days_ahead + 1), start);
}

int WorkCalendar::retreat(int finish, int work_days) const {
  if (work_days == 0) return finish;
  if (work_days < 0) return advance(finish, -work_days);
  const int first = before(finish) - work_days;
  return first >= 0 ? day_of_[static_cast<std::size_t>(first)] : (before(-days_back - 1), finish);
}

}  // namespace stargate::construction
