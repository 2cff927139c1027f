#include "energy/formulation.h"

#include <stdexcept>

#include "energy/builder.h"

namespace stargate::energy {

std::size_t list_size(const Network& n, List list) {
  switch (list) {
    case List::generators: return n.generators.size();
    case List::lines: return n.lines.size();
    case List::transformers: return n.transformers.size();
    case List::links: return n.links.size();
    case List::storage_units: return n.storage_units.size();
    case List::stores: return n.stores.size();
  }
  throw std::logic_error("no such list");
}

const Capacity& capacity_of(const Network& n, List list, std::size_t i) {
  switch (list) {
    case List::generators: return n.generators[i];
    case List::lines: return n.lines[i];
    case List::transformers: return n.transformers[i];
    case List::links: return n.links[i];
    case List::storage_units: return n.storage_units[i];
    case List::stores: return n.stores[i];
  }
  throw std::logic_error("no such list");
}

std::string_view list_name(List list) {
  static constexpr std::array<std::string_view, list_count> names{"generators", "lines", "transformers", "links", "storage_units", "stores"};
  return names[static_cast<std::size_t>(list)];
}

Builder::Builder(const System& system, const FormulationOptions& options)
    : system_(system), first_(system.first()), options_(options), model_(out_.model) {}

Formulation Builder::build() && {
  capacity_columns();
  objective_constant();
  out_.layout.operation.resize(system_.scenarios.size());
  std::vector<Scene> scenes;
  for (std::size_t s = 0; s < system_.scenarios.size(); ++s)
    scenes.push_back({system_.scenarios[s].network, out_.layout.operation[s], system_.scenarios[s].probability, s});
  for (auto& scene : scenes) {
    dispatch_columns(scene);
    storage_columns(scene);
  }
  module_rows();
  capacity_set_rows();
  growth_rows();
  bus_carrier_rows();
  for (auto& scene : scenes) {
    limit_rows(scene);
    storage_rows(scene);
    balance_rows(scene);
    kirchhoff_rows(scene);
    if (!options_.outages.empty()) security_rows(scene);
    global_rows(scene);
  }
  if (system_.cvar_weight > 0) risk_rows();
  return std::move(out_);
}

Block Builder::add_block(const Scene& scene, std::size_t members) const {
  if (members == 0) return {};
  (void)scene;
  return {model_.columns(), members};
}

double Builder::cost(const Scene& scene, std::size_t snapshot) const {
  return scene.probability * cost_weight(scene.net, snapshot);
}

void Builder::quadratic(int column, double coefficient) {
  if (coefficient == 0) return;
  model_.quadratic.resize(model_.cost.size(), 0);
  model_.quadratic[static_cast<std::size_t>(column)] += 2 * coefficient;  // 1/2 q x^2
}

Formulation formulate(const System& system, const FormulationOptions& options) { return Builder(system, options).build(); }

}  // namespace stargate::energy
