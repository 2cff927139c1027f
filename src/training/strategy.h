#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "training/shape.h"
#include "training/system.h"

namespace stargate::training {

/// What is thrown away after the forward pass and made again: nothing; core attention (scores and context: Megatron's
/// `selective` default); norms and activation functions (and latent up-projections); everything but a layer's input.
enum class Recompute { none, attention, activations, full };
/// one_f_one_b with virtual stages > 1 is the interleaved schedule; dualpipe runs two micro-batches against each other
/// from both ends, holds each stage's weights twice and hides expert traffic (DeepSeek-AI 2024).
enum class Schedule { one_f_one_b, zero_bubble, dualpipe };
std::string_view to_string(Recompute recompute);
/// "selective" is what the software of the time means by it: core attention before fused attention, norms and
/// activation functions since.
Recompute parse_recompute(std::string_view text, bool fused_software = true);
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
  int shard = 0;                  ///< data-parallel ranks that share the shards (HSDP); 0: all of them
  int micro_batch = 1;            ///< sequences
  std::int64_t global_batch = 1;  ///< sequences
  std::int64_t seq_len = 0;       ///< tokens; 0: the model's own
  Recompute recompute = Recompute::none;
  double recompute_share = 1;  ///< of the layers, that recompute; the others keep everything
  Schedule schedule = Schedule::one_f_one_b;
  int loss_chunks = 1;             ///< parts in which logits and loss are made
  double offload_optimizer = 0;    ///< share of the optimiser's state in host memory
  double offload_activations = 0;  ///< share of kept activations in host memory
  bool sequence_parallel = false;  ///< norms and dropout split over the tp chips
  Precision precision = Precision::bf16;
  Tuning tuning = Tuning::full;

  std::int64_t chips() const { return std::int64_t{tp} * cp * pp * dp; }
  std::int64_t ranks() const { return std::int64_t{dp} * cp; }  ///< over which ZeRO may shard
  std::int64_t shard_ranks() const { return shard > 0 ? std::int64_t{shard} * cp : ranks(); }
  std::int64_t micro_batches() const { return global_batch / (std::int64_t{dp} * micro_batch); }
};

/// Everything that makes the strategy impossible for the model, whatever the machine; empty if it can be run.
std::vector<std::string> strategy_faults(const ModelShape& shape, const Strategy& strategy);
/// The same as a yes or no, for the search: no text is built.
bool possible(const ModelShape& shape, const Strategy& strategy);
/// "tp8 pp4x2 dp16 ep8 mb2 zero1 full".
std::string to_string(const Strategy& strategy);

}  // namespace stargate::training
