#pragma once
#include <vector>

#include "plan/formulation.h"

namespace stargate::plan {

/// Builds the dispatch of one quarter, section Zones of docs/formulation.md, into a model: with the programme's load and plant
/// (formulation given), or the grid by itself (nullptr).
class Dispatcher {
 public:
  Dispatcher(const Instance& instance, const Dispatch& dispatch, lp::Model& model, Formulation* formulation);
  void build();

  DispatchColumns columns;
  std::vector<lp::Term> cost;      ///< billion USD in the quarter
  std::vector<lp::Term> emission;  ///< Mt in the quarter, of the grid
  std::vector<lp::Term> onsite_cost, onsite_emission;
  std::vector<lp::Term> grid_gwh_off;  ///< delivery of zones: what lowers the grid energy of sites, billion USD
  std::vector<lp::Term> shed_gw;   ///< average GW shed in the quarter

 private:
  void fleet(int zone, int step);
  void built(int zone, int step);
  void onsite(int zone, int step);
  void shedding(int zone);
  void storage_day(int column_charge, int column_discharge, int column_energy, int energy_before, double round_trip);
  void storages();
  void hydro();
  void flows(int step);
  void balance(int zone, int step);
  void end(Rule rule, int item, double lowest, double highest);
  void pay(std::vector<lp::Term>& to, int column, int step, double usd_per_mwh);
  double hours_of(int step) const;
  /// Whether plant of technology k decided in year y serves in this quarter.
  bool serves(std::size_t k, std::size_t y) const;

  const Instance& in_;
  const Dispatch& d_;
  lp::Model& model_;
  Formulation* f_;
  std::size_t steps_;
  int t_;
};

}  // namespace stargate::plan
