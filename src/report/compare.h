#pragma once
#include <optional>
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::report {

/// What a planner changed in the inputs: a cell, or a row that is there in one programme alone.
struct InputChange {
  std::string table, row, column;  ///< column is empty where the whole row was added or taken out
  std::string before, after;       ///< "" where the row is not there
  bool added = false, removed = false;
};

/// The same quantity in both plans.
struct Pair {
  double before = 0, after = 0;
  double change() const { return after - before; }
};

struct SiteChange {
  std::string site, state;
  std::string change;                                ///< gained | lost | earlier | later | larger | smaller | same
  std::optional<Quarter> ready_before, ready_after;  ///< first quarter in which it has racks, or else ready blocks
  Pair it_mw;                                        ///< of all blocks
};

/// The end of a calendar year.
struct YearChange {
  int year = 0;
  Pair it_mw, facility_mw, effective_pflops, h100_equivalents, spent_usd_m;
};

struct NamedChange {
  std::string name, unit;
  Pair amount;
};

/// A rule that binds in one plan more than in the other, over all quarters.
struct BindingChange {
  std::string rule, what, unit;
  Pair worth_usd_m;  ///< of one more unit, summed over quarters
};

struct Comparison {
  std::string objective_kind, unit;  ///< empty if the plans do not seek the same
  Pair objective, gap;
  std::vector<InputChange> inputs;
  std::vector<SiteChange> sites;
  std::vector<YearChange> years;
  std::vector<NamedChange> money, power, compute;  ///< only what differs
  std::vector<BindingChange> binding;              ///< largest change first
};

/// Differences below `share` of the larger amount (and below 1e-6) are taken as none. O(rows of both plans).
Comparison compare(const Programme& programme_a, const Plan& a, const Programme& programme_b, const Plan& b,
                   double share = 1e-4);

/// In a planner's words; `name_a` and `name_b` stand for the plans.
std::string text(const Comparison& comparison, const std::string& name_a, const std::string& name_b);

}  // namespace stargate::report
