#pragma once
#include "energy/network.h"

namespace stargate::energy {

/// What becomes of the values of merged snapshots.
enum class Merge {
  mean,       ///< powers, shares, costs
  last,       ///< levels at the end of a snapshot
  set_point,  ///< the mean where every one is set, else not set
  ramp,       ///< a limit from one snapshot to the next
};

/// Every profile of a network, so that all are cut alike.
template <class Use>
void each_profile(Network& net, Use&& use) {
  const auto dispatchable = [&](Dispatchable& d) {
    for (Profile* p : {&d.p_min_pu, &d.p_max_pu, &d.marginal_cost, &d.marginal_cost_quadratic, &d.stand_by_cost, &d.start_fuel_cost}) use(*p, Merge::mean);
    use(d.p_set, Merge::set_point);
    for (Profile* p : {&d.ramp_limit_up, &d.ramp_limit_down}) use(*p, Merge::ramp);
  };
  for (auto& g : net.generators) {
    dispatchable(g);
    use(g.efficiency, Merge::mean);
  }
  for (auto& l : net.links) {
    dispatchable(l);
    for (auto& port : l.ports) use(port.coefficient, Merge::mean);
  }
  for (auto* branches : {&net.lines, &net.transformers})
    for (auto& b : *branches) {
      use(b.s_max_pu, Merge::mean);
      use(b.phase_shift, Merge::mean);
    }
  for (auto& l : net.loads) use(l.p_set, Merge::mean);
  for (auto& s : net.storage_units) {
    for (Profile* p : {&s.p_min_pu, &s.p_max_pu, &s.marginal_cost, &s.marginal_cost_quadratic, &s.marginal_cost_storage, &s.spill_cost,
                       &s.efficiency_store, &s.efficiency_dispatch, &s.standing_loss, &s.inflow, &s.inflow_pu, &s.marginal_cost_charge})
      use(*p, Merge::mean);
    for (Profile* p : {&s.p_set, &s.p_dispatch_set, &s.p_store_set}) use(*p, Merge::set_point);
    use(s.state_of_charge_set, Merge::last);
  }
  for (auto& s : net.stores) {
    for (Profile* p : {&s.marginal_cost, &s.marginal_cost_quadratic, &s.marginal_cost_storage, &s.standing_loss}) use(*p, Merge::mean);
    for (Profile* p : {&s.e_min_pu, &s.e_max_pu, &s.e_set}) use(*p, Merge::last);
    use(s.p_set, Merge::set_point);
  }
  for (auto& r : net.policies.rows) {
    use(r.constant, Merge::mean);
    for (auto& term : r.terms) use(term.coefficient, Merge::mean);
  }
}

}  // namespace stargate::energy
