#pragma once

namespace stargate::operate {

/// When to checkpoint. All times in seconds, rates a second; `failure_rate` is that of the whole job.

/// Young (CACM 17(9), 1974): sqrt(2 d M) of work between checkpoints, d the time to write one, M the mean time between
/// failures.
double young_interval(double write_s, double failure_rate);

/// Daly (FGCS 22(3), 2006): the higher-order optimum, sqrt(2 d M) (1 + sqrt(d / 2M) / 3 + d / 18M) - d for d < 2M, else M.
double daly_interval(double write_s, double failure_rate);

/// Effective training time ratio of a job with exponential failures that also strike while it writes and restarts
/// (Daly's exact form): tau / ((1/l) e^(l R) (e^(l (tau + d)) - 1)); without failures tau / (tau + d).
double closed_form_ettr(double interval_s, double write_s, double restart_s, double failure_rate);

/// GB/s that storage must take for `gpus` to write `gb_per_gpu` each within `write_s`.
double checkpoint_bandwidth_gb_per_s(double gpus, double gb_per_gpu, double write_s);

}  // namespace stargate::operate
