#pragma once
#include <vector>

#include "operate/fleet.h"
#include "operate/scenario.h"

namespace stargate::operate {

/// IT watts up the tree hall > feed > site as whole numbers, so that sums of changes never drift. `full` is what would be
/// drawn with every running job at full clock. Peaks, energy and time over the limit count loads that lasted: what changes
/// within one instant is seen as it stands at the end of it.
struct Branch {
  std::int64_t base_w = 0, now_w = 0, full_w = 0;  ///< `now` and `full` are dynamic: beyond the base
  std::int64_t limit_w = no_limit;     ///< may not be exceeded
  std::int64_t target_w = no_limit;    ///< best effort: jobs slow down for it but are not stopped
  std::int64_t peak_w = 0, recent_peak_w = 0, energy_j = 0, unused_j = 0;  ///< unused: below the limit, while there was one
  Time since = 0, over_s = 0;          ///< time with the load above the limit
  bool over = false;                   ///< above its limit as of the last look

  std::int64_t load_w() const { return base_w + now_w; }
  std::int64_t demand_w() const { return base_w + full_w; }
  std::int64_t least_limit_w() const { return limit_w < target_w ? limit_w : target_w; }
  void settle(Time now) {
    const Time lasted = now - since;
    if (lasted == 0) return;
    const std::int64_t load = load_w();
    if (load > peak_w) peak_w = load;
    if (load > recent_peak_w) recent_peak_w = load;
    energy_j += load * lasted;
    if (limit_w != no_limit) {
      if (load > limit_w) over_s += lasted;
      else unused_j += (limit_w - load) * lasted;
    }
    since = now;
  }
};

class PowerTree {
 public:
  explicit PowerTree(const Fleet& fleet);

  void add_base(Id hall, std::int64_t watts, Time now);
  void add_dynamic(Id hall, std::int64_t now_w, std::int64_t full_w, Time now);
  const Branch& hall(Id id) const { return halls_[id]; }
  const Branch& feed(Id id) const { return feeds_[id]; }
  const Branch& site(Id id) const { return sites_[id]; }
  /// True if that changes something.
  bool set_feed_limits(Id id, std::int64_t limit_w, std::int64_t target_w, Time now) { return set(feeds_[id], limit_w, target_w, now); }
  bool set_site_limits(Id id, std::int64_t limit_w, std::int64_t target_w, Time now) { return set(sites_[id], limit_w, target_w, now); }
  /// Joules drawn by the site's IT up to `now` (exact: the load is piecewise constant).
  std::int64_t energy_j(Id site, Time now);
  /// Highest load of the site that lasted since the last call.
  std::int64_t take_peak_w(Id site, Time now);
  /// Is there a limit or target on the site or on anything in it?
  bool any_limit(Id site) const;
  /// Would `watts` more be within the limit and target of the hall, the feed or the site? `share` of what is dynamic
  /// is counted.
  bool hall_room(Id hall, std::int64_t watts, double share) const;
  bool feed_room(Id feed, std::int64_t watts, double share) const;
  bool site_room(Id site, std::int64_t watts, double share) const;
  const std::vector<Id>& feeds_of(Id site) const { return feeds_of_[site]; }
  const std::vector<Id>& halls_of(Id feed) const { return halls_of_[feed]; }
  /// Calls visit(branch) for the site, its feeds and its halls.
  template <class Visit>
  void each_branch(Id site, Visit&& visit) {
    visit(sites_[site]);
    for (const Id feed : feeds_of_[site]) {
      visit(feeds_[feed]);
      for (const Id hall : halls_of_[feed]) visit(halls_[hall]);
    }
  }

  template <class Archive>
  void archive(Archive& a) {
    a(halls_, feeds_, sites_);
  }

 private:
  static bool set(Branch& branch, std::int64_t limit_w, std::int64_t target_w, Time now);
  template <class Change>
  void change(Id hall, Time now, Change&& change);
  const Fleet* fleet_;
  std::vector<Branch> halls_, feeds_, sites_;
  std::vector<std::vector<Id>> feeds_of_, halls_of_;  ///< by site, by feed
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
