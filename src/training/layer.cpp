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

/// HBM traffic of making the low-precision copies of an element of an input: read in BF16, written both ways round.
/// Current scaling and NVFP4 read it once more for its largest value; NVFP4 is rotated before.
double quantise_bytes(Precision p) {
  return p == Precision::bf16 ? 0 : p == Precision::fp8 ? 6 : p == Precision::mxfp8 ? 4 : 7;
}

/// Adds up the products and kernels of a layer, forward and backward together, for one chip and one micro-batch.
class LayerSum {
 public:
  LayerSum(const Strategy& strategy, const Machine& machine) : s_(strategy), m_(machine) {}

  /// y = x W, forward; gradient of x and (unless weights are frozen) of W, backward, added to what earlier micro-batches
  /// left. `times` products at once, at `share` of a single one's rate.
  void product(double tokens, double out, double in, double times = 1, double share = 1) {
    forward.parts.gemm += times * gemm_s(m_, s_.precision, tokens, out, in, share);
    backward.parts.gemm += times * gemm_s(m_, s_.precision, tokens, in, out, share);
    if (const double bytes = quantise_bytes(s_.precision); bytes > 0) {
      forward.parts.memory += hbm_s(times * tokens * in * bytes);
      backward.parts.memory += hbm_s(times * tokens * out * bytes);
    }
    if (s_.tuning == Tuning::adapters) return;
    const double weights = times * gemm_s(m_, s_.precision, in, out, tokens, share);
    const double added = hbm_s(times * in * out * 2 * m_.software.gradient_bytes);
    backward.parts.gemm += weights;
    backward.parts.memory += added;
    backward.weight_gradient_s += weights + added;
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
  const double all = skip_mask ? seq / 2 : seq, local = shape.window_share();
  if (local <= 0) return all;
  // Blocks of 128 keys are the least that is skipped.
  const double window = std::min(static_cast<double>(shape.window) + 128, all);
  return (1 - local) * all + local * (skip_mask ? window : seq);
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
  // Narrow heads leave the softmax more work for each product: the share holds at heads of 128.
  const double narrow = flash ? 1.5 * width / (width + 128) : 1;
  const double rate = machine.system.peak_flops(Precision::bf16) * machine.parameters.clock *
                      machine.parameters.attention * std::min(narrow, 1.1);
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
    const double gate = shape.attention_gate ? 2 : 1;
    sum.product(tokens, (heads * gate + 2 * kv) * qk, h);
    width = (heads * gate + 2 * kv) * qk;
  }
  sum.product(tokens, h, heads * v);
  const Attention attention = attention_cost(shape, s, machine);
  sum.forward.parts.attention += attention.forward_s;
  sum.backward.parts.attention += attention.backward_s;
  sum.memory(attention.forward_bytes, attention.backward_bytes);
  const double bytes = machine.software.inner_bytes * tokens * width;
  sum.memory(bytes, 2 * bytes);
}

/// A state-space or linear-attention mixer: its products, split over tp, and the scan in chunks.
void add_state_block(const ModelShape& shape, const Strategy& s, const Machine& machine, LayerSum& sum) {
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden), tp = s.tp;
  const double width = static_cast<double>(shape.state_width) / tp;
  const double in = static_cast<double>(shape.state_parameters) / h / tp - width;
  sum.product(tokens, std::max(in, 1.0), h);
  sum.product(tokens, h, width);
  // Within a chunk of 256 tokens the scan is a small masked attention; between chunks the states are passed on.
  const double flops = tokens * width * 2 * (3 * static_cast<double>(shape.state_size) + 256);
  const double seconds = flops / (machine.system.peak_flops(Precision::bf16) * machine.parameters.clock *
                                  machine.parameters.attention);
  sum.forward.parts.attention += seconds;
  sum.backward.parts.attention += 2.5 * seconds;
  const double bytes = machine.software.inner_bytes * tokens * (in + width);
  sum.memory(bytes, 2 * bytes);
}

void add_mlp(const Machine& machine, LayerSum& sum, double tokens, double hidden, double inner, bool gated,
             double times = 1, double share = 1) {
  sum.product(tokens, inner * (gated ? 2 : 1), hidden, times, share);
  sum.product(tokens, hidden, inner, times, share);
  const double bytes = machine.software.inner_bytes * tokens * inner * (gated ? 1.5 : 1) * times;
  sum.memory(bytes, 2 * bytes);
}

/// Tokens of the busiest rank over the even share: of `ep` ranks with `local` experts each, whose loads spread by
/// imbalance - 1, the largest is about 1 + spread sqrt(2 ln ep / local).
double busiest_rank(const ModelShape& shape, int ep) {
  const double local = static_cast<double>(shape.experts) / ep;
  const double busiest = 1 + (shape.imbalance - 1) * std::sqrt(2 * std::log(static_cast<double>(ep)) / local);
  return shape.capacity_factor > 0 ? std::min(busiest, shape.capacity_factor) : busiest;
}

/// Routed experts: each chip holds experts/ep of them; its tokens' copies go out and come back (all-to-all).
void add_experts(const ModelShape& shape, const Strategy& s, const Machine& machine, LayerSum& sum, double& ep_s) {
  const double h = static_cast<double>(shape.expert_width()), k = static_cast<double>(shape.experts_per_token);
  const double tokens = tokens_of(shape, s) / s.tp;  // the routed part is split by tokens over the tp chips
  const double hidden = static_cast<double>(shape.hidden);
  const double local = static_cast<double>(shape.experts) / s.ep;
  const double busiest = busiest_rank(shape, s.ep);
  const double received = tokens * k * busiest;
  sum.product(tokens, static_cast<double>(shape.experts), hidden);
  if (shape.expert_latent > 0) sum.product(tokens, h, hidden), sum.product(tokens, hidden, h);
  add_mlp(machine, sum, received / local, h, static_cast<double>(shape.expert_ffn_hidden), shape.gated_mlp, local,
          machine.parameters.grouped);
  if (shape.shared_width() > 0)
    add_mlp(machine, sum, tokens_of(shape, s), hidden, static_cast<double>(shape.shared_width()) / s.tp, shape.gated_mlp);
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
ShardTraffic shard_traffic(const ModelShape& shape, Mixer mixer, Mlp mlp, const Strategy& s, const Machine& machine) {
  if (s.zero < 2 || s.shard_ranks() == 1) return {};
  const LayerWeights w = layer_weights(count_parameters(shape), mixer, mlp);
  const double dense = w.dense / s.tp, routed = w.routed / s.ep;
  const double ranks = static_cast<double>(s.shard_ranks());
  const Group all = group_of(ranks, s.tp, machine.system);
  const Group experts = group_of(std::max(1.0, ranks * s.tp / s.ep), s.ep, machine.system);
  const double weight = s.precision == Precision::bf16 ? 2 : 1;
  ShardTraffic traffic;
  if (s.zero >= 3)
    traffic.gather_s = all_gather_s(machine, all, dense * weight) + all_gather_s(machine, experts, routed * weight);
  traffic.scatter_s = reduce_scatter_s(machine, all, dense * 2) + reduce_scatter_s(machine, experts, routed * 2);
  return traffic;
}

}  // namespace

double gemm_share(const Parameters& p, Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return p.gemm_bf16;
    case Precision::fp8:
      return p.gemm_fp8;
    case Precision::mxfp8:
      return p.gemm_mxfp8;
    case Precision::fp4:
      return p.gemm_fp4;
  }
  return p.gemm_bf16;
}

LayerWeights layer_weights(const ParameterCount& count, Mixer mixer, Mlp mlp) {
  LayerWeights w;
  w.dense = mixer == Mixer::attention ? count.attention_layer : mixer == Mixer::state ? count.state_layer : 0;
  if (mlp == Mlp::dense) w.dense += count.dense_mlp_layer;
  if (mlp == Mlp::moe) w.dense += count.shared_layer, w.routed = count.routed_layer;
  return w;
}

double gemm_s(const Machine& machine, Precision precision, double m, double n, double k, double of_share) {
  const Parameters& p = machine.parameters;
  const double share = of_share * gemm_share(p, precision);
  const double half = p.gemm_half_size;
  const double arithmetic =
      2 * (m + half) * (n + half) * (k + half) / (machine.system.peak_flops(precision) * p.clock * share);
  const double bytes = bytes_per_weight(precision) * (m * k + k * n) + 2 * m * n;
  return std::max(arithmetic, bytes / (machine.system.hbm_tb_s * 1e12 * p.hbm));
}

PassCost layer_cost(const ModelShape& shape, Mixer mixer, Mlp mlp, const Strategy& s, const Machine& machine) {
  const Software& software = machine.software;
  const Parameters& p = machine.parameters;
  const double tokens = tokens_of(shape, s), h = static_cast<double>(shape.hidden);
  LayerSum sum(s, machine);
  const bool moe_layer = mlp == Mlp::moe;
  const double halves = (mixer != Mixer::none ? 0.5 : 0) + (mlp != Mlp::none ? 0.5 : 0);
  if (mixer == Mixer::attention) add_attention_block(shape, s, machine, sum);
  if (mixer == Mixer::state) add_state_block(shape, s, machine, sum);
  const double outer = halves * software.norm_bytes * tokens * h / (s.sequence_parallel ? s.tp : 1);
  sum.memory(outer, 2 * outer);
  double ep_s = 0;
  if (moe_layer)
    add_experts(shape, s, machine, sum, ep_s);
  else if (mlp == Mlp::dense)
    add_mlp(machine, sum, tokens, h, static_cast<double>(shape.ffn_hidden) / s.tp, shape.gated_mlp);
  sum.forward.kernels = halves * software.forward_kernels;
  sum.backward.kernels = halves * software.backward_kernels;

  // Tensor parallelism: after the mixer and after the MLP, forward; before them, backward. Experts have their own.
  const double exchanges = (mixer != Mixer::none ? 1 : 0) + (mlp == Mlp::dense || (moe_layer && shape.shared_width() > 0) ? 1 : 0);
  const double exchange = exchanges * tp_exchange_s(shape, s, machine, tokens);
  const double tp_f = exposed(exchange, p.tp_overlap, sum.forward.parts.gemm);
  const double tp_b = exposed(exchange, p.tp_overlap, sum.backward.parts.gemm);
  // Context parallelism: keys and values of the other chips pass by, and their gradients on the way back.
  double cp_f = 0, cp_b = 0;
  if (s.cp > 1 && mixer == Mixer::attention) {
    const double kv_width = shape.mla() ? static_cast<double>(shape.kv_lora_rank + shape.rope_head_dim)
                                        : 2.0 * static_cast<double>(shape.kv_heads * shape.head_dim) / s.tp;
    const double traffic = all_gather_s(machine, group_of(s.cp, s.tp, machine.system), tokens * s.cp * kv_width * 2);
    cp_f = exposed(traffic, 1, sum.forward.parts.attention);
    cp_b = exposed(2 * traffic, 1, sum.backward.parts.attention);
  }
  const ShardTraffic shard = shard_traffic(shape, mixer, mlp, s, machine);
  const double routing =
      moe_layer ? p.routing_ns * 1e-9 * tokens / s.tp * static_cast<double>(shape.experts_per_token) : 0;

  PassCost cost;
  const double ep_overlap = s.schedule == Schedule::dualpipe ? 1 : p.ep_overlap;
  const auto pass = [&](const Work& work, double host_us, double tp_s, double cp_s, double gather_s) {
    TimeParts parts = with_launches(work, machine);
    // Where counts of tokens go to the host, chip and host wait for each other now and then.
    if (moe_layer) parts.launch += std::hypot(parts.total(), host_us * us) - parts.total();
    const double chip = parts.total();
    parts.tp = tp_s;
    parts.cp = cp_s;
    if (moe_layer) parts.ep = exposed(ep_s, ep_overlap, chip) + routing;
    parts.fsdp = exposed(gather_s, p.dp_overlap, chip);
    return parts;
  };
  cost.forward = pass(sum.forward, p.moe_us, tp_f, cp_f, shard.gather_s);
  cost.backward = pass(sum.backward, 1.5 * p.moe_us, tp_b, cp_b, shard.gather_s + (s.tuning == Tuning::full ? shard.scatter_s : 0));
  cost.weight_gradient_s = sum.backward.weight_gradient_s;
  if (s.recompute == Recompute::full) {
    cost.recompute = pass(sum.forward, p.moe_us, tp_f, cp_f, 0);
  } else if (s.recompute == Recompute::activations) {
    cost.recompute.memory = sum.forward.parts.memory;  // norms and activation functions
  } else if (s.recompute == Recompute::attention && mixer == Mixer::attention) {
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
