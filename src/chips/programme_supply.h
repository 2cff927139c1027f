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
};
/// One row for each quarter in which the plan installs racks.
std::vector<Relief> reliefs(const Programme& programme, const ProgrammeSupply& supply);

/// The plan's racks as orders to a chain with work in progress: parts and stages of the programme with cycle times. A
/// stage's capacity stands in the quarter of installation that it ends in, and is moved back to when it is started.
struct PlanChain {
  Chain chain;
  ByQuarter orders;
  std::vector<std::size_t> final_part;  ///< by system of the programme; no_stage if the plan has none of it
};
PlanChain plan_chain(const Programme& programme, const ProgrammeSupply& supply, const std::vector<StageCycle>& cycles);

}  // namespace stargate::chips
