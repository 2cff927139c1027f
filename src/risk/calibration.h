#pragma once
#include <string>
#include <vector>

#include "construction/phases.h"

namespace stargate::risk {

/// A date that came, forecast from the others alone.
struct Hindcast {
  std::string what, site;
  double came_days = 0;  ///< duration of a phase, or days behind the promise
  double low = 0, median = 0, high = 0;  ///< 80 % interval
  double crps = 0;
  double crps_announced = -1, crps_grid_rule = -1;  ///< of the promise itself, and of 180 days late; -1: nothing was promised
  bool covered() const { return came_days >= low && came_days <= high; }
};

/// How good the forecasts were.
struct Calibration {
  std::vector<Hindcast> phases, promises;
  static double coverage(const std::vector<Hindcast>& list);
  static double mean_crps(const std::vector<Hindcast>& list);
};

/// Each finished phase from the other sites' (those still running count as longer than seen), each broken or kept promise from
/// those of other milestones. Phases: the logarithm is normal; promises: days behind are normal. Both predicted by Student's
/// t, since mean and spread are not known: 80 % intervals are mean +- t s sqrt(1 + 1/n). CRPS (Gneiting and Raftery, 2007) is
/// in days: 0 is a certain and right forecast, and of a single day it is the days it was off.
Calibration calibrate(const std::vector<construction::DatedPhase>& phases, const std::vector<construction::PromisedDate>& promises);

/// Continuous ranked probability score of a forecast that is given by equally likely values. O(n log n).
double crps(std::vector<double> forecast, double came);

}  // namespace stargate::risk
