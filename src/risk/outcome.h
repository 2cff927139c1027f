#pragma once
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::risk {

/// What is kept of a future by quarter, for the programme.
enum class Line : std::size_t {
  ready_mw,            ///< IT power of buildings that are ready, at the quarter's end
  it_mw,               ///< racks installed, at the quarter's end
  facility_mw,         ///< at the peak
  effective_pflops,    ///< average of the quarter, rented chips included
  h100_equivalents,    ///< at the quarter's end
  spent_usd_m,         ///< of the programme's money, up to the quarter's end
  revenue_usd_m,
  running_usd_m,       ///< operations, energy, property tax, rented chips
  dscr,                ///< cash for service over service of all companies; 0 where none is due
  energy_gwh,
  co2_kt,              ///< at the plan's rate of the quarter
  construction_jobs, permanent_jobs,
  count
};
inline constexpr std::size_t line_count = static_cast<std::size_t>(Line::count);
struct LineName {
  const char* key;
  const char* label;
  const char* unit;
};
const LineName& name_of(Line line);

/// Single figures of a future.
enum class Figure : std::size_t {
  compute,             ///< PFLOP/s-years over the horizon
  spent_usd_b,         ///< of the programme's money
  capital_usd_b,       ///< buildings, power, connections, racks
  npv_usd_b,           ///< of the project, before financing, at the programme's rate
  irr,                 ///< of the project; -1 where there is none
  lowest_dscr,         ///< of all companies together, from go-live
  covenants_broken,    ///< companies that fall below their default cover at least once
  lock_ups,            ///< companies that fall below their lock-up cover at least once
  last_ready_days,     ///< day on which the last building of the plan is ready, from the programme's first
  late_mw_years_halls, late_mw_years_power, late_mw_years_racks, late_mw_years_money,  ///< of IT that the plan has and the future has not
  shortage_usd_b,      ///< what that compute would have sold for
  sites_lost,
  jobs_years,          ///< of construction
  co2_mt,
  count
};
inline constexpr std::size_t figure_count = static_cast<std::size_t>(Figure::count);
struct FigureName {
  const char* key;
  const char* label;
  const char* unit;
  bool more_is_better;
};
const FigureName& name_of(Figure figure);

/// A building or a target whose day is kept.
struct Milestone {
  std::string id, site;
  int planned_day = 0;  ///< from the programme's first
};
struct TargetPoint {
  std::string quantity;
  Quarter by{};
  double at_least = 0;
};

/// Where a future's figures stand in its row of numbers.
struct Layout {
  Quarter start{};
  std::size_t quarters = 0;
  std::vector<std::string> sites;
  std::vector<Milestone> buildings;
  std::vector<TargetPoint> targets;
  std::vector<std::string> causes;  ///< common causes: their standard normals are kept, too

  std::size_t figure(Figure f) const { return static_cast<std::size_t>(f); }
  std::size_t line(Line l, std::size_t t) const { return figure_count + static_cast<std::size_t>(l) * quarters + t; }
  std::size_t site_mw(std::size_t s, std::size_t t) const { return figure_count + (line_count + s) * quarters + t; }  ///< IT installed
  std::size_t building_day(std::size_t b) const { return figure_count + (line_count + sites.size()) * quarters + b; }
  std::size_t target_value(std::size_t k) const { return building_day(buildings.size()) + 2 * k; }  ///< at the target's quarter
  std::size_t target_day(std::size_t k) const { return target_value(k) + 1; }                       ///< reached; never: far_day
  std::size_t cause(std::size_t f) const { return target_value(targets.size()) + f; }
  std::size_t size() const { return cause(causes.size()); }
};

/// A day that does not come within the horizon.
inline constexpr double far_day = 1e6;

}  // namespace stargate::risk
