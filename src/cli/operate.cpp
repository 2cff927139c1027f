// stargate operate: runs a fleet through a workload, event by event.
#include <chrono>
#include <print>

#include "base/files.h"
#include "cli/commands.h"
#include "operate/output.h"

namespace stargate::cli {

namespace {

using namespace operate;

struct Options {
  std::string trace, partitions, policy = "fcfs", on_bad = "skip";
  Id nodes = 0;
  int gpus_per_node = 8;
  bool kill_at_estimate = false, json = false;
  TraceOptions reading;
};

void run(const Options& o) {
  const Fleet fleet = !o.partitions.empty() ? partitions_fleet(o.partitions, read_file(o.partitions), o.gpus_per_node) : uniform_fleet(o.nodes, o.gpus_per_node);
  RunFacts facts{.title = o.trace};
  const Workload workload = read_trace(o.trace, read_file(o.trace), fleet, o.reading, facts.trace);
  Scenario scenario;
  scenario.policy = o.policy;
  scenario.kill_at_estimate = o.kill_at_estimate;
  Engine engine(fleet, workload, scenario);
  const auto begin = std::chrono::steady_clock::now();
  engine.run();
  facts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const Result result = summarise(engine, fleet, workload, scenario);
  std::print("{}", o.json ? result_json(result, fleet, scenario, facts) : result_text(result, fleet, scenario, facts));
}

}  // namespace

void add_operate(CLI::App& app) {
  auto* command = app.add_subcommand("operate", "Run a fleet through a workload, event by event");
  auto o = std::make_shared<Options>();
  command->add_option("--trace", o->trace, "trace of jobs");
  command->add_option("--partitions", o->partitions, "CSV of partitions");
  command->add_option("--nodes", o->nodes, "nodes");
  command->add_option("--gpus-per-node", o->gpus_per_node, "GPUs of a node");
  command->add_option("--policy", o->policy, "scheduling policy");
  command->add_flag("--kill-at-estimate", o->kill_at_estimate, "kill");
  command->add_flag("--json", o->json, "JSON");
  command->callback([o] { run(*o); });
}

}  // namespace stargate::cli
