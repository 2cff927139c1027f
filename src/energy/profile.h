#pragma once
#include <cstddef>
#include <limits>
#include <vector>

namespace stargate::energy {

inline constexpr double unlimited = std::numeric_limits<double>::infinity();
inline constexpr double unset = std::numeric_limits<double>::quiet_NaN();

/// A quantity that is the same in every snapshot, or has one value a snapshot.
struct Profile {
  double fixed = 0;
  std::vector<double> hourly;
  Profile() = default;
  Profile(double value) : fixed(value) {}  // NOLINT: a number is a profile
  double operator[](std::size_t snapshot) const { return hourly.empty() ? fixed : hourly[snapshot]; }
  bool is_zero() const;
  bool is_unset() const;  ///< every value is `unset`
};

/// share * amount, where nothing of what is unlimited is nothing.
inline double times(double share, double amount) { return share == 0 || amount == 0 ? 0 : share * amount; }

}  // namespace stargate::energy
