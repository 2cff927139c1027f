#pragma once
#include "blueprint/plan.h"
#include "programme/load.h"

namespace stargate::plan {

/// A fact that is not as the earlier plan took it: a cell of a table (or a row that came or went; then `column` is empty).
struct ChangedFact {
  std::string table, key, column, before, after;
  std::string kind;  ///< slip | price | permit | law | supply | money | power | other
};

/// What a plan moves to when facts arrive: the programme with the past frozen, and what is new in it.
struct Rebased {
  ProgrammeFiles files;              ///< of the programme to plan: decisions begin in `on`
  std::vector<ChangedFact> changed;  ///< by actuals, against the programme with the earlier plan's decisions as they were
};

/// The programme that `plan` was made from, with every decision of quarters before `on` as something that stands (its
/// orders and contracts bind), and the tables of `actuals` over that: a row with the same key takes its place, another is
/// added; racks, MW, chips or blocks of 0 take one away. InputError with file and line for what cannot be read.
Rebased rebase(const ProgrammeFiles& files, const Plan& plan, const ProgrammeFiles& actuals, const std::string& actuals_as,
               Quarter on);

/// Something that is decided otherwise than in the earlier plan, and why.
struct Move {
  std::string what, place, before, after, why;
  double delta = 0;  ///< in the unit of before and after
};

/// Differences from the quarter `on`, by site, system, plant and money, the largest first; the reason is the changed fact
/// that concerns the same place or thing, or else those that concern the whole programme.
std::vector<Move> moves_between(const Programme& programme, const Plan& before, const Plan& after,
                                const std::vector<ChangedFact>& changed, Quarter on);

/// Reads the tables of a folder of actuals: CSV files named as a programme's; anything else is an InputError.
ProgrammeFiles read_actuals(const std::filesystem::path& folder);

std::string moves_csv(const std::vector<Move>& moves);
std::string facts_csv(const std::vector<ChangedFact>& facts);

}  // namespace stargate::plan
