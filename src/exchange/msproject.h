#pragma once
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

/// Microsoft Project XML (schema http://schemas.microsoft.com/project). Read: activities (summary tasks become groups,
/// and links to them links to what they hold), links with lags, calendars with exceptions and other weeks, resources
/// with availability, assignments, costs, progress, all constraints and deadlines; tasks scheduled by hand keep their
/// dates. InputError with file, line and what is allowed.
construction::Network read_msproject(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// A new file, with early and late dates and slack of `cpm`. The activity's id stands in Text1.
std::string write_msproject(const construction::Network& network, const construction::CriticalPath& cpm);

/// The same file with the dates and slack of its activities replaced; nothing else changes.
std::string msproject_with_dates(const std::string& file, std::string_view original,
                                 const construction::Network& network, const construction::CriticalPath& cpm);

}  // namespace stargate::exchange
