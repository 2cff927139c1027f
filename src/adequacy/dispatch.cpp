#include "adequacy/dispatch.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace stargate::adequacy {

namespace {
constexpr double nothing = 1e-9;  // MW or MWh
bool any(const std::vector<double>& mw) { return std::ranges::any_of(mw, [](double x) { return x > nothing; }); }
}  // namespace

Dispatch::Dispatch(const System& system)
    : s_(system), transport_(system), supply_(system.areas.size()), need_(supply_), offer_(supply_), energy_(system.storages.size()),
      spent_(system.flexible.size()), discharged_(system.storages.size()), off_(system.flexible.size()), owed_(system.flexible.size()),
      year_(system.flexible.size()) {}

void Dispatch::begin_year() {
  for (std::size_t b = 0; b < energy_.size(); ++b) energy_[b] = s_.storages[b].energy_mwh * s_.storages[b].initial_share;
  std::ranges::fill(spent_, 0);
  for (auto& queue : owed_) queue.clear();
  std::ranges::fill(year_, FlexibleYear{});
  idle_ = false;
}

void Dispatch::end_year() {
  for (std::size_t f = 0; f < owed_.size(); ++f)
    for (const auto& owed : owed_[f]) year_[f].lost_mwh += owed.mwh;
}

double Dispatch::hours_to_empty(std::size_t b) const {
  const auto& storage = s_.storages[b];
  return storage.discharge_mw > 0 ? energy_[b] * storage.discharge_efficiency / storage.discharge_mw : std::numeric_limits<double>::infinity();
}

template <class Member>
void Dispatch::allot(const std::vector<std::size_t>& order, const std::vector<double>& can, std::vector<double> by_area, Member&& member) {
  for (const std::size_t i : order) {
    const double mw = std::min(can[i], by_area[member.area(i)]);
    if (mw <= 0) continue;
    by_area[member.area(i)] -= mw;
    member.take(i, mw);
  }
}

namespace {
template <class Area, class Take>
struct Members {
  Area area;
  Take take;
};
template <class Area, class Take>
Members(Area, Take) -> Members<Area, Take>;
}  // namespace

void Dispatch::discharge(const std::vector<bool>& up) {
  const double h = s_.step_hours;
  can_.assign(energy_.size(), 0);
  std::ranges::fill(offer_, 0);
  for (std::size_t b = 0; b < energy_.size(); ++b) {
    const auto& storage = s_.storages[b];
    if (up[b]) can_[b] = std::min(storage.discharge_mw, energy_[b] * storage.discharge_efficiency / h);
    offer_[storage.area] += can_[b];
  }
  if (!any(offer_)) return;
  auto used = offer_;
  transport_.move(offer_, need_);
  for (std::size_t a = 0; a < used.size(); ++a) used[a] -= offer_[a];
  order_.resize(energy_.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::greater{}, [&](std::size_t b) { return hours_to_empty(b); });
  allot(order_, can_, used, Members{[&](std::size_t b) { return s_.storages[b].area; }, [&](std::size_t b, double mw) {
          energy_[b] = std::max(0.0, energy_[b] - mw * h / s_.storages[b].discharge_efficiency);
          discharged_[b] = true;
        }});
}

void Dispatch::give_way(std::size_t t) {
  const double h = s_.step_hours;
  can_.assign(s_.flexible.size(), 0);
  std::ranges::fill(offer_, 0);
  for (std::size_t f = 0; f < can_.size(); ++f) {
    const auto& load = s_.flexible[f];
    const double budget = load.hours_a_year * load.load_mw - spent_[f];
    can_[f] = std::max(0.0, std::min(load.load_mw * load.curtailable_share, budget / h));
    offer_[load.area] += can_[f];
  }
  if (!any(offer_)) return;
  auto used = offer_;
  transport_.move(offer_, need_);
  for (std::size_t a = 0; a < used.size(); ++a) used[a] -= offer_[a];
  order_.resize(can_.size());
  std::iota(order_.begin(), order_.end(), 0);
  allot(order_, can_, used, Members{[&](std::size_t f) { return s_.flexible[f].area; }, [&](std::size_t f, double mw) {
          const auto& load = s_.flexible[f];
          off_[f] = true;
          spent_[f] += mw * h;
          year_[f].off_mwh += mw * h;
          year_[f].hours += h;
          if (spent_[f] >= load.hours_a_year * load.load_mw - nothing) year_[f].spent = true;
          if (load.deadline_hours > 0) owed_[f].push_back({t + static_cast<std::size_t>(load.deadline_hours / h), mw * h});
          else year_[f].lost_mwh += mw * h;
        }});
}

void Dispatch::make_good(std::size_t t) {
  const double h = s_.step_hours;
  can_.assign(s_.flexible.size(), 0);
  std::ranges::fill(offer_, 0);
  for (std::size_t f = 0; f < can_.size(); ++f) {
    auto& queue = owed_[f];
    for (; !queue.empty() && queue.front().last_step < t; queue.pop_front()) year_[f].lost_mwh += queue.front().mwh;
    if (queue.empty() || off_[f]) continue;
    double owed = 0;
    for (const auto& o : queue) owed += o.mwh;
    can_[f] = std::min(s_.flexible[f].recovery_mw, owed / h);
    offer_[s_.flexible[f].area] += can_[f];
  }
  if (!any(offer_) || !any(supply_)) return;
  auto taken = offer_;
  transport_.move(supply_, offer_);
  for (std::size_t a = 0; a < taken.size(); ++a) taken[a] -= offer_[a];
  order_.resize(can_.size());
  std::iota(order_.begin(), order_.end(), 0);
  allot(order_, can_, taken, Members{[&](std::size_t f) { return s_.flexible[f].area; }, [&](std::size_t f, double mw) {
          year_[f].made_good_mwh += mw * h;
          auto& queue = owed_[f];
          for (double left = mw * h; left > 0 && !queue.empty();) {
            const double paid = std::min(left, queue.front().mwh);
            left -= paid;
            if ((queue.front().mwh -= paid) <= nothing) queue.pop_front();
          }
        }});
}

void Dispatch::charge(const std::vector<bool>& up) {
  const double h = s_.step_hours;
  can_.assign(energy_.size(), 0);
  std::ranges::fill(offer_, 0);
  for (std::size_t b = 0; b < energy_.size(); ++b) {
    const auto& storage = s_.storages[b];
    if (up[b] && !discharged_[b]) can_[b] = std::min(storage.charge_mw, (storage.energy_mwh - energy_[b]) / storage.charge_efficiency / h);
    offer_[storage.area] += can_[b];
  }
  if (!any(offer_) || !any(supply_)) return;
  auto taken = offer_;
  transport_.move(supply_, offer_);
  for (std::size_t a = 0; a < taken.size(); ++a) taken[a] -= offer_[a];
  order_.resize(energy_.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::less{}, [&](std::size_t b) { return hours_to_empty(b); });
  allot(order_, can_, taken, Members{[&](std::size_t b) { return s_.storages[b].area; }, [&](std::size_t b, double mw) {
          energy_[b] = std::min(s_.storages[b].energy_mwh, energy_[b] + mw * h * s_.storages[b].charge_efficiency);
        }});
}

void Dispatch::step(std::size_t t, const std::vector<double>& margin, const std::vector<bool>& tie_up, const std::vector<bool>& storage_up,
                    std::vector<double>& short_mw) {
  for (std::size_t b = 0; b < energy_.size(); ++b) energy_[b] *= s_.storages[b].kept_per_step;
  for (std::size_t a = 0; a < margin.size(); ++a) {
    supply_[a] = std::max(0.0, margin[a]);
    need_[a] = std::max(0.0, -margin[a]);
  }
  discharged_.assign(energy_.size(), false);
  off_.assign(off_.size(), false);
  transport_.reset(tie_up);
  const bool in_need = any(need_);
  if (in_need) {
    transport_.move(supply_, need_);
    if (any(need_)) discharge(storage_up);
    if (any(need_)) give_way(t);
  }
  short_mw = need_;
  make_good(t);
  charge(storage_up);
  idle_ = !in_need;
  for (std::size_t b = 0; b < energy_.size() && idle_; ++b) idle_ = s_.storages[b].kept_per_step == 1 && energy_[b] >= s_.storages[b].energy_mwh;
  for (std::size_t f = 0; f < owed_.size() && idle_; ++f) idle_ = owed_[f].empty();
}

}  // namespace stargate::adequacy
