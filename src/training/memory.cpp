#include "training/memory.h"

namespace stargate::training {
namespace {
double seq_of(const ModelShape& shape, const Strategy& s) {
  return static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len);
}
constexpr double workspace_bytes = 3e9;  // CUDA or ROCm context 0.6, collectives 1, cuBLAS and allocator slack 1.4
}  // namespace

LocalParameters local_parameters(const ModelShape& shape, const ParameterCount& count, const Strategy& s) {
  const double moe = static_cast<double>(shape.moe_layers()) / s.pp, all = static_cast<double>(shape.layers) / s.pp;
  LocalParameters local;
  local.dense = (all * count.attention_layer + (all - moe) * count.dense_mlp_layer + moe * count.shared_layer) / s.tp;
  // The end stages hold the embedding or the head; a single stage holds both.
  local.dense += (s.pp == 1 ? count.embedding + count.head : std::max(count.embedding, count.head)) / s.tp;
  local.routed = moe * count.routed_layer / s.ep;
  return local;
}

double layer_activation_bytes(const ModelShape& shape, bool moe_layer, const Strategy& s, const Software& software) {
  const double seq = seq_of(shape, s), tokens = s.micro_batch * seq / s.cp, h = static_cast<double>(shape.hidden);
  const double split = s.sequence_parallel ? s.tp : 1;
  if (s.recompute == Recompute::full) return 2 * tokens * h / split;
  const bool fused = software.flash_attention, selective = s.recompute == Recompute::selective;
  // Bytes kept of the input of a product, of which selective recomputation in fused software keeps none.
  const double input = !fused ? 2 : selective ? 0 : s.precision == Precision::bf16 ? 2 : 1;
  const double outer = fused ? 4 + 2 * input : 10;
  const double gate = shape.gated_mlp ? 4 : 2;  // what the activation function reads
  const double a = static_cast<double>(shape.heads), g = static_cast<double>(shape.kv_heads);
  const double qk = static_cast<double>(shape.qk_head_dim()), v = static_cast<double>(shape.value_head_dim());
  double inner = 2 * (a + 2 * g) * qk;
  if (shape.mla()) {  // up-projections are made again under selective recomputation
    const double latent = 2 * static_cast<double>(shape.q_lora_rank + shape.kv_lora_rank);
    inner = fused && selective ? latent : 2 * a * (2 * qk + v) + latent;
  }
  inner += (fused ? 2 + input : 2) * a * v;
  if (moe_layer) {
    const double f = static_cast<double>(shape.expert_ffn_hidden);
    const double copies =
        static_cast<double>(shape.experts_per_token) *
        (shape.capacity_factor > 0 ? std::min(shape.capacity_factor, shape.imbalance) : shape.imbalance);
    inner += copies * (std::max(1.0, input) * h + (gate + input) * f) +
             static_cast<double>(shape.shared_experts) * (gate + input) * f;
  } else {
    inner += (gate + input) * static_cast<double>(shape.ffn_hidden);
  }
  if (!fused && !selective) inner += 5 * a * seq;
  return tokens * (outer * h / split + inner / s.tp);
}

MemoryParts memory_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s,
                         const Machine& machine) {
  const LocalParameters local = local_parameters(shape, count, s);
  const double ranks = static_cast<double>(s.dp) * s.cp, expert_ranks = std::max(1.0, ranks * s.tp / s.ep);
  const auto sharded = [&](bool split) {
    return split ? local.dense / ranks + local.routed / expert_ranks : local.dense + local.routed;
  };
  const double trained = s.tuning == Tuning::full ? 1 : 0.01;  // adapters hold about one weight in a hundred
  MemoryParts parts;
  parts.weights = 2 * sharded(s.zero >= 3);
  parts.gradients = trained * machine.software.gradient_bytes * sharded(s.zero >= 2);
  parts.optimizer = trained * 12 * sharded(s.zero >= 1);

  const double moe_share = static_cast<double>(shape.moe_layers()) / static_cast<double>(shape.layers);
  const auto mean = [&](const Strategy& at) {
    return (1 - moe_share) * layer_activation_bytes(shape, false, at, machine.software) +
           (moe_share > 0 ? moe_share * layer_activation_bytes(shape, true, at, machine.software) : 0);
  };
  const double layers_here = static_cast<double>(shape.layers + shape.mtp_layers) / s.pp;
  const double in_flight = std::min<double>(static_cast<double>(s.micro_batches()), s.pp);
  const double interleaving = s.vp > 1 ? 1 + (s.pp - 1.0) / (static_cast<double>(s.pp) * s.vp) : 1;
  parts.activations = layers_here * in_flight * interleaving * mean(s);
  if (s.recompute == Recompute::full) {  // one layer stands in full while it is worked on
    Strategy whole = s;
    whole.recompute = Recompute::none;
    parts.activations += mean(whole);
  }
  const double tokens = s.micro_batch * seq_of(shape, s) / s.cp;
  parts.logits = tokens * static_cast<double>(shape.vocab) / s.tp * 6;
  parts.workspace = workspace_bytes;
  return parts;
}

double usable_bytes(const System& system) { return system.hbm_gb * 1e9 * 0.96; }

}  // namespace stargate::training
