#pragma once
#include "audit/state.h"

namespace stargate::audit {

/// What every decision costs, in the quarter in which it is paid (million USD), and which incentives it earns.
class Ledger {
 public:
  Ledger(const Facts& facts, const Plan& plan, const State& state, const Energy& energy);

  static const std::vector<std::string>& categories();
  /// Those that belong to a site.
  static const std::vector<std::string>& categories_of_sites();
  /// What an investor of a layer may pay for.
  static const std::vector<std::pair<std::string, std::vector<std::string>>>& layers();

  double total(const std::string& category, int t) const { return rows_.at(category).total[at(t)]; }
  double of_site(const std::string& category, std::size_t s, int t) const { return rows_.at(category).sites[s][at(t)]; }
  /// Size of what was added up to the total: the scale of its rounding.
  double size(const std::string& category, int t) const { return rows_.at(category).size[at(t)]; }
  /// From the programme's money; otherwise paid by customers.
  bool is_funded(const std::string& category, int t) const;
  double eligible(std::size_t incentive, int t) const { return eligible_[incentive][at(t)]; }
  /// Incentives received.
  double credits(int t) const { return credits_[at(t)]; }
  /// All funded spending less credits; all that customers pay.
  double funded(int t) const;
  double unfunded(int t) const;

 private:
  struct Rows {
    std::vector<double> total, size;
    Table2 sites;
  };
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  void add(const std::string& category, int s, int t, double usd_m);
  void milestones(const std::string& category, int s, int order, int service, double usd_m);
  void buildings(const Plan& plan);
  void block(int s, Quarter start, Quarter ready, double count, std::optional<double> paid_share = {});
  void standing();
  void racks(const State& state);
  void power(const Plan& plan);
  void supply(const Plan& plan);
  void running(const Plan& plan, const State& state, const Energy& energy);
  double recovered_capex(const PowerTechnology& technology, Quarter decided) const;
  /// An order or start in quarter `start`, of site s (or -1) that earns `usd_m` times each fitting incentive in t.
  void earn(const char* kind, const std::vector<std::string>& names, int s, Quarter start, int t, double usd_m);

  const Facts& f_;
  std::map<std::string, Rows> rows_;
  Table2 eligible_;  ///< [incentive][t]
  std::vector<double> credits_;
};

}  // namespace stargate::audit
