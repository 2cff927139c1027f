#include "operate/scenario.h"

#include <algorithm>

#include "operate/checkpoint.h"

namespace stargate::operate {

std::vector<FailureClass> llama3_failures() {
  constexpr double gpu_hours = 16'384 * 54 * 24.0;
  const std::string source = "Grattafiori et al., The Llama 3 Herd of Models, 2024, table 5: counts in 54 days on 16,384 H100";
  const auto row = [&](const char* name, double count, double diagnose_s, double repair_h, double silent_h = 0) {
    return FailureClass{name, Extent::gpu, count / gpu_hours, diagnose_s, repair_h, silent_h, source};
  };
  // Counts are the paper's; times to diagnose and repair are estimates (the paper gives none by class).
  return {row("faulty GPU", 148, 180, 48),
          row("GPU HBM3 memory", 72, 180, 48),
          row("software bug", 54, 180, 0),
          row("network switch or cable", 35, 300, 12),
          row("unplanned host maintenance", 32, 180, 12),
          row("GPU SRAM memory", 19, 180, 48),
          row("GPU system processor", 17, 180, 24),
          row("NIC", 7, 180, 24),
          row("NCCL watchdog timeout", 7, 600, 0),
          row("silent data corruption", 6, 600, 48, 1),
          row("GPU thermal interface and sensor", 6, 180, 24),
          row("SSD", 3, 180, 24),
          row("power supply", 3, 180, 24),
          row("server chassis", 2, 180, 24),
          row("IO expansion board", 2, 180, 24),
          row("dependency", 2, 180, 0),
          row("CPU", 2, 180, 24),
          row("system memory", 2, 180, 24),
          row("planned maintenance", 47, 180, 0)};
}

std::vector<FailureClass> rsc_failures(int cluster) {
  const double per_node_day = cluster == 1 ? 6.50e-3 : 2.34e-3;
  return {{cluster == 1 ? "RSC-1 node failure" : "RSC-2 node failure", Extent::node, per_node_day / 24, 300, 24, 0,
           "Kokolis et al., Revisiting Reliability in Large-Scale Machine Learning Research Clusters, 2024"}};
}

std::vector<FailureClass> correlated_faults() {
  const std::string source = "estimate";
  return {{"rack power or cooling", Extent::rack, 1 / (5 * 8760.0), 900, 8, 0, source},
          {"feed outage", Extent::feed, 1 / (2 * 8760.0), 1800, 2, 0, source},
          {"site outage", Extent::site, 1 / (5 * 8760.0), 3600, 4, 0, source}};
}

double job_failure_rate_per_hour(const std::vector<FailureClass>& classes, double gpus, double gpus_per_node, double gpus_per_rack) {
  double rate = 0;
  for (const FailureClass& c : classes) switch (c.extent) {
      case Extent::gpu: rate += c.per_unit_hour * gpus; break;
      case Extent::node: rate += c.per_unit_hour * std::max(1.0, gpus / gpus_per_node); break;
      case Extent::rack: rate += c.per_unit_hour * std::max(1.0, gpus / gpus_per_rack); break;
      case Extent::feed:
      case Extent::site: rate += c.per_unit_hour; break;
    }
  return rate;
}

CheckpointPlan plan_checkpoints(const Checkpointing& rule, double gpus, double failures_per_hour) {
  if (rule.rule == CheckpointRule::off) return {};
  const double write_s = rule.gb_per_gpu > 0 && rule.storage_gb_per_s > 0 ? rule.gb_per_gpu * gpus / rule.storage_gb_per_s : rule.write_s;
  if (rule.rule == CheckpointRule::fixed || failures_per_hour <= 0) return {rule.interval_s, write_s};
  return {std::max(1.0, daly_interval(std::max(write_s, 0.001), failures_per_hour / 3600)), write_s};
}

}  // namespace stargate::operate
