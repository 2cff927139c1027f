#pragma once
#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace stargate {

/// A day of the Gregorian calendar.
using Date = std::chrono::sys_days;

/// "2025-01-21"; nothing for other forms and for days that do not exist.
std::optional<Date> parse_date(std::string_view text);
std::string to_string(Date date);

/// A calendar quarter, counted so that differences are numbers of quarters.
class Quarter {
 public:
  Quarter() = default;
  Quarter(int year, int quarter_of_year) : count_(year * 4 + quarter_of_year - 1) {}
  explicit Quarter(Date date);

  int year() const { return count_ >= 0 ? count_ / 4 : (count_ - 3) / 4; }
  /// 1 to 4; winter is 1.
  int of_year() const { return count_ - year() * 4 + 1; }
  Date first_day() const;
  Date last_day() const { return (*this + 1).first_day() - std::chrono::days{1}; }
  int days() const { return static_cast<int>(((*this + 1).first_day() - first_day()).count()); }
  double hours() const { return 24.0 * days(); }

  friend Quarter operator+(Quarter q, int n) { return q.count_ += n, q; }
  friend Quarter operator-(Quarter q, int n) { return q.count_ -= n, q; }
  friend int operator-(Quarter a, Quarter b) { return a.count_ - b.count_; }
  friend auto operator<=>(const Quarter&, const Quarter&) = default;

 private:
  int count_ = 0;
};

/// "2025-Q1".
std::optional<Quarter> parse_quarter(std::string_view text);
std::string to_string(Quarter quarter);

}  // namespace stargate
