#pragma once
#include "training/machine.h"
#include "training/strategy.h"

namespace stargate::training {

/// Bytes on the fullest chip, by what they are for.
struct MemoryParts {
  double weights = 0;  ///< 2 bytes each: BF16, or FP8 with its transposed copy
  double gradients = 0;
  double optimizer = 0;    ///< FP32 master weights and two moments of Adam: 12 bytes
  double activations = 0;  ///< of all micro-batches in flight
  double logits = 0;       ///< of the last stage
  double workspace = 0;    ///< runtime, communication buffers, fragmentation
  double total() const { return weights + gradients + optimizer + activations + logits + workspace; }
};

/// Weights that a chip of one stage holds before sharding by data parallelism.
struct LocalParameters {
  double dense = 0;   ///< sharded over dp x cp
  double routed = 0;  ///< experts: sharded over tp x cp x dp / ep
};
LocalParameters local_parameters(const ModelShape& shape, const ParameterCount& count, const Strategy& strategy);

/// Activations kept for one layer and one micro-batch, bytes on one chip (Korthikanti 2022, for any shape):
///   unfused, T [10 h/t' + (2 (a + 2 g) d + 2 a d_v + 4 f)/t + 5 a s/t], the last term only where scores are kept;
///   fused,   T [(4 + 2 w) h/t' + (2 (a + 2 g) d + (2 + w) a d_v + (2 or 4 + w) f)/t], no dropout, inputs of products
///   kept in
///            w bytes (2, or 1 where products are in FP8 or FP4); selective recomputation drops what norms and
///            activation functions write: T [4 h/t' + (... + 2 or 4 f)/t];
///   2 h T/t' under full recomputation. t' = t with sequence parallelism, else 1.
double layer_activation_bytes(const ModelShape& shape, bool moe_layer, const Strategy& strategy,
                              const Software& software);

MemoryParts memory_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& strategy,
                         const Machine& machine);

/// HBM a job can use: all but what driver and runtime keep.
double usable_bytes(const System& system);

}  // namespace stargate::training
