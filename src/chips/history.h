#pragma once
#include <string>
#include <vector>

#include "base/record.h"
#include "chips/chain.h"

namespace stargate::chips {

// Facts about what was shipped, to whom, and out of what; the tables stand in data/facts.

struct ChipModel : Row {
  std::string manufacturer, chip, basis, source;
  double tops_8bit = 0;
};
/// Units that an owner added in a quarter, with the range of the estimate.
struct OwnerUnits : Row {
  std::string manufacturer, owner, chip, basis, source;
  Quarter quarter{};
  double units_p05 = 0, units = 0, units_p95 = 0;
};
struct Shipment : Row {
  std::string chip, basis, source;
  Quarter quarter{};
  double units_p05 = 0, units = 0, units_p95 = 0;
};
struct Package : Row {
  std::string chip, node, yield_model, basis, source;
  double die_mm2 = 0, dies = 1, defects_per_cm2 = 0, salvage = 0, packages_per_wafer = 0, package_yield = 1,
         memory_gb = 0;
};
/// What the world could start a month at a stage, and one customer's share, each with its range.
struct StageHistory : Row {
  std::string stage, unit, basis, source;
  Quarter quarter{};
  double per_month = 0, per_month_low = 0, per_month_high = 0;
  double share = 0, share_low = 0, share_high = 0;
};
const Table<ChipModel>& chip_model_table();
const Table<OwnerUnits>& owner_units_table();
const Table<Shipment>& shipment_table();
const Table<Package>& package_table();
const Table<StageHistory>& stage_history_table();

/// Dense 8-bit peak of an H100, TOP/s: what one H100 equivalent is.
inline constexpr double h100_tops_8bit = 1979;

struct OwnerTotal {
  std::string manufacturer, owner;
  double units = 0, h100e_p05 = 0, h100e = 0, h100e_p95 = 0;
};
/// H100 equivalents by owner, all that was added up to and with `through`. The range adds the quarters' ranges up, as
/// if they erred together: an outer bound. InputError (with the row) for a chip whose peak is not in `models`. O(rows x
/// models).
std::vector<OwnerTotal> owner_totals(const std::vector<OwnerUnits>& units, const std::vector<ChipModel>& models,
                                     Quarter through);

/// Wafers of logic that one package takes: dies over those of a wafer that can be sold.
double wafers_per_package(const Package& package);

/// The chain that the facts describe: logic, memory and packaging, then test and boards, which are not known to bind.
/// The last parts are the packages, in the order of `packages`.
Chain history_chain(const std::vector<Package>& packages, const std::vector<StageHistory>& stages);

struct Reproduced {
  Quarter quarter{};
  double units_p05 = 0, units = 0, units_p95 = 0;  ///< published, all chips
  double limit = 0;                                ///< what the scarcest stage allows, with cycle times
  double shipped = 0;                              ///< what the chain ships week by week against orders of the limit
  std::size_t binding = no_stage;
  double in_progress = 0;  ///< packages on their way at the quarter's end
  bool within() const { return shipped >= units_p05 && shipped <= units_p95; }
};
/// Shipments by quarter made again from stage capacities alone; the split among chips (not their number) is the
/// published one.
std::vector<Reproduced> reproduce(const std::vector<Shipment>& shipments, const std::vector<Package>& packages,
                                  const std::vector<StageHistory>& stages);

}  // namespace stargate::chips
