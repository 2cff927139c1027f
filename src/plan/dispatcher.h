#pragma once
#include <functional>
#include <vector>

#include "plan/formulation.h"

namespace stargate::plan {

/// On every flow, so that power does not run in circles where that would cost nothing.
inline constexpr double wheeling_usd_per_mwh = 0.01;

/// Builds the dispatch of one quarter, section Zones of docs/formulation.md, into a model: with the programme's load
/// and plant
/// (`links`: the decisions' columns in that model), or the grid by itself (nullptr).
class Dispatcher {
 public:
  /// `end` ends a row under a rule.
  using End = std::function<int(Rule rule, int item, double lowest, double highest)>;
  Dispatcher(const Instance& instance, std::size_t dispatched, lp::Model& model, const Columns* links, End end);
  void build();

  DispatchColumns columns;
  std::vector<lp::Term> grid_cost, onsite_cost;  ///< billion USD in the quarter; delivery to the sites is in grid_cost
  std::vector<lp::Term> emission;                ///< Mt in the quarter

 private:
  void term(int column, double value) {
    if (column >= 0) model_.term(column, value);
  }
  void fleet(int zone, int step);
  void built(int zone, int step);
  void onsite(int zone, int step);
  void shedding(int zone);
  void delivery(int zone);
  void storage_step(int charge, int discharge, int energy, int energy_before, double round_trip);
  void storages();
  void hydro();
  void flows(int step);
  void balance(int zone, int step);
  void pay(std::vector<lp::Term>& to, int column, int step, double usd_per_mwh);
  double hours_of(int step) const;
  /// Whether plant of technology k decided in year y serves in this quarter.
  bool serves(std::size_t k, std::size_t y) const;

  const Instance& in_;
  const Dispatch& d_;
  std::size_t dispatched_;
  lp::Model& model_;
  const Columns* links_;
  End end_;
  std::size_t steps_;
  int t_;
};

/// Solves the dispatch of every quarter without the programme. Throws std::runtime_error if one cannot be solved.
Baseline solve_baseline(const Instance& instance, unsigned threads);

}  // namespace stargate::plan
