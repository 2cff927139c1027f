#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/progress.h"

namespace stargate::cli {

// Each command lives in a file of its own, which adds it to the program here. A command's callback does the work and
// ends with `finish(code)` where the exit code is not 0; bad input is thrown as InputError and reported by main.

void add_plan(CLI::App& app);
void add_check(CLI::App& app);
void add_report(CLI::App& app);
void add_power(CLI::App& app);
void add_chips(CLI::App& app);
void add_operate(CLI::App& app);
void add_finance(CLI::App& app);
void add_impact(CLI::App& app);
void add_train(CLI::App& app);
void add_init(CLI::App& app);
void add_schema(CLI::App& app);
void add_studio(CLI::App& app);

/// Ends a command with an exit code other than 0.
[[noreturn]] void finish(Exit code);

}  // namespace stargate::cli
