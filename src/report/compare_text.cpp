// A comparison in a planner's words, and as JSON.
#include <cmath>
#include <format>

#include "base/text.h"
#include "base/text_table.h"
#include "report/compare.h"

namespace stargate::report {

namespace {

std::string amount(double value) {
  const double size = std::abs(value);
  return grouped(value, size >= 100 || size == 0 ? 0 : size >= 1 ? 1 : 3);
}
std::string signed_amount(double value) { return (value > 0 ? "+" : "") + amount(value); }

std::string share_text(const Pair& x) {
  return x.before == 0 ? "" : std::format(" ({:+.2f} %)", 100 * x.change() / std::abs(x.before));
}

std::string quarters_text(int quarters) { return std::format("{} quarter{}", quarters, quarters == 1 ? "" : "s"); }

std::string input_line(const InputChange& x) {
  const auto row = x.row.empty() ? x.table : x.table + " " + x.row;
  if (x.added) return row + ": added";
  if (x.removed) return row + ": taken out";
  return std::format("{}: {} was '{}', is '{}'", row, x.column, x.before, x.after);
}

std::string site_line(const SiteChange& x) {
  const auto when = [](const std::optional<Quarter>& q) { return q ? to_string(*q) : std::string("never"); };
  const auto head = std::format("{} ({})", x.site, x.state);
  const auto size = x.it_mw.before == x.it_mw.after
                        ? std::format("{} MW of IT", amount(x.it_mw.after))
                        : std::format("{} -> {} MW of IT", amount(x.it_mw.before), amount(x.it_mw.after));
  if (x.change == "gained")
    return std::format("{} is gained: {} MW of IT, running from {}", head, amount(x.it_mw.after), when(x.ready_after));
  if (x.change == "lost")
    return std::format("{} is lost: it had {} MW of IT, running from {}", head, amount(x.it_mw.before),
                       when(x.ready_before));
  if (x.change == "earlier" || x.change == "later") {
    const auto shift = x.ready_before && x.ready_after ? quarters_text(std::abs(*x.ready_after - *x.ready_before)) + " "
                                                       : std::string();
    return std::format("{} runs {}{}: {} -> {}, {}", head, shift, x.change, when(x.ready_before), when(x.ready_after),
                       size);
  }
  return std::format("{} becomes {}: {}", head, x.change, size);
}

void list_named(std::string& out, const std::string& title, const std::vector<NamedChange>& changes) {
  out += "\n" + title + "\n";
  if (changes.empty()) {
    out += "  the same in both\n";
    return;
  }
  for (const auto& x : changes)
    out += std::format("  {}: {} -> {} {}{}{}\n", x.name, amount(x.amount.before), amount(x.amount.after), x.unit,
                       x.unit.empty() ? "" : " ", signed_amount(x.amount.change()) + share_text(x.amount));
}

constexpr std::size_t most_lines = 20;

}  // namespace

std::string text(const Comparison& c, const std::string& name_a, const std::string& name_b) {
  std::string out = std::format("From {} to {}\n", name_a, name_b);
  if (c.objective_kind.empty())
    out += "The two plans do not seek the same thing; their objectives cannot be compared.\n";
  else
    out += std::format("Objective ({}): {} -> {} {}{}; gaps {:.2f} % and {:.2f} %\n", c.objective_kind,
                       amount(c.objective.before), amount(c.objective.after), c.unit, share_text(c.objective),
                       100 * c.gap.before, 100 * c.gap.after);

  out += "\nWhat was changed in the programme\n";
  for (std::size_t i = 0; i < std::min(most_lines, c.inputs.size()); ++i) out += "  " + input_line(c.inputs[i]) + "\n";
  if (c.inputs.empty()) out += "  nothing: the inputs are the same\n";
  if (c.inputs.size() > most_lines)
    out += std::format("  and {} more; --json lists them all\n", c.inputs.size() - most_lines);

  out += "\nSites\n";
  std::size_t same = 0;
  for (const char* change : {"gained", "lost", "earlier", "later", "larger", "smaller"})
    for (const auto& x : c.sites)
      if (x.change == change) out += "  " + site_line(x) + "\n";
  for (const auto& x : c.sites) same += x.change == "same" ? 1 : 0;
  out += std::format("  {} site{} the same in both\n", same, same == 1 ? " is" : "s are");

  TextTable years({"end of", "IT MW", "change", "facility MW", "change", "EFLOP/s", "change", "H100e", "change",
                   "spent, B USD", "change"});
  for (const auto& y : c.years) {
    const auto exa = [](const Pair& x) { return Pair{x.before / 1000, x.after / 1000}; };
    std::vector<std::string> row{std::to_string(y.year)};
    for (const Pair& x : {y.it_mw, y.facility_mw, exa(y.effective_pflops), y.h100_equivalents, exa(y.spent_usd_m)}) {
      row.push_back(amount(x.after));
      row.push_back(std::abs(x.change()) <= 1e-4 * std::abs(x.after) ? "" : signed_amount(x.change()));
    }
    years.row(row);
  }
  out += "\nYear by year\n" + years.text();

  list_named(out, "Money", c.money);
  list_named(out, "Power", c.power);
  list_named(out, "Compute", c.compute);
  out += "\nWhat binds: worth of one more unit, million USD\n";
  for (std::size_t i = 0; i < std::min(most_lines, c.binding.size()); ++i) {
    const auto& x = c.binding[i];
    const char* how = x.worth_usd_m.before == 0 ? " (binds now)" : x.worth_usd_m.after == 0 ? " (binds no more)" : "";
    out +=
        std::format("  {}{}{}: {} -> {} a {}{}\n", x.rule, x.what.empty() ? "" : " ", x.what,
                    amount(x.worth_usd_m.before), amount(x.worth_usd_m.after), x.unit.empty() ? "unit" : x.unit, how);
  }
  if (c.binding.empty()) out += "  the same in both\n";
  return out;
}

}  // namespace stargate::report
