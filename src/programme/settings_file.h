#pragma once
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "programme/programme.h"

namespace stargate {

/// Reads programme.toml into settings, tranches, targets and site weights.
void read_settings(const std::string& file, std::string_view text, Programme& programme, Diagnostics& diagnostics);

}  // namespace stargate
