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

/// Puts what was reported into the network's tasks. InputError with file, line and the nearest name for an activity
/// that is not there, a finish without a start, or one before it. `file` is for messages.
void apply_actuals(Network& network, const std::vector<Actual>& actuals, const std::string& file);

/// Activities of the network for earned value; planned dates are those of `cpm`.
std::vector<ActivityProgress> progress_of(const Network& network, const CriticalPath& cpm);

/// The activities with what is known on `on_day` built in: what is finished keeps its dates, what is under way needs
/// the rest of its duration from that day, what has not begun begins no earlier. Links into what has begun no longer
/// bind.
std::vector<Activity> with_progress(const Network& network, int on_day);

}  // namespace stargate::construction
