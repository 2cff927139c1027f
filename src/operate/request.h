#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operate/output.h"
#include "operate/sweep.h"

namespace stargate::operate {

/// What is asked for, as options name it: files and settings that go before those of the files.
struct Request {
  std::string plan, programme, cluster, partitions, alibaba_nodes, trace, signals, targets;
  std::string policy, checkpoint;      ///< empty: as the files say
  std::vector<std::string> failures;
  std::optional<Id> nodes, spares;
  std::optional<int> gpus_per_node, year;
  std::optional<double> days, load, jobs, checkpoint_write_s, restart_s, warm_up_days;
  std::optional<std::uint64_t> seed;
  bool kill_at_estimate = false, power = false, record = false, reject_bad = false;
  bool hot_year = false;
  TraceOptions reading;
};

/// A fleet, a workload and rules, ready to run, and what has to be said about them.
struct Operation {
  SweepCase run;
  RunFacts facts;
  std::vector<std::string> assumptions;  ///< of a plan: the year, its prices and weather, the mix; said first
  std::vector<std::string> notes;        ///< what was left out, changed or guessed
  bool parts_left_out = false;           ///< something of the input that changes the answer
  std::string digest;                    ///< of everything that shapes the run, if it was asked for
};

/// Reads and puts together. InputError with everything wrong: place, what was found, what is allowed. With the program's version a
/// digest is made, which costs a pass over all jobs.
Operation prepare(const Request& request, std::string_view version_for_digest = {});

/// SHA-256 of fleet, workload and scenario as values, and of the program's version.
std::string digest_of(const Fleet& fleet, const Workload& workload, const Scenario& scenario, std::string_view version);

/// InputError if the settings cannot be with this fleet: caps below what rests, more than 20 million nodes.
void check_settings(const Fleet& fleet, const Scenario& scenario);

Checkpointing with_rule(Checkpointing checkpointing, const std::string& rule);
std::vector<FailureClass> failure_sets(const std::vector<std::string>& names);

}  // namespace stargate::operate
