#include "capital/finance.h"

#include "base/random.h"
#include "capital/capital_test.h"
#include "capital/measures.h"
#include "capital/small_programme.h"

namespace stargate::capital {

namespace {

using enum Item;

double common_value(const FinanceInput& in) { return measure(in, run_finance(in)).equity_npv_usd_m; }

}  // namespace

TEST_CASE("books balance, companies add up and every identity holds to the cent") {
  const auto in = small_programme();
  const auto result = run_finance(in);  // asserts balance sheets and cash itself
  for (const auto& id : identities(in, result)) {
    INFO(id.name);
    CHECK(id.holds());
  }
  CHECK(identities(in, result).size() >= 9);
  CHECK(sum(result.programme.line(compute_sales)) > 0);
  const auto last = result.quarters - 1;
  for (const Item item : {property, construction, debt, receivables, reserve, cash, deferred_tax}) {
    INFO(name_of(item).label);
    CHECK(result.programme.at(item, last) == 0);  // sold, repaid, collected, distributed
  }
}

TEST_CASE("money is never made in accounting, whatever the plan") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(3, seed);
    auto in = small_programme();
    for (auto& p : in.payments) p.amount = share_of(p.amount, 0.5 + random.uniform());
    for (auto& s : in.sources)
      for (auto& d : s.draws) d = share_of(d, 0.8 + 0.6 * random.uniform());
    in.compute_price_usd_per_pflop_hour = 0.5 + 4 * random.uniform();
    in.terms.finance.refresh = random.uniform() < 0.5;
    in.terms.finance.extension_quarters = 8 + static_cast<std::int64_t>(random.below(40));
    in.terms.finance.gpu_life_quarters = 8 + static_cast<std::int64_t>(random.below(20));
    const auto result = run_finance(in);
    const auto last = result.quarters - 1;
    for (const Item item : {property, construction, debt, receivables, reserve, cash, deferred_tax, group_capital}) {
      INFO(seed << " " << name_of(item).label);
      CHECK(result.programme.at(item, last) == 0);
    }
    for (const auto& id : identities(in, result)) {
      INFO(seed << " " << id.name);
      CHECK(id.holds());
    }
  }
}

TEST_CASE("more equity in place of debt never lowers the lowest cover") {
  const auto lowest = [](double share) {
    auto in = small_programme();
    for (auto& s : in.sources)
      if (s.id == "compute_debt" || s.id == "building_debt")
        for (std::size_t t = 0; t < s.draws.size(); ++t) {
          const Cents moved = share_of(s.draws[t], share);
          s.draws[t] -= moved;
          in.sources[0].draws[t] += moved;
        }
    for (auto& terms : {"compute_debt", "building_debt"}) {
      auto t = default_debt_terms(terms, "compute");
      t.sweep_share = 0;
      in.terms.debt.push_back(t);
    }
    return measure(in, run_finance(in)).lowest_dscr;
  };
  double last = lowest(0);
  for (const double share : {0.1, 0.3, 0.5, 0.7}) {
    const double now = lowest(share);
    CHECK(now >= last - 1e-6);
    last = now;
  }
}

TEST_CASE("owners gain from a higher price, lose from dearer money and later sales") {
  const double base = common_value(small_programme());
  auto dearer = small_programme(), richer = small_programme(), later = small_programme();
  richer.compute_price_usd_per_pflop_hour *= 1.1;
  dearer.terms.finance.interest_points = 0.01;
  later.terms.finance.revenue_delay_quarters = 4;
  CHECK(common_value(richer) > base);
  CHECK(common_value(dearer) < base);
  CHECK(common_value(later) < base);
}

TEST_CASE("the preferred are paid before the common, and the operators' promote only above the required return") {
  auto in = small_programme();
  const auto result = run_finance(in);
  Cents redeemed = 0;
  for (std::size_t t = 0; t < result.quarters; ++t) {
    redeemed += result.programme.at(preferred_redeemed, t);
    if (redeemed < sum(in.sources[2].draws)) CHECK(result.programme.at(common_paid, t) == 0);
  }
  const auto m = measure(in, result);
  const auto rate = [&](const char* id) {
    return std::ranges::find(m.investors, std::string(id), &InvestorReturn::id)->rate.given.value_or(-1);
  };
  if (rate("preferred") >= 0) CHECK(rate("preferred") <= 0.0945);  // 9 % compounded quarterly, never more
  if (rate("sponsor") > 0.13) CHECK(rate("operator") > rate("sponsor"));
  auto poor = small_programme();
  poor.compute_price_usd_per_pflop_hour = 1.2;
  const auto p = measure(poor, run_finance(poor));
  for (const auto& i : p.investors)
    if (i.kind == "equity") CHECK(i.multiple < 3);
}

TEST_CASE("interest during construction is capitalised, and debt follows its profile") {
  auto in = small_programme();
  auto terms = default_debt_terms("compute_debt", "compute");
  terms.sweep_share = 0;
  in.terms.debt = {terms};
  const auto result = run_finance(in);
  CHECK(sum(result.programme.line(interest_capitalised)) > 0);
  const auto& gpus = result.companies[2];
  REQUIRE(gpus.loans.size() == 1);
  const auto& loan = gpus.loans[0];
  // Level service: the same every quarter until maturity, then nothing.
  const Cents first = loan.interest[6] + loan.repaid[6];
  for (std::size_t t = 7; t < loan.maturity; ++t) CHECK(std::abs(loan.interest[t] + loan.repaid[t] - first) <= 20);
  CHECK(loan.end_balance[loan.maturity] == 0);
  const auto& building = result.companies[0].loans[0];  // sculpted: cash over cover
  for (std::size_t t = 6; t < 20; ++t)
    if (building.repaid[t] > 0 && building.end_balance[t] > 0)
      CHECK(static_cast<double>(result.companies[0].cash_for_service[t]) /
                static_cast<double>(building.interest[t] + building.repaid[t]) ==
            Catch::Approx(1.3).epsilon(1e-6));
}

TEST_CASE("losses and bonus depreciation put tax off but not away") {
  auto in = small_programme();
  const auto with = run_finance(in);
  in.terms.finance.bonus_depreciation = 0;
  const auto without = run_finance(in);
  const auto early = [](const FinanceResult& r) {
    Cents tax = 0;
    for (std::size_t t = 0; t < 12; ++t) tax += r.programme.at(tax_current, t);
    return tax;
  };
  CHECK(early(with) <= early(without));
}

TEST_CASE("sensitivities do not depend on the number of threads and are sorted by swing") {
  const auto in = small_programme();
  const auto one = sensitivities(in, 1), four = sensitivities(in, 4);
  REQUIRE(one.size() == four.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].name == four[i].name);
    CHECK(one[i].npv_high_usd_m == four[i].npv_high_usd_m);
    if (i > 0) CHECK(one[i].swing_usd_m() <= one[i - 1].swing_usd_m());
  }
}

TEST_CASE("splits add up to the cent") {
  Random random(1, 1);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> weights(1 + random.below(9));
    for (auto& w : weights) w = random.uniform() < 0.3 ? 0 : random.uniform();
    const auto amount = static_cast<Cents>(random.below(1'000'000'007)) - 500'000'000;
    const auto parts = split(amount, weights);
    CHECK(sum(parts) == amount);
  }
}

TEST_CASE("terms are read by name, and wrong ones refused by line") {
  FinanceTerms terms;
  set_term(terms, "sold_share", "0.5", {});
  CHECK(terms.sold_share == 0.5);
  CHECK_THROWS_AS(set_term(terms, "sold_share", "2", {}), InputError);
  try {
    set_term(terms, "sold_shar", "1", {"t.csv", 3, 1});
    FAIL();
  } catch (const InputError& error) {
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("sold_share"));
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("t.csv:3"));
  }
}

}  // namespace stargate::capital
