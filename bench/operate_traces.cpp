// Jobs a second on real traces with power, failures and accounting on, and of a year of a fleet of millions of GPUs.
// Arguments: the traces' folder (default ../shared/data/traces) and the days of the large fleet (365).
#include <sys/resource.h>

#include <filesystem>
#include <print>

#include "base/files.h"
#include "operate/result.h"
#include "operate/setup.h"

using namespace stargate;
using namespace stargate::operate;

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Scenario bare(const std::string& policy) {
  Scenario s;
  s.policy = policy;
  s.kill_at_estimate = true;
  return s;
}

Scenario everything(const std::string& policy) {
  Scenario s;
  s.policy = policy;
  s.kill_at_estimate = true;
  s.power.on = true;
  s.failures = llama3_failures();
  for (const FailureClass& c : correlated_faults()) s.failures.push_back(c);
  s.checkpointing = {.rule = CheckpointRule::young_daly, .write_s = 30, .restart_s = 300};
  return s;
}

void measure(const char* name, const Fleet& fleet, const Workload& w, const Scenario& s, int times) {
  double best = 1e300;
  Result r;
  for (int i = 0; i < times; ++i) {
    const double begin = cpu_seconds();
    Engine engine(fleet, w, s);
    engine.run();
    best = std::min(best, cpu_seconds() - begin);
    r = summarise(engine, fleet, w, s);
  }
  std::println("{:<28} {:>9} jobs {:>10} events {:>9.3f} s CPU {:>11.0f} jobs/s {:>11.0f} events/s  peak {:.0f} MB", name, w.jobs.size(), r.events, best,
               static_cast<double>(w.jobs.size()) / best, static_cast<double>(r.events) / best, peak_mb());
}

/// Sites of the given GPUs in racks of 18 nodes of 4.
Fleet large_fleet(int sites, Id racks_per_site) {
  Fleet fleet;
  fleet.types = {{.name = "rack-scale tray", .gpus = 4, .peak_tflops_per_gpu = 2500, .gpu_idle_w = 150, .gpu_peak_w = 1200, .host_idle_w = 600, .host_peak_w = 1500}};
  fleet.partitions = {{"all"}};
  for (Id s = 0; s < static_cast<Id>(sites); ++s) {
    fleet.sites.push_back({.name = "site " + std::to_string(s)});
    Id left = racks_per_site;
    for (Id hall = 0; left > 0; ++hall) {
      fleet.feeds.push_back({std::to_string(s) + " feed " + std::to_string(hall), s});
      fleet.halls.push_back({std::to_string(s) + " hall " + std::to_string(hall), static_cast<Id>(fleet.feeds.size() - 1), 60});
      const Id racks = std::min<Id>(left, 400);
      if (hall == 0) add_pool(fleet, {.name = std::to_string(s), .partition = 0, .site = s, .nodes_per_rack = 18, .racks_per_pod = 8}, none);
      add_block(fleet, static_cast<Id>(fleet.halls.size() - 1), racks * 18, 0);
      left -= racks;
    }
    fleet.pools.back().spare_nodes = fleet.pools.back().nodes / 200;
  }
  return fleet;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string traces = argc > 1 ? argv[1] : "../shared/data/traces";
  const double days = argc > 2 ? std::stod(argv[2]) : 365;
  TraceReport report;
  if (std::filesystem::exists(traces)) {
    const Fleet kth_fleet = uniform_fleet(100, 1);
    const Workload kth = read_trace("kth", read_file(traces + "/KTH-SP2-1996-2.1-cln.swf.gz"), kth_fleet, {}, report);
    measure("KTH FCFS, bare", kth_fleet, kth, bare("fcfs"), 5);
    measure("KTH FCFS, everything on", kth_fleet, kth, everything("fcfs"), 5);
    measure("KTH EASY, everything on", kth_fleet, kth, everything("easy"), 5);
    const Fleet philly_fleet = partitions_fleet("vc", read_file(traces + "/philly_vc_nodes.csv"), 8);
    const Workload philly = read_trace("philly", read_file(traces + "/philly_reduced.csv.gz"), philly_fleet, {}, report);
    measure("Philly SJF, bare", philly_fleet, philly, bare("sjf"), 5);
    measure("Philly SJF, everything on", philly_fleet, philly, everything("sjf"), 5);
    measure("Philly FIFO, everything on", philly_fleet, philly, everything("fifo"), 5);
  } else {
    std::println("no traces at {}", traces);
  }
  const Fleet fleet = large_fleet(12, 5800);
  const Workload mix = make_mix(default_mix(), fleet, {.load = 0.85, .days = days, .jobs = 100'000 * days / 365, .seed = 1});
  Scenario s = everything("priority-easy");
  s.kill_at_estimate = false;
  s.placement = Placement::tightest;
  s.backfill_depth = 100;
  s.horizon = static_cast<Time>(days * 86400);
  std::println("{} GPUs on {} nodes at {} sites", fleet.gpus(), fleet.node_count(), fleet.sites.size());
  measure("the fleet", fleet, mix, s, 1);
}
