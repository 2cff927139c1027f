// stargate train: step time, strategy search, goodput, runs, inference; validation and calibration against measured
// runs.
#include "cli/train.h"

namespace stargate::cli {

void add_train(CLI::App& app) {
  CLI::App* train = app.add_subcommand(
      "train", "Training efficiency: step time, best strategy, goodput, cost; against measured runs");
  train->require_subcommand(1);
  add_train_step(*train);
  add_train_run(*train);
  add_train_measured(*train);
}

}  // namespace stargate::cli
