// Traces, mixes, cluster files, signals, load targets, sweeps, outputs.
#include <catch2/catch_all.hpp>

#include "operate/chart.h"
#include "operate/helpers_test.h"
#include "operate/never.h"
#include "operate/output.h"
#include "operate/signals.h"
#include "operate/sweep.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Broken records are each reported with their line, and nothing is lost silently") {
  const std::string file = "cases/operate/broken_traces/broken.swf";
  const Fleet fleet = uniform_fleet(10, 8);
  TraceReport report;
  const Workload w = read_trace(file, read_file(file), fleet, {}, report);
  CHECK(report.records == 11);
  CHECK(w.jobs.size() == 5);  // one of them is wider than the fleet and can never start
  REQUIRE(report.skipped.size() == 6);
  CHECK(never_starting(fleet, w, {}).size() == 5);
  const std::vector<std::size_t> lines{3, 4, 5, 6, 8, 9};
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(report.skipped[i].line == lines[i]);
  CHECK_THAT(report.skipped[4].what, ContainsSubstring("0 GPUs") || ContainsSubstring("-1 GPUs"));
  REQUIRE(report.changed.size() == 2);
  CHECK(report.changed[0].line == 11);
  CHECK(report.changed[1].line == 12);
  CHECK(w.jobs.front().submit == 0);
  CHECK(std::ranges::is_sorted(w.jobs, {}, &Job::submit));
  CHECK_THROWS_WITH(read_trace(file, read_file(file), fleet, {.on_bad = OnBad::reject}, report), ContainsSubstring("broken.swf:3:") && ContainsSubstring("broken.swf:9:"));
  CHECK(read_trace(file, read_file(file), fleet, {.sort = false}, report).jobs.size() == 4);
  CHECK_THROWS_AS(read_trace("x", "", fleet, {}, report), InputError);
  CHECK_THROWS_AS(read_trace("x", "a,b\n1,2\n", fleet, {}, report), InputError);
  CHECK_THROWS_AS(read_trace("x", "; only a comment\n", fleet, {}, report), InputError);
}

TEST_CASE("Each format is told from its header") {
  const Fleet fleet = uniform_fleet(10, 8);
  TraceReport report;
  const auto read = [&](const std::string& text, TraceOptions options = {}) { return read_trace("t", text, fleet, options, report); };
  Workload w = read("timestamp,duration,num_gpus,gpu_time,cluster\n2017-10-09 07:01:55,66.9,1,66,a\n2017-10-09 07:01:00,0.2,16,1,b\n2018-01-01 00:00:00,5,1,5,a\n");
  CHECK(report.format == Format::philly);
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.jobs[0].run_s == 1);
  CHECK(w.jobs[1].run_s == 66);
  CHECK(w.jobs[1].submit == 55);
  CHECK(read("timestamp,duration,num_gpus,gpu_time,cluster\r\n2018-01-01 00:00:00,5,1,5,a\r\n", {.from = "all"}).jobs.size() == 1);
  w = read("job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n"
           "7,u1,vc1,8,96,1,COMPLETED,2020-04-01 00:01:00,2020-04-01 00:02:00,2020-04-01 00:12:00,600,60\n8,u2,vc1,0,1,1,COMPLETED,2020-04-01 00:01:00,x,y,5,0\n");
  CHECK(report.format == Format::helios);
  CHECK(w.jobs.size() == 1);
  CHECK(w.tenants[0].name == "u1");
  CHECK(report.skipped.size() == 1);
  w = read("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,8000,80\n2023-11-16 18:17:05.1,1,1\n");
  CHECK(report.format == Format::azure_llm);
  CHECK(w.jobs[0].run_s == 3);
  CHECK(w.jobs[1].submit == 2);
  CHECK_THROWS_AS(read("x", {.format = "sfw"}), InputError);
}

TEST_CASE("A cluster file says what there is; what is wrong in it is said in one go") {
  const Setup s = setup_of("cases/operate/llama3/cluster.toml");
  CHECK(s.fleet->gpus() == 16'512);
  CHECK(s.scenario.failures.size() == 19);
  CHECK(s.scenario.checkpointing.rule == CheckpointRule::young_daly);
  const std::string bad = "[[pool]]\nname = \"p\"\nnods = 3\nnode_type = \"x\"\n[checkpoint]\nrule = \"youngdaly\"\nwrite_s = -1\n";
  CHECK_THROWS_WITH(read_setup("c.toml", bad), ContainsSubstring("c.toml:3") && ContainsSubstring("nodes") && ContainsSubstring("young-daly") && ContainsSubstring("write_s"));
  CHECK_THROWS_AS(read_setup("c.toml", "[[pool]\n"), InputError);
  CHECK_THROWS_AS(partitions_fleet("p.csv", "vc,node num\na,0\n", 8), InputError);
  CHECK_THROWS_AS(partitions_fleet("p.csv", "a,b\n1,2\n", 8), InputError);
  CHECK(partitions_fleet("p.csv", "partition,nodes,gpus_per_node\na,2,4\nb,3,8\n", 8).gpus() == 32);
}

TEST_CASE("A described mix offers the load it is asked for and is the same for the same seed") {
  const Fleet fleet = uniform_fleet(2000, 8);
  const MixOptions options{.load = 0.8, .days = 730, .jobs = 0, .seed = 5};
  const Workload w = make_mix(default_mix(), fleet, options);
  double gpu_hours = 0;
  for (const Job& j : w.jobs) gpu_hours += j.gpus * static_cast<double>(j.run_s) / 3600;
  CHECK(gpu_hours == Approx(0.8 * 16'000 * 24 * 730).epsilon(0.35));  // few frontier runs: chance is large
  CHECK(make_mix(default_mix(), fleet, options).jobs.size() == w.jobs.size());
  MixOptions fewer = options;
  fewer.jobs = 12'000;
  CHECK(static_cast<double>(make_mix(default_mix(), fleet, fewer).jobs.size()) < 14'000);
  // Inference follows the day: more is submitted at 14:00 than at 2:00.
  std::size_t day = 0, night = 0;
  for (const Job& j : w.jobs)
    if (j.kind == 3) (j.submit % 86400 / 3600 >= 10 && j.submit % 86400 / 3600 < 18 ? day : night) += 1;
  CHECK(static_cast<double>(day) > 0.4 * static_cast<double>(day + night));
}

TEST_CASE("Signals and load targets") {
  Fleet fleet = uniform_fleet(2, 8);
  fleet.sites[0].name = "s";
  fleet.sites[0].grid_mw = 2;
  const auto signals = read_signals("s.csv", "hour,site,price_usd_per_mwh,limit_mw\n0,s,10,1.5\n1,s,20,1.0\n", fleet, 0);
  CHECK(signals[0].price_usd_per_mwh == std::vector<double>{10, 20});
  CHECK_THROWS_WITH(read_signals("s.csv", "hour,price_usd_per_mwh\n0,1\n2,1\n", fleet, 0), ContainsSubstring("s.csv:3"));
  CHECK_THROWS_WITH(read_signals("s.csv", "hour,site,price_usd_per_mwh\n0,q,1\n", fleet, 0), ContainsSubstring("s.csv:2"));
  CHECK_THROWS_AS(read_signals("s.csv", "hour,price_usd_per_mwh\n0,nan\n", fleet, 0), InputError);
  const auto targets = read_load_targets("t.json",
                                         R"([{"value": 500, "unit": "kW", "start": "1970-01-01T01:00:00Z", "end": 7200, "feeds": ["feed"], "best_effort": true},
                                             {"value": 50, "unit": "percent"}])",
                                         fleet, 0);
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].limit_mw == 0.5);
  CHECK(targets[0].start == 3600);
  CHECK(targets[0].best_effort);
  CHECK(targets[1].limit_mw == 1);
  CHECK(targets[1].end == never);
  for (const char* bad : {"{", "{}", "[{}]", "[{\"value\": -1}]", "[{\"value\": 1, \"unit\": \"MWh\"}]", "[{\"value\": 1, \"feeds\": [\"x\"]}]", "[{\"value\": 1, \"start\": 5, \"end\": 5}]", "[{\"value\": 1, \"start\": \"soon\"}]"})
    CHECK_THROWS_AS(read_load_targets("t.json", bad, fleet, 0), InputError);
}

TEST_CASE("A sweep's answer does not depend on threads; bands are Student's") {
  SweepCase c;
  c.fleet = uniform_fleet(20, 8);
  c.mix = {{.name = "job", .tenant = "t", .share = 1, .gpus_low = 8, .gpus_high = 64, .median_h = 3, .sigma = 0.5}};
  c.mix_options = {.load = 0.7, .days = 5};
  c.scenario.horizon = 5 * 86400;
  c.scenario.failures = {{"f", Extent::gpu, 1 / 500.0, 60, 2, 0, ""}};
  c.scenario.checkpointing = {.rule = CheckpointRule::fixed, .interval_s = 600, .write_s = 20, .restart_s = 60};
  const std::vector<Sweep> sweeps{parse_sweep("checkpoint-interval=3600,300"), parse_sweep("policy=fcfs,easy")};
  CHECK(sweeps[0].values == std::vector<std::string>{"300", "3600"});
  const auto one = run_sweep(c, sweeps, 3, 1), four = run_sweep(c, sweeps, 3, 4);
  CHECK(sweep_csv(sweeps, one) == sweep_csv(sweeps, four));
  CHECK(one.size() == 4);
  CHECK_THAT(sweep_svg(sweeps, one, "ettr"), ContainsSubstring("<svg") && ContainsSubstring("policy easy"));
  const Band band = confidence_band({1, 2, 3, 4});
  CHECK(band.mean == Approx(2.5));
  CHECK(band.high - band.mean == Approx(3.182 * 1.29099 / 2).epsilon(0.01));  // t(0.975, 3) = 3.182
  CHECK(confidence_band({5}).low == 5);
  CHECK(parse_sweep("cap=10:20:3").values == std::vector<std::string>{"10", "15", "20"});
  for (const char* bad : {"caps=1", "cap", "cap=", "cap=x", "cap=1:2:1", "policy=nope"}) {
    const auto attempt = [&] { run_sweep(c, {parse_sweep(bad)}, 1, 1); };
    CHECK_THROWS_AS(attempt(), InputError);
  }
}

TEST_CASE("Outputs hold what they promise") {
  Setup setup = setup_of("cases/operate/curtailment/cluster.toml");
  setup.scenario.targets = read_load_targets("targets.json", read_file("cases/operate/curtailment/targets.json"), *setup.fleet, 0);
  setup.scenario.record_events = setup.scenario.record_intervals = true;
  const Workload w = workload({job(0, 7200, 800), job(10, 100, 8)});
  const Run run(*setup.fleet, w, setup.scenario);
  const RunFacts facts{.title = "a <test>", .seconds = 1};
  const std::string json = result_json(run.result, *setup.fleet, setup.scenario, facts);
  for (const char* key : {"jobs", "mean_wait_s", "mean_bounded_slowdown", "mean_jct_s", "makespan_s", "utilisation", "events_per_second", "goodput", "ettr"})
    CHECK_THAT(json, ContainsSubstring("\"" + std::string(key) + "\""));
  const std::string html = report_html(run.result, run.engine, *setup.fleet, setup.scenario, facts);
  CHECK_THAT(html, ContainsSubstring("a &lt;test&gt;") && ContainsSubstring("IT limit") && ContainsSubstring("curtailed"));
  CHECK_THAT(html, !ContainsSubstring("http://") || ContainsSubstring("www.w3.org"));
  CHECK_THAT(events_csv(run.engine, *setup.fleet, w, setup.scenario), ContainsSubstring("throttled") && ContainsSubstring("limit set"));
  double running = 0;
  for (const IntervalRow& i : run.engine.tables().intervals) running += static_cast<double>(i.running_slot_s);
  CHECK(running * 1000 == Approx(static_cast<double>(run.result.ledger[Use::productive] + run.result.ledger[Use::curtailed])).epsilon(1e-3));
  CHECK_THAT(jobs_csv(run.engine, *setup.fleet, w), ContainsSubstring("ended"));
  CHECK_THAT(power_csv(run.engine, *setup.fleet), ContainsSubstring("hall"));
  CHECK_THAT(result_text(run.result, *setup.fleet, setup.scenario, facts), ContainsSubstring("exact"));
}
