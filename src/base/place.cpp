#include "base/place.h"

#include <algorithm>

namespace stargate {

Place place_of(std::string file, std::string_view text, std::size_t at) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line_start = before.rfind('\n') + 1;  // 0 where there is none
  return {std::move(file), 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')), before.size() - line_start + 1};
}

}  // namespace stargate
