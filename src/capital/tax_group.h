#pragma once
#include <array>

#include "capital/finance_input.h"

namespace stargate::capital {

/// Income tax of the holding company and its pass-through companies as one group, quarter by quarter: depreciation for
/// tax by MACRS with bonus, losses carried forward, deferred tax on the difference between book and tax values.
class TaxGroup {
 public:
  TaxGroup(const FinanceTerms& terms, Quarter start, std::size_t quarters);

  /// Property of a layer is placed in service in quarter t.
  void place(std::size_t t, Layer layer, Cents amount);

  struct Charge {
    Cents current = 0, deferred = 0;
  };
  /// Tax of quarter t: income before depreciation and tax (with any proceeds of sale), book value of property placed.
  /// `sold`: everything placed is sold, so that what is left of its tax value is deducted.
  Charge charge(std::size_t t, Cents income, Cents property, bool sold);

 private:
  double deducted(std::size_t t) const;  ///< in all, up to the end of t
  const FinanceTerms& terms_;
  Quarter start_;
  std::vector<std::array<Cents, layer_count>> placed_;
  Cents placed_total_ = 0, deducted_ = 0, losses_ = 0, deferred_ = 0;
};

}  // namespace stargate::capital
