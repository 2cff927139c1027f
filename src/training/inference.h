#pragma once
#include "training/machine.h"
#include "training/shape.h"

namespace stargate::training {

/// How a model is served: one replica on tp chips (of one scale-up domain), `batch` sequences together.
struct Serving {
  int tp = 1;
  double batch = 1;
  double prompt_tokens = 1000;
  double output_tokens = 500;
  Precision weights = Precision::bf16;
  double kv_bytes = 2;           ///< of a cached number
  double usd_per_chip_hour = 0;  ///< 0: the system's
};

struct InferenceResult {
  bool fits = true;
  double memory_bytes = 0;  ///< a chip: weights and cache
  double missing_bytes = 0;
  double kv_bytes_per_token = 0;   ///< of the whole model
  double prefill_s = 0;            ///< time to first token of one prompt
  double decode_s = 0;             ///< of one output token of every sequence, at mean context
  double prefill_share = 0;        ///< of the replica's time
  double output_tokens_per_s = 0;  ///< of a replica, prefill counted
  double output_tokens_per_s_chip = 0;
  double usd_per_million_output = 0;
  double usd_per_million_all = 0;  ///< prompt and output counted alike
};

/// Prefill: matrix products and attention of the prompt at the training efficiencies, tensor-parallel exchange exposed.
/// Decode, a token: the longest of reading weights (of a mixture of experts those that the batch meets, E
/// (1-(1-k/E)^b)) and cache from HBM, and of the arithmetic; plus two all-reduces and the launches (as graphs) of each
/// layer.
InferenceResult infer(const ModelShape& shape, const Machine& machine, const Serving& serving);
/// The largest batch that fits; 0 if not even one.
double largest_batch(const ModelShape& shape, const Machine& machine, Serving serving);

}  // namespace stargate::training
