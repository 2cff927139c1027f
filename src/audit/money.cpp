// What is paid, when and from whose money; incentives; draws and cash.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "audit/ledger.h"

namespace stargate::audit {

namespace {

template <class T>
std::size_t at(T i) {
  return static_cast<std::size_t>(i);
}

/// spending.csv holds, for each category and quarter, what the decisions cost, and from whose money it is paid.
void check_spending(const Facts& f, const Plan& plan, const Ledger& ledger, Book& book) {
  std::map<std::string, std::vector<double>> funded, unfunded;
  std::map<std::pair<std::string, std::string>, std::vector<double>> by_site;
  std::set<std::string> by_place;  // categories whose rows all name a site
  for (const auto& category : Ledger::categories()) {
    funded[category].resize(at(f.N));
    unfunded[category].resize(at(f.N));
    by_place.insert(category);
  }
  for (const auto& row : plan.spending) {
    const bool known = funded.contains(row.category);
    book.that("reads.unknown", "spending: '" + row.category + "'", row.quarter, known, "is no category");
    if (!known) continue;
    (row.funded ? funded : unfunded)[row.category][at(f.t(row.quarter))] += row.usd_m;
    book.that("spending.places", "'" + row.place + "'", row.quarter,
              row.place.empty() || f.site.contains(row.place) || f.zone.contains(row.place),
              "is no site or zone of the programme");
    if (f.site.contains(row.place)) {
      auto& list = by_site[{row.category, row.place}];
      list.resize(at(f.N));
      list[at(f.t(row.quarter))] += row.usd_m;
    } else {
      by_place.erase(row.category);
    }
  }
  for (const auto& category : Ledger::categories())
    for (int t = 0; t < f.N; ++t) {
      const double due = category == "incentives" ? -ledger.credits(t) : ledger.total(category, t);
      const double size = ledger.size(category, t);
      const bool from_programme = ledger.is_funded(category, t);
      const auto rule = "spending." + category;
      book.equal(rule, "", f.quarter(t), funded[category][at(t)] + unfunded[category][at(t)], due, size);
      book.equal("spending.funded", category, f.quarter(t), funded[category][at(t)], from_programme ? due : 0, size);
    }
  for (const auto& category : Ledger::categories_of_sites()) {
    if (!by_place.contains(category)) {  // some rows are of no site: those that are hold no more than the site's
      for (std::size_t s = 0; s < f.p.sites.size(); ++s)
        if (const auto rows = by_site.find({category, f.p.sites[s].id}); rows != by_site.end())
          for (int t = 0; t < f.N; ++t)
            book.at_most("spending.by_site", category + ", " + f.p.sites[s].id, f.quarter(t), rows->second[at(t)],
                         ledger.of_site(category, s, t));
      continue;
    }
    for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
      const auto rows = by_site.find({category, f.p.sites[s].id});
      for (int t = 0; t < f.N; ++t)
        book.equal("spending.by_site", category + ", " + f.p.sites[s].id, f.quarter(t),
                   rows == by_site.end() ? 0 : rows->second[at(t)], ledger.of_site(category, s, t));
    }
  }
}

void check_incentives(const Facts& f, const Plan& plan, const Ledger& ledger, Book& book) {
  Table2 received = table2(f.p.incentives.size(), at(f.N));
  for (const auto& x : plan.incentives) received[at(f.incentive.at(x.incentive))][at(f.t(x.quarter))] += x.usd_m;
  for (std::size_t i = 0; i < f.p.incentives.size(); ++i) {
    const auto& incentive = f.p.incentives[i];
    double total = 0;
    for (int t = 0; t < f.N; ++t) {
      total += received[i][at(t)];
      book.at_most("incentives.eligible", incentive.id, f.quarter(t), received[i][at(t)], ledger.eligible(i, t));
    }
    if (incentive.cap_usd_m) book.at_most("incentives.cap", incentive.id, {}, total, *incentive.cap_usd_m);
  }
}

struct Drawn {
  Table2 by_investor;         ///< [investor][t]
  std::vector<double> total;  ///< up to and with t
};

void check_draws(const Facts& f, const Ledger& ledger, const Drawn& drawn, Book& book) {
  const auto& investors = f.p.investors;
  std::vector<double> so_far(investors.size());
  std::map<std::string, double> by_layer, layer_spending, before_by_layer;
  double before = 0;  // drawn before the programme: outside its tranches, within commitments
  bool given = false;
  Table2 told = table2(investors.size(), at(f.N));
  for (const auto& x : f.p.standing_draws) {
    const auto i = at(f.investor.at(x.investor));
    if (f.t(x.quarter) < 0) {
      so_far[i] += x.usd_m;
      before_by_layer[investors[i].layer] += x.usd_m;
      before += x.usd_m;
    } else {
      told[i][at(f.t(x.quarter))] += x.usd_m;
      given = true;
    }
  }
  for (std::size_t i = 0; given && i < investors.size(); ++i)
    for (int t = 0; t < f.D; ++t)
      book.equal("standing.kept", "draws from " + investors[i].id, f.quarter(t), drawn.by_investor[i][at(t)],
                 told[i][at(t)]);
  for (int t = 0; t < f.N; ++t) {
    const Quarter q = f.quarter(t);
    double tranches = 0;
    for (const auto& tranche : f.p.tranches)
      if (tranche.from <= q) tranches += tranche.usd_b * 1000;
    book.at_most("draws.tranches", "draws up to", q, drawn.total[at(t)], tranches);
    for (std::size_t i = 0; i < investors.size(); ++i) {
      const double usd_m = drawn.by_investor[i][at(t)];
      so_far[i] += usd_m;
      by_layer[investors[i].layer] += usd_m;
      if (q < investors[i].available_from && !(given && t < f.D)) book.at_most("draws.available", investors[i].id, q, usd_m, 0);
      book.at_most("draws.share", investors[i].id + ": draws up to", q, so_far[i],
                   investors[i].largest_share * (before + drawn.total[at(t)]), drawn.total[at(t)]);
      book.at_most("draws.commitment", investors[i].id, q, so_far[i], investors[i].commitment_usd_b * 1000);
    }
    for (const auto& [layer, categories] : Ledger::layers()) {
      for (const auto& category : categories) layer_spending[layer] += ledger.total(category, t);
      book.at_most("layers.spending", "draws for " + layer, q, by_layer[layer], layer_spending[layer]);
    }
  }
}

void check_cash(const Facts& f, const Plan& plan, const Ledger& ledger, const Drawn& drawn, Book& book) {
  std::vector<const ProgrammeQuarter*> rows(at(f.N));
  for (const auto& row : plan.quarters) rows[at(f.t(row.quarter))] = &row;
  double spent = 0, cash_before = 0;
  for (int t = 0; t < f.N; ++t) {
    const Quarter q = f.quarter(t);
    const double spending = ledger.funded(t);
    spent += spending;
    const double cash = drawn.total[at(t)] - spent, draws = drawn.total[at(t)] - (t > 0 ? drawn.total[at(t - 1)] : 0);
    book.at_least("cash.balance", "cash at the end", q, cash, 0, drawn.total[at(t)]);
    if (const auto* row = rows[at(t)]) {
      double tranches = 0;
      for (const auto& tranche : f.p.tranches)
        if (tranche.from <= q) tranches += tranche.usd_b * 1000;
      const double size = std::max(std::abs(cash_before), drawn.total[at(t)]);
      book.equal("totals.quarters", "spending_usd_m", q, row->spending_usd_m, spending, size);
      book.equal("totals.quarters", "draws_usd_m", q, row->draws_usd_m, draws);
      book.equal("totals.quarters", "cash_usd_m", q, row->cash_usd_m, cash, size);
      book.equal("totals.quarters", "available_usd_m", q, row->available_usd_m, tranches);
    }
    cash_before = cash;
  }
}

}  // namespace

std::vector<double> check_money(const Facts& f, const Plan& plan, const State& state, const Energy& energy,
                                Book& book) {
  const Ledger ledger(f, plan, state, energy);
  check_spending(f, plan, ledger, book);
  check_incentives(f, plan, ledger, book);

  Drawn drawn{table2(f.p.investors.size(), at(f.N)), std::vector<double>(at(f.N))};
  for (const auto& x : plan.draws) {
    drawn.by_investor[at(f.investor.at(x.investor))][at(f.t(x.quarter))] += x.usd_m;
    for (std::size_t t = at(f.t(x.quarter)); t < drawn.total.size(); ++t) drawn.total[t] += x.usd_m;
  }
  check_draws(f, ledger, drawn, book);
  check_cash(f, plan, ledger, drawn, book);

  std::vector<double> unfunded;
  for (int t = 0; t < f.N; ++t) unfunded.push_back(ledger.unfunded(t));
  return unfunded;
}

}  // namespace stargate::audit
