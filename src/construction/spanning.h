#pragma once
#include <vector>

#include "construction/critical_path.h"

namespace stargate::construction {

/// True if the link holds its successor where it is.
bool drives(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
            const std::vector<Dates>& dates, const Link& link, std::size_t successor);

/// Dates of what only spans: level of effort reaches from where its links let it begin to where they let it end,
/// summaries over their group. All other dates are known. O(links + members of groups).
void span_dates(const std::vector<Activity>& activities, const std::vector<SchedulingRules>& rules,
                const std::vector<std::size_t>& order, const std::vector<Instant>& project_finishes,
                std::vector<Dates>& dates);

}  // namespace stargate::construction
