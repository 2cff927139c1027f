#include "energy/result.h"

#include <algorithm>
#include <cmath>

#include "energy/storage_chain.h"

namespace stargate::energy {

namespace {

Matrix read(const Block& block, std::size_t snapshots, const std::vector<double>& from) {
  Matrix m;
  if (!block.is_there()) return m;
  m.members = block.members;
  m.values.assign(from.begin() + block.first, from.begin() + block.first + static_cast<long>(snapshots * block.members));
  return m;
}

/// A block of committed members, spread over all members: 1 where nothing is committed.
Matrix spread(const Block& block, const OperationColumns::Commitment& commitment, std::size_t members, std::size_t snapshots,
              const std::vector<double>& from) {
  Matrix m;
  if (!block.is_there()) return m;
  m.members = members;
  m.values.assign(snapshots * members, 1);
  for (std::size_t t = 0; t < snapshots; ++t)
    for (std::size_t s = 0; s < commitment.members.size(); ++s)
      m(t, commitment.members[s]) = from[static_cast<std::size_t>(block(t, s))];
  return m;
}

/// Rows of one kind that stand together, a snapshot each, members innermost: their duals, for a MW and an hour.
Matrix hourly_price(const Scenario& scenario, int first_row, std::size_t members, const lp::Solution& solution) {
  Matrix m;
  if (first_row < 0) return m;
  m.members = members;
  for (std::size_t t = 0; t < scenario.network.snapshots.size(); ++t) {
    const double weight = cost_weight(scenario.network, t) * scenario.probability;
    for (std::size_t k = 0; k < members; ++k)
      m.values.push_back(weight != 0 ? solution.row_dual[static_cast<std::size_t>(first_row) + t * members + k] / weight : 0);
  }
  return m;
}

/// Values or duals of a period each; what is not there counts as nothing.
std::vector<double> by_period(const Network& net, const std::vector<int>& positions, const std::vector<double>& from, double probability, bool price) {
  std::vector<double> out;
  const std::size_t periods = std::max<std::size_t>(net.periods.size(), 1);
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const double value = positions[k] >= 0 ? from[static_cast<std::size_t>(positions[k])] : 0;
    const double weight = price ? probability * period_weight(net, k % periods) : 1;
    out.push_back(weight != 0 ? value / weight : 0);
  }
  return out;
}

void read_policy_values(const System& system, const Formulation& f, const lp::Solution& solution, Result& result) {
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    const PolicyLayout& layout = f.layout.operation[s].policy;
    PolicyOutcome& out = result.operation[s].policy;
    const std::size_t snapshots = net.snapshots.size();
    out.margin_slack = read(layout.margin_slack, snapshots, solution.value);
    out.unmet = read(layout.unmet, snapshots, solution.value);
    for (const auto& b : layout.held) out.held.push_back(read(b, snapshots, solution.value));
    for (const auto& b : layout.held_charging) out.held_charging.push_back(read(b, snapshots, solution.value));
    out.share_slack = by_period(net, layout.share_slack, solution.value, 1, false);
    out.cap_slack = by_period(net, layout.cap_slack, solution.value, 1, false);
    out.row_slack = read(layout.row_slack, snapshots, solution.value);
    for (const int column : layout.once_slack) out.once_slack.push_back(column >= 0 ? solution.value[static_cast<std::size_t>(column)] : 0);
  }
  const auto& slack = f.layout.requirement_slack;
  const auto value = [&](int column) { return column >= 0 ? solution.value[static_cast<std::size_t>(column)] : 0; };
  for (std::size_t k = 0; k + 1 < slack.size(); k += 2) result.requirement_slack.push_back(value(slack[k]) - value(slack[k + 1]));
}

void read_policy_prices(const System& system, const Formulation& f, const lp::Solution& solution, Result& result) {
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Scenario& scenario = system.scenarios[s];
    const Policies& policies = scenario.network.policies;
    const PolicyLayout& layout = f.layout.operation[s].policy;
    PolicyOutcome& out = result.operation[s].policy;
    out.margin_price = hourly_price(scenario, layout.margin_row, policies.reserve_margins.size(), solution);
    out.reserve_price = hourly_price(scenario, layout.reserve_row, policies.operating_reserves.size(), solution);
    out.share_price = by_period(scenario.network, layout.share_row, solution.row_dual, scenario.probability, true);
    out.cap_price = by_period(scenario.network, layout.cap_row, solution.row_dual, scenario.probability, true);
    for (double& v : out.cap_price) v = -v;  // of a tonne less
    if (!layout.hourly.empty()) out.row_price = hourly_price(scenario, layout.hourly_row, layout.hourly.size(), solution);
    for (const int row : layout.once_row) out.once_price.push_back(row >= 0 ? solution.row_dual[static_cast<std::size_t>(row)] / scenario.probability : 0);
  }
  result.requirement_price = by_period(system.first(), f.layout.requirement_row, solution.row_dual, 1, true);
}

void read_duals(const System& system, const Formulation& f, const lp::Solution& solution, Result& result) {
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    Operation& op = result.operation[s];
    const std::size_t snapshots = net.snapshots.size();
    op.price.members = net.buses.size();
    op.price.values.resize(snapshots * net.buses.size());
    for (std::size_t t = 0; t < snapshots; ++t) {
      const double weight = cost_weight(net, t) * system.scenarios[s].probability;
      for (std::size_t b = 0; b < net.buses.size(); ++b) {
        const auto row = static_cast<std::size_t>(f.layout.balance[s]) + t * net.buses.size() + b;
        op.price(t, b) = weight != 0 ? solution.row_dual[row] / weight : 0;
      }
    }
    for (const List list : all_lists) {
      const auto l = static_cast<std::size_t>(list);
      const Block& block = list == List::stores ? f.layout.operation[s].energy : f.layout.operation[s].flow[l];
      if (!block.is_there() || solution.reduced_cost.empty()) continue;
      op.scarcity[l] = read(block, snapshots, solution.reduced_cost);
      for (double& v : op.scarcity[l].values) v = -v;
      for (std::size_t i = 0; i < block.members; ++i)
        if (f.layout.capacity[l][i] >= 0)
          for (std::size_t t = 0; t < snapshots; ++t) op.scarcity[l](t, i) = 0;
    }
    for (const int row : f.layout.global_constraint[s]) op.global_price.push_back(row >= 0 ? solution.row_dual[static_cast<std::size_t>(row)] : 0);
  }
}

/// Share of the capacity that the limit met is.
double share_at_limit(const Network& net, List list, std::size_t i, std::size_t t, bool upper) {
  switch (list) {
    case List::generators: return upper ? net.generators[i].p_max_pu[t] : net.generators[i].p_min_pu[t];
    case List::links: return upper ? net.links[i].p_max_pu[t] : net.links[i].p_min_pu[t];
    case List::lines: return upper ? net.lines[i].s_max_pu[t] : -net.lines[i].s_max_pu[t];
    case List::transformers: return upper ? net.transformers[i].s_max_pu[t] : -net.transformers[i].s_max_pu[t];
    case List::storage_units: return upper ? net.storage_units[i].p_max_pu[t] : 0;
    case List::stores: return upper ? net.stores[i].e_max_pu[t] : net.stores[i].e_min_pu[t];
    case List::storage_energy:
    case List::storage_charge: return 1;
  }
  return 0;
}

void read_worth(const System& system, const Formulation& f, const lp::Solution& solution, Result& result) {
  for (const List list : all_lists) {
    const auto l = static_cast<std::size_t>(list);
    auto& worth = result.worth[l];
    worth.assign(result.capacity[l].size(), 0);
    for (std::size_t i = 0; i < worth.size(); ++i) {
      if (const int column = f.layout.capacity[l][i]; column >= 0) {  // cost less what is left of it
        const auto earned = [&](int c) { return c < 0 ? 0 : f.model.cost[static_cast<std::size_t>(c)] - solution.reduced_cost[static_cast<std::size_t>(c)]; };
        worth[i] = earned(column) + earned(f.layout.added[l][i]);
        continue;
      }
      for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
        const Network& net = system.scenarios[s].network;
        const Matrix& scarcity = result.operation[s].scarcity[l];
        for (std::size_t t = 0; scarcity.is_there() && t < net.snapshots.size(); ++t)
          if (const double v = scarcity(t, i); v != 0) worth[i] += v * share_at_limit(net, list, i, t, v > 0);
        const auto& ops = f.layout.operation[s];
        const bool linked = is_linked(net);
        const auto ceiling_price = [&](const OperationColumns::LinkedLevels& levels, std::size_t t) {
          const int row = levels.ceiling[t][i];
          return row < 0 ? 0 : std::max(-solution.row_dual[static_cast<std::size_t>(row)], 0.0);
        };
        if (linked && (list == List::stores || list == List::storage_units)) {  // ... or the level before an original period meets it
          const auto runs = runs_of(net);
          const Block& start = list == List::stores ? ops.linked_stores.start : ops.linked_units.start;
          for (std::size_t d = 0; d < net.chronology.size(); ++d) {
            const std::size_t end = runs[net.chronology[d > 0 ? d - 1 : net.chronology.size() - 1]].end - 1;
            const double share = list == List::stores ? net.stores[i].e_max_pu[end] : net.storage_units[i].max_hours;
            worth[i] += std::max(-solution.reduced_cost[static_cast<std::size_t>(start(d, i))], 0.0) * share;
          }
        }
        if (list == List::stores && linked)
          for (std::size_t t = 0; t < net.snapshots.size(); ++t) worth[i] += ceiling_price(ops.linked_stores, t) * net.stores[i].e_max_pu[t];
        if (list != List::storage_units) continue;
        for (std::size_t t = 0; t < net.snapshots.size(); ++t) {  // charging and energy grow with the same capacity
          const StorageUnit& u = net.storage_units[i];
          const auto saved = [&](const Block& b) { return std::max(-solution.reduced_cost[static_cast<std::size_t>(b(t, i))], 0.0); };
          if (!u.charge_apart) worth[i] += saved(ops.charge) * -u.p_min_pu[t];
          if (!u.energy_apart) worth[i] += (linked ? ceiling_price(ops.linked_units, t) : saved(ops.state_of_charge)) * u.max_hours;
        }
      }
    }
  }
}

}  // namespace

double Result::gap() const {
  return std::abs(objective - bound) / std::max(std::abs(objective + constant), 1e-9);
}

void fix_capacities(Network& network, const Result& result) {
  const auto fix = [&](auto& members, List list) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      auto& m = members[i];
      m.nominal = result.capacity[static_cast<std::size_t>(list)][i];
      if (m.extendable) m.nominal = std::clamp(m.nominal, m.nominal_min, m.nominal_max);  // decided to a tolerance
      m.extendable = false;
    }
  };
  fix(network.generators, List::generators);
  fix(network.lines, List::lines);
  fix(network.transformers, List::transformers);
  fix(network.links, List::links);
  fix(network.storage_units, List::storage_units);
  fix(network.stores, List::stores);
  for (std::size_t i = 0; i < network.storage_units.size(); ++i) {
    auto& s = network.storage_units[i];
    for (const auto& [part, list] : {std::pair{&s.energy, List::storage_energy}, {&s.charge, List::storage_charge}}) {
      part->nominal = result.capacity[static_cast<std::size_t>(list)][i];
      part->extendable = false;
    }
  }
}

void read_solution(const System& system, const Formulation& f, const lp::Solution& solution, Result& result) {
  result.status = solution.status;
  result.message = solution.message;
  result.constant = f.constant;
  result.objective = solution.objective - f.constant;
  result.bound = solution.bound - f.constant;
  result.iterations = solution.iterations;
  // Where a solver stands when it finds that there is no solution is none.
  if (!solution.has_values() || solution.status == lp::Status::infeasible || solution.status == lp::Status::unbounded) return;
  for (const List list : all_lists) {
    const auto l = static_cast<std::size_t>(list);
    auto& capacity = result.capacity[l];
    for (std::size_t i = 0; i < list_size(system.first(), list); ++i) {
      const int column = f.layout.capacity[l][i];
      capacity.push_back(column >= 0 ? solution.value[static_cast<std::size_t>(column)] : capacity_of(system.first(), list, i).nominal);
    }
  }
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    const auto& ops = f.layout.operation[s];
    const std::size_t snapshots = net.snapshots.size();
    Operation& op = result.operation.emplace_back();
    for (std::size_t l = 0; l < list_count; ++l) op.flow[l] = read(ops.flow[l], snapshots, solution.value);
    op.charge = read(ops.charge, snapshots, solution.value);
    op.state_of_charge = read(ops.state_of_charge, snapshots, solution.value);
    op.spill = read(ops.spill, snapshots, solution.value);
    op.energy = read(ops.energy, snapshots, solution.value);
    if (ops.loss.is_there()) {
      op.lost.members = net.links.size();
      op.lost.values.assign(snapshots * net.links.size(), 0);
      for (std::size_t t = 0; t < snapshots; ++t)
        for (std::size_t k = 0; k < ops.lossy.size(); ++k) op.lost(t, ops.lossy[k]) = solution.value[static_cast<std::size_t>(ops.loss(t, k))];
    }
    for (const auto& [list, block] : {std::pair{List::lines, &ops.line_loss}, {List::transformers, &ops.transformer_loss}})
      op.branch_loss[static_cast<std::size_t>(list)] = read(*block, snapshots, solution.value);
    for (const auto& [list, m] : {std::pair{List::generators, &ops.generator_maintenance}, {List::links, &ops.link_maintenance}}) {
      if (m->members.empty()) continue;
      Matrix& on = op.maintenance[static_cast<std::size_t>(list)];
      on = {list_size(net, list), std::vector<double>(snapshots * list_size(net, list), 0)};
      for (std::size_t t = 0; t < snapshots; ++t)
        for (std::size_t k = 0; k < m->members.size(); ++k) on(t, m->members[k]) = solution.value[static_cast<std::size_t>(m->on(t, k))];
    }
    if (ops.shift.is_there()) {
      op.shift = {net.transformers.size(), {}};
      for (std::size_t t = 0; t < snapshots; ++t)
        for (const auto& b : net.transformers) op.shift.values.push_back(b.phase_shift[t]);
      for (std::size_t t = 0; t < snapshots; ++t)
        for (std::size_t k = 0; k < ops.shifters.size(); ++k) op.shift(t, ops.shifters[k]) = solution.value[static_cast<std::size_t>(ops.shift(t, k))];
    }
    op.unit_start = read(ops.linked_units.start, net.chronology.size(), solution.value);
    op.store_start = read(ops.linked_stores.start, net.chronology.size(), solution.value);
    for (const auto& [list, commitment] : {std::pair{List::generators, &ops.generators}, {List::links, &ops.links}}) {
      const auto l = static_cast<std::size_t>(list);
      const std::size_t members = list_size(net, list);
      op.status[l] = spread(commitment->status, *commitment, members, snapshots, solution.value);
      op.start_up[l] = spread(commitment->start_up, *commitment, members, snapshots, solution.value);
      op.shut_down[l] = spread(commitment->shut_down, *commitment, members, snapshots, solution.value);
    }
  }
  read_policy_values(system, f, solution, result);
  if (solution.row_dual.empty()) return;
  read_duals(system, f, solution, result);
  read_policy_prices(system, f, solution, result);
  if (!solution.reduced_cost.empty()) read_worth(system, f, solution, result);
}

}  // namespace stargate::energy
