#include "operate/power.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stargate::operate {

PowerTree::PowerTree(const Fleet& fleet)
    : fleet_(&fleet), halls_(fleet.halls.size()), feeds_(fleet.feeds.size()), sites_(fleet.sites.size()),
      feeds_of_(sites_.size()), halls_of_(feeds_.size()) {
  for (Id i = 0; i < halls_.size(); ++i) {
    halls_[i].limit_w = limit_w_of_mw(fleet.halls[i].limit_mw);
    halls_of_[fleet.halls[i].feed].push_back(i);
  }
  for (Id i = 0; i < feeds_.size(); ++i) {
    feeds_[i].limit_w = limit_w_of_mw(fleet.feeds[i].limit_mw);
    feeds_of_[fleet.feeds[i].site].push_back(i);
  }
}

template <class Change>
void PowerTree::change(Id hall, Time now, Change&& change) {
  const Id feed = fleet_->halls[hall].feed, site = fleet_->feeds[feed].site;
  for (Branch* branch : {&halls_[hall], &feeds_[feed], &sites_[site]}) {
    branch->settle(now);
    change(*branch);
  }
}

bool PowerTree::set(Branch& branch, std::int64_t limit_w, std::int64_t target_w, Time now) {
  if (branch.limit_w == limit_w && branch.target_w == target_w) return false;
  branch.settle(now);
  branch.limit_w = limit_w;
  branch.target_w = target_w;
  return true;
}

void PowerTree::add_base(Id hall, std::int64_t watts, Time now) {
  change(hall, now, [&](Branch& b) { b.base_w += watts; });
}

void PowerTree::add_dynamic(Id hall, std::int64_t now_w, std::int64_t full_w, Time now) {
  change(hall, now, [&](Branch& b) { b.now_w += now_w, b.full_w += full_w; });
}

std::int64_t PowerTree::energy_j(Id site, Time now) {
  sites_[site].settle(now);
  return sites_[site].energy_j;
}

std::int64_t PowerTree::take_peak_w(Id site, Time now) {
  sites_[site].settle(now);
  return std::exchange(sites_[site].recent_peak_w, 0);
}

bool PowerTree::any_limit(Id site) const {
  const auto has = [](const Branch& b) { return b.least_limit_w() != no_limit; };
  if (has(sites_[site])) return true;
  return std::ranges::any_of(feeds_of_[site], [&](Id feed) {
    return has(feeds_[feed]) || std::ranges::any_of(halls_of_[feed], [&](Id hall) { return has(halls_[hall]); });
  });
}

namespace {
bool fits(const Branch& b, std::int64_t watts, double share) {
  const std::int64_t limit = b.least_limit_w();
  return limit == no_limit || static_cast<double>(b.base_w) + share * static_cast<double>(b.full_w + watts) <= static_cast<double>(limit);
}
}  // namespace

bool PowerTree::hall_room(Id hall, std::int64_t watts, double share) const { return fits(halls_[hall], watts, share); }

bool PowerTree::feed_room(Id feed, std::int64_t watts, double share) const { return fits(feeds_[feed], watts, share); }

bool PowerTree::site_room(Id site, std::int64_t watts, double share) const { return fits(sites_[site], watts, share); }

double node_idle_w(const NodeType& type) { return (type.host_idle_w + type.gpus * type.gpu_idle_w + type.conversion_loss_w) / type.conversion_efficiency; }

double slot_dynamic_w(const NodeType& type, int slots_per_gpu) {
  return ((type.host_peak_w - type.host_idle_w) / type.gpus + type.gpu_peak_w - type.gpu_idle_w) / type.conversion_efficiency / slots_per_gpu;
}

std::int64_t speed_ceiling(const NodeType& type, Id nodes_per_rack, const PowerRules& rules) {
  double share = 1;
  if (rules.chip_cap_w < type.gpu_peak_w) share = (rules.chip_cap_w - type.gpu_idle_w) / (type.gpu_peak_w - type.gpu_idle_w);
  if (type.rack_limit_w != unlimited && nodes_per_rack > 0) {
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
