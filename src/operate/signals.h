#pragma once
#include <string>

#include "operate/fleet.h"
#include "operate/scenario.h"

namespace stargate::operate {

/// Hourly signals as CSV: `hour` (whole hours from the calendar hour in which the run starts) or `time` (YYYY-MM-DD HH:MM:SS
/// on the hour, or a date), optional `site` (otherwise every site), and any of price_usd_per_mwh, carbon_kg_per_mwh,
/// temperature_c, limit_mw (0 is no import at all; an empty cell is no limit). Hours must follow one another; all that is
/// wrong is reported by line.
std::vector<SiteSignals> read_signals(const std::string& file, std::string_view text, const Fleet& fleet, std::int64_t unix_start);

/// Load targets as JSON in the shape of NVIDIA's DSX Flex / DPS: an array, or an object with `load_targets`, of objects with
/// value, unit (W, kW, MW, GW, or percent of the feeds' limits or the site's import), start and end (ISO 8601, or seconds of the
/// run), feeds (names; none: the site), best_effort, and here also site.
std::vector<LoadTarget> read_load_targets(const std::string& file, std::string_view text, const Fleet& fleet, std::int64_t unix_start);

}  // namespace stargate::operate
