#include "audit/audit.h"

#include <format>

#include "audit/state.h"
#include "base/text.h"
#include "base/text_table.h"

namespace stargate::audit {

Report audit(const Programme& programme, const Plan& plan, double tolerance) {
  Book book(tolerance);
  const Facts facts(programme);
  const Plan rows = readable(facts, plan, book);
  const State state(facts, rows);
  check_construction(facts, rows, state, book);
  check_geography(facts, state, book);
  check_compute(facts, rows, state, book);
  check_equipment(facts, rows, state, book);
  check_site_power(facts, rows, state, book);
  check_plant(facts, rows, state, book);
  const Energy energy = check_dispatch(facts, rows, state, book);
  check_baseline(facts, rows, energy, book);
  const auto unfunded = check_money(facts, rows, state, energy, book);
  check_limits(facts, rows, state, energy, book);
  check_totals(facts, rows, state, energy, book);
  check_objective(facts, rows, state, energy, unfunded, book);
  return std::move(book).close();
}

std::string to_string(const Finding& x) {
  std::string place = x.what;
  if (x.quarter) place += (place.empty() ? "" : ", ") + stargate::to_string(*x.quarter);
  const std::string head = x.rule + (place.empty() ? "" : ": " + place);
  const bool amount = x.words.starts_with("may be") || x.words.starts_with("must be");
  if (!amount) return std::format("{} {}", head, x.words);
  return std::format("{}: {} {}, found {} ({} off)", head, x.words, shortest(x.limit), shortest(x.found),
                     grouped(x.by, 6));
}

std::string text(const Report& report) {
  TextTable table({"rule", "checked", "failed", "largest deviation", "what it says"});
  for (const auto& result : report.rules) {
    const auto& rule = *std::ranges::find(rules(), result.rule, &Rule::id);
    table.row({std::string(result.rule), grouped(static_cast<double>(result.checked)),
               grouped(static_cast<double>(result.failed)),
               result.checked > 0 ? std::format("{:.1e}", result.largest) : "", std::string(rule.text)});
  }
  std::string out = table.text();
  for (const auto& finding : report.findings) out += to_string(finding) + "\n";
  return out;
}

}  // namespace stargate::audit
