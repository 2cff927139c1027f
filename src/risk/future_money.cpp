// Money of a future: what is paid, sold and due.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "risk/future_run.h"

namespace stargate::risk {

namespace {

constexpr double tax_on_difference = 0.23;  ///< as capital/terms.h: income tax on what a future earns beyond the plan
/// What power costs more if gas does, and if the load of everyone else grows: shares of the change (estimates; the plan's
/// dispatch tells them exactly).
constexpr double gas_in_power = 0.5, load_in_power = 1.0;

double ratio(double now, double planned) { return planned > 0 ? now / planned : 1; }

double mean(const std::vector<double>& values) {
  return values.empty() ? 1 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double present_value(const std::vector<double>& cash, double rate) {
  const double by_quarter = std::pow(1 + rate, -0.25);
  double sum = 0;
  for (std::size_t t = cash.size(); t-- > 0;) sum = (sum + cash[t]) * by_quarter;
  return sum;
}

}  // namespace

void FutureRun::pay(int t, double usd_m) {
  if (t < static_cast<int>(m_.quarters_)) capital_[static_cast<std::size_t>(std::max(t, 0))] += usd_m;
}

/// Buildings, connections and power: the plan's payments, less those of the plan's dates, plus those of this future's.
void FutureRun::fixed_capital() {
  capital_.assign(m_.quarters_, 0);
  for (const auto c : {Category::opening, Category::construction, Category::grid_connection, Category::onsite_power, Category::expansions})
    for (std::size_t t = 0; t < m_.quarters_; ++t) capital_[t] += m_.spending(c)[t];
  pay_buildings();
  pay_power();
}

void FutureRun::pay_buildings() {
  for (std::size_t b = 0; b < m_.building_.size(); ++b) {
    const auto& building = m_.building_[b];
    const auto& site = v_.site[building.site];
    const bool lost = ready_[b] >= far_day;
    const double from = quarter_position(building.start), planned = quarter_position(building.planned_ready) - from;
    const double until = quarter_position(lost ? std::max<double>(site.lost_day, building.start) : usable_[b]);
    if (!lost && usable_[b] <= building.planned_ready && site.construction == 1) continue;
    spread(from, planned, 0, [&](int q, double share) { pay(q, -share * building.budget_usd_m); });
    const double usd_m = building.budget_usd_m * site.construction;
    spread(from, planned, lost ? 0 : until - from - planned, [&](int q, double share) {
      if (!lost || q < until) pay(q, share * usd_m);  // a lost building is paid as far as it had come
    });
  }
  for (const auto& r : rebuilt_) {
    const double from = quarter_position(r.begins);
    spread(from, quarter_position(r.ready) - from, 0, [&](int q, double share) { pay(q, share * r.usd_m); });
  }
}

void FutureRun::pay_power() {
  const auto& settings = m_.p_.settings;
  for (std::size_t i = 0; i < m_.power_.size(); ++i) {
    const auto& o = m_.power_[i];
    if (v_.power_days[i] == 0 && v_.power_cost[i] == 1) continue;
    const auto in_parts = [&](double times, int service) {
      const int between = std::max(0, service - o.ordered_quarter - 1);
      const double progress = between > 0 ? settings.power_progress : 0;
      pay(o.ordered_quarter, times * settings.power_deposit * o.cost_usd_m);
      for (int q = o.ordered_quarter + 1; q < service; ++q) pay(q, times * progress / between * o.cost_usd_m);
      pay(service, times * (1 - settings.power_deposit - progress) * o.cost_usd_m);
    };
    in_parts(-1, o.service_quarter);
    in_parts(v_.power_cost[i], static_cast<int>(std::floor(quarter_position(std::max<double>(o.ordered, o.service + v_.power_days[i])))));
  }
  for (std::size_t i = 0; i < m_.grid_.size(); ++i) {
    const auto& g = m_.grid_[i];
    const double cost = v_.site[g.site].grid_cost;
    if (v_.grid_days[i] == 0 && cost == 1) continue;
    const auto in_time = [&](double times, double late) {
      const double wait = g.energised_quarter - g.requested_quarter + late;
      if (wait <= 0) return pay(g.requested_quarter, times * g.cost_usd_m);
      pay(g.requested_quarter, times * settings.grid_deposit * g.cost_usd_m);
      spread(g.requested_quarter + 1, wait, 0, [&](int q, double share) { pay(q, times * (1 - settings.grid_deposit) * share * g.cost_usd_m); });
    };
    in_time(-1, 0);
    in_time(cost, v_.grid_days[i] / 91.3125);
  }
}

double FutureRun::average(const std::vector<double>& line, std::size_t t) const { return (line[3 * t] + line[3 * t + 1] + line[3 * t + 2]) / 3; }

/// What running costs move with, over the plan: load, buildings, power on site.
void FutureRun::running_ratios(std::size_t t) {
  double it = 0, it_planned = 0, hall = 0, hall_planned = 0, onsite = 0, onsite_planned = 0;
  for (const auto& line : it_) it += average(line, t);
  for (const auto& line : m_.planned_it_) it_planned += average(line, t);
  for (const auto& line : hall_) hall += average(line, t);
  for (const auto& line : onsite_) onsite += average(line, t);
  for (const auto& b : m_.building_) hall_planned += b.planned_ready <= m_.quarter_day_[t] ? b.mw : 0;
  for (const auto& o : m_.power_) onsite_planned += o.service <= m_.quarter_day_[t] ? o.mw : 0;
  load_ratio_[t] = ratio(it, it_planned);
  hall_ratio_[t] = ratio(hall, hall_planned);
  onsite_ratio_[t] = ratio(onsite, onsite_planned);
}

/// A category of running costs over the plan's, with what stands in quarter `at`.
double FutureRun::running_factor(Category c, std::size_t at) const {
  switch (c) {
    case Category::operations: return load_ratio_[at] * v_.running;
    case Category::energy_grid:
    case Category::energy_onsite: return load_ratio_[at] * std::max(0.05, 1 + gas_in_power * (v_.gas - 1) + load_in_power * (v_.load - 1));
    case Category::shedding: return load_ratio_[at];
    case Category::cloud: return v_.cloud;
    case Category::interest: return v_.interest;
    case Category::zone_power: return mean(v_.power_cost);
    case Category::property_tax: return hall_ratio_[at] * construction_mean_;
    case Category::onsite_fixed: return onsite_ratio_[at];
    default: return 0;  // capital
  }
}

/// Running costs of a quarter, with what stands in quarter `at`.
double FutureRun::running_cost(std::size_t t, std::size_t at, bool only_funded) const {
  double sum = 0;
  for (std::size_t c = 0; c < category_count; ++c)
    if (m_.spending_[c][t] != 0 && (m_.funded_[c][t] || !only_funded)) sum += m_.spending_[c][t] * running_factor(static_cast<Category>(c), at);
  return sum;
}

/// Sales tax by the racks' bill.
double FutureRun::sales_tax(std::size_t t) const {
  const double planned = m_.rack_money_[t];
  return planned > 0 ? m_.spending(Category::sales_tax)[t] * rack_money_[t] / planned : 0;
}

/// Money of the programme that is left for racks before this quarter's are paid.
double FutureRun::money_left(std::size_t t) const {
  const double spent = t > 0 ? spent_[t - 1] : 0;
  const double running = t > 0 ? running_cost(t, t - 1, true) : m_.base_funded_running_[0];
  return m_.available_[t] - spent - capital_[t] - rack_money_[t] - running - m_.spending(Category::sales_tax)[t] - m_.spending(Category::incentives)[t] * v_.support;
}

/// Closes a quarter: support follows what has been spent on what it supports, as the plan's does.
void FutureRun::close_quarter(std::size_t t) {
  eligible_ += capital_[t] + rack_money_[t];
  const double support = m_.support_at(eligible_) * v_.support;
  support_[t] = support - support_paid_;
  support_paid_ = support;
  running_ratios(t);
  spent_[t] = (t > 0 ? spent_[t - 1] : 0) + running_cost(t, t, true) + capital_[t] + rack_money_[t] + sales_tax(t) + support_[t];
  running_[t] = running_cost(t, t, false) - m_.spending(Category::interest)[t] * v_.interest;
  investment_[t] = capital_[t] + rack_money_[t] + sales_tax(t) + support_[t];
}

/// Sales: what is made, at the price of this future; under contract at the prices of the quarters it came in.
void FutureRun::sales() {
  const auto& terms = m_.finance_input_.terms.finance;
  const double base = 1 - m_.p_.settings.compute_price_decline;
  std::vector<double> price(m_.quarters_);
  for (std::size_t t = 0; t < m_.quarters_; ++t) price[t] = v_.price * std::pow((1 - v_.decline) / base, static_cast<double>(t) / 4);
  revenue_.assign(m_.quarters_, 0);
  site_revenue_.assign(hall_.size() + 1, std::vector<double>(m_.quarters_));
  for (std::size_t s = 0; s <= hall_.size(); ++s) {
    const bool shared = s == hall_.size();  // rented chips
    const std::size_t priced = s < m_.sites_ ? s : m_.sites_;
    double before = 0, contracted = 1, weight = 0;
    for (std::size_t t = 0; t < m_.quarters_; ++t) {
      const double made = std::max(0.0, shared ? m_.cloud_pflops_[t] : average(pflops_[s], t));
      if (const double added = made - before; added > 0) contracted = (contracted * weight + price[t] * added) / (weight + added), weight += added;
      before = made;
      const double times = terms.contract_share * contracted + (1 - terms.contract_share) * price[t];
      site_revenue_[s][t] = made * terms.sold_share * v_.sold * m_.hours_[t] * m_.contract_price_[priced][t] * times / 1e6;
      revenue_[t] += site_revenue_[s][t];
    }
  }
}

/// Cash of the project over its life: the plan's books, moved by what this future earns and pays beyond them.
void FutureRun::returns() {
  std::vector<double> cash = m_.project_cash_;
  const auto N = m_.quarters_;
  sales_ratio_.assign(m_.sites_ + 1, std::vector<double>(cash.size(), 1));
  cost_ratio_.assign(cash.size(), 1);
  if (m_.base_) {
    const auto& base = *m_.base_;
    const double kept = 1 - tax_on_difference;
    const double drift = std::pow((1 - v_.decline) / (1 - m_.p_.settings.compute_price_decline), 0.25 * (1 - m_.finance_input_.terms.finance.contract_share));
    std::vector<double> last_ratio(m_.sites_ + 1);
    const std::size_t from = N - std::min<std::size_t>(4, N);
    const auto sum = [&](const std::vector<double>& line) { return std::accumulate(line.begin() + static_cast<std::ptrdiff_t>(from), line.end(), 0.0); };
    // What replacements sell counts with the shared company's.
    for (std::size_t s = 0; s <= m_.sites_; ++s) {
      for (std::size_t t = 0; t < N; ++t) sales_ratio_[s][t] = ratio(s < m_.sites_ ? site_revenue_[s][t] : site_revenue_.back()[t], s < m_.sites_ ? base.site_revenue[s][t] : base.site_revenue.back()[t]);
      last_ratio[s] = ratio(sum(s < m_.sites_ ? site_revenue_[s] : site_revenue_.back()), sum(s < m_.sites_ ? base.site_revenue[s] : base.site_revenue.back()));
    }
    const double all_sales = ratio(sum(revenue_), sum(base.revenue)), all_costs = ratio(sum(running_), sum(base.running));
    double later = 1;
    for (std::size_t t = 0; t < cash.size(); ++t) {
      if (t < N) {
        cost_ratio_[t] = ratio(running_[t], base.running[t]);
        cash[t] += kept * (revenue_[t] - base.revenue[t] - (running_[t] - base.running[t]) - (investment_[t] - base.investment[t]));
        continue;
      }
      later *= drift;  // behind the horizon what runs goes on, prices drifting
      cost_ratio_[t] = all_costs;
      for (std::size_t s = 0; s <= m_.sites_; ++s) sales_ratio_[s][t] = last_ratio[s] * later;
      cash[t] += kept * (m_.sales_[t] * (all_sales * later - 1) - m_.costs_[t] * (all_costs - 1));
    }
  }
  worth(cash);
  cover();
}

void FutureRun::worth(const std::vector<double>& cash) {
  out_[m_.layout_.figure(Figure::npv_usd_b)] = present_value(cash, m_.finance_input_.discount_rate) / 1000;
  double low = -0.95, high = 2;
  double& irr = out_[m_.layout_.figure(Figure::irr)];
  irr = -1;
  if (!(present_value(cash, low) > 0) || present_value(cash, high) > 0) return;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (present_value(cash, middle) > 0 ? low : high) = middle;
  }
  irr = (low + high) / 2;
}

/// Cash for service moves with each company's sales and its part of costs; what is due was agreed and stands, but for the rate.
void FutureRun::cover() {
  const auto& companies = m_.company_;
  dscr_.assign(m_.quarters_, 0);
  double lowest = far_day, broken = 0, locked = 0;
  std::vector<std::uint8_t> low(companies.size()), lock(companies.size());
  for (std::size_t t = 0; t < m_.project_cash_.size(); ++t) {
    double cash = 0, service = 0;
    for (std::size_t c = 0; c < companies.size(); ++c) {
      const auto& company = companies[c];
      if (company.service[t] <= 0) continue;
      const double has = company.cash[t] + company.sales[t] * (sales_ratio_[company.site][t] - 1) - company.costs[t] * (cost_ratio_[t] - 1);
      const double owed = company.service[t] + company.interest[t] * (v_.interest - 1);
      cash += has;
      service += owed;
      low[c] |= has < (company.default_cover - 1e-9) * owed;
      lock[c] |= has < (company.lock_up_cover - 1e-9) * owed;
    }
    if (service <= 0) continue;
    lowest = std::min(lowest, cash / service);
    if (t < m_.quarters_) dscr_[t] = cash / service;
  }
  for (std::size_t c = 0; c < companies.size(); ++c) broken += low[c], locked += lock[c];
  out_[m_.layout_.figure(Figure::lowest_dscr)] = lowest < far_day ? lowest : 0;
  out_[m_.layout_.figure(Figure::covenants_broken)] = broken;
  out_[m_.layout_.figure(Figure::lock_ups)] = locked;
}

}  // namespace stargate::risk
