#pragma once
#include <algorithm>
#include <cmath>
#include <string>

namespace stargate {

/// Two figures that must be the same wherever both are known: in every quarter, for every building.
struct Identity {
  std::string name, left, right;  ///< what is said, and the two places that say it
  std::string unit;
  double left_total = 0, right_total = 0;  ///< over all that is compared
  double worst = 0;                        ///< largest difference in any one place
  std::size_t compared = 0;                ///< places
  std::string breaks_at;                   ///< the first that differs; empty: none does
  bool holds() const { return breaks_at.empty(); }
};

/// Compares `count` places: left(i) with right(i), each in whole units of 1 / `scale` of the unit (cents of USD: 100),
/// which may differ by `tolerance` of them; where(i) names the place. O(count).
template <class Left, class Right, class Where>
Identity compare(Identity named, std::size_t count, double scale, double tolerance, Left&& left, Right&& right,
                 Where&& where) {
  for (std::size_t i = 0; i < count; ++i) {
    const double a = static_cast<double>(left(i)), b = static_cast<double>(right(i)), apart = std::abs(a - b);
    named.left_total += a;
    named.right_total += b;
    named.worst = std::max(named.worst, apart);
    if (named.breaks_at.empty() && !(apart <= tolerance)) named.breaks_at = where(i);
  }
  named.left_total /= scale;
  named.right_total /= scale;
  named.worst /= scale;
  named.compared = count;
  return named;
}

}  // namespace stargate
