#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/record.h"

namespace stargate {

// What a plan decides and what follows from it, one record a row of a CSV table. A plan made by hand or by another tool
// in these tables can be checked, operated, financed and drawn in the same way. Quarters are calendar quarters.

struct Opening : Row {
  std::string site, state;
  Quarter quarter{};
  bool committed = false;
};

struct BlockStart : Row {
  std::string site;
  Quarter start{}, ready{};
  std::int64_t blocks = 0;
  double it_mw = 0;
  bool committed = false;
};

struct RackOrder : Row {
  std::string accelerator, site;
  Quarter ordered{}, installed{};
  double racks = 0, chips = 0, it_mw = 0, price_usd_m = 0;
  bool given = false;  ///< it stands or was ordered when decisions begin
};

/// Power on site, or in a zone (then `place` is a zone).
struct PowerOrder : Row {
  std::string technology, place;
  Quarter ordered{}, service{};
  double mw = 0, capex_usd_m = 0;
  bool given = false;
};

struct GridRequest : Row {
  std::string site, kind;
  std::int64_t step = 1;
  Quarter requested{}, energised{};
  double mw = 0, capex_usd_m = 0;
  bool given = false;
};

struct LineExpansion : Row {
  std::string line;
  Quarter decided{}, service{};
  double mw = 0;
  bool given = false;
};

struct SupplyExpansion : Row {
  std::string expansion;
  Quarter ordered{}, first_output{};
  double count = 0, capex_usd_m = 0;
  bool given = false;
};

struct CloudUse : Row {
  std::string contract;
  Quarter quarter{};
  double new_committed_chips = 0, active_committed_chips = 0, burst_chips = 0, cost_usd_m = 0;
  double given_chips = 0;  ///< of active_committed_chips
};

struct Draw : Row {
  std::string investor;
  Quarter quarter{};
  double usd_m = 0;
};

/// category: opening, construction, grid_connection, onsite_power, racks, sales_tax, expansions, cloud, interest,
/// operations, property_tax, onsite_fixed, zone_power, energy_grid, energy_onsite, shedding, incentives (negative).
/// `place` is a site where there is one.
struct Spending : Row {
  Quarter quarter{};
  std::string category, place;
  double usd_m = 0;
  bool funded = true;
};

struct IncentiveUse : Row {
  std::string incentive;
  Quarter quarter{};
  double usd_m = 0;
};

/// A site at the end of a quarter, and its quarter's energy.
struct SiteQuarter : Row {
  std::string site;
  Quarter quarter{};
  double ready_it_mw = 0, installed_it_mw = 0, facility_peak_mw = 0, firm_mw = 0, managed_mw = 0, onsite_mw = 0;
  double effective_pflops = 0, load_gwh = 0, grid_gwh = 0, onsite_gwh = 0, shed_gwh = 0, water_ml = 0;
};

/// The programme at the end of a quarter.
struct ProgrammeQuarter : Row {
  Quarter quarter{};
  std::int64_t sites = 0, states = 0;
  double it_mw = 0, facility_mw = 0, chips = 0, h100_equivalents = 0, effective_pflops = 0, largest_run_pflops = 0;
  double cloud_chips = 0, spending_usd_m = 0, draws_usd_m = 0, cash_usd_m = 0, available_usd_m = 0;
  double load_gwh = 0, co2_kt = 0, baseline_cost_usd_m = 0;
  bool history = false;  ///< before decisions begin
};

/// A site in a step of a representative day. `onsite` technologies are added up here, by technology in the zone's
/// table.
struct SiteStep : Row {
  std::string site, day;
  Quarter quarter{};
  std::int64_t hour = 0;  ///< first hour of the step
  double load_mw = 0, grid_mw = 0, onsite_mw = 0, shed_mw = 0;
};

/// A zone in a step: what the balance adds up.
struct ZoneStep : Row {
  std::string zone, day;
  Quarter quarter{};
  std::int64_t hour = 0;
  double native_mw = 0, programme_mw = 0, onsite_mw = 0, shed_mw = 0, existing_mw = 0, built_mw = 0, storage_mw = 0,
         imports_mw = 0, unserved_mw = 0;
  double price_usd_per_mwh = 0;
};

/// Output of one source in a step: existing fleet, built technology (of a zone or on site), storage discharge
/// (positive) and charge (negative).
struct SourceStep : Row {
  std::string zone, source, kind, day;  // kind: existing | built | onsite | charge | discharge
  Quarter quarter{};
  std::int64_t hour = 0;
  double mw = 0;
};

struct FlowStep : Row {
  std::string line, day;
  Quarter quarter{};
  std::int64_t hour = 0;
  double mw = 0;  ///< positive from from_zone to to_zone
};

/// The grid without the programme in a step. Price and value are the duals of its dispatch: whatever they are, they
/// bound its cost from below, and where they are the optimum's they prove it (docs/check.md).
struct BaselineZone : Row {
  std::string zone, day;
  Quarter quarter{};
  std::int64_t hour = 0;
  double unserved_mw = 0, price_usd_per_mwh = 0;
};
struct BaselineStore : Row {
  std::string zone, source, day;
  Quarter quarter{};
  std::int64_t hour = 0;
  double value_usd_per_mwh = 0;  ///< of energy in the store at the end of the step
};

/// What binds, and what one more unit of it would be worth (with integer decisions held).
struct Worth : Row {
  std::string rule, what;
  std::optional<Quarter> quarter;
  std::string unit;
  double limit = 0, used = 0;
  double worth = 0;        ///< objective per unit
  double worth_usd_m = 0;  ///< the same in money, by the plan's own price of compute
  std::string words;
};

/// The next-best alternatives: the plan solved again with one site changed.
struct Alternative : Row {
  std::string site, change;  // without | with
  double objective = 0, regret = 0, regret_percent = 0;
  std::string grade;  // certain | likely | interchangeable | open | unlikely | out
  std::string words;
};

/// How the plan was found and how sure it is.
struct Proof {
  std::string status;  ///< done | gap not met | target missed | not whole | interrupted | infeasible
  std::string objective_kind, unit;
  double objective = 0, bound = 0, gap = 0;
  std::int64_t seed = 0, columns = 0, rows = 0, integers = 0;
  std::string programme, digest, version, solver;
  double gap_asked = 0;
  std::string ended_by;  ///< gap | work | time | interruption
  std::int64_t rounds = 0, lp_iterations = 0, nodes = 0;  ///< work done
};

struct Plan {
  Proof proof;
  std::vector<Opening> openings;
  std::vector<BlockStart> blocks;
  std::vector<RackOrder> racks;
  std::vector<PowerOrder> onsite_power, zone_power;
  std::vector<GridRequest> grid;
  std::vector<LineExpansion> lines;
  std::vector<SupplyExpansion> expansions;
  std::vector<CloudUse> cloud;
  std::vector<Draw> draws;
  std::vector<Spending> spending;
  std::vector<IncentiveUse> incentives;
  std::vector<SiteQuarter> site_quarters;
  std::vector<ProgrammeQuarter> quarters;
  std::vector<SiteStep> site_steps;
  std::vector<ZoneStep> zone_steps;
  std::vector<SourceStep> source_steps;
  std::vector<FlowStep> flow_steps;
  std::vector<BaselineZone> baseline_zones;
  std::vector<SourceStep> baseline_sources;
  std::vector<FlowStep> baseline_flows;
  std::vector<BaselineStore> baseline_stores;
  std::vector<Worth> worths;
  std::vector<Alternative> alternatives;
};

template <class Record>
const Table<Record>& plan_table();

/// Calls visit(table, rows) for each table of a plan. P is Plan or const Plan.
template <class P, class Visit>
void for_each_plan_table(P& plan, Visit&& visit);

/// Every table and plan.json: name and bytes.
std::vector<std::pair<std::string, std::string>> plan_files(const Plan& plan);
/// The same into a folder, file by file.
void write_plan(const Plan& plan, const std::filesystem::path& folder);
/// Reads a folder that write_plan (or a person) wrote. InputError with everything wrong.
Plan read_plan(const std::filesystem::path& folder);
/// How the plan in the folder was found, or nothing if there is none that can be read.
std::optional<Proof> proof_in(const std::filesystem::path& folder);

/// What plan.json holds: the proof and the programme at the end of the building horizon.
nlohmann::json summary(const Plan& plan);

}  // namespace stargate

#include "blueprint/tables.h"
