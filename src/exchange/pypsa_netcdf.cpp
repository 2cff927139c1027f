// PyPSA's netCDF files: '{list}_i' names the members of a list, '{list}_{attribute}' is a static column over them, and
// '{list}_t_{attribute}' a series over snapshots and the members named in '{list}_t_{attribute}_i'.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <format>

#include "base/diagnostics.h"
#include "exchange/netcdf_file.h"
#include "exchange/pypsa_tables.h"

namespace stargate::exchange {

namespace {

using Variable = NetcdfReader::Variable;

PypsaColumn read_column(const NetcdfReader& file, const Variable& v, std::string attribute) {
  PypsaColumn column{std::move(attribute), v.is_text, false, {}, {}};
  if (v.is_text) column.texts = file.texts(v);
  else column.numbers = file.numbers(v);
  column.is_bool = !v.is_text && file.text_attribute(v, "dtype") == "bool";
  return column;
}

class DatasetReader {
 public:
  explicit DatasetReader(const std::string& path) : file_(path) { set_.file = path; }

  PypsaDataset read() && {
    read_attributes();
    if (const auto* v = file_.find("scenario_weight")) {
      set_.scenario_weights = file_.numbers(*v);
      if (const auto* names = file_.find("scenario")) set_.scenarios = names->is_text ? file_.texts(*names) : numbered(file_.numbers(*names));
      expect(set_.scenarios.size() == set_.scenario_weights.size(), "'scenario' and 'scenario_weight' are not of one length");
    }
    read_snapshots();
    for (const auto& list : pypsa_lists()) read_table(list);
    expect(set_.table("buses") != nullptr, "there is no 'buses_i': this is no PyPSA network");
    for (const auto& v : file_.variables())
      if (pypsa_list_of(v.name).empty() && !v.name.starts_with("snapshots") && !v.name.starts_with("investment_periods") &&
          !v.name.starts_with("scenario"))
        set_.not_understood.push_back(std::format("variable '{}'", v.name));
    return std::move(set_);
  }

 private:
  void expect(bool holds, const std::string& otherwise) const {
    if (!holds) throw InputError({set_.file}, otherwise);
  }
  static std::vector<std::string> numbered(const std::vector<double>& values) {
    std::vector<std::string> names;
    for (const double v : values) names.push_back(std::format("{}", v));
    return names;
  }

  void read_attributes() {
    for (auto& a : file_.attributes(nullptr)) {
      if (a.name == "meta") set_.meta = a.text;
      else if (a.name == "crs") set_.crs = a.text;
      else if (a.name.starts_with("network_") && a.is_text) set_.texts[a.name.substr(8)] = a.text;
      else if (a.name.starts_with("network_")) set_.numbers[a.name.substr(8)] = a.number;
    }
  }

  std::vector<double> weights(const std::string& name, std::size_t length) {
    const auto* v = file_.find(name);
    if (!v) return std::vector<double>(length, 1);
    auto values = file_.numbers(*v);
    expect(values.size() == length, std::format("'{}' has {} values for {} snapshots or periods", name, values.size(), length));
    return values;
  }

  void read_snapshots() {
    const auto* index = file_.find("snapshots");
    const auto* any = index ? index : file_.find("snapshots_objective");
    expect(any != nullptr && any->lengths.size() == 1, "there is no 'snapshots': this is no PyPSA network");
    const std::size_t n = any->lengths[0];
    for (const char* name : {"snapshots_timestep", "snapshots_snapshot", "snapshots"})
      if (const auto* v = file_.find(name); v && set_.snapshot.attribute.empty()) {
        set_.snapshot = read_column(file_, *v, name);
        set_.snapshot_units = file_.text_attribute(*v, "units");
        set_.snapshot_calendar = file_.text_attribute(*v, "calendar");
      }
    if (const auto* v = file_.find("snapshots_period")) set_.period_of_snapshot = file_.numbers(*v);
    // Files before version 0.18 have one weighting.
    const bool single = file_.find("snapshots_weightings") != nullptr && file_.find("snapshots_objective") == nullptr;
    set_.objective = weights(single ? "snapshots_weightings" : "snapshots_objective", n);
    set_.stores = weights(single ? "snapshots_weightings" : "snapshots_stores", n);
    set_.generators = weights(single ? "snapshots_weightings" : "snapshots_generators", n);
    if (const auto* v = file_.find("investment_periods")) {
      set_.periods = file_.numbers(*v);
      set_.period_objective = weights("investment_periods_objective", set_.periods.size());
      set_.period_years = weights("investment_periods_years", set_.periods.size());
    }
  }

  void read_table(const std::string& list) {
    const auto* names = file_.find(list + "_i");
    if (!names) return;
    PypsaTable table;
    table.list = list;
    table.file = set_.file;
    table.names = names->is_text ? file_.texts(*names) : numbered(file_.numbers(*names));
    for (const auto& v : file_.variables()) {
      if (pypsa_list_of(v.name) != list || v.name == names->name) continue;
      std::string attribute = v.name.substr(list.size() + 1);
      if (attribute.starts_with("pw_")) {
        if (!attribute.ends_with("_i")) read_curves(table, v, attribute.substr(3));
      } else if (attribute.starts_with("t_")) {
        if (!attribute.ends_with("_i")) read_series(table, v, attribute.substr(2));
      } else {
        read_static(table, v, std::move(attribute));
      }
    }
    set_.tables.push_back(std::move(table));
  }

  /// Breakpoint by member by (x, value), in any order of dimensions. Missing points stand at the end of a curve.
  void read_curves(PypsaTable& table, const Variable& v, std::string attribute) {
    const auto* members = file_.find(v.name + "_i");
    const auto* axes = file_.find(v.name + "_attr_i");
    expect(members != nullptr && axes != nullptr && v.dimensions.size() == 3 && !v.is_text,
           std::format("'{}' is no table of breakpoints by member and attribute", v.name));
    PypsaCurves curves;
    curves.attribute = std::move(attribute);
    curves.members = members->is_text ? file_.texts(*members) : numbered(file_.numbers(*members));
    const auto names = file_.texts(*axes);
    const auto at = std::ranges::find(names, curves.attribute);
    expect(names.size() == 2 && at != names.end(), std::format("'{}' does not name its two attributes", v.name));
    const auto y = static_cast<std::size_t>(at - names.begin());
    curves.x = names[1 - y];
    std::size_t stride = 1, points = 0, by_point = 0, by_member = 0, by_axis = 0;
    for (std::size_t d = 3; d-- > 0;) {
      if (v.dimensions[d] == members->name) by_member = stride;
      else if (v.dimensions[d] == axes->name) by_axis = stride;
      else by_point = stride, points = v.lengths[d];
      stride *= v.lengths[d];
    }
    const auto raw = file_.numbers(v);
    for (std::size_t k = 0; k < curves.members.size(); ++k) {
      auto& own = curves.points.emplace_back();
      for (std::size_t i = 0; i < points; ++i) {
        const auto value = [&](std::size_t axis) { return raw[i * by_point + k * by_member + axis * by_axis]; };
        if (!std::isnan(value(1 - y)) || !std::isnan(value(y))) own.emplace_back(value(1 - y), value(y));
      }
    }
    table.curves.push_back(std::move(curves));
  }

  void read_static(PypsaTable& table, const Variable& v, std::string attribute) {
    auto column = read_column(file_, v, std::move(attribute));
    const std::size_t length = column.is_text ? column.texts.size() : column.numbers.size();
    const std::size_t n = table.names.size(), scenarios = set_.scenarios.size();
    if (scenarios > 0 && length == n * scenarios && v.dimensions.size() == 2 && v.dimensions[0] != "scenario") transpose(column, n, scenarios);
    expect(length == n || (scenarios > 0 && length == n * scenarios),
           std::format("'{}' has {} values for {} members of '{}'", v.name, length, n, table.list));
    table.columns.push_back(std::move(column));
  }

  /// From member by scenario to scenario by member.
  static void transpose(PypsaColumn& column, std::size_t n, std::size_t scenarios) {
    const auto turn = [&](auto& values) {
      auto turned = values;
      for (std::size_t s = 0; s < scenarios; ++s)
        for (std::size_t i = 0; i < n; ++i) turned[s * n + i] = values[i * scenarios + s];
      values = std::move(turned);
    };
    if (column.is_text) turn(column.texts);
    else turn(column.numbers);
  }

  void read_series(PypsaTable& table, const Variable& v, std::string attribute) {
    const auto* names = file_.find(v.name + "_i");
    expect(names != nullptr, std::format("'{}' has no '{}_i' that names its members", v.name, v.name));
    PypsaSeries series;
    series.attribute = std::move(attribute);
    if (v.is_text) {
      set_.not_understood.push_back(std::format("text series '{}'", v.name));
      return;
    }
    series.members = names->is_text ? file_.texts(*names) : numbered(file_.numbers(*names));
    const std::size_t n = series.members.size(), scenarios = set_.scenarios.size(), t = set_.snapshots();
    const bool by_scenario = v.dimensions.size() == 3;
    expect(v.dimensions.size() == 2 || (by_scenario && scenarios > 0), std::format("'{}' has {} dimensions", v.name, v.dimensions.size()));
    const auto length_of = [&](const std::string& d) {
      return d == "snapshots" ? t : d == "scenario" ? scenarios : n;
    };
    std::vector<std::size_t> strides(3, 0);  // of snapshot, scenario, member in the file's own order
    std::size_t stride = 1;
    for (std::size_t d = v.dimensions.size(); d-- > 0;) {
      const std::string& name = v.dimensions[d];
      expect(v.lengths[d] == length_of(name), std::format("dimension '{}' of '{}' has length {}, not {}", name, v.name, v.lengths[d], length_of(name)));
      strides[name == "snapshots" ? 0 : name == "scenario" ? 1 : 2] = stride;
      stride *= v.lengths[d];
    }
    auto raw = file_.numbers(v);
    series.by_scenario = by_scenario;
    const std::size_t blocks = by_scenario ? scenarios : 1;
    if (strides[2] == 1 && strides[0] == blocks * n) {
      series.values = std::move(raw);
    } else {
      series.values.resize(raw.size());
      for (std::size_t i = 0; i < t; ++i)
        for (std::size_t s = 0; s < blocks; ++s)
          for (std::size_t k = 0; k < n; ++k) series.values[(i * blocks + s) * n + k] = raw[i * strides[0] + s * strides[1] + k * strides[2]];
    }
    table.series.push_back(std::move(series));
  }

  NetcdfReader file_;
  PypsaDataset set_;
};

void write_column(NetcdfWriter& file, const std::string& name, const std::vector<std::string>& dimensions, const PypsaColumn& column) {
  if (column.is_text) file.texts(name, dimensions, column.texts);
  else if (column.is_bool) file.booleans(name, dimensions, column.numbers);
  else file.numbers(name, dimensions, column.numbers);
}

std::vector<long long> whole(const std::vector<double>& values) { return {values.begin(), values.end()}; }

}  // namespace

PypsaDataset read_pypsa_netcdf(const std::string& path) { return DatasetReader(path).read(); }

namespace {
void write_dataset(const PypsaDataset& set, const std::string& path) {
  NetcdfWriter file(path);
  for (const auto& [name, text] : set.texts) file.attribute("network_" + name, text);
  for (const auto& [name, number] : set.numbers) file.attribute("network_" + name, number);
  file.attribute("meta", set.meta);
  file.attribute("crs", set.crs);
  const std::size_t snapshots = set.snapshots();
  file.dimension("snapshots", snapshots);
  std::vector<long long> index(snapshots);
  for (std::size_t t = 0; t < snapshots; ++t) index[t] = static_cast<long long>(t);
  file.integers("snapshots", {"snapshots"}, index);
  const std::string label = set.period_of_snapshot.empty() ? "snapshots_snapshot" : "snapshots_timestep";
  if (set.snapshot.is_text) file.texts(label, {"snapshots"}, set.snapshot.texts);
  else file.integers(label, {"snapshots"}, set.snapshot.numbers.size() == snapshots ? whole(set.snapshot.numbers) : index);
  if (!set.snapshot_units.empty()) {
    file.variable_attribute(label, "units", set.snapshot_units);
    file.variable_attribute(label, "calendar", set.snapshot_calendar);
  }
  if (!set.period_of_snapshot.empty()) file.integers("snapshots_period", {"snapshots"}, whole(set.period_of_snapshot));
  file.numbers("snapshots_objective", {"snapshots"}, set.objective);
  file.numbers("snapshots_stores", {"snapshots"}, set.stores);
  file.numbers("snapshots_generators", {"snapshots"}, set.generators);
  if (!set.periods.empty()) {
    file.dimension("investment_periods", set.periods.size());
    file.integers("investment_periods", {"investment_periods"}, whole(set.periods));
    file.numbers("investment_periods_objective", {"investment_periods"}, set.period_objective);
    file.numbers("investment_periods_years", {"investment_periods"}, set.period_years);
  }
  if (!set.scenarios.empty()) {
    file.dimension("scenario", set.scenarios.size());
    file.texts("scenario", {"scenario"}, set.scenarios);
    file.numbers("scenario_weight", {"scenario"}, set.scenario_weights);
  }
  std::size_t most_points = 0;
  for (const auto& table : set.tables)
    for (const auto& curves : table.curves)
      for (const auto& points : curves.points) most_points = std::max(most_points, points.size());
  if (most_points > 0) {
    std::vector<long long> places(most_points);
    for (std::size_t k = 0; k < most_points; ++k) places[k] = static_cast<long long>(k);
    file.dimension("breakpoint", most_points);
    file.integers("breakpoint", {"breakpoint"}, places);
  }
  for (const auto& table : set.tables) {
    if (table.names.empty()) continue;
    for (const auto& curves : table.curves) {
      const std::string name = std::format("{}_pw_{}", table.list, curves.attribute);
      file.dimension(name + "_i", curves.members.size());
      file.texts(name + "_i", {name + "_i"}, curves.members);
      file.dimension(name + "_attr_i", 2);
      file.texts(name + "_attr_i", {name + "_attr_i"}, {curves.x, curves.attribute});
      std::vector<double> values;
      for (std::size_t k = 0; k < most_points; ++k)
        for (const auto& points : curves.points) {
          const bool has = k < points.size();
          values.push_back(has ? points[k].first : std::nan(""));
          values.push_back(has ? points[k].second : std::nan(""));
        }
      file.numbers(name, {"breakpoint", name + "_i", name + "_attr_i"}, values);
    }
    const std::string members = table.list + "_i";
    file.dimension(members, table.names.size());
    file.texts(members, {members}, table.names);
    for (const auto& column : table.columns) {
      const std::size_t length = column.is_text ? column.texts.size() : column.numbers.size();
      const bool by_scenario = !set.scenarios.empty() && length != table.names.size();
      write_column(file, table.list + "_" + column.attribute, by_scenario ? std::vector<std::string>{"scenario", members} : std::vector{members}, column);
    }
    for (const auto& series : table.series) {
      const std::string name = table.list + "_t_" + series.attribute;
      file.dimension(name + "_i", series.members.size());
      file.texts(name + "_i", {name + "_i"}, series.members);
      file.numbers(name, series.by_scenario ? std::vector<std::string>{"snapshots", "scenario", name + "_i"} : std::vector<std::string>{"snapshots", name + "_i"},
                   series.values);
    }
  }
  file.close();
}
}  // namespace

void write_pypsa_netcdf(const PypsaDataset& set, const std::string& path) {
  const std::string temporary = path + ".part";
  std::error_code error;
  try {
    write_dataset(set, temporary);
  } catch (...) {
    std::filesystem::remove(temporary, error);
    throw;
  }
  std::filesystem::rename(temporary, path, error);
  if (error) throw InputError({path}, std::format("cannot rename into place: {}", error.message()));
}

}  // namespace stargate::exchange
