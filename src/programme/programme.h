#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "programme/records.h"

namespace stargate {

/// A whole programme: what the user wrote, as a value.
struct Programme {
  Settings settings;
  std::vector<Tranche> tranches;
  std::vector<Target> targets;
  std::vector<CriterionWeight> site_weights;

  std::vector<Investor> investors;
  std::vector<Partner> partners;
  std::vector<Incentive> incentives;
  std::vector<Site> sites;
  std::vector<Interconnection> interconnection;
  std::vector<Commitment> commitments;
  std::vector<StandingRacks> standing_racks;
  std::vector<StandingPower> standing_power;
  std::vector<StandingLine> standing_lines;
  std::vector<StandingGrid> standing_grid;
  std::vector<StandingCloud> standing_cloud;
  std::vector<StandingExpansion> standing_expansions;
  std::vector<StandingDraw> standing_draws;
  std::vector<Activity> activities;
  std::vector<Zone> zones;
  std::vector<Line> lines;
  std::vector<RepresentativeDay> days;
  std::vector<Profile> profiles;
  std::vector<Fleet> fleet;
  std::vector<Fuel> fuels;
  std::vector<FuelPrice> fuel_prices;
  std::vector<PowerTechnology> power;
  std::vector<Equipment> equipment;
  std::vector<EquipmentSupply> equipment_supply;
  std::vector<Accelerator> accelerators;
  std::vector<AcceleratorSupply> accelerator_supply;
  std::vector<Stage> stages;
  std::vector<StageCapacity> stage_capacity;
  std::vector<BillOfMaterials> bill_of_materials;
  std::vector<Expansion> expansions;
  std::vector<Efficiency> efficiency;
  std::vector<Cloud> cloud;

  std::string folder;  ///< where it was read from, for messages
  std::string digest;  ///< SHA-256 over all input files

  /// Quarters of the horizon, building and tail together.
  int quarters() const { return static_cast<int>(settings.build_quarters + settings.tail_quarters); }
  Quarter quarter(int t) const { return settings.start + t; }
  /// The first quarter of decisions; what is before it is given.
  Quarter decisions_from() const { return settings.decisions_from.value_or(settings.start); }
};

}  // namespace stargate
