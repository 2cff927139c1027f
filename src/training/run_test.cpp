#include "training/run.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "training/inference.h"
#include "training/search.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

TEST_CASE("effective training time: Daly's form agrees with Meta's to first order") {
  const double restart = 300, stall = 10;
  for (const double hours : {1000.0, 100.0, 30.0}) {
    const double rate = 1 / (hours * 3600), interval = best_interval_s(rate, restart, stall);
    CHECK(effective_time_ratio(rate, restart, interval, stall) ==
          Approx(effective_time_ratio_first_order(rate, restart, interval, stall)).margin(20 / (hours * hours)));
  }
}

TEST_CASE("the best interval is near sqrt(2 w M) - w and no other is better") {
  const double restart = 300, stall = 30;
  for (const double hours : {200.0, 50.0, 10.0}) {
    const double rate = 1 / (hours * 3600), best = best_interval_s(rate, restart, stall);
    CHECK(best == Approx(std::sqrt(2 * stall / rate) - stall).epsilon(0.05));
    for (const double factor : {0.5, 0.9, 1.1, 2.0})
      CHECK(effective_time_ratio(rate, restart, best, stall) >=
            effective_time_ratio(rate, restart, best * factor, stall));
  }
}

TEST_CASE("goodput: no failures, no loss; more chips, less") {
  System system = find_system("H100");
  Resilience r;
  r.spare_share = 0;
  double before = 1;
  for (const double chips : {1024.0, 16384.0, 131072.0}) {
    const Goodput g = goodput(system, chips, 405e9, r);
    CHECK(g.goodput <= before);
    CHECK(g.goodput >= 0);
    before = g.goodput;
  }
  system.failures_per_1000_node_days = 0;
  r.interval_minutes = 600, r.checkpoint_stall_s = 1e-3;
  CHECK(goodput(system, 16384, 405e9, r).goodput == Approx(1).epsilon(1e-4));
}

TEST_CASE("Llama 3: failures and effective time as published") {
  // 419 unexpected interruptions in 54 days on 16,384 H100; effective training time above 90 %.
  const Goodput g = goodput(find_system("H100"), 16384, 405e9);
  CHECK(g.failures_per_day * 54 == Approx(419).epsilon(0.01));
  CHECK(g.ettr > 0.90);
  CHECK(g.ettr < 0.98);
}

TEST_CASE("too few spares make the job wait") {
  Resilience none, some;
  none.spare_share = 0;
  some.spare_share = 0.02;
  const Goodput a = goodput(find_system("H100"), 16384, 405e9, none),
                b = goodput(find_system("H100"), 16384, 405e9, some);
  CHECK(a.spare_wait > 0.5);
  CHECK(b.spare_wait < 1e-6);
  CHECK(b.goodput > a.goodput);
}

namespace {
struct Llama {
  ModelShape shape = find_shape("Llama-3.1-405B");
  Machine machine = find_machine("H100");
  Strategy strategy;
  Step step;
  Llama() {
    strategy.tp = 8, strategy.pp = 16, strategy.vp = 8, strategy.dp = 128, strategy.global_batch = 2048;
    strategy.zero = 1, strategy.sequence_parallel = true;
    step = evaluate(shape, strategy, machine);
  }
};
}  // namespace

TEST_CASE("Llama 3.1 405B: H100 hours as its model card states") {
  const Llama l;
  RunOptions options;
  options.tokens = 15.6e12;
  const Goodput g = goodput(l.machine.system, 16384, 405e9);
  const RunCost cost =
      run_cost(l.shape, l.strategy, l.machine.system, l.step, step_power(l.step, l.machine.system), g, options);
  CHECK(cost.chip_hours == Approx(30.84e6).epsilon(0.10));
  CHECK(cost.usd == Approx(cost.chip_hours * l.machine.system.usd_per_chip_hour));
  CHECK(cost.facility_mwh == Approx(1.2 * cost.it_mwh));
  CHECK(cost.tokens_per_usd * cost.usd == Approx(15.6e12));
}

TEST_CASE("a power cap slows the clock, not beyond the floor, and never speeds a step") {
  const Llama l;
  const StepPower full = step_power(l.step, l.machine.system);
  CHECK(full.clock == 1);
  CHECK(full.step_s == Approx(l.step.seconds));
  CHECK(full.chip_w < l.machine.system.tdp_w);
  double before = full.step_s;
  for (const double cap : {600.0, 500.0, 400.0, 300.0}) {
    const StepPower capped = step_power(l.step, l.machine.system, cap);
    CHECK(capped.chip_w <= cap);
    CHECK(capped.step_s >= before);
    before = capped.step_s;
  }
  CHECK_THROWS_WITH(step_power(l.step, l.machine.system, 50.0), Catch::Matchers::ContainsSubstring("cannot be held"));
}

TEST_CASE("the largest run ends in time, and more days train more") {
  const Machine machine = find_machine("H100");
  LargestRunOptions o;
  o.chips = 4096;
  o.from = *parse_date("2026-01-01");
  double before = 0;
  for (const char* by : {"2026-02-01", "2026-07-01"}) {
    o.by = *parse_date(by);
    const LargestRun run = largest_run(machine, o);
    CHECK(run.days <= static_cast<double>((o.by - o.from).count()));
    CHECK(run.parameters > before);
    CHECK(run.tokens == Approx(20 * run.active_parameters));
    CHECK(strategy_faults(run.shape, run.strategy).empty());
    before = run.parameters;
  }
  o.by = o.from;
  CHECK_THROWS_AS(largest_run(machine, o), InputError);
}

TEST_CASE("racks of 72: the largest run divides over them") {
  LargestRunOptions o;
  o.chips = 9216;
  o.from = *parse_date("2026-01-01"), o.by = *parse_date("2026-04-01");
  o.mixture_of_experts = true;
  CHECK(largest_run(find_machine("GB200"), o).parameters > 1e11);
  CHECK(largest_run(find_machine("GB200"), o).chips == 9216);
  o.chips = 10007;  // a prime: the rest stays idle
  CHECK(largest_run(find_machine("GB200"), o).chips == 9216);
}

TEST_CASE("several sites: one site is free, more bandwidth never hurts, fewer exchanges cost less") {
  const Wan wan{800, 40, 0, 64, 0.9};
  CHECK(multi_site(10, 405e9, 1, wan, 1, 2, 0).efficiency == 1);
  const double two = multi_site(10, 405e9, 2, wan, 1, 2, 0).efficiency;
  CHECK(two < 1);
  Wan wide = wan;
  wide.gbit_s *= 10;
  CHECK(multi_site(10, 405e9, 2, wide, 1, 2, 0).efficiency > two);
  CHECK(multi_site(10, 405e9, 2, wan, 100, 2, 0).efficiency > 0.98);
  CHECK(multi_site(10, 405e9, 2, wan, 1, 2, 1).efficiency >= two);
  Wan lossy = wan;
  lossy.loss = 1e-3;
  CHECK(multi_site(10, 405e9, 2, lossy, 1, 2, 0).efficiency < two);
  // 2 sites exchange every gradient byte once over the link.
  CHECK(multi_site(10, 405e9, 2, {800, 0, 0, 64, 1}, 1, 2, 0).exchange_s == Approx(405e9 * 2 / 100e9));
}

TEST_CASE("inference: batches raise throughput and latency; memory says what fits") {
  const ModelShape shape = find_shape("Llama-3.1-70B");
  const Machine machine = find_machine("H100");
  Serving s;
  s.tp = 4, s.weights = Precision::fp8;
  InferenceResult before{};
  for (const double batch : {1.0, 8.0, 64.0, 256.0}) {
    s.batch = batch;
    const InferenceResult r = infer(shape, machine, s);
    CHECK(r.output_tokens_per_s > before.output_tokens_per_s);
    CHECK(r.decode_s > before.decode_s);
    if (before.decode_s > 0) CHECK(r.usd_per_million_output < before.usd_per_million_output);
    before = r;
  }
  CHECK(infer(shape, machine, s).kv_bytes_per_token == 80 * 2 * 8 * 128 * 2);
  const double most = largest_batch(shape, machine, s);
  s.batch = most;
  CHECK(infer(shape, machine, s).fits);
  s.batch = most + 1;
  CHECK_FALSE(infer(shape, machine, s).fits);
  s.tp = 1, s.batch = 1, s.weights = Precision::bf16;
  CHECK(infer(shape, machine, s).missing_bytes > 50e9);
  CHECK(largest_batch(shape, machine, s) == 0);
  // One token of one sequence cannot take less than reading the weights once.
  s.tp = 8;
  CHECK(infer(shape, machine, s).decode_s > 69.5e9 * 2 / 8 / (machine.system.hbm_tb_s * 1e12));
}
