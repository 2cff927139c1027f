// One future of a plan: its row of figures.
#include "impact/jobs.h"
#include "risk/future_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stargate::risk {

void FutureRun::write() {
  const auto& l = m_.layout_;
  const double crew_area = impact::crew_area();
  double compute = 0, jobs = 0, co2 = 0, capital = 0, last = 0;
  std::vector<double> works(m_.quarters_);
  for (std::size_t b = 0; b < ready_.size(); ++b) {
    out_[l.building_day(b)] = ready_[b];
    last = std::max(last, ready_[b]);
    const auto& row = m_.p_.sites[m_.programme_site_[m_.building_[b].site]];
    const double until = ready_[b] >= far_day ? v_.site[m_.building_[b].site].lost_day : ready_[b];
    const double from = quarter_position(m_.building_[b].start), length = quarter_position(until) - from;
    if (length > 0) {
      const double mean_crew = row.construction_jobs_peak_per_mw * m_.building_[b].mw * crew_area;
      spread(from, length, 0, [&](int q, double share) {
        if (q >= 0 && q < static_cast<int>(m_.quarters_)) works[static_cast<std::size_t>(q)] += mean_crew * share * length;
      });
    }
  }
  for (std::size_t t = 0; t < m_.quarters_; ++t) {
    const std::size_t end = 3 * t + 2;
    double ready = 0, it = 0, facility = 0, made = m_.cloud_pflops_[t], permanent = 0, load = 0;
    for (std::size_t s = 0; s < hall_.size(); ++s) {
      ready += hall_[s][end];
      it += it_[s][end];
      facility += it_[s][end] * site_pue(s);
      made += average(pflops_[s], t);
      const auto& row = m_.p_.sites[s < m_.sites_ ? m_.programme_site_[s] : m_.replacement_[s - m_.sites_].programme_site];
      permanent += row.permanent_jobs_per_mw_contract * it_[s][end];
      const double pue = s < m_.sites_ ? m_.season_pue_[static_cast<std::size_t>((m_.layout_.start + static_cast<int>(t)).of_year() - 1)][s] : site_pue(s);
      load += average(it_[s], t) * pue * m_.p_.settings.it_utilisation * m_.hours_[t] / 1000;
      if (s < m_.sites_) out_[l.site_mw(s, t)] = it_[s][end];
    }
    const auto put = [&](Line line, double value) { out_[l.line(line, t)] = value; };
    put(Line::ready_mw, ready);
    put(Line::it_mw, it);
    put(Line::facility_mw, facility);
    put(Line::effective_pflops, made);
    put(Line::h100_equivalents, h100_[end]);
    put(Line::spent_usd_m, spent_[t]);
    put(Line::revenue_usd_m, revenue_[t]);
    put(Line::running_usd_m, running_[t]);
    put(Line::dscr, dscr_[t]);
    put(Line::energy_gwh, load);
    put(Line::co2_kt, load * m_.co2_rate_[t]);
    put(Line::construction_jobs, works[t]);
    put(Line::permanent_jobs, permanent);
    compute += made * m_.hours_[t] / 8760;
    jobs += works[t] / 4;
    co2 += load * m_.co2_rate_[t] / 1000;
    capital += investment_[t];
  }
  const auto figure = [&](Figure f, double value) { out_[l.figure(f)] = value; };
  figure(Figure::compute, compute);
  figure(Figure::spent_usd_b, spent_.back() / 1000);
  figure(Figure::capital_usd_b, capital / 1000);
  figure(Figure::last_ready_days, std::min<double>(last, m_.quarter_day_.back()));  // never: the end of the plan
  figure(Figure::jobs_years, jobs);
  figure(Figure::co2_mt, co2);
  double lost = 0, missed = 0;
  for (const auto& s : v_.site) lost += s.lost_day != Draws::never;
  figure(Figure::sites_lost, lost);
  if (m_.base_)
    for (std::size_t t = 0; t < m_.quarters_; ++t) missed += std::max(0.0, m_.base_->revenue[t] - revenue_[t]);
  figure(Figure::shortage_usd_b, missed / 1000);
  for (std::size_t k = 0; k < l.targets.size(); ++k) target(k);
  for (std::size_t f = 0; f < l.causes.size(); ++f) out_[l.cause(f)] = draws_ ? draws_->factor(static_cast<int>(f)) : 0;
}

void FutureRun::target(std::size_t k) {
  const auto& l = m_.layout_;
  const auto& t = l.targets[k];
  double at = 0, day = far_day;
  for (std::size_t month = 0; month < m_.months_; ++month) {
    double value = 0, largest = 0;
    for (std::size_t s = 0; s < hall_.size(); ++s) {
      value += t.quantity == "it_mw" ? it_[s][month] : t.quantity == "effective_pflops" ? pflops_[s][month] : 0;
      largest = std::max(largest, pflops_[s][month]);
    }
    if (t.quantity == "effective_pflops") value += m_.cloud_pflops_[month / 3];
    if (t.quantity == "largest_run_pflops") value = largest;
    if (t.quantity == "h100_equivalents") value = h100_[month];
    if (value >= t.at_least * (1 - 1e-6) && day == far_day) day = month_day(month);
    if (static_cast<int>(month / 3) == t.by - l.start) at = value;
  }
  out_[l.target_value(k)] = at;
  out_[l.target_day(k)] = day;
}

std::vector<double> PlanModel::future(const Values& values, const Draws* draws) const { return FutureRun(*this, values, draws).run(); }

void PlanModel::run_base() {
  const Values values = planned();
  FutureRun run(*this, values, nullptr);
  run.run();
  base_ = std::make_unique<BaseFuture>(run.base());
}

}  // namespace stargate::risk
