#include "operate/power.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stargate::operate {

PowerTree::PowerTree(const Fleet& fleet)
    : fleet_(&fleet), halls_(fleet.halls.size()), feeds_(fleet.feeds.size()), sites_(fleet.sites.size()), energy_j_(sites_.size(), 0),
      recent_peak_w_(sites_.size(), 0), since_(sites_.size(), 0) {
  for (Id i = 0; i < halls_.size(); ++i) halls_[i].limit_w = std::llround(fleet.halls[i].limit_mw * 1e6);
  for (Id i = 0; i < feeds_.size(); ++i) feeds_[i].limit_w = std::llround(fleet.feeds[i].limit_mw * 1e6);
}

void PowerTree::settle(Id site, Time now) {
  energy_j_[site] += sites_[site].load_w() * (now - since_[site]);
  since_[site] = now;
}

template <class Change>
void PowerTree::change(Id hall, Time now, Change&& change) {
  const Id feed = fleet_->halls[hall].feed, site = fleet_->feeds[feed].site;
  if (since_[site] != now) settle(site, now);
  for (Branch* branch : {&halls_[hall], &feeds_[feed], &sites_[site]}) {
    change(*branch);
    branch->peak_w = std::max(branch->peak_w, branch->load_w());
  }
  recent_peak_w_[site] = std::max(recent_peak_w_[site], sites_[site].load_w());
}

void PowerTree::add_base(Id hall, std::int64_t watts, Time now) {
  change(hall, now, [&](Branch& b) { b.base_w += watts; });
}

void PowerTree::add_dynamic(Id hall, std::int64_t now_w, std::int64_t full_w, Time now) {
  change(hall, now, [&](Branch& b) { b.now_w += now_w, b.full_w += full_w; });
}

std::int64_t PowerTree::energy_j(Id site, Time now) {
  settle(site, now);
  return energy_j_[site];
}

std::int64_t PowerTree::take_peak_w(Id site) { return std::exchange(recent_peak_w_[site], sites_[site].load_w()); }

bool PowerTree::any_limit(Id site) const {
  if (sites_[site].limit_w > 0) return true;
  for (Id f = 0; f < feeds_.size(); ++f)
    if (fleet_->feeds[f].site == site && feeds_[f].limit_w > 0) return true;
  for (Id h = 0; h < halls_.size(); ++h)
    if (fleet_->feeds[fleet_->halls[h].feed].site == site && halls_[h].limit_w > 0) return true;
  return false;
}

namespace {
bool fits(const Branch& b, std::int64_t watts, double share) {
  return b.limit_w == 0 || static_cast<double>(b.base_w) + share * static_cast<double>(b.full_w + watts) <= static_cast<double>(b.limit_w);
}
}  // namespace

bool PowerTree::room(Id hall, std::int64_t watts, double share) const {
  return fits(halls_[hall], watts, share) && fits(feeds_[fleet_->halls[hall].feed], watts, share);
}

bool PowerTree::site_room(Id site, std::int64_t watts, double share) const { return fits(sites_[site], watts, share); }

double node_idle_w(const NodeType& type) { return (type.host_idle_w + type.gpus * type.gpu_idle_w + type.conversion_loss_w) / type.conversion_efficiency; }

double slot_dynamic_w(const NodeType& type, int slots_per_gpu) {
  return ((type.host_peak_w - type.host_idle_w) / type.gpus + type.gpu_peak_w - type.gpu_idle_w) / type.conversion_efficiency / slots_per_gpu;
}

std::int64_t speed_ceiling(const NodeType& type, Id nodes_per_rack, const PowerRules& rules) {
  double share = 1;
  if (rules.chip_cap_w > 0 && rules.chip_cap_w < type.gpu_peak_w) share = (rules.chip_cap_w - type.gpu_idle_w) / (type.gpu_peak_w - type.gpu_idle_w);
  if (type.rack_limit_w > 0 && nodes_per_rack > 0) {
    const double idle = nodes_per_rack * node_idle_w(type) + type.rack_overhead_w;
    const double dynamic = nodes_per_rack * type.gpus * slot_dynamic_w(type, 1);
    share = std::min(share, (type.rack_limit_w - idle) / dynamic);
  }
  share = std::clamp(share, 0.0, 1.0);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(whole * std::pow(share, 1 / rules.exponent)), 1, whole);
}

namespace {
double heat(const Cooling& c, double temperature_c) {
  return c.hot_c > c.cold_c ? std::clamp((temperature_c - c.cold_c) / (c.hot_c - c.cold_c), 0.0, 1.0) : 0;
}
}  // namespace

double pue(const Cooling& c, double temperature_c) { return c.pue_cold + heat(c, temperature_c) * (c.pue_hot - c.pue_cold); }

double water_l_per_kwh(const Cooling& c, double temperature_c) { return heat(c, temperature_c) * c.water_l_per_kwh_hot; }

double facility_mw(const Site& site, double it_mw, double temperature_c) {
  return it_mw * pue(site.cooling, temperature_c) + site.cooling.fixed_mw;
}

double it_mw_within(const Site& site, double limit_mw, double temperature_c) {
  return std::max(0.0, limit_mw - site.cooling.fixed_mw) / pue(site.cooling, temperature_c);
}

}  // namespace stargate::operate
