#include "training/planning.h"

#include <map>
#include <mutex>

#include "base/diagnostics.h"
#include "programme/records.h"
#include "training/goodput.h"
#include "training/search.h"

namespace stargate::training {
namespace {

Machine machine_of(const PlanningChip& chip) {
  const System* known = library_system(chip.id);
  System s = known ? *known : System{};
  s.id = chip.id;
  s.bf16_tflops = chip.bf16_tflops, s.fp8_tflops = chip.fp8_tflops, s.fp4_tflops = 0;
  s.hbm_gb = chip.hbm_gb, s.hbm_tb_s = chip.hbm_tb_s;
  s.domain_chips = chip.domain_chips, s.scale_up_gb_s = chip.scale_up_gb_s, s.nic_gbit_s = chip.nic_gbit_s;
  s.tdp_w = chip.tdp_w, s.node_chips = chip.node_chips;
  if (chip.failures_per_1000_node_days > 0)
    s.failures_per_1000_node_days = chip.failures_per_1000_node_days;
  else if (!known)
    s.failures_per_1000_node_days = 4.5;
  if (!known) s.pod_chips = 1e9, s.oversubscription = 1;
  std::string set = chip.parameter_set;
  if (set.empty()) set = known ? known->calibration : "blackwell";
  if (set == "a100") set = "a100-fused";  // plans run today's software
  return make_machine(s, set);
}

void check(const PlanningChip& chip) {
  Diagnostics diagnostics;
  const auto need = [&](std::string_view what, double value) {
    if (!(value > 0) || !std::isfinite(value))
      diagnostics.error({}, std::format("accelerator '{}': {} is {}", chip.id, what, value),
                        "a number above 0 is needed");
  };
  need("bf16_tflops", chip.bf16_tflops), need("hbm_gb", chip.hbm_gb), need("hbm_tb_s", chip.hbm_tb_s);
  need("domain_chips", chip.domain_chips), need("scale_up_gb_s", chip.scale_up_gb_s),
      need("nic_gbit_s", chip.nic_gbit_s);
  need("node_chips", chip.node_chips);
  diagnostics.throw_if_errors();
}

/// Weights of the model that `days` on all chips train with so many tokens a weight, at 40 % of peak: C = 6 N D.
double compute_optimal(double flops_per_s, const ModelScale& scale) {
  const double active_share = scale.mixture_of_experts ? 0.06 : 1;
  return std::sqrt(flops_per_s * 0.4 * scale.days * 86400 / (6 * scale.tokens_per_parameter * active_share));
}

/// Tokens of a batch that still learn as fast: 0.292 C^0.327 (DeepSeek LLM 2024, arXiv:2401.02954).
double batch_tokens(double flops) { return 0.292 * std::pow(flops, 0.3271); }

std::int64_t power_of_two_near(double x) {
  return std::int64_t{1} << std::max(0L, std::lround(std::log2(std::max(1.0, x))));
}

TrainingEfficiency evaluate_point(const Machine& machine, std::int64_t chips, const ModelScale& scale) {
  const bool fp8 = machine.system.fp8_tflops > 0;
  const Precision precision = !scale.precision.empty() ? parse_precision(scale.precision)
                              : fp8                    ? Precision::fp8
                                                       : Precision::bf16;
  const double peak = machine.system.peak_flops(precision);
  double parameters =
      scale.parameters > 0 ? scale.parameters : compute_optimal(peak * static_cast<double>(chips), scale);
  parameters = std::clamp(parameters, 1e9, 1e14);
  const ModelShape shape = scale.mixture_of_experts ? frontier_moe_shape(parameters) : frontier_shape(parameters);
  const double compute = peak * static_cast<double>(chips) * 0.4 * scale.days * 86400;
  SearchSpace space;
  space.chips = chips;
  space.global_batch =
      std::max<std::int64_t>(power_of_two_near(batch_tokens(compute) / static_cast<double>(shape.seq_len)), 64);
  space.most_tp = static_cast<int>(std::min(machine.system.domain_chips, 64.0));
  space.most_pp = 64;
  space.most_vp = 8;
  space.most_cp = 8;
  space.most_micro_batch = 2;
  space.zero = {1, 3};
  space.schedules = {Schedule::one_f_one_b};
  space.precisions = {precision};
  SearchOptions options;
  options.keep = 1;
  options.pareto = false;
  const SearchResult found = search(shape, machine, space, options);
  TrainingEfficiency e;
  e.parameters = count_parameters(shape).total;
  e.precision = std::string(to_string(precision));
  if (found.best.empty()) return e;
  const Strategy& strategy = found.best.front().strategy;
  const Step step = evaluate(shape, strategy, machine);
  e.model_pflops_chip = step.model_flops_per_s_chip / 1e15;
  e.mfu = step.model_flops_per_s_chip / peak;
  Resilience resilience;
  resilience.restart_minutes = scale.restart_minutes;
  e.goodput = goodput(machine.system, static_cast<double>(chips), e.parameters, resilience).goodput;
  e.strategy = to_string(strategy);
  return e;
}

/// Everything the answer depends on, as text: the key of the cache.
std::string cache_key(const PlanningChip& c, const ModelScale& m) {
  return std::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", c.id, c.bf16_tflops, c.fp8_tflops, c.hbm_gb,
                     c.hbm_tb_s, c.domain_chips, c.scale_up_gb_s, c.nic_gbit_s, c.node_chips,
                     c.failures_per_1000_node_days, c.parameter_set, m.parameters, m.mixture_of_experts, m.days,
                     m.tokens_per_parameter, m.restart_minutes, m.precision);
}

}  // namespace

TrainingEfficiency training_efficiency(const PlanningChip& chip, double chips, const ModelScale& scale) {
  check(chip);
  static std::mutex guard;
  static std::map<std::string, std::map<int, TrainingEfficiency>> cache;
  constexpr int most = 24;  // 16.8 million chips
  const double x = std::clamp(std::log2(std::max(1.0, chips)), 0.0, static_cast<double>(most));
  const int low = std::min(static_cast<int>(x), most - 1);
  const double share = x - low;

  const std::scoped_lock lock(guard);
  auto& points = cache[cache_key(chip, scale)];
  std::optional<Machine> machine;
  const auto point = [&](int exponent) -> const TrainingEfficiency& {
    const auto at = points.find(exponent);
    if (at != points.end()) return at->second;
    if (!machine) machine = machine_of(chip);
    return points.emplace(exponent, evaluate_point(*machine, std::int64_t{1} << exponent, scale)).first->second;
  };
  TrainingEfficiency e = point(low);
  if (share == 0) return e;
  const TrainingEfficiency& next = point(low + 1);
  const auto mix = [&](double a, double b) { return a + share * (b - a); };
  const double mfu = mix(e.mfu, next.mfu), good = mix(e.goodput, next.goodput),
               pflops = mix(e.model_pflops_chip, next.model_pflops_chip);
  const double parameters = mix(e.parameters, next.parameters);
  if (share >= 0.5) e = next;
  e.mfu = mfu, e.goodput = good, e.model_pflops_chip = pflops, e.parameters = parameters;
  return e;
}

PlanningChip planning_chip(const std::string& name) {
  const System& s = find_system(name);
  return {s.id,
          s.bf16_tflops,
          s.fp8_tflops,
          s.hbm_gb,
          s.hbm_tb_s,
          s.domain_chips,
          s.scale_up_gb_s,
          s.nic_gbit_s,
          s.tdp_w,
          s.node_chips,
          s.failures_per_1000_node_days,
          {}};
}

PlanningChip planning_chip(const Accelerator& a) {
  PlanningChip chip;
  chip.id = a.id;
  chip.bf16_tflops = a.bf16_tflops, chip.fp8_tflops = a.fp8_tflops.value_or(0);
  chip.hbm_gb = a.hbm_gb, chip.hbm_tb_s = a.hbm_tb_per_s;
  chip.domain_chips = static_cast<double>(a.scale_up_chips);
  chip.scale_up_gb_s = a.scale_up_gb_per_s, chip.nic_gbit_s = a.nic_gbit_per_s, chip.tdp_w = a.chip_w;
  if (const System* known = library_system(a.id)) {
    chip.node_chips = known->node_chips;
  } else {
    chip.node_chips = a.scale_up_chips > 16 ? 4 : 8;
    chip.failures_per_1000_node_days = find_system("H100").failures_per_1000_node_days / 8 * chip.node_chips;
  }
  return chip;
}

}  // namespace stargate::training
