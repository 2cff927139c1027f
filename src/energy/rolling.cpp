#include "energy/rolling.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/profiles.h"
#include "energy/verify.h"

namespace stargate::energy {

namespace {

void check_rolling(const System& system, const RollingOptions& options) {
  if (options.horizon == 0 || options.overlap >= options.horizon)
    throw InputError({}, std::format("windows of {} snapshots that overlap by {}", options.horizon, options.overlap), "allowed: an overlap below the window");
  const Network& net = system.first();
  if (system.scenarios.size() > 1 || !net.periods.empty() || has_runs(net) || is_linked(net))
    throw InputError({}, "scenarios, investment periods and representative periods are not solved window by window");
  for (const List list : all_lists)
    for (std::size_t i = 0; i < list_size(net, list); ++i)
      if (const Capacity& c = capacity_of(net, list, i); c.extendable && c.active)
        throw InputError({}, std::format("'{}': its capacity is to be decided, which no window can", c.name), "give the capacities: solve the whole first");
  const auto spans = [](const std::string& what) { throw InputError({}, what + " spans all snapshots and is not solved window by window"); };
  for (const auto& g : net.global_constraints) spans(std::format("global constraint '{}'", g.name));
  for (const auto& r : net.policies.rows)
    if (!r.hourly) spans(std::format("row '{}'", r.name));
  for (const auto& s : net.policies.energy_shares) spans(std::format("energy share '{}'", s.name));
  for (const auto& c : net.policies.emission_caps) spans(std::format("emission cap '{}'", c.name));
  for (const auto& g : net.generators)
    if (std::isfinite(g.e_sum_min) || std::isfinite(g.e_sum_max) || g.full_load_hours_min > 0) spans(std::format("the energy of generator '{}'", g.name));
  const auto cycles = [](const auto& members) {
    for (const auto& m : members)
      if (m.active && m.cyclic) throw InputError({}, std::format("'{}' ends as it begins, which no window can see to", m.name), "let it begin at its initial level");
  };
  cycles(net.storage_units);
  cycles(net.stores);
  cycles(net.generators);
  cycles(net.links);
  const auto maintained = [&](const auto& members) {
    for (const auto& m : members)
      if (m.maintainable && m.active) spans(std::format("maintenance of '{}'", m.name));
  };
  maintained(net.generators);
  maintained(net.links);
}

/// Before snapshot t of the whole: how long each unit has been up or down, and what it gave.
template <class Member>
void begin_units(std::vector<Member>& members, List list, const Operation& op, std::size_t t) {
  const auto l = static_cast<std::size_t>(list);
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& m = members[i];
    m.p_init = op.flow[l](t - 1, i);
    if (!m.committable || !m.active || !op.status[l].is_there()) {
      m.up_time_before = 1;
      continue;
    }
    const auto is_up = [&](std::size_t k) { return op.status[l](k, i) > 0.5; };
    double same = 0;
    for (std::size_t k = t; k-- > 0 && is_up(k) == is_up(t - 1);) ++same;
    m.up_time_before = is_up(t - 1) ? same : 0;
    m.down_time_before = is_up(t - 1) ? 0 : same;
    if (!is_up(t - 1)) m.p_init = 0;
  }
}

void append(Matrix& to, const Matrix& from, std::size_t rows, std::size_t reserved) {
  if (!from.is_there()) return;
  to.members = from.members;
  if (to.values.empty()) to.values.reserve(reserved * from.members);
  to.values.insert(to.values.end(), from.values.begin(), from.values.begin() + static_cast<long>(rows * from.members));
}

void append(Operation& to, const Operation& from, std::size_t rows, std::size_t all) {
  const auto add = [&](Matrix& a, const Matrix& b) { append(a, b, rows, all); };
  for (std::size_t l = 0; l < list_count; ++l) {
    add(to.flow[l], from.flow[l]);
    add(to.branch_loss[l], from.branch_loss[l]);
    add(to.status[l], from.status[l]);
    add(to.start_up[l], from.start_up[l]);
    add(to.shut_down[l], from.shut_down[l]);
    add(to.scarcity[l], from.scarcity[l]);
  }
  for (const auto part : {&Operation::charge, &Operation::state_of_charge, &Operation::energy, &Operation::lost, &Operation::shift, &Operation::price})
    add(to.*part, from.*part);
  // A window without inflow has no spill: nothing is spilt there.
  if (from.spill.is_there()) add(to.spill, from.spill);
  for (const auto part : {&PolicyOutcome::margin_price, &PolicyOutcome::margin_slack, &PolicyOutcome::reserve_price, &PolicyOutcome::unmet,
                          &PolicyOutcome::row_price, &PolicyOutcome::row_slack})
    add(to.policy.*part, from.policy.*part);
  for (const auto part : {&PolicyOutcome::held, &PolicyOutcome::held_charging}) {
    (to.policy.*part).resize((from.policy.*part).size());
    for (std::size_t k = 0; k < (from.policy.*part).size(); ++k) add((to.policy.*part)[k], (from.policy.*part)[k]);
  }
}

}  // namespace

Network sliced(const Network& network, std::size_t first, std::size_t count) {
  Network out = network;
  const auto cut = [&](auto& values) {
    values.erase(values.begin() + static_cast<long>(first + count), values.end());
    values.erase(values.begin(), values.begin() + static_cast<long>(first));
  };
  cut(out.snapshots);
  each_profile(out, [&](Profile& p, Merge) {
    if (!p.hourly.empty()) cut(p.hourly);
  });
  return out;
}

Result solve_rolling(const System& system, const RollingOptions& options) {
  check_rolling(system, options);
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  const Network& whole = system.first();
  const std::size_t n = whole.snapshots.size(), step = options.horizon - options.overlap;
  Result out;
  Operation op;
  // Spill stands in every window or in none, so that the windows' tables join.
  for (std::size_t start = 0, k = 1; start < n; start += step, ++k) {
    Network net = sliced(whole, start, std::min(options.horizon, n - start));
    if (start > 0) {
      for (std::size_t i = 0; i < net.storage_units.size(); ++i) net.storage_units[i].state_of_charge_initial = op.state_of_charge(start - 1, i);
      for (std::size_t i = 0; i < net.stores.size(); ++i) net.stores[i].e_initial = op.energy(start - 1, i);
      begin_units(net.generators, List::generators, op, start);
      begin_units(net.links, List::links, op, start);
    }
    OptimiseOptions window = options.window;
    if (std::isfinite(window.time_limit_s)) window.time_limit_s = std::max(window.time_limit_s - seconds(), 0.0);
    window.on_stage = [&](std::string_view stage) {
      if (options.window.on_stage) options.window.on_stage(std::format("window {} of {}: {}", k, (n + step - 1) / step, stage));
    };
    const Result part = optimise(deterministic(net), window);
    out.columns = std::max(out.columns, part.columns);
    out.rows = std::max(out.rows, part.rows);
    out.entries = std::max(out.entries, part.entries);
    out.iterations += part.iterations;
    out.build_seconds += part.build_seconds;
    out.infeasibility = std::max(out.infeasibility, part.infeasibility);
    if (part.status != lp::Status::optimal && part.status != lp::Status::gap_reached) {
      out.status = part.status;
      out.message = std::format("window {} (from snapshot {}): {}", k, start, lp::to_string(part.status));
      return out;
    }
    if (start == 0) {
      out.capacity = part.capacity;
      out.notes = part.notes;
    }
    const std::size_t kept = std::min(step, n - start);
    Operation own = part.operation.front();
    if (!whole.storage_units.empty() && !own.spill.is_there())
      own.spill = {whole.storage_units.size(), std::vector<double>(net.snapshots.size() * whole.storage_units.size(), 0)};
    append(op, own, kept, n);
  }
  out.operation.push_back(std::move(op));
  out.status = lp::Status::optimal;
  out.method = std::format("windows of {} snapshots", options.horizon);
  out.objective = verify(system, out).objective;
  out.bound = -lp::infinity;
  out.dual_objective = unset;
  out.solve_seconds = seconds() - out.build_seconds;
  return out;
}

}  // namespace stargate::energy
