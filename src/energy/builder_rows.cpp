// Rows of the user's own (energy/policy.h): any linear condition on capacities and operation.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"
#include "energy/storage_chain.h"

namespace stargate::energy {

void Builder::custom_columns(Scene& scene) {
  const auto& rows = scene.net.policies.rows;
  auto& layout = scene.ops.policy;
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (rows[k].hourly) layout.hourly.push_back(k);
  const auto priced = [&](std::size_t k) { return std::isfinite(rows[k].price); };
  if (std::ranges::any_of(layout.hourly, priced)) {
    layout.row_slack = add_block(scene, layout.hourly.size());
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
      for (const std::size_t k : layout.hourly) model_.add_column(0, priced(k) ? lp::infinity : 0, priced(k) ? cost(scene, t) * rows[k].price : 0);
  }
  for (std::size_t k = 0; k < rows.size(); ++k)
    layout.once_slack.push_back(!rows[k].hourly && priced(k) ? model_.add_column(0, lp::infinity, scene.probability * rows[k].price) : -1);
}

/// Adds weight * what the term counts in a snapshot; what of it is known is returned.
double Builder::custom_term(const Scene& scene, const RowTerm& term, std::size_t i, std::size_t t, double weight) {
  const auto& ops = scene.ops;
  const auto block_term = [&](const Block& block, std::size_t place) {
    if (block.is_there()) model_.term(block(t, place), weight);
    return 0.0;
  };
  const auto* commitment = term.list == List::generators ? &ops.generators : term.list == List::links ? &ops.links : nullptr;
  const auto unit_term = [&](Block OperationColumns::Commitment::*block, double where_none) {
    const int slot = commitment ? commitment->slot[i] : -1;
    return slot < 0 ? weight * where_none : block_term(commitment->*block, static_cast<std::size_t>(slot));
  };
  switch (term.of) {
    case Quantity::capacity: {
      const int column = capacity_column(term.list, i);
      if (column < 0) return weight * capacity_of(scene.net, term.list, i).nominal;
      model_.term(column, weight);
      return 0;
    }
    case Quantity::dispatch: return block_term(ops.flow[static_cast<std::size_t>(term.list)], i);
    case Quantity::charge: return block_term(ops.charge, i);
    case Quantity::level: return block_term(term.list == List::stores ? ops.energy : ops.state_of_charge, i);
    case Quantity::spill: return block_term(ops.spill, i);
    case Quantity::status: return unit_term(&OperationColumns::Commitment::status, 1);
    case Quantity::start_up: return unit_term(&OperationColumns::Commitment::start_up, 0);
    case Quantity::shut_down: return unit_term(&OperationColumns::Commitment::shut_down, 0);
  }
  return 0;
}

void Builder::custom_rows(Scene& scene) {
  const Network& net = scene.net;
  const auto& rows = net.policies.rows;
  if (rows.empty()) return;
  auto& layout = scene.ops.policy;
  std::vector<std::vector<std::size_t>> at;
  for (const auto& r : rows) {
    auto& places = at.emplace_back();
    for (const auto& term : r.terms) places.push_back(index_.find(term.list, term.component));
  }
  const auto end = [&](const CustomRow& r, double constant, int slack) {
    if (slack >= 0 && r.sense != "==") model_.term(slack, r.sense == "<=" ? -1 : 1);
    return model_.end_row(r.sense == "<=" ? -lp::infinity : constant, r.sense == ">=" ? lp::infinity : constant);
  };
  layout.hourly_row = model_.rows();
  const auto later = [&](std::size_t t, int steps) {  // around the end of its run
    std::size_t first = t, last = t;
    const auto together = [&](std::size_t k) { return net.snapshots[k].run == net.snapshots[t].run && net.snapshots[k].period == net.snapshots[t].period; };
    while (first > 0 && together(first - 1)) --first;
    while (last + 1 < net.snapshots.size() && together(last + 1)) ++last;
    const auto length = static_cast<long>(last - first + 1);
    return first + static_cast<std::size_t>(((static_cast<long>(t - first) + steps) % length + length) % length);
  };
  for (std::size_t t = 0; t < net.snapshots.size(); ++t)
    for (std::size_t h = 0; h < layout.hourly.size(); ++h) {
      const std::size_t k = layout.hourly[h];
      double known = 0;
      for (std::size_t j = 0; j < rows[k].terms.size(); ++j) {
        const RowTerm& term = rows[k].terms[j];
        known += custom_term(scene, term, at[k][j], term.later == 0 ? t : later(t, term.later), term.coefficient[t]);
      }
      end(rows[k], rows[k].constant[t] - known, layout.row_slack.is_there() ? layout.row_slack(t, h) : -1);
    }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const CustomRow& r = rows[k];
    layout.once_row.push_back(-1);
    if (r.hourly) continue;
    double known = 0;
    for (std::size_t j = 0; j < r.terms.size(); ++j) {
      const RowTerm& term = r.terms[j];
      if (term.of == Quantity::capacity) {
        known += custom_term(scene, term, at[k][j], 0, term.coefficient[0]);
        continue;
      }
      const bool energy = term.of == Quantity::dispatch || term.of == Quantity::charge || term.of == Quantity::spill;
      for (std::size_t t = 0; t < net.snapshots.size(); ++t)
        known += custom_term(scene, term, at[k][j], t, term.coefficient[t] * (energy ? net.snapshots[t].generators : 1));
    }
    layout.once_row.back() = end(r, r.constant[0] - known, layout.once_slack[k]);
  }
}

}  // namespace stargate::energy
