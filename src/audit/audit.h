#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::audit {

/// A rule of docs/formulation.md. The id is stable; what stands before its point is the group.
struct Rule {
  std::string_view id, text;
};
std::span<const Rule> rules();

/// A rule that the plan breaks: what and when, the limit, what was found, and by how much it is missed (all in the
/// rule's own unit: MW, million USD, blocks, ...).
struct Finding {
  std::string rule, what;
  std::optional<Quarter> quarter;
  double limit = 0, found = 0, by = 0;
  std::string words;  ///< "may be at most", "must be", or what is wrong where there is no amount
};
/// "spending.racks, abilene, 2026-Q1: must be 100, found 90: 10 off".
std::string to_string(const Finding& finding);

/// How often a rule was looked at. `largest` is the largest deviation as a share of the limit (or of 1, or of what the
/// sum adds up, whichever is largest); it is what the tolerance is held against.
struct RuleResult {
  std::string_view rule;
  std::size_t checked = 0, failed = 0;
  double largest = 0;
};

struct Report {
  std::vector<RuleResult> rules;  ///< every rule, as rules() lists them
  std::vector<Finding> findings;
  double tolerance = 0;
  bool passed() const { return findings.empty(); }
};

/// Recomputes every rule of docs/formulation.md from the written tables, without the formulation and without a solver.
/// What the grid costs without the programme is proven by weak duality from the duals that stand in the tables. Taken
/// as they are, since only a solver could find them again: the bound of the proof, prices, worths and alternatives.
/// `programme` must have passed its own checks (load_programme). O(rows of the tables).
Report audit(const Programme& programme, const Plan& plan, double tolerance = 1e-5);

/// Tables for a person: rules by count and largest deviation, then every failure.
std::string text(const Report& report);

}  // namespace stargate::audit
