#include "operate/site_power.h"

#include <algorithm>
#include <cmath>

namespace stargate::operate {

namespace {
double at_hour(const std::vector<double>& values, const SiteSignals& signals, Time now, double otherwise) {
  if (values.empty()) return otherwise;
  const Time hour = std::max<Time>(0, (now - signals.first_hour) / 3600);
  return values[std::min<std::size_t>(static_cast<std::size_t>(hour), values.size() - 1)];
}
}  // namespace

SitePower::SitePower(const Fleet& fleet, const Scenario& scenario) : fleet_(&fleet), scenario_(&scenario), tree_(fleet) {
  const std::size_t sites = fleet.sites.size();
  totals_.resize(sites);
  energy_j_.assign(sites, 0);
  unused_j_.assign(sites, 0);
  for (const Site& site : fleet.sites) battery_mwh_.push_back(site.battery_mwh);
  battery_since_.assign(sites, 0);
  empty_.assign(sites, false);
  limited_.assign(sites, false);
  ramps_.resize(sites);
  for (const SiteSignals& s : scenario.signals)
    for (const auto* values : {&s.price_usd_per_mwh, &s.carbon_kg_per_mwh, &s.temperature_c, &s.limit_mw})
      if (!values->empty()) constant_from_ = std::max(constant_from_, s.first_hour + static_cast<Time>(values->size() - 1) * 3600);
  for (const LoadTarget& target : scenario.targets)
    constant_from_ = std::max({constant_from_, target.start, target.end == never ? 0 : target.end});
}

SitePower::Hour SitePower::hour_at(Id site, Time time) const {
  const Site& s = fleet_->sites[site];
  Hour hour{s.price_usd_per_mwh, s.carbon_kg_per_mwh, s.temperature_c, s.grid_mw};
  if (site >= scenario_->signals.size()) return hour;
  const SiteSignals& signals = scenario_->signals[site];
  hour.price = at_hour(signals.price_usd_per_mwh, signals, time, hour.price);
  hour.carbon = at_hour(signals.carbon_kg_per_mwh, signals, time, hour.carbon);
  hour.temperature = at_hour(signals.temperature_c, signals, time, hour.temperature);
  hour.grid_mw = at_hour(signals.limit_mw, signals, time, hour.grid_mw);
  return hour;
}

bool SitePower::refresh(Id site, Time now) {
  const Site& s = fleet_->sites[site];
  settle_battery(site, now);
  const Hour hour = hour_at(site, now);
  const auto it_w = [&](double mw) { return mw == unlimited ? no_limit : limit_w_of_mw(it_mw_within(s, mw, hour.temperature)); };
  const auto holds = [&](const LoadTarget& target) { return target.start <= now && now < target.end; };
  const double battery = has_battery(site) && !empty_[site] ? s.battery_mw : 0;
  std::int64_t hard = it_w(hour.grid_mw + s.onsite_mw + battery), soft = no_limit;
  for (const LoadTarget& target : scenario_->targets)
    if (target.feeds.empty() && holds(target) && (target.site == none || target.site == site)) {
      std::int64_t& limit = target.best_effort ? soft : hard;
      limit = std::min(limit, it_w(target.limit_mw));
    }
  bool changed = tree_.set_site_limits(site, hard, soft, now);
  for (const Id feed : tree_.feeds_of(site)) {
    std::int64_t feed_hard = limit_w_of_mw(fleet_->feeds[feed].limit_mw), feed_soft = no_limit;
    for (const LoadTarget& target : scenario_->targets)
      if (holds(target) && std::ranges::find(target.feeds, feed) != target.feeds.end()) {
        std::int64_t& limit = target.best_effort ? feed_soft : feed_hard;
        limit = std::min(limit, limit_w_of_mw(target.limit_mw));
      }
    changed |= tree_.set_feed_limits(feed, feed_hard, feed_soft, now);
  }
  limited_[site] = tree_.any_limit(site);
  return changed;
}

double SitePower::surplus_mw(Id site, const Hour& hour) const {
  const Site& s = fleet_->sites[site];
  return hour.grid_mw + s.onsite_mw - facility_mw(s, load_mw(site), hour.temperature);
}

void SitePower::settle_battery(Id site, Time now) {
  const Site& s = fleet_->sites[site];
  const Time since = battery_since_[site];
  if (since == now) return;
  battery_since_[site] = now;
  if (!has_battery(site)) return;
  const double hours = static_cast<double>(now - since) / 3600;
  const Hour hour = hour_at(site, since);
  const double flow = std::clamp(hour.grid_mw == unlimited ? s.battery_mw : surplus_mw(site, hour), -s.battery_mw, s.battery_mw);
  const double before = battery_mwh_[site];
  battery_mwh_[site] = std::clamp(before + flow * hours, 0.0, s.battery_mwh);
  if (flow < 0) totals_[site].battery_mwh += before - battery_mwh_[site];
  // Less than a second of full power left counts as empty, so that no load is ever left without supply.
  if (battery_mwh_[site] * 3600 <= s.battery_mw) empty_[site] = true;
  else if (battery_mwh_[site] >= s.battery_mwh / 4) empty_[site] = false;
}

Time SitePower::battery_ends(Id site, Time now) const {
  const Site& s = fleet_->sites[site];
  if (!has_battery(site) || empty_[site]) return never;
  const Hour hour = hour_at(site, now);
  if (hour.grid_mw == unlimited) return never;
  const double draw = -surplus_mw(site, hour);
  if (draw <= 1e-9) return never;
  return now + std::max<Time>(1, static_cast<Time>((battery_mwh_[site] * 3600 - s.battery_mw) / draw));
}

bool SitePower::battery_moves(Id site, Time now) const {
  if (!has_battery(site)) return false;
  const double surplus = surplus_mw(site, hour_at(site, now));
  return surplus < -1e-12 || (surplus > 1e-12 && battery_mwh_[site] < fleet_->sites[site].battery_mwh);
}

Time SitePower::ramp_ready(Id site, std::int64_t watts, Time now) {
  if (fleet_->sites[site].ramp_mw_per_min == unlimited) return 0;
  const std::int64_t w_per_min = std::max<std::int64_t>(1, std::llround(fleet_->sites[site].ramp_mw_per_min * watts_per_mw));
  const std::int64_t most = 10 * w_per_min;
  Ramp& ramp = ramps_[site];
  if (ramp.since < 0) ramp = {most, 0};
  const Time passed = std::min<Time>(now - ramp.since, 86400 * 365);
  ramp.allowance_w = std::min(most, ramp.allowance_w + w_per_min * passed / 60);
  ramp.since = now;
  const std::int64_t need = std::min(watts, most);
  if (ramp.allowance_w >= need) return 0;
  return now + 1 + ceil_div((need - ramp.allowance_w) * 60, w_per_min);
}

void SitePower::account(Id site, IntervalRow& row, Time limited_s) {
  const Site& s = fleet_->sites[site];
  const double hours = static_cast<double>(row.end - row.start) / 3600;
  const Hour hour = hour_at(site, row.start);
  SiteTotals& totals = totals_[site];
  const std::int64_t energy_j = tree_.energy_j(site, row.end), unused_j = tree_.site(site).unused_j;
  constexpr double joules_per_mwh = 3.6e9;
  row.it_mwh = static_cast<double>(energy_j - energy_j_[site]) / joules_per_mwh;
  const double stranded = static_cast<double>(unused_j - unused_j_[site]) / joules_per_mwh;
  energy_j_[site] = energy_j;
  unused_j_[site] = unused_j;
  row.peak_it_mw = static_cast<double>(tree_.take_peak_w(site, row.end)) / watts_per_mw;
  const std::int64_t limit = tree_.site(site).least_limit_w();
  row.limit_it_mw = limit == no_limit ? unlimited : static_cast<double>(limit) / watts_per_mw;
  row.temperature_c = hour.temperature;
  row.price_usd_per_mwh = hour.price;
  row.carbon_kg_per_mwh = hour.carbon;
  row.facility_mwh = row.it_mwh * pue(s.cooling, hour.temperature) + s.cooling.fixed_mw * hours;
  row.pue = row.it_mwh > 0 ? row.facility_mwh / row.it_mwh : pue(s.cooling, hour.temperature);
  // On-site generation runs for what the grid does not carry, and for all it can where it is the cheaper.
  const double beyond_grid = hour.grid_mw == unlimited ? 0 : std::max(0.0, row.facility_mwh - hour.grid_mw * hours);
  const double onsite = std::min({s.onsite_mw * hours, row.facility_mwh, s.onsite_usd_per_mwh < hour.price ? row.facility_mwh : beyond_grid});
  const double grid = row.facility_mwh - onsite;
  row.energy_usd = grid * hour.price + onsite * s.onsite_usd_per_mwh;
  row.carbon_kg = grid * hour.carbon + onsite * s.onsite_kg_per_mwh;
  totals.it_mwh += row.it_mwh;
  totals.facility_mwh += row.facility_mwh;
  totals.energy_usd += row.energy_usd;
  totals.carbon_kg += row.carbon_kg;
  totals.water_l += row.it_mwh * 1000 * water_l_per_kwh(s.cooling, hour.temperature);
  totals.onsite_mwh += onsite;
  totals.stranded_mwh += stranded;
  totals.peak_it_mw = std::max(totals.peak_it_mw, row.peak_it_mw);
  totals.peak_facility_mw = std::max(totals.peak_facility_mw, facility_mw(s, row.peak_it_mw, hour.temperature));
  totals.limited_s += limited_s;
  totals.over_s = 0;
  tree_.each_branch(site, [&](Branch& b) {
    b.settle(row.end);
    totals.over_s = std::max(totals.over_s, b.over_s);
  });
}

void SitePower::begin_measuring(Time now) {
  for (Id site = 0; site < totals_.size(); ++site) {
    totals_[site] = {};
    tree_.each_branch(site, [&](Branch& b) {
      b.settle(now);
      b.peak_w = b.recent_peak_w = b.over_s = 0;
    });
  }
}

double SitePower::ride_through_mw(Id site, double outage_h, Time now) {
  const Site& s = fleet_->sites[site];
  settle_battery(site, now);
  const double load = facility_mw(s, load_mw(site), hour_at(site, now).temperature);
  const double beyond = std::max(0.0, load - s.onsite_mw);
  if (beyond > s.battery_mw || beyond * outage_h > battery_mwh_[site]) return -1;
  battery_mwh_[site] -= beyond * outage_h;
  return beyond;
}

}  // namespace stargate::operate
