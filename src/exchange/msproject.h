#pragma once
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

/// Microsoft Project XML (schema http://schemas.microsoft.com/project). Read: activities (summary tasks become groups),
/// links with lags, calendars with exceptions, resources with availability, assignments, costs, progress, "start no
/// earlier than" and deadlines. Durations are minutes in the file; a day has MinutesPerDay and a part of a day counts
/// as a whole one (a warning says where). Links to summary tasks are refused. InputError with file, line and what is
/// allowed.
construction::Network read_msproject(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// A new file, with early and late dates and slack of `cpm`. The activity's id stands in Text1.
std::string write_msproject(const construction::Network& network, const construction::CriticalPath& cpm);

/// The same file with its dates and slack replaced; nothing else changes.
std::string msproject_with_dates(const std::string& file, std::string_view original,
                                 const construction::Network& network, const construction::CriticalPath& cpm);

}  // namespace stargate::exchange
