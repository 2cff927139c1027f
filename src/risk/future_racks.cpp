// Racks of a future: who ships, who has room, who pays.
#include "risk/future_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stargate::risk {

double FutureRun::site_pue(std::size_t s) const { return s < m_.sites_ ? m_.pue_[s] : m_.replacement_[s - m_.sites_].pue; }
double FutureRun::eflops(std::size_t s, std::size_t g) const { return s < m_.sites_ ? m_.rack_eflops_[s][g] : m_.replacement_[s - m_.sites_].rack_eflops[g]; }

/// Racks of a system that suppliers can ship in a quarter, by what the plan takes of each supply.
double FutureRun::shippable(std::size_t g, std::size_t t, double planned) const {
  double most = m_.direct_[g][t] * v_.rack_supply[g];
  for (std::size_t e = 0; e < m_.per_rack_[g].size(); ++e) {
    const double per = m_.per_rack_[g][e];
    if (per <= 0) continue;
    const double supply = m_.stage_supply_[e][t] * v_.stage_yield[e], used = m_.stage_used_[e][t];
    most = std::min(most, planned > 0 ? planned * supply / used : std::max(0.0, supply - used) / per);
  }
  return std::max(0.0, most);
}

void FutureRun::racks() {
  const std::size_t S = hall_.size(), G = m_.systems_, N = m_.quarters_;
  for (auto* line : {&rack_money_, &spent_, &support_, &running_, &investment_, &load_ratio_, &hall_ratio_, &onsite_ratio_}) line->assign(N, 0);
  fixed_capital();
  due_.assign(G, std::vector<double>(m_.sites_));
  waiting_ = due_;
  placed_.assign(G * S, std::vector<double>(m_.months_));
  live_.assign(G * S, 0);
  it_.assign(S, std::vector<double>(m_.months_));
  pflops_ = it_;
  h100_.assign(m_.months_, 0);
  backlog_.assign(G, 0);
  price_due_.assign(G, 0);
  arriving_.assign(G, std::vector<double>(m_.months_));
  by_power_.assign(S, 0);
  construction_mean_ = 0;
  for (const auto& site : v_.site) construction_mean_ += site.construction / static_cast<double>(v_.site.size());
  for (std::size_t t = 0; t < N; ++t) {
    order(t);
    ship(t, money_left(t));
    for (std::size_t month = 3 * t; month < 3 * t + 3; ++month) place(month);
    close_quarter(t);
  }
}

/// Orders fall due: what sites are to get, and the deposits that were paid.
void FutureRun::order(std::size_t t) {
  const double deposit = m_.p_.settings.rack_deposit;
  for (const auto& r : m_.rack_) {
    if (std::max(r.ordered, 0) == static_cast<int>(t)) rack_money_[t] += deposit * r.price_usd_m * v_.rack_price[r.system];
    if (r.installed == static_cast<int>(t)) {
      due_[r.system][r.site] += r.racks;
      backlog_[r.system] += r.racks;
      price_due_[r.system] += (1 - deposit) * r.price_usd_m * v_.rack_price[r.system];
    }
  }
}

/// Suppliers ship what they can and what there is money for; what is left stays on order.
void FutureRun::ship(std::size_t t, double money) {
  std::vector<double> going(m_.systems_);
  double bill = 0;
  held_by_money_ = 0;
  for (std::size_t g = 0; g < m_.systems_; ++g) {
    if (backlog_[g] <= 1e-12) continue;
    double planned = 0;
    for (const auto& r : m_.rack_)
      if (r.system == g && r.installed == static_cast<int>(t)) planned += r.racks;
    going[g] = std::min(backlog_[g], std::max(shippable(g, t, planned), as_planned(g) ? planned : 0));
    bill += going[g] / backlog_[g] * price_due_[g];
  }
  const double share = bill > 0 ? std::clamp((money + 1e-6 * bill + 1e-6) / bill, 0.0, 1.0) : 1;
  for (std::size_t g = 0; g < m_.systems_; ++g) {
    if (going[g] <= 0) continue;
    const double n = going[g] * share, part = n / backlog_[g], paid = part * price_due_[g];
    held_by_money_ += (going[g] - n) * m_.rack_mw_[g];
    rack_money_[t] += paid;
    price_due_[g] -= paid;
    backlog_[g] -= n;
    const double late = std::max(0.0, v_.rack_days[g]) / 30.4375, at = 3.0 * static_cast<double>(t) + late;
    const auto month = static_cast<std::size_t>(at);
    const double next = at - static_cast<double>(month);
    if (month < m_.months_) arriving_[g][month] += n * (1 - next);
    if (month + 1 < m_.months_) arriving_[g][month + 1] += n * next;
  }
}
bool FutureRun::as_planned(std::size_t g) const {
  return v_.rack_supply[g] >= 1 && std::ranges::all_of(v_.stage_yield, [](double y) { return y >= 1; });
}

/// A month: racks arrive, old ones leave, each site takes its own, and what is left goes to who has room.
void FutureRun::place(std::size_t month) {
  const std::size_t S = hall_.size();
  std::vector<double> room(S), had(S);
  for (std::size_t s = 0; s < S; ++s) {
    for (std::size_t g = 0; g < m_.systems_; ++g) {
      const auto life = static_cast<std::size_t>(3 * m_.rack_life_[g]);
      if (month >= life) live_[g * S + s] -= placed_[g * S + s][month - life];
      had[s] += live_[g * S + s] * m_.rack_mw_[g];
    }
    const double need = s < m_.sites_ ? m_.power_need_[s][month] : 1;
    by_power_[s] = power_[s][month] * need / site_pue(s);
    room[s] = std::max(0.0, std::min(hall_[s][month], by_power_[s]) - had[s]);
  }
  for (std::size_t g = 0; g < m_.systems_; ++g) {
    double coming = arriving_[g][month];
    const double owed = std::accumulate(due_[g].begin(), due_[g].end(), 0.0);
    if (coming > 0 && owed > 0)
      for (std::size_t s = 0; s < m_.sites_; ++s) {
        const double share = due_[g][s] * std::min(1.0, coming / owed);
        waiting_[g][s] += share;
        due_[g][s] -= share;
      }
    double left = 0;
    for (std::size_t s = 0; s < m_.sites_; ++s)
      if (waiting_[g][s] > 0) left += waiting_[g][s] -= put(g, s, month, waiting_[g][s], room);
    if (left <= 1e-9) continue;
    for (std::size_t s = 0; s < S && left > 1e-9; ++s) {
      if (room[s] <= 1e-9 || eflops(s, g) <= 0) continue;
      double taken = put(g, s, month, left, room);
      left -= taken;
      for (std::size_t from = 0; from < m_.sites_ && taken > 0; ++from) {
        const double part = std::min(taken, waiting_[g][from]);
        waiting_[g][from] -= part;
        taken -= part;
      }
    }
  }
  missing(month);
  for (std::size_t s = 0; s < S; ++s)
    for (std::size_t g = 0; g < m_.systems_; ++g) {
      const double n = live_[g * S + s];
      if (n == 0) continue;
      it_[s][month] += n * m_.rack_mw_[g];
      pflops_[s][month] += n * eflops(s, g) * v_.goodput;  // EFLOP/s a thousand racks are PFLOP/s a rack
      h100_[month] += n * m_.rack_h100_[g];
    }
}
double FutureRun::put(std::size_t g, std::size_t s, std::size_t month, double racks, std::vector<double>& room) {
  // Rounding of the plan's tables aside, what the plan puts into a full hall fits.
  const double fits = std::min(racks, (room[s] + 1e-6 * (1 + hall_[s][month])) / m_.rack_mw_[g]);
  placed_[g * hall_.size() + s][month] += fits;
  live_[g * hall_.size() + s] += fits;
  room[s] = std::max(0.0, room[s] - fits * m_.rack_mw_[g]);
  return fits;
}

/// IT that the plan has and this future has not, by what is short first.
void FutureRun::missing(std::size_t month) {
  const std::size_t S = hall_.size();
  double planned = 0, have = 0, halls = 0, powered = 0;
  for (std::size_t s = 0; s < S; ++s) {
    for (std::size_t g = 0; g < m_.systems_; ++g) have += live_[g * S + s] * m_.rack_mw_[g];
    if (s < m_.sites_) planned += m_.planned_it_[s][month];
    const double want = s < m_.sites_ ? m_.planned_it_[s][month] : hall_[s][month];
    halls += std::min(want, hall_[s][month]);
    powered += std::min({want, hall_[s][month], by_power_[s]});
  }
  const double gap = planned - have;
  if (gap <= 1e-6 * (1 + planned)) return;
  const double years = 1.0 / 12;
  double left = gap;
  const auto blame = [&](Figure f, double mw) {
    const double part = std::clamp(mw, 0.0, left);
    out_[m_.layout_.figure(f)] += part * years;
    left -= part;
  };
  blame(Figure::late_mw_years_halls, planned - halls);
  blame(Figure::late_mw_years_power, halls - powered);
  blame(Figure::late_mw_years_money, held_by_money_);
  blame(Figure::late_mw_years_racks, left);
}

}  // namespace stargate::risk
