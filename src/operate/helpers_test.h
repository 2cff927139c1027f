#pragma once
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/sha256.h"
#include "operate/result.h"
#include "operate/setup.h"

namespace stargate::operate::test {

/// A job for tests; everything else at its default.
inline Job job(Time submit, std::int64_t run_s, Id gpus, std::int64_t estimate_s = -1) {
  Job j;
  j.submit = submit;
  j.run_s = run_s;
  j.estimate_s = estimate_s;
  j.gpus = j.min_gpus = j.max_gpus = gpus;
  return j;
}

inline Workload workload(std::vector<Job> jobs, std::vector<Tenant> tenants = {{.name = "all"}}) {
  Workload w;
  w.jobs = std::move(jobs);
  w.tenants = std::move(tenants);
  for (Id i = 0; i < w.jobs.size(); ++i) w.jobs[i].line = i + 1;
  return w;
}

inline Scenario with_policy(const std::string& policy) {
  Scenario s;
  s.policy = policy;
  return s;
}

/// Runs to the end. The engine itself throws if the accounts do not add up.
struct Run {
  Engine engine;
  Result result;
  Run(const Fleet& fleet, const Workload& w, const Scenario& scenario)
      : engine(fleet, w, scenario), result((engine.run(), summarise(engine, fleet, w, scenario))) {}
  Time start(std::size_t j) const { return engine.jobs()[j].first_start; }
  Time end(std::size_t j) const { return engine.jobs()[j].end; }
};

inline Setup setup_of(const std::string& path) { return read_setup(path, read_file(path)); }

}  // namespace stargate::operate::test
