#include "exchange/genx_folder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <set>

#include "base/files.h"
#include "base/text.h"

namespace stargate::exchange {

namespace {
namespace fs = std::filesystem;

/// Name of a table: small letters, without .csv or .csv.gz; empty for other files.
std::string table_name(const fs::path& file) {
  std::string name = lower(file.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (!name.ends_with(".csv")) return {};
  return name.substr(0, name.size() - 4);
}

/// The entry of a folder with this name in any case of letters.
std::optional<fs::path> entry(const fs::path& folder, const std::string& name) {
  std::error_code error;
  std::optional<fs::path> found;
  for (const auto& e : fs::directory_iterator(folder, error))
    if (lower(e.path().filename().string()) == lower(name) && (!found || e.path() < *found)) found = e.path();
  return found;
}
}  // namespace

GenxTable::GenxTable(const fs::path& path) : csv_(read_csv_file(path, true)), asked_(csv_.header.cells.size(), 0) {
  for (std::size_t c = 0; c < csv_.header.cells.size(); ++c)
    columns_.emplace(lower(trim(csv_.header.cells[c].text)), c);
}

std::optional<std::size_t> GenxTable::find(std::string_view column) const {
  const auto found = columns_.find(lower(column));
  if (found == columns_.end()) return std::nullopt;
  asked_[found->second] = 1;
  return found->second;
}
std::size_t GenxTable::at(std::string_view column) const {
  const auto found = find(column);
  if (!found) throw InputError({csv_.file}, std::format("column '{}' is missing", column));
  return *found;
}
bool GenxTable::has(std::string_view column) const { return find(column).has_value(); }
std::string GenxTable::text(std::size_t row, std::string_view column) const {
  return std::string(trim(csv_.rows[row].cells[at(column)].text));
}
double GenxTable::number(std::size_t row, std::string_view column) const {
  return csv_number(csv_, csv_.rows[row], at(column));
}
double GenxTable::number(std::size_t row, std::string_view column, double otherwise) const {
  const auto found = find(column);
  if (!found) return otherwise;
  const double v = csv_number(csv_, csv_.rows[row], *found);
  return std::isnan(v) ? otherwise : v;
}
std::string GenxTable::text(std::size_t row, std::string_view column, const std::string& otherwise) const {
  return find(column) ? text(row, column) : otherwise;
}
std::vector<double> GenxTable::column(std::string_view name, std::size_t first, std::size_t count) const {
  const std::size_t c = at(name);
  std::vector<double> values;
  values.reserve(size());
  for (std::size_t row = first; row < size() && row - first < count; ++row) {
    values.push_back(csv_number(csv_, csv_.rows[row], c));
    if (std::isnan(values.back()))
      throw InputError({csv_.file, csv_.rows[row].line, csv_.rows[row].cells[c].column},
                       std::format("column '{}' has no number here", name));
  }
  return values;
}
int GenxTable::numbered(const std::string& stem) const {
  int count = 0;
  while (columns_.contains(lower(std::format("{}_{}", stem, count + 1)))) ++count;
  return count;
}
std::vector<std::string> GenxTable::unused() const {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < asked_.size(); ++c)
    if (!asked_[c]) names.push_back(csv_.header.cells[c].text);
  return names;
}

GenxSettings::GenxSettings(const fs::path& path) : there_(true), file_(path.string()) {
  const std::string content = read_file(path);
  std::size_t line = 0;
  for (std::string_view row : split(content, '\n')) {
    ++line;
    row = trim(row.substr(0, row.find('#')));
    if (row.empty() || row == "---") continue;
    const auto colon = row.find(':');
    if (colon == std::string_view::npos)
      throw InputError({file_, line}, std::format("'{}' is no setting", row), "allowed: NAME: VALUE");
    std::string_view value = trim(row.substr(colon + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    if (value == "nothing" || value == "null") continue;
    values_[std::string(trim(row.substr(0, colon)))] = {std::string(value), line};
  }
}

std::string GenxSettings::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  asked_[name] = true;
  return found->second.first;
}

int GenxSettings::number(const std::string& name, int otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  const std::string value = text(name, "");
  if (value == "true") return 1;
  if (value == "false") return 0;
  int number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc{} || end != value.data() + value.size())
    throw InputError({file_, found->second.second}, std::format("{} is '{}'", name, value), "allowed: a whole number");
  return number;
}

double GenxSettings::decimal(const std::string& name, double otherwise) const {
  const std::string value = text(name, "");
  if (value.empty()) return otherwise;
  double number = 0;
  if (!parse_csv_number(value, number) || std::isnan(number))
    throw InputError({file_, values_.at(name).second}, std::format("{} is '{}'", name, value), "allowed: a number");
  return number;
}

std::vector<std::string> GenxSettings::unused() const {
  // Of the solver, of its run and of what it writes: no part of the system.
  static const std::set<std::string> idle{"Benders",
                                          "OperationWrapping",
                                          "AutoCreateResultsFolder",
                                          "ParameterScale",
                                          "ObjScale",
                                          "Solver",
                                          "PrintModel",
                                          "WriteShadowPrices",
                                          "WriteOutputs",
                                          "OutputFullTimeSeries",
                                          "OutputFullTimeSeriesFolder",
                                          "OverwriteResults",
                                          "EnableJuMPStringNames",
                                          "ComputeConflicts",
                                          "Benchmark",
                                          "ResultsFileType",
                                          "ResultsCompressionType",
                                          "WriteResultsNamesFile"};
  std::vector<std::string> names;
  for (const auto& [name, value] : values_)
    if (!asked_.contains(name) && !idle.contains(name) && value.first != "0") names.push_back(name);
  return names;
}

GenxFolder::GenxFolder(const fs::path& folder) : name_(folder.string()) {
  for (const char* where : {"settings", ""}) {
    const auto in = *where ? entry(folder, where) : std::optional(folder);
    if (!in || !fs::is_directory(*in)) continue;
    if (const auto file = entry(*in, "genx_settings.yml")) {
      settings_ = GenxSettings(*file);
      break;
    }
  }
  add(folder);
  for (const auto& [setting, standard] : {std::pair{"SystemFolder", "system"}, {"PoliciesFolder", "policies"}})
    if (const auto in = entry(folder, settings_.text(setting, standard))) add(*in);
  if (const auto in = entry(folder, settings_.text("ResourcesFolder", "resources"))) {
    add(*in, true);
    if (const auto policies = entry(*in, settings_.text("ResourcePoliciesFolder", "policy_assignments")))
      add(*policies);
  }
  if (settings_.number("TimeDomainReduction", 0) == 1) {
    const std::string reduced = settings_.text("TimeDomainReductionFolder", "TDR_results");
    if (const auto in = entry(folder, reduced))
      add(*in);  // its tables stand in for those of the system
    else
      notes.push_back(std::format("TimeDomainReduction: there is no folder '{}': the whole series are used", reduced));
  }
}

void GenxFolder::add(const fs::path& folder, bool resources) {
  if (!fs::is_directory(folder)) return;
  std::vector<fs::path> found;
  for (const auto& e : fs::directory_iterator(folder))
    if (e.is_regular_file() && !table_name(e.path()).empty()) found.push_back(e.path());
  std::ranges::sort(found);
  for (const auto& path : found) {
    if (resources) resources_.push_back(path);
    files_[table_name(path)] = path;
  }
}

std::optional<fs::path> GenxFolder::find(std::initializer_list<std::string> names) const {
  for (const auto& name : names)
    if (const auto found = files_.find(lower(name)); found != files_.end()) {
      asked_[found->first] = true;
      return found->second;
    }
  return std::nullopt;
}

fs::path GenxFolder::need(std::initializer_list<std::string> names) const {
  const auto path = find(names);
  if (!path)
    throw InputError({name_}, std::format("there is no {}.csv", *names.begin()),
                     "a GenX folder holds resources, demand and fuels");
  return *path;
}

std::vector<fs::path> GenxFolder::resource_tables() const {
  for (const auto& path : resources_) asked_[table_name(path)] = true;
  return resources_;
}

std::vector<std::string> GenxFolder::unused() const {
  std::vector<std::string> names;
  for (const auto& [name, path] : files_)
    if (!asked_.contains(name)) names.push_back(path.filename().string());
  return names;
}

}  // namespace stargate::exchange
