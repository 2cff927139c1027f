#include "energy/by_cuts.h"

#include <chrono>
#include <cmath>
#include <format>

namespace stargate::energy {

lp::Solution by_cuts(const Formulation& f, const Partition& p, const DecomposeOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto left = [&] { return options.time_limit_s - std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  const auto stage = [&](const std::string& name) {
    if (options.on_stage) options.on_stage(name);
  };
  const std::string digest = options.state_file.empty() ? std::string() : state_digest(f.model, p);
  auto state = load_state(options.state_file, digest);
  if (state.point.value.empty()) {
    lp::FirstOrderOptions first;
    first.tolerance = 1e-3;
    first.threads = options.threads;
    first.should_stop = options.should_stop;
    if (std::isfinite(left())) first.time_limit_s = std::max(left() / 2, 0.0);
    stage(std::format("first-order point to {:.0e}", first.tolerance));
    state.point = lp::solve_first_order(f.model, first);
  }
  lp::BendersOptions cuts;
  cuts.relative_gap = options.relative_gap;
  cuts.stabilisation = options.stabilisation;
  cuts.threads = options.threads;
  cuts.time_limit_s = std::max(left(), 0.0);
  cuts.start = state.point.value;
  cuts.cuts = std::move(state.cuts);
  cuts.should_stop = options.should_stop;
  cuts.on_round = [&](double objective, double bound, int round) {
    stage(std::format("cuts, round {}", round));
    if (options.on_bounds) options.on_bounds(objective - f.constant, bound - f.constant);
  };
  auto result = lp::solve_benders(f.model, p.block_of, p.blocks, cuts);
  state.cuts = std::move(result.cuts);
  save_state(options.state_file, digest, state);
  return std::move(result.solution);
}

}  // namespace stargate::energy
