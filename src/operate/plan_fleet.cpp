#include "operate/plan_fleet.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "base/files.h"
#include "programme/load.h"

namespace stargate::operate {

namespace {

constexpr double quarter_hours = 8766.0 / 4;

template <class Record>
const Record& find(const std::vector<Record>& all, const std::string& id, const char* table) {
  const auto at = std::ranges::find(all, id, &Record::id);
  if (at == all.end()) throw InputError({"plan", 0, 0}, "'" + id + "' is not in the programme's " + table, "is it the programme that the plan was made for? --programme DIR names it");
  return *at;
}

/// Racks that arrived together and stand in one building.
struct Standing {
  std::size_t building = 0;
  Id racks = 0;
  Time installed = 0, removed = never;
};

struct Builder {
  const Plan& plan;
  const Programme& programme;
  Quarter first;
  double days;
  PlanCase result{};

  Time at(Quarter q) const { return (q.first_day() - first.first_day()).count() * Time{86400}; }
  Time end() const { return static_cast<Time>(days * 86400); }

  void site(const stargate::Site& from) {
    std::vector<const RackOrder*> orders;
    for (const RackOrder& order : plan.racks)
      if (order.site == from.id && at(order.installed) < end()) orders.push_back(&order);
    if (orders.empty()) return;
    std::ranges::stable_sort(orders, {}, &RackOrder::installed);

    Fleet& fleet = result.fleet;
    const Id id = static_cast<Id>(fleet.sites.size());
    fleet.sites.push_back(power_of(from));
    std::vector<double> room;  // MW left by building
    const Id first_hall = static_cast<Id>(fleet.halls.size());
    const auto building = [&](double limit) {
      fleet.feeds.push_back({std::format("{} feed {}", from.id, room.size() + 1), id, limit});
      fleet.halls.push_back({std::format("{} hall {}", from.id, room.size() + 1), static_cast<Id>(fleet.feeds.size() - 1), limit});
      room.push_back(limit > 0 ? limit : 1e9);
    };
    for (const BlockStart& block : plan.blocks)
      if (block.site == from.id)
        for (std::int64_t b = 0; b < block.blocks; ++b) building(block.it_mw > 0 && block.blocks > 0 ? block.it_mw / static_cast<double>(block.blocks) : from.block_mw);
    if (room.empty()) building(0);

    std::map<std::string, std::vector<Standing>> by_accelerator;
    for (const RackOrder* order : orders) {
      const Accelerator& chip = find(programme.accelerators, order->accelerator, "accelerators");
      const double rack_mw = chip.rack_kw / 1000;
      const Time installed = std::max<Time>(0, at(order->installed));
      const Time leaves = at(order->installed + static_cast<int>(chip.life_quarters));
      if (leaves <= 0) continue;
      Id left = static_cast<Id>(std::floor(order->racks + 1e-6));
      for (std::size_t b = 0; b < room.size() && left > 0; ++b) {
        const bool last = b + 1 == room.size();  // what the tables leave no room for stands in the last building
        const Id here = last ? left : std::min(left, static_cast<Id>(std::max(0.0, std::floor(room[b] / rack_mw + 1e-6))));
        if (here == 0) continue;
        room[b] -= here * rack_mw;
        by_accelerator[chip.id].push_back({b, here, installed, leaves < end() ? leaves : never});
        left -= here;
      }
    }
    for (const auto& [accelerator, standings] : by_accelerator) pool(accelerator, standings, id, first_hall, from.id);
  }

  void pool(const std::string& accelerator, const std::vector<Standing>& standings, Id site, Id first_hall, const std::string& name) {
    Fleet& fleet = result.fleet;
    const Accelerator& chip = find(programme.accelerators, accelerator, "accelerators");
    Id type = 0;
    while (type < fleet.types.size() && fleet.types[type].name != chip.name) ++type;
    if (type == fleet.types.size()) fleet.types.push_back(node_type(chip, programme.settings.operating_usd_per_it_kw_year));
    const Id nodes_per_rack = static_cast<Id>(chip.chips_per_rack / fleet.types[type].gpus);
    add_pool(fleet, {.name = name + " " + accelerator, .partition = 0, .site = site, .type = type, .nodes_per_rack = nodes_per_rack, .racks_per_pod = 8}, none);
    for (const Standing& s : standings) add_block(fleet, first_hall + static_cast<Id>(s.building), s.racks * nodes_per_rack, s.installed, s.removed);
    Pool& made = fleet.pools.back();
    made.spare_nodes = made.nodes / 200;
  }

  /// Import and on-site power, and the hours' signals of the site.
  Site power_of(const stargate::Site& from) {
    Site site{.name = from.id};
    for (const PowerOrder& order : plan.onsite_power) {
      if (order.place != from.id || at(order.service) > 0) continue;
      const bool stores = order.technology.find("battery") != std::string::npos || order.technology.find("storage") != std::string::npos;
      if (stores) site.battery_mw += order.mw, site.battery_mwh += 4 * order.mw;
      else site.onsite_mw += order.mw;
    }
    site.cooling = {.pue_cold = from.pue_winter, .pue_hot = from.pue_summer, .cold_c = 0, .hot_c = 30, .water_l_per_kwh_hot = 2 * from.water_l_per_kwh, .fixed_mw = 0};
    SiteSignals signals;
    const std::size_t hours = static_cast<std::size_t>(std::ceil(days * 24)) + 1;
    const auto prices = zone_prices(from.zone);
    std::map<Quarter, double> carbon;
    for (const ProgrammeQuarter& q : plan.quarters)
      if (q.load_gwh > 0) carbon[q.quarter] = q.co2_kt * 1000 / q.load_gwh;
    for (std::size_t h = 0; h < hours; ++h) {
      const Quarter q(first.first_day() + std::chrono::days{h / 24});
      const double day = static_cast<double>(h) / 24, hour = static_cast<double>(h % 24);
      signals.temperature_c.push_back(15 - 12 * std::cos(2 * std::numbers::pi * (day - 20) / 365.25) - 3 * std::cos(2 * std::numbers::pi * (hour - 3) / 24));
      double grid = 0;
      for (const GridRequest& g : plan.grid)
        if (g.site == from.id && g.energised <= q) grid += g.mw;
      for (const PowerOrder& order : plan.onsite_power)
        if (order.place == from.id && at(order.service) > 0 && order.service <= q) grid += order.mw;
      signals.limit_mw.push_back(grid);
      const auto price = prices.find({q, static_cast<int>(h % 24)});
      signals.price_usd_per_mwh.push_back(price != prices.end() ? price->second : site.price_usd_per_mwh);
      const auto kg = carbon.find(q);
      signals.carbon_kg_per_mwh.push_back(kg != carbon.end() ? kg->second : site.carbon_kg_per_mwh);
    }
    site.grid_mw = *std::ranges::max_element(signals.limit_mw);
    result.scenario.signals.push_back(std::move(signals));
    return site;
  }

  /// Mean price of the zone by quarter and hour of day, from the steps of the representative days.
  std::map<std::pair<Quarter, int>, double> zone_prices(const std::string& zone) const {
    std::map<std::pair<Quarter, int>, std::pair<double, int>> sums;
    std::map<Quarter, std::set<std::int64_t>> starts;
    for (const ZoneStep& step : plan.zone_steps)
      if (step.zone == zone) {
        auto& [sum, count] = sums[{step.quarter, static_cast<int>(step.hour)}];
        sum += step.price_usd_per_mwh;
        ++count;
        starts[step.quarter].insert(step.hour);
      }
    std::map<std::pair<Quarter, int>, double> prices;
    for (const auto& [quarter, hours] : starts)
      for (int hour = 0; hour < 24; ++hour) {
        const auto next = hours.upper_bound(hour);  // the step that the hour lies in
        const auto& [sum, count] = sums[{quarter, static_cast<int>(next == hours.begin() ? *hours.rbegin() : *std::prev(next))}];
        prices[{quarter, hour}] = sum / count;
      }
    return prices;
  }

  void cloud() {
    operate::Cloud& cloud = result.scenario.cloud;
    double committed = 0, burst = 0, committed_usd = 0, burst_usd = 0;
    int quarters = 0;
    std::set<Quarter> seen;
    for (const CloudUse& use : plan.cloud) {
      if (use.quarter < first || use.quarter >= first + 4) continue;
      const auto& contract = find(programme.cloud, use.contract, "cloud contracts");
      committed += use.active_committed_chips;
      burst = std::max(burst, contract.most_burst_chips);
      committed_usd += use.active_committed_chips * contract.committed_usd_per_chip_hour;
      burst_usd = std::max(burst_usd, contract.burst_usd_per_chip_hour);
      seen.insert(use.quarter);
    }
    quarters = static_cast<int>(seen.size());
    if (quarters == 0) return;
    cloud.committed_gpus = static_cast<Id>(committed / quarters);
    cloud.committed_usd_per_gpu_hour = committed > 0 ? committed_usd / committed : 0;
    cloud.burst_gpus = static_cast<Id>(burst);
    cloud.burst_usd_per_gpu_hour = burst_usd;
    cloud.delay_usd_per_gpu_hour = burst_usd;  // an hour's waiting is worth an hour's burst price
  }

  PlanCase build() {
    result.days = days;
    result.fleet.partitions = {{"all"}};
    for (const stargate::Site& s : programme.sites) site(s);
    if (result.fleet.pools.empty()) throw InputError({"plan", 0, 0}, "the plan installs no rack before the end of the time to operate", "--year names another year");
    cloud();
    Scenario& sc = result.scenario;
    sc.policy = "priority-easy";
    sc.placement = Placement::tightest;
    sc.backfill_depth = 100;
    sc.failures = llama3_failures();
    std::ranges::copy(correlated_faults(), std::back_inserter(sc.failures));
    sc.checkpointing = {.rule = CheckpointRule::young_daly, .write_s = 30, .restart_s = 300, .resize_s = 120};
    sc.power.on = true;
    sc.horizon = end();
    return std::move(result);
  }
};

}  // namespace

NodeType node_type(const Accelerator& chip, double operating_usd_per_kw_year) {
  NodeType type{.name = chip.name};
  for (const int gpus : {8, 4, 2, 1})
    if (chip.chips_per_rack % gpus == 0 && (chip.scale_up_chips <= 0 || chip.scale_up_chips % gpus == 0 || gpus == 1)) {
      type.gpus = chip.chips_per_rack > 64 && gpus == 8 ? 4 : gpus;  // rack-scale systems have trays of four
      break;
    }
  const double chips = static_cast<double>(chip.chips_per_rack), nodes = chips / type.gpus, rack_w = chip.rack_kw * 1000;
  type.peak_tflops_per_gpu = chip.bf16_tflops;
  type.gpu_peak_w = std::min(chip.chip_w, 0.9 * rack_w / chips);
  type.gpu_idle_w = 0.12 * type.gpu_peak_w;
  type.host_peak_w = (rack_w - chips * type.gpu_peak_w) / nodes;
  type.host_idle_w = 0.6 * type.host_peak_w;
  type.usd_per_gpu_hour = chip.rack_usd_m * 1e6 / chips / (static_cast<double>(chip.life_quarters) * quarter_hours) + operating_usd_per_kw_year * chip.rack_kw / chips / 8766;
  return type;
}

PlanCase make_plan_case(const Plan& plan, const Programme& programme, int year, double days) {
  if (plan.racks.empty()) throw InputError({"plan", 0, 0}, "the plan installs no racks");
  Quarter last = plan.racks.front().installed;
  for (const RackOrder& order : plan.racks) last = std::max(last, order.installed);
  return Builder{plan, programme, Quarter(year > 0 ? year : last.year(), 1), days}.build();
}

PlanCase plan_case(const std::filesystem::path& folder, const std::filesystem::path& programme, int year, double days) {
  const Plan plan = read_plan(folder);
  PlanCase result = make_plan_case(plan, load_programme(programme), year, days);
  std::string bytes = plan.proof.digest + std::format("|{}|{}", year, days);
  for (const char* name : {"racks.csv", "blocks.csv", "grid.csv", "onsite_power.csv", "cloud.csv", "dispatch_zones.csv", "quarters.csv"})
    if (std::filesystem::exists(folder / name)) bytes += read_file(folder / name);
  result.digest = sha256(bytes);
  return result;
}

}  // namespace stargate::operate
