#pragma once
#include <string>
#include <vector>

#include "base/answer.h"
#include "operate/request.h"

namespace stargate {

/// What every question about a running fleet takes: the fleet, the workload and the rules.
struct FleetOptions : Row {
  std::string plan, programme, cluster, partitions, alibaba_nodes, trace, format, from, until, signals, targets, policy, checkpoint, on_bad;
  std::vector<std::string> failures;
  std::optional<double> nodes, gpus_per_node, year, spares, days, warm_up, load, checkpoint_write_s, restart_s;
  bool hot_year = false, kill_at_estimate = false, power = false;
  std::int64_t seed = 1, seeds = 5;
};

/// The fields of FleetOptions as fields of Options, which derives from it; then the question's own.
template <class Options>
std::vector<Field<Options>> fleet_fields(std::vector<Field<Options>> own) {
  using F = FleetOptions;
  const auto f = [](const char* name, auto member, const char* about) { return field_of<Options>(name, member, about).optional(); };
  std::vector<Field<Options>> fields{
      f("plan", &F::plan, "folder of a plan: the fleet is its sites, halls and racks as they arrive").as_argument(),
      f("programme", &F::programme, "programme folder of the plan (default: the embedded one)"),
      f("year", &F::year, "with a plan: the calendar year to operate (default: the last year of building)").range(1990, 2200),
      f("hot_year", &F::hot_year, "with a plan: a hot year's weather in place of a typical one's"),
      f("cluster", &F::cluster, "cluster file (TOML): fleet, mix, failures, outages, checkpoints, power, cloud"),
      f("partitions", &F::partitions, "CSV of partitions and their node counts; each queues apart"),
      f("alibaba_nodes", &F::alibaba_nodes, "node list of the Alibaba 2023 trace"),
      f("nodes", &F::nodes, "nodes of a cluster that takes every job").range(1, 20e6),
      f("gpus_per_node", &F::gpus_per_node, "GPUs of a node, default 8").range(1, 1024),
      f("trace", &F::trace, "trace of jobs; without it a described mix"),
      f("format", &F::format, "format of the trace if its first lines do not tell"),
      f("from", &F::from, "first instant of submission"),
      f("until", &F::until, "last instant of submission"),
      f("on_bad", &F::on_bad, "records that cannot be: skip or reject").one_of({"skip", "reject"}),
      f("policy", &F::policy, "scheduling policy"),
      f("failures", &F::failures, "sets of failure classes: llama3, rsc1, rsc2, correlated, none"),
      f("checkpoint", &F::checkpoint, "off, young-daly, adaptive, or seconds between checkpoints"),
      f("checkpoint_write_s", &F::checkpoint_write_s, "seconds to write one").range(0, 1e7),
      f("restart_s", &F::restart_s, "seconds to initialise and load after a failure").range(0, 1e7),
      f("kill_at_estimate", &F::kill_at_estimate, "jobs end at the time their users estimated"),
      f("spares", &F::spares, "hot spare nodes of each pool").range(0, 20e6),
      f("power", &F::power, "keep account of power"),
      f("signals", &F::signals, "hourly price, carbon, temperature and limit by site (CSV)"),
      f("targets", &F::targets, "load targets (JSON, DSX Flex shape)"),
      f("days", &F::days, "days to operate").range(0.001, 36'500),
      f("warm_up", &F::warm_up, "days before them that fill the fleet and are not counted").range(0, 3'650),
      f("load", &F::load, "offered work of the mix over the GPU-hours installed").range(1e-6, 100),
      f("seed", &F::seed, "first seed").range(0, 1e15),
      f("seeds", &F::seeds, "runs of each way, all with the same random numbers").range(2, 10'000)};
  for (auto& one : own) fields.push_back(std::move(one));
  return fields;
}

/// As the engine takes it.
operate::Request request_of(const FleetOptions& options);

}  // namespace stargate
