// Dates of a future, and what stands by month.
#include "risk/future_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stargate::risk {

/// Forward pass (docs/construction.md) with this future's durations, then permits and losses.
void FutureRun::dates() {
  const std::size_t n = m_.order_.size();
  std::vector<int> start(n), finish(n);
  for (const std::size_t i : m_.order_) {
    int at = m_.not_before_[i];
    const int days = v_.activity_days[i];
    for (const auto& l : m_.links_[i]) {
      const int from = (l.type == construction::LinkType::start_start || l.type == construction::LinkType::start_finish ? start : finish)[l.before] + l.lag;
      const bool holds_finish = l.type == construction::LinkType::finish_finish || l.type == construction::LinkType::start_finish;
      at = std::max(at, holds_finish ? from - days : from);
    }
    start[i] = at;
    finish[i] = at + days;
  }
  ready_.resize(m_.building_.size());
  usable_.resize(ready_.size());
  for (std::size_t b = 0; b < ready_.size(); ++b) {
    const auto& building = m_.building_[b];
    const auto& site = v_.site[building.site];
    double day = building.reported != Draws::never && v_.as_reported ? building.reported + v_.building_slip[b] : finish[building.ready];
    if (site.permit_day != Draws::never && site.permit_day < day) day += std::max(0.0, site.permit_days);
    if (site.lost_day != Draws::never && site.lost_day < day) day = far_day;
    ready_[b] = day;
    usable_[b] = std::max<double>(day, building.planned_ready);
  }
}

double FutureRun::month_day(std::size_t month) const {  ///< first day of a month: thirds of its quarter
  const std::size_t t = month / 3;
  return m_.quarter_day_[t] + (m_.quarter_day_[t + 1] - m_.quarter_day_[t]) * static_cast<double>(month % 3) / 3;
}
/// MW that come on a day, as averages of months.
void FutureRun::add_from(std::vector<double>& line, double day, double mw) const {
  if (day >= m_.quarter_day_.back()) return;
  const double at = day <= 0 ? 0 : position(day);
  const auto first = static_cast<std::size_t>(at);
  line[first] += mw * (1 - (at - static_cast<double>(first)));
  for (std::size_t k = first + 1; k < m_.months_; ++k) line[k] += mw;
}
/// Months, with parts, from the first day.
double FutureRun::position(double day) const {
  const auto t = static_cast<std::size_t>(std::ranges::upper_bound(m_.quarter_day_, day) - m_.quarter_day_.begin()) - 1;
  return 3 * (static_cast<double>(t) + (day - m_.quarter_day_[t]) / (m_.quarter_day_[t + 1] - m_.quarter_day_[t]));
}
double FutureRun::quarter_position(double day) const { return day >= m_.quarter_day_.back() ? static_cast<double>(m_.quarters_) + (day - m_.quarter_day_.back()) / 91.3125
                                                   : day < 0 ? day / 91.3125 : position(day) / 3; }

void FutureRun::halls() {
  hall_.assign(m_.sites_ + m_.replacement_.size(), std::vector<double>(m_.months_));
  for (std::size_t b = 0; b < ready_.size(); ++b) add_from(hall_[m_.building_[b].site], usable_[b], m_.building_[b].mw);
  // Lost buildings are begun anew at the next-best sites, as long as these have room and time.
  std::size_t used = 0;
  std::vector<double> room;
  for (const auto& r : m_.replacement_) room.push_back(r.most_mw);
  for (std::size_t b = 0; b < ready_.size(); ++b) {
    if (ready_[b] < far_day) continue;
    const auto& building = m_.building_[b];
    const int lost = v_.site[building.site].lost_day;
    double mw = building.mw;
    for (std::size_t r = 0; r < room.size() && mw > 1e-9; ++r) {
      const auto& next = m_.replacement_[r];
      const double begins = std::max({lost, next.earliest, building.start}), ready = begins + next.wait * pace();
      if (room[r] < 1e-9 || ready >= m_.quarter_day_.back()) continue;
      const double moved = std::min(mw, room[r]);
      room[r] -= moved;
      mw -= moved;
      used = std::max(used, r + 1);
      add_from(hall_[m_.sites_ + r], ready, moved);
      rebuilt_.push_back({r, moved, begins, ready, moved * next.usd_per_kw / 1000 * v_.site[building.site].construction});
    }
  }
  hall_.resize(m_.sites_ + used);
}

/// How long building takes in this future over the plan: mean over the activities.
double FutureRun::pace() const {
  double drawn = 0, planned = 0;
  for (std::size_t i = 0; i < v_.activity_days.size(); ++i)
    if (m_.work_[i]) drawn += v_.activity_days[i], planned += m_.duration_[i];
  return planned > 0 ? drawn / planned : 1;
}

void FutureRun::power() {
  power_.assign(hall_.size(), std::vector<double>(m_.months_));
  onsite_.assign(m_.sites_, std::vector<double>(m_.months_));
  for (std::size_t i = 0; i < m_.grid_.size(); ++i) {
    const auto& g = m_.grid_[i];
    add_from(power_[g.site], std::max<double>(g.requested, g.energised + v_.grid_days[i]), g.mw);
  }
  for (std::size_t i = 0; i < m_.power_.size(); ++i) {
    const auto& o = m_.power_[i];
    const double day = std::max<double>(o.ordered, o.service + v_.power_days[i]);
    add_from(power_[o.site], day, o.mw);
    add_from(onsite_[o.site], day, o.mw);
  }
  for (std::size_t r = 0; m_.sites_ + r < hall_.size(); ++r)  // a connection comes with the buildings
    for (std::size_t k = 0; k < m_.months_; ++k) power_[m_.sites_ + r][k] = hall_[m_.sites_ + r][k] * m_.replacement_[r].pue;
}

}  // namespace stargate::risk
