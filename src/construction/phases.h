#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "construction/durations.h"

namespace stargate::construction {

/// A phase of a campus with the dates that were seen. Without `finished` it still ran on the day it was last seen.
struct DatedPhase : Row {
  std::string site, phase, source, basis;
  Date started{}, seen{};
  std::optional<Date> finished;
  double mw = 0;
};
const Table<DatedPhase>& dated_phase_table();

/// The same milestone as it was promised at one time and stood at a later one.
struct PromisedDate : Row {
  std::string site, milestone, source;
  Date promised{}, promised_on{}, later{}, later_on{};
  std::string later_basis;  ///< measured | projected

  int slip_days() const { return static_cast<int>((later - promised).count()); }
};
const Table<PromisedDate>& promised_date_table();

struct PhaseFit {
  std::string phase;
  std::size_t finished = 0, running = 0;
  LogNormal days;
  FitTest test;
};
/// One fit for each phase that has two or more finished records; those still running count as longer than seen.
std::vector<PhaseFit> fit_phases(const std::vector<DatedPhase>& phases);

/// Slippage as it was: mean, greatest, and the share of milestones that moved later.
struct Slippage {
  std::size_t milestones = 0;
  double mean_days = 0, median_days = 0;
  int most_days = 0;
  double share_late = 0;
};
Slippage slippage(const std::vector<PromisedDate>& dates);

}  // namespace stargate::construction
