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
  double offset_s = 0;
  if (!rest.empty() && rest != "Z" && rest != "UTC") {
    if (rest[0] != '+' && rest[0] != '-') return {};
    const double sign = rest[0] == '+' ? 1 : -1;
    rest.remove_prefix(1);
    const bool colon = rest.size() == 5 && rest[2] == ':';
    if (!colon && rest.size() != 2 && rest.size() != 4) return {};
    const auto hours = parse_integer(rest.substr(0, 2));
    const auto minutes = rest.size() == 2 ? std::optional<std::int64_t>{0} : parse_integer(rest.substr(colon ? 3 : 2));
    if (!hours || !minutes || *hours < 0 || *hours > 15 || *minutes < 0 || *minutes > 59) return {};
    offset_s = sign * static_cast<double>(*hours * 3600 + *minutes * 60);
  }
  return static_cast<double>(date->time_since_epoch().count()) * 86400 + static_cast<double>(*hour * 3600 + *minute * 60 + *second) + fraction - offset_s;
}

}  // namespace stargate::operate
