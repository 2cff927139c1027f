#pragma once
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::impact {

/// A building that is put up: from its start to the day it is ready.
struct Works {
  std::string state, site;
  Date start{}, ready{};
  double it_mw = 0, facility_mw = 0;
  double peak_jobs_per_it_mw = 0;
  double permanent_per_mw_contract = 0, permanent_per_mw_claim = 0;
};

/// Jobs of one state and quarter; contract and claim are never added up.
struct JobsQuarter {
  std::string state;
  Quarter quarter{};
  double construction = 0;                             ///< average over the quarter's days
  double construction_peak = 0;                        ///< on its busiest day
  double permanent_contract = 0, permanent_claim = 0;  ///< at the quarter's end
};

/// Share of the peak crew on the site after a share of the building time: rises over the first third, stays, and falls
/// over the last fifth (a trapezoid; site reports show the same shape). 0 outside [0, 1].
double crew_share(double time_share);

/// Job-years of construction that one unit of peak crew stands for, per year of building time: the trapezoid's area.
double crew_area();

/// By state, then quarter, from `first` for `quarters` quarters; states in order of their name. O(works x days).
std::vector<JobsQuarter> jobs(const std::vector<Works>& works, Quarter first, int quarters);

}  // namespace stargate::impact
