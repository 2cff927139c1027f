// PyPSA's CSV folders: '{list}.csv' holds a list with its static columns, '{list}-{attribute}.csv' a series.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <format>
#include <map>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"
#include "exchange/csv_file.h"
#include "exchange/pypsa_tables.h"

namespace stargate::exchange {

namespace {
namespace fs = std::filesystem;

std::vector<double> numbers(const Csv& csv, std::size_t column) {
  std::vector<double> values;
  for (const auto& row : csv.rows) values.push_back(csv_number(csv, row, column));
  return values;
}

/// A column stays text unless every cell is a number.
PypsaColumn column_of(const Csv& csv, std::size_t c) {
  PypsaColumn column;
  column.attribute = csv.header.cells[c].text;
  bool all_bool = !csv.rows.empty();
  for (const auto& row : csv.rows) {
    const auto& text = row.cells[c].text;
    double value = 0;
    if (!parse_csv_number(text, value)) column.is_text = true;
    column.numbers.push_back(value);
    all_bool = all_bool && (text == "True" || text == "False");
  }
  column.is_bool = all_bool && !column.is_text;
  // The text is kept as well: '007' may be a name.
  for (const auto& row : csv.rows) column.texts.push_back(row.cells[c].text);
  return column;
}

PypsaSeries series_of(const fs::path& path, std::string attribute, std::size_t snapshots) {
  CsvNumbers csv = read_csv_numbers(path);
  if (csv.rows != snapshots) throw InputError({csv.file}, std::format("it has {} rows for {} snapshots", csv.rows, snapshots));
  PypsaSeries series;
  series.attribute = std::move(attribute);
  series.members = std::move(csv.names);
  series.values = std::move(csv.values);
  return series;
}

void read_snapshots(const fs::path& path, PypsaDataset& set) {
  const Csv csv = read_csv_file(path);
  if (csv.rows.empty()) throw InputError({csv.file}, "it holds no snapshots");
  const auto weights = [&](std::string_view name) {
    auto at = csv.column(name);
    if (at == Csv::npos) at = csv.column("weightings");
    return at == Csv::npos ? std::vector<double>(csv.rows.size(), 1) : numbers(csv, at);
  };
  set.objective = weights("objective");
  set.stores = weights("stores");
  set.generators = weights("generators");
  if (const auto at = csv.column("period"); at != Csv::npos) set.period_of_snapshot = numbers(csv, at);
  std::size_t label = 0;
  for (const auto* name : {"name", "snapshot", "timestep"})
    if (const auto at = csv.column(name); at != Csv::npos) label = at;
  set.snapshot = column_of(csv, label);
  if (!set.snapshot.is_text) set.snapshot.texts.clear();
}

void read_table(const fs::path& folder, const std::string& list, PypsaDataset& set) {
  const auto path = folder / (list + ".csv");
  if (!fs::exists(path)) return;
  const Csv csv = read_csv_file(path);
  PypsaTable table;
  table.list = list;
  table.file = csv.file;
  for (const auto& row : csv.rows) {
    table.names.push_back(row.cells.empty() ? "" : row.cells.front().text);
    table.lines.push_back(row.line);
  }
  for (std::size_t c = 1; c < csv.header.cells.size(); ++c) table.columns.push_back(column_of(csv, c));
  set.tables.push_back(std::move(table));
}

/// 'LIST-ATTRIBUTE-pw.csv': a row a point, two columns a member; the second line of the header names what each holds.
PypsaCurves curves_of(const fs::path& path, std::string attribute) {
  const Csv csv = read_csv_file(path);
  if (csv.rows.empty()) throw InputError({csv.file, 2}, "the second line of its header is missing", "it names the attribute of each column");
  PypsaCurves curves;
  curves.attribute = std::move(attribute);
  const auto& axes = csv.rows.front();
  std::map<std::string, std::array<std::size_t, 2>> columns;
  for (std::size_t c = 1; c < csv.header.cells.size(); ++c) {
    const std::string& member = csv.header.cells[c].text;
    const bool is_value = axes.cells[c].text == curves.attribute;
    if (!is_value) {
      if (!curves.x.empty() && curves.x != axes.cells[c].text)
        throw InputError({csv.file, axes.line, axes.cells[c].column}, std::format("'{}' stands where '{}' or '{}' should", axes.cells[c].text, curves.x, curves.attribute));
      curves.x = axes.cells[c].text;
    }
    if (!columns.contains(member)) curves.members.push_back(member);
    columns[member][is_value] = c;
  }
  for (const auto& member : curves.members) {
    const auto& [x, y] = columns.at(member);
    if (x == 0 || y == 0) throw InputError({csv.file}, std::format("'{}' has no pair of columns", member), "a column of each attribute is needed");
    auto& points = curves.points.emplace_back();
    for (std::size_t r = 1; r < csv.rows.size(); ++r) {
      if (csv.rows[r].cells[0].text == "breakpoint") continue;  // pandas' name of the index
      const double at = csv_number(csv, csv.rows[r], x), value = csv_number(csv, csv.rows[r], y);
      if (!std::isnan(at) || !std::isnan(value)) points.emplace_back(at, value);
    }
  }
  return curves;
}

void read_all_series(const fs::path& folder, PypsaDataset& set) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  for (const auto& path : files) {
    const std::string stem = path.stem().string();
    const auto dash = stem.find('-');
    if (path.extension() != ".csv") {
      if (path.extension() != ".json") set.not_understood.push_back(std::format("file '{}'", path.filename().string()));
      continue;
    }
    const std::string list = stem.substr(0, dash);
    const auto table = std::ranges::find(set.tables, list, &PypsaTable::list);
    if (dash == std::string::npos) {
      static const std::vector<std::string> own{"network", "snapshots", "investment_periods"};
      if (table == set.tables.end() && std::ranges::find(own, stem) == own.end())
        set.not_understood.push_back(std::format("file '{}'", path.filename().string()));
      continue;
    }
    if (table == set.tables.end()) {
      set.not_understood.push_back(std::format("file '{}'", path.filename().string()));
      continue;
    }
    if (stem.ends_with("-pw")) table->curves.push_back(curves_of(path, stem.substr(dash + 1, stem.size() - dash - 4)));
    else table->series.push_back(series_of(path, stem.substr(dash + 1), set.snapshots()));
  }
}

}  // namespace

PypsaDataset read_pypsa_csv(const std::string& name) {
  const fs::path folder = name;
  PypsaDataset set;
  set.file = name;
  if (!fs::exists(folder / "buses.csv"))
    throw InputError({name}, "the folder holds no buses.csv: it is no PyPSA network", "PyPSA's export_to_csv_folder writes one");
  if (fs::exists(folder / "scenarios.csv"))
    throw InputError({(folder / "scenarios.csv").string()}, "scenarios are not read from CSV folders", "PyPSA writes them to netCDF: read that");
  if (fs::exists(folder / "network.csv")) {
    const Csv csv = read_csv_file(folder / "network.csv");
    if (!csv.rows.empty())
      for (std::size_t c = 0; c < csv.header.cells.size(); ++c) {
        const auto& text = csv.rows.front().cells[c].text;
        double value = 0;
        const auto& key = csv.header.cells[c].text;
        if (key != "name" && key != "pypsa_version" && !text.empty() && parse_csv_number(text, value)) set.numbers[key] = value;
        else set.texts[key] = text;
      }
  }
  if (fs::exists(folder / "snapshots.csv")) {
    read_snapshots(folder / "snapshots.csv", set);
  } else {  // one snapshot, called 'now'
    set.objective = set.stores = set.generators = {1};
    set.snapshot.is_text = true;
    set.snapshot.texts = {"now"};
  }
  if (fs::exists(folder / "investment_periods.csv")) {
    const Csv csv = read_csv_file(folder / "investment_periods.csv");
    set.periods = numbers(csv, 0);
    for (const auto& [key, values] : {std::pair{"objective", &set.period_objective}, {"years", &set.period_years}}) {
      const auto at = csv.column(key);
      *values = at == Csv::npos ? std::vector<double>(csv.rows.size(), 1) : numbers(csv, at);
    }
  }
  for (const auto& list : pypsa_lists()) read_table(folder, list, set);
  read_all_series(folder, set);
  for (const auto& [file, text] : {std::pair{"meta.json", &set.meta}, {"crs.json", &set.crs}})
    if (fs::exists(folder / file)) *text = read_file(folder / file, std::size_t{1} << 24);
  return set;
}

namespace {

/// Numbers as pandas reads them.
std::string cell(double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return shortest(value);
}
std::string cell(const PypsaColumn& column, std::size_t i) {
  if (column.is_text) return column.texts[i];
  if (column.is_bool) return column.numbers[i] != 0 ? "True" : "False";
  return cell(column.numbers[i]);
}

}  // namespace

namespace {

void write_files(const PypsaDataset& set, const fs::path& folder) {
  const auto label = [&](std::size_t t) {
    if (set.snapshot.is_text) return set.snapshot.texts[t];
    return cell(set.snapshot.numbers.size() > t ? set.snapshot.numbers[t] : static_cast<double>(t));
  };
  {
    std::vector<std::string> header;
    for (const auto& [key, text] : set.texts) header.push_back(key);
    for (const auto& [key, value] : set.numbers) header.push_back(key);
    std::ranges::stable_partition(header, [](const auto& h) { return h == "name"; });
    CsvWriter csv(header);
    for (const auto& h : header) csv << (set.texts.contains(h) ? set.texts.at(h) : cell(set.numbers.at(h)));
    write_file(folder / "network.csv", csv.text());
  }
  const bool by_period = !set.period_of_snapshot.empty();
  CsvWriter snapshots(by_period ? std::vector<std::string>{"", "period", "timestep", "objective", "stores", "generators"}
                                : std::vector<std::string>{"", "snapshot", "objective", "stores", "generators"});
  for (std::size_t t = 0; t < set.snapshots(); ++t) {
    snapshots << t;
    if (by_period) snapshots << cell(set.period_of_snapshot[t]);
    snapshots << label(t) << cell(set.objective[t]) << cell(set.stores[t]) << cell(set.generators[t]);
  }
  write_file(folder / "snapshots.csv", snapshots.text());
  if (!set.periods.empty()) {
    CsvWriter csv({"period", "objective", "years"});
    for (std::size_t p = 0; p < set.periods.size(); ++p) csv << cell(set.periods[p]) << cell(set.period_objective[p]) << cell(set.period_years[p]);
    write_file(folder / "investment_periods.csv", csv.text());
  }
  for (const auto& table : set.tables) {
    std::vector<std::string> header{"name"};
    for (const auto& column : table.columns) header.push_back(column.attribute);
    CsvWriter csv(header);
    for (std::size_t i = 0; i < table.names.size(); ++i) {
      csv << table.names[i];
      for (const auto& column : table.columns) csv << cell(column, i);
    }
    write_file(folder / (table.list + ".csv"), csv.text());
    for (const auto& curves : table.curves) {
      std::vector<std::string> members{"name"}, axes{"attribute"};
      std::size_t most = 0;
      for (std::size_t k = 0; k < curves.members.size(); ++k) {
        members.insert(members.end(), 2, curves.members[k]);
        axes.insert(axes.end(), {curves.x, curves.attribute});
        most = std::max(most, curves.points[k].size());
      }
      CsvWriter points(members);
      for (const auto& axis : axes) points << axis;
      points << "breakpoint";
      for (std::size_t k = 1; k < members.size(); ++k) points << "";
      for (std::size_t i = 0; i < most; ++i) {
        points << i;
        for (const auto& own : curves.points) points << (i < own.size() ? cell(own[i].first) : "") << (i < own.size() ? cell(own[i].second) : "");
      }
      write_file(folder / std::format("{}-{}-pw.csv", table.list, curves.attribute), points.text());
    }
    for (const auto& series : table.series) {
      // One column of index whatever the snapshots are: PyPSA takes the first for it and goes by place.
      std::vector<std::string> columns{by_period ? "" : "snapshot"};
      columns.insert(columns.end(), series.members.begin(), series.members.end());
      CsvWriter hours(columns);
      for (std::size_t t = 0; t < set.snapshots(); ++t) {
        if (by_period) hours << t;
        else hours << label(t);
        for (std::size_t k = 0; k < series.members.size(); ++k) hours << cell(series.values[t * series.members.size() + k]);
      }
      write_file(folder / (table.list + "-" + series.attribute + ".csv"), hours.text());
    }
  }
  write_file(folder / "meta.json", set.meta);
  write_file(folder / "crs.json", set.crs);
}

/// Is it a file of a PyPSA folder: one of a list, a series of one, or one of the network's own?
bool is_pypsa_file(const fs::path& path) {
  const std::string stem = path.stem().string();
  if (path.extension() != ".csv") return path.filename() == "meta.json" || path.filename() == "crs.json";
  static const std::vector<std::string> own{"network", "snapshots", "investment_periods"};
  return std::ranges::contains(own, stem) || std::ranges::contains(pypsa_lists(), stem.substr(0, stem.find('-')));
}

}  // namespace

void write_pypsa_csv(const PypsaDataset& set, const std::string& name) {
  if (!set.scenarios.empty()) throw InputError({name}, "scenarios are not written to CSV folders: PyPSA has no form for them", "write netCDF: a name ending in .nc");
  fs::path folder = name;
  if (!folder.has_filename()) folder = folder.parent_path();
  const fs::path part = folder.string() + ".part";
  try {
    fs::remove_all(part);
    write_files(set, part);
    if (!fs::exists(folder)) return fs::rename(part, folder);
    // What an earlier network left there would be read with this one.
    for (const auto& entry : std::vector<fs::directory_entry>(fs::directory_iterator(folder), fs::directory_iterator{}))
      if (is_pypsa_file(entry.path()) && !fs::exists(part / entry.path().filename())) fs::remove(entry.path());
    for (const auto& entry : std::vector<fs::directory_entry>(fs::directory_iterator(part), fs::directory_iterator{}))
      fs::rename(entry.path(), folder / entry.path().filename());
    fs::remove_all(part);
  } catch (const fs::filesystem_error& e) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw InputError({name}, std::format("cannot write the folder: {}", e.code().message()));
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw;
  }
}

}  // namespace stargate::exchange
