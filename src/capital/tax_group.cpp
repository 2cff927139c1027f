#include "capital/tax_group.h"

#include <algorithm>

#include "capital/depreciation.h"

namespace stargate::capital {

namespace {

/// Share of cost deducted by the end of quarter `now`, for property placed in `placed`. Each calendar year's part
/// accrues over its quarters.
double share_deducted(DepreciationClass asset_class, double bonus, Quarter placed, Quarter now) {
  const int year = now.year() - placed.year() + 1;
  double share = 0;
  for (int y = 1; y < year; ++y) share += depreciation_share(asset_class, y);
  share += depreciation_share(asset_class, year) * now.of_year() / 4.0;
  const double at_once = year > 1 ? 1.0 : now.of_year() / 4.0;
  return bonus * at_once + (1 - bonus) * share;
}

}  // namespace

TaxGroup::TaxGroup(const FinanceTerms& terms, Quarter start, std::size_t quarters)
    : terms_(terms), start_(start), placed_(quarters) {}

void TaxGroup::place(std::size_t t, Layer layer, Cents amount) {
  placed_[t][static_cast<std::size_t>(layer)] += amount;
  placed_total_ += amount;
}

double TaxGroup::deducted(std::size_t t) const {
  const Quarter now = start_ + static_cast<int>(t);
  const double bonus = terms_.bonus_depreciation, short_life = terms_.building_short_life_share;
  double total = 0;
  for (std::size_t q = 0; q <= t; ++q) {
    const Quarter placed = start_ + static_cast<int>(q);
    const auto of = [&](Layer layer) { return static_cast<double>(placed_[q][static_cast<std::size_t>(layer)]); };
    const auto share = [&](DepreciationClass c, double b) { return share_deducted(c, b, placed, now); };
    if (const double building = of(Layer::building); building != 0)
      total += building * (short_life * share(DepreciationClass::macrs_15, bonus) +
                           (1 - short_life) * share(DepreciationClass::straight_39, 0));
    if (const double power = of(Layer::power); power != 0) total += power * share(DepreciationClass::macrs_15, bonus);
    if (const double gpus = of(Layer::gpus); gpus != 0) total += gpus * share(DepreciationClass::macrs_5, bonus);
  }
  return total;
}

TaxGroup::Charge TaxGroup::charge(std::size_t t, Cents income, Cents property, bool sold) {
  const Cents deducted_now =
      sold ? placed_total_
           : std::min(placed_total_, std::max(deducted_, static_cast<Cents>(std::llround(deducted(t)))));
  Cents taxable = income - (deducted_now - deducted_);
  deducted_ = deducted_now;
  if (taxable < 0) {
    losses_ -= taxable;
    taxable = 0;
  } else {
    const Cents used = std::min(losses_, share_of(taxable, terms_.loss_limit));
    losses_ -= used;
    taxable -= used;
  }
  Charge charge;
  charge.current = share_of(taxable, terms_.tax_rate);
  const Cents tax_value = sold ? 0 : placed_total_ - deducted_;
  // At the end losses that were not used are worth nothing.
  const Cents deferred_now = sold ? 0 : share_of(property - tax_value - losses_, terms_.tax_rate);
  charge.deferred = deferred_now - deferred_;
  deferred_ = deferred_now;
  return charge;
}

}  // namespace stargate::capital
