#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operate/fleet.h"
#include "operate/types.h"

namespace stargate::operate {

/// What fails, or is out of service, together. A leaf switch takes the nodes that hang on it, a pod its racks (their spine).
enum class Extent : std::uint8_t { gpu, node, rack, leaf_switch, pod, hall, feed, site };
const std::vector<std::string>& extent_names();

/// A class of failures with a constant rate for each unit of its extent (exponential clocks).
struct FailureClass {
  std::string name;
  Extent extent = Extent::node;
  double per_unit_hour = 0;            ///< failures an hour for each unit of the extent
  double diagnose_s = 0;               ///< until the job's restart can begin
  double repair_h = 0;                 ///< mean; 0: the node need not leave service (software)
  double silent_h = 0;                 ///< mean time until it is noticed that results are wrong; 0: noticed at once
  std::string source;
  double repair_works = 1;             ///< share of repairs after which the node works; the others are repaired again
};

/// Nodes that fail more often than their like, however often they are repaired.
struct BadNodes {
  double share = 0;                    ///< of the nodes, drawn by seed
  double factor = 1;                   ///< their failure rate over that of the others
};

/// Something is out of service from `at` until `until`: maintenance that was announced (jobs save their state and move; from
/// `drain_s` before, nothing new is placed there), or a loss that was not (jobs fail).
struct Outage {
  Extent extent = Extent::node;
  Id pool = none;                      ///< of nodes, racks, switches and pods
  Id unit = 0;                         ///< which of the pool's, or which hall, feed or site
  Time at = 0, until = 0, drain_s = 0;
  bool planned = false;
  std::string name;
};

/// Nodes with ids from `first`.
struct NodeRange {
  Id first = 0, count = 0;
};
/// How many units of an extent there are, in all or in a pool; and the nodes of one. Units are counted pool by pool.
/// std::logic_error for GPUs' nodes. O(blocks) for halls, feeds and sites, else O(pools).
std::uint64_t units(const Fleet& fleet, Extent extent);
Id units(const Fleet& fleet, Extent extent, Id pool);
std::vector<NodeRange> nodes_of(const Fleet& fleet, Extent extent, Id pool, Id unit);
/// (pool, unit in it) of a unit counted through all pools.
std::pair<Id, Id> unit_at(const Fleet& fleet, Extent extent, std::uint64_t unit);

enum class CheckpointRule { off, fixed, young_daly, adaptive };

struct Checkpointing {
  CheckpointRule rule = CheckpointRule::off;
  double interval_s = 3600;            ///< fixed; above 0. The first guess of adaptive is Young-Daly's with the classes' rates
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
  double chip_cap_w = unlimited;       ///< cap set on each accelerator
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

/// Hourly values for a site, on the calendar's hours; hours before and after the table take its first and last.
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
  BadNodes bad_nodes;
  std::vector<Outage> outages;
  Checkpointing checkpointing;
  PowerRules power;
  std::vector<SiteSignals> signals;    ///< one a site, or none at all
  std::vector<LoadTarget> targets;
  Cloud cloud;
  Time measure_from = 0;               ///< what is before fills the fleet and is not counted
  bool record_events = false, record_intervals = false;
};

/// Failures of Llama 3 405B's pre-training on 16,384 H100 over 54 days (Grattafiori et al. 2024, table 5): 419 unexpected
/// interruptions by class, as rates a GPU hour; and the 47 planned ones as a class of their own.
std::vector<FailureClass> llama3_failures();
/// Meta's research clusters RSC-1 and RSC-2 (Kokolis et al. 2024): 6.50 and 2.34 failures a thousand node-days (8 GPUs).
std::vector<FailureClass> rsc_failures(int cluster);
/// Correlated faults: rack, feed and site. Engineering estimates, not measurements.
std::vector<FailureClass> correlated_faults();

/// Failures an hour that a job meets, summed by what a unit of them takes: a gang meets those of every GPU, node, rack, switch and
/// pod that it stands on, and those of its hall, feed and site.
struct FailureRates {
  double per_gpu = 0, per_node = 0, per_rack = 0, per_switch = 0, per_pod = 0, constant = 0;
  double gpus_per_node = 1, gpus_per_rack = 1, gpus_per_switch = 1, gpus_per_pod = 1;
  double of_job(double gpus) const;
};
FailureRates failure_rates(const std::vector<FailureClass>& classes, const Fleet& fleet, Id pool);

/// Work between checkpoints and the time to write one for a job on `gpus`, by the rule; {0, 0} for none.
struct CheckpointPlan {
  double interval_s = 0, write_s = 0;
};
CheckpointPlan plan_checkpoints(const Checkpointing& rule, double gpus, double failures_per_hour);

}  // namespace stargate::operate
