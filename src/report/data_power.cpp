#include "report/frame.h"

namespace stargate::report {
using nlohmann::json;

json power_data(const Frame& frame) {
  const auto& plan = frame.plan;
  auto firm = frame.zeros(), managed = frame.zeros(), peak = frame.zeros(), onsite = frame.zeros();
  auto grid_gwh = frame.zeros(), onsite_gwh = frame.zeros(), shed_gwh = frame.zeros(), water_ml = frame.zeros();
  for (const auto& q : plan.site_quarters) {
    frame.add(firm, q.quarter, q.firm_mw);
    frame.add(managed, q.quarter, q.managed_mw);
    frame.add(onsite, q.quarter, q.onsite_mw);
    frame.add(peak, q.quarter, q.facility_peak_mw);
    frame.add(grid_gwh, q.quarter, q.grid_gwh);
    frame.add(onsite_gwh, q.quarter, q.onsite_gwh);
    frame.add(shed_gwh, q.quarter, q.shed_gwh);
    frame.add(water_ml, q.quarter, q.water_ml);
  }

  std::map<std::string, std::vector<double>> by_technology;
  for (const auto& o : plan.onsite_power)
    frame.add_from(by_technology.try_emplace(o.technology, frame.zeros()).first->second, o.service, o.mw);
  json technologies = json::array();
  for (const auto& [id, mw] : by_technology)
    technologies.push_back({{"name", name_of(frame.programme.power, id)}, {"mw", rounded(mw)}});

  json zone_plant = json::array();
  for (const auto& z : plan.zone_power)
    zone_plant.push_back({{"technology", name_of(frame.programme.power, z.technology)},
                          {"zone", name_of(frame.programme.zones, z.place)},
                          {"ordered", frame.offset(z.ordered)},
                          {"service", frame.offset(z.service)},
                          {"mw", rounded(z.mw)},
                          {"usd_m", rounded(z.capex_usd_m)}});
  json lines = json::array();
  for (const auto& l : plan.lines) {
    const Line* line = find_id(frame.programme.lines, l.line);
    lines.push_back({{"from", line ? name_of(frame.programme.zones, line->from_zone) : l.line},
                     {"to", line ? name_of(frame.programme.zones, line->to_zone) : ""},
                     {"ordered", frame.offset(l.decided)},
                     {"service", frame.offset(l.service)},
                     {"mw", rounded(l.mw)}});
  }
  return {{"firm_mw", rounded(firm)},
          {"managed_mw", rounded(managed)},
          {"onsite_mw", rounded(onsite)},
          {"peak_mw", rounded(peak)},
          {"technologies", technologies},
          {"zone_plant", zone_plant},
          {"lines", lines},
          {"grid_gwh", rounded(grid_gwh)},
          {"onsite_gwh", rounded(onsite_gwh)},
          {"shed_gwh", rounded(shed_gwh, 3)},
          {"water_ml", rounded(water_ml)}};
}

namespace {

/// What a source is for a reader, and where it stands in a stack: what runs round the clock lies below.
struct SourceGroup {
  int rank;
  std::string name;
  auto operator<=>(const SourceGroup&) const = default;
};

SourceGroup group_of(const Programme& programme, const std::string& kind, const std::string& fuel) {
  if (kind == "hydro") return {3, "Hydro"};
  if (kind == "wind") return {4, "Wind"};
  if (kind == "solar") return {5, "Solar"};
  if (kind == "storage") return {6, "Storage"};
  const std::string name = fuel.empty() ? "Other thermal" : name_of(programme.fuels, fuel);
  return {fuel == "uranium" ? 0 : fuel == "coal" ? 1 : 2, name};
}

SourceGroup group_of(const Programme& programme, const SourceStep& step) {
  if (step.kind == "onsite") return {9, "On site"};
  if (step.kind == "charge" || step.kind == "discharge") return {6, "Storage"};
  if (const auto* fleet = find_id(programme.fleet, step.source)) return group_of(programme, fleet->kind, fleet->fuel);
  if (const auto* built = find_id(programme.power, step.source)) return group_of(programme, built->kind, built->fuel);
  return {8, step.source};
}

/// The days of the programme, each with its place in the flat series of a quarter: day * steps + step.
struct DayGrid {
  std::map<std::string, std::size_t> day;  // index among the days of its season
  std::map<std::string, std::int64_t> season;
  std::size_t steps = 1;
  std::int64_t hours_per_step = 1;
  std::array<std::size_t, 5> days_of_season{};

  explicit DayGrid(const Programme& programme) {
    hours_per_step = std::max<std::int64_t>(1, programme.settings.hours_per_step);
    steps = static_cast<std::size_t>(std::max<std::int64_t>(1, 24 / hours_per_step));
    for (const auto& d : programme.days) {
      if (d.season < 1 || d.season > 4) continue;
      day[d.id] = days_of_season[static_cast<std::size_t>(d.season)]++;
      season[d.id] = d.season;
    }
  }
  std::size_t size(Quarter quarter) const {
    return steps * days_of_season[static_cast<std::size_t>(quarter.of_year())];
  }
  std::optional<std::size_t> place(Quarter quarter, const std::string& id, std::int64_t hour) const {
    const auto found = day.find(id);
    if (found == day.end() || season.at(id) != quarter.of_year() || hour < 0 || hour >= 24) return std::nullopt;
    return found->second * steps + std::min(steps - 1, static_cast<std::size_t>(hour / hours_per_step));
  }
};

/// One zone in one quarter, as flat series over the season's days.
struct ZoneQuarter {
  std::vector<double> native, programme, shed, unserved, price;
  std::map<SourceGroup, std::vector<double>> sources;
};

json to_json(const ZoneQuarter& q, const std::vector<SourceGroup>& groups) {
  json row{
      {"native_mw", rounded(q.native, 0)}, {"programme_mw", rounded(q.programme, 0)}, {"price", rounded(q.price, 1)}};
  const auto some = [](double v) { return std::abs(v) >= 0.5; };
  if (std::ranges::any_of(q.shed, some)) row["shed_mw"] = rounded(q.shed, 0);
  if (std::ranges::any_of(q.unserved, some)) row["unserved_mw"] = rounded(q.unserved, 0);
  row["sources"] = json::object();
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (const auto found = q.sources.find(groups[g]);
        found != q.sources.end() && std::ranges::any_of(found->second, some))
      row["sources"][std::to_string(g)] = rounded(found->second, 0);
  return row;
}

}  // namespace

json dispatch_data(const Frame& frame) {
  const auto& programme = frame.programme;
  const DayGrid grid(programme);
  // The page shows the zones that carry the programme's load, in the quarters in which they do.
  std::map<std::string, std::map<Quarter, ZoneQuarter>> zones;
  std::set<std::pair<std::string, Quarter>> loaded;
  for (const auto& z : frame.plan.zone_steps)
    if (z.programme_mw >= 0.5 && frame.index(z.quarter)) loaded.emplace(z.zone, z.quarter);

  const auto at = [&](const std::string& zone, Quarter quarter) -> ZoneQuarter& {
    auto& q = zones[zone][quarter];
    if (q.native.empty())
      q.native = q.programme = q.shed = q.unserved = q.price = std::vector<double>(grid.size(quarter));
    return q;
  };
  const auto series = [&](ZoneQuarter& q, const SourceGroup& group) -> std::vector<double>& {
    return q.sources.try_emplace(group, std::vector<double>(q.native.size())).first->second;
  };
  for (const auto& z : frame.plan.zone_steps) {
    const auto i = grid.place(z.quarter, z.day, z.hour);
    if (!i || !loaded.contains({z.zone, z.quarter})) continue;
    auto& q = at(z.zone, z.quarter);
    q.native[*i] = z.native_mw, q.programme[*i] = z.programme_mw, q.shed[*i] = z.shed_mw;
    q.unserved[*i] = z.unserved_mw, q.price[*i] = z.price_usd_per_mwh;
    series(q, {7, "Imports (below zero: exports)"})[*i] = z.imports_mw;
  }
  for (const auto& s : frame.plan.source_steps) {
    const auto i = grid.place(s.quarter, s.day, s.hour);
    if (!i || !loaded.contains({s.zone, s.quarter})) continue;
    series(at(s.zone, s.quarter), group_of(programme, s))[*i] += s.kind == "charge" ? -std::abs(s.mw) : s.mw;
  }

  std::set<SourceGroup> all;
  for (const auto& [zone, quarters] : zones)
    for (const auto& [quarter, q] : quarters)
      for (const auto& [group, mw] : q.sources) all.insert(group);
  const std::vector<SourceGroup> groups(all.begin(), all.end());

  json days = json::array(), names = json::array(), by_zone = json::object();
  for (const auto& d : programme.days)
    days.push_back({{"id", d.id}, {"kind", d.kind}, {"season", d.season}, {"days", rounded(d.days)}});
  for (const auto& g : groups) names.push_back(g.name);
  for (const auto& [zone, quarters] : zones)
    for (const auto& [quarter, q] : quarters) by_zone[zone][std::to_string(frame.offset(quarter))] = to_json(q, groups);
  return {{"hours_per_step", grid.hours_per_step},
          {"steps", grid.steps},
          {"days", days},
          {"sources", names},
          {"zones", by_zone}};
}

}  // namespace stargate::report
