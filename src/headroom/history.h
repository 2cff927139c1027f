#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace stargate::headroom {

/// Hourly demand of one balancing authority or region, in the order of time.
struct DemandHistory {
  std::string name;
  std::string group;                ///< the region it belongs to; empty: none
  std::vector<std::int64_t> hours;  ///< hours since 1970-01-01 00:00, strictly rising; a step above 1 is a gap
  std::vector<double> demand_mw;    ///< as long as `hours`; finite, not negative
};

/// What a demand with new load may reach in an hour without being curtailed.
enum class Threshold {
  season,  ///< the highest hourly demand of the hour's season (summer or winter) over all years
  year,    ///< the highest hourly demand of all hours
};

struct HistoryOptions {
  std::vector<double> limits{0.0025, 0.005, 0.01, 0.05};  ///< curtailed share of the new load's energy, in (0, 1)
  Threshold threshold = Threshold::season;
  int summer_from = 4, summer_to = 10;  ///< months, both included
};

/// One authority (or a sum of them) at one limit. Hours and energy are means a year of 8,766 hours.
struct HistoryHeadroom {
  std::string authority, group;
  double limit = 0;             ///< curtailed share of the new load's energy
  double headroom_mw = 0;       ///< the largest constant load whose curtailed share is the limit
  double headroom_of_peak = 0;  ///< over the highest hourly demand
  double curtailed_mwh = 0;     ///< energy a year
  double hours = 0;             ///< a year with any curtailment
  double hours_half_left = 0, hours_three_quarters_left = 0, hours_nine_tenths_left = 0;  ///< of them, with so much served
  double mean_depth = 0, greatest_depth = 0;  ///< share of the load that is off, over curtailed hours
  double events = 0;                          ///< a year; an event is a run of consecutive curtailed hours
  double mean_event_hours = 0;
  std::int64_t longest_event_hours = 0;
  std::int64_t worst_year = 0;  ///< the calendar year with the largest curtailed share
  double worst_year_share = 0;
};

struct HistoryAnswer {
  std::vector<HistoryHeadroom> authorities;  ///< by authority, then by limit
  std::vector<HistoryHeadroom> groups;  ///< sums of headroom and energy, plain means of hours and events; by group, limit
  std::vector<HistoryHeadroom> totals;  ///< the same over all authorities, by limit
  std::vector<std::string> notes;       ///< what a reader should doubt: gaps, spikes, part years
};

/// Curtailment-enabled headroom by history (Norris, Profeta, Patino-Echeverri, Cowie-Haskell: Rethinking Load Growth,
/// 2025, appendix C): in each hour the new constant load L is curtailed by what demand + L exceeds the threshold;
///     headroom = the largest L with sum over hours of max(0, L - slack(h)) = limit * L * hours,  slack = threshold - demand.
/// The left side is piecewise linear in L, so the answer is exact: a sort and one pass. O(n log n) an authority.
/// std::invalid_argument where options or histories break what is said above.
HistoryAnswer headroom_by_history(const std::vector<DemandHistory>& histories, const HistoryOptions& options);

/// Year and month (1 to 12) of hours since 1970-01-01 00:00.
struct YearMonth {
  int year, month;
};
YearMonth year_month(std::int64_t hour);

/// A zone of another grid model and the part of an authority's demand that is its own.
struct ZoneShare {
  std::string zone, authority;
  double share = 0;  ///< of the authority's headroom, from 0 to 1
};
/// Headroom of each zone: shares of the headroom of its authorities; hours, depth and events are means weighted by the
/// headroom each gives. std::invalid_argument where an authority is not among the answer's.
std::vector<HistoryHeadroom> headroom_by_zone(const HistoryAnswer& answer, const std::vector<ZoneShare>& shares);

}  // namespace stargate::headroom
