#include "training/memory.h"

#include "training/layer.h"

namespace stargate::training {
namespace {
double seq_of(const ModelShape& shape, const Strategy& s) {
  return static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len);
}
}  // namespace

LocalParameters local_parameters(const ModelShape& shape, const ParameterCount& count, const Strategy& s) {
  LocalParameters local;
  for (const LayerKind& kind : layer_kinds(shape)) {
    const LayerWeights w = layer_weights(count, kind.mixer, kind.mlp);
    local.dense += kind.layers / s.pp * w.dense / s.tp;
    local.routed += kind.layers / s.pp * w.routed / s.ep;
  }
  // The end stages hold the embedding or the head; a single stage holds both. Multi-token prediction stands with the
  // head, so that the last stage may be the fullest.
  const double mtp_routed = static_cast<double>(shape.mtp_layers) * count.routed_layer;
  const double last = count.head + count.mtp - mtp_routed + (s.pp > 1 && shape.mtp_layers > 0 && shape.tied_embeddings ? count.embedding : 0);
  local.dense += (s.pp == 1 ? count.embedding + last : std::max(count.embedding, last)) / s.tp;
  local.routed += mtp_routed / s.ep;
  if (s.schedule == Schedule::dualpipe) local.dense *= 2, local.routed *= 2;
  return local;
}

double layer_activation_bytes(const ModelShape& shape, Mixer mixer, Mlp mlp, const Strategy& s, const Software& software) {
  const double seq = seq_of(shape, s), tokens = s.micro_batch * seq / s.cp, h = static_cast<double>(shape.hidden);
  const double split = s.sequence_parallel ? s.tp : 1;
  if (s.recompute == Recompute::full) return 2 * tokens * h / split;
  const bool fused = software.flash_attention, activations = s.recompute == Recompute::activations;
  // Bytes kept of the input of a product, of which recomputation of norms and activation functions keeps none.
  const double input = activations ? 0 : !fused || s.precision == Precision::bf16 ? 2 : 1;
  const double halves = (mixer != Mixer::none ? 0.5 : 0) + (mlp != Mlp::none ? 0.5 : 0);
  const double outer = halves * (fused ? 4 + 2 * input : 10);
  const double gate = shape.gated_mlp ? 4 : 2;  // what the activation function reads
  const double a = static_cast<double>(shape.heads), g = static_cast<double>(shape.kv_heads);
  const double qk = static_cast<double>(shape.qk_head_dim()), v = static_cast<double>(shape.value_head_dim());
  double inner = 0;
  if (mixer == Mixer::attention) {
    inner = 2 * (a * (shape.attention_gate ? 2 : 1) + 2 * g) * qk;
    if (shape.mla()) {  // up-projections are made again with the activations
      const double latent = 2 * static_cast<double>(shape.q_lora_rank + shape.kv_lora_rank);
      inner = fused && activations ? latent : 2 * a * (2 * qk + v) + latent;
    }
    const bool context = !(fused && s.recompute == Recompute::attention);
    inner += (context ? (fused ? 2 + input : 2) : 2) * a * v;
    if (!fused && s.recompute == Recompute::none) inner += 5 * a * seq;
  } else if (mixer == Mixer::state) {
    const double width = static_cast<double>(shape.state_width);
    inner = 2 * (static_cast<double>(shape.state_parameters) / h - width) + (2 + input) * width;
  }
  if (mlp == Mlp::moe) {
    const double f = static_cast<double>(shape.expert_ffn_hidden), width = static_cast<double>(shape.expert_width());
    const double copies =
        static_cast<double>(shape.experts_per_token) *
        (shape.capacity_factor > 0 ? std::min(shape.capacity_factor, shape.imbalance) : shape.imbalance);
    inner += copies * (std::max(1.0, input) * width + (gate + input) * f) +
             (gate + input) * static_cast<double>(shape.shared_width());
  } else if (mlp == Mlp::dense) {
    inner += (gate + input) * static_cast<double>(shape.ffn_hidden);
  }
  return tokens * (outer * h / split + inner / s.tp);
}

MemoryParts memory_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s,
                         const Machine& machine) {
  const LocalParameters local = local_parameters(shape, count, s);
  const double ranks = static_cast<double>(s.shard_ranks()), expert_ranks = std::max(1.0, ranks * s.tp / s.ep);
  const auto sharded = [&](bool split) {
    return split ? local.dense / ranks + local.routed / expert_ranks : local.dense + local.routed;
  };
  const double trained = s.tuning == Tuning::full ? 1 : 0.01;  // adapters hold about one weight in a hundred
  MemoryParts parts;
  parts.weights = 2 * sharded(s.zero >= 3);
  parts.gradients = trained * machine.software.gradient_bytes * sharded(s.zero >= 2);
  parts.optimizer = trained * machine.software.optimizer_bytes * sharded(s.zero >= 1) * (1 - s.offload_optimizer);

  double mean = 0, whole_mean = 0, largest = 0;
  Strategy whole = s;
  whole.recompute = Recompute::none;
  for (const LayerKind& kind : layer_kinds(shape)) {
    const double share = kind.layers / static_cast<double>(shape.layers);
    mean += share * layer_activation_bytes(shape, kind.mixer, kind.mlp, s, machine.software);
    if (s.recompute == Recompute::full || s.recompute_share < 1)
      whole_mean += share * layer_activation_bytes(shape, kind.mixer, kind.mlp, whole, machine.software);
    const LayerWeights w = layer_weights(count, kind.mixer, kind.mlp);
    largest = std::max(largest, w.dense / s.tp * (ranks > 1) + w.routed / s.ep * (expert_ranks > 1));
  }
  // ZeRO 3: the layer at work and the next one as gathered weights; 2 and 3: a layer's gradients before they are
  // scattered; and the head, or the embedding, whole.
  if (ranks > 1 && s.zero >= 2) {
    const double ends = (s.pp == 1 ? std::max(count.embedding, count.head) : count.embedding) / s.tp;
    parts.gathered = (s.zero >= 3 ? 2 * 2 * largest + 2 * ends : 0) + trained * 2 * largest;
  }
  if (s.recompute_share < 1) mean = s.recompute_share * mean + (1 - s.recompute_share) * whole_mean;
  if (s.recompute != Recompute::full) whole_mean = 0;  // one layer stands in full while it is made again
  const double layers_here = static_cast<double>(shape.layers + shape.mtp_layers) / s.pp;
  const double most = s.schedule == Schedule::dualpipe ? s.pp + 1 : s.pp;
  const double in_flight = std::min<double>(static_cast<double>(s.micro_batches()), most);
  const double interleaving = s.vp > 1 ? 1 + (s.pp - 1.0) / (static_cast<double>(s.pp) * s.vp) : 1;
  parts.activations = layers_here * in_flight * interleaving * mean * (1 - s.offload_activations) + whole_mean;
  const double tokens = s.micro_batch * seq_of(shape, s) / s.cp;
  parts.logits = tokens * static_cast<double>(shape.vocab) / s.tp * machine.software.logit_memory / s.loss_chunks;
  parts.workspace = machine.software.workspace_gb * 1e9;
  return parts;
}

double usable_bytes(const System& system) { return system.hbm_gb * 1e9 * 0.96; }

}  // namespace stargate::training
