#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace stargate {

/// One entry of a construction activity's `after`: "permit", "permit:SS", "permit:FS+4" (weeks), "shell:FF-2".
struct After {
  enum class Type { finish_start, start_start, finish_finish, start_finish };
  std::string activity;
  Type type = Type::finish_start;
  double lag_weeks = 0;
};

/// Nothing if the text has another form.
std::optional<After> parse_after(std::string_view text);

}  // namespace stargate
