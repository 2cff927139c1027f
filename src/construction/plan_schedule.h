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
};

/// A plan as a network over all sites: each site's own activities from its opening, each building's activities from its
/// start, power orders and grid requests with the plan's dates. Middle durations, in whole days, every day worked: the
/// weeks of the data are calendar weeks. Day 0 is the programme's first day; what began earlier has negative days.
struct PlanSchedule {
  Network network;
  std::vector<LogNormal> durations;  ///< as the activities: sigma 0 for milestones and dates that the plan gives
  std::vector<PlannedBlock> blocks;
};

/// `crews`: how many crews of each trade (each kind of building work) there are for all sites; without it crews are not
/// limited. Slots of long-lead equipment are those of the programme. InputError if the plan names a site or template
/// that the programme has not. O(blocks x activities of a template).
PlanSchedule plan_schedule(const Programme& programme, const Plan& plan, std::optional<double> crews = {});

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
