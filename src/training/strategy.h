#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "training/shape.h"
#include "training/system.h"

namespace stargate::training {

enum class Recompute { none, selective, full };
enum class Schedule { one_f_one_b, zero_bubble };  ///< one_f_one_b with virtual_stages > 1 is the interleaved schedule
std::string_view to_string(Recompute recompute);
Recompute parse_recompute(std::string_view text);
std::string_view to_string(Schedule schedule);
Schedule parse_schedule(std::string_view text);

/// What is trained: all weights, or low-rank adapters beside frozen weights (no weight gradients, no optimiser to speak
/// of).
enum class Tuning { full, adapters };

/// How a model is laid over chips. Chips = tp x cp x pp x dp; expert parallelism re-uses the tp x cp x dp chips of a
/// stage.
struct Strategy {
  int tp = 1;                     ///< tensor parallel
  int cp = 1;                     ///< context parallel
  int pp = 1;                     ///< pipeline stages
  int vp = 1;                     ///< virtual stages a chip (interleaving)
  int dp = 1;                     ///< data parallel
  int ep = 1;                     ///< expert parallel
  int zero = 0;                   ///< 0: nothing sharded; 1: optimiser; 2: and gradients; 3: and weights (FSDP)
  int micro_batch = 1;            ///< sequences
  std::int64_t global_batch = 1;  ///< sequences
  std::int64_t seq_len = 0;       ///< tokens; 0: the model's own
  Recompute recompute = Recompute::none;
  Schedule schedule = Schedule::one_f_one_b;
  bool sequence_parallel = false;  ///< norms and dropout split over the tp chips
  Precision precision = Precision::bf16;
  Tuning tuning = Tuning::full;

  std::int64_t chips() const { return std::int64_t{tp} * cp * pp * dp; }
  std::int64_t micro_batches() const { return global_batch / (std::int64_t{dp} * micro_batch); }
};

/// Everything that makes the strategy impossible for the model, whatever the machine; empty if it can be run.
std::vector<std::string> strategy_faults(const ModelShape& shape, const Strategy& strategy);
/// The same as a yes or no, for the search: no text is built.
bool possible(const ModelShape& shape, const Strategy& strategy);
/// "tp8 pp4x2 dp16 ep8 mb2 zero1 full".
std::string to_string(const Strategy& strategy);

}  // namespace stargate::training
