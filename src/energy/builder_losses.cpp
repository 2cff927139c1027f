// Losses of lines and transformers, r s^2 with r per unit of 1 MVA, half at each end (Neumann, Hagenmeyer and Brown, Applied Energy
// 314, 2022). Straight lines stand in for the parabola on either side of 0: tangents at equal steps up to the largest flow, or
// secants whose ends grow so that neither the absolute nor the relative error exceeds its limit. Flow and loss share the rating.
#include <algorithm>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "energy/builder.h"

namespace stargate::energy {

namespace {

/// loss >= slope * |flow| + offset.
struct LossLine {
  double slope, offset;
};

std::vector<LossLine> tangents(double r, double most, int count) {
  std::vector<LossLine> lines;
  for (int k = 1; k <= count; ++k) {
    const double at = most * k / count;
    lines.push_back({2 * r * at, -r * at * at});
  }
  return lines;
}

/// A secant from a to b exceeds the parabola by r (b - a)^2 / 4 at most; relative to it by no more than rtol while
/// b / a <= 1 + 2 (rtol + sqrt(rtol + rtol^2)).
std::vector<LossLine> secants(double r, double most, const BranchLosses& wanted, const std::string& name) {
  std::vector<LossLine> lines;
  if (r <= 0) return lines;
  const double first = 2 * std::sqrt(wanted.atol / r), by_rtol = 1 + 2 * (wanted.rtol + std::sqrt(wanted.rtol + wanted.rtol * wanted.rtol));
  double from = 0, to = 1;  // in units of the first step
  for (int k = 1;; ++k) {
    lines.push_back({r * first * (from + to), -r * first * first * from * to});
    if (to >= most / first) return lines;
    if (k + 1 > wanted.most_secants)
      throw InputError({}, std::format("'{}': its losses need more than {} secants", name, wanted.most_secants), "a larger tolerance needs fewer");
    from = to;
    to *= std::max((k + 1.0) / k, by_rtol);
  }
}

}  // namespace

int Builder::branch_loss(const Scene& scene, List list, std::size_t i, std::size_t t) const {
  const Block& block = list == List::lines ? scene.ops.line_loss : scene.ops.transformer_loss;
  return (list == List::lines || list == List::transformers) && block.is_there() ? block(t, i) : -1;
}

void Builder::branch_loss_columns(Scene& scene) {
  if (options_.losses.by == BranchLosses::By::none) return;
  for (const List list : {List::lines, List::transformers}) {
    const auto& branches = list == List::lines ? scene.net.lines : scene.net.transformers;
    Block& block = list == List::lines ? scene.ops.line_loss : scene.ops.transformer_loss;
    block = add_block(scene, branches.size());
    for (std::size_t t = 0; t < scene.net.snapshots.size(); ++t)
      for (const auto& b : branches) model_.add_column(0, stands_at(b, scene.net, t) ? lp::infinity : 0);
  }
}

void Builder::branch_loss_rows(Scene& scene) {
  const BranchLosses& wanted = options_.losses;
  if (wanted.by == BranchLosses::By::none) return;
  const Network& net = scene.net;
  for (std::size_t p = 0; p < std::max<std::size_t>(net.periods.size(), 1); ++p)
    for (const Wire& w : topology(net, p).wires) {
      const List list = w.is_transformer ? List::transformers : List::lines;
      const Branch& b = w.is_transformer ? net.transformers[w.component] : net.lines[w.component];
      const int capacity = capacity_column(list, w.component);
      const double largest = capacity >= 0 ? b.nominal_max : b.nominal;
      double most_pu = 0;
      for (std::size_t t = 0; t < net.snapshots.size(); ++t) most_pu = std::max(most_pu, b.s_max_pu[t]);
      if (!std::isfinite(largest * most_pu))
        throw InputError({}, std::format("{} '{}': its losses need a largest flow", w.is_transformer ? "transformer" : "line", b.name),
                         "give it a finite s_nom_max");
      const auto secant_lines = wanted.by == BranchLosses::By::secants ? secants(w.resistance, largest * most_pu, wanted, b.name) : std::vector<LossLine>{};
      for (std::size_t t = 0; t < net.snapshots.size(); ++t) {
        if (static_cast<std::size_t>(net.snapshots[t].period) != p) continue;
        const int flow = scene.ops.flow[static_cast<std::size_t>(list)](t, w.component), loss = branch_loss(scene, list, w.component, t);
        const double most = b.s_max_pu[t] * largest;
        model_.upper[static_cast<std::size_t>(loss)] = std::max(w.resistance * most * most, 0.0);
        const auto lines = wanted.by == BranchLosses::By::tangents ? tangents(w.resistance, most, wanted.tangents) : secant_lines;
        for (const auto& line : lines)
          for (const double side : {1.0, -1.0})
            model_.add_row(line.offset, lp::infinity, std::vector<lp::Term>{{loss, 1}, {flow, -side * line.slope}});
        if (capacity >= 0) continue;  // with the rows of its limits
        for (const double side : {1.0, -1.0}) {
          model_.term(flow, side);
          model_.term(loss, 1);
          model_.end_row(-lp::infinity, most);
        }
      }
    }
}

}  // namespace stargate::energy
