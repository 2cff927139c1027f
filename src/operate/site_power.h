#pragma once
#include <vector>

#include "operate/power.h"
#include "operate/tables.h"

namespace stargate::operate {

/// What holds at each site by the hour (import, weather, price, carbon), with its battery, its ramp and its energy accounts;
/// and the limits that follow from it, which it enters into the power tree.
class SitePower {
 public:
  struct Hour {
    double price, carbon, temperature, grid_mw;
  };
  SitePower(const Fleet& fleet, const Scenario& scenario);

  PowerTree& tree() { return tree_; }
  const PowerTree& tree() const { return tree_; }
  const std::vector<SiteTotals>& totals() const { return totals_; }
  /// O(1).
  Hour hour_at(Id site, Time time) const;
  /// No signal changes any more after this, and no target begins or ends.
  Time constant_from() const { return constant_from_; }
  /// Enters the limits that hold now: import, on-site power and battery through cooling, and load targets. True if one is
  /// not what it was. O(feeds of the site x targets).
  bool refresh(Id site, Time now);
  bool limited(Id site) const { return limited_[site]; }

  /// The battery carries what grid and on-site power do not, and charges from what they leave. To be called before each
  /// change of the site's load. Once empty it rests until a quarter of it is charged again.
  void settle_battery(Id site, Time now);
  bool has_battery(Id site) const { return fleet_->sites[site].battery_mw > 0; }
  bool battery_empty(Id site) const { return empty_[site]; }
  /// When it will be empty if load and hour stay as they are; `never` if it does not run down.
  Time battery_ends(Id site, Time now) const;
  bool battery_moves(Id site, Time now) const;

  /// Rising load spends an allowance that refills at the site's ramp rate, ten minutes' worth at most; a start larger than
  /// that waits for a full allowance and overdraws it, so that the mean rise keeps to the rate. 0 if `watts` may rise now,
  /// else when they may.
  Time ramp_ready(Id site, std::int64_t watts, Time now);
  void ramp_spend(Id site, std::int64_t watts) {
    if (fleet_->sites[site].ramp_mw_per_min != unlimited) ramps_[site].allowance_w -= watts;
  }

  /// Totals, peaks and time over limits begin anew.
  void begin_measuring(Time now);
  /// Energy, money, carbon and water of the time from row.start to row.end, into the row and the totals.
  void account(Id site, IntervalRow& row, Time limited_s);
  /// A fault of the grid's supply is ridden through if on-site power and battery together carry the load for the mean outage.
  /// MW that had to be carried, or a negative number if that was too much.
  double ride_through_mw(Id site, double outage_h, Time now);

  template <class Archive>
  void archive(Archive& a) {
    a(tree_, totals_, energy_j_, unused_j_, battery_mwh_, battery_since_, empty_, ramps_, limited_);
  }

 private:
  double load_mw(Id site) const { return static_cast<double>(tree_.site(site).load_w()) / watts_per_mw; }
  /// Grid and on-site power less the facility's load.
  double surplus_mw(Id site, const Hour& hour) const;

  const Fleet* fleet_;
  const Scenario* scenario_;
  PowerTree tree_;
  Time constant_from_ = 0;
  std::vector<SiteTotals> totals_;
  std::vector<std::int64_t> energy_j_, unused_j_;  ///< as of the last account
  std::vector<double> battery_mwh_;
  std::vector<Time> battery_since_;
  std::vector<std::uint8_t> empty_, limited_;
  struct Ramp {
    std::int64_t allowance_w = 0;
    Time since = -1;
  };
  std::vector<Ramp> ramps_;
};

}  // namespace stargate::operate
