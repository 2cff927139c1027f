#pragma once
#include <functional>

#include "powerflow/newton.h"

namespace stargate::powerflow {

/// Cost of a generator, USD an hour: constant + linear p + quadratic p^2, p in MW.
struct GenerationCost {
  double constant = 0, linear = 0, quadratic = 0;
};

struct OptimalOptions {
  double tolerance = 1e-8;
  int most_iterations = 500;
  std::function<bool()> should_stop;
  std::function<void(int, double)> on_iteration;  ///< iteration and cost
};

struct OptimalFlow {
  bool optimal = false;   ///< a local optimum (the problem is not convex)
  std::string status;     ///< in words
  double cost = 0;        ///< USD an hour
  int iterations = 0;
  Solution flow;          ///< voltages, generation and flows at the optimum
  std::vector<double> price;  ///< of a MW at each bus, USD/MWh
};

/// Is the program built with Ipopt?
bool has_optimal_flow();

/// AC optimal power flow: least cost of generation under the power balance of all buses, limits of generation and voltage, ratings
/// of branches in MVA at both ends and angle differences. Polar coordinates, exact first and second derivatives, solved by
/// Ipopt's interior point from a flat start. std::invalid_argument as check(), where costs and generators differ in number, or
/// where the program is built without Ipopt.
OptimalFlow optimal_flow(const Case& network, const std::vector<GenerationCost>& costs, const OptimalOptions& options);

}  // namespace stargate::powerflow
