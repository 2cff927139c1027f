#pragma once
#include <optional>
#include <string>
#include <vector>

namespace stargate::impact {

/// One step of hours in all zones: what is generated, what flows, what the programme takes.
struct ZoneHour {
  double generation_mwh = 0;  ///< in the zone, what is on site left out
  double emissions_t = 0;     ///< of that generation
  double programme_mwh = 0;   ///< the programme's use from the grid
  double clean_mwh = 0;       ///< of plants built for the programme that do not emit, at this step
  double own_mwh = 0;         ///< of all plants built for the programme
  double own_emissions_t = 0;
};
struct ZoneFlow {
  std::size_t from = 0, to = 0;
  double mwh = 0;  ///< not negative
};

/// Emissions per MWh used in each zone when what flows in carries the mix of where it comes from (proportional sharing;
/// Bialek, IEE Proc. 143, 1996): c_z = (emissions_z + sum of inflow x c) / (generation_z + inflow). Solved by
/// fixed-point rounds to 1e-12 relative, which converge as every loop of flows passes some generation; zones with no
/// generation and no inflow have 0. O(rounds x (zones + flows)).
std::vector<double> traced_t_per_mwh(const std::vector<ZoneHour>& zones, const std::vector<ZoneFlow>& flows);

/// Emissions of a year or quarter, tonnes, by the GHG Protocol's terms.
struct Carbon {
  double load_mwh = 0;  ///< all use: grid and on site
  double grid_mwh = 0;
  double onsite_t = 0;            ///< scope 1: burnt on site
  double location_t = 0;          ///< scope 2 by location: each hour's traced mix
  double market_t = 0;            ///< scope 2 by market, clean plants matched over the whole span
  double market_hourly_t = 0;     ///< the same with clean plants matched hour by hour in the zone
  double clean_mwh = 0;           ///< made by the programme's clean plants
  double matched_hourly_mwh = 0;  ///< of it, within the programme's use in the hour and zone

  std::optional<double> location_kg_per_mwh() const;
  std::optional<double> hourly_matched_share() const;  ///< of grid use
  Carbon& operator+=(const Carbon& other);
  Carbon scaled(double factor) const;
};

/// One step's scope 2. What the programme's own plants do not cover is taken at the zone's mix without those plants
/// (the residual mix). The whole-span market figure is left for `settle`.
struct StepCarbon {
  double location_t = 0, market_hourly_t = 0, matched_mwh = 0, residual_t = 0, residual_mwh = 0;
};
std::vector<StepCarbon> step_carbon(const std::vector<ZoneHour>& zones, const std::vector<ZoneFlow>& flows);

/// Scope 2 by market over a span: use that the programme's clean plants do not cover in sum, at the residual mix of the
/// hours of use.
double settle_market_t(double grid_mwh, double clean_mwh, double residual_t_if_uncovered);

}  // namespace stargate::impact
