#pragma once
#include <CLI/CLI.hpp>

#include "base/progress.h"
#include "operate/request.h"

namespace stargate::cli {

/// Options of stargate operate and of what stands under it.
struct OperateOptions {
  operate::Request ask;
  std::string output, state;
  bool json = false, quiet = false, bad_skipped = false;
  std::vector<std::string> over;       // sweep
  std::string measure = "goodput";
  std::size_t seeds = 5;
  unsigned threads = 0;
};

/// What every command of the fleet takes: the fleet, the workload, the rules, the form of the answer.
void add_operate_inputs(CLI::App* command, OperateOptions& options);
/// Notes on the input, to standard error.
void say_notes(const operate::Operation& operation, bool quiet);

}  // namespace stargate::cli
