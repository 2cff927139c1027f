// An explanation in words, and as JSON.
#include <cmath>
#include <format>

#include "base/text.h"
#include "base/text_table.h"
#include "report/explain.h"

namespace stargate::report {

namespace {

std::string amount(double value) { return grouped(value, std::abs(value) >= 100 || value == 0 ? 0 : 2); }

std::string worth_line(const Worth& w) {
  if (!w.words.empty()) return w.words;
  return std::format("{}{}{}{}: one more {} is worth {} million USD (limit {}, used {})", w.rule,
                     w.what.empty() ? "" : " ", w.what, w.quarter ? ", " + to_string(*w.quarter) : "",
                     w.unit.empty() ? "unit" : w.unit, amount(w.worth_usd_m), amount(w.limit), amount(w.used));
}

std::string alternative_line(const Alternative& a) {
  if (!a.words.empty()) return a.words;
  return std::format("The plan {} {}: the objective is {}, {} less ({:.2f} %).", a.change, a.site, amount(a.objective),
                     amount(a.regret), a.regret_percent);
}

constexpr std::size_t most_lines = 8;

}  // namespace

std::string text(const Explanation& e) {
  std::string out = std::format("{}: {}, {} County, {} (zone {}; {}, {})\n", e.site, e.name, e.county, e.state, e.zone,
                                e.developer, e.status);
  out += e.chosen ? std::format("In the plan{} with {} of {} MW of IT.\n", e.committed ? ", as committed," : "",
                                amount(e.it_mw), amount(e.most_it_mw))
                  : std::format("Not in the plan; it could hold {} MW of IT.\n", amount(e.most_it_mw));

  out += e.chosen ? "\nWhy this site\n" : "\nWhy not this site\n";
  if (e.screen_rank > 0)
    out +=
        std::format("  First screen: {} of {} (TOPSIS {:.3f}; among the first {} in {:.0f} % of the weights tried)\n",
                    e.screen_rank, e.candidates, e.topsis, e.leading, 100 * e.leading_share);
  else
    out += "  The programme forbids it.\n";
  if (!e.criteria.empty()) {
    TextTable criteria({"criterion", "unit", "here", "median of the plan's sites", "rank by it"});
    for (const auto& c : e.criteria)
      criteria.row(
          {c.id, c.unit, amount(c.value), amount(c.median_of_plan), std::format("{} of {}", c.rank, e.candidates)});
    out += criteria.text();
  }
  if (e.cost || !e.others.empty()) {
    out +=
        "\nCost a MW of IT, million USD (racks cost the same everywhere; their sales tax, here before waivers, does "
        "not)\n";
    TextTable costs(
        {"site", "IT MW", "building", "connection", "on-site power", "sales tax", "together", "energy, USD/MWh"});
    const auto row = [&](const SiteCost& c, const std::string& name) {
      costs.row({name, amount(c.it_mw), amount(c.building), amount(c.connection), amount(c.onsite_power),
                 amount(c.sales_tax), amount(c.total()), amount(c.energy_usd_per_mwh)});
    };
    if (e.cost) row(*e.cost, "> " + e.cost->site);
    for (const auto& c : e.others) row(c, c.site);
    out += costs.text();
  }

  out += "\nWhen, and why then\n";
  for (const auto& m : e.milestones)
    out += std::format("  {}  {}{}{}\n", to_string(m.quarter), m.name, m.why.empty() ? "" : ": ", m.why);
  if (!e.bound_by.empty()) out += "  What held it: " + e.bound_by + ".\n";

  out += "\nWhat would change it\n";
  for (std::size_t i = 0; i < std::min(most_lines, e.worths.size()); ++i) out += "  " + worth_line(e.worths[i]) + "\n";
  if (e.worths.empty()) out += "  Nothing binds at this site or in its county or zone.\n";
  if (!e.elsewhere.empty()) out += "  What binds most elsewhere:\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(3, e.elsewhere.size()); ++i)
    out += "    " + worth_line(e.elsewhere[i]) + "\n";

  out += "\nThe alternatives\n";
  out += e.own ? "  " + alternative_line(*e.own) + "\n"
               : std::format("  The plan {} it was not solved (alternatives.csv has no row of it).\n",
                             e.chosen ? "without" : "with");
  if (e.next_best) out += std::format("  Next-best site: {}. {}\n", e.next_best->site, alternative_line(*e.next_best));
  if (!e.next_by_screen.empty())
    out +=
        std::format("  By the first screen the next site is {} (rank {}).\n", e.next_by_screen, e.next_by_screen_rank);
  if (!e.next_best && e.next_by_screen.empty()) out += "  No candidate is left out.\n";
  return out;
}

}  // namespace stargate::report
