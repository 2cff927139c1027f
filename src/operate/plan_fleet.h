#pragma once
#include <filesystem>
#include <string>

#include "blueprint/plan.h"
#include "operate/scenario.h"
#include "operate/workload.h"
#include "programme/programme.h"

namespace stargate::operate {

/// A plan as something to operate for a span of days from the start of a calendar year.
struct PlanCase {
  Fleet fleet;
  Scenario scenario;                   ///< failures, checkpoints, power, signals, cloud as the plan has them
  double days = 365;                   ///< warm-up included
  double load = 0.75;                  ///< of the mix
  std::int64_t unix_start = 0;
  double promised_pflops = 0;          ///< effective, of the plan's own sites: mean over the time that is measured
  std::vector<std::string> assumptions;
};

enum class Weather { typical, hot };

/// The fleet of a plan's tables: each site with a building a started block (a feed and a hall with the block's MW as limit), filled
/// with racks in order of arrival; a pool for each accelerator at each site; racks leave at the end of their life. Time 0 is the
/// first day of `year` (0: the last year in which racks are installed) less the warm-up; racks installed before are there from
/// the start.
/// - Import limit by hour: interconnection energised by then. On-site power and batteries: in service by the year's start; what
///   comes later in the year is added to the import limit from its quarter on.
/// - Price by hour: the zone's mean over the plan's representative days of the quarter, by hour of day; where the plan has no
///   dispatch of that quarter, that of the nearest, said. Carbon: the programme's mean of the quarter, likewise.
/// - Temperature: data/facts/site_climate.csv's seasons joined smoothly, 6 C more in the afternoon and less before dawn; PUE is
///   a line through the site's winter and summer values at the seasons' mean temperatures.
/// - Each pool's effective share: the plan's effective PFLOP/s of the site over its chips' peak.
/// - Cloud: chips committed in the year, at the contract's prices.
/// O(tables). std::logic_error or InputError if the plan names what the programme does not have.
PlanCase make_plan_case(const Plan& plan, const Programme& programme, int year, double days, double warm_up_days = 0, Weather weather = Weather::typical);
/// Reads both and makes the case; an empty programme folder is the embedded default.
PlanCase plan_case(const std::filesystem::path& plan, const std::filesystem::path& programme, int year, double days, double warm_up_days,
                   Weather weather = Weather::typical);

/// A node of an accelerator's rack: the largest of 8, 4, 2, 1 GPUs that divides the rack and its scale-up domain.
NodeType node_type(const Accelerator& accelerator, double operating_usd_per_kw_year);

}  // namespace stargate::operate
