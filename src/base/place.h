#pragma once
#include "base/diagnostics.h"

namespace stargate {

/// The place of byte `at` of a text: line and column. O(at).
Place place_of(std::string file, std::string_view text, std::size_t at);

}  // namespace stargate
