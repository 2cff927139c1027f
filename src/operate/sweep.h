#pragma once
#include <functional>
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
};
/// Runs all points and seeds in parallel; the answer does not depend on the number of threads.
std::vector<SweepPoint> run_sweep(const SweepCase& base, const std::vector<Sweep>& sweeps, std::size_t seeds, unsigned threads, const std::function<void(double)>& progress = {});

std::string sweep_csv(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points);
/// A chart of a measure against the first parameter, one line a value of the second, bands around them.
std::string sweep_svg(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points, const std::string& measure);

}  // namespace stargate::operate
