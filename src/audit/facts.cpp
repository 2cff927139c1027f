#include "audit/facts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "programme/after.h"

namespace stargate::audit {

namespace {

constexpr double days_a_quarter = 91.3125;

template <class Rows>
Index index_of(const Rows& rows) {
  Index index;
  for (const auto& row : rows) index.emplace(row.id, static_cast<int>(index.size()));
  return index;
}

/// Longest path through the activities of one scope: day of the last finish. Durations and lags in whole days; links to
/// the other scope do not count, since a site's activities come before its blocks.
double critical_days(const std::vector<const Activity*>& activities) {
  struct Span {
    double start = 0, finish = 0;
  };
  std::map<std::string, Span> spans;
  const auto days = [](double weeks) { return std::round(weeks * 7); };
  // Relaxed as often as there are activities: the longest path has no more links.
  for (std::size_t round = 0; round <= activities.size(); ++round) {
    for (const auto* a : activities) {
      const double duration = days(a->weeks_p50);
      double start = 0;
      for (const auto& text : a->after) {
        const auto after = parse_after(text).value_or(After{});
        const auto before = spans.find(after.activity);
        if (before == spans.end()) continue;
        const double lag = days(after.lag_weeks);
        const Span& b = before->second;
        switch (after.type) {
          case After::Type::finish_start:
            start = std::max(start, b.finish + lag);
            break;
          case After::Type::start_start:
            start = std::max(start, b.start + lag);
            break;
          case After::Type::finish_finish:
            start = std::max(start, b.finish + lag - duration);
            break;
          case After::Type::start_finish:
            start = std::max(start, b.start + lag - duration);
            break;
        }
      }
      spans[a->id] = {start, start + duration};
    }
  }
  double last = 0;
  for (const auto& [id, span] : spans) last = std::max(last, span.finish);
  return last;
}

int quarters_of(double days) { return static_cast<int>(std::ceil(days / days_a_quarter)); }

}  // namespace

double available(const Fleet& unit, int season) {
  return std::array{unit.available_winter, unit.available_spring, unit.available_summer,
                    unit.available_autumn}[static_cast<std::size_t>(season - 1)];
}

Facts::Facts(const Programme& programme) : p(programme) {
  N = p.quarters();
  B = static_cast<int>(p.settings.build_quarters);
  D = t(p.decisions_from());
  site = index_of(p.sites);
  zone = index_of(p.zones);
  accelerator = index_of(p.accelerators);
  power = index_of(p.power);
  line = index_of(p.lines);
  cloud = index_of(p.cloud);
  expansion = index_of(p.expansions);
  investor = index_of(p.investors);
  incentive = index_of(p.incentives);
  equipment = index_of(p.equipment);
  stage = index_of(p.stages);
  fleet = index_of(p.fleet);
  fuel = index_of(p.fuels);
  day = index_of(p.days);
  for (const auto& s : p.sites) zone_of.push_back(zone.at(s.zone));

  read_time();
  read_construction();
  read_grid();
  read_restricted();

  e = table2(p.accelerators.size(), p.sites.size());
  for (std::size_t g = 0; g < e.size(); ++g)
    for (std::size_t s = 0; s < p.sites.size(); ++s) {
      const auto& a = p.accelerators[g];
      const double racks = p.sites[s].block_mw * static_cast<double>(p.sites[s].most_blocks) * 1000 / a.rack_kw;
      const auto chips = static_cast<double>(a.chips_per_rack);
      e[g][s] =
          chips * effective_pflops_per_chip(static_cast<int>(g), std::min(racks * chips, p.settings.cluster_chips));
    }
  for (const auto& c : p.cloud) {
    const int g = accelerator.at(c.accelerator);
    e_committed.push_back(effective_pflops_per_chip(g, std::max(1.0, c.most_committed_chips)));
    e_burst.push_back(effective_pflops_per_chip(g, std::max(1.0, c.most_burst_chips)));
  }
}

// ---- time ----------------------------------------------------------------------------------------------------------

double Facts::discount(int t) const { return std::pow(1 + p.settings.discount_rate, -(t + 0.5) / 4); }

int Facts::dispatched_as(int t) const {
  if (t < B || t >= N - 4) return t;
  int last = t;
  while (last + 4 < N) last += 4;
  return last;
}

void Facts::read_time() {
  const int length = static_cast<int>(p.settings.hours_per_step);
  for (const auto& d : p.days) season_days[static_cast<std::size_t>(d.season)] += d.days;
  for (std::size_t d = 0; d < p.days.size(); ++d) {
    if (p.days[d].days <= 0) continue;
    for (int hour = 0; hour < 24; hour += length) {
      const int season_of_day = static_cast<int>(p.days[d].season);
      steps_of[static_cast<std::size_t>(season_of_day)].push_back(static_cast<int>(steps.size()));
      steps.push_back({static_cast<int>(d), season_of_day, hour});
    }
  }
}

double Facts::weight(int t, const Step& step) const {
  return p.days[static_cast<std::size_t>(step.day)].days / season_days[static_cast<std::size_t>(step.season)] *
         quarter(t).days() * static_cast<double>(p.settings.hours_per_step);
}

int Facts::position(int d, int hour) const {
  const auto& list = steps_of[static_cast<std::size_t>(p.days[static_cast<std::size_t>(d)].season)];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Step& step = steps[static_cast<std::size_t>(list[i])];
    if (step.day == d && step.hour == hour) return static_cast<int>(i);
  }
  return -1;
}

// ---- construction --------------------------------------------------------------------------------------------------

void Facts::read_construction() {
  std::map<std::string, std::pair<std::vector<const Activity*>, std::vector<const Activity*>>> by_template;
  for (const auto& a : p.activities) {
    auto& [of_site, of_block] = by_template[a.construction_template];
    (a.scope == "site" ? of_site : of_block).push_back(&a);
  }
  for (const auto& [name, lists] : by_template) leads[name] = {critical_days(lists.first), critical_days(lists.second)};

  committed_open.resize(p.sites.size());
  committed_blocks_from.resize(p.sites.size());
  for (const auto& c : p.commitments) {
    const int s = site.at(c.site);
    const Quarter from = c.blocks > 0 ? Quarter(c.start) : Quarter(c.start) + site_quarters(s);
    auto& earliest = committed_blocks_from[static_cast<std::size_t>(s)];
    if (!earliest || from < *earliest) earliest = from;
    auto& first = committed_open[static_cast<std::size_t>(site.at(c.site))];
    if (!first || Quarter(c.start) < *first) first = Quarter(c.start);
  }
}

int Facts::site_quarters(int s) const {
  return quarters_of(leads.at(p.sites[static_cast<std::size_t>(s)].construction_template).site_days);
}
int Facts::block_quarters(int s) const {
  return std::max(1, quarters_of(leads.at(p.sites[static_cast<std::size_t>(s)].construction_template).block_days));
}

Quarter Facts::ready(const Commitment& c) const {
  if (c.reported_ready && c.ready_by == "report") {
    const Quarter reported(*c.reported_ready);
    if (reported < p.decisions_from()) return std::max(reported, Quarter(c.start));
    return std::max(reported.first_day() == *c.reported_ready ? reported : reported + 1, Quarter(c.start) + 1);
  }
  const auto& s = p.sites[static_cast<std::size_t>(site.at(c.site))];
  const Date done = c.start + std::chrono::days{std::llround(leads.at(s.construction_template).block_days)};
  const Quarter q(done);
  return std::max(q.first_day() == done ? q : q + 1, Quarter(c.start) + 1);
}

// ---- sites and zones -----------------------------------------------------------------------------------------------

double Facts::pue(int s, int season_of_year) const {
  const auto& x = p.sites[static_cast<std::size_t>(s)];
  return std::array{x.pue_winter, x.pue_spring, x.pue_summer,
                    x.pue_autumn}[static_cast<std::size_t>(season_of_year - 1)];
}

double Facts::highest_pue(int s) const { return std::max({pue(s, 1), pue(s, 2), pue(s, 3), pue(s, 4)}); }

void Facts::read_grid() {
  load = wind = solar = table2(p.zones.size(), steps.size());
  const int length = static_cast<int>(p.settings.hours_per_step);
  constexpr auto none = static_cast<std::size_t>(-1);  // a day that stands for nothing has no steps
  std::vector<std::size_t> first_step(p.days.size(), none);
  for (std::size_t i = steps.size(); i-- > 0;) first_step[static_cast<std::size_t>(steps[i].day)] = i;
  for (const auto& row : p.profiles) {
    const auto z = static_cast<std::size_t>(zone.at(row.zone));
    const std::size_t first = first_step[static_cast<std::size_t>(day.at(row.day))];
    if (first == none) continue;
    const std::size_t i = first + static_cast<std::size_t>(row.hour / length);
    load[z][i] += row.load_mw / length;
    wind[z][i] += row.wind / length;
    solar[z][i] += row.solar / length;
  }
}

double Facts::native_mw(int z, int step, int t) const {
  const auto zi = static_cast<std::size_t>(z);
  return load[zi][static_cast<std::size_t>(step)] *
         std::pow(1 + p.zones[zi].load_growth_per_year, quarter(t).year() - 2025);
}

void Facts::read_restricted() {
  Table2 net = load;
  for (const auto& unit : p.fleet) {
    if (unit.kind != "wind" && unit.kind != "solar") continue;
    const auto z = static_cast<std::size_t>(zone.at(unit.zone));
    for (std::size_t i = 0; i < steps.size(); ++i)
      net[z][i] -= unit.capacity_mw * (unit.kind == "wind" ? wind[z][i] : solar[z][i]);
  }
  restricted.assign(p.sites.size(), std::vector<bool>(steps.size(), false));
  for (const auto& connection : p.interconnection) {
    if (connection.kind != "managed") continue;
    const auto s = static_cast<std::size_t>(site.at(connection.site));
    const auto& net_load = net[static_cast<std::size_t>(zone_of[s])];
    std::vector<std::size_t> order(steps.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      if (net_load[a] != net_load[b]) return net_load[a] > net_load[b];
      return steps[a].season < steps[b].season;  // then as listed
    });
    double reached = 0;
    for (const std::size_t i : order) {
      if (reached >= connection.curtailed_hours_per_year - 1e-9) break;
      restricted[s][i] = true;
      reached += p.days[static_cast<std::size_t>(steps[i].day)].days /
                 season_days[static_cast<std::size_t>(steps[i].season)] * 91.25 *
                 static_cast<double>(p.settings.hours_per_step);
    }
  }
}

double Facts::fuel_usd_per_mmbtu(const std::string& fuel_id, int z, int year) const {
  if (fuel_id.empty()) return 0;
  std::map<std::int64_t, double> own, everywhere;
  for (const auto& price : p.fuel_prices) {
    if (price.fuel != fuel_id) continue;
    if (price.zone.empty()) everywhere[price.year] = price.usd_per_mmbtu;
    if (price.zone == p.zones[static_cast<std::size_t>(z)].id) own[price.year] = price.usd_per_mmbtu;
  }
  const auto& prices = own.empty() ? everywhere : own;
  if (prices.empty()) return 0;
  const auto above = prices.lower_bound(year);
  if (above == prices.end()) return prices.rbegin()->second;
  if (above == prices.begin() || above->first == year) return above->second;
  const auto below = std::prev(above);
  const double share = static_cast<double>(year - below->first) / static_cast<double>(above->first - below->first);
  return below->second + share * (above->second - below->second);
}

double Facts::co2_t_per_mmbtu(const std::string& fuel_id) const {
  return fuel_id.empty() ? 0 : p.fuels[static_cast<std::size_t>(fuel.at(fuel_id))].co2_t_per_mmbtu;
}

// ---- compute -------------------------------------------------------------------------------------------------------

double Facts::effective_pflops_per_chip(int g, double cluster_chips) const {
  const auto& a = p.accelerators[static_cast<std::size_t>(g)];
  std::map<double, const Efficiency*> rows;
  for (const auto& row : p.efficiency)
    if (row.accelerator == a.id) rows[row.cluster_chips] = &row;
  if (rows.empty()) return 0;
  const auto upper = rows.lower_bound(cluster_chips);
  const auto& precision = (upper == rows.end() ? *rows.rbegin() : *upper).second->precision;
  const double peak = precision == "fp8"   ? a.fp8_tflops.value_or(0)
                      : precision == "fp4" ? a.fp4_tflops.value_or(0)
                                           : a.bf16_tflops;
  const auto between = [&](double Efficiency::*what) {
    const auto above = rows.lower_bound(cluster_chips);
    if (above == rows.begin()) return above->second->*what;
    const auto below = std::prev(above);
    if (above == rows.end()) return below->second->*what;
    const double share = std::log(cluster_chips / below->first) / std::log(above->first / below->first);
    return below->second->*what + share * (above->second->*what - below->second->*what);
  };
  return peak * between(&Efficiency::mfu) * between(&Efficiency::goodput) / 1000;
}

double Facts::run_pflops(int g, int s, double racks) const {
  const auto gi = static_cast<std::size_t>(g);
  const double chips = racks * static_cast<double>(p.accelerators[gi].chips_per_rack);
  if (chips <= 0) return 0;
  const double own = effective_pflops_per_chip(g, std::min(chips, p.settings.cluster_chips)) * chips;
  return std::min(own, e[gi][static_cast<std::size_t>(s)] * racks);
}

double Facts::largest_run_pflops(int g, double racks) const {
  const double chips = racks * static_cast<double>(p.accelerators[static_cast<std::size_t>(g)].chips_per_rack);
  return chips <= 0 ? 0 : chips * effective_pflops_per_chip(g, chips);
}

double Facts::best_pflops_per_mw(int t) const {
  double best = 0;
  for (std::size_t g = 0; g < e.size(); ++g) {
    if (p.accelerators[g].available_from > quarter(t)) continue;
    for (const double x : e[g]) best = std::max(best, x * 1000 / p.accelerators[g].rack_kw);
  }
  return best;
}

double Facts::rack_price(int g, int t) const {
  const auto& a = p.accelerators[static_cast<std::size_t>(g)];
  return a.rack_usd_m * std::pow(1 - a.price_decline_per_year, std::max(0, quarter(t) - a.available_from) / 4.0);
}

}  // namespace stargate::audit
