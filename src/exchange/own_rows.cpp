#include "exchange/own_rows.h"

#include <algorithm>
#include <format>
#include <map>

#include "base/files.h"
#include "base/record.h"
#include "base/text.h"
#include "energy/formulation.h"

namespace stargate::exchange {

using namespace energy;

namespace {

struct TermRow : Row {
  std::string row, variable, component, carrier, bus, sense = "<=", holds = "once";
  double coefficient = 1, later = 0;
  std::optional<double> constant, price;
};

const Table<TermRow>& term_table() {
  static const Table<TermRow> table{
      "own_rows",
      "Rows of the user's own: a line a term; what holds for the whole row stands in its first line",
      {field("row", &TermRow::row, "name of the row; its terms share it"),
       field("variable", &TermRow::variable, "what is counted: Generator-p, Generator-p_nom, Link-p, Line-s, StorageUnit-p_dispatch, Store-e, ..."),
       field("component", &TermRow::component, "whose; empty: all of the carrier and bus named").optional(),
       field("carrier", &TermRow::carrier, "of all components meant").optional(),
       field("bus", &TermRow::bus, "at which they stand (of links and branches: where they begin)").optional(),
       field("coefficient", &TermRow::coefficient, "by which it counts").optional(),
       field("later", &TermRow::later, "snapshots after the row's own; below 0 before it").optional(),
       field("sense", &TermRow::sense, "<=, >= or ==").optional(),
       field("constant", &TermRow::constant, "right-hand side").optional(),
       field("holds", &TermRow::holds, "'once' (operation summed over the snapshots by the generators' weights) or 'each snapshot'").optional(),
       field("price", &TermRow::price, "of a unit by which it may be missed; none: it may not").from(0).optional()}};
  return table;
}

struct Counted {
  List list;
  Quantity of;
};

const std::map<std::string, Counted>& variables() {
  using enum Quantity;
  static const std::map<std::string, Counted> all{
      {"Generator-p", {List::generators, dispatch}},       {"Generator-p_nom", {List::generators, capacity}},
      {"Generator-status", {List::generators, status}},    {"Generator-start_up", {List::generators, start_up}},
      {"Generator-shut_down", {List::generators, shut_down}},
      {"Link-p", {List::links, dispatch}},                 {"Link-p_nom", {List::links, capacity}},
      {"Link-status", {List::links, status}},              {"Link-start_up", {List::links, start_up}},
      {"Link-shut_down", {List::links, shut_down}},        {"Process-p", {List::links, dispatch}},
      {"Process-p_nom", {List::links, capacity}},          {"Line-s", {List::lines, dispatch}},
      {"Line-s_nom", {List::lines, capacity}},             {"Transformer-s", {List::transformers, dispatch}},
      {"Transformer-s_nom", {List::transformers, capacity}},
      {"StorageUnit-p_dispatch", {List::storage_units, dispatch}},
      {"StorageUnit-p_store", {List::storage_units, charge}},
      {"StorageUnit-state_of_charge", {List::storage_units, level}},
      {"StorageUnit-spill", {List::storage_units, spill}}, {"StorageUnit-p_nom", {List::storage_units, capacity}},
      {"Store-p", {List::stores, dispatch}},               {"Store-e", {List::stores, level}},
      {"Store-e_nom", {List::stores, capacity}}};
  return all;
}

const std::string& bus_of(const Network& n, List list, std::size_t i) {
  switch (list) {
    case List::generators: return n.generators[i].bus;
    case List::links: return n.links[i].ports.front().bus;
    case List::lines: return n.lines[i].bus0;
    case List::transformers: return n.transformers[i].bus0;
    case List::stores: return n.stores[i].bus;
    default: return n.storage_units[i].bus;
  }
}

}  // namespace

std::vector<CustomRow> read_own_rows(const std::string& file, const Network& network) {
  Diagnostics diagnostics;
  const auto lines = read_table(term_table(), parse_csv(file, read_file(file), diagnostics), diagnostics);
  diagnostics.throw_if_errors();
  std::vector<CustomRow> rows;
  for (const auto& line : lines) {
    const auto fault = [&](const std::string& what, const std::string& hint = {}) { diagnostics.error({file, line.line, 1}, what, hint); };
    auto at = std::ranges::find(rows, line.row, &CustomRow::name);
    if (at == rows.end()) {
      at = rows.insert(rows.end(), CustomRow{});
      at->name = line.row;
      at->sense = line.sense;
      at->constant = line.constant.value_or(0);
      at->hourly = line.holds == "each snapshot";
      at->price = line.price.value_or(unlimited);
      if (!line.constant) fault(std::format("row '{}' has no constant", line.row), "its first line says what stands on its right side");
      if (line.sense != "<=" && line.sense != ">=" && line.sense != "==") fault(std::format("sense '{}'", line.sense), "allowed: <=, >=, ==");
      if (line.holds != "once" && line.holds != "each snapshot") fault(std::format("holds '{}'", line.holds), "allowed: once, each snapshot");
    } else if (line.constant && *line.constant != at->constant.fixed) {
      fault(std::format("row '{}' has the constant {} here and {} above", line.row, *line.constant, at->constant.fixed), "once, in its first line");
    }
    const auto variable = variables().find(line.variable);
    if (variable == variables().end()) {
      std::vector<std::string> names;
      for (const auto& [name, what] : variables()) names.push_back(name);
      fault(std::format("variable '{}' is not known", line.variable), name_hint(line.variable, names));
      continue;
    }
    const auto [list, of] = variable->second;
    if (line.later != 0 && !at->hourly) fault(std::format("row '{}' holds once: nothing is later", line.row), "later is of rows that hold in each snapshot");
    bool any = false;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list_size(network, list); ++i) {
      const Capacity& c = capacity_of(network, list, i);
      names.push_back(c.name);
      if (!line.component.empty() ? c.name != line.component : (!line.carrier.empty() && c.carrier != line.carrier)) continue;
      if (!line.bus.empty() && bus_of(network, list, i) != line.bus) continue;
      at->terms.push_back({of, list, c.name, line.coefficient, static_cast<int>(line.later)});
      any = true;
    }
    if (any) continue;
    const std::string meant = !line.component.empty() ? std::format("'{}'", line.component)
                                                      : std::format("carrier '{}'{}", line.carrier, line.bus.empty() ? "" : " at bus '" + line.bus + "'");
    fault(std::format("{} is not among the {}", meant, list_name(list)), line.component.empty() ? "" : name_hint(line.component, names.size() < 50 ? names : std::vector{nearest_name(line.component, names)}));
  }
  diagnostics.throw_if_errors();
  return rows;
}

}  // namespace stargate::exchange
