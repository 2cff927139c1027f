#include <format>
#include <numeric>
#include <stdexcept>

#include "capital/finance.h"

namespace stargate::capital {

using enum Item;

void assert_books(const FinanceResult& result) {
  const std::size_t quarters = result.quarters;
  const auto hold = [](bool right, const std::string& what, std::size_t t) {
    if (!right) throw std::logic_error(std::format("finance: {} in quarter {}", what, t));
  };
  const auto balanced = [&](const Statement& s, const std::string& whose) {
    for (std::size_t t = 0; t < quarters; ++t) {
      hold(s.at(difference, t) == 0, whose + ": the balance sheet does not balance", t);
      for (const Item item : {cash, reserve, receivables, debt})
        hold(s.at(item, t) >= 0, std::format("{}: {} is negative", whose, name_of(item).label), t);
    }
  };
  for (std::size_t c = 0; c < result.companies.size(); ++c) {
    const auto& company = result.companies[c];
    balanced(company.books, std::format("company {}", c));
    for (std::size_t t = 0; t < quarters; ++t) {
      Cents owed = 0;
      for (const auto& loan : company.loans)
        owed +=
            std::accumulate(loan.drawn.begin(), loan.drawn.begin() + static_cast<std::ptrdiff_t>(t) + 1, Cents{0}) -
            std::accumulate(loan.repaid.begin(), loan.repaid.begin() + static_cast<std::ptrdiff_t>(t) + 1, Cents{0});
      hold(owed == company.books.at(debt, t), "loans and books disagree", t);
    }
  }
  balanced(result.programme, "programme");
  for (std::size_t t = 0; t < quarters; ++t)
    for (const Item item : {group_capital, lease_within_group, power_within_group})
      hold(result.programme.at(item, t) == 0, "flows within the group do not cancel", t);
}

}  // namespace stargate::capital
