#pragma once
#include <optional>
#include <string>

#include "adequacy/result.h"
#include "adequacy/system.h"

namespace stargate::adequacy {

/// The distribution of the capacity that is out, on a lattice of `quantum` MW: share[k] = probability of k quanta out.
struct OutageTable {
  double quantum = 1;
  std::vector<double> share{1.0};
  /// One more unit that is out with probability `rate`; a capacity between two points of the lattice is shared between
  /// them so that its mean stays. O(points).
  void add(double capacity_mw, double rate);
};

struct ExactOptions {
  double most_work = 3e9;  ///< elementary steps; above it there is no exact answer
  bool by_step = false;
};

/// The metrics without sampling: outages are independent of each other and of load, so in each step the capacity out is
/// a convolution of the units'. One area: LOLP = P(out > capacity - load), EUE = E[(load + out - capacity)+] from suffix
/// sums, O(units * points + steps). Areas with ties: all combinations of area margins and ties, each a transport problem;
/// margins above what an area can send away count as one.
/// Nothing, and why in `why`, where there is storage, load that gives way, or too much work.
std::optional<Answer> exact(const System& system, const ExactOptions& options, std::string& why);

}  // namespace stargate::adequacy
