#include "cli/power_policies.h"

#include <algorithm>
#include <print>

#include "base/text.h"
#include "base/text_table.h"

namespace stargate::cli {

using namespace energy;

namespace {

struct Line {
  std::string kind, name;
  double price = 0, highest = 0, missed = 0;
  std::size_t binding = 0;  ///< snapshots in which it has a price
  bool hourly = false, has_price = false;
};

/// A rule of each snapshot: weighted sums over scenarios and snapshots.
template <class Rule>
void hourly(std::vector<Line>& lines, std::string_view kind, const System& system, const Result& result,
            const std::vector<Rule>& rules, Matrix PolicyOutcome::*price, Matrix PolicyOutcome::*slack) {
  for (std::size_t k = 0; k < rules.size(); ++k) {
    Line line{std::string(kind), rules[k].name, 0, 0, 0, 0, true, false};
    for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
      const Scenario& scenario = system.scenarios[s];
      const Matrix& p = result.operation[s].policy.*price;
      const Matrix& m = result.operation[s].policy.*slack;
      for (std::size_t t = 0; t < scenario.network.snapshots.size(); ++t) {
        const double weight = scenario.probability * cost_weight(scenario.network, t);
        if (m.is_there()) line.missed += scenario.probability * scenario.network.snapshots[t].generators * m(t, k);
        if (!p.is_there()) continue;
        line.has_price = true;
        line.price += weight * p(t, k);
        line.highest = std::max(line.highest, p(t, k));
        line.binding += p(t, k) > 1e-6;
      }
    }
    lines.push_back(std::move(line));
  }
}

template <class Rule>
void of_periods(std::vector<Line>& lines, std::string_view kind, const System& system, const Result& result,
                const std::vector<Rule>& rules, std::vector<double> PolicyOutcome::*price,
                std::vector<double> PolicyOutcome::*slack) {
  const std::size_t periods = std::max<std::size_t>(system.first().periods.size(), 1);
  for (std::size_t k = 0; k < rules.size() * periods; ++k) {
    Line line{std::string(kind), rules[k / periods].name, 0, 0, 0, 0, false, false};
    if (periods > 1) line.name += std::format(" {}", system.first().periods[k % periods].year);
    for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
      const PolicyOutcome& out = result.operation[s].policy;
      const double probability = system.scenarios[s].probability;
      line.missed += probability * (out.*slack)[k];
      if ((out.*price).empty()) continue;
      line.has_price = true;
      line.price += probability * (out.*price)[k];
    }
    line.highest = line.price;
    lines.push_back(std::move(line));
  }
}

std::vector<Line> lines_of(const System& system, const Result& result) {
  std::vector<Line> lines;
  const Policies& rules = system.first().policies;
  hourly(lines, "reserve margin", system, result, rules.reserve_margins, &PolicyOutcome::margin_price,
         &PolicyOutcome::margin_slack);
  hourly(lines, "operating reserve", system, result, rules.operating_reserves, &PolicyOutcome::reserve_price,
         &PolicyOutcome::unmet);
  of_periods(lines, "energy share", system, result, rules.energy_shares, &PolicyOutcome::share_price,
             &PolicyOutcome::share_slack);
  of_periods(lines, "emission cap", system, result, rules.emission_caps, &PolicyOutcome::cap_price,
             &PolicyOutcome::cap_slack);
  const std::size_t periods = std::max<std::size_t>(system.first().periods.size(), 1);
  for (std::size_t k = 0; k < result.requirement_slack.size(); ++k) {
    Line line{"capacity requirement",
              rules.capacity_requirements[k / periods].name,
              0,
              0,
              result.requirement_slack[k],
              0,
              false,
              !result.requirement_price.empty()};
    if (line.has_price) line.price = line.highest = result.requirement_price[k];
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

nlohmann::json policies_json(const System& system, const Result& result) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& line : lines_of(system, result)) {
    nlohmann::json row{{"kind", line.kind}, {"name", line.name}, {"missed", line.missed}};
    if (line.has_price) row["price"] = line.price;
    if (line.has_price && line.hourly) {
      row["highest_price"] = line.highest;
      row["binding_snapshots"] = line.binding;
    }
    out.push_back(std::move(row));
  }
  return out;
}

void print_policies(const System& system, const Result& result) {
  const auto lines = lines_of(system, result);
  if (lines.empty()) return;
  TextTable table({"requirement", "", "price", "highest in a snapshot", "snapshots that bind", "missed"});
  for (const auto& line : lines)
    table.row({line.kind, line.name, line.has_price ? grouped(line.price, 2) : "",
               line.has_price && line.hourly ? grouped(line.highest, 2) : "",
               line.has_price && line.hourly ? grouped(static_cast<double>(line.binding)) : "",
               grouped(line.missed, 2)});
  std::print("\n{}", table.text());
}

}  // namespace stargate::cli
