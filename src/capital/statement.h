#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "capital/money.h"

namespace stargate::capital {

/// Lines of the three statements, quarter by quarter. The first are what happens (primitive); the rest follow from them
/// by `rules()`, which the engine and the workbook share.
enum class Item : std::size_t {
  // primitive: income and cash
  compute_sales,
  relet_income,
  lease_within_group,
  power_within_group,
  operations,
  energy,
  property_tax,
  other_costs,
  depreciation,
  interest_paid,
  interest_capitalised,
  tax_current,
  tax_deferred,
  receivables_rise,
  capital_spending,
  capital_credits,
  refresh_spending,
  placed_in_service,
  sale_proceeds,
  book_value_sold,
  debt_drawn,
  debt_repaid,
  common_called,
  preferred_called,
  funding_within_group,
  preferred_paid,
  preferred_redeemed,
  common_paid,
  reserve_rise,
  // derived: income statement
  revenue,
  operating_costs,
  ebitda,
  ebit,
  interest_expense,
  gain_on_sale,
  income_before_tax,
  net_income,
  // derived: cash flow
  operating_cash,
  investing_cash,
  financing_cash,
  cash_change,
  // derived: balance sheet
  cash,
  reserve,
  receivables,
  construction,
  property,
  total_assets,
  debt,
  deferred_tax,
  common_capital,
  preferred_capital,
  group_capital,
  retained,
  total_funds,
  difference,
  count
};
constexpr std::size_t item_count = static_cast<std::size_t>(Item::count);

/// A derived line: a sum of signed lines of the same quarter, on top of its own value a quarter before if it is a
/// balance.
struct Rule {
  Item item;
  bool balance;
  std::vector<std::pair<int, Item>> terms;
};
/// In an order in which each rule's terms come before it.
const std::vector<Rule>& rules();

struct ItemName {
  std::string_view key, label;
  int section;  ///< 0 income, 1 cash flow, 2 balance sheet, 3 within the books only
};
const ItemName& name_of(Item item);

/// The books of one entity or of several together.
class Statement {
 public:
  explicit Statement(std::size_t quarters) { lines_.fill(Quarterly(quarters)); }
  Cents& at(Item item, std::size_t t) { return lines_[static_cast<std::size_t>(item)][t]; }
  Cents at(Item item, std::size_t t) const { return lines_[static_cast<std::size_t>(item)][t]; }
  const Quarterly& line(Item item) const { return lines_[static_cast<std::size_t>(item)]; }
  std::size_t quarters() const { return lines_[0].size(); }

  /// Derived lines of quarter t from primitive ones and from quarter t - 1.
  void derive(std::size_t t);
  void derive() {
    for (std::size_t t = 0; t < quarters(); ++t) derive(t);
  }
  /// Adds the primitive lines of another entity; derive() afterwards.
  void add(const Statement& other);

 private:
  std::array<Quarterly, item_count> lines_;
};

}  // namespace stargate::capital
