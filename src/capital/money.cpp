#include "capital/money.h"

namespace stargate::capital {

std::vector<Cents> split(Cents amount, const std::vector<double>& weights) {
  std::vector<Cents> parts(weights.size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (parts.empty()) return parts;
  if (!(total > 0)) {
    parts.front() = amount;
    return parts;
  }
  double running = 0;
  Cents given = 0;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    running += weights[i];
    const Cents upto = share_of(amount, running / total);
    parts[i] = upto - given;
    given = upto;
  }
  parts.back() = amount - given;
  return parts;
}

}  // namespace stargate::capital
