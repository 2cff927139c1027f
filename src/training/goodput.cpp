#include "training/goodput.h"

#include "embedded.h"

namespace stargate::training {

const Table<FailureClass>& failure_table() {
  using F = FailureClass;
  static const Table<F> table{
      "training_failures",
      "What interrupts training.",
      {field("id", &F::id, "class").as_key(), field("share", &F::share, "of interruptions").range(0, 1),
       field("hardware", &F::hardware, "needs another node"),
       field("repair_hours", &F::repair_hours, "until the node is back").in("h").from(0),
       field("source", &F::source, "who says so")}};
  return table;
}

const std::vector<FailureClass>& failure_library() {
  static const std::vector<FailureClass> library = [] {
    Diagnostics diagnostics;
    const Csv csv = parse_csv("training_failures.csv", embedded_training().at("training_failures.csv"), diagnostics);
    auto classes = read_table(failure_table(), csv, diagnostics);
    diagnostics.throw_if_errors();
    return classes;
  }();
  return library;
}

double effective_time_ratio(double rate, double restart_s, double interval_s, double stall_s) {
  if (rate <= 0) return interval_s / (interval_s + stall_s);
  return interval_s / ((1 / rate + restart_s) * std::expm1(rate * (interval_s + stall_s)));
}

double effective_time_ratio_first_order(double rate, double restart_s, double interval_s, double stall_s) {
  return (1 - rate * (restart_s + interval_s / 2)) / (1 + stall_s / interval_s);
}

double best_interval_s(double rate, double restart_s, double stall_s) {
  if (rate <= 0) return 24 * 3600;
  const double guess = std::max(1.0, std::sqrt(2 * std::max(stall_s, 1e-3) / rate));
  double low = std::log(guess / 30), high = std::log(guess * 30);
  const double golden = (std::sqrt(5.0) - 1) / 2;
  const auto ratio = [&](double x) { return effective_time_ratio(rate, restart_s, std::exp(x), stall_s); };
  for (int i = 0; i < 60; ++i) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    if (ratio(a) < ratio(b))
      low = a;
    else
      high = b;
  }
  return std::exp((low + high) / 2);
}

namespace {
/// P(X > n) for X Poisson with that mean: more nodes in repair than there are spares.
double poisson_above(double mean, double n) {
  if (mean <= 0) return 0;
  if (mean > 500) return 0.5 * std::erfc((n + 0.5 - mean) / std::sqrt(2 * mean));
  double term = std::exp(-mean), below = term;
  for (double k = 1; k <= n; ++k) below += term *= mean / k;
  return std::max(0.0, 1 - below);
}
}  // namespace

Goodput goodput(const System& system, double chips, double parameters, const Resilience& resilience) {
  Goodput g;
  g.nodes = std::max(1.0, chips / system.node_chips);
  g.failures_per_day = g.nodes * system.failures_per_1000_node_days / 1000;
  g.mean_hours_between = g.failures_per_day > 0 ? 24 / g.failures_per_day : std::numeric_limits<double>::infinity();
  g.checkpoint_stall_s = resilience.checkpoint_stall_s > 0
                             ? resilience.checkpoint_stall_s
                             : 1 + parameters * 14 / (g.nodes * resilience.checkpoint_gb_s_node * 1e9);
  g.restart_minutes = resilience.restart_minutes;
  const double rate = g.failures_per_day / 86400, restart = resilience.restart_minutes * 60;
  const double interval = resilience.interval_minutes > 0 ? resilience.interval_minutes * 60
                                                          : best_interval_s(rate, restart, g.checkpoint_stall_s);
  g.interval_minutes = interval / 60;
  g.ettr = effective_time_ratio(rate, restart, interval, g.checkpoint_stall_s);
  double in_repair = 0;  // nodes, on average
  for (const auto& failure : failure_library())
    if (failure.hardware) in_repair += g.failures_per_day * failure.share * failure.repair_hours / 24;
  const double spares = std::round(resilience.spare_share * g.nodes);
  g.spare_wait = poisson_above(in_repair, spares);
  g.goodput = g.ettr * (1 - g.spare_wait) * g.nodes / (g.nodes + spares);
  return g;
}

}  // namespace stargate::training
