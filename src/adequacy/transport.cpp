#include "adequacy/transport.h"

#include <algorithm>

namespace stargate::adequacy {

namespace {
constexpr double nothing = 1e-9;  // MW
constexpr std::ptrdiff_t unseen = -2, source = -1;
}  // namespace

Transport::Transport(const System& system)
    : ties_(system.ties), ends_(system.areas.size()), forward_(ties_.size()), backward_(ties_.size()), flow_(ties_.size(), 0),
      by_(system.areas.size()), before_(system.areas.size()) {
  for (std::size_t t = 0; t < ties_.size(); ++t) {
    ends_[ties_[t].from].push_back({t, ties_[t].to, 1});
    ends_[ties_[t].to].push_back({t, ties_[t].from, -1});
  }
}

void Transport::reset(const std::vector<bool>& up) {
  for (std::size_t t = 0; t < ties_.size(); ++t) {
    forward_[t] = up[t] ? ties_[t].forward_mw : 0;
    backward_[t] = up[t] ? ties_[t].backward_mw : 0;
    flow_[t] = 0;
  }
}

void Transport::move(std::vector<double>& supply, std::vector<double>& need) {
  for (std::size_t a = 0; a < supply.size(); ++a) {
    const double own = std::min(supply[a], need[a]);
    supply[a] -= own;
    need[a] -= own;
  }
  if (ties_.empty()) return;
  for (;;) {
    // Breadth first from all areas with supply to the nearest one in need.
    queue_.clear();
    std::ranges::fill(by_, unseen);
    for (std::size_t a = 0; a < supply.size(); ++a)
      if (supply[a] > nothing) {
        queue_.push_back(a);
        by_[a] = source;
      }
    std::size_t found = supply.size();
    for (std::size_t at = 0; at < queue_.size() && found == supply.size(); ++at) {
      const std::size_t a = queue_[at];
      for (std::size_t e = 0; e < ends_[a].size(); ++e) {
        const auto& end = ends_[a][e];
        if (by_[end.area] != unseen || room(end) <= nothing) continue;
        by_[end.area] = static_cast<std::ptrdiff_t>(e);
        before_[end.area] = a;
        if (need[end.area] > nothing) {
          found = end.area;
          break;
        }
        queue_.push_back(end.area);
      }
    }
    if (found == supply.size()) return;
    double moved = need[found];
    std::size_t a = found;
    for (; by_[a] != source; a = before_[a]) moved = std::min(moved, room(ends_[before_[a]][static_cast<std::size_t>(by_[a])]));
    moved = std::min(moved, supply[a]);
    supply[a] -= moved;
    need[found] -= moved;
    for (a = found; by_[a] != source; a = before_[a]) {
      const auto& end = ends_[before_[a]][static_cast<std::size_t>(by_[a])];
      flow_[end.tie] += end.sign * moved;
    }
  }
}

}  // namespace stargate::adequacy
