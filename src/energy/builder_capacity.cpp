// Capacities: their columns, modules, growth limits and limits by bus and carrier.
#include <cmath>
#include <format>

#include "energy/builder.h"

namespace stargate::energy {

void Builder::capacity_columns() {
  for (const List list : all_lists) {
    auto& columns = out_.layout.capacity[static_cast<std::size_t>(list)];
    auto& modules = out_.layout.modules[static_cast<std::size_t>(list)];
    const std::size_t n = list_size(first_, list);
    auto& added = out_.layout.added[static_cast<std::size_t>(list)];
    columns.assign(n, -1);
    modules.assign(n, -1);
    added.assign(n, -1);
    for (std::size_t i = 0; i < n; ++i) {
      const Capacity& c = capacity_of(first_, list, i);
      if (!c.extendable || !c.active) continue;
      double cost = 0, standing = 0;
      for (const auto& scenario : system_.scenarios) {
        const Capacity& own = capacity_of(scenario.network, list, i);
        const double weight = scenario.probability * investment_weight(own, scenario.network);
        cost += weight * periodic_cost(own, scenario.network);
        standing += weight * (std::isnan(own.standing_cost) ? periodic_cost(own, scenario.network) : own.standing_cost);
      }
      double weight = 0;
      for (const auto& scenario : system_.scenarios) weight += scenario.probability * investment_weight(capacity_of(scenario.network, list, i), scenario.network);
      // PyPSA subtracts nothing where there are investment periods.
      if (first_.periods.empty()) out_.constant += standing * c.nominal;
      if (!c.capital_curve.empty()) standing = cost = 0;
      columns[i] = model_.add_column(c.nominal_min, c.nominal_max, standing);
      capital_curve(c, columns[i], weight);
      if (standing != cost && c.nominal_max > c.nominal) added[i] = model_.add_column(0, lp::infinity, cost - standing);
      if (c.module > 0 && !first_.relaxed_commitment) modules[i] = model_.add_column(0, lp::infinity, 0, !options_.relax_integers);
    }
  }
}

/// Whole modules; and what is built beyond what stands.
void Builder::module_rows() {
  for (const List list : all_lists)
    for (std::size_t i = 0; i < list_size(first_, list); ++i) {
      if (const int added = out_.layout.added[static_cast<std::size_t>(list)][i]; added >= 0) {
        model_.term(capacity_column(list, i), 1);
        model_.term(added, -1);
        model_.end_row(-lp::infinity, capacity_of(first_, list, i).nominal);
      }
      if (const int modules = out_.layout.modules[static_cast<std::size_t>(list)][i]; modules >= 0) {
        model_.term(capacity_column(list, i), 1);
        model_.term(modules, -capacity_of(first_, list, i).module);
        model_.end_row(0, 0);
      }
    }
}

void Builder::capacity_set_rows() {
  for (const List list : all_lists)
    for (std::size_t i = 0; i < list_size(first_, list); ++i) {
      const Capacity& c = capacity_of(first_, list, i);
      const int column = capacity_column(list, i);
      if (column < 0 || std::isnan(c.nominal_set)) continue;
      model_.term(column, 1);
      model_.end_row(c.nominal_set, c.nominal_set);
    }
}

/// Of each carrier, what first stands in a period, less a share of what first stood in the one before, is limited.
void Builder::growth_rows() {
  const std::size_t periods = first_.periods.size();
  for (const auto& carrier : first_.carriers) {
    if (periods == 0 || !std::isfinite(carrier.max_growth)) continue;
    for (std::size_t p = 0; p < periods; ++p) {
      bool any = false;
      for (const List list : all_lists)
        for (std::size_t i = 0; i < list_size(first_, list); ++i) {
          const Capacity& c = capacity_of(first_, list, i);
          const int column = capacity_column(list, i);
          if (column < 0 || c.carrier != carrier.name) continue;
          // Counted as new while the number of periods it has stood in is one.
          const auto is_new = [&](std::size_t period) {
            std::size_t stood = 0;
            for (std::size_t q = 0; q <= period; ++q) stood += stands_in(c, first_, q);
            return stood == 1;
          };
          double value = is_new(p) ? 1 : 0;
          if (p > 0 && is_new(p - 1)) value -= std::max(carrier.max_relative_growth, 0.0);
          any = any || value != 0;
          model_.term(column, value);
        }
      if (any) model_.end_row(-lp::infinity, carrier.max_growth);
    }
  }
}

/// Limits 'nom_min_CARRIER' and 'nom_max_CARRIER[_PERIOD]' that stand in the table of buses.
void Builder::bus_carrier_rows() {
  for (const auto& bus : first_.buses)
    for (const auto& [attribute, limit] : bus.other) {
      const bool lower = attribute.starts_with("nom_min_"), upper = attribute.starts_with("nom_max_");
      if ((!lower && !upper) || std::isnan(limit)) continue;
      std::string carrier = attribute.substr(8);
      double year = unset;
      const auto known = [&] { return std::ranges::any_of(first_.carriers, [&](const auto& c) { return c.name == carrier; }); };
      if (const auto cut = carrier.rfind('_'); !known() && cut != std::string::npos) {
        year = std::atof(carrier.substr(cut + 1).c_str());
        carrier.resize(cut);
      }
      if (!known()) {
        out_.left_out.push_back(std::format("bus attribute '{}' names no carrier", attribute));
        continue;
      }
      bool any = false;
      const auto add = [&](List list, std::size_t i, const std::string& at) {
        const Capacity& c = capacity_of(first_, list, i);
        const int column = capacity_column(list, i);
        if (column < 0 || c.carrier != carrier || at != bus.name) return;
        if (!std::isnan(year) && !(c.build_year <= year && year < c.build_year + c.lifetime)) return;
        model_.term(column, 1);
        any = true;
      };
      for (std::size_t i = 0; i < first_.generators.size(); ++i) add(List::generators, i, first_.generators[i].bus);
      for (std::size_t i = 0; i < first_.storage_units.size(); ++i) add(List::storage_units, i, first_.storage_units[i].bus);
      for (std::size_t i = 0; i < first_.stores.size(); ++i) add(List::stores, i, first_.stores[i].bus);
      if (any) model_.end_row(lower ? limit : -lp::infinity, upper ? limit : lp::infinity);
    }
}

}  // namespace stargate::energy
