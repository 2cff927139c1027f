#pragma once
// The field tables of a plan's records; included by plan.h.

namespace stargate {

#define STARGATE_TABLE(Record) \
  template <>                  \
  const Table<Record>& plan_table<Record>();
STARGATE_TABLE(Opening)
STARGATE_TABLE(BlockStart)
STARGATE_TABLE(RackOrder)
STARGATE_TABLE(PowerOrder)
STARGATE_TABLE(GridRequest)
STARGATE_TABLE(LineExpansion)
STARGATE_TABLE(SupplyExpansion)
STARGATE_TABLE(CloudUse)
STARGATE_TABLE(Draw)
STARGATE_TABLE(Spending)
STARGATE_TABLE(IncentiveUse)
STARGATE_TABLE(SiteQuarter)
STARGATE_TABLE(ProgrammeQuarter)
STARGATE_TABLE(SiteStep)
STARGATE_TABLE(ZoneStep)
STARGATE_TABLE(SourceStep)
STARGATE_TABLE(FlowStep)
STARGATE_TABLE(BaselineZone)
STARGATE_TABLE(BaselineStore)
STARGATE_TABLE(Worth)
STARGATE_TABLE(Alternative)
#undef STARGATE_TABLE

template <class P, class Visit>
void for_each_plan_table(P& plan, Visit&& visit) {
  visit("sites_opened", plan_table<Opening>(), plan.openings);
  visit("blocks", plan_table<BlockStart>(), plan.blocks);
  visit("racks", plan_table<RackOrder>(), plan.racks);
  visit("onsite_power", plan_table<PowerOrder>(), plan.onsite_power);
  visit("zone_power", plan_table<PowerOrder>(), plan.zone_power);
  visit("grid", plan_table<GridRequest>(), plan.grid);
  visit("line_expansions", plan_table<LineExpansion>(), plan.lines);
  visit("supply_expansions", plan_table<SupplyExpansion>(), plan.expansions);
  visit("cloud", plan_table<CloudUse>(), plan.cloud);
  visit("draws", plan_table<Draw>(), plan.draws);
  visit("spending", plan_table<Spending>(), plan.spending);
  visit("incentives", plan_table<IncentiveUse>(), plan.incentives);
  visit("site_quarters", plan_table<SiteQuarter>(), plan.site_quarters);
  visit("quarters", plan_table<ProgrammeQuarter>(), plan.quarters);
  visit("dispatch_sites", plan_table<SiteStep>(), plan.site_steps);
  visit("dispatch_zones", plan_table<ZoneStep>(), plan.zone_steps);
  visit("dispatch_sources", plan_table<SourceStep>(), plan.source_steps);
  visit("dispatch_flows", plan_table<FlowStep>(), plan.flow_steps);
  visit("baseline_zones", plan_table<BaselineZone>(), plan.baseline_zones);
  visit("baseline_sources", plan_table<SourceStep>(), plan.baseline_sources);
  visit("baseline_flows", plan_table<FlowStep>(), plan.baseline_flows);
  visit("baseline_stores", plan_table<BaselineStore>(), plan.baseline_stores);
  visit("worth", plan_table<Worth>(), plan.worths);
  visit("alternatives", plan_table<Alternative>(), plan.alternatives);
}

}  // namespace stargate
