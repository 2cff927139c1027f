#pragma once
#include <optional>

#include "base/calendar.h"
#include "training/goodput.h"
#include "training/step.h"

namespace stargate::training {

/// Electric power of a step at the chip.
struct StepPower {
  double clock = 1;   ///< of the full clock
  double step_s = 0;  ///< at that clock
  double chip_w = 0;  ///< on average over the step
  double chip_wh_step = 0;
};
/// Draw of a chip: idle + (tdp - idle) x activity x clock^3, activity 1 in matrix products and attention, 0.75 when
/// bound by HBM, 0.45 in exposed traffic, 0.25 waiting. Below full clock, products, attention and recomputation take
/// 1/clock as long; what HBM, links or other chips bound does not. With `cap_w` the clock is the highest, from 0.4 on,
/// whose average is under the cap; an InputError says so where even that is too much.
StepPower step_power(const Step& step, const System& system, std::optional<double> cap_w = {});

/// A whole run of `tokens`.
struct RunCost {
  double tokens = 0;
  double steps = 0;
  double days_without_failures = 0;
  double days = 0;        ///< with failures, checkpoints, spares that run out
  double chip_hours = 0;  ///< spares included
  double usd = 0;
  double it_mwh = 0;             ///< chips, hosts, network: all-in power, scaled with the chip's draw
  double facility_mwh = 0;       ///< x PUE
  double model_flops = 0;        ///< causal convention
  double kwh_per_zettaflop = 0;  ///< facility, a 1e21 model FLOP
  double tokens_per_usd = 0;
  double tokens_per_kwh = 0;
};
struct RunOptions {
  double tokens = 0;
  double usd_per_chip_hour = 0;  ///< 0: the system's
  double usd_per_mwh = 0;        ///< beside the rent; 0: the rent includes power
  double pue = 1.2;
};
RunCost run_cost(const ModelShape& shape, const Strategy& strategy, const System& system, const Step& step,
                 const StepPower& power, const Goodput& goodput, const RunOptions& options);

/// The largest dense or mixture-of-experts model that a cluster can train, compute-optimally, between two dates.
struct LargestRun {
  std::int64_t chips =
      0;  ///< used: at most the number given, and 8 to 15 times a power of two, so that sizes divide it
  double parameters = 0, active_parameters = 0, tokens = 0, flops = 0;
  double mfu = 0, goodput = 0, days = 0;
  Strategy strategy;
  ModelShape shape;
};
struct LargestRunOptions {
  std::int64_t chips = 0;
  Date from{}, by{};
  bool mixture_of_experts = false;
  double tokens_per_parameter = 20;  ///< of an active parameter
  Precision precision = Precision::bf16;
  Resilience resilience;
};
/// Sizes from the largest that peak would allow down in steps of 2 %, the best strategy for each, until one ends in time:
/// a few hundred searches of 1 to 10 ms. InputError if none of 1e9 weights or more does.
LargestRun largest_run(const Machine& machine, const LargestRunOptions& options);

/// Training on several sites: data parallel between them, one exchange of gradients (or of weights) every
/// `inner_steps`.
struct Wan {
  double gbit_s = 0;  ///< of one site to the others, one direction
  double round_trip_ms = 0;
  double loss = 0;      ///< share of packets
  double streams = 64;  ///< parallel connections
  double efficiency = 0.9;
};
struct MultiSite {
  double wan_bytes_s = 0;  ///< as reached: link, or Mathis 1.22 MSS/(RTT sqrt(loss)) for all streams
  double exchange_s = 0;   ///< ring all-reduce of the gradients over the sites
  double hidden_s = 0;
  double step_s = 0;      ///< average over an exchange period
  double efficiency = 0;  ///< of one site's step
};
/// `overlap`: share of the exchange that may hide behind the steps until the next (delayed by a period).
MultiSite multi_site(double site_step_s, double parameters, int sites, const Wan& wan, int inner_steps,
                     double bytes_per_parameter, double overlap);

}  // namespace stargate::training
