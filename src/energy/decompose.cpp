#include "energy/decompose.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <cmath>
#include <format>

#include "base/files.h"
#include "base/workers.h"
#include "lp/blocks.h"
#include "lp/certificate.h"
#include "lp/dual_bound.h"
#include "lp/first_order.h"

namespace stargate::energy {

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

/// Which block each column belongs to, and which columns are held: capacities, and storage levels at the end of a block.
struct Partition {
  std::vector<int> block_of;
  std::vector<int> capacities;
  int blocks = 0;
};

Partition partition(const System& system, const Formulation& f, std::size_t length) {
  Partition p;
  p.block_of.assign(f.model.cost.size(), lp::fixed_column);
  p.capacities = f.layout.columns_of_no_snapshot();
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const auto& ops = f.layout.operation[s];
    const std::size_t snapshots = system.scenarios[s].network.snapshots.size();
    const auto block = [&](std::size_t t) { return p.blocks + static_cast<int>(t / length); };
    for (const Block* b : ops.blocks())
      for (std::size_t t = 0; t < snapshots; ++t)
        for (std::size_t i = 0; i < b->members; ++i) p.block_of[static_cast<std::size_t>((*b)(t, i))] = block(t);
    for (const Block* level : {&ops.state_of_charge, &ops.energy})
      for (std::size_t t = 0; level->is_there() && t < snapshots; ++t)
        if ((t + 1) % length == 0 || t + 1 == snapshots)
          for (std::size_t i = 0; i < level->members; ++i) p.block_of[static_cast<std::size_t>((*level)(t, i))] = lp::fixed_column;
    p.blocks += static_cast<int>((snapshots + length - 1) / length);
  }
  return p;
}

/// Held levels are brought within what the held capacities allow.
void hold_levels(const System& system, const Formulation& f, std::vector<double>& at) {
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    const auto& ops = f.layout.operation[s];
    for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
      for (std::size_t i = 0; i < net.storage_units.size(); ++i) {
        const bool apart = net.storage_units[i].energy_apart;
        if (const int c = f.layout.capacity[static_cast<std::size_t>(apart ? List::storage_energy : List::storage_units)][i]; c >= 0) {
          double& level = at[static_cast<std::size_t>(ops.state_of_charge(t, i))];
          level = std::clamp(level, 0.0, (apart ? 1 : net.storage_units[i].max_hours) * at[static_cast<std::size_t>(c)]);
        }
      }
      for (std::size_t i = 0; i < net.stores.size(); ++i)
        if (const int c = f.layout.capacity[static_cast<std::size_t>(List::stores)][i]; c >= 0) {
          double& level = at[static_cast<std::size_t>(ops.energy(t, i))];
          const double nominal = at[static_cast<std::size_t>(c)];
          level = std::clamp(level, net.stores[i].e_min_pu[t] * nominal, net.stores[i].e_max_pu[t] * nominal);
        }
    }
  }
}

/// Capacities moved, as little as can be, to where rows over capacities alone hold exactly. False if they cannot.
bool hold_capacities(const Formulation& f, const Partition& p, std::vector<double>& at) {
  std::vector<int> place(f.model.cost.size(), -1);
  lp::Model near;
  for (const int c : p.capacities) {
    const auto j = static_cast<std::size_t>(c);
    at[j] = std::clamp(at[j], f.model.lower[j], f.model.upper[j]);
    place[j] = near.add_column(f.model.lower[j], f.model.upper[j]);
    const int more = near.add_column(0, lp::infinity, 1), less = near.add_column(0, lp::infinity, 1);
    near.add_row(at[j], at[j], std::vector<lp::Term>{{place[j], 1}, {more, -1}, {less, 1}});
  }
  bool any = false;
  for (int r = 0; r < f.model.rows(); ++r) {
    const auto columns = f.model.row_columns(r);
    const auto values = f.model.row_values(r);
    if (columns.empty() || std::ranges::any_of(columns, [&](int c) { return place[static_cast<std::size_t>(c)] < 0; })) continue;
    for (std::size_t k = 0; k < columns.size(); ++k) near.term(place[static_cast<std::size_t>(columns[k])], values[k]);
    near.end_row(f.model.row_lower[static_cast<std::size_t>(r)], f.model.row_upper[static_cast<std::size_t>(r)]);
    any = true;
  }
  if (!any) return true;
  const auto solution = lp::solve(near);
  if (!solution.has_values()) return false;
  for (const int c : p.capacities) at[static_cast<std::size_t>(c)] = solution.value[static_cast<std::size_t>(place[static_cast<std::size_t>(c)])];
  return true;
}

lp::Options block_options(const DecomposeOptions& options) {
  lp::Options o;
  o.method = lp::Method::simplex;
  o.should_stop = options.should_stop;
  return o;
}

/// Exact operation of every block with everything else held at `at`. Blocks that cannot be met are named in `unmet`.
struct Operated {
  std::vector<double> value, row_dual;
  std::vector<int> unmet;
};

Operated operate(const Formulation& f, const Partition& p, const std::vector<double>& at, const std::vector<double>& prices, const DecomposeOptions& options,
                 const std::function<bool()>& must_stop) {
  auto parts = lp::split(f.model, p.block_of, p.blocks, at);
  Operated out{at, prices, {}};
  std::vector<char> met(parts.size(), 0);
  parallel_for(parts.size(), options.threads, [&](std::size_t b) {
    if (must_stop()) return;
    const auto solution = lp::solve(parts[b].model, block_options(options));
    if (solution.status != lp::Status::optimal) return;
    met[b] = 1;
    for (std::size_t k = 0; k < parts[b].columns.size(); ++k) out.value[static_cast<std::size_t>(parts[b].columns[k])] = solution.value[k];
    for (std::size_t k = 0; k < parts[b].rows.size(); ++k) out.row_dual[static_cast<std::size_t>(parts[b].rows[k])] = solution.row_dual[k];
    parts[b].model = {};
  });
  for (std::size_t b = 0; b < parts.size(); ++b)
    if (!met[b]) out.unmet.push_back(static_cast<int>(b));
  return out;
}

/// The unmet blocks, each with the capacities free to grow at their cost: `at` takes the largest that any needs.
bool buy_capacity(const Formulation& f, const Partition& p, const std::vector<int>& unmet, std::vector<double>& at, const DecomposeOptions& options) {
  bool all = true;
  for (const int b : unmet) {
    std::vector<int> block_of(p.block_of.size(), lp::fixed_column);
    for (std::size_t j = 0; j < block_of.size(); ++j)
      if (p.block_of[j] == b) block_of[j] = 0;
    // Rows of other blocks hold fixed columns only; they drop out, but for the capacities that are free here.
    lp::Model local = f.model;
    for (const int c : p.capacities) {
      block_of[static_cast<std::size_t>(c)] = 0;
      local.lower[static_cast<std::size_t>(c)] = std::min(at[static_cast<std::size_t>(c)], local.upper[static_cast<std::size_t>(c)]);
    }
    for (std::size_t j = 0; j < block_of.size(); ++j)  // hours elsewhere keep their limits by being able to follow
      if (block_of[j] == lp::fixed_column && p.block_of[j] != lp::fixed_column) block_of[j] = 1;
    auto parts = lp::split(local, block_of, 2, at);
    const auto solution = lp::solve(parts[0].model, block_options(options));
    if (!solution.has_values()) {
      all = false;
      continue;
    }
    for (std::size_t k = 0; k < parts[0].columns.size(); ++k) {
      const int column = parts[0].columns[k];
      if (std::ranges::binary_search(p.capacities, column)) at[static_cast<std::size_t>(column)] = std::max(at[static_cast<std::size_t>(column)], solution.value[k]);
    }
  }
  return all;
}

void save_state(const std::string& path, const lp::FirstOrderPoint& point) {
  const auto &value = point.value, &dual = point.row_dual;
  if (path.empty()) return;
  const std::uint64_t sizes[] = {value.size(), dual.size()};
  std::string bytes(reinterpret_cast<const char*>(sizes), sizeof sizes);
  bytes.append(reinterpret_cast<const char*>(value.data()), value.size() * sizeof(double));
  bytes.append(reinterpret_cast<const char*>(dual.data()), dual.size() * sizeof(double));
  bytes.append(reinterpret_cast<const char*>(&point.weight), sizeof(double));
  write_file(path, bytes);
}

/// A state of another programme (other sizes) is not used.
void load_state(const std::string& path, const lp::Model& model, lp::FirstOrderOptions& options) {
  if (path.empty() || !std::filesystem::exists(path)) return;
  const std::string bytes = read_file(path);
  std::uint64_t sizes[2] = {};
  const auto n = static_cast<std::size_t>(model.columns()), m = static_cast<std::size_t>(model.rows());
  if (bytes.size() != sizeof sizes + (n + m + 1) * sizeof(double)) return;
  std::memcpy(sizes, bytes.data(), sizeof sizes);
  if (sizes[0] != n || sizes[1] != m) return;
  options.start_value.resize(n);
  options.start_dual.resize(m);
  std::memcpy(options.start_value.data(), bytes.data() + sizeof sizes, n * sizeof(double));
  std::memcpy(options.start_dual.data(), bytes.data() + sizeof sizes + n * sizeof(double), m * sizeof(double));
  std::memcpy(&options.start_weight, bytes.data() + sizeof sizes + (n + m) * sizeof(double), sizeof(double));
}

}  // namespace

bool can_decompose(const System& system, const Formulation& f, std::size_t length) {
  return system.cvar_weight == 0 && !is_linked(system.first()) && f.model.quadratic.empty() && !f.model.has_integers() && system.first().snapshots.size() > length;
}

Result decompose(const System& system, const DecomposeOptions& options) {
  const auto began = Clock::now();
  const auto stage = [&](std::string_view name) {
    if (options.on_stage) options.on_stage(name);
  };
  stage("build");
  const Formulation f = formulate(system);
  Result result;
  result.build_seconds = seconds_since(began);
  result.notes = f.notes;
  result.columns = static_cast<std::size_t>(f.model.columns());
  result.rows = static_cast<std::size_t>(f.model.rows());
  result.entries = f.model.entries();
  result.method = "decomposition";
  Partition p = partition(system, f, options.block_snapshots);
  std::ranges::sort(p.capacities);

  const std::function<bool()> must_stop = [&] {
    return seconds_since(began) > options.time_limit_s || (options.should_stop && options.should_stop());
  };
  lp::Solution best;
  best.objective = lp::infinity;
  best.bound = -lp::infinity;
  lp::FirstOrderOptions first;
  first.tolerance = options.relative_gap / 10;
  load_state(options.state_file, f.model, first);
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    stage(std::format("first-order point to {:.0e}", first.tolerance));
    if (std::isfinite(options.time_limit_s)) first.time_limit_s = std::max(options.time_limit_s - seconds_since(began), 1.0);
    first.should_stop = options.should_stop;
    auto point = lp::solve_first_order(f.model, first);
    best.iterations += point.iterations;
    save_state(options.state_file, point);
    stage("exact operation of blocks");
    std::vector<double> at = point.value;
    if (!hold_capacities(f, p, at)) {
      best.status = lp::Status::infeasible;
      break;
    }
    hold_levels(system, f, at);
    Operated operated = operate(f, p, at, point.row_dual, options, must_stop);
    for (int repair = 0; repair < 3 && !operated.unmet.empty() && !must_stop(); ++repair) {
      stage(std::format("capacity for {} blocks", operated.unmet.size()));
      if (!buy_capacity(f, p, operated.unmet, at, options)) break;
      operated = operate(f, p, at, point.row_dual, options, must_stop);
    }
    if (operated.unmet.empty()) {
      lp::Solution candidate;
      candidate.value = std::move(operated.value);
      const auto proof = lp::certify(f.model, candidate);
      if (proof.primal_infeasibility <= 1e-6 && proof.primal_objective < best.objective) {
        best.objective = proof.primal_objective;
        best.value = std::move(candidate.value);
        best.row_dual = std::move(operated.row_dual);
        result.infeasibility = proof.primal_infeasibility;
      }
    }
    best.bound = std::max(best.bound, lp::proven_bound(f.model, point.row_dual, best.objective));
    if (options.on_bounds) options.on_bounds(best.objective - f.constant, best.bound - f.constant);
    if ((best.has_values() && best.gap() <= options.relative_gap) || must_stop()) break;
    first.tolerance /= 5;
    first.start_value = std::move(point.value);
    first.start_dual = std::move(point.row_dual);
    first.start_weight = point.weight;
  }
  const bool stopped = options.should_stop && options.should_stop();
  const bool late = seconds_since(began) > options.time_limit_s;
  if (best.status == lp::Status::infeasible) {
  } else if (!best.has_values()) best.status = stopped ? lp::Status::interrupted : late ? lp::Status::time_limit : lp::Status::failed;
  else if (best.gap() <= options.relative_gap) best.status = lp::Status::gap_reached;
  else best.status = stopped ? lp::Status::interrupted : late ? lp::Status::time_limit : lp::Status::failed;
  if (best.has_values()) {
    best.reduced_cost = f.model.cost;
    for (int r = 0; r < f.model.rows(); ++r) {
      const auto columns = f.model.row_columns(r);
      const auto values = f.model.row_values(r);
      for (std::size_t k = 0; k < columns.size(); ++k)
        best.reduced_cost[static_cast<std::size_t>(columns[k])] -= values[k] * best.row_dual[static_cast<std::size_t>(r)];
    }
  }
  const double infeasibility = result.infeasibility;
  read_solution(system, f, best, result);
  result.infeasibility = infeasibility;
  result.dual_objective = best.bound - f.constant;
  result.solve_seconds = seconds_since(began) - result.build_seconds;
  return result;
}

Result solve_best(const System& system, const OptimiseOptions& whole, const DecomposeOptions& parts) {
  // Below this many columns the simplex method is as fast, and exact (docs/performance/energy.md).
  constexpr std::size_t small = 20'000;
  const Network& first = system.first();
  std::size_t members = 0;
  for (const List list : all_lists) members += list_size(first, list);
  const bool wanted = parts.relative_gap > 0 && members * first.snapshots.size() * system.scenarios.size() > small;
  if (wanted && system.cvar_weight == 0 && first.snapshots.size() > parts.block_snapshots) {
    const bool linear = std::ranges::none_of(system.scenarios, [](const Scenario& s) {
      const bool whole_units = !s.network.relaxed_commitment;
      const auto discrete = [&](const auto& m) {
        return (whole_units && (m.committable || (m.extendable && m.module > 0))) || !m.marginal_cost_quadratic.is_zero();
      };
      return std::ranges::any_of(s.network.generators, discrete) || std::ranges::any_of(s.network.links, discrete);
    });
    if (linear) {
      Result result = decompose(system, parts);
      if (result.status != lp::Status::failed) return result;  // else the gap was not met: the whole will
    }
  }
  return optimise(system, whole);
}

}  // namespace stargate::energy
