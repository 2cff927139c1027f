#include "training/inference.h"

#include "training/collectives.h"
#include "training/layer.h"
#include "training/memory.h"

namespace stargate::training {
namespace {

constexpr double workspace_bytes = 4e9;
/// A layer's kernels as one graph launch: the gap between them on the chip, s.
constexpr double graph_gap_s = 3e-6;

double kv_per_token(const ModelShape& shape, double bytes) {
  const double width = shape.mla()
                           ? static_cast<double>(shape.kv_lora_rank + shape.rope_head_dim)
                           : static_cast<double>(shape.kv_heads * (shape.qk_head_dim() + shape.value_head_dim()));
  return static_cast<double>(shape.layers) * width * bytes;
}

/// Tokens of cache a sequence holds at context c: all of it in full layers, the window in the others.
double cached_tokens(const ModelShape& shape, double context) {
  if (shape.window <= 0 || shape.full_every <= 1) return context;
  const double full = 1.0 / static_cast<double>(shape.full_every);
  return full * context + (1 - full) * std::min(context, static_cast<double>(shape.window));
}

}  // namespace

InferenceResult infer(const ModelShape& shape, const Machine& machine, const Serving& serving) {
  const ParameterCount count = count_parameters(shape);
  const System& system = machine.system;
  const Parameters& p = machine.parameters;
  const double tp = serving.tp, b = serving.batch, h = static_cast<double>(shape.hidden),
               layers = static_cast<double>(shape.layers);
  const double weight = bytes_per_weight(serving.weights);
  InferenceResult r;
  r.kv_bytes_per_token = kv_per_token(shape, serving.kv_bytes);
  const double longest = serving.prompt_tokens + serving.output_tokens;
  // Key-value heads divide over tp chips, but no finer than a head; latent caches are held by each chip.
  const double kv_split = shape.mla() ? 1 : std::min(tp, static_cast<double>(shape.kv_heads));
  r.memory_bytes =
      count.total * weight / tp + b * cached_tokens(shape, longest) * r.kv_bytes_per_token / kv_split + workspace_bytes;
  r.missing_bytes = std::max(0.0, r.memory_bytes - usable_bytes(system));
  r.fits = r.missing_bytes == 0;

  // Prefill of one prompt.
  const double share = serving.weights == Precision::bf16  ? p.gemm_bf16
                       : serving.weights == Precision::fp8 ? p.gemm_fp8
                                                           : p.gemm_fp4;
  const double rate = system.peak_flops(serving.weights) * share * tp;
  const double matrices = 2 * (count.active - count.embedding);
  const double keys = cached_tokens(shape, serving.prompt_tokens) / 2;
  const double attention = layers * attention_flops_per_token(shape, 1) * keys;
  const Group group = group_of(tp, 1, system);
  const double n = serving.prompt_tokens;
  const double weights_once = count.total * weight / tp / (system.hbm_tb_s * 1e12 * p.hbm);
  r.prefill_s = std::max(n * matrices / rate, weights_once) +
                n * attention / (system.peak_flops(Precision::bf16) * p.attention * tp) +
                layers * (2 * all_reduce_s(machine, group, n * h * 2) + machine.software.forward_kernels * graph_gap_s);

  // Decode at the mean context.
  const double context = serving.prompt_tokens + serving.output_tokens / 2;
  double read = count.active;
  if (shape.moe()) {
    const double e = static_cast<double>(shape.experts), k = static_cast<double>(shape.experts_per_token);
    const double met = 1 - std::pow(1 - k / e, b);
    const double routed = static_cast<double>(shape.moe_layers()) * count.routed_layer;
    read = count.active - routed * k / e + routed * met;
  }
  const double hbm = system.hbm_tb_s * 1e12 * p.hbm;
  const double weights_s = (read - count.embedding) * weight / tp / hbm;
  const double cache_s = b * cached_tokens(shape, context) * r.kv_bytes_per_token / kv_split / hbm;
  const double arithmetic_s = b * matrices / rate;
  r.decode_s = std::max(weights_s, arithmetic_s) + cache_s +
               layers * (2 * all_reduce_s(machine, group, b * h * 2) + machine.software.forward_kernels * graph_gap_s);

  // A sequence takes one prefill of its own and output_tokens of the shared decode steps.
  const double decode_all = serving.output_tokens * r.decode_s, prefill_all = b * r.prefill_s;
  r.prefill_share = prefill_all / (prefill_all + decode_all);
  r.output_tokens_per_s = b * serving.output_tokens / (prefill_all + decode_all);
  r.output_tokens_per_s_chip = r.output_tokens_per_s / tp;
  const double rent = serving.usd_per_chip_hour > 0 ? serving.usd_per_chip_hour : system.usd_per_chip_hour;
  r.usd_per_million_output = rent * tp / 3600 / r.output_tokens_per_s * 1e6;
  r.usd_per_million_all =
      r.usd_per_million_output * serving.output_tokens / (serving.output_tokens + serving.prompt_tokens);
  return r;
}

double largest_batch(const ModelShape& shape, const Machine& machine, Serving serving) {
  double low = 0, high = 1 << 20;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    serving.batch = middle;
    (infer(shape, machine, serving).fits ? low : high) = middle;
  }
  return low;
}

}  // namespace stargate::training
