#pragma once
#include <string>
#include <vector>

#include "adequacy/system.h"

namespace stargate::exchange {

/// A system for adequacy from a folder of CSV tables (docs/adequacy.md): load.csv (a column an area; a column 'year' parts
/// weather years), units.csv, and, where there are any, profiles.csv, storage.csv, ties.csv, flexible.csv. Each is also
/// taken as .csv.gz. Outages are told as mttf_hours with mttr_hours, forced_outage_rate with mttr_hours, or
/// failure_per_step with repair_per_step. InputError with file, line and column for all that is wrong, in one go.
adequacy::System read_adequacy_folder(const std::string& folder, double step_hours = 1);

/// Loads to come, of the columns of flexible.csv: added to the areas they name.
std::vector<adequacy::FlexibleLoad> read_flexible_loads(const std::string& file, const std::vector<std::string>& areas);

}  // namespace stargate::exchange
