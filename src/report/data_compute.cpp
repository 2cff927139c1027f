#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

namespace {

double peak_tflops(const Accelerator& a, const std::string& precision) {
  if (precision == "fp8") return a.fp8_tflops.value_or(0);
  if (precision == "fp4") return a.fp4_tflops.value_or(0);
  return a.bf16_tflops;
}

/// Effective TFLOP/s of one chip in a cluster of `chips`: peak * MFU * goodput, linear in the logarithm of the size
/// between the rows of the programme's table and constant outside.
double effective_tflops(const Programme& programme, const Accelerator& a, double chips) {
  std::map<double, double> by_log_size;
  for (const auto& e : programme.efficiency)
    if (e.accelerator == a.id && e.cluster_chips > 0)
      by_log_size[std::log(e.cluster_chips)] = peak_tflops(a, e.precision) * e.mfu * e.goodput;
  if (by_log_size.empty() || !(chips > 0)) return 0;
  const double at = std::log(chips);
  const auto above = by_log_size.lower_bound(at);
  if (above == by_log_size.begin()) return above->second;
  if (above == by_log_size.end()) return std::prev(above)->second;
  const auto below = std::prev(above);
  return std::lerp(below->second, above->second, (at - below->first) / (above->first - below->first));
}

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
  std::map<std::string, std::vector<double>> result;
  for (const auto& q : frame.plan.site_quarters) {
    const auto t = frame.index(q.quarter);
    const Site* site = find_id(frame.programme.sites, q.site);
    if (!t || site == nullptr || !(q.effective_pflops > 0)) continue;
    std::map<std::string, double> parts;
    double whole = 0;
    for (const auto& a : frame.programme.accelerators) {
      const auto racks = installed.find({q.site, a.id});
      if (racks == installed.end() || !(a.rack_kw > 0)) continue;
      const double per_rack = static_cast<double>(a.chips_per_rack);
      const double cluster = site->block_mw * static_cast<double>(site->most_blocks) * 1000 / a.rack_kw * per_rack;
      const double part = racks->second[*t] * per_rack * effective_tflops(frame.programme, a, cluster);
      parts[a.id] = part, whole += part;
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

json systems_supply(const Frame& frame) {
  json rows = json::array();
  for (const auto& a : frame.programme.accelerators) {
    auto used = frame.zeros(), available = frame.zeros();
    for (const auto& r : frame.plan.racks)
      if (r.accelerator == a.id) frame.add(used, r.installed, r.racks);
    for (const auto& s : frame.programme.accelerator_supply)
      if (s.accelerator == a.id) frame.add(available, s.quarter, s.world_racks * s.programme_share);
    if (std::ranges::any_of(used, [](double v) { return v > 0; }))
      rows.push_back(supply_row(a.name, "racks", used, available));
  }
  return rows;
}

/// Output of the expansions of a stage: a ramp of `ramp_quarters` steps up to the full rate.
void add_expansions(const Frame& frame, const std::string& stage, std::vector<double>& available) {
  for (const auto& bought : frame.plan.expansions) {
    const Expansion* e = find_id(frame.programme.expansions, bought.expansion);
    if (e == nullptr || e->stage != stage) continue;
    for (int k = 0; k < frame.quarters; ++k)
      frame.add(
          available, bought.first_output + k,
          bought.count * e->units_per_quarter * std::min(1.0, (k + 1.0) / (static_cast<double>(e->ramp_quarters) + 1)));
  }
}

json stages_supply(const Frame& frame) {
  const auto& programme = frame.programme;
  json rows = json::array();
  for (const auto& stage : programme.stages) {
    auto used = frame.zeros(), available = frame.zeros();
    for (const auto& b : programme.bill_of_materials)
      if (b.stage == stage.id)
        for (const auto& r : frame.plan.racks)
          if (r.accelerator == b.accelerator) frame.add(used, r.installed, r.racks * b.units_per_rack);
    std::map<Quarter, double> capacity;  // each row holds until the next
    for (const auto& c : programme.stage_capacity)
      if (c.stage == stage.id) capacity[c.quarter] = c.world_units * c.programme_share;
    for (int t = 0; t < frame.quarters; ++t) {
      const auto next = capacity.upper_bound(frame.first + t);
      if (next != capacity.begin()) available[static_cast<std::size_t>(t)] = std::prev(next)->second;
    }
    add_expansions(frame, stage.id, available);
    if (std::ranges::any_of(used, [](double v) { return v > 0; }))
      rows.push_back(supply_row(stage.name, stage.unit, used, available));
  }
  return rows;
}

json equipment_supply(const Frame& frame) {
  const auto& programme = frame.programme;
  json rows = json::array();
  for (const auto& equipment : programme.equipment) {
    auto used = frame.zeros(), available = frame.zeros();
    bool limited = false;
    for (const auto& s : programme.equipment_supply)
      if (s.equipment == equipment.id) frame.add(available, s.quarter, s.available_mw), limited = true;
    for (const auto& b : frame.plan.blocks)
      if (!b.committed) frame.add(used, b.start, b.it_mw * equipment.per_it_mw);
    for (const auto* orders : {&frame.plan.onsite_power, &frame.plan.zone_power})
      for (const auto& o : *orders)
        if (const auto* technology = find_id(programme.power, o.technology);
            technology && technology->equipment == equipment.id)
          frame.add(used, o.ordered, o.mw);
    if (limited && std::ranges::any_of(used, [](double v) { return v > 0; }))
      rows.push_back(supply_row(equipment.name, "MW", used, available));
  }
  return rows;
}

}  // namespace

json supply_data(const Frame& frame) {
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
  return {{"systems", systems_supply(frame)},
          {"stages", stages_supply(frame)},
          {"equipment", equipment_supply(frame)},
          {"expansions", expansions}};
}

}  // namespace stargate::report
