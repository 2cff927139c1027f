#include "base/json_text.h"

#include <algorithm>
#include <format>
#include <nlohmann/json.hpp>

#include "base/place.h"
#include "base/text.h"

namespace stargate {

namespace {

[[noreturn]] void refuse(const std::string& file, std::string_view text, std::size_t at, std::string what,
                         std::string hint = {}) {
  throw InputError(place_of(file, text, at), std::move(what), std::move(hint));
}

/// Where nesting goes too deep, or npos.
std::size_t too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > deepest_json)
      return i;
    else if (!quoted && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return std::string_view::npos;
}

}  // namespace

nlohmann::json parse_json(const std::string& file, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto at = find_invalid_utf8(text); at != std::string_view::npos)
    refuse(file, text, at, "bytes that are not valid UTF-8", "save the file as UTF-8");
  if (const auto at = too_deep(text); at != std::string_view::npos)
    refuse(file, text, at, "lists within lists, too deep", std::format("at most {} within each other are read", deepest_json));
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = error.byte > 0 ? error.byte - 1 : 0;
    if (at >= text.size() || trim(text.substr(at)).empty()) refuse(file, text, text.size(), "this is not JSON: it ends too early");
    refuse(file, text, at, std::format("this is not JSON: '{}' is not expected here", text.substr(at, 1)));
  } catch (const nlohmann::json::exception&) {
    throw InputError({file, 0, 0}, "a number in it is too large", "JSON numbers may be up to about 1.8e308");
  }
}

}  // namespace stargate
