#include "capital/sam_debt.h"

#include <cmath>

namespace stargate::capital::sam {

namespace {

std::size_t at(int year) { return static_cast<std::size_t>(year); }

/// Yearly payment that repays 1 over `years` at `rate`.
double annuity(double rate, int years) { return rate == 0 ? 1.0 / years : rate / (1 - std::pow(1 + rate, -years)); }

}  // namespace

TermDebt::TermDebt(Model& model, double cost_before_debt)
    : model_(model),
      by_cover_(model.in.whole("debt_option") == 1),
      equal_principal_(model.in.whole("payment_option") == 1),
      tenor_(model.in.whole("term_tenor")),
      moratorium_(model.in.whole("loan_moratorium")),
      rate_(model.in.fraction("term_int_rate")),
      reserve_years_(model.in.number("dscr_reserve_months") / 12) {
  if (!by_cover_) borrow_share(cost_before_debt);
}

/// Principal is repaid over the tenor less the moratorium, counted from the first year after it.
double TermDebt::principal_of(int year, double loan, double interest) const {
  const int repayments = tenor_ - moratorium_;
  if (year <= moratorium_ || repayments <= 0) return 0;
  if (equal_principal_) return loan / repayments;
  return loan * annuity(rate_, repayments) - interest;
}

void TermDebt::borrow_share(double cost_before_debt) {
  const double share = model_.in.fraction("debt_percent"), fee = model_.in.fraction("cost_debt_fee");
  // The reserve is part of the cost that the loan is a share of, and the loan sets the reserve: ten rounds at most.
  const auto loan_on = [&](double reserve) { return share * (cost_before_debt + reserve) * (1 + share * fee); };
  double loan = loan_on(0), reserve_before = 0;
  for (int round = 0; round < 10; ++round) {
    const double interest = loan * rate_;
    const double reserve_now = reserve_years_ * (principal_of(1, loan, interest) + interest);
    loan = loan_on(reserve_now);
    if (std::abs(reserve_now - reserve_before) <= 1e-3) break;
    reserve_before = reserve_now;
  }
  if (tenor_ == 0) loan = 0;

  AnnualLine &balance = model_.line("cf_debt_balance"), &interest = model_.line("cf_debt_payment_interest");
  AnnualLine &principal = model_.line("cf_debt_payment_principal"), &total = model_.line("cf_debt_payment_total");
  AnnualLine& sized = model_.line("cf_debt_size");
  balance[0] = loan;
  for (int y = 1; y <= model_.years; ++y) {
    if (y <= tenor_ || y == 1) {
      interest[at(y)] = balance[at(y - 1)] * rate_;
      principal[at(y)] = principal_of(y, loan, interest[at(y)]);
    }
    balance[at(y)] = balance[at(y - 1)] - principal[at(y)];
    total[at(y)] = principal[at(y)] + interest[at(y)];
    size_ += sized[at(y)] = principal[at(y)];
  }
  reserve();
}

void TermDebt::reserve() {
  const AnnualLine &interest = model_.line("cf_debt_payment_interest"),
                   &principal = model_.line("cf_debt_payment_principal");
  AnnualLine &balance = model_.line("cf_reserve_debtservice"), &funding = model_.line("cf_funding_debtservice");
  AnnualLine &released = model_.line("cf_disbursement_debtservice"), &flow = model_.line("cf_project_dsra");
  for (int y = 1; y <= std::min(model_.years, tenor_); ++y) {
    balance[at(y - 1)] = reserve_years_ * (principal[at(y)] + interest[at(y)]);
    funding[at(y - 1)] = balance[at(y - 1)] - (y > 1 ? balance[at(y - 2)] : 0.0);
    if (y == tenor_) released[at(y)] = -balance[at(y - 1)];
  }
  for (int y = 0; y <= model_.years; ++y) flow[at(y)] = -funding[at(y)] - released[at(y)];
}

void TermDebt::service(double installed_cost) {
  const AnnualLine& cash = model_.line("cf_cash_for_ds");
  AnnualLine &factor = model_.line("cf_pv_interest_factor"), &value = model_.line("cf_pv_cash_for_ds");
  double cash_total = 0, value_total = 0;
  for (int y = 0; y <= std::min(model_.years, tenor_); ++y) {
    factor[at(y)] = y <= 1 ? 1 / (1 + rate_) : factor[at(y - 1)] / (1 + rate_);
    value[at(y)] = factor[at(y)] * cash[at(y)];
    cash_total += cash[at(y)];
    value_total += value[at(y)];
  }
  model_.out.number("cash_for_debt_service") = cash_total;
  model_.out.number("pv_cafds") = value_total;
  if (!by_cover_) return;

  AnnualLine& sized = model_.line("cf_debt_size");
  double cover = model_.in.number("dscr");
  const auto size_at = [&](double ratio) {
    size_ = 0;
    for (int y = 0; y <= model_.years; ++y) size_ += sized[at(y)] = ratio > 0 ? value[at(y)] / ratio : 0.0;
  };
  size_at(cover);
  const double most = installed_cost * model_.in.fraction("dscr_maximum_debt_fraction");
  if (model_.in.flag("dscr_limit_debt_fraction") && (std::abs(size_) > most || size_ < 0) && most > 0) {
    cover *= size_ / most;  // the cover ratio rises until debt is the largest share allowed
    size_at(cover);
  }

  AnnualLine &balance = model_.line("cf_debt_balance"), &interest = model_.line("cf_debt_payment_interest");
  AnnualLine &principal = model_.line("cf_debt_payment_principal"), &total = model_.line("cf_debt_payment_total");
  balance[0] = size_;
  for (int y = 1; y <= std::min(model_.years, tenor_); ++y) {
    interest[at(y)] = balance[at(y - 1)] * rate_;
    total[at(y)] = cover != 0 ? cash[at(y)] / cover : interest[at(y)];
    principal[at(y)] = total[at(y)] - interest[at(y)];
    balance[at(y)] = balance[at(y - 1)] - principal[at(y)];
  }
  reserve();
}

}  // namespace stargate::capital::sam
