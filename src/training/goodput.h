#pragma once
#include "training/machine.h"
#include "training/strategy.h"

namespace stargate::training {

/// What stops a job, and for how long. Shares are of all interruptions.
struct FailureClass : Row {
  std::string id;
  double share = 0;
  bool hardware = false;  ///< a node must be replaced: from the spares, or after repair
  double repair_hours = 0;
  std::string source;
};
const Table<FailureClass>& failure_table();
/// data/training/training_failures.csv: Llama 3's 54 days on 16,384 H100.
const std::vector<FailureClass>& failure_library();

/// How a run protects itself.
struct Resilience {
  double restart_minutes = 10;  ///< detect, replace or restart, load, warm up (u0)
  double checkpoint_stall_s =
      0;  ///< time training stands still to write (w); 0: from the model's size and the rate below
  double checkpoint_gb_s_node = 5;  ///< a node to host memory or storage
  double interval_minutes = 0;      ///< 0: the best
  double spare_share = 0.01;        ///< of nodes, kept ready
};

struct Goodput {
  double nodes = 0;
  double failures_per_day = 0;
  double mean_hours_between = 0;
  double checkpoint_stall_s = 0;
  double interval_minutes = 0;
  double restart_minutes = 0;
  double ettr = 0;        ///< effective training time ratio of the chips that train
  double spare_wait = 0;  ///< share of time all spares are out and the job waits for a repair
  double goodput = 0;     ///< ettr x (1 - spare_wait) x trained / (trained + spare chips)
};

/// Expected share of time that is progress, failures Poisson with `rate_per_s`, restart u0, work dt between checkpoints
/// of w seconds: dt / ((1/rate + u0) (exp(rate (dt + w)) - 1)), Daly 2006. To first order it is Meta's (1 - rate (u0 +
/// dt/2)) / (1 + w/dt) (Kokolis et al. 2024).
double effective_time_ratio(double rate_per_s, double restart_s, double interval_s, double stall_s);
/// First-order formula as published; for comparison.
double effective_time_ratio_first_order(double rate_per_s, double restart_s, double interval_s, double stall_s);
/// The interval with the highest ratio; near sqrt(2 w / rate) - w. O(100).
double best_interval_s(double rate_per_s, double restart_s, double stall_s);

/// For a job on `chips` that trains `parameters` weights (16 bytes each are saved: FP32 master and moments, BF16).
Goodput goodput(const System& system, double chips, double parameters, const Resilience& resilience = {});

}  // namespace stargate::training
