#pragma once
#include <CLI/CLI.hpp>

#include "base/command.h"

namespace stargate::cli {

/// Adds a command to the program, its options read from its table ("power solve" goes below a group "power").
/// Every command also takes --json, -o FOLDER (unless it writes by itself), --threads and --quiet.
void bind(CLI::App& app, const Command& command);

}  // namespace stargate::cli
