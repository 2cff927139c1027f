#pragma once
#include "capital/sam_model.h"

namespace stargate::capital::sam {

/// Term debt of the single owner: sized to a cover ratio, or a share of cost repaid level or in equal principal.
class TermDebt {
 public:
  /// `cost_before_debt`: installed cost with all financing but what depends on debt, less incentives (USD).
  TermDebt(Model& model, double cost_before_debt);

  /// Cash available for debt service is known: sizes the debt (cover-ratio mode), fills cf_debt_* and the reserve.
  /// `installed_cost` is the cost of the pass before, to which a debt share may be limited.
  void service(double installed_cost);

  bool by_cover() const { return by_cover_; }
  double size() const { return size_; }
  double rate() const { return rate_; }
  int tenor() const { return tenor_; }

 private:
  double principal_of(int year, double loan, double interest) const;
  void borrow_share(double cost_before_debt);
  void reserve();

  Model& model_;
  bool by_cover_, equal_principal_;
  int tenor_, moratorium_;
  double rate_, reserve_years_, size_ = 0;
};

}  // namespace stargate::capital::sam
