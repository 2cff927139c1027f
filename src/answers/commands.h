#pragma once
#include <string_view>
#include <vector>

#include "base/command.h"

namespace stargate {

// One file a room; each names its commands. What can be asked of Stargate is the list of them all: the command line, the
// studio, Python and the reference page read it from here.

std::vector<Command> plan_commands();
std::vector<Command> site_commands();
std::vector<Command> compare_commands();
std::vector<Command> identity_commands();
std::vector<Command> schedule_commands();
std::vector<Command> grid_commands();
std::vector<Command> stochastic_commands();
std::vector<Command> risk_commands();
std::vector<Command> operate_commands();
std::vector<Command> schedule_commands();

/// All of them, in the order of the help.
const std::vector<Command>& commands();
/// Null for another name.
const Command* find_command(std::string_view name);

/// docs/answers.md: options and tables of every command.
std::string answers_reference();

}  // namespace stargate
