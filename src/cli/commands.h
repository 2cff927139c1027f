#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/progress.h"

namespace stargate::cli {

/// Each command lives in a file of its own, which adds it to the program here. A command's callback does the work and
/// ends with `finish(code)`; bad input is thrown as InputError and reported by main.

/// Ends a command with an exit code other than 0.
[[noreturn]] void finish(Exit code);

void add_operate(CLI::App& app);

}  // namespace stargate::cli
