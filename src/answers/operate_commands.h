#pragma once
#include "base/command.h"

namespace stargate {

/// The commands under `stargate operate` that stand in files of their own.
Command pack_command();

}  // namespace stargate
