#include "exchange/demand_history.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <map>

#include "base/files.h"
#include "base/record.h"
#include "base/text.h"
#include "exchange/csv_file.h"

namespace stargate::exchange {

namespace {

using headroom::DemandHistory;

/// "2020-01-31 05:00[:00][Z]" or with a T as hours since 1970; false where it is no such time, or not a whole hour.
bool parse_hour(std::string_view text, std::int64_t& hour) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() < 10) return false;
  const auto year = parse_integer(text.substr(0, 4)), month = parse_integer(text.substr(5, 2)), day = parse_integer(text.substr(8, 2));
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return false;
  std::int64_t of_day = 0;
  if (text.size() > 10) {
    const auto time = text.substr(11);
    const auto parts = split(time, ':');
    if ((text[10] != ' ' && text[10] != 'T') || parts.size() < 2 || parts.size() > 3) return false;
    const auto h = parse_integer(parts[0]);
    if (!h || *h < 0 || *h > 23 || parse_integer(parts[1]) != 0) return false;
    if (parts.size() == 3 && parse_number(parts[2]) != 0.0) return false;
    of_day = *h;
  }
  hour = std::chrono::sys_days(date).time_since_epoch().count() * 24 + of_day;
  return true;
}

std::size_t time_column(const Csv& csv) {
  for (std::size_t c = 0; c < csv.header.cells.size(); ++c) {
    const auto name = lower(csv.header.cells[c].text);
    if (name == "date_time" || name == "timestamp" || name == "time" || name == "hour" || name == "utc time") return c;
  }
  return 0;
}

/// Columns that hold demand: the one asked for, else the cleaned one, else all but the time (a column an authority).
std::vector<std::size_t> demand_columns(const Csv& csv, std::size_t time, const std::string& wanted) {
  std::vector<std::size_t> columns;
  std::vector<std::string> names;
  std::size_t cleaned = Csv::npos, raw = Csv::npos;
  for (std::size_t c = 0; c < csv.header.cells.size(); ++c) {
    if (c == time) continue;
    const auto& name = csv.header.cells[c].text;
    names.push_back(name);
    columns.push_back(c);
    if (lower(name).starts_with("cleaned")) cleaned = c;
    if (lower(name).starts_with("raw")) raw = c;
  }
  const Place place{csv.file, csv.header.line, 1};
  if (!wanted.empty()) {
    const auto at = csv.column(wanted);
    if (at == Csv::npos) throw InputError(place, std::format("there is no column '{}'", wanted), name_hint(wanted, names));
    return {at};
  }
  if (cleaned != Csv::npos) return {cleaned};
  if (raw != Csv::npos && columns.size() == 1) return {raw};
  if (columns.empty()) throw InputError(place, "there is no column of demand", "a time, then demand in MW");
  return columns;
}

void read_into(const std::filesystem::path& path, const HistoryFiles& files, std::vector<DemandHistory>& histories,
               Diagnostics& diagnostics) {
  const Csv csv = read_csv_file(path);
  const auto time = time_column(csv);
  const auto columns = demand_columns(csv, time, files.column);
  std::string stem = path.filename().string();
  for (const char* end : {".gz", ".csv"})
    if (stem.ends_with(end)) stem.resize(stem.size() - std::string_view(end).size());
  constexpr std::size_t enough = 20;
  for (const auto column : columns) {
    DemandHistory history;
    history.name = columns.size() == 1 ? stem : csv.header.cells[column].text;
    for (const auto& row : csv.rows) {
      if (diagnostics.errors() > enough) break;
      std::int64_t hour = 0;
      if (!parse_hour(trim(row.cells[time].text), hour)) {
        diagnostics.error(csv.place(row, row.cells[time]), std::format("'{}' is no whole hour", row.cells[time].text), "allowed: 2020-01-31 05:00");
        continue;
      }
      if (!history.hours.empty() && hour <= history.hours.back()) {
        diagnostics.error(csv.place(row, row.cells[time]), std::format("{} {}", row.cells[time].text, hour == history.hours.back() ? "stands a second time" : "is before the row above"),
                          "times rise; in UTC, so that no hour of a change to summer time repeats");
        continue;
      }
      const auto text = trim(row.cells[column].text);
      const auto word = lower(text);
      if (files.skip_missing && (text.empty() || word == "nan" || word == "na")) continue;
      const auto value = parse_number(text);
      if (!value || *value < 0) {
        diagnostics.error(csv.place(row, row.cells[column]), text.empty() ? "demand is missing" : std::format("'{}' is no demand", text),
                          "allowed: MW, 0 or more; --missing skip passes over empty cells");
        continue;
      }
      history.hours.push_back(hour);
      history.demand_mw.push_back(*value);
    }
    if (history.hours.empty() && !diagnostics.has_errors()) diagnostics.error({csv.file}, std::format("no demand of {}", history.name), "a row an hour is needed");
    histories.push_back(std::move(history));
  }
}

struct GroupRow : Row {
  std::string authority, group;
};
const Table<GroupRow>& group_table() {
  static const Table<GroupRow> table{"groups", "The region of each authority",
                                     {field("authority", &GroupRow::authority, "name of its history").as_key(),
                                      field("group", &GroupRow::group, "region it belongs to")}};
  return table;
}

struct ShareRow : Row {
  std::string zone, authority;
  double share = 0;
};
const Table<ShareRow>& share_table() {
  static const Table<ShareRow> table{"zone_shares", "Which part of an authority's headroom is a zone's",
                                     {field("zone", &ShareRow::zone, "zone of the grid model").as_key(),
                                      field("authority", &ShareRow::authority, "name of its history").as_key(),
                                      field("share", &ShareRow::share, "part of the authority's headroom").range(0, 1)}};
  return table;
}

std::vector<std::string> names_of(const std::vector<DemandHistory>& histories) {
  std::vector<std::string> names;
  for (const auto& h : histories) names.push_back(h.name);
  return names;
}

}  // namespace

std::vector<DemandHistory> read_demand_histories(const HistoryFiles& files) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  if (fs::is_directory(files.path)) {
    for (const auto& entry : fs::directory_iterator(files.path))
      if (const auto name = entry.path().filename().string(); name.ends_with(".csv") || name.ends_with(".csv.gz")) paths.push_back(entry.path());
    std::ranges::sort(paths);
    if (paths.empty()) throw InputError({files.path}, "the folder holds no .csv or .csv.gz file", "hourly demand, one file an authority");
  } else {
    paths.push_back(files.path);
  }
  std::vector<DemandHistory> histories;
  Diagnostics diagnostics;
  for (const auto& path : paths) read_into(path, files, histories, diagnostics);
  diagnostics.throw_if_errors();
  for (std::size_t i = 0; i < histories.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (histories[i].name == histories[j].name) throw InputError({files.path}, std::format("'{}' stands in two files", histories[i].name));
  if (!files.groups.empty()) {
    const auto rows = read_table(group_table(), parse_csv(files.groups, read_file(files.groups), diagnostics), diagnostics);
    for (const auto& row : rows) {
      const auto at = std::ranges::find(histories, row.authority, &DemandHistory::name);
      if (at != histories.end()) at->group = row.group;
      else diagnostics.error({files.groups, row.line, 1}, std::format("there is no history of '{}'", row.authority), name_hint(row.authority, names_of(histories)));
    }
    diagnostics.throw_if_errors();
  }
  return histories;
}

std::vector<headroom::ZoneShare> read_zone_shares(const std::string& file, const std::vector<DemandHistory>& histories) {
  Diagnostics diagnostics;
  const auto rows = read_table(share_table(), parse_csv(file, read_file(file), diagnostics), diagnostics);
  std::map<std::string, double> sums;
  std::vector<headroom::ZoneShare> shares;
  for (const auto& row : rows) {
    if (!std::ranges::contains(histories, row.authority, &DemandHistory::name))
      diagnostics.error({file, row.line, 1}, std::format("there is no history of '{}'", row.authority), name_hint(row.authority, names_of(histories)));
    if (double& sum = sums[row.authority]; (sum += row.share) > 1 + 1e-6)
      diagnostics.error({file, row.line, 1}, std::format("the shares of {} come to {}", row.authority, sum), "allowed: 1 at most");
    shares.push_back({row.zone, row.authority, row.share});
  }
  if (rows.empty()) diagnostics.error({file}, "no shares");
  diagnostics.throw_if_errors();
  return shares;
}

}  // namespace stargate::exchange
