#pragma once
#include <optional>
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "chips/chain.h"
#include "programme/programme.h"

namespace stargate::chips {

/// How long a stage takes and which stage takes what it makes; empty: what it makes is delivered.
struct StageCycle : Row {
  std::string stage, feeds, basis, source;
  std::int64_t cycle_weeks = 0;
};
const Table<StageCycle>& stage_cycle_table();

/// A programme's supply by stage and by system, by quarter of installation. Index [i][t]: i as in the programme's
/// tables.
struct ProgrammeSupply {
  ByQuarter capacity;  ///< of each stage: the programme's share of the world, and expansions bought
  ByQuarter direct;    ///< racks of each system that the programme can have
  ByQuarter possible;  ///< racks of each system if it had all stages to itself
  std::vector<std::vector<std::string>> binding;  ///< what holds `possible` down: a stage's id, "direct" or "not yet"
  ByQuarter needed;                               ///< of each stage, by the plan's racks
  ByQuarter racks;                                ///< of each system, by the plan
};
/// `plan` may be null. InputError if the plan names a system or expansion that the programme has not.
/// O(quarters x systems x stages).
ProgrammeSupply programme_supply(const Programme& programme, const Plan* plan);

/// What relieving the scarcest stage of a quarter would bring, and when it could.
struct Relief {
  Quarter quarter{};
  std::string binding, next;  ///< the stage (or "direct supply") that binds, and the one that would bind then
  double used_share = 0;      ///< of the binding one
  double more_racks = 0, more_it_mw = 0;  ///< of the plan's own mix, until the next one binds
  std::string expansion;                  ///< cheapest that widens it; empty: none is offered
  std::optional<Quarter> arrives;         ///< its first output if ordered in the first quarter
  double usd_m_per_rack_a_quarter = 0;    ///< capital cost per rack of the mix that it allows a quarter at full output
  double sales_usd_m_per_rack = 0;        ///< of the quarter's mix, by the price path, from then to the end of the plan
  double price_usd_m_per_rack = 0;        ///< what the plan pays for it
};
/// One row for each quarter in which the plan installs racks. What one more rack sells is before its power and place.
std::vector<Relief> reliefs(const Programme& programme, const ProgrammeSupply& supply, const Plan& plan);

/// What one more of an expansion would bring if it were ordered in the first quarter: its output times what the plan
/// says that one more unit of the stage is worth in each quarter (its dual, integer decisions held). A small amount's
/// worth: a large one meets the next limit (Relief).
struct ExpansionWorth {
  std::string expansion, stage, place;
  Quarter arrives{};
  double capex_usd_m = 0, worth_usd_m = 0, bought = 0;  ///< bought: of it, by the plan
  std::size_t quarters = 0;                             ///< in which its output is worth something
};
/// One row an expansion of the programme, by worth over capital cost, greatest first. O(expansions x worths).
std::vector<ExpansionWorth> expansion_worths(const Programme& programme, const Plan& plan);

/// The plan's racks as orders to a chain with work in progress: parts and stages of the programme with cycle times. A
/// stage's capacity stands in the quarter of installation that it ends in, and is moved back to when it is started.
struct PlanChain {
  Chain chain;
  ByQuarter orders;
  std::vector<std::size_t> final_part;  ///< by system of the programme; no_stage if the plan has none of it
};
PlanChain plan_chain(const Programme& programme, const ProgrammeSupply& supply, const std::vector<StageCycle>& cycles);

/// Racks of all systems, by quarter of the programme: those that the plan installs, and those that its chain ships.
std::vector<double> planned_racks(const ProgrammeSupply& supply);
std::vector<double> shipped_racks(const PlanChain& chain, const Flow& flow);

}  // namespace stargate::chips
