#include "energy/formulation.h"

#include <algorithm>
#include <iterator>
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
    case List::storage_energy:
    case List::storage_charge: return n.storage_units.size();
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
    case List::storage_energy: return n.storage_units[i].energy;
    case List::storage_charge: return n.storage_units[i].charge;
  }
  throw std::logic_error("no such list");
}

std::string_view list_name(List list) {
  static constexpr std::array<std::string_view, list_count> names{"generators", "lines", "transformers", "links", "storage_units", "stores",
                                                                   "energy of storage_units", "charging power of storage_units"};
  return names[static_cast<std::size_t>(list)];
}

std::vector<const Block*> OperationColumns::blocks() const {
  std::vector<const Block*> all{&charge, &state_of_charge, &spill, &energy, &loss, &policy.margin_slack, &policy.unmet, &policy.row_slack,
                                &curve_value, &curve_parts, &shift, &line_loss, &transformer_loss};
  for (const auto& b : flow) all.push_back(&b);
  for (const auto* m : {&generator_maintenance, &link_maintenance})
    for (const Block* b : {&m->on, &m->start, &m->off}) all.push_back(b);
  for (const Commitment* c : {&generators, &links})
    for (const Block* b : {&c->status, &c->start_up, &c->shut_down}) all.push_back(b);
  for (const auto* held : {&policy.held, &policy.held_charging})
    for (const auto& b : *held) all.push_back(&b);
  std::erase_if(all, [](const Block* b) { return !b->is_there(); });
  return all;
}

std::vector<int> Layout::columns_of_no_snapshot() const {
  std::vector<int> all;
  const auto add = [&](const std::vector<int>& columns) {
    std::ranges::copy_if(columns, std::back_inserter(all), [](int c) { return c >= 0; });
  };
  for (std::size_t l = 0; l < list_count; ++l) {
    add(capacity[l]);
    add(added[l]);
  }
  add(requirement_slack);
  add(firm);
  add(capital);
  for (const auto& ops : operation) {
    add(ops.policy.share_slack);
    add(ops.policy.cap_slack);
    add(ops.policy.once_slack);
  }
  std::ranges::sort(all);
  return all;
}

Builder::Builder(const System& system, const FormulationOptions& options)
    : system_(system), first_(system.first()), options_(options), index_(first_), model_(out_.model) {}

Formulation Builder::build() && {
  capacity_columns();
  requirement_columns();
  out_.layout.operation.resize(system_.scenarios.size());
  std::vector<Scene> scenes;
  for (std::size_t s = 0; s < system_.scenarios.size(); ++s)
    scenes.push_back({system_.scenarios[s].network, out_.layout.operation[s], system_.scenarios[s].probability, s});
  for (auto& scene : scenes) {
    dispatch_columns(scene);
    storage_columns(scene);
    loss_columns(scene);
    curve_columns(scene);
    maintenance_columns(scene);
    branch_loss_columns(scene);
    policy_columns(scene);
    reserve_columns(scene);
  }
  module_rows();
  capital_curve_rows();
  capacity_set_rows();
  growth_rows();
  bus_carrier_rows();
  duration_rows();
  requirement_rows();
  for (auto& scene : scenes) {
    limit_rows(scene);
    storage_rows(scene);
    reservoir_rows(scene);
    loss_rows(scene);
    curve_rows(scene);
    maintenance_rows(scene);
    branch_loss_rows(scene);
    balance_rows(scene);
    kirchhoff_rows(scene);
    if (!options_.outages.empty()) security_rows(scene);
    global_rows(scene);
    margin_rows(scene);
    share_rows(scene);
    emission_rows(scene);
    reserve_rows(scene);
    custom_rows(scene);
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
