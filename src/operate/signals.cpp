#include "operate/signals.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/json_text.h"
#include "base/text.h"
#include "operate/instant.h"

namespace stargate::operate {

std::vector<SiteSignals> read_signals(const std::string& file, std::string_view text, const Fleet& fleet, std::int64_t unix_start) {
  Diagnostics diagnostics;
  const Csv csv = parse_csv(file, text, diagnostics);
  const std::vector<std::pair<std::string, std::vector<double> SiteSignals::*>> columns{{"price_usd_per_mwh", &SiteSignals::price_usd_per_mwh},
                                                                                        {"carbon_kg_per_mwh", &SiteSignals::carbon_kg_per_mwh},
                                                                                        {"temperature_c", &SiteSignals::temperature_c},
                                                                                        {"limit_mw", &SiteSignals::limit_mw}};
  const std::size_t hour_column = csv.column("hour"), time_column = csv.column("time"), site_column = csv.column("site");
  if (hour_column == Csv::npos && time_column == Csv::npos)
    diagnostics.error({file, csv.header.line, 1}, "no column 'hour' or 'time'", "allowed: hour or time, site, price_usd_per_mwh, carbon_kg_per_mwh, temperature_c, limit_mw");
  diagnostics.throw_if_errors();
  const Time phase = ((unix_start % 3600) + 3600) % 3600;
  std::vector<std::string> names;
  for (const Site& site : fleet.sites) names.push_back(site.name);
  std::vector<SiteSignals> all(fleet.sites.size());
  std::vector<Time> next(fleet.sites.size(), never);
  for (const CsvRow& row : csv.rows) {
    const auto wrong = [&](std::size_t column, const std::string& what, const std::string& hint) {
      diagnostics.error({file, row.line, row.cells[column].column}, "'" + row.cells[column].text + "' " + what, hint);
    };
    Time time = 0;
    if (hour_column != Csv::npos) {
      const auto hour = parse_integer(row.cells[hour_column].text);
      if (!hour || std::abs(*hour) > 10'000'000) {
        wrong(hour_column, "is no hour", "allowed: a whole number");
        continue;
      }
      time = *hour * 3600 - phase;
    } else {
      const auto instant = parse_instant(row.cells[time_column].text);
      if (!instant) {
        wrong(time_column, "is no instant", "allowed: YYYY-MM-DD HH:MM:SS");
        continue;
      }
      if (std::fmod(*instant, 3600) != 0) {
        wrong(time_column, "is no full hour", "signals are hourly: HH:00:00");
        continue;
      }
      time = static_cast<Time>(*instant) - unix_start;
    }
    Id first = 0, last = static_cast<Id>(fleet.sites.size());
    if (site_column != Csv::npos) {
      const auto at = std::ranges::find(names, row.cells[site_column].text);
      if (at == names.end()) {
        wrong(site_column, "is no site of the fleet", name_hint(row.cells[site_column].text, names));
        continue;
      }
      first = static_cast<Id>(at - names.begin());
      last = first + 1;
    }
    for (Id site = first; site < last; ++site) {
      if (next[site] == never) all[site].first_hour = time;
      else if (time != next[site]) {
        diagnostics.error({file, row.line, 1}, "hour " + std::to_string((time + phase) / 3600) + " stands where hour " + std::to_string((next[site] + phase) / 3600) + " is due", "hours must follow one another");
        break;
      }
      next[site] = time + 3600;
      for (const auto& [name, member] : columns) {
        const std::size_t column = csv.column(name);
        if (column == Csv::npos) continue;
        const bool limit = name == "limit_mw";
        auto value = parse_number(row.cells[column].text);
        if (limit && trim(row.cells[column].text).empty()) value = unlimited;
        if (!value || (limit && *value < 0) || (!limit && std::abs(*value) > 1e6))
          wrong(column, "is no value for " + name, limit ? "allowed: a number from 0, or nothing for no limit" : "allowed: a number from -1e6 to 1e6");
        (all[site].*member).push_back(value.value_or(0));
      }
    }
  }
  diagnostics.throw_if_errors();
  return all;
}

std::vector<LoadTarget> read_load_targets(const std::string& file, std::string_view text, const Fleet& fleet, std::int64_t unix_start) {
  using Json = nlohmann::json;
  const auto fail = [&](std::size_t at, const std::string& what, const std::string& hint = {}) -> InputError {
    return InputError({file, 0, 0}, (at > 0 ? "load target " + std::to_string(at) + ": " : "") + what, hint);
  };
  const Json json = parse_json(file, text);
  const Json& list = json.is_object() && json.contains("load_targets") ? json["load_targets"] : json;
  if (!list.is_array()) throw fail(0, "no array of load targets", "allowed: an array, or an object with load_targets");
  std::vector<LoadTarget> targets;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json& item = list[i];
    if (!item.is_object()) throw fail(i + 1, "is no object");
    const auto time = [&](const char* key, Time otherwise) -> Time {
      if (!item.contains(key) || item[key].is_null()) return otherwise;
      if (item[key].is_number()) {
        const double seconds = item[key].get<double>();
        if (std::abs(seconds) > 1e11) throw fail(i + 1, std::string(key) + " " + item[key].dump() + " is too large to be meant", "allowed: seconds of the run up to 1e11");
        return static_cast<Time>(seconds);
      }
      if (item[key].is_string())
        if (const auto instant = parse_instant(item[key].get<std::string>())) return static_cast<Time>(*instant) - unix_start;
      throw fail(i + 1, std::string(key) + " " + item[key].dump() + " is no time", "allowed: ISO 8601 in UTC, or seconds of the run");
    };
    LoadTarget target;
    target.start = time("start", 0);
    target.end = time("end", never);
    if (target.end <= target.start) throw fail(i + 1, "it ends before it starts");
    if (item.contains("best_effort")) {
      if (!item["best_effort"].is_boolean()) throw fail(i + 1, "best_effort must be true or false");
      target.best_effort = item["best_effort"].get<bool>();
    }
    double base_mw = 0;
    if (item.contains("site")) {
      for (Id s = 0; s < fleet.sites.size(); ++s)
        if (item["site"] == fleet.sites[s].name) target.site = s;
      if (target.site == none) throw fail(i + 1, "site " + item["site"].dump() + " is not in the fleet");
      base_mw = fleet.sites[target.site].grid_mw;
    } else if (fleet.sites.size() == 1) {
      base_mw = fleet.sites[0].grid_mw;
    }
    if (item.contains("feeds") && !item["feeds"].is_array()) throw fail(i + 1, "feeds must be an array of names");
    for (const Json& name : item.value("feeds", Json::array())) {
      Id found = none;
      for (Id f = 0; f < fleet.feeds.size(); ++f)
        if (name == fleet.feeds[f].name) found = f;
      if (found == none) throw fail(i + 1, "feed " + name.dump() + " is not in the fleet");
      if (target.feeds.empty()) base_mw = 0;
      base_mw += fleet.feeds[found].limit_mw;
      target.feeds.push_back(found);
    }
    if (!item.contains("value") || !item["value"].is_number() || item["value"].get<double>() < 0) throw fail(i + 1, "value must be a number from 0");
    const std::string unit = item.contains("unit") && item["unit"].is_string() ? lower(item["unit"].get<std::string>()) : "mw";
    const double value = item["value"].get<double>();
    if (unit == "w" || unit == "watt") target.limit_mw = value / 1e6;
    else if (unit == "kw" || unit == "kilowatt") target.limit_mw = value / 1e3;
    else if (unit == "mw" || unit == "megawatt") target.limit_mw = value;
    else if (unit == "gw" || unit == "gigawatt") target.limit_mw = value * 1e3;
    else if (unit == "percent" || unit == "%") {
      if (base_mw <= 0 || base_mw == unlimited) throw fail(i + 1, "percent of what? neither the feeds nor the site have a limit");
      target.limit_mw = value / 100 * base_mw;
    } else throw fail(i + 1, "unit '" + unit + "' is not known", name_hint(unit, {"W", "kW", "MW", "GW", "percent"}));
    // A target for several feeds is shared out as their limits are; without limits, evenly.
    if (target.feeds.size() <= 1) {
      targets.push_back(target);
      continue;
    }
    for (const Id feed : target.feeds) {
      LoadTarget part = target;
      part.feeds = {feed};
      part.limit_mw = target.limit_mw * (base_mw > 0 && base_mw != unlimited ? fleet.feeds[feed].limit_mw / base_mw : 1.0 / static_cast<double>(target.feeds.size()));
      targets.push_back(part);
    }
  }
  return targets;
}

}  // namespace stargate::operate
