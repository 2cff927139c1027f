#pragma once
#include <string>
#include <vector>

#include "operate/workload.h"

namespace stargate::operate {

/// A kind of job in a described mix. Widths are log-uniform between two ends, run times log-normal.
struct MixKind {
  std::string name, tenant;
  double share = 0;                    ///< of the mix's GPU-hours
  double gpus_low = 8, gpus_high = 8;  ///< GPUs, or below 1 a share of the largest pool
  double median_h = 1, sigma = 0;      ///< of the run time: median, and standard deviation of its logarithm
  double estimate_factor = 2;          ///< what users say it takes, over what it does
  double daily_amplitude = 0;          ///< submissions: 1 + a cos(2 pi (hour - 14) / 24)
  double deadline_factor = 0;          ///< deadline = submission + factor x run time; 0: none
  double min_width_share = 1, max_width_share = 1;  ///< widths an elastic or moldable job takes, over its nominal one
  double power_share = 1;              ///< of the accelerators' dynamic power
  std::int64_t priority = 0;
  bool preemptible = true, elastic = false, moldable = false, checkpoints = true;
  bool scales = true;                  ///< its widths grow if fewer, larger jobs are asked for
  std::string scope = "any";
};

struct MixOptions {
  double load = 0.85;                  ///< offered work over the GPU-hours installed
  double days = 365;
  double jobs = 0;                     ///< about how many, if that is fewer than the kinds make: those that scale get wider, said in the
                                       ///< notes; 0: as the kinds say
  std::uint64_t seed = 1;
};

/// Frontier training runs, research jobs, fine-tunes, and inference with a daily shape. Shares and sizes are estimates in
/// the range of published cluster studies (Philly, Helios, Acme, Meta RSC), not measurements of one fleet.
std::vector<MixKind> default_mix();

/// Jobs of the kinds in the given shares, submitted at a rate that follows what is installed. A width given as a share of the
/// largest pool is one of its schedulable nodes; widths in GPUs stay within the largest pool, and a range that does not is said. Each kind draws from a stream of
/// its own. O(jobs log jobs). InputError if a kind cannot be.
Workload make_mix(const std::vector<MixKind>& kinds, const Fleet& fleet, const MixOptions& options, std::vector<std::string>* notes = nullptr);

}  // namespace stargate::operate
