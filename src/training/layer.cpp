#include "training/layer.h"

#include "training/collectives.h"

namespace stargate::training {
namespace {

constexpr double us = 1e-6;

/// Work of a pass before the host's launches are compared with it.
struct Work {
  TimeParts parts;
  double weight_gradient_s = 0;
  double kernels = 0;
};

/// Adds up the products and kernels of a layer, forward and backward together, for one chip and one micro-batch.
class LayerSum {
 public:
  LayerSum(const Strategy& strategy, const Machine& machine) : s_(strategy), m_(machine) {}

  /// y = x W, forward; gradient of x and (unless weights are frozen) of W, backward.
  void product(double tokens, double out, double in, double times = 1) {
    forward.parts.gemm += times * gemm_s(m_, s_.precision, tokens, out, in);
    backward.parts.gemm += times * gemm_s(m_, s_.precision, tokens, in, out);
    if (s_.precision !=
        Precision::bf16) {  // inputs and gradients are read in BF16 and written once more, both ways round
      const double cast = hbm_s(times * tokens * in * 4), cast_back = hbm_s(times * tokens * out * 4);
      forward.parts.memory += cast;
      backward.parts.memory += cast_back;
    }
    if (s_.tuning == Tuning::adapters) return;
    const double weights = times * gemm_s(m_, s_.precision, in, out, tokens);
    backward.parts.gemm += weights;
    backward.weight_gradient_s += weights;
  }
  void memory(double forward_bytes, double backward_bytes) {
    forward.parts.memory += hbm_s(forward_bytes);
    backward.parts.memory += hbm_s(backward_bytes);
  }
  double hbm_s(double bytes) const { return bytes / (m_.system.hbm_tb_s * 1e12 * m_.parameters.hbm); }

  Work forward, backward;

 private:
  const Strategy& s_;
  const Machine& m_;
};

/// Exposed = what cannot hide. `share` of the traffic may hide behind `cover` seconds of other work.
double exposed(double traffic_s, double share, double cover_s) {
  return traffic_s - std::min(share * traffic_s, cover_s);
}

/// A pass takes the longer of chip and host; the difference is waiting.
TimeParts with_launches(Work work, const Machine& machine) {
  const double host = work.kernels * machine.parameters.launch_us * us;
  const TimeParts& p = work.parts;
  work.parts.launch = std::max(0.0, host - p.total());
  return work.parts;
}

double tokens_of(const ModelShape& shape, const Strategy& s) {
  return static_cast<double>(s.micro_batch) * static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len) / s.cp;
}

/// Keys that a query attends to, on average over layers and positions (full square if the mask is not skipped).
double mean_keys(const ModelShape& shape, double seq, bool skip_mask) {
  const double all = skip_mask ? seq / 2 : seq;
  if (shape.window <= 0 || shape.full_every <= 1) return all;
  const double window = std::min(static_cast<double>(shape.window), all);
  const double full = 1.0 / static_cast<double>(shape.full_every);
  return full * all + (1 - full) * (skip_mask ? window : seq);
}

struct Attention {
  double forward_s, backward_s, forward_bytes, backward_bytes;
};
/// Scores and context of heads/tp heads. Fused: 2.5 times the arithmetic backward (the scores are made again). Unfused:
/// the scores go through HBM for mask, softmax and dropout.
Attention attention_cost(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  const double seq = static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len);
  const double tokens = tokens_of(shape, s), heads = static_cast<double>(shape.heads) / s.tp;
  const bool flash = machine.software.flash_attention;
  const double keys = mean_keys(shape, seq, flash);
  const double width = static_cast<double>(shape.qk_head_dim() + shape.value_head_dim());
  const double rate = machine.system.peak_flops(Precision::bf16) * machine.parameters.attention;
  const double forward = 2 * tokens * keys * heads * width / rate;
  if (flash) return {forward, 2.5 * forward, 0, 0};
  const double scores = tokens * keys * heads;
  // Forward, of 2-byte scores: written, read and written by the masked softmax, read and written by dropout with its
  // mask of one byte, read by the context product. Backward: about twice that.
  return {forward, 2 * forward, scores * 13, scores * 24};
}

/// Tensor-parallel exchange of the activations of `tokens`: with sequence parallelism an all-gather and a
/// reduce-scatter, without it an all-reduce; the same bytes.
double tp_exchange_s(const ModelShape& shape, const Strategy& s, const Machine& machine, double tokens) {
  if (s.tp == 1) return 0;
  const Group group = group_of(s.tp, 1, machine.system);
  return all_reduce_s(machine, group, tokens * static_cast<double>(shape.hidden) * 2);
}

void add_attention_block(const ModelShape& shape, const Strategy& s, const Machine& machine, LayerSum& sum) {
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden), tp = s.tp;
  const double qk = static_cast<double>(shape.qk_head_dim()), v = static_cast<double>(shape.value_head_dim());
  const double heads = static_cast<double>(shape.heads) / tp,
               kv = std::max(1.0, static_cast<double>(shape.kv_heads) / tp);
  double width;  // of what the block's inner element-wise kernels move, elements a token
  if (shape.mla()) {
    const double q_rank = static_cast<double>(shape.q_lora_rank), kv_rank = static_cast<double>(shape.kv_lora_rank);
    const double rope = static_cast<double>(shape.rope_head_dim), nope = static_cast<double>(shape.head_dim);
    if (q_rank > 0)
      sum.product(tokens, q_rank, h), sum.product(tokens, heads * qk, q_rank);
    else
      sum.product(tokens, heads * qk, h);
    sum.product(tokens, kv_rank + rope, h);
    sum.product(tokens, heads * (nope + v), kv_rank);
    width = heads * (2 * qk + v) + q_rank + kv_rank;
  } else {
    sum.product(tokens, (heads + 2 * kv) * qk, h);
    width = (heads + 2 * kv) * qk;
  }
  sum.product(tokens, h, heads * v);
  const Attention attention = attention_cost(shape, s, machine);
  sum.forward.parts.attention += attention.forward_s;
  sum.backward.parts.attention += attention.backward_s;
  sum.memory(attention.forward_bytes, attention.backward_bytes);
  const double bytes = machine.software.inner_bytes * tokens * width;
  sum.memory(bytes, 2 * bytes);
}

void add_mlp(const Machine& machine, LayerSum& sum, double tokens, double hidden, double inner, bool gated,
             double times = 1) {
  sum.product(tokens, inner * (gated ? 2 : 1), hidden, times);
  sum.product(tokens, hidden, inner, times);
  const double bytes = machine.software.inner_bytes * tokens * inner * (gated ? 1.5 : 1) * times;
  sum.memory(bytes, 2 * bytes);
}

/// Routed experts: each chip holds experts/ep of them; its tokens' copies go out and come back (all-to-all).
void add_experts(const ModelShape& shape, const Strategy& s, const Machine& machine, LayerSum& sum, double& ep_s) {
  const double h = static_cast<double>(shape.hidden), k = static_cast<double>(shape.experts_per_token);
  const double tokens = tokens_of(shape, s) / s.tp;  // the routed part is split by tokens over the tp chips
  const double local = static_cast<double>(shape.experts) / s.ep;
  double busiest = shape.imbalance;
  if (shape.capacity_factor > 0) busiest = std::min(busiest, shape.capacity_factor);
  const double received = tokens * k * busiest;
  sum.product(tokens, static_cast<double>(shape.experts), h);
  add_mlp(machine, sum, received / local, h, static_cast<double>(shape.expert_ffn_hidden), shape.gated_mlp, local);
  if (shape.shared_experts > 0)
    add_mlp(machine, sum, tokens_of(shape, s), h,
            static_cast<double>(shape.shared_experts * shape.expert_ffn_hidden) / s.tp, shape.gated_mlp);
  // Permute and unpermute: each copy is read and written on either side.
  const double permute = 4 * 2 * received * h;
  sum.memory(permute, permute);
  const Group group = group_of(s.ep, 1, machine.system);
  ep_s = 2 * all_to_all_s(machine, group, received * h * 2, k, static_cast<double>(shape.group_limit));
}

/// Weights of the layer gathered for each pass and their gradients scattered (ZeRO 3 / FSDP).
struct ShardTraffic {
  double gather_s = 0, scatter_s = 0;
};
ShardTraffic shard_traffic(const ModelShape& shape, bool moe_layer, const Strategy& s, const Machine& machine) {
  if (s.zero < 3 || s.dp * s.cp == 1) return {};
  const ParameterCount count = count_parameters(shape);
  const double dense = (count.attention_layer + (moe_layer ? count.shared_layer : count.dense_mlp_layer)) / s.tp;
  const double routed = moe_layer ? count.routed_layer / s.ep : 0;
  const Group all = group_of(static_cast<double>(s.dp) * s.cp, s.tp, machine.system);
  const double expert_ranks = static_cast<double>(s.dp) * s.cp * s.tp / s.ep;
  const Group experts = group_of(expert_ranks, s.ep, machine.system);
  const double weight = s.precision == Precision::bf16 ? 2 : 1;
  ShardTraffic traffic;
  traffic.gather_s = all_gather_s(machine, all, dense * weight) + all_gather_s(machine, experts, routed * weight);
  traffic.scatter_s = reduce_scatter_s(machine, all, dense * 2) + reduce_scatter_s(machine, experts, routed * 2);
  return traffic;
}

}  // namespace

double gemm_s(const Machine& machine, Precision precision, double m, double n, double k) {
  const Parameters& p = machine.parameters;
  const double share = precision == Precision::bf16  ? p.gemm_bf16
                       : precision == Precision::fp8 ? p.gemm_fp8
                                                     : p.gemm_fp4;
  const double half = p.gemm_half_size;
  const double arithmetic = 2 * (m + half) * (n + half) * (k + half) / (machine.system.peak_flops(precision) * share);
  const double bytes = bytes_per_weight(precision) * (m * k + k * n) + 2 * m * n;
  return std::max(arithmetic, bytes / (machine.system.hbm_tb_s * 1e12 * p.hbm));
}

PassCost layer_cost(const ModelShape& shape, bool moe_layer, const Strategy& s, const Machine& machine) {
  const Software& software = machine.software;
  const Parameters& p = machine.parameters;
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden);
  LayerSum sum(s, machine);
  add_attention_block(shape, s, machine, sum);
  const double outer = software.norm_bytes * tokens * h / (s.sequence_parallel ? s.tp : 1);
  sum.memory(outer, 2 * outer);
  double ep_s = 0;
  if (moe_layer)
    add_experts(shape, s, machine, sum, ep_s);
  else
    add_mlp(machine, sum, tokens, h, static_cast<double>(shape.ffn_hidden) / s.tp, shape.gated_mlp);
  sum.forward.kernels = software.forward_kernels;
  sum.backward.kernels = software.backward_kernels;

  // Tensor parallelism: after attention and after the MLP, forward; before them, backward.
  const double exchange = (moe_layer ? 1 : 2) * tp_exchange_s(shape, s, machine, tokens);
  const double tp_f = exposed(exchange, p.tp_overlap, sum.forward.parts.gemm);
  const double tp_b = exposed(exchange, p.tp_overlap, sum.backward.parts.gemm);
  // Context parallelism: keys and values of the other chips pass by, and their gradients on the way back.
  double cp_f = 0, cp_b = 0;
  if (s.cp > 1) {
    const double kv_width = shape.mla() ? static_cast<double>(shape.kv_lora_rank + shape.rope_head_dim)
                                        : 2.0 * static_cast<double>(shape.kv_heads * shape.head_dim) / s.tp;
    const double traffic = all_gather_s(machine, group_of(s.cp, s.tp, machine.system), tokens * s.cp * kv_width * 2);
    cp_f = exposed(traffic, 1, sum.forward.parts.attention);
    cp_b = exposed(2 * traffic, 1, sum.backward.parts.attention);
  }
  const ShardTraffic shard = shard_traffic(shape, moe_layer, s, machine);
  const double routing =
      moe_layer ? p.routing_ns * 1e-9 * tokens / s.tp * static_cast<double>(shape.experts_per_token) : 0;

  PassCost cost;
  const auto pass = [&](const Work& work, double tp_s, double cp_s, double gather_s) {
    TimeParts parts = with_launches(work, machine);
    const double chip = parts.total();
    parts.tp = tp_s;
    parts.cp = cp_s;
    if (moe_layer) parts.ep = exposed(ep_s, p.ep_overlap, chip) + routing;
    parts.fsdp = exposed(gather_s, p.dp_overlap, chip);
    return parts;
  };
  cost.forward = pass(sum.forward, tp_f, cp_f, shard.gather_s);
  cost.backward = pass(sum.backward, tp_b, cp_b, shard.gather_s + (s.tuning == Tuning::full ? shard.scatter_s : 0));
  cost.weight_gradient_s = sum.backward.weight_gradient_s;
  if (s.recompute == Recompute::full) {
    cost.recompute = pass(sum.forward, tp_f, cp_f, 0);
  } else if (s.recompute == Recompute::selective && software.flash_attention) {
    cost.recompute.memory = sum.forward.parts.memory;  // norms and activation functions
  } else if (s.recompute == Recompute::selective) {
    const Attention attention = attention_cost(shape, s, machine);
    cost.recompute.attention = attention.forward_s;
    cost.recompute.memory = sum.hbm_s(attention.forward_bytes);
  }
  return cost;
}

PassCost head_cost(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden);
  const double vocab = static_cast<double>(shape.vocab) / s.tp;
  Strategy bf16 = s;
  bf16.precision = Precision::bf16;  // the head is kept in BF16
  LayerSum head(bf16, machine);
  head.product(tokens, vocab, h);
  const double bytes = machine.software.logit_bytes * tokens * vocab;
  head.memory(bytes / 2, bytes / 2);
  head.forward.kernels = machine.software.forward_kernels;
  head.backward.kernels = machine.software.forward_kernels;
  const double exchange = s.tp > 1 ? tp_exchange_s(shape, s, machine, tokens) : 0;
  PassCost cost;
  cost.forward = with_launches(head.forward, machine);
  cost.backward = with_launches(head.backward, machine);
  cost.backward.tp = exchange;
  cost.weight_gradient_s = head.backward.weight_gradient_s;
  return cost;
}

PassCost embedding_cost(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden);
  LayerSum sum(s, machine);
  // Look-up, position, dropout; backward adds rows of FP32 gradients.
  sum.memory(8 * tokens * h, 16 * tokens * h);
  PassCost cost;
  cost.forward = with_launches(sum.forward, machine);
  cost.backward = with_launches(sum.backward, machine);
  if (s.tp > 1) cost.forward.tp = tp_exchange_s(shape, s, machine, tokens);
  return cost;
}

}  // namespace stargate::training
