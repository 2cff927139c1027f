#include "construction/work_calendar.h"

#include <algorithm>
#include <format>

#include "base/diagnostics.h"

namespace stargate::construction {

namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Minutes work_of(const DayHours& hours) {
  Minutes sum = 0;
  for (const Shift& s : hours) sum += s.to - s.from;
  return sum;
}

DayHours in_order(DayHours hours, const std::string& calendar) {
  for (const Shift& s : hours)
    if (s.from < 0 || s.to > minutes_a_day || s.to <= s.from)
      throw InputError({},
                       std::format("calendar '{}' works from minute {} to minute {} of a day", calendar, s.from, s.to),
                       "a shift begins and ends within its day");
  std::ranges::sort(hours, {}, &Shift::from);
  DayHours merged;
  for (const Shift& s : hours)
    if (!merged.empty() && s.from <= merged.back().to)
      merged.back().to = std::max(merged.back().to, s.to);
    else
      merged.push_back(s);
  return merged;
}

/// Days are counted so that weeks begin on Sundays: 1969-12-28 was one.
constexpr std::int64_t first_sunday = -4;

}  // namespace

Instant midnight_of(Date day) { return day.time_since_epoch().count() * minutes_a_day; }
Date day_of(Instant at) { return Date{} + std::chrono::days{floor_div(at, minutes_a_day)}; }
std::string to_text(Instant at) {
  const Minutes minute = at - midnight_of(day_of(at));
  return std::format("{} {:02}:{:02}", to_string(day_of(at)), minute / 60, minute % 60);
}

WorkCalendar::WorkCalendar(std::string name, std::array<DayHours, 7> week, std::map<Date, DayHours> exceptions,
                           double hours_a_day)
    : name_(std::move(name)), week_(std::move(week)), exceptions_(std::move(exceptions)), hours_a_day_(hours_a_day) {
  for (std::size_t d = 0; d < 7; ++d) {
    week_[d] = in_order(std::move(week_[d]), name_);
    week_before_[d + 1] = week_before_[d] + work_of(week_[d]);
  }
  Minutes shifted = 0, exceptional = 0;
  for (auto& [date, hours] : exceptions_) {
    hours = in_order(std::move(hours), name_);
    const std::int64_t day = date.time_since_epoch().count();
    const Minutes work = work_of(hours), regular = regular_before(day + 1) - regular_before(day);
    sorted_.push_back({day, regular_before(day) + shifted, work, hours});
    shifted += work - regular;
    exceptional += work;
  }
  if (week_before_[7] + exceptional == 0)
    throw InputError({}, std::format("calendar '{}' has no worked day", name_),
                     "at least one day of its week is worked");
}

WorkCalendar WorkCalendar::every_hour() {
  std::array<DayHours, 7> week;
  week.fill({{0, static_cast<int>(minutes_a_day)}});
  return {"every hour", week, {}, 24};
}

WorkCalendar WorkCalendar::five_days(const std::vector<Date>& holidays) {
  std::array<DayHours, 7> week;
  for (std::size_t d = 1; d <= 5; ++d) week[d] = {{8 * 60, 16 * 60}};
  std::map<Date, DayHours> off;
  for (const Date d : holidays) off[d] = {};
  return {"five days", week, off};
}

Minutes WorkCalendar::regular_before(std::int64_t day) const {
  const std::int64_t weeks = floor_div(day - first_sunday, 7);
  return weeks * week_before_[7] + week_before_[static_cast<std::size_t>(day - first_sunday - 7 * weeks)];
}

Minutes WorkCalendar::before_day(std::int64_t day) const {
  const auto next = std::ranges::lower_bound(sorted_, day, {}, &Exception::day);
  if (next == sorted_.begin()) return regular_before(day);
  const Exception& last = *std::prev(next);
  return last.before + last.work + regular_before(day) - regular_before(last.day + 1);
}

const DayHours& WorkCalendar::hours_of(std::int64_t day) const {
  const auto at = std::ranges::lower_bound(sorted_, day, {}, &Exception::day);
  if (at != sorted_.end() && at->day == day) return at->hours;
  return week_[static_cast<std::size_t>(day - first_sunday - 7 * floor_div(day - first_sunday, 7))];
}

Minutes WorkCalendar::before(Instant at) const {
  const std::int64_t day = floor_div(at, minutes_a_day);
  const auto minute = static_cast<int>(at - day * minutes_a_day);
  Minutes sum = before_day(day);
  if (minute > 0)
    for (const Shift& s : hours_of(day)) sum += std::clamp(minute - s.from, 0, s.to - s.from);
  return sum;
}

std::int64_t WorkCalendar::day_of_minute(Minutes n) const {
  // The last exception before which no more than n minutes are worked, then the week from there on.
  const auto next = std::ranges::upper_bound(sorted_, n, {}, &Exception::before);
  Minutes regular = n;
  if (next != sorted_.begin()) {
    const Exception& last = *std::prev(next);
    if (n < last.before + last.work) return last.day;
    regular = n - last.before - last.work + regular_before(last.day + 1);
  }
  if (week_before_[7] == 0)
    throw InputError({}, std::format("calendar '{}' has no work left", name_), "work on at least one day of its week");
  const std::int64_t weeks = floor_div(regular, week_before_[7]);
  const auto day = std::ranges::upper_bound(week_before_, regular - weeks * week_before_[7]) - week_before_.begin() - 1;
  return first_sunday + 7 * weeks + day;
}

Instant WorkCalendar::start_of_minute(Minutes n) const {
  const std::int64_t day = day_of_minute(n);
  Minutes left = n - before_day(day);
  for (const Shift& s : hours_of(day)) {
    if (left < s.to - s.from) return day * minutes_a_day + s.from + left;
    left -= s.to - s.from;
  }
  throw std::logic_error("a minute of work lies in its day");
}

Instant WorkCalendar::next_work(Instant at) const { return start_of_minute(before(at)); }
Instant WorkCalendar::previous_work(Instant at) const { return start_of_minute(before(at) - 1) + 1; }

Instant WorkCalendar::advance(Instant start, Minutes work) const {
  if (work == 0) return start;
  return work > 0 ? start_of_minute(before(start) + work - 1) + 1 : start_of_minute(before(start) + work);
}

Instant WorkCalendar::retreat(Instant finish, Minutes work) const { return advance(finish, -work); }

}  // namespace stargate::construction
