#include "energy/by_prices.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

#include "base/workers.h"
#include "lp/blocks.h"
#include "lp/certificate.h"
#include "lp/dual_bound.h"

namespace stargate::energy {

namespace {

/// Held levels are brought within what the held capacities allow.
void hold_levels(const System& system, const Formulation& f, std::vector<double>& at) {
  for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
    const Network& net = system.scenarios[s].network;
    const auto& ops = f.layout.operation[s];
    if (is_linked(net)) continue;  // paths from an unknown start have no limits of their own
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

/// Held columns moved, as little as can be, to where rows over held columns alone hold exactly. False if they cannot.
bool hold_rows(const lp::Model& model, const Partition& p, std::vector<double>& at) {
  std::vector<int> place(model.cost.size(), -1), moved;
  lp::Model near;
  for (int r = 0; r < model.rows(); ++r) {
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    if (columns.empty() || std::ranges::any_of(columns, [&](int c) { return p.block_of[static_cast<std::size_t>(c)] != lp::fixed_column; })) continue;
    for (const int c : columns) {
      const auto j = static_cast<std::size_t>(c);
      if (place[j] >= 0) continue;
      moved.push_back(c);
      place[j] = near.add_column(model.lower[j], model.upper[j]);
      near.add_column(0, lp::infinity, 1);  // more and less than `at`
      near.add_column(0, lp::infinity, 1);
    }
    for (std::size_t k = 0; k < columns.size(); ++k) near.term(place[static_cast<std::size_t>(columns[k])], values[k]);
    near.end_row(model.row_lower[static_cast<std::size_t>(r)], model.row_upper[static_cast<std::size_t>(r)]);
  }
  if (moved.empty()) return true;
  for (const int c : moved) {
    const int own = place[static_cast<std::size_t>(c)];
    near.add_row(at[static_cast<std::size_t>(c)], at[static_cast<std::size_t>(c)], std::vector<lp::Term>{{own, 1}, {own + 1, -1}, {own + 2, 1}});
  }
  const auto solution = lp::solve(near);
  if (!solution.has_values()) return false;
  for (const int c : moved) at[static_cast<std::size_t>(c)] = solution.value[static_cast<std::size_t>(place[static_cast<std::size_t>(c)])];
  return true;
}

/// What a row leaves over goes to the budgets in it (lp::separate) in equal parts, so that blocks are not held tighter
/// than they need be.
void spread_slack(const lp::Model& model, std::vector<double>& at) {
  const auto is_budget = [&](int c) {
    const auto j = static_cast<std::size_t>(c);
    return model.cost[j] == 0 && model.lower[j] == -lp::infinity && model.upper[j] == lp::infinity;
  };
  for (int r = 0; r < model.rows(); ++r) {
    const auto columns = model.row_columns(r);
    const auto values = model.row_values(r);
    const double low = model.row_lower[static_cast<std::size_t>(r)], high = model.row_upper[static_cast<std::size_t>(r)];
    const auto budgets = std::ranges::count_if(columns, is_budget);
    if (budgets < 2 || std::isfinite(low) == std::isfinite(high)) continue;
    double slack = std::isfinite(high) ? high : low;
    for (std::size_t k = 0; k < columns.size(); ++k) slack -= values[k] * at[static_cast<std::size_t>(columns[k])];
    for (const int c : columns)
      if (is_budget(c)) at[static_cast<std::size_t>(c)] += slack / static_cast<double>(budgets);
  }
}

lp::Options block_options(const DecomposeOptions& options) {
  lp::Options o;
  o.method = lp::Method::simplex;
  o.feasibility = 1e-9;  // balances in MW are met to 1e-6 after unscaling
  o.should_stop = options.should_stop;
  return o;
}

/// Exact operation of every block with everything else held at `at`. Blocks that cannot be met are named in `unmet`.
struct Operated {
  std::vector<double> value, row_dual;
  lp::Basis basis;
  std::vector<int> unmet;
};

Operated operate(const Formulation& f, const Partition& p, const std::vector<double>& at, const std::vector<double>& prices, const DecomposeOptions& options,
                 const std::function<bool()>& must_stop) {
  auto parts = lp::split(f.model, p.block_of, p.blocks, at);
  Operated out{at, prices, {}, {}};
  out.basis.column.assign(f.model.cost.size(), lp::Standing::lower);
  out.basis.row.assign(static_cast<std::size_t>(f.model.rows()), lp::Standing::basic);
  std::vector<char> met(parts.size(), 0);
  parallel_for(parts.size(), options.threads, [&](std::size_t b) {
    if (must_stop()) return;
    lp::Solver solver(parts[b].model);
    const auto solution = solver.solve(block_options(options));
    if (solution.status != lp::Status::optimal) return;
    met[b] = 1;
    const auto basis = solver.basis();
    for (std::size_t k = 0; k < parts[b].columns.size(); ++k) {
      const auto j = static_cast<std::size_t>(parts[b].columns[k]);
      out.value[j] = solution.value[k];
      out.basis.column[j] = basis.column[k];
    }
    for (std::size_t k = 0; k < parts[b].rows.size(); ++k) {
      const auto r = static_cast<std::size_t>(parts[b].rows[k]);
      out.row_dual[r] = solution.row_dual[k];
      out.basis.row[r] = basis.row[k];
    }
    parts[b].model = {};
  });
  for (std::size_t b = 0; b < parts.size(); ++b)
    if (!met[b]) out.unmet.push_back(static_cast<int>(b));
  return out;
}

/// The unmet blocks, each with the capacities free to grow at their cost: `at` takes the largest that any needs.
bool buy_capacity(const Formulation& f, const Partition& p, const std::vector<int>& unmet, std::vector<double>& at, const DecomposeOptions& options) {
  std::vector<std::vector<int>> rows_of(static_cast<std::size_t>(p.blocks)), columns_of(static_cast<std::size_t>(p.blocks));
  for (std::size_t j = 0; j < p.block_of.size(); ++j)
    if (p.block_of[j] != lp::fixed_column) columns_of[static_cast<std::size_t>(p.block_of[j])].push_back(static_cast<int>(j));
  for (int r = 0; r < f.model.rows(); ++r)
    for (const int c : f.model.row_columns(r))
      if (const int b = p.block_of[static_cast<std::size_t>(c)]; b != lp::fixed_column) {
        auto& rows = rows_of[static_cast<std::size_t>(b)];
        if (rows.empty() || rows.back() != r) rows.push_back(r);
      }
  std::vector<int> of_capacities;  // rows that tie capacities to each other
  for (int r = 0; r < f.model.rows(); ++r) {
    const auto columns = f.model.row_columns(r);
    if (!columns.empty() && std::ranges::all_of(columns, [&](int c) { return std::ranges::binary_search(p.capacities, c); })) of_capacities.push_back(r);
  }
  bool all = true;
  std::vector<int> place(p.block_of.size(), -1);
  for (const int b : unmet) {
    lp::Model local;
    const auto add = [&](int c, double low) {
      const auto j = static_cast<std::size_t>(c);
      place[j] = local.add_column(low, f.model.upper[j], f.model.cost[j]);
    };
    const auto& own = columns_of[static_cast<std::size_t>(b)];
    for (const int c : p.capacities) add(c, std::min(at[static_cast<std::size_t>(c)], f.model.upper[static_cast<std::size_t>(c)]));
    for (const int c : own) add(c, f.model.lower[static_cast<std::size_t>(c)]);
    for (const int r : rows_of[static_cast<std::size_t>(b)]) {
      const auto columns = f.model.row_columns(r);
      const auto values = f.model.row_values(r);
      double held = 0;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const auto j = static_cast<std::size_t>(columns[k]);
        if (place[j] >= 0) local.term(place[j], values[k]);
        else held += values[k] * at[j];
      }
      local.end_row(f.model.row_lower[static_cast<std::size_t>(r)] - held, f.model.row_upper[static_cast<std::size_t>(r)] - held);
    }
    for (const int r : of_capacities) {
      const auto columns = f.model.row_columns(r);
      const auto values = f.model.row_values(r);
      for (std::size_t k = 0; k < columns.size(); ++k) local.term(place[static_cast<std::size_t>(columns[k])], values[k]);
      // What is held keeps these rows to the solver's tolerance, not better.
      const double low = f.model.row_lower[static_cast<std::size_t>(r)], high = f.model.row_upper[static_cast<std::size_t>(r)];
      const auto slack = [](double limit) { return std::isfinite(limit) ? 1e-7 * std::max(1.0, std::abs(limit)) : 0; };
      local.end_row(low - slack(low), high + slack(high));
    }
    const auto solution = lp::solve(local, block_options(options));
    all = all && solution.has_values();
    for (const int c : p.capacities) {
      const auto j = static_cast<std::size_t>(c);
      if (solution.has_values()) at[j] = std::max(at[j], solution.value[static_cast<std::size_t>(place[j])]);
      place[j] = -1;
    }
    for (const int c : own) place[static_cast<std::size_t>(c)] = -1;
  }
  return all;
}

}  // namespace

lp::Solution by_prices(const System& system, const Formulation& f, const Partition& p, const DecomposeOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  const auto stage = [&](const std::string& name) {
    if (options.on_stage) options.on_stage(name);
  };
  const auto stopped = [&] { return options.should_stop && options.should_stop(); };
  const std::function<bool()> must_stop = [&] { return seconds() > options.time_limit_s || stopped(); };
  lp::Solution best;
  best.objective = lp::infinity;
  best.bound = -lp::infinity;
  lp::FirstOrderOptions first;
  const bool exact = options.relative_gap <= 0;
  // A vertex is found from afar: a loose point and a few more steps of the simplex method are quicker than a tight one. Where a
  // gap is allowed, a tighter point may take so many times the steps of the loose one: beyond, the vertex is nearer.
  constexpr double loose = 3e-3;
  constexpr long long tighter = 8, fewest_steps = 400;
  long long steps_to_loose = 0;
  bool spent = false;
  first.tolerance = exact ? loose : options.relative_gap / 10;
  first.threads = options.threads;
  first.should_stop = [&] { return spent || stopped(); };
  const std::string digest = options.state_file.empty() ? std::string() : state_digest(f.model, p);
  auto saved = load_state(options.state_file, digest);
  lp::FirstOrderPoint& point = saved.point;
  constexpr int most_rounds = 3;
  int round = 0;
  for (; round < most_rounds; ++round, first.tolerance /= 5) {
    stage(std::format("first-order point to {:.0e}", first.tolerance));
    if (std::isfinite(options.time_limit_s)) first.time_limit_s = std::max(options.time_limit_s - seconds(), 0.0);
    first.start_value = std::move(point.value);
    first.start_dual = std::move(point.row_dual);
    first.start_weight = point.weight;
    first.on_pace = [&](const lp::Nearness& near, long long steps) {
      const long long all = best.iterations + steps;
      if (steps_to_loose == 0 && near.worst() <= loose) steps_to_loose = std::max(all, fewest_steps);
      spent = !exact && steps_to_loose > 0 && all > tighter * steps_to_loose;
      if (options.on_near) options.on_near(near.worst(), first.tolerance);
    };
    point = lp::solve_first_order(f.model, first);
    best.iterations += point.iterations;
    save_state(options.state_file, digest, saved);
    stage("exact operation of blocks");
    std::vector<double> at = point.value;
    if (!hold_rows(f.model, p, at)) {
      best.status = lp::Status::infeasible;
      return best;
    }
    hold_levels(system, f, at);
    spread_slack(f.model, at);
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
        best.row_dual = operated.row_dual;
      }
    }
    for (const auto* prices : {&point.row_dual, &operated.row_dual})
      if (!prices->empty()) best.bound = std::max(best.bound, lp::proven_bound(f.model, *prices, best.objective, p.block_of));
    if (options.on_bounds) options.on_bounds(best.objective - f.constant, best.bound - f.constant);
    if (!exact && best.has_values() && best.gap() <= options.relative_gap) break;
    if ((exact || spent || round + 1 == most_rounds) && operated.unmet.empty() && !must_stop()) {
      stage("the whole, from the blocks");
      lp::Options simplex = block_options(options);
      if (std::isfinite(options.time_limit_s)) simplex.time_limit_s = std::max(options.time_limit_s - seconds(), 0.0);
      simplex.on_pace = [&](const lp::Pace& pace) {
        if (options.on_bounds) options.on_bounds(pace.objective - f.constant, best.bound - f.constant);
      };
      auto whole = lp::cross_over(f.model, p.block_of, at, operated.basis, simplex);
      whole.iterations += best.iterations;
      whole.bound = std::max(whole.bound, best.bound);
      if (whole.status == lp::Status::optimal || (whole.has_values() && whole.objective <= best.objective)) return whole;
    }
    const bool hopeless = !operated.unmet.empty() && (round > 0 || spent);  // blocks that a tighter point does not help
    if (must_stop() || hopeless || spent || (exact && best.has_values())) break;
  }
  best.status = best.has_values() && !exact && best.gap() <= options.relative_gap ? lp::Status::gap_reached
                : stopped()                                               ? lp::Status::interrupted
                : seconds() > options.time_limit_s                        ? lp::Status::time_limit
                                                                          : lp::Status::failed;
  if (best.status == lp::Status::failed)
    best.message = !best.has_values() ? std::string("no block-wise operation of every hour was found with the capacities of the first-order point")
                                      : std::format("the gap is {:.1e} after {} rounds; {:.1e} was asked", best.gap(), round + 1, options.relative_gap);
  return best;
}

}  // namespace stargate::energy
