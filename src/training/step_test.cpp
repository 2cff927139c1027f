#include "training/step.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "training/collectives.h"
#include "training/roofline.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

namespace {
Strategy strategy(int tp, int pp, int dp, std::int64_t global_batch) {
  Strategy s;
  s.tp = tp, s.pp = pp, s.dp = dp, s.global_batch = global_batch;
  s.sequence_parallel = tp > 1;
  return s;
}

/// Cases that between them use every kind of parallelism.
struct Case {
  const char* model;
  const char* system;
  Strategy s;
};
std::vector<Case> cases() {
  std::vector<Case> list{
      {"GPT-3-175B", "A100", strategy(8, 8, 16, 1536)},     {"Llama-3.1-405B", "H100", strategy(8, 16, 64, 2048)},
      {"DeepSeek-V3", "GB200", strategy(1, 4, 64, 4096)},   {"Llama-3-70B", "H100", strategy(1, 1, 64, 256)},
      {"Mixtral-8x22B", "MI300X", strategy(2, 4, 16, 512)}, {"GPT-OSS-120B", "B200", strategy(2, 1, 32, 512)}};
  list[0].s.recompute = Recompute::full;
  list[1].s.vp = 4, list[1].s.zero = 1;
  list[2].s.ep = 64, list[2].s.zero = 1, list[2].s.precision = Precision::fp8;
  list[3].s.zero = 3;
  list[4].s.ep = 8, list[4].s.cp = 2;
  list[5].s.ep = 32, list[5].s.zero = 2;
  return list;
}
}  // namespace

TEST_CASE("the parts of a step add up exactly and none is negative") {
  for (const auto& c : cases()) {
    INFO(c.model << " on " << c.system);
    const ModelShape shape = find_shape(c.model);
    REQUIRE(strategy_faults(shape, c.s).empty());
    const Step step = evaluate(shape, c.s, find_machine(c.system));
    double sum = 0;
    for (const auto& [name, value] : listed(step.parts)) {
      INFO(name);
      CHECK(value >= 0);
      sum += value;
    }
    CHECK(sum == step.seconds);
    double bytes = 0;
    for (const auto& [name, value] : listed(step.memory)) bytes += value;
    CHECK(bytes == step.memory.total());
    CHECK(step.mfu > 0.05);
    CHECK(step.mfu < 0.95);
    CHECK(step.hfu >= step.mfu);
  }
}

TEST_CASE("more of anything never slows a step") {
  const std::vector<double System::*> resources{&System::bf16_tflops, &System::fp8_tflops, &System::hbm_tb_s,
                                                &System::scale_up_gb_s, &System::nic_gbit_s};
  for (const auto& c : cases()) {
    const ModelShape shape = find_shape(c.model);
    for (const auto resource : resources) {
      Machine machine = find_machine(c.system);
      double before = evaluate(shape, c.s, machine).seconds;
      for (const double factor : {1.01, 1.5, 4.0, 100.0}) {
        machine.system.*resource *= factor;
        const double after = evaluate(shape, c.s, machine).seconds;
        INFO(c.model << " on " << c.system << " x " << factor);
        CHECK(after <= before);
        before = after;
      }
    }
  }
}

TEST_CASE("less latency, more overlap and fewer launches never slow a step") {
  for (const auto& c : cases()) {
    const ModelShape shape = find_shape(c.model);
    const Machine machine = find_machine(c.system);
    const double before = evaluate(shape, c.s, machine).seconds;
    for (const auto& spec : parameter_specs()) {
      Machine better = machine;
      const bool more_is_better = std::string_view(spec.unit).contains("share") && spec.name != "jitter";
      better.parameters.*(spec.member) = more_is_better ? spec.high : spec.low;
      INFO(c.model << ": " << spec.name);
      CHECK(evaluate(shape, c.s, better).seconds <= before * (1 + 1e-12));  // sums round
    }
  }
}

TEST_CASE("memory falls as tensor parallelism, ZeRO and recomputation rise") {
  const Machine machine = find_machine("H100");
  const ModelShape shape = find_shape("Llama-3-70B");
  const ParameterCount count = count_parameters(shape);
  double before = std::numeric_limits<double>::infinity();
  for (const int tp : {1, 2, 4, 8}) {
    const double now = memory_parts(shape, count, strategy(tp, 1, 8, 64), machine).total();
    CHECK(now < before);
    before = now;
  }
  before = std::numeric_limits<double>::infinity();
  for (const int zero : {0, 1, 2, 3}) {
    Strategy s = strategy(8, 1, 8, 64);
    s.zero = zero;
    const double now = memory_parts(shape, count, s, machine).total();
    CHECK(now < before);
    before = now;
  }
  before = std::numeric_limits<double>::infinity();
  for (const Recompute recompute : {Recompute::none, Recompute::selective, Recompute::full}) {
    Strategy s = strategy(8, 1, 8, 64);
    s.recompute = recompute;
    const double now = memory_parts(shape, count, s, machine).total();
    CHECK(now < before);
    before = now;
  }
}

TEST_CASE("activations are Korthikanti's for unfused attention") {
  const ModelShape shape = find_shape("GPT-3-175B");
  Strategy s = strategy(8, 1, 1, 1);
  s.micro_batch = 1;
  const double sbh = 2048.0 * 12288, scores = 5.0 * 96 * 2048 / 12288;
  const Software& eager = find_software("eager");
  CHECK(layer_activation_bytes(shape, false, s, eager) == Approx(sbh * (34 + scores) / 8));
  s.recompute = Recompute::selective;
  CHECK(layer_activation_bytes(shape, false, s, eager) == Approx(sbh * 34 / 8));
  s.sequence_parallel = false;
  CHECK(layer_activation_bytes(shape, false, s, eager) == Approx(sbh * (10 + 24.0 / 8)));
  s.recompute = Recompute::full;
  CHECK(layer_activation_bytes(shape, false, s, eager) == Approx(2 * sbh));
}

TEST_CASE("one chip: no traffic, no bubble, the layers one after another") {
  const ModelShape shape = find_shape("Llama-3-8B");
  Strategy s = strategy(1, 1, 1, 4);
  const Machine machine = find_machine("H100");
  const StepParts parts = step_parts(shape, count_parameters(shape), s, machine);
  CHECK(parts.tp + parts.cp + parts.ep + parts.pp + parts.dp + parts.bubble + parts.jitter == 0);
  const double layer = layer_cost(shape, false, s, machine).all().total();
  const double ends = head_cost(shape, s, machine).all().total() + embedding_cost(shape, s, machine).all().total();
  CHECK(parts.total() == Approx(4 * (32 * layer + ends) + parts.optimizer).epsilon(1e-12));
}

TEST_CASE("limits: the bubble is (p-1)/(m v) of the work, and goes to nothing with many micro-batches") {
  ModelShape shape = find_shape("GPT-3-175B");
  Machine machine = find_machine("A100");
  shape.vocab = 1;  // ends that weigh nothing
  machine.parameters.jitter = 0;
  for (const int vp : {1, 2, 3}) {
    Strategy s = strategy(8, 8, 1, 64);
    s.vp = vp;
    const StepParts p = step_parts(shape, count_parameters(shape), s, machine);
    const double work = p.gemm + p.attention + p.memory + p.launch + p.tp;
    CHECK(p.bubble == Approx(work * 7 / 64 / vp).epsilon(0.01));
  }
  Strategy many = strategy(8, 8, 1, 1 << 20);
  const StepParts p = step_parts(shape, count_parameters(shape), many, machine);
  CHECK(p.bubble < 1e-5 * p.total());
  Strategy zero_bubble = strategy(8, 8, 1, 64);
  const double before = step_parts(shape, count_parameters(shape), zero_bubble, machine).bubble;
  zero_bubble.schedule = Schedule::zero_bubble;
  CHECK(step_parts(shape, count_parameters(shape), zero_bubble, machine).bubble < before);
}

TEST_CASE("collectives reach their limits") {
  Machine machine = find_machine("H100");
  machine.parameters.collective_us = machine.parameters.network_us = 0;
  const double bytes = 1e9, rate = domain_rate(machine), net = network_rate(machine, 64);
  CHECK(all_gather_s(machine, group_of(1, 1, machine.system), bytes) == 0);
  CHECK(all_gather_s(machine, group_of(8, 1, machine.system), bytes) == Approx(7.0 / 8 * bytes / rate));
  CHECK(all_reduce_s(machine, group_of(8, 8, machine.system), bytes) == Approx(2 * 7.0 / 8 * bytes / net));
  CHECK(all_reduce_s(machine, group_of(64, 1, machine.system), bytes) ==
        Approx(2 * (7.0 / 8 * bytes / rate + 7.0 / 8 * bytes / 8 / net)));
  const double far = all_to_all_s(machine, group_of(64, 1, machine.system), bytes, 8);
  CHECK(far < all_to_all_s(machine, group_of(64, 1, machine.system), bytes, 1));     // copies share the way
  CHECK(all_to_all_s(machine, group_of(64, 1, machine.system), bytes, 8, 4) < far);  // and fewer nodes are sent to
}

TEST_CASE("GEMM efficiency rises with size and is bound by peak and by memory") {
  const Machine machine = find_machine("H100");
  double before = 0;
  for (const double n : {128.0, 512.0, 2048.0, 8192.0, 32768.0}) {
    const double rate = 2 * n * n * n / gemm_s(machine, Precision::bf16, n, n, n);
    CHECK(rate > before);
    CHECK(rate < machine.system.peak_flops(Precision::bf16));
    before = rate;
  }
  const double skinny = 2.0 * 8192 * 8192 / gemm_s(machine, Precision::bf16, 1, 8192, 8192);
  CHECK(skinny <= machine.system.hbm_tb_s * 1e12);
}

TEST_CASE("impossible strategies say why") {
  const ModelShape shape = find_shape("Llama-3-70B");
  Strategy s = strategy(6, 3, 5, 64);
  const auto faults = strategy_faults(shape, s);
  CHECK(faults.size() >= 2);
  CHECK_FALSE(possible(shape, s));
  s = strategy(8, 1, 1, 8);
  s.ep = 2;
  CHECK(strategy_faults(shape, s).front().contains("without experts"));
  s = strategy(8, 4, 1, 8);
  s.zero = 3;
  CHECK_FALSE(strategy_faults(shape, s).empty());
  s = strategy(8, 4, 1, 8);
  s.vp = 3;
  s.global_batch = 6;
  CHECK(strategy_faults(shape, s).front().contains("multiples of pp"));
  CHECK_THROWS_AS(parse_recompute("some"), InputError);
  CHECK_THROWS_AS(parse_precision("int4"), InputError);
  CHECK_THROWS_WITH(find_system("H101"), Catch::Matchers::ContainsSubstring("H100"));
}

TEST_CASE("possible and strategy_faults agree") {
  for (const char* model : {"Llama-3-70B", "Mixtral-8x7B"}) {
    const ModelShape shape = find_shape(model);
    int seen = 0;
    for (const int tp : {1, 3, 8, 16})
      for (const int pp : {1, 4, 100})
        for (const int vp : {1, 2})
          for (const int ep : {1, 8})
            for (const int zero : {0, 2, 3})
              for (const Schedule schedule : {Schedule::one_f_one_b, Schedule::zero_bubble}) {
                Strategy s = strategy(tp, pp, 4, 64);
                s.vp = vp, s.ep = ep, s.zero = zero, s.schedule = schedule;
                CHECK(possible(shape, s) == strategy_faults(shape, s).empty());
                seen += possible(shape, s);
              }
    CHECK(seen > 0);
  }
}

TEST_CASE("the roofline's points lie under the roof") {
  for (const auto& c : cases()) {
    const Machine machine = find_machine(c.system);
    for (const auto& p : roofline(find_shape(c.model), c.s, machine)) {
      INFO(c.model << " " << p.name);
      CHECK(p.rate() <= p.peak_flops_per_s);
      CHECK(p.rate() > 0);
    }
  }
}
