#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::construction {

/// A length of working or calendar time, and a point of time counted from 1970-01-01 00:00, both in minutes.
using Minutes = std::int64_t;
using Instant = std::int64_t;
inline constexpr Minutes minutes_an_hour = 60, minutes_a_day = 1440;

/// 00:00 of the day.
Instant midnight_of(Date day);
/// The day an instant lies in.
Date day_of(Instant at);
/// "2026-01-05 08:00".
std::string to_text(Instant at);

/// A worked span of a day, [from, to) in minutes behind its midnight, at most 1440.
struct Shift {
  int from = 0, to = 0;
  bool operator==(const Shift&) const = default;
};
using DayHours = std::vector<Shift>;

/// When work goes on: shifts by weekday, and days that differ. One instant of work can carry two clock times: the end
/// of Friday and the beginning of Monday. Finishes take the earlier one, starts the later.
/// Every question is O(log exceptions), in any year.
class WorkCalendar {
 public:
  /// `week` has Sunday first, as chrono::weekday::c_encoding counts. Shifts of a day are put in order and merged.
  /// `hours_a_day` converts hours into the days that are shown. InputError if a shift is no span of a day, or if the
  /// calendar has neither a worked day in its week nor a worked exception.
  WorkCalendar(std::string name, std::array<DayHours, 7> week, std::map<Date, DayHours> exceptions = {},
               double hours_a_day = 8);
  static WorkCalendar every_hour();
  /// Monday to Friday, 08:00 to 16:00.
  static WorkCalendar five_days(const std::vector<Date>& holidays = {});

  const std::string& name() const { return name_; }
  const std::array<DayHours, 7>& week() const { return week_; }
  const std::map<Date, DayHours>& exceptions() const { return exceptions_; }
  double hours_a_day() const { return hours_a_day_; }

  /// Minutes worked in [from, to); negative if to < from.
  Minutes worked(Instant from, Instant to) const { return before(to) - before(from); }
  /// The first instant not before `at` at which work goes on.
  Instant next_work(Instant at) const;
  /// The last instant not after `at` up to which work went on.
  Instant previous_work(Instant at) const;
  /// The instant at which `work` minutes have been worked since `start`; `start` itself for 0; counts back for negative
  /// work.
  Instant advance(Instant start, Minutes work) const;
  /// The latest start of `work` minutes that end by `finish`; `finish` itself for 0.
  Instant retreat(Instant finish, Minutes work) const;

 private:
  struct Exception {
    std::int64_t day;  ///< since 1970-01-01
    Minutes before;    ///< worked before that day
    Minutes work;      ///< worked on it
    DayHours hours;
  };
  Minutes before(Instant at) const;
  Minutes before_day(std::int64_t day) const;
  /// By the week alone, as if there were no exceptions.
  Minutes regular_before(std::int64_t day) const;
  /// The day in which the n-th minute of work lies, counted as before() counts.
  std::int64_t day_of_minute(Minutes n) const;
  const DayHours& hours_of(std::int64_t day) const;
  Instant start_of_minute(Minutes n) const;

  std::string name_;
  std::array<DayHours, 7> week_;
  std::map<Date, DayHours> exceptions_;
  double hours_a_day_ = 8;
  std::array<Minutes, 8> week_before_{};  ///< worked before each day of the week, from Sunday; the last: in all of it
  std::vector<Exception> sorted_;         ///< the exceptions by day
};

}  // namespace stargate::construction
