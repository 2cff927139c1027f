#pragma once
// A programme small enough to follow by hand, for the tests of finance and of its workbook.
#include "capital/finance_input.h"

namespace stargate::capital {

/// A small programme: two campuses, six building quarters of eight, five providers of money.
inline FinanceInput small_programme() {
  FinanceInput in;
  in.name = "small";
  in.start = Quarter(2025, 1);
  in.build_quarters = 6;
  in.plan_quarters = 8;
  in.terms.finance.minimum_cash_usd_m = 5;
  in.compute_price_usd_per_pflop_hour = 8;
  for (const auto* id : {"north", "south"}) {
    SiteCompany site{.id = id, .name = id, .state = "TX"};
    site.ready_mw = {0, 0, 50, 50, 100, 100, 100, 100};
    site.installed_mw = {0, 0, 0, 40, 80, 100, 100, 100};
    site.power_mw = {0, 0, 60, 60, 130, 130, 130, 130};
    site.load_gwh = {0, 0, 0, 80, 160, 200, 200, 200};
    site.effective_pflops = {0, 0, 0, 20000, 40000, 50000, 50000, 50000};
    in.sites.push_back(site);
  }
  in.sites.push_back({.id = "shared", .name = "shared"});
  const auto pay = [&](std::size_t t, std::size_t s, Layer l, Use u, double m, const char* c, bool funded = true) {
    in.payments.push_back({t, s, l, u, funded, cents_of_usd_m(m), c});
  };
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t t = 0; t < 5; ++t) pay(t, s, Layer::building, Use::capital, 220.123456, "construction");
    for (std::size_t t = 1; t < 4; ++t) pay(t, s, Layer::power, Use::capital, 60.7, "grid_connection");
    for (std::size_t t = 2; t < 6; ++t) pay(t, s, Layer::gpus, Use::capital, 700.31, "racks");
    for (std::size_t t = 3; t < 8; ++t) {
      pay(t, s, Layer::gpus, Use::operations, 7.5, "operations", t < 6);
      pay(t, s, Layer::power, Use::energy, 9.01, "energy_grid", t < 6);
    }
    pay(5, s, Layer::gpus, Use::credit, -40, "incentives");
  }
  const auto source = [&](const char* id, const char* kind, const char* role, const char* layer, double rate,
                          std::vector<double> draws) {
    FundingSource f{.id = id,
                    .name = id,
                    .kind = kind,
                    .role = role,
                    .answers_for = "",
                    .layer = layer,
                    .commitment = cents_of_usd_m(5000),
                    .available_from = 0,
                    .rate = rate,
                    .draws = {}};
    for (const double d : draws) f.draws.push_back(cents_of_usd_m(d));
    in.sources.push_back(f);
  };
  source("sponsor", "equity", "finance", "all", 0.12, {500, 300, 400, 300, 0, 0, 0, 0});
  source("operator", "equity", "operations", "all", 0.12, {500, 200, 400, 300, 0, 0, 0, 0});
  source("preferred", "preferred", "investor", "all", 0.09, {0, 0, 700, 600, 0, 0, 0, 0});
  source("building_debt", "debt", "lender", "building", 0.064, {100, 200, 300, 200, 200, 0, 0, 0});
  source("compute_debt", "debt", "lender", "compute", 0.085, {0, 0, 500, 900, 900, 900, 0, 0});
  return in;
}

}  // namespace stargate::capital
