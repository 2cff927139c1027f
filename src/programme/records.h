#pragma once
#include "base/record.h"

namespace stargate {

// What the user writes: one record a row of a table. Units stand in the names; what a column means is told in
// tables.cpp, once, for the loader, the checks, the JSON Schema and the reference page.

/// A row that says where its figures come from. `basis` keeps contract, claim, report, measurement and estimate apart.
struct Sourced : Row {
  std::string source;
  Date as_of{};
  std::string basis;
};

// ---- programme.toml ------------------------------------------------------------------------------------------------

/// [programme], [objective], [geography], [power], [payments], [limits]: single values, one struct.
struct Settings : Row {
  std::string name;
  std::int64_t currency_year = 2025;
  Quarter start{2025, 1};
  std::optional<Quarter> decisions_from;  // none: from the start on
  std::int64_t build_quarters = 16, tail_quarters = 8;
  double discount_rate = 0.08, terminal_years = 2;

  std::string objective = "compute";  // compute | cost | value
  double thrift_pflops_years_per_usd_m = 0.001;
  double compute_price_usd_per_pflop_hour = 4, compute_price_decline = 0.2;

  std::string first_state;
  std::int64_t new_states_per_year = 4;
  double site_limit_mw = 1e6, county_limit_mw = 1e6, zone_limit_mw = 1e6;

  bool n_plus_one = true;
  double it_utilisation = 0.8;
  double curtailable_share = 0.1, curtailment_price_usd_per_mwh = 500, curtailed_hours_per_year = 200;
  double unserved_price_usd_per_mwh = 10000;
  std::int64_t hours_per_step = 3;

  double rack_deposit = 0.2;
  double power_deposit = 0.3, power_progress = 0.4;
  double grid_deposit = 0.2;
  double operating_usd_per_it_kw_year = 300;
  bool operations_funded = true;

  std::optional<double> carbon_limit_mt_per_year, water_limit_gl_per_year;

  std::string model = "frontier";  // the model shape that MFU is computed for
  double cluster_chips = 100000;
};

/// Money that becomes available.
struct Tranche : Row {
  Quarter from{};
  double usd_b = 0;
};

/// What must be running by a quarter.
struct Target : Row {
  Quarter by{};
  std::string quantity;  // it_mw | effective_pflops | largest_run_pflops | h100_equivalents
  double at_least = 0;
};

/// Weight of a criterion of the first screen of sites.
struct CriterionWeight : Row {
  std::string criterion;
  double weight = 0;
};

// ---- money and people ----------------------------------------------------------------------------------------------

struct Investor : Sourced {
  std::string id, name, kind, role, answers_for, layer;
  double commitment_usd_b = 0;
  Quarter available_from{};
  double rate_per_year = 0;
  double largest_share = 1;
};

struct Partner : Sourced {
  std::string id, name;
  std::vector<std::string> roles;
  std::string about;
};

struct Incentive : Sourced {
  std::string id, name, jurisdiction, kind, applies_to;
  double rate = 0;
  Quarter starts{}, ends{};
  std::optional<double> cap_usd_m, smallest_it_mw;
  double probability = 1;
  std::string claw_back;
};

// ---- sites ---------------------------------------------------------------------------------------------------------

struct Site : Sourced {
  std::string id, name, state, county, zone, developer, status, construction_template, cooling;
  double latitude = 0, longitude = 0;
  double block_mw = 0;
  std::int64_t most_blocks = 0, most_starts_per_quarter = 1;
  Quarter earliest_start{};
  std::string choice;  // free | forced | forbidden
  double opening_cost_usd_m = 0;
  double construction_usd_per_kw = 0;
  std::optional<double> construction_usd_per_kw_low, construction_usd_per_kw_high;
  double pue_winter = 1, pue_spring = 1, pue_summer = 1, pue_autumn = 1;
  double water_l_per_kwh = 0;
  std::optional<double> water_limit_ml_per_year;
  double gas_limit_mw = 0;
  double risk_index = 0;
  double sales_tax = 0, property_tax_per_year = 0;
  double construction_jobs_peak_per_mw = 0, permanent_jobs_per_mw_contract = 0, permanent_jobs_per_mw_claim = 0;
  double existing_datacenters_50km = 0;
};

struct Interconnection : Sourced {
  std::string site, kind;  // firm | managed
  std::int64_t step = 1;
  double mw = 0, cost_usd_per_kw = 0;
  Quarter earliest{};
  std::int64_t lead_quarters = 0;
  double curtailed_hours_per_year = 0;
  double unit_mw = 1;
};

/// Buildings that are already under way: their start is given, not decided.
struct Commitment : Sourced {
  std::string site;
  std::int64_t blocks = 0;
  Date start{};
  std::optional<Date> reported_ready;
  std::string ready_by = "report";  // report | path
  std::string lot;
  std::optional<double> paid_share;
  std::optional<double> reported_capex_usd_b;
};

// What stands or is ordered when decisions begin: given, not decided. `paid_by` tells whose money pays for it from the
// start of the programme on: programme | others.

struct StandingRacks : Sourced {
  std::string accelerator, site;
  Quarter installed{};
  double racks = 0;
  std::optional<Quarter> ordered;
  std::optional<double> price_usd_m;
  std::string paid_by = "programme";
};

/// Power on site, or in a zone (then `place` is a zone).
struct StandingPower : Sourced {
  std::string technology, place;
  Quarter service{};
  double mw = 0;
  std::optional<Quarter> ordered;
  std::string paid_by = "programme";
};

struct StandingLine : Sourced {
  std::string tie;  ///< the line: `line` is the row of the file
  Quarter service{};
  double mw = 0;
};

struct StandingGrid : Sourced {
  std::string site;
  std::int64_t step = 1;
  Quarter energised{};
  double mw = 0;
  std::optional<Quarter> requested;
  std::string paid_by = "programme";
};

/// Cloud that is rented under a contract whose term has begun.
struct StandingCloud : Sourced {
  std::string contract;
  Quarter begins{};
  double chips = 0;
  std::int64_t quarters = 0;  ///< 0: the contract's term
  std::int64_t lasts(std::int64_t term_quarters) const { return quarters > 0 ? quarters : term_quarters; }
  std::string paid_by = "programme";
};

struct StandingExpansion : Sourced {
  std::string expansion;
  Quarter ordered{};
  std::int64_t count = 0;
};

/// Money drawn. Where there is a row for any quarter before decisions begin, these are all of that time.
struct StandingDraw : Sourced {
  std::string investor;
  Quarter quarter{};
  double usd_m = 0;
};

struct Activity : Sourced {
  std::string construction_template, id, name, scope;  // site | block
  std::vector<std::string> after;
  double weeks_p10 = 0, weeks_p50 = 0, weeks_p90 = 0;
  std::string equipment;
};

// ---- power ---------------------------------------------------------------------------------------------------------

struct Zone : Sourced {
  std::string id, name, region;
  std::vector<std::string> states;
  double latitude = 0, longitude = 0;
  double reserve_margin = 0, load_growth_per_year = 0;
  double headroom_mw = 0, headroom_growth_mw_per_year = 0;
  double delivery_usd_per_mwh = 0;
};

struct Line : Sourced {
  std::string id, from_zone, to_zone;
  double capacity_mw = 0, loss = 0;
  double expansion_usd_per_kw = 0, most_expansion_mw = 0;
  std::int64_t lead_quarters = 0;
};

/// A day that stands for `days` days of a quarter of that season (1 winter: January to March).
struct RepresentativeDay : Sourced {
  std::string id, kind;  // typical | peak
  std::int64_t season = 1;
  double days = 0;
};

/// One hour (0 to 23, local standard time of the table's source clock) of a representative day in a zone.
struct Profile : Row {
  std::string zone, day;
  std::int64_t hour = 0;
  double load_mw = 0, wind = 0, solar = 0;
};

/// Existing generation, by zone and technology.
struct Fleet : Sourced {
  std::string id, zone, technology, kind, fuel;  // kind: thermal | wind | solar | hydro | storage
  double capacity_mw = 0, heat_rate_mmbtu_per_mwh = 0, variable_usd_per_mwh = 0;
  double available_winter = 1, available_spring = 1, available_summer = 1, available_autumn = 1;
  double storage_hours = 0, round_trip = 1;
  double capacity_credit = 1;
};

struct Fuel : Sourced {
  std::string id, name;
  double co2_t_per_mmbtu = 0;
};

struct FuelPrice : Sourced {
  std::string fuel, zone;  // zone may be empty: everywhere
  std::int64_t year = 2025;
  double usd_per_mmbtu = 0;
};

/// Power that can be built: at a site, in a zone, or both.
struct PowerTechnology : Sourced {
  std::string id, name, kind, scale, fuel, equipment;  // kind: thermal | wind | solar | storage
  double capex_usd_per_kw = 0;
  std::optional<double> capex_usd_per_kw_low, capex_usd_per_kw_high;
  double fixed_usd_per_kw_year = 0, variable_usd_per_mwh = 0, heat_rate_mmbtu_per_mwh = 0;
  std::int64_t lead_quarters = 0;
  double life_years = 20, availability = 1, capacity_credit = 1, unit_mw = 0;
  double storage_hours = 0, round_trip = 1;
  std::optional<double> zone_limit_mw;
};

/// Long-lead equipment, and how much of it a building needs.
struct Equipment : Sourced {
  std::string id, name;
  double per_it_mw = 0;
};

struct EquipmentSupply : Sourced {
  std::string equipment;
  Quarter quarter{};
  double available_mw = 0;
};

// ---- compute -------------------------------------------------------------------------------------------------------

struct Accelerator : Sourced {
  std::string id, name, vendor, host, host_vendor;
  Quarter available_from{};
  std::int64_t chips_per_rack = 0;
  double rack_kw = 0;
  double rack_usd_m = 0;
  std::optional<double> rack_usd_m_low, rack_usd_m_high;
  double price_decline_per_year = 0;
  double bf16_tflops = 0;
  std::optional<double> fp8_tflops, fp4_tflops;
  double hbm_gb = 0, hbm_tb_per_s = 0;
  std::int64_t scale_up_chips = 0;
  double scale_up_gb_per_s = 0, nic_gbit_per_s = 0, chip_w = 0;
  double h100_equivalent = 0;
  std::int64_t order_lead_quarters = 1, life_quarters = 20;
  std::string sold_by = "rack";  // rack | cloud
  std::int64_t order_racks = 1;
};

struct AcceleratorSupply : Sourced {
  std::string accelerator;
  Quarter quarter{};
  double world_racks = 0, programme_share = 0;
};

struct Stage : Sourced {
  std::string id, name, unit;
};

struct StageCapacity : Sourced {
  std::string stage;
  Quarter quarter{};
  double world_units = 0, programme_share = 0;
};

struct BillOfMaterials : Sourced {
  std::string accelerator, stage;
  double units_per_rack = 0;
};

struct Expansion : Sourced {
  std::string id, name, stage, place;  // us | overseas
  double capex_usd_m = 0, units_per_quarter = 0;
  std::int64_t lead_quarters = 0, ramp_quarters = 0, most = 0;
};

/// Model FLOP utilisation and goodput by cluster size.
struct Efficiency : Sourced {
  std::string accelerator, precision;  // bf16 | fp8 | fp4
  double cluster_chips = 0, mfu = 0, goodput = 0;
};

struct Cloud : Sourced {
  std::string id, provider, accelerator;
  Quarter from{}, to{};
  double committed_usd_per_chip_hour = 0, burst_usd_per_chip_hour = 0;
  std::int64_t term_quarters = 4;
  double most_committed_chips = 0, most_burst_chips = 0;
  std::int64_t node_chips = 1;
};

}  // namespace stargate
