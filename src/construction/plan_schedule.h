#pragma once
#include <optional>
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "construction/durations.h"
#include "construction/network.h"
#include "programme/programme.h"

namespace stargate::construction {

/// One building of a plan and where it stands in the schedule.
struct PlannedBlock {
  std::string site, id;
  bool committed = false;
  double it_mw = 0, budget_usd = 0;
  Date start{};             ///< first day of its quarter, or the day that was reported
  Quarter planned_ready{};  ///< as the plan has it
  std::optional<Date> reported_ready;
  std::size_t first = 0, ready = 0;  ///< its first activity (the order) and its last (a milestone)
  Date expected_ready{};             ///< by middle durations from its start, whatever was reported
};

/// A plan as a network over all sites. A milestone opens each quarter in which something starts; each site's own
/// activities follow that of its opening, each building's that of its start, power orders and grid requests that of
/// their order, and each ends in the milestone by which its quarter is due; all of these end in one. Middle durations,
/// in whole days, every hour worked: the weeks of the data are calendar weeks.
/// The data date is the last day of which the commitments tell, or the programme's first day. What was reported by then
/// stands as actual dates; what the plan has before it and nobody reported counts as gone as planned.
struct PlanSchedule {
  Network network;
  std::vector<LogNormal> durations;  ///< as the activities: sigma 0 for milestones and dates that the plan gives
  std::vector<PlannedBlock> blocks;
  std::size_t reported = 0, as_planned = 0;  ///< activities done or begun by the data date
};

/// `crews`: how many crews of each trade (each kind of building work) there are for all sites; without it crews are not
/// limited. Slots of long-lead equipment are those of the programme. InputError if the plan names a site or template
/// that the programme has not. O(blocks x activities of a template).
PlanSchedule plan_schedule(const Programme& programme, const Plan& plan, std::optional<double> crews = {});

/// The plan's network in the detail in which a contractor would be asked for it: no activity longer than four weeks but
/// for deliveries and the work of others, which say so; work instead of lags; the days between a building's readiness
/// and its quarter as an activity of its own (schedule margin). Its dates are those of the network.
Network detailed_network(const PlanSchedule& schedule);

/// What a week of delay of one building costs: effective compute not made, at the programme's price, and the carrying
/// cost of the building money.
struct WeekCost {
  double compute_usd = 0, carrying_usd = 0;
  double usd() const { return compute_usd + carrying_usd; }
};
WeekCost week_cost(const Programme& programme, const Plan& plan, const PlannedBlock& block);

/// The first quarter that begins on or after the day.
Quarter first_whole_quarter(Date day);

/// Days by which the schedule's finish lies behind the first day of the plan's quarter; not positive where they agree.
int days_late(const PlannedBlock& block, Date finish);

}  // namespace stargate::construction
