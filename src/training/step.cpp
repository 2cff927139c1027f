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

Stage stage_of(const MicroBatchCost& layer, double layers, double ends) {
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
    traffic =
        all_reduce_s(machine, dense, local.dense * gradient) + all_reduce_s(machine, experts, local.routed * gradient);
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

/// Layers a stage: even where they divide; otherwise the last stage has fewer, or (few layers, many stages) a fraction.
struct Stages {
  Stage slowest;
  double sum = 0;  ///< seconds of all stages
};
Stages stages_of(const ModelShape& shape, const Strategy& s, const MicroBatchCost& cost) {
  const double mtp = static_cast<double>(shape.mtp_layers), layers = static_cast<double>(shape.layers);
  const double end_work = cost.head * (1 + mtp);
  if (s.pp == 1) {
    const Stage only = stage_of(cost, layers + mtp, cost.embedding + end_work);
    return {only, only.total()};
  }
  const double most = std::ceil(layers / s.pp), fewest = layers - most * (s.pp - 1);
  const bool whole = fewest >= 1;
  const Stage first = stage_of(cost, whole ? most : layers / s.pp, cost.embedding);
  const Stage last = stage_of(cost, (whole ? fewest : layers / s.pp) + mtp, end_work);
  const double middle = first.total() - first.ends;
  return {last.total() > first.total() ? last : first, first.total() + (s.pp - 2) * middle + last.total()};
}

}  // namespace

MicroBatchCost micro_batch_cost(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  MicroBatchCost mean;
  const double moe = static_cast<double>(shape.moe_layers()) / static_cast<double>(shape.layers);
  const auto add = [&](bool is_moe, double share) {
    if (share <= 0) return;
    const PassCost cost = layer_cost(shape, is_moe, s, machine);
    TimeParts work = cost.forward;
    work += cost.backward;
    mean.work += share * work;
    mean.again += share * cost.recompute;
    mean.weight_gradient += share * cost.weight_gradient_s;
  };
  add(false, 1 - moe);
  add(true, moe);
  mean.embedding = embedding_cost(shape, s, machine).all().total();
  mean.head = head_cost(shape, s, machine).all().total();
  return mean;
}

double step_lower_bound(const ModelShape& shape, const Strategy& s, const MicroBatchCost& cost) {
  return static_cast<double>(s.micro_batches()) * stages_of(shape, s, cost).slowest.total();
}

StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine) {
  return step_parts(shape, count, s, machine, micro_batch_cost(shape, s, machine));
}

StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine,
                     const MicroBatchCost& cost) {
  const Stages stages = stages_of(shape, s, cost);
  const Stage& slowest = stages.slowest;
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
    double waiting = stages.sum - slowest.total();
    if (s.schedule == Schedule::zero_bubble)  // weight gradients fill the bubble (ZB-H1: tF + tB - tW a stage)
      waiting = std::max(0.0, waiting - (s.pp - 1) * 2 * slowest.weight_gradient);
    parts.bubble = waiting / s.vp;
    const double tokens =
        static_cast<double>(s.micro_batch) * static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len) / s.cp;
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
  // Recomputed: the layers' forward pass (not the head's), or with unfused attention's selective mode attention alone.
  double again = 0;
  if (s.recompute == Recompute::full)
    again = causal / 3 - 2 * static_cast<double>(shape.vocab * shape.hidden);
  else if (s.recompute == Recompute::selective && !machine.software.flash_attention)
    again = static_cast<double>(shape.layers) * attention_flops_per_token(shape, seq) / 2;
  step.hfu = step.mfu * (1 + again / causal);
  return step;
}

std::vector<std::pair<std::string_view, double>> listed(const StepParts& p) {
  return {{"gemm", p.gemm},
          {"attention", p.attention},
          {"memory", p.memory},
          {"launch", p.launch},
          {"recompute", p.recompute},
          {"head", p.head},
          {"bubble", p.bubble},
          {"tp", p.tp},
          {"cp", p.cp},
          {"ep", p.ep},
          {"pp", p.pp},
          {"dp", p.dp},
          {"optimizer", p.optimizer},
          {"jitter", p.jitter}};
}

std::vector<std::pair<std::string_view, double>> listed(const MemoryParts& p) {
  return {{"weights", p.weights},         {"gradients", p.gradients}, {"optimizer", p.optimizer},
          {"activations", p.activations}, {"logits", p.logits},       {"workspace", p.workspace}};
}

}  // namespace stargate::training
