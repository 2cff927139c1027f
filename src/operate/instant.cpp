#include "operate/instant.h"

#include "base/calendar.h"
#include "base/text.h"

namespace stargate::operate {

std::optional<double> parse_instant(std::string_view text) {
  if (text.size() == 10)
    if (const auto date = parse_date(text)) return static_cast<double>(date->time_since_epoch().count()) * 86400;
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return {};
  const auto date = parse_date(text.substr(0, 10));
  const auto hour = parse_integer(text.substr(11, 2)), minute = parse_integer(text.substr(14, 2));
  const auto second = parse_integer(text.substr(17, 2));
  if (!date || !hour || !minute || !second || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 || *second > 60) return {};
  double fraction = 0;
  std::string_view rest = text.substr(19);
  if (!rest.empty() && rest[0] == '.') {
    std::size_t digits = 1;
    for (double unit = 0.1; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits, unit /= 10)
      fraction += unit * (rest[digits] - '0');
    rest.remove_prefix(digits);
  }
  rest = trim(rest);
  if (!rest.empty() && rest != "Z" && rest != "UTC" && rest != "+00:00") return {};
  return static_cast<double>(date->time_since_epoch().count()) * 86400 + static_cast<double>(*hour * 3600 + *minute * 60 + *second) + fraction;
}

}  // namespace stargate::operate
