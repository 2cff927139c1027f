#pragma once
#include <optional>

namespace stargate::report {

/// A point of the report's map: 975 wide, 610 high, y downwards.
struct MapPoint {
  double x = 0, y = 0;
};

/// Albers' equal-area conic projection of the United States, composed as in d3.geoAlbersUsa at scale 1300: the 48
/// states (parallels 29.5 and 45.5 N), Alaska at 35 % and Hawaii in the lower left. Nothing for points outside of all
/// three. Formulas: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), equations
/// 14-1 to 14-6.
std::optional<MapPoint> albers_usa(double longitude, double latitude);

}  // namespace stargate::report
