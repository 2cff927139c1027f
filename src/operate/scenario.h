#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operate/types.h"

namespace stargate::operate {

/// What fails together.
enum class Extent : std::uint8_t { gpu, node, rack, feed, site };

/// A class of failures with a constant rate for each unit of its extent (exponential clocks).
struct FailureClass {
  std::string name;
  Extent extent = Extent::node;
  double per_unit_hour = 0;            ///< failures an hour for each GPU, node, rack, feed or site
  double diagnose_s = 0;               ///< until the job's restart can begin
  double repair_h = 0;                 ///< mean; 0: the node need not leave service (software)
  double silent_h = 0;                 ///< mean time until it is noticed that results are wrong; 0: noticed at once
  std::string source;
};

enum class CheckpointRule { off, fixed, young_daly, adaptive };

struct Checkpointing {
  CheckpointRule rule = CheckpointRule::off;
  double interval_s = 3600;            ///< fixed; and the first guess of adaptive is Young-Daly's with the classes' rates
  double write_s = 0;                  ///< used if gb_per_gpu is 0
  double gb_per_gpu = 0;               ///< state to write
  double storage_gb_per_s = 0;         ///< of the site, for one job at a time; with gb_per_gpu gives the write time
  double restart_s = 0;                ///< initialise and load, after diagnosis
  double resize_s = 0;                 ///< an elastic job changes width
};

/// Which jobs give way when a limit binds.
enum class Yield {
  uniform,                             ///< all under the limit slow down alike
  priority,                            ///< lowest priority first: to the floor, then to a stop; ties: latest start, then highest id
  newest,                              ///< latest start first
  largest,                             ///< most GPUs first
};

struct PowerRules {
  bool on = false;
  Yield yield = Yield::uniform;
  double floor = 0.5;                  ///< slowest clock short of a stop, as a share of full speed
  double exponent = 2;                 ///< dynamic power ~ speed^exponent (1: power buys speed in proportion)
  double restart_share = 0.3;          ///< of dynamic power while loading and initialising
  double checkpoint_share = 0.4;       ///< of dynamic power while writing
  bool admit_throttled = false;        ///< start a job that fits under a limit only with everyone at the floor
  double chip_cap_w = 0;               ///< cap set on each accelerator; 0: none
};

/// A limit on load for a span of time (the shape of NVIDIA's DSX Flex load targets: value, unit, start, end, feeds,
/// best effort). Without feeds it is the whole site's.
struct LoadTarget {
  Time start = 0, end = never;
  double limit_mw = 0;
  std::vector<Id> feeds;
  Id site = none;                      ///< none: every site
  bool best_effort = false;            ///< may be missed: jobs slow down to the floor but are not stopped for it
};

/// Hourly values for a site; hours before and after the table take its first and last.
struct SiteSignals {
  Time first_hour = 0;
  std::vector<double> price_usd_per_mwh, carbon_kg_per_mwh, temperature_c, limit_mw;
};

/// Capacity at a public cloud.
struct Cloud {
  Id committed_gpus = 0;               ///< paid whether used or not
  double committed_usd_per_gpu_hour = 0;
  Id burst_gpus = 0;                   ///< most held at once beyond that
  double burst_usd_per_gpu_hour = 0;
  double move_usd_per_gb = 0.05, move_gb_per_gpu_hour = 1, move_gb_per_s = 10;
  double restart_s = 600;
  double delay_usd_per_gpu_hour = 0;   ///< what an hour's waiting costs its owner; 0: never burst
};

/// Which of the pools that a job fits in it is given.
enum class Placement {
  first,                               ///< in the order of the fleet
  tightest,                            ///< least free nodes left, to keep room for wide gangs
  cheapest, cleanest,                  ///< by the hour's price or carbon; ties: the order of the fleet
};

struct Scenario {
  std::string policy = "fcfs";
  Placement placement = Placement::first;
  std::size_t backfill_depth = 1'000'000;  ///< most jobs that backfill looks at in a pass
  std::uint64_t seed = 1;
  bool kill_at_estimate = false;
  std::optional<Time> horizon;         ///< stop then; otherwise when the last job has ended
  std::vector<FailureClass> failures;
  Checkpointing checkpointing;
  PowerRules power;
  std::vector<SiteSignals> signals;    ///< one a site, or none at all
  std::vector<LoadTarget> targets;
  Cloud cloud;
  Time tick_s = 3600;                  ///< interval table
  bool record_events = false, record_intervals = false;
};

/// Failures of Llama 3 405B's pre-training on 16,384 H100 over 54 days (Grattafiori et al. 2024, table 5): 419 unexpected
/// interruptions by class, as rates a GPU hour; and the 47 planned ones as a class of their own.
std::vector<FailureClass> llama3_failures();
/// Meta's research clusters RSC-1 and RSC-2 (Kokolis et al. 2024): 6.50 and 2.34 failures a thousand node-days (8 GPUs).
std::vector<FailureClass> rsc_failures(int cluster);
/// Correlated faults: rack, feed and site. Engineering estimates, not measurements.
std::vector<FailureClass> correlated_faults();

/// Failures an hour of a job on `gpus` accelerators in nodes of `gpus_per_node` and racks of `gpus_per_rack`.
double job_failure_rate_per_hour(const std::vector<FailureClass>& classes, double gpus, double gpus_per_node, double gpus_per_rack);

/// Work between checkpoints and the time to write one for a job on `gpus`, by the rule; {0, 0} for none.
struct CheckpointPlan {
  double interval_s = 0, write_s = 0;
};
CheckpointPlan plan_checkpoints(const Checkpointing& rule, double gpus, double failures_per_hour);

}  // namespace stargate::operate
