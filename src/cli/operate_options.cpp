// Options that all commands of the fleet have.
#include "cli/operate_options.h"

#include <print>

#include "operate/policy.h"

namespace stargate::cli {

using namespace operate;

void say_notes(const Operation& op, bool quiet) {
  if (quiet) return;
  for (const std::string& note : op.notes) std::println(stderr, "{}", note);
}

void add_operate_inputs(CLI::App* command, OperateOptions& o) {
  Request& r = o.ask;
  command->add_option("PLAN", r.plan, "folder of a plan (stargate plan -o FOLDER): the fleet is its sites, halls and racks as they arrive");
  command->add_option("--programme", r.programme, "programme folder of the plan (default: the embedded one)");
  command->add_option("--year", r.year, "with PLAN: the calendar year to operate (default: the last year of building)");
  command->add_flag("--hot-year", r.hot_year, "with PLAN: a hot year's weather in place of a typical one's");
  command->add_option("--cluster", r.cluster, "cluster file (TOML): fleet, mix, failures, outages, checkpoints, power, cloud; with PLAN, all but the fleet");
  command->add_option("--partitions", r.partitions, "CSV of partitions and their node counts; each queues apart");
  command->add_option("--alibaba-nodes", r.alibaba_nodes, "node list of the Alibaba 2023 trace");
  command->add_option("--nodes", r.nodes, "nodes of a cluster that takes every job");
  command->add_option("--gpus-per-node", r.gpus_per_node, "GPUs (or processors) of a node, default 8");
  std::string formats;
  for (const auto& [name, format] : trace_formats()) formats += (formats.empty() ? "" : ", ") + name;
  command->add_option("--trace", r.trace, "trace of jobs (" + formats + "), also .gz; without it a described mix; an SWF header may size the fleet");
  command->add_option("--format", r.reading.format, "format of the trace if its first lines do not tell: " + formats);
  command->add_option("--from", r.reading.from, "first instant of submission (Philly without it: 2017-10-01; all: everything)");
  command->add_option("--until", r.reading.until, "last instant of submission (Philly without it: 2017-11-30 23:59:00)");
  command->add_option_function<std::string>("--on-bad", [&o](const std::string& what) {
    o.ask.reject_bad = what == "reject";
    o.bad_skipped = what == "skip";
  }, "records that cannot be: skip (then they do not change the exit code) or reject; without it they are left out, said, and the exit code is 6")
      ->check(CLI::IsMember({"skip", "reject"}));
  command->add_flag("--in-order", [&o](std::int64_t) { o.ask.reading.sort = false; }, "a record that goes back in time is bad (otherwise put in order)");
  command->add_option("--policy", r.policy, "scheduling policy: " + [] {
    std::string all;
    for (const auto& name : policy_names()) all += (all.empty() ? "" : ", ") + name;
    return all;
  }());
  command->add_flag("--kill-at-estimate", r.kill_at_estimate, "jobs end at the time their users estimated");
  command->add_option("--failures", r.failures, "sets of failure classes: llama3, rsc1, rsc2, correlated, none")->delimiter(',');
  command->add_option("--checkpoint", r.checkpoint, "off, young-daly, adaptive, or seconds between checkpoints");
  command->add_option("--checkpoint-write-s", r.checkpoint_write_s, "seconds to write one");
  command->add_option("--restart-s", r.restart_s, "seconds to initialise and load after a failure");
  command->add_option("--spares", r.spares, "hot spare nodes of each pool");
  command->add_flag("--power", r.power, "keep account of power (on by itself with signals, targets or a [power] section)");
  command->add_option("--signals", r.signals, "hourly price, carbon, temperature and limit by site (CSV)");
  command->add_option("--targets", r.targets, "load targets (JSON, DSX Flex shape)");
  command->add_option("--days", r.days, "days to operate");
  command->add_option("--warm-up", r.warm_up_days, "days before them that fill the fleet and are not counted (PLAN: 30, otherwise 0)");
  command->add_option("--load", r.load, "offered work of the mix over the GPU-hours installed (default 0.85, PLAN 0.75)");
  command->add_option("--jobs", r.jobs, "about how many jobs the mix has, if that is fewer than its kinds make: they get wider, said");
  command->add_option("--seed", r.seed, "seed of all random numbers, default 1");
  command->add_flag("--json", o.json, "JSON on standard output");
  command->add_flag("--quiet", o.quiet, "no progress, no notes");
  command->add_option("-o,--output", o.output, "folder for tables and report");
}

}  // namespace stargate::cli
