#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::construction {

/// Which days are worked. Days are whole numbers counted from `origin` (the day 0 of a schedule); an activity holds the
/// half-open span [start, finish), so a finish is the first day on which a successor may start.
/// Built once for 70 years about the origin, so that every question below is a look-up: O(1), or O(log days) backwards.
class WorkCalendar {
 public:
  /// `worked` has Sunday first, as chrono::weekday::c_encoding counts; `holidays` are not worked whatever their
  /// weekday; `extra` days are. InputError if no day of the week is worked.
  WorkCalendar(std::string name, Date origin, const std::vector<bool>& worked, const std::vector<Date>& holidays = {},
               const std::vector<Date>& extra = {});
  static WorkCalendar every_day(Date origin);
  static WorkCalendar five_days(Date origin, const std::vector<Date>& holidays = {});

  const std::string& name() const { return name_; }
  const std::vector<bool>& week() const { return week_; }          ///< Sunday first
  const std::vector<Date>& holidays() const { return holidays_; }  ///< in order
  const std::vector<Date>& extra_days() const { return extra_; }   ///< in order
  Date origin() const { return origin_; }
  bool is_worked(int day) const;
  /// Number of worked days in [from, to); negative if to < from.
  int worked_between(int from, int to) const;
  /// The first worked day that is not before `day`.
  int next_worked(int day) const;
  /// Day behind the `work_days`-th worked day from `start` on; `start` itself for 0; counts back for negative numbers.
  int advance(int start, int work_days) const;
  /// Latest start of `work_days` of work that end by `finish`; the inverse of advance.
  int retreat(int finish, int work_days) const;

 private:
  /// Worked days before `day`, counted from the beginning of the table.
  int before(int day) const;
  std::string name_;
  Date origin_;
  std::vector<bool> week_;
  std::vector<Date> holidays_, extra_;
  std::vector<int> before_;  ///< by table day
  std::vector<int> day_of_;  ///< day of the n-th worked day
};

}  // namespace stargate::construction
