#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "operate/scenario.h"
#include "operate/workload.h"

namespace stargate::operate {

/// Why a job can never start, however long it waits and however empty the fleet gets.
enum class Never : std::uint8_t {
  no,
  width,          ///< wider than what is ever schedulable in one pool of its partition, spares apart
  quota,          ///< wider than its tenant may hold
  scope,          ///< wider than a rack or pod that it must stay within
  cap,            ///< draws more than any limit ever leaves it
};
std::string_view name_of(Never why);
inline constexpr std::size_t never_kinds = 5;

/// By job; empty if every job can start. O(jobs x pools of a partition + hours of signals).
std::vector<Never> never_starting(const Fleet& fleet, const Workload& workload, const Scenario& scenario);

}  // namespace stargate::operate
