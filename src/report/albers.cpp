#include "report/albers.h"

#include <array>
#include <cmath>
#include <numbers>

namespace stargate::report {
namespace {

constexpr double scale = 1300, middle_x = 487.5, middle_y = 305;
constexpr double radians = std::numbers::pi / 180;

/// One conic on the sphere, with the part of the map that it may fill (in units of `scale`, from the middle).
struct Conic {
  double central_meridian, origin_latitude, origin_offset_longitude, parallel_1, parallel_2;
  double relative_scale;
  double at_x, at_y;
  double left, top, right, bottom;

  std::optional<MapPoint> project(double longitude, double latitude) const {
    const auto raw = plane(longitude, latitude),
               origin = plane(central_meridian + origin_offset_longitude, origin_latitude);
    const MapPoint p{at_x + relative_scale * (raw.x - origin.x), at_y - relative_scale * (raw.y - origin.y)};
    if (p.x < left || p.x > right || p.y < top || p.y > bottom) return std::nullopt;
    return MapPoint{middle_x + scale * p.x, middle_y + scale * p.y};
  }

 private:
  MapPoint plane(double longitude, double latitude) const {
    const double sine = std::sin(parallel_1 * radians);
    const double n = (sine + std::sin(parallel_2 * radians)) / 2;
    const double c = 1 + sine * (2 * n - sine);
    const double radius = std::sqrt(c - 2 * n * std::sin(latitude * radians)) / n;
    const double angle = n * std::remainder(longitude - central_meridian, 360) * radians;
    return {radius * std::sin(angle), -radius * std::cos(angle)};
  }
};

constexpr std::array conics{
    Conic{-96, 38.7, -0.6, 29.5, 45.5, 1, 0, 0, -0.455, -0.238, 0.455, 0.238},
    Conic{-154, 58.5, -2, 55, 65, 0.35, -0.307, 0.201, -0.425, 0.12, -0.214, 0.234},
    Conic{-157, 19.9, -3, 8, 18, 1, -0.205, 0.212, -0.214, 0.166, -0.115, 0.234},
};

}  // namespace

std::optional<MapPoint> albers_usa(double longitude, double latitude) {
  for (const auto& conic : conics)
    if (const auto point = conic.project(longitude, latitude)) return point;
  return std::nullopt;
}

}  // namespace stargate::report
