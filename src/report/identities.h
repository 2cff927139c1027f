#pragma once
#include <filesystem>
#include <vector>

#include "base/identity.h"
#include "blueprint/plan.h"
#include "capital/finance.h"
#include "capital/terms.h"
#include "programme/programme.h"

namespace stargate::report {

/// The identity sheet of a plan: what one room says must be what another says. Money to the cent in every quarter, with
/// the plan's spending.csv on the left:
///   plan spend = sources and uses = cash flow = workbook,
/// then what finance holds within itself (capital/measures.h); racks quarter by quarter:
///   racks ordered by the plan = racks that the chip chain ships = racks that stand at the sites;
/// and for every building the quarter in which the plan has it ready = the first that begins on or after the day on
/// which its schedule has it ready.
///
/// `workbook` is a file that write_workbook wrote; its figures are calculated anew from its formulas. Without one its
/// rows are left out. `input` and `result` are of this plan. InputError for a plan that is not the programme's or a
/// workbook that cannot be read. O(rows of the plan + cells of the workbook's programme).
std::vector<Identity> plan_identities(const Programme& programme, const Plan& plan, const capital::FinanceInput& input,
                                      const capital::FinanceResult& result, const std::filesystem::path& workbook = {});

/// As a table: identity, both sides, the largest difference, where it breaks first.
std::string identities_text(const std::vector<Identity>& sheet);

}  // namespace stargate::report
