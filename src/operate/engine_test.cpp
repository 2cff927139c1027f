#include <catch2/catch_all.hpp>

#include "base/random.h"
#include "operate/helpers_test.h"
#include "operate/output.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;
using Catch::Approx;

namespace {

/// A fleet with everything that can happen on it, and jobs of every kind, from a seed.
struct Chaos {
  Fleet fleet;
  Workload w;
  Scenario scenario;

  explicit Chaos(std::uint64_t seed, const std::string& policy, Time span = 10 * 86400) {
    Random random(seed, 0);
    fleet.types = {{.name = "a", .gpus = 4}, {.name = "b", .gpus = 8}};
    fleet.sites = {{.name = "east", .grid_mw = 0.5, .onsite_mw = 0.02, .battery_mw = 0.05, .battery_mwh = 0.1, .ramp_mw_per_min = 0.02, .repair_crews = 2}, {.name = "west"}};
    fleet.feeds = {{"e1", 0, 0.3}, {"e2", 0}, {"w1", 1}};
    fleet.halls = {{"e1a", 0, 0.2}, {"e1b", 0}, {"e2a", 1}, {"w1a", 2, 0.3}};
    fleet.partitions = {{"main"}, {"side"}};
    add_pool(fleet, {.name = "ea", .partition = 0, .site = 0, .type = 0, .nodes = 40, .nodes_per_rack = 4, .racks_per_pod = 3, .spare_nodes = 1}, 0);
    add_block(fleet, 1, 20, span / 3);
    add_block(fleet, 2, 8, 0, span / 2);
    add_pool(fleet, {.name = "wb", .partition = 0, .site = 1, .type = 1, .nodes = 20, .nodes_per_rack = 2, .racks_per_pod = 5}, 3);
    add_pool(fleet, {.name = "side", .partition = 1, .site = 1, .type = 1, .nodes = 4}, 3);
    w.tenants = {{.name = "x"}, {"y", 60, 1}};
    for (int i = 0; i < 300; ++i) {
      Job j = job(static_cast<Time>(random.below(static_cast<std::uint64_t>(span))), 30 + static_cast<std::int64_t>(random.exponential(12'000)), 1);
      const bool side = random.below(5) == 0;
      j.partition = side;
      j.gpus = static_cast<Id>(1 + random.below(random.below(3) == 0 ? 6 : side ? 32 : 90));
      if (random.below(3) == 0) j.gpus = (j.gpus + 7) / 8 * 8;
      j.min_gpus = j.max_gpus = j.gpus;
      j.tenant = static_cast<Id>(random.below(2));
      j.priority = static_cast<std::int16_t>(random.below(4));
      j.estimate_s = static_cast<std::int64_t>(static_cast<double>(j.run_s) * (0.7 + 2 * random.uniform()));
      j.preemptible = random.below(4) != 0;
      j.checkpoints = random.below(5) != 0;
      j.scope = static_cast<Scope>(j.gpus <= 8 ? random.below(3) : 0);
      if (j.gpus % 8 == 0 && random.below(2) == 0) j.elastic = true, j.min_gpus = std::min<Id>(j.gpus, 8), j.max_gpus = j.gpus * 2;
      j.moldable = random.below(4) == 0;
      if (j.moldable) j.min_gpus = std::max<Id>(1, j.gpus / 4);
      if (random.below(3) == 0) j.deadline = j.submit + 3 * j.run_s;
      w.jobs.push_back(j);
    }
    std::ranges::stable_sort(w.jobs, {}, &Job::submit);
    scenario.policy = policy;
    scenario.seed = seed;
    scenario.kill_at_estimate = seed % 2 == 0;
    scenario.horizon = span + 5 * 86400;
    scenario.failures = {{"gpu", Extent::gpu, 1 / 2000.0, 60, 5, 0, ""}, {"software", Extent::node, 1 / 500.0, 30, 0, 0, ""},
                         {"rack", Extent::rack, 1 / 2000.0, 60, 3, 0, ""}, {"feed", Extent::feed, 1 / 200.0, 60, 1, 0, ""},
                         {"site", Extent::site, 1 / 400.0, 60, 1, 0, ""}, {"silent", Extent::gpu, 1 / 5000.0, 60, 4, 3, ""}, {"switch", Extent::leaf_switch, 1 / 900.0, 60, 2, 0, "", 0.7},
                         {"pod", Extent::pod, 1 / 900.0, 60, 2, 0, ""}};
    scenario.bad_nodes = {0.1, 4};
    scenario.measure_from = seed % 5 == 0 ? span / 5 : 0;
    scenario.outages = {{.extent = Extent::pod, .pool = 0, .unit = 1, .at = span / 3, .until = span / 3 + 9000, .drain_s = 7200, .planned = true, .name = "m"},
                        {.extent = Extent::site, .pool = none, .unit = 1, .at = span / 2, .until = span / 2 + 4000, .name = "l"}};
    scenario.checkpointing = {.rule = static_cast<CheckpointRule>(seed % 4), .interval_s = 1800, .write_s = 40, .restart_s = 90, .resize_s = 20};
    scenario.power.on = true;
    scenario.power.yield = static_cast<Yield>(seed / 4 % 4);
    scenario.power.admit_throttled = seed % 3 == 0;
    scenario.targets = {{.start = span / 4, .end = span / 4 + 20'000, .limit_mw = 0.12, .feeds = {}, .site = 0},
                        {.start = span / 2, .end = span / 2 + 9'999, .limit_mw = 0.05, .feeds = {2}},
                        {.start = span / 3, .end = span / 3 + 7'777, .limit_mw = 0.08, .feeds = {}, .site = 1, .best_effort = true}};
    scenario.cloud = {.committed_gpus = 16, .burst_gpus = 32, .burst_usd_per_gpu_hour = 3, .delay_usd_per_gpu_hour = 1};
    scenario.placement = static_cast<Placement>(seed % 4);
    scenario.record_events = scenario.record_intervals = true;
  }
};

}  // namespace

TEST_CASE("The accounts add up exactly, whatever happens, under every policy") {
  for (const std::string& policy : policy_names())
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
      const Chaos c(seed, policy);
      CAPTURE(policy, seed);
      const Run run(c.fleet, c.w, c.scenario);
      REQUIRE(run.result.identity_gap_slot_ms == 0);
      // What is paid is what is installed, by the table of blocks.
      std::int64_t installed = 0;
      for (const Block& b : c.fleet.blocks)
        installed += std::int64_t{b.nodes} * c.fleet.slots_per_node(b.pool) *
                     std::max<Time>(0, std::min(b.removed, *c.scenario.horizon) - std::max(b.installed, c.scenario.measure_from));
      REQUIRE(run.engine.paid_slot_ms() == installed * 1000);
      for (const std::int64_t part : run.result.ledger.spent) REQUIRE(part >= 0);
      CHECK(run.result.energy.over_s == 0);
      // Kept work is what jobs have to show for it.
      std::int64_t kept = run.result.counters.cloud_productive_slot_ms;
      for (Id j = 0; j < c.w.jobs.size(); ++j) kept += run.engine.kept_slot_ms(j);
      REQUIRE(kept == run.result.ledger[Use::productive]);
      REQUIRE(run.result.counters.failures > 0);
    }
}

TEST_CASE("The same seed gives the same bytes; an interrupted run resumes to them") {
  const Chaos c(7, "priority-preempt");
  Engine whole(c.fleet, c.w, c.scenario);
  whole.run();
  for (const std::uint64_t stop : {1u, 2u, 3u}) {
    Engine first(c.fleet, c.w, c.scenario);
    std::uint64_t asked = 0;
    first.run([&](const Engine&) { return ++asked < stop; });
    REQUIRE_FALSE(first.done());
    const std::string saved = first.save();
    Engine second(c.fleet, c.w, c.scenario);
    second.load(saved);
    second.run();
    const auto outputs = [&](const Engine& engine) {
      const Result r = summarise(engine, c.fleet, c.w, c.scenario);
      return result_json(r, c.fleet, c.scenario, {}) + events_csv(engine, c.fleet, c.w, c.scenario) + intervals_csv(engine, c.fleet) +
             jobs_csv(engine, c.fleet, c.w) + power_csv(engine, c.fleet) + report_html(r, engine, c.fleet, c.scenario, {});
    };
    CHECK(sha256(outputs(second)) == sha256(outputs(whole)));
  }
  Engine damaged(c.fleet, c.w, c.scenario);
  CHECK_THROWS(damaged.load(whole.save().substr(0, 1000)));
}

TEST_CASE("EASY: no job delays the head's reservation") {
  std::size_t promises = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed, 5);
    const Fleet fleet = uniform_fleet(12, seed % 3 == 0 ? 1 : 8);
    const Id most = 12 * (seed % 3 == 0 ? 1 : 8);
    std::vector<Job> jobs;
    for (int i = 0; i < 400; ++i) {
      Job j = job(static_cast<Time>(random.below(40'000)), 1 + static_cast<std::int64_t>(random.below(2000)), static_cast<Id>(1 + random.below(random.below(3) == 0 ? most : most / 6)));
      j.estimate_s = j.run_s + static_cast<std::int64_t>(random.below(3000));  // estimates are never too short
      jobs.push_back(j);
    }
    std::ranges::stable_sort(jobs, {}, &Job::submit);
    const Workload w = workload(jobs);
    const Run run(fleet, w, with_policy("easy"));
    for (std::size_t j = 0; j < jobs.size(); ++j)
      if (const Time promise = run.engine.promises()[j]; promise != never) {
        ++promises;
        REQUIRE(run.start(j) <= promise);
      }
  }
  CHECK(promises > 1000);
}

TEST_CASE("Ties: ends, then submissions, then one look at the queue in its order") {
  const Fleet fleet = uniform_fleet(1, 4);
  // Job 1 ends at 100, when jobs 2 and 3 arrive: 2 takes what 1 gave back.
  const Workload w = workload({job(0, 100, 4), job(100, 10, 4), job(100, 10, 4)});
  const Run run(fleet, w, with_policy("fcfs"));
  CHECK(run.start(1) == 100);
  CHECK(run.start(2) == 110);
  // SJF breaks equal run times by submission, then by the order of the trace.
  const Workload same = workload({job(0, 5, 4), job(1, 50, 4), job(2, 50, 4), job(2, 50, 4), job(3, 20, 4)});
  const Run sjf(fleet, same, with_policy("sjf"));
  CHECK(sjf.start(4) == 5);
  CHECK(sjf.start(1) == 25);
  CHECK(sjf.start(2) == 75);
  CHECK(sjf.start(3) == 125);
}

TEST_CASE("Policies do what they are named for") {
  const Fleet fleet = uniform_fleet(1, 4);
  SECTION("SRTF preempts for less remaining work, and nothing is lost") {
    const Run run(fleet, workload({job(0, 100, 4), job(10, 20, 4)}), with_policy("srtf"));
    CHECK(run.start(1) == 10);
    CHECK(run.end(0) == 120);
    CHECK(run.result.ledger[Use::lost] == 0);
    CHECK(run.result.counters.preemptions == 1);
  }
  SECTION("priority goes before submission; without preemption what runs goes on") {
    auto w = workload({job(0, 100, 4), job(1, 10, 4), job(2, 10, 4)});
    w.jobs[2].priority = 5;
    const Run waits(fleet, w, with_policy("priority"));
    CHECK(waits.start(2) == 100);
    CHECK(waits.start(1) == 110);
    const Run preempts(fleet, w, with_policy("priority-preempt"));
    CHECK(preempts.start(2) == 2);
    w.jobs[0].preemptible = false;
    CHECK(Run(fleet, w, with_policy("priority-preempt")).start(2) == 100);
  }
  SECTION("a preempted job that cannot save its state starts anew") {
    auto w = workload({job(0, 100, 4), job(10, 20, 4)});
    w.jobs[0].checkpoints = false;
    w.jobs[1].priority = 1;
    const Run run(fleet, w, with_policy("priority-preempt"));
    CHECK(run.end(0) == 130);
    CHECK(run.result.ledger[Use::lost] == 4LL * 10 * 1000);
  }
  SECTION("earliest deadline first, and lateness is counted") {
    auto w = workload({job(0, 100, 4), job(1, 50, 4), job(2, 50, 4)});
    w.jobs[1].deadline = 1000;
    w.jobs[2].deadline = 140;
    const Run run(fleet, w, with_policy("edf"));
    CHECK(run.start(2) == 100);
    CHECK(run.start(1) == 150);
    CHECK(run.result.counters.late == 1);
    CHECK(run.result.counters.with_deadline == 2);
  }
  SECTION("EASY backfills what does not delay the head; FCFS does not") {
    const auto w = workload({job(0, 100, 3, 100), job(1, 10, 4, 10), job(2, 50, 1, 50), job(3, 200, 1, 200)});
    const Run easy(fleet, w, with_policy("easy"));
    CHECK(easy.start(2) == 2);
    CHECK(easy.start(1) == 100);
    CHECK(easy.start(3) == 110);
    CHECK(Run(fleet, w, with_policy("fcfs")).start(2) == 110);
  }
  SECTION("conservative backfill delays no reservation at all") {
    // A takes 3 of 4 until 100. B needs 4: reserved at 100. C needs 2 for 20: reserved at 110. D would fit now beside A, but
    // runs into B's time; EASY and conservative refuse it. E ends before and is let in by both.
    const auto w = workload({job(0, 100, 3, 100), job(1, 10, 4, 10), job(2, 20, 2, 20), job(3, 110, 1, 110), job(4, 90, 1, 90)});
    const Run run(fleet, w, with_policy("conservative"));
    CHECK(run.start(1) == 100);
    CHECK(run.start(2) == 110);
    CHECK(run.start(3) == 110);
    CHECK(run.start(4) == 4);
  }
  SECTION("a job over its tenant's quota waits and holds up nobody") {
    auto w = workload({job(0, 100, 2), job(1, 100, 2), job(2, 10, 2)}, {{"a", 2, 0}, {.name = "b"}});
    w.jobs[2].tenant = 1;
    const Run run(fleet, w, with_policy("fcfs"));
    CHECK(run.start(1) == 100);
    CHECK(run.start(2) == 2);
  }
  CHECK_THROWS_AS(make_policy("fsfc"), InputError);
}

TEST_CASE("Moldable jobs start narrower, elastic ones give way and grow") {
  const Fleet fleet = uniform_fleet(4, 8);
  Scenario s;
  auto w = workload({job(0, 1000, 16), job(0, 1000, 32)});
  w.jobs[1].min_gpus = 8;
  w.jobs[1].moldable = true;
  const Run molded(fleet, w, s);
  CHECK(molded.start(1) == 0);
  CHECK(molded.end(1) >= 2000);  // on 16 GPUs, half the width
  CHECK(molded.end(1) <= 2002);

  w = workload({job(0, 1000, 32), job(100, 100, 16)});
  w.jobs[0].elastic = true;
  w.jobs[0].min_gpus = 8;
  const Run elastic(fleet, w, s);
  CHECK(elastic.start(1) == 100);
  CHECK(elastic.result.counters.resizes == 2);  // narrower at 100, wide again at 200
  CHECK(elastic.end(0) >= 1050);
  CHECK(elastic.end(0) <= 1052);
}

TEST_CASE("A job alone is not changed by what is switched on but does not happen") {
  const Fleet fleet = uniform_fleet(4, 8);
  const auto w = workload({job(0, 12'345, 20), job(5, 999, 3), job(7, 10, 32)});
  const Run plain(fleet, w, with_policy("fcfs"));
  Scenario s = with_policy("fcfs");
  s.power.on = true;
  s.failures = {{"never", Extent::gpu, 1e-30, 0, 1, 0, ""}};
  s.record_events = s.record_intervals = true;
  const Run full(fleet, w, s);
  for (std::size_t j = 0; j < 3; ++j) CHECK(plain.end(j) == full.end(j));
  for (std::size_t u = 0; u < uses; ++u) CHECK(plain.result.ledger.spent[u] == full.result.ledger.spent[u]);
}

TEST_CASE("Failures: what is lost, replaced, repaired and waited for") {
  const Fleet fleet = uniform_fleet(2, 8);
  Scenario s;
  s.checkpointing = {.rule = CheckpointRule::fixed, .interval_s = 100, .write_s = 10, .restart_s = 50};
  SECTION("checkpoints alone: 10 s after each 100 s of work, none at the end") {
    const Run run(fleet, workload({job(0, 1000, 8)}), s);
    CHECK(run.end(0) == 1000 + 9 * 10);
    CHECK(run.result.ledger[Use::checkpoint] == 8LL * 90 * 1000);
  }
  SECTION("hardware faults take nodes away until they are repaired, and spares take their place") {
    s.failures = {{"gpu", Extent::gpu, 1 / 200.0, 20, 10, 0, ""}};
    s.seed = 3;
    const Run run(fleet, workload({job(0, 400'000, 8)}), s);
    const Counters& c = run.result.counters;
    CHECK(c.node_failures > 5);
    CHECK(c.substitutions > 0);
    CHECK(c.substitutions + c.requeues >= c.job_failures);
    CHECK(run.result.ledger[Use::down] > 0);
    CHECK(run.result.ledger[Use::lost] > 0);
    CHECK(run.result.ledger[Use::productive] == 8LL * 400'000 * 1000);
  }
  SECTION("silent corruption costs what was done since, saved or not") {
    s.failures = {{"silent", Extent::gpu, 1 / 2000.0, 20, 0, 5, ""}};
    const Run run(fleet, workload({job(0, 40'000'000, 16)}), s);
    CHECK(run.result.counters.silent > 0);
    const double mean_lost_h = run.result.gpu_hours(Use::lost) / 16 / static_cast<double>(run.result.counters.silent - run.result.counters.silent_missed);
    CHECK(mean_lost_h == Approx(5).epsilon(0.25));
  }
  SECTION("too few crews leave nodes down longer") {
    const Fleet many = uniform_fleet(20, 8);
    Fleet crewed = many;
    crewed.sites[0].repair_crews = 1;
    s.failures = {{"gpu", Extent::gpu, 1 / 2000.0, 20, 20, 0, ""}};
    s.horizon = 10'000'000;
    const auto w = workload({job(0, 50'000'000, 8)});
    CHECK(Run(crewed, w, s).result.ledger[Use::down] > 2 * Run(many, w, s).result.ledger[Use::down]);
  }
}

TEST_CASE("The cloud is used at break-even") {
  const Fleet fleet = uniform_fleet(1, 8);
  Scenario s;
  s.cloud = {.burst_gpus = 8, .burst_usd_per_gpu_hour = 4, .move_usd_per_gb = 0, .move_gb_per_s = 0, .restart_s = 600, .delay_usd_per_gpu_hour = 2};
  // The second job's hour would cost 4 USD a GPU in the cloud; waiting costs 2 an hour: it leaves after two hours.
  const Run run(fleet, workload({job(0, 50'000, 8), job(0, 3600, 8)}), s);
  CHECK(run.start(1) == 7200);
  CHECK(run.end(1) == 7200 + 600 + 3600);
  CHECK(run.result.counters.cloud_jobs == 1);
  CHECK(run.result.cloud_usd == Approx(8 * 4 * 4200 / 3600.0));
  s.cloud.delay_usd_per_gpu_hour = 0.1;  // too cheap a wait: it stays
  CHECK(Run(fleet, workload({job(0, 50'000, 8), job(0, 3600, 8)}), s).start(1) == 50'000);
}

TEST_CASE("Racks come when they are energised and leave when they are old") {
  Fleet fleet = uniform_fleet(2, 8);
  fleet.blocks[0].installed = 1000;
  fleet.blocks[0].removed = 5000;
  Scenario s;
  s.horizon = 6000;
  const Run run(fleet, workload({job(0, 1500, 16), job(10, 9000, 8)}), s);
  CHECK(run.start(0) == 1000);
  CHECK(run.start(1) == 2500);
  CHECK(run.end(1) == -1);
  CHECK(run.result.unfinished == 1);
  CHECK(run.engine.paid_slot_ms() == 16LL * 4000 * 1000);
}
