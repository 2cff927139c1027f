#pragma once
#include "audit/book.h"
#include "audit/facts.h"

namespace stargate::audit {

/// The plan without the rows that name what is not there or lie outside the horizon; those become findings.
Plan readable(const Facts& facts, const Plan& plan, Book& book);

/// What the decisions add up to, by quarter. Commitments are taken from the programme, everything else from the plan.
struct State {
  State(const Facts& facts, const Plan& readable_plan);

  Table2 ready_blocks;                         ///< [site][t]
  Table2 free_starts;                          ///< [site][t] blocks started
  std::vector<double> blocks;                  ///< by site, free and committed, of all time
  Table3 installed;                            ///< [accelerator][site][t] racks decided, installed in t
  Table2 given_installed;                      ///< [accelerator][t] racks that are given, installed in t
  Table2 given_firm_mw;                        ///< [zone][t]
  Table3 racks;                                ///< [accelerator][site][t] racks that run in t
  Table2 it_mw;                                ///< [site][t] of racks that run
  Table2 firm_mw, managed_mw;                  ///< [site][t]
  Table3 onsite_mw;                            ///< [technology][site][t] in service
  Table3 zone_mw;                              ///< [technology][zone][t] in service
  Table2 line_mw;                              ///< [line][t] expansions in service
  Table2 expansions;                           ///< [expansion][t] ordered in t
  Table2 committed_chips, burst_chips;         ///< [contract][t], given ones too
  Table2 given_chips;                          ///< [contract][t]
  Table2 load_mw;                              ///< [site][t] F: facility load before shedding
  std::vector<std::optional<Quarter>> opened;  ///< by site; a commitment counts from its start
};

/// Energy and cost of the dispatch that stands for each quarter; zero where nothing is dispatched.
struct Energy {
  explicit Energy(const Facts& facts);
  Table2 site_grid_mwh, site_onsite_mwh, site_shed_mwh;  ///< [site][t]
  std::vector<double> zone_cost, onsite_cost;            ///< by quarter, million USD
  std::vector<double> delivery_cost;                     ///< million USD
  std::vector<double> shed_mwh, co2_kt;                  ///< gross: with everything that runs in the zones
  std::vector<bool> dispatched;
};

// One function a group of rules, as docs/formulation.md has them.
void check_construction(const Facts&, const Plan&, const State&, Book&);
void check_geography(const Facts&, const State&, Book&);
void check_compute(const Facts&, const Plan&, const State&, Book&);
void check_equipment(const Facts&, const Plan&, const State&, Book&);
void check_site_power(const Facts&, const Plan&, const State&, Book&);
void check_plant(const Facts&, const Plan&, const State&, Book&);
Energy check_dispatch(const Facts&, const Plan&, const State&, Book&);
void check_baseline(const Facts&, const Plan&, const Energy&, Book&);
/// What is paid by customers, by quarter.
std::vector<double> check_money(const Facts&, const Plan&, const State&, const Energy&, Book&);
void check_limits(const Facts&, const Plan&, const State&, const Energy&, Book&);
void check_totals(const Facts&, const Plan&, const State&, const Energy&, Book&);
void check_objective(const Facts&, const Plan&, const State&, const Energy&, const std::vector<double>& unfunded,
                     Book&);

/// C(t), effective PFLOP/s: racks, cloud, less what shedding loses.
double effective_compute(const Facts&, const State&, const Energy&, int t);
/// What a contract costs the programme in t (million USD): what runs, and in the last quarter what is owed after it.
double cloud_cost(const Facts&, const Plan&, const State&, std::size_t contract, int t);
double rented_compute(const Facts&, const State&, int t);

}  // namespace stargate::audit
