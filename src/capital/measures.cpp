#include "capital/measures.h"

#include <algorithm>
#include <format>

#include "base/text.h"
#include "base/workers.h"

namespace stargate::capital {

namespace {

using enum Item;

double npv(const std::vector<Flow>& flows, double rate) { return present_value(flows, rate); }

double rate_or(const InternalRate& rate, double none) { return rate.given.value_or(none); }

std::vector<Flow> in_usd_m(std::vector<Flow> flows) {
  for (auto& f : flows) f.amount *= 1e-8;
  return flows;
}

InvestorReturn investor(const FinanceInput& input, const FinanceResult& result, const Holding& holding) {
  const auto& source = input.sources[holding.source];
  InvestorReturn r{.id = source.id, .name = source.name, .kind = source.kind, .role = source.role};
  r.committed_usd_m = usd_m(source.commitment);
  r.called_usd_m = usd_m(sum(holding.called));
  r.support_usd_m = usd_m(sum(holding.support_called));
  r.paid_usd_m = usd_m(sum(holding.paid));
  r.multiple = r.called_usd_m > 0 ? r.paid_usd_m / r.called_usd_m : 0;
  r.ownership = holding.ownership[std::min(input.plan_quarters, result.quarters) - 1];
  // Calls at the first day of a quarter, distributions at its last.
  std::vector<Flow> flows;
  for (std::size_t t = 0; t < result.quarters; ++t) {
    const Quarter q = input.start + static_cast<int>(t);
    const auto years = [&](Date d) { return static_cast<double>((d - input.start.first_day()).count()) / 365.0; };
    flows.push_back({years(q.first_day()), -usd_m(holding.called[t])});
    flows.push_back({years(q.last_day()), usd_m(holding.paid[t])});
  }
  r.rate = internal_rate(flows);
  return r;
}

DebtMeasure debt_of(const FinanceInput& input, const FinanceResult& result, std::size_t source) {
  DebtMeasure m{
      .id = input.sources[source].id, .name = input.sources[source].name, .layer = input.sources[source].layer};
  std::vector<double> cash(result.quarters), service(result.quarters), balance(result.quarters);
  double life_value = 0, at_live = 0;
  for (const auto& company : result.companies) {
    double all = 0;
    for (const auto& l : company.loans) all += usd_m(sum(l.drawn));
    for (const auto& loan : company.loans) {
      if (loan.source != source) continue;
      const double part = all > 0 ? usd_m(sum(loan.drawn)) / all : 0;
      const auto live = loan.go_live,
                 maturity = std::min(live + static_cast<std::size_t>(loan.terms.tenor_quarters), result.quarters);
      if (m.terms.empty())
        m.terms =
            std::format("{}, {} quarters from {}, {:.2f} % ({:+.2f} at go-live), cover {:.2f}", loan.terms.profile,
                        loan.terms.tenor_quarters, to_string(input.start + static_cast<int>(live)), 100 * loan.rate,
                        100 * loan.terms.step_up, loan.terms.target_dscr);
      for (std::size_t t = 0; t < result.quarters; ++t) {
        m.interest_usd_m += usd_m(loan.interest[t] + loan.fees[t]);
        m.refinanced_usd_m += usd_m(loan.rolled[t]);
        balance[t] += usd_m(loan.end_balance[t]);
        if (company.service[t] > 0 && company.dscr[t] != 0) {
          cash[t] += part * usd_m(company.cash_for_service[t]);
          service[t] += part * usd_m(company.service[t]);
        }
        const double rate = loan.rate_in(t, 0) / 4;
        if (t >= live && t < maturity)
          life_value +=
              part * usd_m(company.cash_for_service[t]) / std::pow(1 + rate, static_cast<double>(t - live) + 1);
      }
      if (live > 0 && live <= result.quarters) at_live += usd_m(loan.end_balance[live - 1]);
    }
  }
  m.drawn_usd_m = usd_m(sum(input.sources[source].draws));
  m.peak_usd_m = *std::ranges::max_element(balance);
  m.owed_at_end_usd_m = balance.size() > 1 ? balance[balance.size() - 2] : 0;
  m.llcr = at_live > 0 ? life_value / at_live : 0;
  double total_cash = 0, total_service = 0;
  for (std::size_t t = 0; t < result.quarters; ++t) {
    if (service[t] <= 0) continue;
    const double ratio = cash[t] / service[t];
    m.lowest_dscr = total_service == 0 ? ratio : std::min(m.lowest_dscr, ratio);
    total_cash += cash[t];
    total_service += service[t];
  }
  m.average_dscr = total_service > 0 ? total_cash / total_service : 0;
  return m;
}

/// Cost of a layer or of all, at present value: capital, running and tax, less what sale brings and credits give.
double present_cost(const Statement& books, Quarter start, double rate) {
  Quarterly cost(books.quarters());
  for (std::size_t t = 0; t < cost.size(); ++t)
    cost[t] = books.at(capital_spending, t) - books.at(capital_credits, t) + books.at(refresh_spending, t) +
              books.at(operating_costs, t) + books.at(tax_current, t) - books.at(sale_proceeds, t) -
              books.at(relet_income, t);
  return npv(in_usd_m(dated(cost, start)), rate) * 1e6;
}

void levelise(const FinanceInput& input, const FinanceResult& result, FinanceMeasures& m) {
  double pflops_days = 0, gpu_hours = 0;
  for (std::size_t t = 0; t < result.quarters; ++t) {
    const Quarter q = input.start + static_cast<int>(t);
    const double years = static_cast<double>((q.last_day() - input.start.first_day()).count()) / 365.0,
                 factor = std::pow(1 + m.discount_rate, -years);
    const double sold_share = input.terms.finance.sold_share;
    const double made = sold_share > 0 ? result.sold_pflops[t] / sold_share : 0;
    pflops_days += made * q.days() * factor;
    gpu_hours += result.chips[t] * q.hours() * factor;
  }
  const double cost = present_cost(result.programme, input.start, m.discount_rate);
  if (pflops_days > 0) m.cost_usd_per_pflops_day = cost / pflops_days;
  if (gpu_hours > 0) m.cost_usd_per_gpu_hour = cost / gpu_hours;
  for (std::size_t l = 0; l < layer_count && pflops_days > 0; ++l)
    m.layer_cost_usd_per_pflops_day[l] = present_cost(result.layers[l], input.start, m.discount_rate) / pflops_days;
}

}  // namespace

Quarterly rolled_over(const FinanceResult& result) {
  Quarterly rolled(result.quarters);
  for (const auto& company : result.companies)
    for (const auto& loan : company.loans)
      for (std::size_t t = 0; t < result.quarters; ++t) rolled[t] += loan.rolled[t];
  return rolled;
}

Quarterly project_cash(const Statement& books) {
  Quarterly flows(books.quarters());
  for (std::size_t t = 0; t < flows.size(); ++t) flows[t] = books.at(operating_cash, t) + books.at(investing_cash, t);
  return flows;
}

std::vector<Flow> dated(const Quarterly& amounts, Quarter start) {
  std::vector<Flow> flows;
  for (std::size_t t = 0; t < amounts.size(); ++t) {
    const Quarter q = start + static_cast<int>(t);
    flows.push_back(
        {static_cast<double>((q.last_day() - start.first_day()).count()) / 365.0, static_cast<double>(amounts[t])});
  }
  return flows;
}

FinanceMeasures measure(const FinanceInput& input, const FinanceResult& result) {
  FinanceMeasures m;
  m.discount_rate = input.terms.finance.discount_rate > 0 ? input.terms.finance.discount_rate : input.discount_rate;
  const auto project = in_usd_m(dated(project_cash(result.programme), input.start));
  m.project_rate = internal_rate(project);
  m.project_npv_usd_m = npv(project, m.discount_rate);
  double running = 0;
  for (const auto& f : project) {
    const double before = running;
    running += f.amount;
    if (before < 0 && running >= 0 && !m.payback_years) m.payback_years = f.years;
    if (running < 0) m.payback_years.reset();
  }
  Quarterly equity(result.quarters);
  for (std::size_t t = 0; t < result.quarters; ++t)
    equity[t] = result.programme.at(common_paid, t) - result.programme.at(common_called, t);
  m.equity_rate = internal_rate(in_usd_m(dated(equity, input.start)));
  m.equity_npv_usd_m = npv(in_usd_m(dated(equity, input.start)), m.discount_rate);

  bool any = false;
  for (std::size_t t = 0; t < result.quarters; ++t) {
    Cents cash_flow = 0, service = 0;
    for (const auto& c : result.companies) {
      cash_flow += c.cash_for_service[t];
      service += c.service[t];
      m.guarantees_usd_m += usd_m(c.guarantee_called[t]);
    }
    if (service <= 0) continue;
    const double ratio = static_cast<double>(cash_flow) / static_cast<double>(service);
    m.lowest_dscr = any ? std::min(m.lowest_dscr, ratio) : ratio;
    any = true;
  }
  for (const auto& c : result.covenants) ++(c.broken ? m.covenants_broken : m.lock_ups);
  m.support_usd_m = usd_m(sum(result.support_called));
  levelise(input, result, m);
  for (const auto& holding : result.holdings) m.investors.push_back(investor(input, result, holding));
  for (std::size_t s = 0; s < input.sources.size(); ++s)
    if (input.sources[s].kind == "debt") m.debts.push_back(debt_of(input, result, s));
  return m;
}

std::vector<SourceOrUse> sources_and_uses(const FinanceInput& input, const FinanceResult& result) {
  std::vector<SourceOrUse> table;
  const std::size_t n = input.plan_quarters;
  const auto line = [&](const char* side, const std::string& name) -> Quarterly& {
    for (auto& row : table)
      if (row.side == side && row.name == name) return row.amounts;
    return table.emplace_back(side, name, Quarterly(n)).amounts;
  };
  for (const auto& source : input.sources)
    for (std::size_t t = 0; t < n && t < source.draws.size(); ++t) line("source", source.name)[t] += source.draws[t];
  Quarterly planned_interest(n);
  for (const auto& p : input.payments) {
    if (p.amount < 0)
      line("source", "incentives")[p.quarter] -= p.amount;
    else
      line("use", p.category)[p.quarter] += p.amount;
    if (p.use == Use::interest) planned_interest[p.quarter] += p.amount;
  }
  // Beside the plan's own rows: what the books say of customers, lenders, tax and owners.
  const auto& books = result.programme;
  const auto rolled = rolled_over(result);
  for (std::size_t t = 0; t < n; ++t) {
    const auto rise = [&](Item item) { return books.at(item, t) - (t > 0 ? books.at(item, t - 1) : 0); };
    line("source", "customers (sales collected)")[t] = books.at(compute_sales, t) - books.at(receivables_rise, t);
    line("source", "space and power let to others")[t] = books.at(relet_income, t);
    line("source", "debt borrowed anew")[t] = rolled[t];
    line("source", "support of the sponsors")[t] = result.support_called[t];
    line("source", "proceeds of sale")[t] = books.at(sale_proceeds, t);
    line("use", "interest and fees beyond the plan's")[t] = books.at(interest_paid, t) - planned_interest[t];
    line("use", "tax")[t] = books.at(tax_current, t);
    line("use", "debt repaid")[t] = books.at(debt_repaid, t);
    line("use", "accelerators refreshed")[t] = books.at(refresh_spending, t);
    line("use", "paid to owners")[t] =
        books.at(preferred_paid, t) + books.at(preferred_redeemed, t) + books.at(common_paid, t);
    line("use", "rise of cash and reserves")[t] = rise(cash) + rise(reserve);
  }
  return table;
}

std::vector<Sensitivity> sensitivities(const FinanceInput& input, unsigned threads) {
  struct Change {
    const char* name;
    const char *low, *high;
    void (*apply)(FinanceInput&, int);
  };
  static constexpr auto decline = [](const FinanceInput& i) {
    return i.terms.finance.compute_price_decline_per_year >= 0 ? i.terms.finance.compute_price_decline_per_year
                                                               : i.compute_price_decline;
  };
  static const std::vector<Change> changes{
      {"price of compute", "-20 %", "+20 %",
       [](FinanceInput& i, int d) {
         auto& p = i.terms.finance.compute_price_usd_per_pflop_hour;
         p = (p > 0 ? p : i.compute_price_usd_per_pflop_hour) * (1 + 0.2 * d);
       }},
      {"fall of the price a year", "-5 points", "+5 points",
       [](FinanceInput& i, int d) {
         i.terms.finance.compute_price_decline_per_year = std::clamp(decline(i) + 0.05 * d, 0.0, 0.9);
       }},
      {"capital spending", "-10 %", "+10 %",
       [](FinanceInput& i, int d) { i.terms.finance.capital_factor *= 1 + 0.1 * d; }},
      {"running cost", "-20 %", "+20 %",
       [](FinanceInput& i, int d) { i.terms.finance.operating_factor *= 1 + 0.2 * d; }},
      {"share of compute sold", "-10 %", "+10 %",
       [](FinanceInput& i, int d) {
         i.terms.finance.sold_share = std::min(1.0, i.terms.finance.sold_share * (1 + 0.1 * d));
       }},
      {"first sales later", "on time", "4 quarters",
       [](FinanceInput& i, int d) { i.terms.finance.revenue_delay_quarters += d > 0 ? 4 : 0; }},
      {"interest from go-live", "-1 point", "+1 point",
       [](FinanceInput& i, int d) { i.terms.finance.interest_points += 0.01 * d; }},
      {"book and working life of accelerators", "-4 quarters", "+4 quarters",
       [](FinanceInput& i, int d) { i.terms.finance.gpu_life_quarters += 4 * d; }},
      {"tax rate", "-5 points", "+5 points",
       [](FinanceInput& i, int d) {
         i.terms.finance.tax_rate = std::clamp(i.terms.finance.tax_rate + 0.05 * d, 0.0, 1.0);
       }},
      {"bonus depreciation", "none", "as enacted",
       [](FinanceInput& i, int d) {
         if (d < 0) i.terms.finance.bonus_depreciation = 0;
       }},
      {"incentives", "all lost", "as counted",
       [](FinanceInput& i, int d) {
         if (d < 0) std::erase_if(i.payments, [](const Payment& p) { return p.amount < 0; });
       }},
      {"residual values", "none", "as assumed", [](FinanceInput& i, int d) {
         if (d < 0)
           i.terms.finance.building_residual = i.terms.finance.power_residual = i.terms.finance.gpu_residual = 0;
       }}};
  std::vector<Sensitivity> list(changes.size());
  parallel_for(2 * changes.size(), threads, [&](std::size_t k) {
    const auto& change = changes[k / 2];
    FinanceInput changed = input;
    const bool high = k % 2 == 1;
    change.apply(changed, high ? 1 : -1);
    const auto m = measure(changed, run_finance(changed));
    auto& s = list[k / 2];
    (high ? s.project_rate_high : s.project_rate_low) = rate_or(m.project_rate, std::nan(""));
    (high ? s.equity_rate_high : s.equity_rate_low) = rate_or(m.equity_rate, std::nan(""));
    (high ? s.npv_high_usd_m : s.npv_low_usd_m) = m.project_npv_usd_m;
    (high ? s.dscr_high : s.dscr_low) = m.lowest_dscr;
  });
  for (std::size_t i = 0; i < changes.size(); ++i)
    list[i].name = changes[i].name, list[i].low = changes[i].low, list[i].high = changes[i].high;
  std::ranges::stable_sort(list, std::greater{}, &Sensitivity::swing_usd_m);
  return list;
}

}  // namespace stargate::capital
