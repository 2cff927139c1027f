#pragma once
#include <functional>

#include "energy/result.h"

namespace stargate::energy {

struct OptimiseOptions {
  FormulationOptions formulation;
  lp::Method method = lp::Method::choose;
  int threads = 1;
  double relative_gap = 1e-7;  ///< of MIPs
  double time_limit_s = lp::infinity;
  std::function<void(std::string_view)> on_stage;
  std::function<void(const lp::Pace&)> on_pace;
  std::function<bool()> should_stop;
};

/// Solves the whole programme at once. Quadratic costs go by outer approximation (lp/convex.h).
Result optimise(const System& system, const OptimiseOptions& options = {});
/// The same, from the system's programme as formulate() made it; build_seconds is left to the caller.
Result optimise(const System& system, const Formulation& formulation, const OptimiseOptions& options);

}  // namespace stargate::energy
