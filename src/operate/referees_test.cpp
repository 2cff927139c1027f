// What others computed, from cases/operate and ../shared/data/traces.
#include <catch2/catch_all.hpp>
#include <filesystem>

#include "operate/checkpoint.h"
#include "operate/helpers_test.h"

using namespace stargate;
using namespace stargate::operate;
using namespace stargate::operate::test;
using Catch::Approx;

namespace {

const std::string traces = "../shared/data/traces/";
#define NEEDS_TRACES() \
  if (!std::filesystem::exists(traces)) SKIP("../shared is not here")

Result kth(const std::string& policy, bool kill) {
  const Fleet fleet = uniform_fleet(100, 1);
  TraceReport report;
  const Workload w = read_trace("kth", read_file(traces + "KTH-SP2-1996-2.1-cln.swf.gz"), fleet, {}, report);
  CHECK(report.records == 28'476);
  CHECK(report.skipped.size() == 1);
  Scenario s = with_policy(policy);
  s.kill_at_estimate = kill;
  return Run(fleet, w, s).result;
}

Result philly(const std::string& policy) {
  const Fleet fleet = partitions_fleet("vc", read_file(traces + "philly_vc_nodes.csv"), 8);
  CHECK(fleet.node_count() == 352);
  TraceReport report;
  const Workload w = read_trace("philly", read_file(traces + "philly_reduced.csv.gz"), fleet, {}, report);
  return Run(fleet, w, with_policy(policy)).result;
}

/// A gang on a fleet where only it runs, for long enough that chance averages out.
Result long_gang(CheckpointRule rule, double interval_s, double write_s, double restart_s, double failures_per_hour, std::uint64_t seed) {
  const Fleet fleet = uniform_fleet(16, 8);
  Scenario s;
  s.seed = seed;
  s.horizon = Time{2000} * 86400;
  s.failures = {{"fault", Extent::gpu, failures_per_hour / 128, 0, 0, 0, "test"}};
  s.checkpointing = {.rule = rule, .interval_s = interval_s, .write_s = write_s, .restart_s = restart_s};
  return Run(fleet, workload({job(0, Time{3000} * 86400, 128)}), s).result;
}

}  // namespace

TEST_CASE("KTH under FCFS is Alea's to the last digit given") {
  NEEDS_TRACES();
  const Result r = kth("fcfs", true);
  CHECK(r.all.jobs == 28'475);
  CHECK(r.all.mean_wait_s >= 353'943);
  CHECK(r.all.mean_wait_s <= 353'944);
  CHECK(r.all.mean_bounded_slowdown == Approx(6825.67).margin(0.005));
}

TEST_CASE("KTH under EASY lies by the other engines'", "[!mayfail]") {
  NEEDS_TRACES();
  const Result r = kth("easy", true);
  CHECK(r.all.mean_wait_s == Approx(7198).epsilon(0.1));
  CHECK(r.all.mean_bounded_slowdown == Approx(95.12).epsilon(0.1));
  CHECK(kth("easy-clairvoyant", true).all.mean_bounded_slowdown == Approx(72.58).margin(0.005));
  CHECK(kth("conservative", true).all.mean_wait_s < 2 * r.all.mean_wait_s);
}

TEST_CASE("KTH under SJF by the users' estimates, without kills") {
  NEEDS_TRACES();
  CHECK(kth("sjf", false).all.mean_wait_s == Approx(15312.27).margin(0.005));
  CHECK(kth("sjf-clairvoyant", false).all.mean_wait_s < 15312);
}

TEST_CASE("Philly under SJF and FIFO is the Helios simulator's") {
  NEEDS_TRACES();
  const Result sjf = philly("sjf");
  CHECK(sjf.all.jobs == 68'503);
  CHECK(sjf.all.mean_jct_s == Approx(11543).margin(0.5));
  CHECK(sjf.all.mean_wait_s == Approx(62.75).margin(0.005));
  const Result fifo = philly("fifo");
  CHECK(fifo.all.mean_jct_s == Approx(11585).epsilon(1e-4));
  CHECK(fifo.all.mean_wait_s == Approx(104.6).epsilon(2e-4));
  CHECK(philly("srtf").all.mean_jct_s < sjf.all.mean_jct_s);
}

TEST_CASE("Alibaba 2023 and Azure LLM traces run") {
  NEEDS_TRACES();
  const Fleet fleet = read_alibaba_nodes("nodes", read_file(traces + "openb_node_list_gpu_node.csv.gz"));
  CHECK(fleet.gpus() == 6212);
  TraceReport report;
  const Workload pods = read_trace("pods", read_file(traces + "openb_pod_list_default.csv.gz"), fleet, {}, report);
  CHECK(report.records == 8152);
  CHECK(report.jobs + report.skipped.size() == report.records);
  const Run run(fleet, pods, with_policy("fcfs"));
  CHECK(run.result.finished == pods.jobs.size());
  const Fleet azure = uniform_fleet(60, 8);
  const Workload requests = read_trace("code", read_file(traces + "AzureLLMInferenceTrace_code.csv.gz"), azure, {}, report);
  CHECK(requests.jobs.size() == 8819);
  CHECK(Run(azure, requests, with_policy("fcfs")).result.finished == 8819);
}

TEST_CASE("ETTR is within 5 % of the closed form where recovery costs less than a quarter") {
  struct Case {
    double interval, write, restart, per_hour;
  };
  for (const Case& c : {Case{3600, 60, 300, 1 / 12.0}, {1800, 30, 600, 0.25}, {600, 20, 120, 1.0}, {7200, 300, 900, 0.05}, {900, 60, 300, 0.5}}) {
    const double closed = closed_form_ettr(c.interval, c.write, c.restart, c.per_hour / 3600);
    REQUIRE(closed > 0.75);
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) mean += long_gang(CheckpointRule::fixed, c.interval, c.write, c.restart, c.per_hour, seed).ettr / 4;
    CHECK(mean == Approx(closed).epsilon(0.05));
    CHECK(mean == Approx(closed).epsilon(0.01));  // what is in fact reached
  }
}

TEST_CASE("Young and Daly's interval is the best of a sweep within 10 %") {
  const double write = 60, restart = 300, per_hour = 0.5, daly = daly_interval(write, per_hour / 3600);
  CHECK(daly == Approx(young_interval(write, per_hour / 3600)).epsilon(0.1));
  double best = 0, best_interval = 0, at_daly = 0;
  for (double factor = 0.25; factor < 4.1; factor *= std::sqrt(2.0)) {
    double ettr = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) ettr += long_gang(CheckpointRule::fixed, daly * factor, write, restart, per_hour, seed).ettr / 3;
    if (ettr > best) best = ettr, best_interval = daly * factor;
    if (std::abs(factor - 1) < 1e-9) at_daly = ettr;
  }
  CHECK(at_daly > 0.99 * best);                       // what choosing it costs
  CHECK(std::abs(std::log(best_interval / daly)) <= std::log(std::sqrt(2.0)) + 1e-9);  // the sweep's best is it or its neighbour
  CHECK(long_gang(CheckpointRule::young_daly, 0, write, restart, per_hour, 1).ettr == Approx(at_daly).epsilon(0.005));
  CHECK(long_gang(CheckpointRule::adaptive, 0, write, restart, per_hour, 1).ettr == Approx(at_daly).epsilon(0.01));
}

TEST_CASE("Llama 3's failure counts give its effective training time") {
  Setup setup = setup_of("cases/operate/llama3/cluster.toml");
  double per_hour = 0;
  for (const FailureClass& c : setup.scenario.failures)
    if (c.name != "planned maintenance") per_hour += c.per_unit_hour * 16'384;
  CHECK(1 / per_hour == Approx(3.09).margin(0.005));  // mean time between unexpected interruptions, hours
  double failures = 0, ettr = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    setup.scenario.seed = seed;
    const Run run(*setup.fleet, workload({job(0, Time{100} * 86400, 16'384)}), setup.scenario);
    failures += static_cast<double>(run.result.counters.job_failures) / 5;
    ettr += run.result.ettr / 5;
  }
  CHECK(failures == Approx(466).epsilon(0.06));
  CHECK(ettr > 0.90);
  CHECK(ettr < 0.97);
}

TEST_CASE("Frontier at rest and at its peak") {
  const Setup setup = setup_of("cases/operate/frontier/cluster.toml");
  const Site& site = setup.fleet->sites[0];
  const auto facility = [&](const Workload& w) {
    Scenario s = setup.scenario;
    s.horizon = 7200;
    Engine engine(*setup.fleet, w, s);
    engine.run();
    return facility_mw(site, static_cast<double>(engine.power().site(0).peak_w) / 1e6, 15);
  };
  const double rest = facility(workload({})), peak = facility(workload({job(0, 3600, 9472 * 4)}));
  CHECK(rest >= 7.2);
  CHECK(rest <= 7.4);
  CHECK(peak == Approx(28.2).margin(0.05));
}

TEST_CASE("A curtailment worked out by hand") {
  Setup setup = setup_of("cases/operate/curtailment/cluster.toml");
  setup.scenario.targets = {{.start = 3600, .end = 7200, .limit_mw = 0.4332, .feeds = {}}};
  const Run run(*setup.fleet, workload({job(0, 7200, 800)}), setup.scenario);
  CHECK(run.end(0) == 8993);
  CHECK(run.result.ledger[Use::productive] == 800LL * 7200 * 1000);
  CHECK(run.result.ledger[Use::curtailed] == 800LL * 1'792'800);
  CHECK(run.result.ledger[Use::queue_idle] == 800LL * 200);
  CHECK(run.result.energy.it_mwh == Approx(0.6 + 0.12 + 0.48 * 0.502 + 0.6 * 1793 / 3600).epsilon(1e-9));
  CHECK(run.result.energy.facility_mwh == Approx(1.2 * run.result.energy.it_mwh));
  CHECK(run.result.energy.energy_usd == Approx(40 * run.result.energy.facility_mwh));
}
