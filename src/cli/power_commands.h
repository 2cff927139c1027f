#pragma once
#include <memory>

#include "cli/commands.h"

namespace stargate::cli {

// The parts of 'stargate power' that live in files of their own.

struct HistoryArguments;
/// Adds --history and its options to 'power headroom'.
std::shared_ptr<HistoryArguments> add_history_headroom(CLI::App& headroom);
/// Answers where --history was given; false where it was not.
bool history_headroom(const HistoryArguments& arguments, bool json, const std::string& output);

void add_power_adequacy(CLI::App& power);

}  // namespace stargate::cli
