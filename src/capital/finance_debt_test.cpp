// What each clause of a loan does, on the small programme and on random ones.
#include "base/random.h"
#include "capital/capital_test.h"
#include "capital/finance.h"
#include "capital/measures.h"
#include "capital/small_programme.h"

namespace stargate::capital {

namespace {

using enum Item;

/// The small programme with these terms for one of its loans.
FinanceInput with_terms(const std::string& investor, const std::string& layer, auto&& change) {
  auto in = small_programme();
  auto terms = default_debt_terms(investor, layer);
  change(terms);
  in.terms.debt = {terms};
  return in;
}

const Loan& loan_of(const FinanceResult& result, std::size_t company) { return result.companies[company].loans.at(0); }

constexpr std::size_t go_live = 6, north_building = 0, north_gpus = 2;

}  // namespace

TEST_CASE("more equity in place of debt never lowers the lowest cover, whatever the plan and the profile") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Random random(17, seed);
    auto base = small_programme();
    for (auto& p : base.payments) p.amount = share_of(p.amount, 0.5 + random.uniform());
    for (auto& s : base.sources)
      for (auto& d : s.draws) d = share_of(d, 0.8 + 0.4 * random.uniform());
    base.compute_price_usd_per_pflop_hour = 1 + 9 * random.uniform();
    base.terms.finance.refresh = random.uniform() < 0.5;
    base.terms.finance.extension_quarters = 12 + static_cast<std::int64_t>(random.below(40));
    for (const auto* id : {"building_debt", "compute_debt"}) {
      auto terms = default_debt_terms(id, id == std::string("building_debt") ? "building" : "compute");
      terms.profile = std::array{"sculpted", "level", "bullet"}[random.below(3)];
      terms.tenor_quarters = 8 + static_cast<std::int64_t>(random.below(40));
      terms.sweep_share = random.uniform() < 0.5 ? 0 : random.uniform();
      base.terms.debt.push_back(terms);
    }
    const auto lowest = [&](double share) {
      auto in = base;
      for (auto& s : in.sources)
        if (s.kind == "debt")
          for (std::size_t t = 0; t < s.draws.size(); ++t) {
            const Cents moved = share_of(s.draws[t], share);
            s.draws[t] -= moved;
            in.sources[0].draws[t] += moved;
          }
      return measure(in, run_finance(in)).lowest_dscr;
    };
    double last = lowest(0);
    for (const double share : {0.2, 0.4, 0.6, 0.8}) {
      INFO("seed " << seed << ", share " << share);
      const double now = lowest(share);
      // A cover may be negative; where nothing is due any more there is none to lower.
      CHECK((now >= last - 1e-6 * std::abs(last) || last < 0));
      last = now;
    }
  }
}

TEST_CASE("the rate steps at go-live, and interest is the balance's") {
  const auto in = with_terms("compute_debt", "compute", [](DebtTerms& t) { t.step_up = -0.02, t.sweep_share = 0; });
  const auto result = run_finance(in);
  const auto& loan = loan_of(result, north_gpus);
  for (std::size_t t = 1; t < loan.maturity; ++t) {
    const double rate = t < go_live ? 0.085 : 0.065;
    CHECK(loan.interest[t] == std::llround(static_cast<double>(loan.end_balance[t - 1]) * rate / 4));
  }
}

TEST_CASE("a sweep repays early and saves interest, and never more than is owed") {
  const auto interest = [](double share) {
    const auto in = with_terms("compute_debt", "compute", [&](DebtTerms& t) { t.sweep_share = share; });
    const auto result = run_finance(in);
    const auto& loan = loan_of(result, north_gpus);
    CHECK(std::ranges::min(loan.end_balance) >= 0);
    CHECK(loan.end_balance.back() == 0);
    return sum(loan.interest);
  };
  CHECK(interest(0.5) < interest(0));
  CHECK(interest(1) < interest(0.5));
}

TEST_CASE("the reserve holds so many quarters of service while the loan runs, and is released with it") {
  auto in = with_terms("building_debt", "building",
                       [](DebtTerms& t) { t.profile = "level", t.tenor_quarters = 20, t.reserve_quarters = 3; });
  const auto result = run_finance(in);
  const auto& company = result.companies[north_building];
  CHECK(company.books.at(reserve, go_live) > 0);  // filled from what service leaves
  for (std::size_t t = go_live + 12; t + 1 < go_live + 20; ++t)
    CHECK(company.books.at(reserve, t) == share_of(company.service[t], 3));
  for (std::size_t t = go_live + 20; t < result.quarters; ++t) CHECK(company.books.at(reserve, t) == 0);
}

TEST_CASE("what cash cannot repay at maturity is borrowed anew, for a fee and at its own rate") {
  const auto in = with_terms("building_debt", "building", [](DebtTerms& t) {
    t.profile = "bullet", t.tenor_quarters = 10, t.refinance_rate = 0.09, t.refinance_fee = 0.02;
    t.refinance_quarters = 16;
  });
  const auto result = run_finance(in);
  const auto& loan = loan_of(result, north_building);
  const std::size_t due = go_live + 10 - 1;
  CHECK(loan.rolled[due] == loan.end_balance[due]);
  CHECK(loan.rolled[due] == sum(in.sources[3].draws) / 2);
  CHECK(loan.fees[due] == share_of(loan.rolled[due], 0.02));
  CHECK(loan.interest[due + 1] == std::llround(static_cast<double>(loan.end_balance[due]) * 0.09 / 4));
  CHECK(loan.end_balance.back() == 0);
}

TEST_CASE("what a company cannot pay is called under the guarantee, then from the sponsors, and the covenant is told") {
  auto in = small_programme();
  in.compute_price_usd_per_pflop_hour = 0.4;
  const auto result = run_finance(in);
  const auto m = measure(in, result);
  CHECK(m.guarantees_usd_m > 0);
  CHECK(m.support_usd_m > 0);
  CHECK(m.covenants_broken > 0);
  for (const auto& c : result.covenants) {
    CHECK(c.dscr < c.limit);
    CHECK(c.dscr == result.companies[c.company].dscr[c.quarter]);
  }
  Cents called = 0;
  for (const auto& h : result.holdings) called += sum(h.support_called);
  CHECK(called == sum(result.support_called));
  for (std::size_t t = 0; t + 1 < result.quarters; ++t)  // below the lock-up cover nothing is distributed
    for (const auto& c : result.covenants)
      if (c.quarter == t && result.support_called[t] > 0) CHECK(result.programme.at(common_paid, t) == 0);
}

TEST_CASE("take-or-pay holds the price of the first quarter for the contract's length; the rest follows the path") {
  auto in = small_programme();
  in.terms.finance.contract_share = 1, in.terms.finance.contract_quarters = 4, in.terms.finance.refresh = false;
  in.sites[1].effective_pflops.assign(8, 0);
  in.sites[0].effective_pflops = {0, 0, 0, 20000, 20000, 20000, 20000, 20000};
  const auto result = run_finance(in);
  const auto price = [&](std::size_t t) {
    return static_cast<double>(result.programme.at(compute_sales, t)) / 100 / (20000 * 0.9) /
           (in.start + static_cast<int>(t)).hours();
  };
  const auto path = [](std::size_t t) { return 8 * std::pow(0.8, static_cast<double>(t) / 4); };
  for (std::size_t t = 3; t < 7; ++t) CHECK(price(t) == Catch::Approx(path(3)));
  CHECK(price(7) == Catch::Approx(path(7)));
}

TEST_CASE("notes are saved for while it is earned, and nothing is distributed that they need") {
  auto in = small_programme();
  FundingSource notes = in.sources[3];
  notes.id = notes.name = "notes", notes.layer = "all";
  in.sources.push_back(notes);
  const auto supported = [&](double reserve_quarters) {
    auto terms = default_debt_terms("notes", "all");
    terms.tenor_quarters = 30, terms.reserve_quarters = reserve_quarters;
    in.terms.debt = {terms};
    const auto result = run_finance(in);
    const auto& loan = result.companies.back().loans.at(0);
    CHECK(loan.end_balance.back() == 0);
    if (reserve_quarters == 0) return std::pair{sum(result.support_called), sum(loan.rolled)};
    for (std::size_t t = go_live; t < loan.maturity; ++t)  // what was distributed left the fund behind
      if (result.programme.at(common_paid, t) > 0)
        CHECK(result.companies.back().books.at(cash, t) >=
              share_of(loan.end_balance[t], static_cast<double>(t + 31 - loan.maturity) / 31.0));
    return std::pair{sum(result.support_called), sum(loan.rolled)};
  };
  const auto [support_without, rolled_without] = supported(0);
  const auto [support_with, rolled_with] = supported(30);
  CHECK(rolled_without > 0);
  CHECK(rolled_with < rolled_without);
  CHECK(support_with <= support_without);
}

}  // namespace stargate::capital
