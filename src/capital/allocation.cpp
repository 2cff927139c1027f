#include "capital/allocation.h"

#include <algorithm>

namespace stargate::capital {

Allocation::Allocation(const Plan& plan, const std::vector<std::string>& sites, Quarter start, std::size_t quarters)
    : start_(start), quarters_(quarters) {
  for (std::size_t s = 0; s < sites.size(); ++s) index_[sites[s]] = s;
  for (const auto& o : plan.openings) during("opening", o.site, o.quarter, o.quarter, 1);
  for (const auto& b : plan.blocks) during("construction", b.site, b.start, std::max(b.start, b.ready + -1), b.it_mw);
  for (const auto& g : plan.grid) during("grid_connection", g.site, g.requested, g.energised, g.capex_usd_m);
  for (const auto& p : plan.onsite_power) during("onsite_power", p.place, p.ordered, p.service, p.capex_usd_m);
  for (const auto& r : plan.racks)
    for (const char* category : {"racks", "sales_tax", "expansions"})
      during(category, r.site, r.ordered, r.installed, r.price_usd_m);
  for (const auto& q : plan.site_quarters) {
    const auto now = [&](const char* category, double amount) {
      during(category, q.site, q.quarter, q.quarter, amount);
    };
    now("operations", q.installed_it_mw);
    now("property_tax", q.installed_it_mw);
    now("energy_grid", q.grid_gwh);
    now("energy_onsite", q.onsite_gwh);
    now("onsite_fixed", q.onsite_mw);
    now("shedding", q.shed_gwh);
  }
}

void Allocation::during(const std::string& category, const std::string& site, Quarter from, Quarter to, double amount) {
  const auto s = index_.find(site);
  if (s == index_.end() || amount <= 0) return;
  auto& grid = causes_.try_emplace(category, quarters_, std::vector<double>(index_.size())).first->second;
  const int last = std::min(to - start_, static_cast<int>(quarters_) - 1);
  for (int t = std::max(0, from - start_); t <= last; ++t) grid[static_cast<std::size_t>(t)][s->second] += amount;
}

std::vector<double> Allocation::weights(const std::string& category, std::size_t t) const {
  std::vector<double> all(index_.size());
  const auto found = causes_.find(category);
  if (found == causes_.end()) return all;
  const auto& now = found->second[t];
  if (std::ranges::any_of(now, [](double w) { return w > 0; })) return now;
  for (const auto& quarter : found->second)
    for (std::size_t s = 0; s < all.size(); ++s) all[s] += quarter[s];
  return all;
}

}  // namespace stargate::capital
