#include "capital/measures.h"

namespace stargate::capital {

namespace {

using enum Item;

/// Sum over the plan's payments of a quarter for which `which` holds.
Cents paid(const FinanceInput& input, std::size_t t, auto&& which) {
  Cents total = 0;
  for (const auto& p : input.payments)
    if (p.quarter == t && which(p.use)) total += p.amount;
  return total;
}

}  // namespace

std::vector<Identity> identities(const FinanceInput& input, const FinanceResult& result) {
  std::vector<Identity> list;
  const auto same = [&](const char* name, const char* left, const char* right, std::size_t n, auto&& l, auto&& r) {
    list.push_back(compare({.name = name, .left = left, .right = right, .unit = "USD"}, n, 100, 0, l, r,
                           [&](std::size_t t) { return to_string(input.start + static_cast<int>(t)); }));
  };
  const auto& books = result.programme;
  const auto rolled = rolled_over(result);
  const std::size_t n = input.plan_quarters;
  const bool as_planned = input.terms.finance.capital_factor == 1 && input.terms.finance.operating_factor == 1;
  if (as_planned) {
    same(
        "capital spending", "plan", "cash flow", n,
        [&](std::size_t t) { return paid(input, t, [](Use u) { return u == Use::capital || u == Use::credit; }); },
        [&](std::size_t t) { return books.at(capital_spending, t) - books.at(capital_credits, t); });
    same(
        "running cost", "plan", "income statement", n,
        [&](std::size_t t) {
          return paid(input, t, [](Use u) { return u != Use::capital && u != Use::credit && u != Use::interest; });
        },
        [&](std::size_t t) { return books.at(operating_costs, t); });
  }
  const auto plan_interest = [&](std::size_t t) { return paid(input, t, [](Use u) { return u == Use::interest; }); };
  same("interest that the plan pays", "plan", "loans", n, plan_interest, [&](std::size_t t) {
    Cents total = 0;
    if (plan_interest(t) == 0) return total;  // what loans bear where the plan pays none is not the plan's
    for (const auto& company : result.companies)
      for (const auto& loan : company.loans) total += loan.interest[t];
    return total;
  });
  same(
      "money drawn", "plan", "cash flow", n,
      [&](std::size_t t) {
        Cents total = 0;
        for (const auto& s : input.sources) total += t < s.draws.size() ? s.draws[t] : 0;
        return total;
      },
      [&](std::size_t t) {
        return books.at(debt_drawn, t) + books.at(common_called, t) + books.at(preferred_called, t) -
               result.support_called[t] - rolled[t];
      });
  const auto table = sources_and_uses(input, result);
  const auto side = [&](const char* which, std::size_t t) {
    Cents total = 0;
    for (const auto& row : table)
      if (row.side == which) total += row.amounts[t];
    return total;
  };
  if (as_planned)
    same(
        "sources and uses", "sources", "uses", n, [&](std::size_t t) { return side("source", t); },
        [&](std::size_t t) { return side("use", t); });
  same(
      "balance sheet", "assets", "liabilities and equity", result.quarters,
      [&](std::size_t t) { return books.at(total_assets, t); },
      [&](std::size_t t) { return books.at(total_funds, t); });
  same(
      "sites and holding company", "companies", "programme", result.quarters,
      [&](std::size_t t) {
        Cents total = result.companies.back().books.at(cash_change, t);
        for (const auto& s : result.sites) total += s.at(cash_change, t);
        return total;
      },
      [&](std::size_t t) { return books.at(cash_change, t); });
  same(
      "owners' accounts", "paid to holders", "cash flow", result.quarters,
      [&](std::size_t t) {
        Cents total = 0;
        for (const auto& h : result.holdings) total += h.paid[t] - h.called[t];
        return total;
      },
      [&](std::size_t t) {
        return books.at(common_paid, t) + books.at(preferred_paid, t) + books.at(preferred_redeemed, t) -
               books.at(common_called, t) - books.at(preferred_called, t);
      });
  // Over its whole life a programme earns what its owners get beyond what they put in: money is not made in accounting.
  list.push_back(compare(
      {.name = "whole life", .left = "net income", .right = "paid to owners less called", .unit = "USD"}, 1, 100, 0,
      [&](std::size_t) { return sum(books.line(net_income)); },
      [&](std::size_t) {
        return sum(books.line(common_paid)) + sum(books.line(preferred_paid)) + sum(books.line(preferred_redeemed)) -
               sum(books.line(common_called)) - sum(books.line(preferred_called));
      },
      [](std::size_t) { return std::string("the whole life"); }));
  return list;
}

}  // namespace stargate::capital
