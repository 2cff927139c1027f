#include "energy/curves.h"

#include <algorithm>
#include <cmath>

namespace stargate::energy {

double slope_of(const std::vector<CostPoint>& points, std::size_t k) {
  return (points[k].cost_per_h - points[k - 1].cost_per_h) / (points[k].power_mw - points[k - 1].power_mw);
}

Shape shape_of(const std::vector<CostPoint>& points) {
  bool straight = true;
  for (std::size_t k = 2; k < points.size(); ++k) {
    const double before = slope_of(points, k - 1), slope = slope_of(points, k);
    const double tolerance = 1e-7 * std::max({std::abs(before), std::abs(slope), 1e-9});
    if (slope < before - tolerance) return Shape::other;
    straight = straight && slope <= before + tolerance;
  }
  return straight ? Shape::straight : Shape::convex;
}

double along(const std::vector<CostPoint>& points, double x) {
  std::size_t k = 1;
  while (k + 1 < points.size() && x > points[k].power_mw) ++k;
  return points[k].cost_per_h + slope_of(points, k) * (x - points[k].power_mw);
}

}  // namespace stargate::energy
