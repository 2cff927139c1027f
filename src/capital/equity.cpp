#include "capital/equity.h"

#include <algorithm>

namespace stargate::capital {

Equity::Equity(const FinanceInput& input, std::size_t quarters) : input_(input) {
  for (std::size_t i = 0; i < input.sources.size(); ++i) {
    const auto& source = input.sources[i];
    if (source.kind == "debt") continue;
    holdings_.push_back(
        {i, Quarterly(quarters), Quarterly(quarters), Quarterly(quarters), std::vector<double>(quarters)});
    accounts_.push_back({source.rate, source.kind == "preferred", source.role == "operations", 0, 0});
  }
}

std::pair<Cents, Cents> Equity::call(std::size_t t) {
  Cents common = 0, preferred = 0;
  for (std::size_t h = 0; h < holdings_.size(); ++h) {
    const auto& draws = input_.sources[holdings_[h].source].draws;
    const Cents amount = t < draws.size() ? draws[t] : 0;
    holdings_[h].called[t] += amount;
    accounts_[h].capital += amount;
    if (accounts_[h].preferred)
      preferred += amount;
    else
      common += amount, accounts_[h].owed += static_cast<double>(amount);
  }
  record_ownership(t);
  return {common, preferred};
}

void Equity::record_ownership(std::size_t t) {
  Cents total = 0;
  for (const auto& a : accounts_)
    if (!a.preferred) total += a.capital;
  for (std::size_t h = 0; h < holdings_.size(); ++h)
    holdings_[h].ownership[t] = accounts_[h].preferred || total == 0
                                    ? 0
                                    : static_cast<double>(accounts_[h].capital) / static_cast<double>(total);
}

void Equity::call_support(std::size_t t, Cents amount) {
  std::vector<double> weights;
  double total = 0;
  for (const auto& a : accounts_) total += weights.emplace_back(a.preferred ? 0.0 : static_cast<double>(a.capital));
  if (total == 0)  // nothing called yet: by commitment
    for (std::size_t h = 0; h < holdings_.size(); ++h)
      weights[h] = accounts_[h].preferred ? 0.0 : static_cast<double>(input_.sources[holdings_[h].source].commitment);
  const auto parts = split(amount, weights);
  for (std::size_t h = 0; h < holdings_.size(); ++h) {
    holdings_[h].called[t] += parts[h];
    holdings_[h].support_called[t] += parts[h];
    accounts_[h].capital += parts[h];
    if (!accounts_[h].preferred) accounts_[h].owed += static_cast<double>(parts[h]);
  }
  record_ownership(t);
}

std::pair<Equity::Preferred, Cents> Equity::distribute(std::size_t t, Cents amount) {
  Preferred preferred;
  const auto pay = [&](Cents offered, const std::vector<double>& owed, auto&& settle) {
    double total = 0;
    for (const double o : owed) total += o;
    const Cents paid = std::min(offered, static_cast<Cents>(std::ceil(total)));
    if (paid <= 0) return Cents{0};
    const auto parts = split(paid, owed);
    for (std::size_t h = 0; h < parts.size(); ++h) {
      holdings_[h].paid[t] += parts[h];
      settle(accounts_[h], parts[h]);
    }
    return paid;
  };
  const auto weigh = [&](auto&& weight) {
    std::vector<double> weights;
    for (const auto& a : accounts_) weights.push_back(std::max(0.0, weight(a)));
    return weights;
  };
  preferred.paid = pay(amount, weigh([](const Account& a) { return a.preferred ? a.owed : 0; }),
                       [](Account& a, Cents c) { a.owed -= static_cast<double>(c); });
  amount -= preferred.paid;
  preferred.redeemed =
      pay(amount, weigh([](const Account& a) { return a.preferred ? static_cast<double>(a.capital) : 0; }),
          [](Account& a, Cents c) { a.capital -= c; });
  amount -= preferred.redeemed;

  const Cents common = amount;
  amount -= pay(amount, weigh([](const Account& a) { return a.preferred ? 0 : a.owed; }),
                [](Account& a, Cents c) { a.owed -= static_cast<double>(c); });
  if (amount > 0) {
    const bool operators = std::ranges::any_of(accounts_, [](const Account& a) { return a.operates && !a.preferred; });
    const auto ownership = weigh([](const Account& a) { return a.preferred ? 0 : static_cast<double>(a.capital); });
    const auto operating =
        weigh([](const Account& a) { return a.preferred || !a.operates ? 0 : static_cast<double>(a.capital); });
    const Cents promote = operators ? share_of(amount, input_.terms.finance.promote_share) : 0;
    const auto promoted = split(promote, operating), shared = split(amount - promote, ownership);
    for (std::size_t h = 0; h < holdings_.size(); ++h)
      holdings_[h].paid[t] += shared[h] + (promote > 0 ? promoted[h] : 0);
  }
  return {preferred, common};
}

void Equity::accrue() {
  for (auto& a : accounts_) {
    const double growth = a.rate / 4;
    a.owed += growth * (std::max(a.owed, 0.0) + (a.preferred ? static_cast<double>(a.capital) : 0.0));
  }
}

}  // namespace stargate::capital
