#include "training/step.h"

#include "training/collectives.h"

namespace stargate::training {
namespace {

/// A pipeline stage's micro-batch: its layers and what the ends add.
struct Stage {
  TimeParts work, again;  ///< forward and backward; recomputation
  double ends = 0;        ///< embedding, head
  double weight_gradient = 0;
  double total() const { return work.total() + again.total() + ends; }
};

struct LayerMix {
  TimeParts work, again;
  double weight_gradient = 0, backward = 0;
};

/// The mean layer of a model with dense and mixture-of-experts layers.
LayerMix mean_layer(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  LayerMix mix;
  const double moe = static_cast<double>(shape.moe_layers()) / static_cast<double>(shape.layers);
  const auto add = [&](bool is_moe, double share) {
    if (share <= 0) return;
    const PassCost cost = layer_cost(shape, is_moe, s, machine);
    TimeParts work = cost.forward;
    work += cost.backward;
    mix.work += share * work;
    mix.again += share * cost.recompute;
    mix.weight_gradient += share * cost.weight_gradient_s;
    mix.backward += share * cost.backward.total();
  };
  add(false, 1 - moe);
  add(true, moe);
  return mix;
}

Stage stage_of(const LayerMix& layer, double layers, double ends) {
  return {layers * layer.work, layers * layer.again, ends, layers * layer.weight_gradient};
}

/// Gradients and, with a sharded optimiser, new weights: what does not hide behind the last micro-batch.
double data_parallel_s(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine,
                       double cover_s) {
  if (s.tuning == Tuning::adapters) return 0;
  const LocalParameters local = local_parameters(shape, count, s);
  const Group dense = group_of(static_cast<double>(s.dp) * s.cp, s.tp, machine.system);
  const double expert_ranks = static_cast<double>(s.dp) * s.cp * s.tp / s.ep;
  const Group experts = group_of(std::max(1.0, expert_ranks), s.ep, machine.system);
  const double gradient = machine.software.gradient_bytes, weight = 2;
  double traffic = 0;
  if (s.zero == 0) {
    traffic = all_reduce_s(machine, dense, local.dense * gradient) + all_reduce_s(machine, experts, local.routed * gradient);
  } else if (s.zero < 3) {  // under FSDP each micro-batch pays for itself, in the layer
    traffic = all_gather_s(machine, dense, local.dense * (gradient + weight)) +
              all_gather_s(machine, experts, local.routed * (gradient + weight));
  }
  double seconds = traffic - std::min(machine.parameters.dp_overlap * traffic, cover_s);
  if (shape.tied_embeddings && s.pp > 1)  // the two ends agree on the gradient of the shared embedding
    seconds += all_reduce_s(machine, {2, 1, static_cast<double>(s.chips())}, count.embedding / s.tp * gradient);
  return seconds;
}

double optimizer_s(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine) {
  if (s.tuning == Tuning::adapters) return 0;
  const LocalParameters local = local_parameters(shape, count, s);
  double held = local.dense + local.routed;
  if (s.zero >= 1) {
    const double ranks = static_cast<double>(s.dp) * s.cp;
    held = local.dense / ranks + local.routed / std::max(1.0, ranks * s.tp / s.ep);
  }
  // Adam reads and writes master weight and two moments (24 bytes), writes the new weight (2), reads the gradient
  // three times (norm, clip, update) and writes it once.
  const double bytes = held * (26 + 4 * machine.software.gradient_bytes);
  return bytes / (machine.system.hbm_tb_s * 1e12 * machine.parameters.hbm) +
         machine.software.forward_kernels * machine.parameters.launch_us * 1e-6;
}

}  // namespace

StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine) {
  const LayerMix layer = mean_layer(shape, s, machine);
  const double embedding = embedding_cost(shape, s, machine).all().total();
  const double head = head_cost(shape, s, machine).all().total();
  const double mtp = static_cast<double>(shape.mtp_layers);

  // Layers a stage: even where they divide; otherwise the last stages have fewer, the last the fewest.
  const double layers = static_cast<double>(shape.layers);
  const double most = std::ceil(layers / s.pp), fewest = layers - most * (s.pp - 1);
  const bool even = fewest >= 1;
  const double each = even ? most : layers / s.pp;
  const double at_end = even ? fewest : layers / s.pp;
  const double end_work = head * (1 + mtp);
  Stage first = stage_of(layer, each, embedding), middle = stage_of(layer, each, 0);
  Stage last = stage_of(layer, at_end + mtp, end_work);
  Stage slowest;
  double all_stages;
  if (s.pp == 1) {
    slowest = stage_of(layer, layers + mtp, embedding + end_work);
    all_stages = slowest.total();
  } else {
    const double others = s.pp - 2;
    all_stages = first.total() + others * middle.total() + last.total();
    slowest = last.total() > first.total() ? last : first;
  }

  const double m = static_cast<double>(s.micro_batches());
  StepParts parts;
  const TimeParts work = m * slowest.work, again = m * slowest.again;
  parts.gemm = work.gemm;
  parts.attention = work.attention;
  parts.memory = work.memory;
  parts.launch = work.launch;
  parts.recompute = again.gemm + again.attention + again.memory + again.launch;
  parts.head = m * slowest.ends;
  parts.tp = work.tp + again.tp;
  parts.cp = work.cp + again.cp;
  parts.ep = work.ep + again.ep;

  if (s.pp > 1) {
    double waiting = all_stages - slowest.total();
    if (s.schedule == Schedule::zero_bubble)  // weight gradients fill the bubble (ZB-H1: tF + tB - tW a stage)
      waiting = std::max(0.0, waiting - (s.pp - 1) * 2 * slowest.weight_gradient);
    parts.bubble = waiting / s.vp;
    const double tokens = static_cast<double>(s.micro_batch) * static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len) / s.cp;
    const double stride = static_cast<double>(s.tp) * s.cp * s.dp;
    const double message = point_to_point_s(machine, stride, tokens * static_cast<double>(shape.hidden) * 2 / s.tp);
    parts.pp = 2 * (m * s.vp + s.pp - 1) * message * (1 - machine.parameters.pp_overlap);
  }
  const double cover = slowest.total();
  parts.dp = work.fsdp + again.fsdp + data_parallel_s(shape, count, s, machine, cover);
  parts.optimizer = optimizer_s(shape, count, s, machine);
  const double domains = static_cast<double>(s.chips()) / machine.system.domain_chips;
  parts.jitter = domains > 1 ? machine.parameters.jitter * std::log2(domains) * parts.total() : 0;
  return parts;
}

Step evaluate(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  const ParameterCount count = count_parameters(shape);
  Step step;
  step.parts = step_parts(shape, count, s, machine);
  step.memory = memory_parts(shape, count, s, machine);
  step.fits = step.memory.total() <= usable_bytes(machine.system);
  step.seconds = step.parts.total();
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : shape.seq_len;
  step.tokens = static_cast<double>(s.global_batch * seq);
  step.tokens_per_s_chip = step.tokens / step.seconds / static_cast<double>(s.chips());
  const double causal = flops_per_token(shape, seq, FlopConvention::causal);
  step.model_flops_per_s_chip = causal * step.tokens_per_s_chip;
  step.megatron_flops_per_s_chip = flops_per_token(shape, seq, FlopConvention::megatron) * step.tokens_per_s_chip;
  const double peak = machine.system.peak_flops(Precision::bf16);
  step.mfu = step.model_flops_per_s_chip / peak;
  const double again = s.recompute == Recompute::full ? 4.0 / 3 : 1;
  step.hfu = step.mfu * again;
  return step;
}

std::vector<std::pair<std::string_view, double>> listed(const StepParts& p) {
  return {{"gemm", p.gemm},     {"attention", p.attention}, {"memory", p.memory}, {"launch", p.launch}, {"recompute", p.recompute},
          {"head", p.head},     {"bubble", p.bubble},       {"tp", p.tp},         {"cp", p.cp},         {"ep", p.ep},
          {"pp", p.pp},         {"dp", p.dp},               {"optimizer", p.optimizer}, {"jitter", p.jitter}};
}

std::vector<std::pair<std::string_view, double>> listed(const MemoryParts& p) {
  return {{"weights", p.weights},         {"gradients", p.gradients}, {"optimizer", p.optimizer},
          {"activations", p.activations}, {"logits", p.logits},       {"workspace", p.workspace}};
}

}  // namespace stargate::training
