#pragma once
#include "cli/commands.h"

namespace stargate::cli {

// The parts of `stargate train`, each in a file of its own.
void add_train_step(CLI::App& train);      // models, systems, step, search
void add_train_run(CLI::App& train);       // goodput, run, largest, sites, infer, efficiency
void add_train_measured(CLI::App& train);  // validate, calibrate

}  // namespace stargate::cli
