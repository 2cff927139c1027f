#pragma once
#include <vector>

#include "adequacy/system.h"

namespace stargate::adequacy {

/// Power on ties between areas: a transport model (limits alone, no losses, no angles).
class Transport {
 public:
  explicit Transport(const System& system);
  /// No flow; ties for which `up` is false carry nothing.
  void reset(const std::vector<bool>& up);
  /// Takes what can be taken from `supply` to `need` (MW by area; both are reduced by it): in the area itself first, then
  /// along the shortest ways, lower areas first. What earlier calls moved stays moved, though perhaps along other ties:
  /// the sum moved is the most that can be (augmenting paths of Edmonds and Karp). O(areas * ties^2).
  void move(std::vector<double>& supply, std::vector<double>& need);

 private:
  struct End {
    std::size_t tie, area;
    double sign;  ///< +1 where the tie leads away from here
  };
  double room(const End& end) const { return end.sign > 0 ? forward_[end.tie] - flow_[end.tie] : backward_[end.tie] + flow_[end.tie]; }

  const std::vector<Tie>& ties_;
  std::vector<std::vector<End>> ends_;  ///< by area
  std::vector<double> forward_, backward_, flow_;
  std::vector<std::size_t> queue_;
  std::vector<std::ptrdiff_t> by_;  ///< how an area was reached: index of the end at its predecessor
  std::vector<std::size_t> before_;
};

}  // namespace stargate::adequacy
