#include "capital/finance.h"

#include <algorithm>

#include "capital/offtake.h"
#include "capital/tax_group.h"

namespace stargate::capital {

namespace {

using enum Item;

std::size_t index_of(Layer layer) { return static_cast<std::size_t>(layer); }

class Engine {
 public:
  explicit Engine(const FinanceInput& input)
      : in_(input),
        terms_(input.terms.finance),
        plan_(input.plan_quarters),
        build_(std::min(input.build_quarters, input.plan_quarters)),
        quarters_(plan_ + static_cast<std::size_t>(terms_.extension_quarters)),
        hold_(input.sites.size() * layer_count),
        equity_(input, quarters_),
        offtake_(input),
        tax_(terms_, input.start, quarters_) {
    open_companies();
    sort_payments();
    draw_debt();
    plan_cash_needs();
  }

  FinanceResult run() {
    for (std::size_t t = 0; t < quarters_; ++t) {
      operate(t);
      fund_from_plan(t);
      interest(t);
      capitalise_and_depreciate(t);
      if (t + 1 == quarters_) sell(t);
      for (std::size_t c = 0; c < hold_; ++c) t < build_ ? pass_up(c, t) : serve_debt(c, t);
      hold(t);
      for (auto& company : result_.companies) company.books.derive(t);
      equity_.accrue();
    }
    gather();
    assert_books(result_);
    return std::move(result_);
  }

 private:
  // ---- before the first quarter ----

  void open_companies() {
    result_.quarters = quarters_;
    const auto open = [&](std::size_t site, std::optional<Layer> layer) {
      result_.companies.push_back({site,
                                   layer,
                                   Statement(quarters_),
                                   {},
                                   std::vector<double>(quarters_),
                                   Quarterly(quarters_),
                                   Quarterly(quarters_),
                                   Quarterly(quarters_)});
    };
    for (std::size_t s = 0; s < in_.sites.size(); ++s)
      for (std::size_t l = 0; l < layer_count; ++l) open(s, static_cast<Layer>(l));
    open(in_.sites.size(), std::nullopt);
    placed_.assign(hold_, Quarterly(quarters_));
    funded_.assign(hold_, Quarterly(quarters_));
    funded_operating_.assign(hold_, Quarterly(quarters_));
    active_.assign(in_.sites.size(), std::vector<double>(quarters_, 1.0));
    plan_interest_.assign(quarters_, 0);
    result_.support_called.assign(quarters_, 0);
    result_.price_usd_per_pflop_hour.assign(quarters_, 0);
    result_.sold_pflops.assign(quarters_, 0);
    result_.chips.assign(quarters_, 0);
  }

  /// Which line a payment is written to, in the order of Use; interest goes its own way.
  static Item line_of(Use use) {
    constexpr std::array lines{capital_spending, capital_credits, operations, energy, property_tax, other_costs};
    return lines.at(static_cast<std::size_t>(use));
  }

  /// The plan's payments into the books; what runs in the last year of the plan goes on in the extension.
  void sort_payments() {
    for (const Payment& p : in_.payments) {
      if (p.use == Use::interest) {
        plan_interest_[p.quarter] += p.amount;
        continue;
      }
      const bool capital = p.use == Use::capital || p.use == Use::credit;
      const double factor = capital ? terms_.capital_factor : terms_.operating_factor;
      const Cents amount = factor == 1 ? p.amount : share_of(p.amount, factor);
      const std::size_t c = p.site * layer_count + index_of(p.layer);
      auto& books = result_.companies[c].books;
      books.at(line_of(p.use), p.quarter) += p.use == Use::credit ? -amount : amount;
      if (p.funded || capital) funded_[c][p.quarter] += amount;
      if (p.funded && !capital) funded_operating_[c][p.quarter] += amount;
      if (!capital && p.category != "cloud" && p.quarter + 4 >= plan_)
        for (std::size_t t = p.quarter + 4; t < quarters_; t += 4)
          if (t >= plan_) books.at(line_of(p.use), t) += amount;
    }
  }

  const DebtTerms debt_terms(const FundingSource& source) const {
    for (const auto& t : in_.terms.debt)
      if (t.investor == source.id) return t;
    return default_debt_terms(source.id, source.layer);
  }

  Loan& loan_of(std::size_t c, std::size_t source) {
    auto& loans = result_.companies[c].loans;
    const auto found = std::ranges::find(loans, source, &Loan::source);
    if (found != loans.end()) return *found;
    Loan loan{.source = source,
              .terms = debt_terms(in_.sources[source]),
              .rate = in_.sources[source].rate,
              .go_live = build_};
    loan.maturity = build_ + static_cast<std::size_t>(loan.terms.tenor_quarters) - 1;
    for (auto* line : {&loan.drawn, &loan.repaid, &loan.rolled, &loan.interest, &loan.end_balance, &loan.fees})
      line->assign(quarters_, 0);
    return loans.emplace_back(std::move(loan));
  }

  /// Draws of a layer's debt go to the companies of that layer, in proportion to capital spent and not yet borrowed
  /// against; what finds no such room, and debt on the whole, stays with the holding company.
  void draw_debt() {
    std::vector<double> room(hold_);
    for (std::size_t t = 0; t < plan_; ++t) {
      for (std::size_t c = 0; c < hold_; ++c)
        room[c] += static_cast<double>(result_.companies[c].books.at(capital_spending, t) -
                                       result_.companies[c].books.at(capital_credits, t));
      for (std::size_t i = 0; i < in_.sources.size(); ++i) {
        const auto& source = in_.sources[i];
        Cents amount = source.kind == "debt" && t < source.draws.size() ? source.draws[t] : 0;
        if (amount == 0) continue;
        const auto layer = source.layer == "building"  ? 0u
                           : source.layer == "power"   ? 1u
                           : source.layer == "compute" ? 2u
                                                       : layer_count;
        std::vector<double> weights(hold_);
        double total = 0;
        for (std::size_t c = 0; c < hold_ && layer < layer_count; ++c)
          if (c % layer_count == layer) total += weights[c] = std::max(0.0, room[c]);
        if (const Cents lent = std::min(amount, static_cast<Cents>(std::floor(total))); lent > 0) {
          const auto parts = split(lent, weights);
          for (std::size_t c = 0; c < hold_; ++c) {
            if (parts[c] == 0) continue;
            loan_of(c, i).drawn[t] += parts[c];
            room[c] -= static_cast<double>(parts[c]);
          }
          amount -= lent;
        }
        if (amount != 0) loan_of(hold_, i).drawn[t] += amount;
      }
    }
  }

  /// Cash that the plan still needs after each quarter beyond the draws to come: it is not distributed.
  void plan_cash_needs() {
    Quarterly net(quarters_);
    for (std::size_t t = 0; t < plan_; ++t) {
      net[t] = plan_interest_[t];
      for (std::size_t c = 0; c < hold_; ++c) net[t] += funded_[c][t];
      for (const auto& source : in_.sources) net[t] -= t < source.draws.size() ? source.draws[t] : 0;
    }
    kept_.assign(quarters_, 0);
    for (std::size_t t = quarters_ - 1; t-- > 0;) kept_[t] = std::max<Cents>(0, net[t + 1] + kept_[t + 1]);
  }

  // ---- each quarter ----

  bool shared(std::size_t site) const { return site + 1 == in_.sites.size(); }

  /// Sales to customers, rent and power between the layers, and accelerators that retire.
  void operate(std::size_t t) {
    const Quarter quarter = in_.start + static_cast<int>(t);
    result_.price_usd_per_pflop_hour[t] = offtake_.price(t);
    std::vector<double> loads(in_.sites.size());
    for (std::size_t s = 0; s < in_.sites.size(); ++s) loads[s] = capacity(in_.sites[s].load_gwh, t);

    const auto cost_of = [&](std::size_t c) {
      const auto& b = result_.companies[c].books;
      return b.at(operations, t) + b.at(energy, t) + b.at(property_tax, t) + b.at(other_costs, t);
    };
    const auto charge = [&](Item item, std::size_t payer, std::size_t payee, Cents amount) {
      result_.companies[payer].books.at(item, t) -= amount;
      result_.companies[payee].books.at(item, t) += amount;
    };
    double running_pflops = 0, full_pflops = 0;
    for (std::size_t s = 0; s < in_.sites.size(); ++s) retire(s, t);
    const std::size_t common = in_.sites.size() - 1;
    const auto common_power = split(cost_of(common * layer_count + index_of(Layer::power)), loads);
    for (std::size_t s = 0; s < in_.sites.size(); ++s) {
      const auto& site = in_.sites[s];
      const std::size_t building = s * layer_count, power = building + 1, gpus = building + 2;
      const double late = static_cast<double>(t) - std::floor(terms_.revenue_delay_quarters);
      const double running =
          late < 0 || (shared(s) && t >= plan_) ? 0 : capacity(site.effective_pflops, static_cast<std::size_t>(late));
      const double sold = running * active_[s][t] * terms_.sold_share;
      full_pflops += capacity(site.effective_pflops, t);
      running_pflops += capacity(site.effective_pflops, t) * active_[s][t];
      result_.sold_pflops[t] += sold;
      auto& books = result_.companies[gpus].books;
      books.at(compute_sales, t) = cents_of_usd(sold * quarter.hours() * offtake_.average(site, t));
      const Cents due = t + 1 == quarters_ ? 0
                                           : share_of(books.at(compute_sales, t),
                                                      std::min(1.0, terms_.receivable_days / quarter.days()));
      books.at(receivables_rise, t) = due - (t > 0 ? books.at(receivables, t - 1) : 0);
      const Cents rent = cents_of_usd(capacity(site.ready_mw, t) * 1000 * terms_.lease_usd_per_kw_month * 3);
      const Cents capacity_charge = cents_of_usd(capacity(site.power_mw, t) * 1000 * terms_.power_usd_per_kw_month * 3);
      const double own = active_[s][t], let = (1 - own) * terms_.relet_share;
      charge(lease_within_group, gpus, building, share_of(rent, own));
      result_.companies[building].books.at(relet_income, t) = share_of(rent, let);
      if (!shared(s)) charge(power_within_group, gpus, power, cost_of(power) + share_of(capacity_charge, own));
      result_.companies[power].books.at(relet_income, t) = share_of(capacity_charge, let);
      if (common_power[s] != 0) charge(power_within_group, gpus, common * layer_count + 1, common_power[s]);
    }
    const double chips = in_.chips.empty() ? 0 : capacity(in_.chips, t);
    result_.chips[t] = t < plan_ || full_pflops == 0 ? chips : chips * running_pflops / full_pflops;
  }

  /// Accelerators after the plan's horizon: at the end of their life they are replaced if that pays, else no longer
  /// there; before it they stop when a quarter's sales no longer cover what running them and letting their space and
  /// power to others comes to. What no longer runs costs nothing more.
  void retire(std::size_t site, std::size_t t) {
    const auto life = static_cast<std::size_t>(terms_.gpu_life_quarters);
    const std::size_t c = site * layer_count + index_of(Layer::gpus);
    double& active = active_[site][t];
    if (t > 0) active = active_[site][t - 1];
    if (t < plan_) return;
    if (const Cents leaving = t < life ? 0 : placed_[c][t - life]; leaving > 0) {
      double fleet = 0;
      for (std::size_t q = t - life; q < t; ++q) fleet += static_cast<double>(placed_[c][q]);
      const double part = static_cast<double>(leaving) / fleet;
      const Cents cost =
          share_of(leaving, std::pow(1 - terms_.refresh_decline_per_year, static_cast<double>(life) / 4));
      if (terms_.refresh && !shared(site) && value_of_running(site, t, life) * active * part > usd_m(cost) * 1e6)
        result_.companies[c].books.at(refresh_spending, t) = cost;
      else
        active *= 1 - part;
    }
    if (!shared(site) && active > 0 && margin(site, t, offtake_.average(in_.sites[site], t)) < 0) active = 0;
    if (active == 1) return;
    auto& gpus = result_.companies[c].books;
    auto& power = result_.companies[c - 1].books;
    for (const Item item : {operations, other_costs}) gpus.at(item, t) = share_of(gpus.at(item, t), active);
    power.at(energy, t) = share_of(power.at(energy, t), active);
  }

  /// What all of a site's compute brings in a quarter beyond the best other use of its place (USD): sales less running,
  /// power, and what space and power would bring if they were let.
  double margin(std::size_t site, std::size_t t, double price) const {
    const std::size_t c = site * layer_count + index_of(Layer::gpus);
    const auto& company = in_.sites[site];
    const auto &gpus = result_.companies[c].books, &power = result_.companies[c - 1].books;
    const double sales =
        capacity(company.effective_pflops, t) * terms_.sold_share * (in_.start + static_cast<int>(t)).hours() * price;
    const double running = usd_m(gpus.at(operations, t) + gpus.at(other_costs, t) + power.at(energy, t)) * 1e6;
    const double let = 3000 * terms_.relet_share *
                       (capacity(company.ready_mw, t) * terms_.lease_usd_per_kw_month +
                        capacity(company.power_mw, t) * terms_.power_usd_per_kw_month);
    return sales - running - let;
  }

  /// Present value in t of the margins of the `life` quarters from t, each as long as it is not negative (USD).
  double value_of_running(std::size_t site, std::size_t t, std::size_t life) const {
    const double rate = terms_.discount_rate > 0 ? terms_.discount_rate : in_.discount_rate;
    double total = 0;
    for (std::size_t q = t; q < std::min(t + life, quarters_); ++q)
      total += std::max(0.0, margin(site, q, offtake_.price(q))) * std::pow(1 + rate, -static_cast<double>(q - t) / 4);
    return total;
  }

  void fund_from_plan(std::size_t t) {
    for (std::size_t c = 0; c <= hold_; ++c) {
      auto& company = result_.companies[c];
      Cents drawn = 0;
      for (auto& loan : company.loans) drawn += loan.drawn[t];
      company.books.at(debt_drawn, t) += drawn;
      if (c < hold_) give(c, t, funded_[c][t] - drawn);
    }
  }

  /// From the holding company to a company (back, if negative).
  void give(std::size_t c, std::size_t t, Cents amount) {
    result_.companies[c].books.at(funding_within_group, t) += amount;
    result_.companies[hold_].books.at(funding_within_group, t) -= amount;
  }

  /// Interest on the balance at the start of the quarter. While the plan pays it, its own figure stands, shared out by
  /// what each loan would bear.
  void interest(std::size_t t) {
    std::vector<Loan*> loans;
    std::vector<double> due;
    for (auto& company : result_.companies)
      for (auto& loan : company.loans) {
        loans.push_back(&loan);
        due.push_back(static_cast<double>(loan.balance) * loan.rate_in(t, t >= build_ ? terms_.interest_points : 0) /
                      4);
      }
    const bool planned = plan_interest_[t] != 0;
    const auto parts = planned ? split(plan_interest_[t], due) : std::vector<Cents>{};
    for (std::size_t i = 0; i < loans.size(); ++i)
      loans[i]->interest[t] = planned ? parts[i] : static_cast<Cents>(std::llround(due[i]));
    for (std::size_t c = 0; c <= hold_; ++c) {
      auto& company = result_.companies[c];
      Cents paid = 0;
      for (auto& loan : company.loans) {
        paid += loan.interest[t];
        loan.balance += loan.drawn[t];
        loan.end_balance[t] = loan.balance;
      }
      company.books.at(interest_paid, t) += paid;
      if (c < hold_ && t < build_) give(c, t, paid);
    }
    if (planned && loans.empty()) result_.companies[hold_].books.at(interest_paid, t) += plan_interest_[t];
  }

  double measure(std::size_t c, std::size_t t) const {
    const auto& site = in_.sites[c / layer_count];
    const auto& line = c % layer_count == 0 ? site.ready_mw : c % layer_count == 1 ? site.power_mw : site.installed_mw;
    return capacity(line, t);
  }

  /// Cost becomes property as the capacity it buys comes into service; interest on what is still being built is part
  /// of its cost; property is written off in equal parts over its life.
  void capitalise_and_depreciate(std::size_t t) {
    for (std::size_t c = 0; c < hold_; ++c) {
      auto& books = result_.companies[c].books;
      const auto before = [&](Item item) { return t > 0 ? books.at(item, t - 1) : 0; };
      const Cents building = before(construction), whole = building + before(property);
      if (whole > 0)
        books.at(interest_capitalised, t) =
            share_of(books.at(interest_paid, t), static_cast<double>(building) / static_cast<double>(whole));
      const Cents cost =
          building + books.at(capital_spending, t) - books.at(capital_credits, t) + books.at(interest_capitalised, t);
      double share = 1;
      if (t + 1 < plan_ && !shared(c / layer_count)) {
        double most = 0, now = 0, last = 0;
        for (std::size_t q = 0; q < plan_; ++q) {
          most = std::max(most, measure(c, q));
          if (q <= t) now = std::max(now, measure(c, q));
          if (q < t) last = std::max(last, measure(c, q));
        }
        share = most == 0 ? 0 : now >= most ? 1 : (now - last) / (most - last);
      }
      const Cents ready = share_of(cost, share) + books.at(refresh_spending, t);
      books.at(placed_in_service, t) = placed_[c][t] = ready;
      tax_.place(t, static_cast<Layer>(c % layer_count), ready);
      const auto life = static_cast<std::size_t>(std::array{terms_.building_life_quarters, terms_.power_life_quarters,
                                                            terms_.gpu_life_quarters}[c % layer_count]);
      for (std::size_t q = t > life ? t - life : 0; q < t; ++q) {
        const auto upto = [&](std::size_t k) {
          return share_of(placed_[c][q], static_cast<double>(k) / static_cast<double>(life));
        };
        books.at(depreciation, t) += upto(t - q) - upto(t - q - 1);
      }
    }
  }

  void sell(std::size_t t) {
    for (std::size_t c = 0; c < hold_; ++c) {
      auto& books = result_.companies[c].books;
      const double residual =
          std::array{terms_.building_residual, terms_.power_residual, terms_.gpu_residual}[c % layer_count];
      books.at(sale_proceeds, t) = share_of(sum(placed_[c]), residual);
      books.at(book_value_sold, t) =
          (t > 0 ? books.at(property, t - 1) : 0) + books.at(placed_in_service, t) - books.at(depreciation, t);
    }
  }

  /// Cash of the quarter that operations bring, before any that the plan pays for.
  Cents cash_from_operations(std::size_t c, std::size_t t) {
    auto& books = result_.companies[c].books;
    books.derive(t);
    return books.at(ebitda, t) - books.at(receivables_rise, t) + funded_operating_[c][t];
  }

  /// While building, all that operations bring goes up to the holding company, which covers what they lack.
  void pass_up(std::size_t c, std::size_t t) {
    const auto& books = result_.companies[c].books;
    give(c, t, -(cash_from_operations(c, t) + books.at(sale_proceeds, t) - books.at(refresh_spending, t)));
  }

  void serve_debt(std::size_t c, std::size_t t) {
    auto& company = result_.companies[c];
    auto& books = company.books;
    const bool end = t + 1 == quarters_;
    const Cents cash_flow = cash_from_operations(c, t);
    const Cents held = t > 0 ? books.at(reserve, t - 1) : 0;
    Cents available = (t > 0 ? books.at(cash, t - 1) : 0) + cash_flow + books.at(sale_proceeds, t);
    company.cash_for_service[t] = cash_flow;

    Cents service = 0, scheduled = 0, balance = 0;
    double lock_up = 0, reserve_quarters = 0;
    for (auto& loan : company.loans) {
      const double cash_share = static_cast<double>(cash_flow) * part_of(company, loan);
      Cents principal =
          scheduled_principal(loan, t, loan.rate_in(t, terms_.interest_points) / 4, loan.interest[t], cash_share);
      const bool balloon = end || (t >= loan.maturity && (loan.terms.profile != "level" || loan.refinanced));
      if (balloon && !end && principal > std::max<Cents>(0, available - service - loan.interest[t])) {
        refinance(company, loan, t);
        principal = 0;
      }
      if (end) principal = loan.balance;
      pay_down(company, loan, t, principal);
      service += loan.interest[t] + loan.fees[t] + principal;
      scheduled += loan.interest[t] + (balloon ? 0 : principal);
      balance += loan.balance;
      lock_up = std::max(lock_up, loan.terms.lock_up_dscr);
      reserve_quarters = std::max(reserve_quarters, loan.terms.reserve_quarters);
    }
    company.service[t] = scheduled;
    available -= service;
    const Cents target = balance > 0 && !end ? share_of(scheduled, reserve_quarters) : 0;
    const Cents rise = std::max(-held, std::min(target - held, available));
    books.at(reserve_rise, t) = rise;
    available -= rise;
    if (available < 0) {
      company.guarantee_called[t] = -available;
      give(c, t, -available);
      available = 0;
    }
    for (auto& loan : company.loans)
      if (loan.terms.sweep_share > 0 && loan.balance > 0 && available > 0) {
        const Cents swept = std::min(loan.balance, share_of(available, loan.terms.sweep_share));
        pay_down(company, loan, t, swept);
        available -= swept;
      }
    available -= books.at(refresh_spending, t);
    if (available < 0) {
      give(c, t, -available);
      available = 0;
    }
    if (scheduled > 0) {
      company.dscr[t] = static_cast<double>(cash_flow) / static_cast<double>(scheduled);
      watch(company, c, t);
    }
    const bool locked = scheduled > 0 && balance > 0 && company.dscr[t] < lock_up && !end;
    if (!locked) give(c, t, -available);
    for (auto& loan : company.loans) loan.end_balance[t] = loan.balance;
  }

  static double part_of(const Company& company, const Loan& loan) {
    double all = 0;
    for (const auto& l : company.loans) all += static_cast<double>(l.balance);
    return all > 0 ? static_cast<double>(loan.balance) / all : 0;
  }

  void pay_down(Company& company, Loan& loan, std::size_t t, Cents principal) {
    loan.balance -= principal;
    loan.repaid[t] += principal;
    company.books.at(debt_repaid, t) += principal;
  }

  /// What is left at maturity is borrowed anew, for a fee.
  void refinance(Company& company, Loan& loan, std::size_t t) {
    loan.fees[t] = share_of(loan.balance, loan.terms.refinance_fee);
    loan.rolled[t] = loan.balance;
    loan.drawn[t] += loan.balance;
    loan.repaid[t] += loan.balance;
    company.books.at(debt_drawn, t) += loan.balance;
    company.books.at(debt_repaid, t) += loan.balance;
    company.books.at(interest_paid, t) += loan.fees[t];
    loan.refinanced = true;
    loan.maturity = t + static_cast<std::size_t>(loan.terms.refinance_quarters);
  }

  void watch(const Company& company, std::size_t c, std::size_t t) {
    double lock_up = 0, broken = 0;
    for (const auto& loan : company.loans) {
      lock_up = std::max(lock_up, loan.terms.lock_up_dscr);
      broken = std::max(broken, loan.terms.default_dscr);
    }
    const double ratio = company.dscr[t];
    if (ratio < lock_up) result_.covenants.push_back({t, c, ratio, ratio < broken ? broken : lock_up, ratio < broken});
  }

  /// The holding company: equity in, its own notes, tax, and distributions.
  void hold(std::size_t t) {
    auto& company = result_.companies[hold_];
    auto& books = company.books;
    const bool end = t + 1 == quarters_;
    const auto [common, preferred] = equity_.call(t);
    books.at(common_called, t) = common;
    books.at(preferred_called, t) = preferred;
    repay_notes(company, t);
    charge_tax(t, end);
    books.derive(t);
    if (books.at(cash, t) < 0) {
      const Cents support = -books.at(cash, t);
      equity_.call_support(t, support);
      books.at(common_called, t) += support;
      result_.support_called[t] = support;
      books.derive(t);
    }
    if (t < build_ && !end) return;
    if (!end && locked(t)) return;
    const Cents kept = end ? 0 : cents_of_usd_m(terms_.minimum_cash_usd_m) + kept_[t] + sinking_fund(company, t);
    const Cents free = books.at(cash, t) - kept;
    if (free <= 0) return;
    const auto [first, rest] = equity_.distribute(t, free);
    books.at(preferred_paid, t) = first.paid;
    books.at(preferred_redeemed, t) = first.redeemed;
    books.at(common_paid, t) = rest;
  }

  /// Notes that come due are repaid from the cash above the minimum, tax set aside; what is left is borrowed anew.
  void repay_notes(Company& company, std::size_t t) {
    const bool end = t + 1 == quarters_;
    for (auto& loan : company.loans) {
      if (t >= build_ && (end || t >= loan.maturity) && loan.balance > 0) {
        company.books.derive(t);
        const Cents free = company.books.at(cash, t) - tax_due(t, end) - cents_of_usd_m(terms_.minimum_cash_usd_m);
        pay_down(company, loan, t, end ? loan.balance : std::clamp<Cents>(free, 0, loan.balance));
        if (loan.balance > 0) refinance(company, loan, t);
      }
      loan.end_balance[t] = loan.balance;
    }
  }

  /// Cash that is held back for notes which come due (or for the end) within their reserve quarters: an equal part of
  /// what is owed for each quarter of them that has gone.
  Cents sinking_fund(const Company& company, std::size_t t) const {
    Cents fund = 0;
    for (const auto& loan : company.loans) {
      const auto length = static_cast<std::size_t>(loan.terms.reserve_quarters);
      const std::size_t due = std::min(loan.maturity, quarters_ - 1);
      if (length > 0 && t < due && t + length >= due)
        fund += share_of(loan.balance, static_cast<double>(t + length + 1 - due) / static_cast<double>(length + 1));
    }
    return fund;
  }

  /// No distribution while the companies together earn less than the lock-up cover: the cash backs their guarantees.
  bool locked(std::size_t t) const {
    Cents cash_flow = 0, service = 0;
    double lock_up = 0;
    for (const auto& company : result_.companies) {
      cash_flow += company.cash_for_service[t];  // of those without debt too: it backs the others' guarantees
      service += company.service[t];
      for (const auto& loan : company.loans) lock_up = std::max(lock_up, loan.terms.lock_up_dscr);
    }
    return service > 0 && static_cast<double>(cash_flow) < lock_up * static_cast<double>(service);
  }

  /// Income of all companies before tax and the writing off of property, and the book value of property.
  std::pair<Cents, Cents> income_and_property(std::size_t t) {
    Cents income = 0, placed_value = 0;
    for (auto& company : result_.companies) {
      company.books.derive(t);
      const auto& b = company.books;
      income += b.at(ebitda, t) - b.at(interest_expense, t) + b.at(sale_proceeds, t);
      placed_value += b.at(property, t);
    }
    return {income, placed_value};
  }

  Cents tax_due(std::size_t t, bool end) {
    TaxGroup as_it_stands = tax_;
    const auto [income, placed_value] = income_and_property(t);
    return as_it_stands.charge(t, income, placed_value, end).current;
  }

  void charge_tax(std::size_t t, bool end) {
    const auto [income, placed_value] = income_and_property(t);
    const auto charge = tax_.charge(t, income, placed_value, end);
    auto& books = result_.companies[hold_].books;
    books.at(tax_current, t) = charge.current;
    books.at(tax_deferred, t) = charge.deferred;
  }

  // ---- at the end ----

  void gather() {
    result_.holdings = equity_.holdings();
    result_.programme = Statement(quarters_);
    result_.sites.assign(in_.sites.size(), Statement(quarters_));
    result_.layers.assign(layer_count, Statement(quarters_));
    for (const auto& company : result_.companies) {
      result_.programme.add(company.books);
      if (!company.layer) continue;
      result_.sites[company.site].add(company.books);
      result_.layers[index_of(*company.layer)].add(company.books);
    }
    result_.programme.derive();
    for (auto& s : result_.sites) s.derive();
    for (auto& l : result_.layers) l.derive();
  }

  const FinanceInput& in_;
  const FinanceTerms& terms_;
  std::size_t plan_, build_, quarters_, hold_;
  Equity equity_;
  Offtake offtake_;
  TaxGroup tax_;
  FinanceResult result_{.quarters = 0, .companies = {}, .programme = Statement(0)};
  std::vector<Quarterly> placed_, funded_, funded_operating_;
  std::vector<std::vector<double>> active_;  ///< share of a site's accelerators that is still there
  Quarterly plan_interest_, kept_;
};

}  // namespace

FinanceResult run_finance(const FinanceInput& input) { return Engine(input).run(); }

}  // namespace stargate::capital
