#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "operate/result.h"
#include "operate/setup.h"

namespace stargate::operate {

/// A parameter and the values it takes. Names: checkpoint-interval (s), checkpoint-write (s), restart (s), spares (nodes of each
/// pool), cap (MW of each site's import), chip-cap (W), failure-factor, load, policy.
struct Sweep {
  std::string parameter;
  std::vector<std::string> values;
};
const std::vector<std::string>& sweep_parameters();
/// "checkpoint-interval=600,1800,3600", or "cap=10:20:5" for five values from 10 to 20. InputError says what is allowed.
Sweep parse_sweep(const std::string& text);

/// Mean over seeds with a confidence band of the mean (Student's t, two-sided).
struct Band {
  double mean = 0, low = 0, high = 0;
};
Band confidence_band(const std::vector<double>& values, double level = 0.95);

/// One point of the sweep: values of the one or two parameters and each measure's band.
struct SweepPoint {
  std::vector<std::string> values;
  std::vector<Band> measures;
  std::vector<Result> runs;            ///< one a seed
};
const std::vector<std::string>& sweep_measures();

/// What a run needs; the sweep changes a copy of it for each point and seed.
struct SweepCase {
  Fleet fleet;
  Scenario scenario;
  std::vector<MixKind> mix;            ///< used if there is no fixed workload
  MixOptions mix_options;
  Workload workload;
  bool fixed_workload = false;
  std::int64_t mix_unix_start = 0;
  double promised_pflops = 0;          ///< by the plan, if there is one
};
/// Thrown where `stop` ended the work.
struct Stopped : std::runtime_error {
  Stopped() : std::runtime_error("stopped") {}
};
/// The case with the seed-th seed after its own: the same random numbers whatever else is changed.
Result run_case(const SweepCase& base, std::size_t seed, const std::function<bool()>& stop = {});
/// A measure by its name in sweep_measures.
double measure_of(const Result& result, const std::string& name);

/// Runs all points and seeds in parallel; the answer does not depend on the number of threads.
std::vector<SweepPoint> run_sweep(const SweepCase& base, const std::vector<Sweep>& sweeps, std::size_t seeds, unsigned threads, const std::function<void(double)>& progress = {},
                                  const std::function<bool()>& stop = {});

std::string sweep_csv(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points);
/// A chart of a measure against the first parameter, one line a value of the second, bands around them.
std::string sweep_svg(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points, const std::string& measure);

}  // namespace stargate::operate
