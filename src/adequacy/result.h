#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace stargate::adequacy {

/// A mean and how sure it is: the bounds of a 95 % interval, equal to the mean where it is exact.
struct Estimate {
  double mean = 0, low = 0, high = 0;
};

/// How often and by how much load is not served. A year is a weather year of the system, whatever its length.
struct Metrics {
  Estimate lolh;         ///< hours a year with a shortfall
  Estimate lole_days;    ///< days a year with a shortfall in the hour of highest load (the daily-peak convention)
  Estimate eue_mwh;      ///< energy a year not served
};

struct AreaMetrics : Metrics {
  std::string area;
};

/// What is known of a load that gives way: energy a year.
struct FlexibleMetrics {
  std::string name;
  double off_mwh = 0, made_good_mwh = 0, lost_mwh = 0;  ///< off = made good + lost within the deadline (or at once)
  double hours = 0;                                     ///< a year with any of it off
  double budget_spent_share = 0;                        ///< of years, in which the budget was used up
};

struct Answer {
  bool exact = false;
  std::string method;  ///< "convolution", "enumeration of area states" or "sequential Monte Carlo"
  Metrics system;
  std::vector<AreaMetrics> areas;
  double load_mwh = 0;  ///< a year, flexible loads included
  double neue_ppm = 0;  ///< EUE over load, millionths
  // Of the sequential simulation alone:
  std::int64_t samples = 0;      ///< simulated years
  Estimate days_with_shortfall;  ///< days a year with a shortfall in any hour
  Estimate events;               ///< runs of consecutive hours with a shortfall, a year
  double mean_event_hours = 0, mean_event_mwh = 0;
  double share_of_years = 0;                     ///< with any shortfall
  double eue_p90_mwh = 0, eue_p99_mwh = 0;       ///< quantiles of a year's energy not served
  double eue_cvar95_mwh = 0;                     ///< mean of the worst twentieth of years
  double eue_worst_mwh = 0;
  std::vector<FlexibleMetrics> flexible;
  std::vector<Estimate> eue_by_weather_year;  ///< one a weather year
  std::vector<double> lolp, eue_by_step;      ///< probability and energy of each step, where asked for
  bool finished = true;                       ///< false: stopped before all samples were done
  std::vector<std::string> notes;
};

}  // namespace stargate::adequacy
