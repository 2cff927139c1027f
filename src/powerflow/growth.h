#pragma once
#include "powerflow/contingency.h"

namespace stargate::powerflow {

/// Load that is added at a bus when the growth is 1.
struct Growth {
  std::size_t bus = 0;
  double mw = 0, mvar = 0;
};

struct GrowthOptions {
  NewtonOptions newton;
  bool outages = false;     ///< also after the loss of each branch (N-1)
  double most = 1;          ///< growth beyond which is not looked
  double tolerance = 1e-4;  ///< of `most`
  unsigned threads = 1;
  std::function<bool()> should_stop;
};

struct GrowthLimit {
  double growth = 0;  ///< largest that breaks nothing
  bool bound = false; ///< false: nothing breaks up to options.most
  std::string breaks; ///< what breaks first, in words; where an outage makes it, with its name
};

/// How far load may grow by AC power flow and by DC. What is more is generated in proportion to what generators have left
/// (p_max - p), the slack taking losses; growth ends at the latest when they have nothing left. A limit that is broken
/// without growth counts at the value it has then, so that only what gets worse binds, and by AC a limit binds when it is
/// broken by 0.1 % of a rating or 0.001 of a voltage. AC: bisection between the last
/// growth that holds and the first that does not, O(log(1 / tolerance)) power flows, times the branches with outages.
/// DC: flows are linear in growth, so the bound is a ratio; outages by line outage distribution factors.
GrowthLimit ac_limit(const Case& network, const std::vector<Growth>& growth, const GrowthOptions& options);
GrowthLimit dc_limit(const Case& network, const std::vector<Growth>& growth, const GrowthOptions& options);

/// Loads and generation at a growth; generators share what is more by what they have left.
PowerFlow::Injections grown(const Case& network, const std::vector<Growth>& growth, double share);

}  // namespace stargate::powerflow
