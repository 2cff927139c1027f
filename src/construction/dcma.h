#pragma once
#include <string>
#include <vector>

#include "construction/network.h"

namespace stargate::construction {

/// One of the fourteen points by which the US Defense Contract Management Agency assesses a schedule.
struct DcmaCheck {
  int number = 0;
  std::string name;
  std::string what;   ///< is counted, and of what
  double found = 0;   ///< a count, or the index itself for the last two
  double of = 0;      ///< counted against
  std::string limit;  ///< "at most 5 %", "none", "at least 0.95"
  bool applies = true;
  bool passed = true;
  std::size_t justified = 0;            ///< that would count and have a stated reason
  std::vector<std::string> activities;  ///< ids of what was found, as listed
};

/// The fourteen points (DCMA, EVMS Program Analysis Pamphlet, DCMA-EA PAM 200.1, 2012, section 4): logic, leads, lags,
/// kinds of links, hard constraints, high float, negative float, high duration, invalid dates, resources, missed tasks,
/// critical path test, critical path length index, baseline execution index. Counted are activities that are not done,
/// and neither level of effort nor summary. The first activity of the network and its last count neither as without
/// predecessor nor as without successor. A working day has its calendar's hours; 44 of them are two months.
/// O(activities + links) and one more forward pass.
std::vector<DcmaCheck> dcma_checks(const Network& network, const CriticalPath& cpm);

}  // namespace stargate::construction
