#include "capital/statement.h"

namespace stargate::capital {

const std::vector<Rule>& rules() {
  using enum Item;
  static const std::vector<Rule> list{
      {revenue, false, {{+1, compute_sales}, {+1, relet_income}, {+1, lease_within_group}, {+1, power_within_group}}},
      {operating_costs, false, {{+1, operations}, {+1, energy}, {+1, property_tax}, {+1, other_costs}}},
      {ebitda, false, {{+1, revenue}, {-1, operating_costs}}},
      {ebit, false, {{+1, ebitda}, {-1, depreciation}}},
      {interest_expense, false, {{+1, interest_paid}, {-1, interest_capitalised}}},
      {gain_on_sale, false, {{+1, sale_proceeds}, {-1, book_value_sold}}},
      {income_before_tax, false, {{+1, ebit}, {-1, interest_expense}, {+1, gain_on_sale}}},
      {net_income, false, {{+1, income_before_tax}, {-1, tax_current}, {-1, tax_deferred}}},

      {operating_cash, false, {{+1, ebitda}, {-1, tax_current}, {-1, receivables_rise}}},
      {investing_cash,
       false,
       {{-1, capital_spending}, {+1, capital_credits}, {-1, refresh_spending}, {+1, sale_proceeds}}},
      {financing_cash,
       false,
       {{+1, debt_drawn},
        {-1, debt_repaid},
        {-1, interest_paid},
        {+1, common_called},
        {+1, preferred_called},
        {+1, funding_within_group},
        {-1, preferred_paid},
        {-1, preferred_redeemed},
        {-1, common_paid}}},
      {cash_change, false, {{+1, operating_cash}, {+1, investing_cash}, {+1, financing_cash}}},

      {cash, true, {{+1, cash_change}, {-1, reserve_rise}}},
      {reserve, true, {{+1, reserve_rise}}},
      {receivables, true, {{+1, receivables_rise}}},
      {construction,
       true,
       {{+1, capital_spending},
        {-1, capital_credits},
        {+1, refresh_spending},
        {+1, interest_capitalised},
        {-1, placed_in_service}}},
      {property, true, {{+1, placed_in_service}, {-1, depreciation}, {-1, book_value_sold}}},
      {total_assets, false, {{+1, cash}, {+1, reserve}, {+1, receivables}, {+1, construction}, {+1, property}}},
      {debt, true, {{+1, debt_drawn}, {-1, debt_repaid}}},
      {deferred_tax, true, {{+1, tax_deferred}}},
      {common_capital, true, {{+1, common_called}}},
      {preferred_capital, true, {{+1, preferred_called}, {-1, preferred_redeemed}}},
      {group_capital, true, {{+1, funding_within_group}}},
      {retained, true, {{+1, net_income}, {-1, preferred_paid}, {-1, common_paid}}},
      {total_funds,
       false,
       {{+1, debt},
        {+1, deferred_tax},
        {+1, common_capital},
        {+1, preferred_capital},
        {+1, group_capital},
        {+1, retained}}},
      {difference, false, {{+1, total_assets}, {-1, total_funds}}}};
  return list;
}

const ItemName& name_of(Item item) {
  static const std::array<ItemName, item_count> names{{{"compute_sales", "compute sold", 0},
                                                       {"relet_income", "space and power let to others", 0},
                                                       {"lease_within_group", "rent within the group", 0},
                                                       {"power_within_group", "power within the group", 0},
                                                       {"operations", "operations", 0},
                                                       {"energy", "energy", 0},
                                                       {"property_tax", "property tax", 0},
                                                       {"other_costs", "cloud, shedding and fixed power", 0},
                                                       {"depreciation", "depreciation", 0},
                                                       {"interest_paid", "interest paid", 1},
                                                       {"interest_capitalised", "interest during construction", 0},
                                                       {"tax_current", "current tax", 0},
                                                       {"tax_deferred", "deferred tax", 0},
                                                       {"receivables_rise", "rise of receivables", 1},
                                                       {"capital_spending", "capital spending of the plan", 1},
                                                       {"capital_credits", "capital credits", 1},
                                                       {"refresh_spending", "refresh of accelerators", 1},
                                                       {"placed_in_service", "placed in service", 3},
                                                       {"sale_proceeds", "proceeds of sale", 1},
                                                       {"book_value_sold", "book value sold", 3},
                                                       {"debt_drawn", "debt drawn", 1},
                                                       {"debt_repaid", "debt repaid", 1},
                                                       {"common_called", "common equity called", 1},
                                                       {"preferred_called", "preferred equity called", 1},
                                                       {"funding_within_group", "funding within the group", 1},
                                                       {"preferred_paid", "preferred return paid", 1},
                                                       {"preferred_redeemed", "preferred redeemed", 1},
                                                       {"common_paid", "distributed to common equity", 1},
                                                       {"reserve_rise", "rise of the debt service reserve", 1},
                                                       {"revenue", "revenue", 0},
                                                       {"operating_costs", "operating costs", 0},
                                                       {"ebitda", "EBITDA", 0},
                                                       {"ebit", "EBIT", 0},
                                                       {"interest_expense", "interest expense", 0},
                                                       {"gain_on_sale", "gain on sale", 0},
                                                       {"income_before_tax", "income before tax", 0},
                                                       {"net_income", "net income", 0},
                                                       {"operating_cash", "cash from operations", 1},
                                                       {"investing_cash", "cash from investing", 1},
                                                       {"financing_cash", "cash from financing", 1},
                                                       {"cash_change", "change of cash", 1},
                                                       {"cash", "cash", 2},
                                                       {"reserve", "debt service reserve", 2},
                                                       {"receivables", "receivables", 2},
                                                       {"construction", "construction in progress", 2},
                                                       {"property", "property, net", 2},
                                                       {"total_assets", "total assets", 2},
                                                       {"debt", "debt", 2},
                                                       {"deferred_tax", "deferred tax (asset if negative)", 2},
                                                       {"common_capital", "common capital", 2},
                                                       {"preferred_capital", "preferred capital", 2},
                                                       {"group_capital", "capital from the group", 2},
                                                       {"retained", "retained earnings", 2},
                                                       {"total_funds", "total liabilities and equity", 2},
                                                       {"difference", "assets less funds", 2}}};
  return names[static_cast<std::size_t>(item)];
}

void Statement::derive(std::size_t t) {
  for (const Rule& rule : rules()) {
    Cents value = rule.balance && t > 0 ? at(rule.item, t - 1) : 0;
    for (const auto& [sign, term] : rule.terms) value += sign * at(term, t);
    at(rule.item, t) = value;
  }
}

void Statement::add(const Statement& other) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Item::revenue); ++i)
    for (std::size_t t = 0; t < quarters(); ++t) lines_[i][t] += other.lines_[i][t];
}

}  // namespace stargate::capital
