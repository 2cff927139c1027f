#include "programme/after.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace stargate {

std::optional<After> parse_after(std::string_view text) {
  After after;
  const auto colon = text.find(':');
  after.activity = trim(text.substr(0, colon));
  if (after.activity.empty()) return std::nullopt;
  if (colon == std::string_view::npos) return after;

  const auto rest = trim(text.substr(colon + 1));
  static constexpr std::array<std::pair<std::string_view, After::Type>, 4> types{{{"FS", After::Type::finish_start},
                                                                                  {"SS", After::Type::start_start},
                                                                                  {"FF", After::Type::finish_finish},
                                                                                  {"SF", After::Type::start_finish}}};
  for (const auto& [name, type] : types) {
    if (!rest.starts_with(name)) continue;
    after.type = type;
    const auto lag = rest.substr(2);
    if (lag.empty()) return after;
    if (lag[0] != '+' && lag[0] != '-') return std::nullopt;
    const auto weeks = parse_number(lag);
    if (!weeks) return std::nullopt;
    after.lag_weeks = *weeks;
    return after;
  }
  return std::nullopt;
}

}  // namespace stargate
