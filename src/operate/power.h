#pragma once
#include <vector>

#include "operate/fleet.h"
#include "operate/scenario.h"

namespace stargate::operate {

/// IT watts up the tree hall > feed > site as whole numbers, so that sums of changes never drift. `full` is what would be
/// drawn with every running job at full clock.
struct Branch {
  std::int64_t base_w = 0, now_w = 0, full_w = 0;  ///< `now` and `full` are dynamic: beyond the base
  std::int64_t peak_w = 0;
  std::int64_t limit_w = 0;            ///< 0: none
  std::int64_t load_w() const { return base_w + now_w; }
  std::int64_t demand_w() const { return base_w + full_w; }
};

class PowerTree {
 public:
  explicit PowerTree(const Fleet& fleet);

  void add_base(Id hall, std::int64_t watts, Time now);
  void add_dynamic(Id hall, std::int64_t now_w, std::int64_t full_w, Time now);
  const Branch& hall(Id id) const { return halls_[id]; }
  const Branch& feed(Id id) const { return feeds_[id]; }
  const Branch& site(Id id) const { return sites_[id]; }
  void set_feed_limit(Id id, std::int64_t watts) { feeds_[id].limit_w = watts; }
  void set_site_limit(Id id, std::int64_t watts) { sites_[id].limit_w = watts; }
  /// Joules drawn by the site's IT up to `now` (exact: the load is piecewise constant).
  std::int64_t energy_j(Id site, Time now);
  /// Highest load of the site since the last call.
  std::int64_t take_peak_w(Id site);
  bool any_limit(Id site) const;
  /// Would `watts` more be within the hall's and its feed's limit, or the site's? `share` of what is dynamic is counted.
  bool room(Id hall, std::int64_t watts, double share) const;
  bool site_room(Id site, std::int64_t watts, double share) const;

  template <class Archive>
  void archive(Archive& a) {
    a(halls_, feeds_, sites_, energy_j_, since_, recent_peak_w_);
  }

 private:
  void settle(Id site, Time now);
  template <class Change>
  void change(Id hall, Time now, Change&& change);
  const Fleet* fleet_;
  std::vector<Branch> halls_, feeds_, sites_;
  std::vector<std::int64_t> energy_j_, recent_peak_w_;
  std::vector<Time> since_;
};

/// IT watts of a node at rest and of a slot beyond that at full work, at the input of the node's power conversion.
double node_idle_w(const NodeType& type);
double slot_dynamic_w(const NodeType& type, int slots_per_gpu);
/// Full speed under the chip's and the rack's own limits, in thousandths.
std::int64_t speed_ceiling(const NodeType& type, Id nodes_per_rack, const PowerRules& rules);

double pue(const Cooling& cooling, double temperature_c);
double water_l_per_kwh(const Cooling& cooling, double temperature_c);
/// Facility load for an IT load, and the IT load that a facility limit leaves.
double facility_mw(const Site& site, double it_mw, double temperature_c);
double it_mw_within(const Site& site, double facility_mw, double temperature_c);

}  // namespace stargate::operate
