#pragma once
#include "programme/programme.h"

namespace stargate {

/// The field table of a record: the one place that says what its columns are.
template <class Record>
const Table<Record>& table();

#define STARGATE_TABLE(Record) \
  template <>                  \
  const Table<Record>& table<Record>();
STARGATE_TABLE(Settings)
STARGATE_TABLE(Tranche)
STARGATE_TABLE(Target)
STARGATE_TABLE(CriterionWeight)
STARGATE_TABLE(Investor)
STARGATE_TABLE(Partner)
STARGATE_TABLE(Incentive)
STARGATE_TABLE(Site)
STARGATE_TABLE(Interconnection)
STARGATE_TABLE(Commitment)
STARGATE_TABLE(StandingRacks)
STARGATE_TABLE(StandingPower)
STARGATE_TABLE(StandingLine)
STARGATE_TABLE(StandingGrid)
STARGATE_TABLE(StandingCloud)
STARGATE_TABLE(StandingExpansion)
STARGATE_TABLE(StandingDraw)
STARGATE_TABLE(Activity)
STARGATE_TABLE(Zone)
STARGATE_TABLE(Line)
STARGATE_TABLE(RepresentativeDay)
STARGATE_TABLE(Profile)
STARGATE_TABLE(Fleet)
STARGATE_TABLE(Fuel)
STARGATE_TABLE(FuelPrice)
STARGATE_TABLE(PowerTechnology)
STARGATE_TABLE(Equipment)
STARGATE_TABLE(EquipmentSupply)
STARGATE_TABLE(Accelerator)
STARGATE_TABLE(AcceleratorSupply)
STARGATE_TABLE(Stage)
STARGATE_TABLE(StageCapacity)
STARGATE_TABLE(BillOfMaterials)
STARGATE_TABLE(Expansion)
STARGATE_TABLE(Efficiency)
STARGATE_TABLE(Cloud)
#undef STARGATE_TABLE

/// Calls visit(table, rows) for each CSV table of the programme, in the order a reader would want.
/// `P` is Programme or const Programme.
template <class P, class Visit>
void for_each_table(P& p, Visit&& visit) {
  visit(table<Investor>(), p.investors);
  visit(table<Partner>(), p.partners);
  visit(table<Incentive>(), p.incentives);
  visit(table<Site>(), p.sites);
  visit(table<Interconnection>(), p.interconnection);
  visit(table<Commitment>(), p.commitments);
  visit(table<StandingRacks>(), p.standing_racks);
  visit(table<StandingPower>(), p.standing_power);
  visit(table<StandingLine>(), p.standing_lines);
  visit(table<StandingGrid>(), p.standing_grid);
  visit(table<StandingCloud>(), p.standing_cloud);
  visit(table<StandingExpansion>(), p.standing_expansions);
  visit(table<StandingDraw>(), p.standing_draws);
  visit(table<Activity>(), p.activities);
  visit(table<Zone>(), p.zones);
  visit(table<Line>(), p.lines);
  visit(table<RepresentativeDay>(), p.days);
  visit(table<Profile>(), p.profiles);
  visit(table<Fleet>(), p.fleet);
  visit(table<Fuel>(), p.fuels);
  visit(table<FuelPrice>(), p.fuel_prices);
  visit(table<PowerTechnology>(), p.power);
  visit(table<Equipment>(), p.equipment);
  visit(table<EquipmentSupply>(), p.equipment_supply);
  visit(table<Accelerator>(), p.accelerators);
  visit(table<AcceleratorSupply>(), p.accelerator_supply);
  visit(table<Stage>(), p.stages);
  visit(table<StageCapacity>(), p.stage_capacity);
  visit(table<BillOfMaterials>(), p.bill_of_materials);
  visit(table<Expansion>(), p.expansions);
  visit(table<Efficiency>(), p.efficiency);
  visit(table<Cloud>(), p.cloud);
}

/// Tables that need not be there: nothing stands.
inline bool may_be_missing(std::string_view table) { return table.starts_with("standing_"); }

/// The array tables of programme.toml.
template <class P, class Visit>
void for_each_list(P& p, Visit&& visit) {
  visit(table<Tranche>(), p.tranches);
  visit(table<Target>(), p.targets);
  visit(table<CriterionWeight>(), p.site_weights);
}

/// Adds the columns source, as_of and basis that every row of data carries.
template <class Record>
Table<Record> with_source(Table<Record> t) {
  t.fields.push_back(field_of<Record>("source", &Sourced::source,
                                      "who says so: publication or dataset; 'estimate: ...' where nobody does"));
  t.fields.push_back(field_of<Record>("as_of", &Sourced::as_of, "date of the source"));
  t.fields.push_back(field_of<Record>("basis", &Sourced::basis, "what kind of figure this is")
                         .one_of({"contract", "measured", "reported", "claim", "projection", "estimate"}));
  return t;
}

}  // namespace stargate
