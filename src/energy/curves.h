#pragma once
#include <vector>

#include "energy/network.h"

namespace stargate::energy {

enum class Shape { straight, convex, other };

/// Slope of the segment that ends at point k >= 1.
double slope_of(const std::vector<CostPoint>& points, std::size_t k);

/// By the slopes, to one part in 10^7. O(points).
Shape shape_of(const std::vector<CostPoint>& points);

/// The curve at x, its outer segments going on. O(points).
double along(const std::vector<CostPoint>& points, double x);

}  // namespace stargate::energy
