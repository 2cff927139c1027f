#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "operate/fleet.h"

namespace stargate::operate {

/// How near to one another a gang's nodes must be.
enum class Scope : std::uint8_t { any, pod, rack };

/// What a job asks for. GPUs are in the fleet's slots.
struct Job {
  Time submit = 0;
  std::int64_t run_s = 0;              ///< work: seconds at nominal width, full clock, without failures
  std::int64_t estimate_s = 0;         ///< what the user said it would take
  Time deadline = never;
  Id gpus = 1;                         ///< nominal width
  Id min_gpus = 1, max_gpus = 1;       ///< narrower and wider widths it can run at
  Id partition = 0, tenant = 0;
  Id line = 0;                         ///< of the trace
  std::int16_t priority = 0;           ///< higher goes first
  std::uint16_t pools = 0;             ///< row of the workload's pool lists that it may run in; 0: all of its partition
  Scope scope = Scope::any;
  bool preemptible = true;
  bool moldable = false;               ///< width may be chosen at the start
  bool elastic = false;                ///< width may change while it runs
  bool checkpoints = true;             ///< work survives in checkpoints; false: a failure loses all of it
  std::uint8_t kind = 0;               ///< row of the described mix
  float power_share = 1;               ///< of the accelerators' dynamic power at full clock
};

/// Speed at `width`, in thousandths of the speed at nominal width: Amdahl's law with a serial share of one in 10,000 of
/// the nominal run, 1 / (s + (1 - s) nominal / width).
std::int64_t speed_at(const Job& job, Id width);

struct Tenant {
  std::string name;
  std::int64_t quota_gpus = no_limit;  ///< most GPUs held at once
  std::int16_t priority = 0;           ///< added to the job's own
};

/// Jobs in order of submission; ties keep the order of the file.
struct Workload {
  std::vector<Job> jobs;
  std::vector<Tenant> tenants;
  std::int64_t unix_start = 0;         ///< the calendar instant of Time 0
  bool has_estimates = false;
  std::vector<std::vector<Id>> pool_lists;  ///< by Job::pools - 1, ascending
};

/// May the job run in the pool, as far as its own demand for a kind of accelerator goes?
inline bool accepts(const Workload& workload, const Job& job, Id pool) {
  if (job.pools == 0) return true;
  const auto& list = workload.pool_lists[job.pools - 1];
  return std::ranges::binary_search(list, pool);
}

enum class Format { swf, philly, philly_json, helios, acme, sacct, alibaba, azure_llm };
/// (name, format) of all that are read.
const std::vector<std::pair<std::string, Format>>& trace_formats();
/// What a policy on bad records can be: stop with all of them reported, or leave them out and say so.
enum class OnBad { reject, skip };

struct TraceOptions {
  std::string format;                  ///< empty: told from the file's first lines
  OnBad on_bad = OnBad::skip;
  std::string from, until;             ///< only jobs submitted in this span of calendar time, both ends included
  bool sort = true;                    ///< false: a record that goes back in time is bad
  double tokens_per_s_prefill = 8000, tokens_per_s_decode = 40;  ///< Azure LLM: how long a request holds a GPU
};

/// Why a record gave no job.
enum class Left : std::uint8_t {
  bad,            ///< it cannot be: broken, negative, larger than the fleet
  outside,        ///< of the span or of the partitions that were chosen
  no_gpu,         ///< it asks for processors only
  never_ran,      ///< cancelled or still waiting when the trace was written
};

/// A record that was left out or changed, by its line (in JSON: its number).
struct Finding {
  std::size_t line = 0;
  std::string what;
  Left left = Left::bad;
};

struct TraceReport {
  Format format{};
  std::size_t records = 0, jobs = 0;
  std::vector<Finding> skipped;        ///< lines that gave no job
  std::vector<Finding> changed;        ///< lines whose job was altered, or that stand oddly
  std::size_t count(Left left) const { return static_cast<std::size_t>(std::ranges::count(skipped, left, &Finding::left)); }
};

/// The fleet that a Standard Workload Format header tells (MaxNodes, MaxProcs): nodes of procs / nodes each, or of
/// `gpus_per_node` if that is above 0. Nothing if the header does not say.
std::optional<Fleet> fleet_of_header(std::string_view text, int gpus_per_node);

/// Reads a trace for this fleet: partitions are matched by name, jobs larger than the largest pool of their partition
/// are left to `never_starting`. Times become seconds from the first submission. O(n log n).
/// InputError if the policy is reject and a record is bad, or if nothing can be read at all.
Workload read_trace(const std::string& file, std::string_view text, const Fleet& fleet, const TraceOptions& options, TraceReport& report);

/// For the Alibaba 2023 node list: one pool an accelerator model and count, one partition, accelerators shared by hundredths.
Fleet read_alibaba_nodes(const std::string& file, std::string_view text);

}  // namespace stargate::operate
