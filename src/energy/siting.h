#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "energy/result.h"

namespace stargate::energy {

/// A place a large load may go to: one step of a connection. Several steps at one bus, each dearer, make a supply curve.
struct LoadSite {
  std::string bus;
  double most = unlimited;      ///< power this step can take
  double connection_cost = 0;   ///< per unit of power over the horizon
};

/// Load that is to be placed, and what it can bear. Power in the unit of the network.
struct LargeLoad {
  std::string name = "large load";
  double total = 0;               ///< over all sites
  double block = 0;               ///< taken in whole blocks of this size; 0: any amount
  Profile shape = 1;              ///< of full power, a snapshot
  double curtailable_share = 0;   ///< of full power, that may be off
  double curtailable_hours = 0;   ///< equivalent hours of full power that may be missing over the horizon
  double curtailment_cost = 0;    ///< per unit of energy not served
  double ramp = unset;            ///< per unit of power from one snapshot to the next; unset: free
  std::vector<LoadSite> sites;
  /// On-site generation beside each load, any amount up to the load placed at the site's steps; none where the cost is unset.
  double onsite_capital_cost = unset, onsite_marginal_cost = 0, onsite_most = unlimited;
  /// On-site storage of `storage_hours` at full power, the same way.
  double storage_capital_cost = unset, storage_hours = 4;
};

/// The system with the load as decisions: an extendable consumer (a generator of sign -1 that must run) for each site, and
/// one constraint on their sum. Cost of curtailment is counted as cost.
System place_load(System system, const LargeLoad& load);

/// Several loads, each with its own sites; names must differ.
System place_loads(System system, const std::vector<LargeLoad>& loads);

/// How much each site takes, in the order of the sites.
std::vector<double> placed(const System& system, const Result& result, const LargeLoad& load);

/// The same by bus, all steps of a connection together; only what is placed.
std::map<std::string, double> placed_by_bus(const System& system, const Result& result, const LargeLoad& load);

struct HeadroomOptions {
  std::size_t snapshots = 12;     ///< those with the highest total load are examined
  double curtailable_share = 0.25, curtailable_hours = 100;
  double value_of_lost_load = unlimited;  ///< generators this dear are shedding, not supply (the obvious are found)
  unsigned threads = 1;
  std::function<void(double)> on_share;
  std::function<bool()> should_stop;
};

struct Headroom {
  std::string bus;
  double firm = 0;         ///< load that can be added in every snapshot examined
  double flexible = 0;     ///< ... if a share of it may be off for some hours
  std::size_t worst = 0;   ///< the snapshot that sets `firm`
  std::string binding;     ///< what gives way first there: a line, link or transformer, or "generation"
};

struct HeadroomMap {
  std::vector<Headroom> buses;
  std::vector<std::string> notes;
};

/// How much load each bus takes before something binds, one bus at a time, with the plant that stands: capacity is not
/// extended, units may be off, storage counts by its duration: rated power from 4 hours on, in proportion below (the rule by
/// which US markets accredit it); stores are left out. One linear programme a
/// snapshot, re-solved from its last basis for each bus: O(snapshots * buses) short solves. Takes the first scenario.
HeadroomMap headroom(const System& system, const HeadroomOptions& options);

}  // namespace stargate::energy
