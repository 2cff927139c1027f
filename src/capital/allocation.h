#pragma once

#include <map>
#include <string>
#include <vector>

#include "blueprint/plan.h"

namespace stargate::capital {

/// Shares out spending that a plan gives for the programme as a whole: each category by the sites' own decisions that
/// cause it (blocks being built, racks on order, grid capacity asked for, energy taken) in the quarter, or over the
/// horizon where none falls into the quarter.
class Allocation {
 public:
  /// `sites`: ids in the order of the weights. Quarters are counted from `start`.
  Allocation(const Plan& plan, const std::vector<std::string>& sites, Quarter start, std::size_t quarters);

  /// A weight for each site; all zero where no site causes the category (cloud, zones, interest). Supply expansions are
  /// caused by the racks.
  std::vector<double> weights(const std::string& category, std::size_t t) const;

 private:
  using Grid = std::vector<std::vector<double>>;  ///< by quarter and site

  /// Adds `amount` in each quarter of [from, to]; an order of one quarter counts once.
  void during(const std::string& category, const std::string& site, Quarter from, Quarter to, double amount);

  std::map<std::string, std::size_t, std::less<>> index_;
  std::map<std::string, Grid, std::less<>> causes_;
  Quarter start_;
  std::size_t quarters_;
};

}  // namespace stargate::capital
