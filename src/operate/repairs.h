#pragma once
#include <vector>

#include "operate/fleet.h"

namespace stargate::operate {

/// Repair crews of each site and the broken nodes that wait for one, first come first served.
class Repairs {
 public:
  struct Order {
    Id node = none;
    Time takes = 0;
  };
  explicit Repairs(const Fleet& fleet) : busy_(fleet.sites.size(), 0), waiting_(fleet.sites.size()), crewed_(fleet.node_count(), 0) {}

  /// True if a crew sets to work on the node now; otherwise it waits its turn.
  bool take(Id site, Id crews, Order order) {
    if (busy_[site] >= crews) {
      waiting_[site].push_back(order);
      return false;
    }
    ++busy_[site];
    crewed_[order.node] = true;
    return true;
  }
  /// A crew is done with the node, if one was at it; what it turns to next, or no node.
  Order done(Id site, Id node) {
    if (!crewed_[node]) return {};
    crewed_[node] = false;
    if (waiting_[site].empty()) {
      --busy_[site];
      return {};
    }
    const Order next = waiting_[site].front();
    waiting_[site].erase(waiting_[site].begin());
    crewed_[next.node] = true;
    return next;
  }
  bool crewed(Id node) const { return crewed_[node] != 0; }

  template <class Archive>
  void archive(Archive& a) {
    a(busy_, waiting_, crewed_);
  }

 private:
  std::vector<Id> busy_;
  std::vector<std::vector<Order>> waiting_;
  std::vector<std::uint8_t> crewed_;
};

}  // namespace stargate::operate
