#include "programme/toml_text.h"

#include <format>

#include "base/place.h"
#include "base/text.h"

namespace stargate {

namespace {

/// Where nesting goes too deep, or npos. The parser calls itself for each list within a list and each part of a name.
std::size_t too_deep(std::string_view text) {
  std::size_t depth = 0, parts = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == '"' || c == '\'') {
      const auto rest = text.substr(i);
      const std::string_view mark = rest.starts_with(std::string(3, c)) ? rest.substr(0, 3) : rest.substr(0, 1);
      std::size_t end = i + mark.size();
      while (end < text.size() && !text.substr(end).starts_with(mark) && (mark.size() == 3 || text[end] != '\n'))
        end += c == '"' && text[end] == '\\' ? 2 : 1;
      i = std::min(end + mark.size(), text.size()) - 1;
    } else if (c == '[' || c == '{') {
      parts = 0;
      if (++depth > deepest_toml) return i;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == '.') {
      if (++parts > deepest_toml) return i;
    } else if (c == '=' || c == ',' || c == '\n') {
      parts = 0;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<toml::value> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto refuse = [&](std::size_t at, std::string what, std::string hint) {
    diagnostics.error(place_of(file, text, at), std::move(what), std::move(hint));
    return std::nullopt;
  };
  constexpr std::size_t most = std::size_t{1} << 24;
  if (text.size() > most) {
    diagnostics.error({file, 0, 0}, std::format("the file holds {} bytes", text.size()),
                      std::format("at most {} are read", most));
    return std::nullopt;
  }
  if (const auto bad = find_invalid_utf8(text); bad != std::string_view::npos)
    return refuse(bad, "bytes that are not valid UTF-8", "save the file as UTF-8");
  if (const auto at = too_deep(text); at != std::string_view::npos)
    return refuse(at, "nested too deep", std::format("at most {} lists, tables or parts of a name", deepest_toml));
  const std::string hint = "names = values, text in quotes, numbers with a point, tables as [name]";
  try {
    auto parsed = toml::try_parse_str(std::string(text));
    if (parsed.is_ok()) return std::move(parsed.unwrap());
    for (const auto& error : parsed.unwrap_err()) {
      const auto& places = error.locations();
      const auto line = places.empty() ? 0 : places.front().first.first_line_number();
      const auto column = places.empty() ? 0 : places.front().first.first_column_number();
      const auto lines = split(text, '\n');
      const auto found = line > 0 && line <= lines.size() ? trim(lines[line - 1]).substr(0, 60) : std::string_view{};
      diagnostics.error({file, line, column}, std::format("this is not valid TOML: found '{}'", found), hint);
    }
  } catch (const std::exception&) {
    diagnostics.error({file, 0, 0}, "this is not valid TOML", hint);
  }
  return std::nullopt;
}

}  // namespace stargate
