#pragma once
#include "training/layer.h"
#include "training/memory.h"

namespace stargate::training {

/// Where the seconds of an optimiser step go, on the critical path. `total()` is the step: the parts add up exactly.
struct StepParts {
  double gemm = 0, attention = 0, memory = 0, launch = 0;  ///< layers of the slowest stage, forward and backward
  double recompute = 0;                                    ///< forward done again
  double head = 0;                                ///< embedding, head and loss, where the slowest stage has them
  double bubble = 0;                              ///< pipeline filling and draining
  double tp = 0, cp = 0, ep = 0, pp = 0, dp = 0;  ///< exposed traffic; dp includes gathering of sharded weights
  double optimizer = 0;
  double jitter = 0;  ///< waiting for the slowest chip
  double total() const {
    return gemm + attention + memory + launch + recompute + head + bubble + tp + cp + ep + pp + dp + optimizer + jitter;
  }
};
/// Name and value of each part, in the order of StepParts.
std::vector<std::pair<std::string_view, double>> listed(const StepParts& parts);
std::vector<std::pair<std::string_view, double>> listed(const MemoryParts& parts);

struct Step {
  StepParts parts;
  MemoryParts memory;
  double seconds = 0;  ///< = parts.total()
  double tokens = 0;   ///< of one step
  double tokens_per_s_chip = 0;
  double model_flops_per_s_chip = 0;     ///< convention causal
  double mfu = 0;                        ///< model FLOPs (causal) over the dense BF16 peak
  double hfu = 0;                        ///< the same with recomputed FLOPs counted
  double megatron_flops_per_s_chip = 0;  ///< convention megatron, recomputation not counted
  bool fits = true;
};

/// One optimiser step:
///   m x slowest stage + (sum of the other stages)/v + exposed (PP + DP) + optimiser, and jitter on all of it.
/// Assumes a possible strategy (see strategy_faults); says in `fits` whether it fits. O(1), about 1 us.
Step evaluate(const ModelShape& shape, const Strategy& strategy, const Machine& machine);
/// Only the seconds; for searches and fits. `count` is count_parameters(shape).
StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& strategy,
                     const Machine& machine);

/// What a micro-batch costs on a chip: the part of a step that does not depend on pp, vp, schedule, global batch and,
/// below 3, on the ZeRO stage. A search that varies only those computes it once.
struct MicroBatchCost {
  TimeParts work, again;           ///< of the mean layer: forward and backward; recomputation
  double weight_gradient = 0;      ///< of the mean layer, s
  double embedding = 0, head = 0;  ///< s
};
MicroBatchCost micro_batch_cost(const ModelShape& shape, const Strategy& strategy, const Machine& machine);
StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& strategy,
                     const Machine& machine, const MicroBatchCost& cost);
/// The slowest stage's seconds times the micro-batches: no schedule, overlap or ZeRO stage below 3 can be faster, since
/// all else that a step holds is added to it.
double step_lower_bound(const ModelShape& shape, const Strategy& strategy, const MicroBatchCost& cost);

}  // namespace stargate::training
