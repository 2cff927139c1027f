#include "plan/instance.h"
#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

namespace {

/// Racks of each system at each site that count in each quarter.
using Installed = std::map<std::pair<std::string, std::string>, std::vector<double>>;  // (site, system)

Installed installed_racks(const Frame& frame) {
  Installed installed;
  for (const auto& r : frame.plan.racks) {
    const Accelerator* a = find_id(frame.programme.accelerators, r.accelerator);
    const auto end = a ? std::optional(r.installed + static_cast<int>(a->life_quarters)) : std::nullopt;
    frame.add_from(installed.try_emplace({r.site, r.accelerator}, frame.zeros()).first->second, r.installed, r.racks,
                   end);
  }
  return installed;
}

/// The plan states effective compute by site; here it is divided among a site's systems by what each contributes.
std::map<std::string, std::vector<double>> pflops_by_system(const Frame& frame, const Installed& installed) {
  const auto& programme = frame.programme;
  const plan::Instance instance(programme);
  std::map<std::string, std::vector<double>> result;
  for (const auto& q : frame.plan.site_quarters) {
    const auto t = frame.index(q.quarter);
    const auto site = std::ranges::find(programme.sites, q.site, &Site::id) - programme.sites.begin();
    if (!t || site == std::ssize(programme.sites) || !(q.effective_pflops > 0)) continue;
    const auto& per_rack = instance.sites[static_cast<std::size_t>(site)].rack_eflops;
    std::map<std::string, double> parts;
    double whole = 0;
    for (std::size_t g = 0; g < per_rack.size(); ++g) {
      const auto& id = programme.accelerators[g].id;
      const auto racks = installed.find({q.site, id});
      if (racks == installed.end()) continue;
      whole += parts[id] = racks->second[*t] * per_rack[g];
    }
    for (const auto& [system, part] : parts)
      if (whole > 0) result.try_emplace(system, frame.zeros()).first->second[*t] += q.effective_pflops * part / whole;
  }
  return result;
}

}  // namespace

json compute_data(const Frame& frame) {
  const auto installed = installed_racks(frame);
  const auto pflops = pflops_by_system(frame, installed);
  json systems = json::array();
  for (const auto& a : frame.programme.accelerators) {
    auto chips = frame.zeros();
    for (const auto& [key, racks] : installed)
      if (key.second == a.id)
        for (std::size_t t = 0; t < chips.size(); ++t) chips[t] += racks[t] * static_cast<double>(a.chips_per_rack);
    double racks = 0, mw = 0, usd_m = 0;
    for (const auto& r : frame.plan.racks)
      if (r.accelerator == a.id) racks += r.racks, mw += r.it_mw, usd_m += r.price_usd_m;
    if (racks <= 0) continue;
    const auto found = pflops.find(a.id);
    systems.push_back({{"id", a.id},
                       {"name", a.name},
                       {"vendor", name_of(frame.programme.partners, a.vendor)},
                       {"host", a.host},
                       {"racks", rounded(racks)},
                       {"mw", rounded(mw)},
                       {"usd_m", rounded(usd_m)},
                       {"chips", rounded(chips, 0)},
                       {"h100_equivalent", rounded(a.h100_equivalent, 3)},
                       {"pflops", rounded(found == pflops.end() ? frame.zeros() : found->second, 0)}});
  }
  auto on_sites = frame.zeros();
  for (const auto& q : frame.plan.site_quarters) frame.add(on_sites, q.quarter, q.effective_pflops);
  auto rented = frame.zeros();
  for (const auto& q : frame.plan.quarters)
    if (const auto t = frame.index(q.quarter); t && q.cloud_chips > 0)
      rented[*t] = std::max(0.0, q.effective_pflops - on_sites[*t]);

  json cloud = json::array();
  for (const auto& c : frame.programme.cloud) {
    auto committed = frame.zeros(), burst = frame.zeros(), cost = frame.zeros();
    for (const auto& use : frame.plan.cloud)
      if (use.contract == c.id) {
        frame.add(committed, use.quarter, use.active_committed_chips);
        frame.add(burst, use.quarter, use.burst_chips);
        frame.add(cost, use.quarter, use.cost_usd_m);
      }
    cloud.push_back({{"name", c.id},
                     {"provider", name_of(frame.programme.partners, c.provider)},
                     {"system", name_of(frame.programme.accelerators, c.accelerator)},
                     {"committed_chips", rounded(committed, 0)},
                     {"burst_chips", rounded(burst, 0)},
                     {"usd_m", rounded(cost)}});
  }
  return {{"systems", systems}, {"cloud_pflops", rounded(rented, 0)}, {"cloud", cloud}};
}

namespace {

/// A supply that the plan draws on, quarter by quarter: what it took, and what there was.
json supply_row(std::string name, std::string unit, const std::vector<double>& used,
                const std::vector<double>& available) {
  return {
      {"name", std::move(name)}, {"unit", std::move(unit)}, {"used", rounded(used)}, {"available", rounded(available)}};
}

bool anything(const std::vector<double>& series) {
  return std::ranges::any_of(series, [](double v) { return v > 0; });
}

/// What the plan's own numbers say there is in each quarter, in single units.
template <class Available>
std::vector<double> available_series(const Frame& frame, Available available) {
  auto series = frame.zeros();
  for (int t = 0; t < std::min(frame.quarters, frame.programme.quarters()); ++t)
    series[static_cast<std::size_t>(t)] = available(t) * plan::thousand;
  return series;
}

json systems_supply(const Frame& frame, const plan::Instance& instance) {
  json rows = json::array();
  for (std::size_t g = 0; g < frame.programme.accelerators.size(); ++g) {
    const auto& a = frame.programme.accelerators[g];
    auto used = frame.zeros();
    for (const auto& r : frame.plan.racks)
      if (r.accelerator == a.id) frame.add(used, r.installed, r.racks);
    const auto available =
        available_series(frame, [&](int t) { return instance.direct_supply(static_cast<int>(g), t); });
    if (anything(used)) rows.push_back(supply_row(a.name, "racks", used, available));
  }
  return rows;
}

json stages_supply(const Frame& frame, const plan::Instance& instance) {
  const auto& programme = frame.programme;
  json rows = json::array();
  for (std::size_t e = 0; e < programme.stages.size(); ++e) {
    const auto& stage = programme.stages[e];
    auto used = frame.zeros();
    for (const auto& b : programme.bill_of_materials)
      if (b.stage == stage.id)
        for (const auto& r : frame.plan.racks)
          if (r.accelerator == b.accelerator) frame.add(used, r.installed, r.racks * b.units_per_rack);
    const auto available = available_series(frame, [&](int t) {
      double units = instance.stage_supply(static_cast<int>(e), t);
      for (const auto& bought : frame.plan.expansions)
        if (const auto* x = find_id(programme.expansions, bought.expansion); x && x->stage == stage.id)
          units += bought.count * instance.expansion_yield(static_cast<int>(x - programme.expansions.data()),
                                                           frame.offset(bought.ordered), t);
      return units;
    });
    if (anything(used)) rows.push_back(supply_row(stage.name, stage.unit, used, available));
  }
  return rows;
}

json equipment_supply(const Frame& frame, const plan::Instance& instance) {
  const auto& programme = frame.programme;
  json rows = json::array();
  for (std::size_t e = 0; e < programme.equipment.size(); ++e) {
    const auto& equipment = programme.equipment[e];
    auto used = frame.zeros();
    for (const auto& b : frame.plan.blocks)
      if (!b.committed) frame.add(used, b.start, b.it_mw * equipment.per_it_mw);
    for (const auto* orders : {&frame.plan.onsite_power, &frame.plan.zone_power})
      for (const auto& o : *orders)
        if (const auto* technology = find_id(programme.power, o.technology);
            technology && technology->equipment == equipment.id)
          frame.add(used, o.ordered, o.mw);
    const auto available =
        available_series(frame, [&](int t) { return instance.equipment_supply(static_cast<int>(e), t); });
    const bool limited = std::ranges::all_of(available, [](double v) { return std::isfinite(v); });
    if (limited && anything(used)) rows.push_back(supply_row(equipment.name, "MW", used, available));
  }
  return rows;
}

}  // namespace

json supply_data(const Frame& frame) {
  const plan::Instance instance(frame.programme);
  json expansions = json::array();
  for (const auto& bought : frame.plan.expansions) {
    const Expansion* e = find_id(frame.programme.expansions, bought.expansion);
    expansions.push_back({{"name", e ? e->name : bought.expansion},
                          {"place", e ? e->place : ""},
                          {"count", rounded(bought.count)},
                          {"ordered", frame.offset(bought.ordered)},
                          {"first_output", frame.offset(bought.first_output)},
                          {"usd_m", rounded(bought.capex_usd_m)}});
  }
  return {{"systems", systems_supply(frame, instance)},
          {"stages", stages_supply(frame, instance)},
          {"equipment", equipment_supply(frame, instance)},
          {"expansions", expansions}};
}

}  // namespace stargate::report
