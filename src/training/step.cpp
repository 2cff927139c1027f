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
  const double all = static_cast<double>(s.ranks()), ranks = s.zero == 0 ? all : static_cast<double>(s.shard_ranks());
  const double expert_ranks = std::max(1.0, ranks * s.tp / s.ep);
  const Group dense = group_of(ranks, s.tp, machine.system);
  const Group experts = group_of(expert_ranks, s.ep, machine.system);
  const double gradient = machine.software.gradient_bytes, weight = 2;
  double traffic = 0;
  if (s.zero == 0) {
    traffic =
        all_reduce_s(machine, dense, local.dense * gradient) + all_reduce_s(machine, experts, local.routed * gradient);
  } else if (s.zero < 3) {  // gradients of ZeRO 2, and both of FSDP, go micro-batch by micro-batch, in the layer
    const double bytes = weight + (s.zero == 1 ? gradient : 0);
    traffic = all_gather_s(machine, dense, local.dense * bytes) + all_gather_s(machine, experts, local.routed * bytes);
  }
  if (s.zero > 0 && all > ranks) {  // replicas of the shards agree on their gradients
    const Group replicas = group_of(all / ranks, s.tp * ranks, machine.system);
    traffic += all_reduce_s(machine, replicas, (local.dense / ranks + local.routed / expert_ranks) * gradient);
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
    const double ranks = static_cast<double>(s.shard_ranks());
    held = local.dense / ranks + local.routed / std::max(1.0, ranks * s.tp / s.ep);
  }
  // Adam reads and writes master weight and two moments (24 bytes), writes the new weight (2), reads the gradient
  // three times (norm, clip, update) and writes it once.
  const double bytes = held * (1 - s.offload_optimizer) * (26 + 4 * machine.software.gradient_bytes);
  return bytes / (machine.system.hbm_tb_s * 1e12 * machine.parameters.hbm) +
         machine.software.forward_kernels * machine.parameters.launch_us * 1e-6;
}

/// Optimiser states in host memory: gradients go there (4 bytes), the host updates at its memory's rate (28 bytes at the
/// link's rate, as host memory is shared by the chips of a node), weights come back (2). Activations go out and come
/// back beside the work of their micro-batch.
double offload_s(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine,
                 double micro_batch_s) {
  if (s.offload_optimizer == 0 && s.offload_activations == 0) return 0;
  const double rate = machine.system.host_gb_s * 1e9;
  const LocalParameters local = local_parameters(shape, count, s);
  const double ranks = static_cast<double>(s.shard_ranks());
  const double held = s.zero >= 1 ? local.dense / ranks + local.routed / std::max(1.0, ranks * s.tp / s.ep)
                                  : local.dense + local.routed;
  double seconds = s.tuning == Tuning::adapters ? 0 : s.offload_optimizer * held * (4 + 28 + 2) / rate;
  double bytes = 0;
  for (const LayerKind& kind : layer_kinds(shape))
    bytes += kind.layers / s.pp * layer_activation_bytes(shape, kind.mixer, kind.mlp, s, machine.software);
  const double moved = 2 * s.offload_activations * bytes / rate;
  return seconds + static_cast<double>(s.micro_batches()) * std::max(0.0, moved - micro_batch_s);
}

/// Layers a stage: even where they divide; otherwise the last stage has fewer, or (few layers, many stages) a fraction.
struct Stages {
  Stage slowest;
  double sum = 0;  ///< seconds of all stages
};
/// Whole layers laid so that the slowest stage is as fast as it can be, as frameworks' pipeline layouts do: of the least
/// T at which the stages, with embedding, head and multi-token prediction on some, have room for all layers.
Stages balanced_stages(const ModelShape& shape, const Strategy& s, const MicroBatchCost& cost) {
  const double layers = static_cast<double>(shape.layers), mtp = static_cast<double>(shape.mtp_layers);
  const double layer = cost.work.total() + cost.again.total();
  struct Kind {
    double stages, ends;
  };
  std::array<Kind, 4> kinds{{{1, cost.embedding}, {1, cost.head}, {0, 0}, {0, 0}}};
  if (mtp > 0 && s.pp > 2) kinds[2] = {1, mtp * (layer + cost.head)};
  else kinds[1].ends += mtp * (layer + cost.head);
  kinds[3].stages = s.pp - kinds[0].stages - kinds[1].stages - kinds[2].stages;
  const double total = (layers + mtp) * layer + cost.embedding + (1 + mtp) * cost.head;
  double slowest = total / s.pp;
  const auto room = [&](double ends) { return std::floor(std::max(0.0, slowest - ends) / layer + 1e-9); };
  for (int i = 0; i < 64; ++i) {
    double fit = 0, next = std::numeric_limits<double>::infinity();
    for (const auto& kind : kinds) {
      if (kind.stages == 0) continue;
      fit += kind.stages * room(kind.ends);
      next = std::min(next, kind.ends + (room(kind.ends) + 1) * layer);
    }
    if (fit >= layers) break;
    slowest = next;
  }
  // The slowest stage, as layers and what its end adds.
  Stage stage;
  double longest = -1;
  for (const auto& kind : kinds) {
    if (kind.stages == 0) continue;
    const double here = std::min(room(kind.ends), layers), seconds = here * layer + kind.ends;
    if (seconds > longest) longest = seconds, stage = stage_of(cost, here, kind.ends);
  }
  return {stage, std::max(total, longest)};
}

Stages stages_of(const ModelShape& shape, const Strategy& s, const Machine& machine, const MicroBatchCost& cost) {
  const double mtp = static_cast<double>(shape.mtp_layers), layers = static_cast<double>(shape.layers);
  const double end_work = cost.head * (1 + mtp);
  if (s.pp == 1) {
    const Stage only = stage_of(cost, layers + mtp, cost.embedding + end_work);
    return {only, only.total()};
  }
  if (machine.software.flash_attention) return balanced_stages(shape, s, cost);
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
  for (const LayerKind& kind : layer_kinds(shape)) {
    const double share = kind.layers / static_cast<double>(shape.layers);
    const PassCost cost = layer_cost(shape, kind.mixer, kind.mlp, s, machine);
    TimeParts work = cost.forward;
    work += cost.backward;
    mean.work += share * work;
    mean.again += share * s.recompute_share * cost.recompute;
    mean.weight_gradient += share * cost.weight_gradient_s;
  }
  mean.embedding = embedding_cost(shape, s, machine).all().total();
  mean.head = head_cost(shape, s, machine).all().total();
  return mean;
}

double step_lower_bound(const ModelShape& shape, const Strategy& s, const Machine& machine, const MicroBatchCost& cost) {
  return static_cast<double>(s.micro_batches()) * stages_of(shape, s, machine, cost).slowest.total();
}

StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine) {
  return step_parts(shape, count, s, machine, micro_batch_cost(shape, s, machine));
}

StepParts step_parts(const ModelShape& shape, const ParameterCount& count, const Strategy& s, const Machine& machine,
                     const MicroBatchCost& cost) {
  const Stages stages = stages_of(shape, s, machine, cost);
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
    if (s.schedule == Schedule::dualpipe)  // (p/2 - 1)(F&B + B - 3W), F&B = F + B
      waiting = std::max(0.0, (s.pp / 2.0 - 1) * (slowest.total() * 5 / 3 - 3 * slowest.weight_gradient));
    parts.bubble = waiting / s.vp;
    const double tokens =
        static_cast<double>(s.micro_batch) * static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len) / s.cp;
    const double stride = static_cast<double>(s.tp) * s.cp * s.dp;
    const double message = point_to_point_s(machine, stride, tokens * static_cast<double>(shape.hidden) * 2 / s.tp);
    parts.pp = 2 * (m * s.vp + s.pp - 1) * message * (1 - machine.parameters.pp_overlap);
  }
  const double cover = slowest.total();
  parts.dp = work.fsdp + again.fsdp + data_parallel_s(shape, count, s, machine, cover);
  parts.offload = offload_s(shape, count, s, machine, cover);
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
  step.mfu = step.model_flops_per_s_chip / machine.system.peak_flops(s.precision);
  step.mfu_bf16 = step.model_flops_per_s_chip / machine.system.peak_flops(Precision::bf16);
  // Recomputed: the layers' forward pass (not the head's), or with unfused attention's selective mode attention alone.
  double again = 0;
  if (s.recompute == Recompute::full)
    again = causal / 3 - 2 * static_cast<double>(shape.vocab * shape.hidden);
  else if (s.recompute == Recompute::attention)
    again = static_cast<double>(shape.attention_layers()) * attention_flops_per_token(shape, seq) / 2;
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
          {"offload", p.offload},
          {"optimizer", p.optimizer},
          {"jitter", p.jitter}};
}

std::vector<std::pair<std::string_view, double>> listed(const MemoryParts& p) {
  return {{"weights", p.weights},     {"gathered", p.gathered},       {"gradients", p.gradients}, {"optimizer", p.optimizer},
          {"activations", p.activations}, {"logits", p.logits}, {"workspace", p.workspace}};
}

}  // namespace stargate::training
