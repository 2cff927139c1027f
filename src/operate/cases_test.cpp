// Cases worked out by hand, from cases/operate/limits, rules, formats and large.
#include <catch2/catch_all.hpp>

#include <filesystem>

#include "base/random.h"
#include "operate/helpers_test.h"
#include "operate/output.h"
#include "operate/pack.h"
#include "operate/request.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string limits = "cases/operate/limits/", rules = "cases/operate/rules/", formats = "cases/operate/formats/", large = "cases/operate/large/";

/// A request as the command line makes it, run to its end.
struct Ran {
  Operation op;
  Engine engine;
  Result result;
  explicit Ran(const Request& request)
      : op(prepare(request)), engine(op.run.fleet, op.run.workload, op.run.scenario),
        result((engine.run(), summarise(engine, op.run.fleet, op.run.workload, op.run.scenario))) {}
  Time end(std::size_t job) const { return engine.jobs()[job].end; }
  Time start(std::size_t job) const { return engine.jobs()[job].first_start; }
};

Request two_hours(const std::string& signals, const std::string& targets) {
  Request r;
  r.cluster = limits + "one_node.toml";
  r.trace = limits + "two_hour_job.swf";
  if (!signals.empty()) r.signals = limits + signals;
  if (!targets.empty()) r.targets = limits + targets;
  return r;
}

}  // namespace

TEST_CASE("Zero is a limit: the job stops for the hour") {
  for (const char* signals : {"blackout_signal.csv", "near_blackout_signal.csv"}) {
    const Ran ran(two_hours(signals, ""));
    CHECK(ran.end(0) == 10'800);
    CHECK(ran.result.energy.it_mwh == Approx(1.32).epsilon(1e-9));
  }
  const Ran target(two_hours("", "site_zero_target.json"));
  CHECK(target.end(0) == 10'800);
  CHECK(target.result.counters.breaches == 1);  // what rests draws more than 0
  CHECK(target.result.energy.over_s == 3600);
}

TEST_CASE("Best effort slows jobs to the floor and stops none, on a feed as on a site") {
  for (const char* targets : {"feed_besteffort.json", "site_besteffort.json"}) {
    const Ran ran(two_hours("", targets));
    CHECK(ran.end(0) == 10'440);
    CHECK(ran.result.counters.stops == 0);
    CHECK(ran.result.counters.breaches == 0);
  }
}

TEST_CASE("The end of a target wakes the queue, on a feed as on a site") {
  for (const char* targets : {"feed_target_from_zero.json", "site_target_from_zero.json"}) {
    const Ran ran(two_hours("", targets));
    CHECK(ran.start(0) == 7200);
    CHECK(ran.end(0) == 14'400);
  }
}

TEST_CASE("Signals stand on the calendar's hours") {
  Request r = two_hours("aligned_signal.csv", "");
  r.trace = limits + "half_hour_start.swf";
  const Ran ran(r);
  // 0.18 of 0.48 MW above rest for an hour from 1,800 s on: 0.625 of the hour is lost, on a clock of whole thousandths.
  CHECK(ran.end(0) == 10'800 + 2250);
  CHECK(ran.result.energy.limited_s == 3600);
  CHECK(ran.result.energy.over_s == 0);
}

TEST_CASE("Racks that arrive are held against the limit in that second") {
  Request r;
  r.cluster = limits + "two_pools.toml";
  r.trace = limits + "two_hour_job.swf";
  const Ran ran(r);
  CHECK(ran.result.energy.peak_it_mw == Approx(0.6).epsilon(1e-12));
  CHECK(ran.result.energy.over_s == 0);
  CHECK(ran.result.counters.breaches == 0);
  CHECK(ran.end(0) > 7200);
}

TEST_CASE("No run without an end") {
  const Ran ran(two_hours("", "never_ending_cap.json"));
  CHECK(ran.result.end == End::stuck);
  CHECK(ran.result.unfinished == 1);
  CHECK(ran.engine.clock() < 86'400);
  Request failing = two_hours("", "never_ending_cap.json");
  failing.failures = {"llama3"};
  CHECK(Ran(failing).result.end == End::stuck);
}

TEST_CASE("Jobs that can never start are said at once and counted in every output") {
  Request r;
  r.trace = rules + "full_width.swf";
  r.nodes = 10;
  r.gpus_per_node = 8;
  r.spares = 1;
  for (const bool power : {false, true}) {
    r.power = power;
    const Ran ran(r);
    CHECK(ran.op.parts_left_out);
    REQUIRE(!ran.op.notes.empty());
    CHECK_THAT(ran.op.notes.back(), ContainsSubstring("1 job can never start") && ContainsSubstring("80 GPUs"));
    CHECK(ran.result.never_start == 1);
    CHECK(ran.result.counters.never[static_cast<std::size_t>(Never::width)] == 1);
    CHECK(ran.result.finished == 1);
    CHECK_THAT(result_text(ran.result, ran.op.run.fleet, ran.op.run.scenario, {}), ContainsSubstring("can never start"));
    CHECK_THAT(result_json(ran.result, ran.op.run.fleet, ran.op.run.scenario, {}), ContainsSubstring("\"never_start\": 1"));
    CHECK_THAT(jobs_csv(ran.engine, ran.op.run.fleet, ran.op.run.workload), ContainsSubstring("can never start"));
  }
  r.reject_bad = true;
  CHECK_THROWS_AS(prepare(r), InputError);
}

TEST_CASE("Quota, scope and cap are seen too") {
  Fleet fleet = small_fleet({}, {.name = "n", .gpus = 8, .gpu_idle_w = 0, .gpu_peak_w = 1000, .host_idle_w = 0, .host_peak_w = 0});
  fleet.partitions = {{"all"}};
  add_pool(fleet, {.name = "p", .nodes = 16, .nodes_per_rack = 2, .racks_per_pod = 2}, 0);
  fleet.sites[0].grid_mw = 0.07;
  fleet.sites[0].cooling = {.pue_cold = 1, .pue_hot = 1};
  auto w = workload({job(0, 10, 16), job(0, 10, 24), job(0, 10, 24), job(0, 10, 80), job(0, 10, 136), job(0, 10, 8)}, {{.name = "a"}, {"b", 4, 0}});
  w.jobs[1].scope = Scope::rack;
  w.jobs[2].scope = Scope::pod;
  w.jobs[5].tenant = 1;
  Scenario s;
  s.power.on = true;
  const auto never = never_starting(fleet, w, s);
  CHECK(never == std::vector<Never>{Never::no, Never::scope, Never::no, Never::cap, Never::width, Never::quota});
  const Run run(fleet, w, s);
  CHECK(run.result.never_start == 4);
  CHECK(run.result.finished == 2);
  CHECK(run.result.end == End::all_done);
}

TEST_CASE("EASY counts all that end in the reservation's second", "[!mayfail]") {
  Request r;
  r.trace = rules + "easy_ties.swf";
  r.nodes = 4;
  r.gpus_per_node = 1;
  r.policy = "easy";
  const Ran ran(r);
  CHECK(ran.start(4) == 2);
  CHECK(ran.start(3) == 100);
  r.trace = rules + "flux572.swf";
  r.policy = "fcfs";
  CHECK(Ran(r).result.makespan_s == 140);
}

TEST_CASE("Nobody is preempted but for a start in that second") {
  Request r;
  r.cluster = rules + "power_preempt.toml";
  r.record = true;
  const Ran ran(r);
  const auto& events = ran.engine.tables().events;
  std::size_t preempted = 0;
  for (const EventRow& e : events) {
    if (e.what != What::preempted) continue;
    ++preempted;
    const bool starts = std::ranges::any_of(events, [&](const EventRow& other) {
      return other.what == What::started && other.time == e.time && ran.op.run.workload.jobs[other.subject].priority > ran.op.run.workload.jobs[e.subject].priority;
    });
    REQUIRE(starts);
  }
  CHECK(preempted > 0);
  CHECK(ran.result.energy.over_s == 0);
}

TEST_CASE("Traces as they come are read") {
  const auto read = [&](const char* file, std::size_t jobs) {
    Request r;
    r.trace = formats + file;
    r.nodes = 10;
    CAPTURE(file);
    const Operation op = prepare(r);
    CHECK(op.run.workload.jobs.size() == jobs);
    return op;
  };
  for (const char* file : {"comma_header.swf", "comma_note_later.swf", "bom.swf", "tabs.swf"}) CHECK_FALSE(read(file, 1).parts_left_out);
  CHECK(read("unknown_runtime.swf", 1).parts_left_out);
  const Operation acme = read("acme_seren.csv", 1);
  CHECK(acme.facts.trace.count(Left::no_gpu) == 1);
  CHECK(acme.run.workload.jobs[0].run_s == 117);
  CHECK(acme.run.workload.unix_start == 1677601102);  // 2023-02-28 16:18:22 UTC
  CHECK_FALSE(acme.parts_left_out);
  CHECK(read("helios.csv", 1).facts.trace.count(Left::never_ran) == 1);
  const Operation slurm = read("sacct.txt", 1);
  CHECK(slurm.run.workload.jobs[0].run_s == 3600);
  CHECK(slurm.run.workload.jobs[0].estimate_s == 7200);
  CHECK(slurm.run.workload.jobs[0].gpus == 8);
  for (const char* file : {"philly.json", "philly_oneline.json"}) {
    const Operation philly = read(file, 1);
    CHECK(philly.run.workload.jobs[0].run_s == 74);
    CHECK(philly.run.workload.jobs[0].gpus == 2);
  }
  for (const char* file : {"empty.swf", "only_comments.swf"}) {
    Request r;
    r.trace = formats + file;
    r.nodes = 10;
    CHECK_THROWS_AS(prepare(r), InputError);
  }
  Request sized;
  sized.trace = formats + "crlf.swf";
  const Operation header = prepare(sized);
  CHECK(header.run.fleet.node_count() == 10);
  CHECK(header.run.fleet.gpus() == 80);
  TraceReport report;
  CHECK_THROWS_WITH(read_trace("t.csv", "a,b\n1,2\n", uniform_fleet(1, 8), {}, report), ContainsSubstring("swf") && ContainsSubstring("sacct") && ContainsSubstring("acme"));
}

TEST_CASE("Numbers too large for the accounts are refused; gaps of centuries cost no row an hour") {
  Request r;
  r.trace = large + "overflow.swf";
  r.nodes = 1'000'000;
  r.gpus_per_node = 1;
  CHECK_THROWS_AS(Ran(r), InputError);
  Request gap;
  gap.trace = large + "huge_gap.swf";
  gap.nodes = 10;
  gap.record = true;
  for (const bool power : {false, true}) {
    gap.power = power;
    const Ran ran(gap);
    CHECK(ran.result.finished == 2);
    CHECK(ran.engine.tables().intervals.size() < 10);
    if (power) CHECK(ran.result.energy.it_mwh > 0);
  }
}

TEST_CASE("Settings that cannot be are refused by name") {
  const auto refused = [](auto&& set) {
    Request r;
    r.trace = rules + "flux572.swf";
    r.nodes = 4;
    set(r);
    CHECK_THROWS_AS(prepare(r), InputError);
  };
  refused([](Request& r) { r.load = -1; });
  refused([](Request& r) { r.load = 0; });
  refused([](Request& r) { r.days = -3; });
  refused([](Request& r) { r.days = 0; });
  refused([](Request& r) { r.jobs = -5; });
  refused([](Request& r) { r.nodes = 0; });
  refused([](Request& r) { r.checkpoint = "0"; });
  refused([](Request& r) { r.restart_s = -1; });
  refused([](Request& r) { r.gpus_per_node = 0; });
  CHECK_THROWS_AS(read_setup("c.toml", "[[pool]]\nnodes = 1\ninstalled_h = 1e16\n"), InputError);
  CHECK_THROWS_AS(read_setup("c.toml", "[[pool]]\nnodes = 1e20\n"), InputError);
  CHECK_THROWS_AS(read_setup("c.toml", "[checkpoint]\nrule = \"fixed\"\ninterval_s = 0\n"), InputError);
  CHECK_THROWS_AS(read_setup("c.toml", "[workload]\nload = -0.5\n"), InputError);
  const auto swept = [](const char* text) { run_sweep({.fleet = uniform_fleet(2, 8), .scenario = {}, .mix = {}, .mix_options = {}, .workload = workload({job(0, 10, 8)}), .fixed_workload = true}, {parse_sweep(text)}, 1, 1); };
  CHECK_THROWS_AS(swept("checkpoint-interval=0"), InputError);
  CHECK_THROWS_AS(swept("load=-1"), InputError);
}

TEST_CASE("Llama 3's run is better with the 16 spares that its pool has room for") {
  Request r;
  r.cluster = "cases/operate/llama3/cluster.toml";
  double with = 0, without = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    r.seed = seed;
    r.spares = 16;
    with += Ran(r).result.gpu_hours(Use::productive);
    r.spares = 0;
    without += Ran(r).result.gpu_hours(Use::productive);
  }
  CHECK(with >= without);
}

TEST_CASE("Capped runs with failures, repairs, arrivals and targets: no hour over, energy as it must be") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed, 77);
    Fleet fleet;
    fleet.types = {{.name = "a", .gpus = 8, .gpu_idle_w = 100, .gpu_peak_w = 700, .host_idle_w = 400, .host_peak_w = 500}};
    fleet.sites = {{.name = "s", .cooling = {.pue_cold = 1, .pue_hot = 1}}};
    const double rest = 0.0012 * 60, most = rest + 60 * 0.0049;
    fleet.sites[0].grid_mw = rest + (most - rest) * (0.3 + 0.6 * random.uniform());
    fleet.feeds = {{"f1", 0, seed % 2 == 0 ? most / 3 : unlimited}, {"f2", 0}};
    fleet.halls = {{"h1", 0}, {"h2", 1, seed % 3 == 0 ? most / 3 : unlimited}};
    fleet.partitions = {{"p"}};
    add_pool(fleet, {.name = "p", .nodes = 20, .nodes_per_rack = 4, .racks_per_pod = 2, .spare_nodes = static_cast<Id>(seed % 3)}, 0);
    add_block(fleet, 1, 20, 40'000);
    add_block(fleet, 1, 20, 90'000, 200'000);
    std::vector<Job> jobs;
    for (int i = 0; i < 200; ++i) {
      Job j = job(static_cast<Time>(random.below(250'000)), 10 + static_cast<std::int64_t>(random.exponential(9000)), static_cast<Id>(1 + random.below(random.below(3) == 0 ? 150 : 20)));
      j.power_share = static_cast<float>(0.3 + 0.7 * random.uniform());
      j.priority = static_cast<std::int16_t>(random.below(3));
      jobs.push_back(j);
    }
    std::ranges::stable_sort(jobs, {}, &Job::submit);
    Scenario s;
    s.policy = std::vector<std::string>{"fcfs", "easy", "priority-preempt", "conservative"}[seed % 4];
    s.seed = seed;
    s.horizon = 300'000;
    s.failures = {{"n", Extent::node, 1 / 200.0, 60, 6, 0, "", 0.8}, {"r", Extent::rack, 1 / 2000.0, 60, 3, 0, ""}, {"sw", Extent::leaf_switch, 1 / 3000.0, 60, 2, 0, ""}};
    s.bad_nodes = {0.1, 5};
    s.checkpointing = {.rule = CheckpointRule::young_daly, .write_s = 20, .restart_s = 100};
    s.power = {.on = true, .yield = static_cast<Yield>(seed % 4), .floor = 0.3, .exponent = 1 + static_cast<double>(seed % 3)};
    s.power.admit_throttled = seed % 5 == 0;
    s.targets = {{.start = 20'000, .end = 50'000, .limit_mw = rest + 0.02, .feeds = {}, .site = 0}, {.start = 60'000, .end = 61'111, .limit_mw = 0.1, .feeds = {0}},
                 {.start = 120'000, .end = 130'000, .limit_mw = rest + 0.05, .feeds = {}, .best_effort = true}};
    s.outages = {{.extent = Extent::pod, .pool = 0, .unit = 1, .at = 100'000, .until = 110'000, .drain_s = 3600, .planned = true, .name = "m"},
                 {.extent = Extent::hall, .pool = none, .unit = 1, .at = 150'000, .until = 155'000, .planned = false, .name = "l"}};
    s.record_intervals = true;
    CAPTURE(seed);
    const Run run(fleet, workload(jobs), s);
    CHECK(run.result.energy.over_s == 0);
    CHECK(run.result.counters.breaches == 0);
    CHECK(run.result.counters.throttles + run.result.counters.power_waits > 0);
    double mwh = 0;
    for (const IntervalRow& row : run.engine.tables().intervals) {
      mwh += row.it_mwh;
      CHECK(row.peak_it_mw * static_cast<double>(row.end - row.start) / 3600 >= row.it_mwh - 1e-9);
    }
    CHECK(mwh == Approx(run.result.energy.it_mwh).epsilon(1e-9));
    CHECK(run.result.energy.peak_it_mw <= fleet.sites[0].grid_mw + 1e-9);
  }
}

TEST_CASE("Shared accelerators: less fragments where placement sees them") {
  const std::string traces = "../shared/data/traces/";
  if (!std::filesystem::exists(traces)) SKIP("../shared is not here");
  const PackCluster cluster = read_pack("nodes", read_file(traces + "openb_node_list_gpu_node.csv.gz"), "pods", read_file(traces + "openb_pod_list_default.csv.gz"));
  CHECK(cluster.nodes.size() == 1213);
  CHECK(cluster.tasks.size() == 8152);
  const double random = pack(cluster, Packing::random, 1.3, 1).allocated, best = pack(cluster, Packing::best_fit, 1.3, 1).allocated;
  const double fgd = pack(cluster, Packing::fgd, 1.3, 1).allocated;
  CHECK(random < best);
  CHECK(best < fgd);
  CHECK(fgd == Approx(0.953).margin(0.03));
  CHECK(pack(cluster, Packing::fgd, 1.3, 1).allocated == fgd);
}
