#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "construction/earned_value.h"
#include "construction/network.h"

namespace stargate::construction {

/// How an activity went, as a site reports it.
struct Actual : Row {
  std::string activity;
  std::optional<Date> started, finished;
  double complete = 0, cost_usd_m = 0;
};
const Table<Actual>& actual_table();

/// Puts what was reported into the network. InputError with file, line and the nearest name for an activity
/// that is not there, a finish without a start, or one before it. `file` is for messages.
void apply_actuals(Network& network, const std::vector<Actual>& actuals, const std::string& file);

/// Activities of the network for earned value, in days from its start; planned dates are the baseline's, or without one
/// those of `cpm`.
std::vector<ActivityProgress> progress_of(const Network& network, const CriticalPath& cpm);

/// The network as it stands on the morning of `day`: what has begun and is not done needs the rest of its duration from
/// then on, what has not begun begins no earlier. Links into what has begun still hold what is left of it.
Network with_progress(Network network, Date day);

}  // namespace stargate::construction
