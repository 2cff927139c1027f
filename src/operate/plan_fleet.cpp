#include "operate/plan_fleet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include "base/csv.h"
#include "base/text.h"
#include "embedded.h"
#include "programme/load.h"

namespace stargate::operate {

namespace {

/// Mean temperatures of winter (November to February), spring, summer (June to August) and autumn.
struct Climate {
  std::array<double, 4> season{3, 15, 27, 15};
  bool known = false;

  /// Seasons' means in the middle of each, joined by half waves of a cosine; the day swings by 6 C about its mean, hottest at 15:00.
  double at(Date date, int hour) const {
    constexpr std::array<double, 5> middle{0, 105, 197, 274, 365};  // day of the year
    const auto year = std::chrono::year_month_day(date).year();
    const double day = (date - Date{year / std::chrono::January / 1}).count();
    std::size_t s = 0;
    while (s + 2 < middle.size() && day >= middle[s + 1]) ++s;
    const double share = std::clamp((day - middle[s]) / (middle[s + 1] - middle[s]), 0.0, 1.0);
    const double weight = (1 - std::cos(std::numbers::pi * share)) / 2;
    return season[s] + weight * (season[(s + 1) % 4] - season[s]) + 6 * std::cos(2 * std::numbers::pi * (hour - 15) / 24);
  }
};

Climate climate_of(const std::string& site, Weather weather) {
  static const Csv csv = [] {
    Diagnostics diagnostics;
    return parse_csv("data/facts/site_climate.csv", embedded_facts().at("site_climate.csv"), diagnostics);
  }();
  const std::string kind = weather == Weather::hot ? "hot_" : "typical_";
  Climate climate;
  for (const CsvRow& row : csv.rows)
    if (row.cells[csv.column("site")].text == site) {
      const std::array<const char*, 4> names{"winter_c", "spring_c", "summer_c", "autumn_c"};
      for (std::size_t s = 0; s < 4; ++s) climate.season[s] = parse_number(row.cells[csv.column(kind + names[s])].text).value();
      climate.known = true;
    }
  return climate;
}

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
  double days;                         // warm-up included
  Time warm_up_s = 0;
  Weather weather = Weather::typical;
  PlanCase result{};
  std::set<std::string> said{};        // assumptions already in

  Time at(Quarter q) const { return (q.first_day() - first.first_day()).count() * Time{86400} + warm_up_s; }
  Date day_of(std::size_t hour) const { return first.first_day() - std::chrono::days{warm_up_s / 86400} + std::chrono::days{hour / 24}; }
  void assume(const std::string& text) {
    if (said.insert(text).second) result.assumptions.push_back(text);
  }
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
      room.push_back(limit == unlimited ? 1e9 : limit);
    };
    for (const BlockStart& block : plan.blocks)
      if (block.site == from.id)
        for (std::int64_t b = 0; b < block.blocks; ++b) building(block.it_mw > 0 && block.blocks > 0 ? block.it_mw / static_cast<double>(block.blocks) : from.block_mw);
    if (room.empty()) building(unlimited);

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
      if (order.place != from.id || at(order.service) > warm_up_s) continue;
      const bool stores = order.technology.find("battery") != std::string::npos || order.technology.find("storage") != std::string::npos;
      if (stores) site.battery_mw += order.mw, site.battery_mwh += 4 * order.mw;
      else site.onsite_mw += order.mw;
    }
    const Climate climate = climate_of(from.id, weather);
    if (!climate.known) assume("weather: no climate is known for " + from.id + "; a smooth year from 3 to 27 C is taken");
    const double warming = std::max(1.0, climate.season[2] - climate.season[0]), per_c = (from.pue_summer - from.pue_winter) / warming;
    constexpr double beyond_c = 15;    // the line goes on for hotter hours than the summer's mean
    site.cooling = {.pue_cold = from.pue_winter, .pue_hot = std::max(from.pue_winter, from.pue_summer + beyond_c * per_c), .cold_c = climate.season[0],
                    .hot_c = climate.season[2] + beyond_c, .water_l_per_kwh_hot = 2 * from.water_l_per_kwh, .fixed_mw = 0};
    SiteSignals signals;
    const std::size_t hours = static_cast<std::size_t>(std::ceil(days * 24)) + 1;
    const auto prices = zone_prices(from.zone);
    std::map<Quarter, double> carbon;
    for (const ProgrammeQuarter& q : plan.quarters)
      if (q.load_gwh > 0 && q.co2_kt > 0) carbon[q.quarter] = q.co2_kt * 1000 / q.load_gwh;
    std::map<Quarter, std::pair<std::optional<Quarter>, std::optional<Quarter>>> sources;  // of prices and carbon, by quarter
    for (std::size_t h = 0; h < hours; ++h) {
      const Date date = day_of(h);
      const Quarter q(date);
      const int hour = static_cast<int>(h % 24);
      signals.temperature_c.push_back(climate.at(date, hour));
      double grid = 0;
      for (const GridRequest& g : plan.grid)
        if (g.site == from.id && g.energised <= q) grid += g.mw;
      for (const PowerOrder& order : plan.onsite_power)
        if (order.place == from.id && at(order.service) > warm_up_s && order.service <= q) grid += order.mw;
      signals.limit_mw.push_back(grid);
      if (!sources.contains(q)) {
        sources[q] = {nearest(prices, q), nearest(carbon, q)};
        const auto say = [&](const char* what, const std::optional<Quarter>& used, const std::string& otherwise) {
          if (!used) assume(std::string(what) + ": the plan has none for " + from.zone + "; " + otherwise);
          else if (*used != q) assume(std::string(what) + " of " + to_string(q) + ": the plan's nearest are those of " + to_string(*used));
        };
        say("prices", sources[q].first, shortest(site.price_usd_per_mwh) + " USD/MWh is taken");
        say("carbon", sources[q].second, shortest(site.carbon_kg_per_mwh) + " kg/MWh is taken");
      }
      const auto& [price_from, carbon_from] = sources[q];
      signals.price_usd_per_mwh.push_back(price_from ? prices.at(*price_from)[static_cast<std::size_t>(hour)] : site.price_usd_per_mwh);
      signals.carbon_kg_per_mwh.push_back(carbon_from ? carbon.at(*carbon_from) : site.carbon_kg_per_mwh);
    }
    site.grid_mw = *std::ranges::max_element(signals.limit_mw);
    result.scenario.signals.push_back(std::move(signals));
    return site;
  }

  /// The quarter itself if there is something of it; else the same season of the nearest year, else the nearest quarter.
  template <class Value>
  static std::optional<Quarter> nearest(const std::map<Quarter, Value>& values, Quarter q) {
    std::optional<Quarter> best;
    const auto distance = [&](Quarter other) { return std::abs(other - q) + (other.of_year() == q.of_year() ? 0 : 1000); };
    for (const auto& [quarter, value] : values)
      if (!best || distance(quarter) < distance(*best)) best = quarter;
    return best;
  }

  /// Mean price of the zone by quarter and hour of day, from the steps of the representative days.
  std::map<Quarter, std::array<double, 24>> zone_prices(const std::string& zone) const {
    std::map<Quarter, std::map<std::int64_t, std::pair<double, int>>> sums;
    for (const ZoneStep& step : plan.zone_steps)
      if (step.zone == zone) {
        auto& [sum, count] = sums[step.quarter][step.hour];
        sum += step.price_usd_per_mwh;
        ++count;
      }
    std::map<Quarter, std::array<double, 24>> prices;
    for (const auto& [quarter, steps] : sums)
      for (int hour = 0; hour < 24; ++hour) {
        const auto next = steps.upper_bound(hour);  // the step that the hour lies in
        const auto& [sum, count] = next == steps.begin() ? steps.rbegin()->second : std::prev(next)->second;
        prices[quarter][static_cast<std::size_t>(hour)] = sum / count;
      }
    return prices;
  }

  /// The plan's effective PFLOP/s of each site over its chips' peak, into the pools; and the mean that was promised.
  void promise() {
    for (Pool& pool : result.fleet.pools) {
      const std::string& site = result.fleet.sites[pool.site].name;
      double effective = 0, peak = 0;
      for (const SiteQuarter& row : plan.site_quarters)
        if (row.site == site && at(row.quarter) < end() && row.effective_pflops > 0) {
          double chips_peak = 0;
          for (const RackOrder& order : plan.racks) {
            if (order.site != site || order.installed > row.quarter) continue;
            const Accelerator& chip = find(programme.accelerators, order.accelerator, "accelerators");
            if (order.installed + static_cast<int>(chip.life_quarters) <= row.quarter) continue;
            chips_peak += order.racks * static_cast<double>(chip.chips_per_rack) * chip.bf16_tflops / 1000;
          }
          effective = row.effective_pflops, peak = chips_peak;  // the last quarter's
        }
      if (peak > 0) pool.effective_share = effective / peak;
      else assume("effective rate: the plan has none for " + site + "; the peak is taken");
    }
    double days_seen = 0;
    for (std::size_t h = static_cast<std::size_t>(warm_up_s / 3600); h < static_cast<std::size_t>(days * 24); h += 24) {
      const Quarter q(day_of(h));
      ++days_seen;
      for (const SiteQuarter& row : plan.site_quarters)
        if (row.quarter == q) result.promised_pflops += row.effective_pflops;
    }
    if (days_seen > 0) result.promised_pflops /= days_seen;
    // Quarters beyond the plan's tables promise what the racks that stand then would reach.
    if (result.promised_pflops == 0) assume("promise: the plan's tables end before the year; nothing is promised for it");
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
    promise();
    Scenario& sc = result.scenario;
    sc.policy = "priority-easy";
    sc.placement = Placement::tightest;
    sc.backfill_depth = 100;
    sc.failures = llama3_failures();
    std::ranges::copy(correlated_faults(), std::back_inserter(sc.failures));
    sc.checkpointing = {.rule = CheckpointRule::young_daly, .write_s = 30, .restart_s = 300, .resize_s = 120};
    sc.power.on = true;
    sc.horizon = end();
    sc.measure_from = warm_up_s;
    result.unix_start = day_of(0).time_since_epoch().count() * std::int64_t{86400};
    assume(std::format("workload: a described mix that offers {:.0f} % of the GPU-hours installed; its shares, widths and lengths are estimates", 100 * result.load));
    assume(std::format("failures: Llama 3's counts a GPU-hour, and estimates for racks, switches, pods, feeds and sites; checkpoints by Young and Daly, {} s to write, {} s to restart",
                       shortest(sc.checkpointing.write_s), shortest(sc.checkpointing.restart_s)));
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

PlanCase make_plan_case(const Plan& plan, const Programme& programme, int year, double days, double warm_up_days, Weather weather) {
  if (plan.racks.empty()) throw InputError({"plan", 0, 0}, "the plan installs no racks");
  Quarter last = plan.racks.front().installed;
  for (const RackOrder& order : plan.racks) last = std::max(last, order.installed);
  const int runs = year > 0 ? year : last.year();
  const Time warm_up = static_cast<Time>(std::ceil(warm_up_days)) * 86400;
  Builder builder{plan, programme, Quarter(runs, 1), days + static_cast<double>(warm_up) / 86400, warm_up, weather};
  builder.assume(std::format("year: {}{}, {} days from 1 January, after {} days of warm-up that are not counted", runs,
                             year > 0 ? "" : " (the last in which racks are installed; --year names another)", shortest(days), warm_up / 86400));
  builder.assume(weather == Weather::hot ? "weather: a hot year by site (degree-days of 2046-2050, ReEDS, HadGEM2 RCP4.5), smooth from day to day"
                                         : "weather: a typical year by site (degree-days of 2024-2030, ReEDS, HadGEM2 RCP4.5), smooth from day to day");
  return builder.build();
}

PlanCase plan_case(const std::filesystem::path& folder, const std::filesystem::path& programme, int year, double days, double warm_up_days, Weather weather) {
  return make_plan_case(read_plan(folder), load_programme(programme), year, days, warm_up_days, weather);
}

}  // namespace stargate::operate
