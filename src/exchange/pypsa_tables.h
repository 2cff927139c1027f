#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stargate::exchange {

/// A column of a PyPSA table as it stands in the file: numbers or text. With scenarios: one block of rows a scenario.
struct PypsaColumn {
  std::string attribute;
  bool is_text = false, is_bool = false;
  std::vector<double> numbers;
  std::vector<std::string> texts;
};

/// A time series attribute of some members: values by snapshot, then scenario (where it has them), then member.
struct PypsaSeries {
  std::string attribute;
  std::vector<std::string> members;
  std::vector<double> values;
  bool by_scenario = false;
};

/// Curves of some members: for each, points of `x` and of the attribute.
struct PypsaCurves {
  std::string attribute, x;
  std::vector<std::string> members;
  std::vector<std::vector<std::pair<double, double>>> points;
};

/// One component list ("generators") with its static columns and its series.
struct PypsaTable {
  std::string list, file;
  std::vector<std::string> names;
  std::vector<std::size_t> lines;  ///< line of each row in a text file; empty otherwise
  std::vector<PypsaColumn> columns;
  std::vector<PypsaSeries> series;
  std::vector<PypsaCurves> curves;
  const PypsaColumn* column(std::string_view attribute) const;
};

/// Everything a PyPSA file holds, not yet understood. Both its file formats read into it and are written from it.
struct PypsaDataset {
  std::string file;
  std::map<std::string, std::string> texts;    ///< attributes of the network: name, pypsa_version, ...
  std::map<std::string, double> numbers;       ///< ... srid, _multi_invest
  std::string meta = "{}", crs = "{}";
  PypsaColumn snapshot;                        ///< labels: numbers with `snapshot_units`, or text
  std::string snapshot_units, snapshot_calendar;
  std::vector<double> period_of_snapshot;      ///< empty without investment periods
  std::vector<double> objective, stores, generators;  ///< weights of the snapshots
  std::vector<double> periods, period_objective, period_years;
  std::vector<std::string> scenarios;
  std::vector<double> scenario_weights;
  std::vector<PypsaTable> tables;
  std::vector<std::string> not_understood;
  std::size_t snapshots() const { return objective.size(); }
  const PypsaTable* table(std::string_view list) const;
};

/// Lists PyPSA knows. `pypsa_list_of` finds the list a variable 'generators_t_p_max_pu' belongs to, or "".
const std::vector<std::string>& pypsa_lists();
std::string pypsa_list_of(std::string_view variable);

/// Reads netCDF (version 3 or 4) as PyPSA 1.x writes it. InputError naming file and variable where it is not so.
PypsaDataset read_pypsa_netcdf(const std::string& path);
/// Reads a folder of CSV files. InputError naming file, line and column.
PypsaDataset read_pypsa_csv(const std::string& folder);

/// Writes what PyPSA opens: temporary file, then rename.
void write_pypsa_netcdf(const PypsaDataset& dataset, const std::string& path);
void write_pypsa_csv(const PypsaDataset& dataset, const std::string& folder);

}  // namespace stargate::exchange
