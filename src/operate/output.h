#pragma once
#include <string>

#include "operate/result.h"

namespace stargate::operate {

/// What is known of a run besides its result.
struct RunFacts {
  std::string title;                   ///< trace or plan
  double seconds = 0;                  ///< wall time in the engine
  TraceReport trace{};
  std::vector<std::string> assumptions{}, notes{};
  double promised_pflops = 0;          ///< by the plan, if there is one
};

/// From what the plan promised (0: nothing) to what was delivered, as effective PFLOP/s; all but the first and last are changes.
std::vector<std::pair<std::string, double>> promise_steps(const Result& result, double promised_pflops);
std::string result_json(const Result& result, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts);
/// For a person at a terminal.
std::string result_text(const Result& result, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts);
/// The tables as CSV.
std::string events_csv(const Engine& engine, const Fleet& fleet, const Workload& workload, const Scenario& scenario);
std::string intervals_csv(const Engine& engine, const Fleet& fleet);
std::string jobs_csv(const Engine& engine, const Fleet& fleet, const Workload& workload);
std::string power_csv(const Engine& engine, const Fleet& fleet);
/// Every line of the trace that gave no job or a changed one.
std::string findings_csv(const TraceReport& report);
/// One self-contained page: timeline, waterfall of GPU-hours, power against limits, waits by tenant, sites.
std::string report_html(const Result& result, const Engine& engine, const Fleet& fleet, const Scenario& scenario, const RunFacts& facts);

}  // namespace stargate::operate
