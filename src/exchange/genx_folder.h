#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/csv_file.h"

namespace stargate::exchange {

/// A CSV table addressed by column name, in any case of letters. It knows which columns were asked for.
class GenxTable {
 public:
  explicit GenxTable(const std::filesystem::path& path);
  std::size_t size() const { return csv_.rows.size(); }
  const std::string& file() const { return csv_.file; }
  const Csv& csv() const { return csv_; }
  Place place(std::size_t row) const { return {csv_.file, csv_.rows[row].line}; }
  bool has(std::string_view column) const;
  std::string text(std::size_t row, std::string_view column) const;
  double number(std::size_t row, std::string_view column) const;
  /// A column that need not be there, or may be empty.
  double number(std::size_t row, std::string_view column, double otherwise) const;
  std::string text(std::size_t row, std::string_view column, const std::string& otherwise) const;
  /// A whole column from row `first` on, or `count` rows of it.
  std::vector<double> column(std::string_view name, std::size_t first = 0, std::size_t count = static_cast<std::size_t>(-1)) const;
  /// How many of NAME_1, NAME_2, ... there are.
  int numbered(const std::string& stem) const;
  /// Columns that nobody asked for.
  std::vector<std::string> unused() const;

 private:
  std::optional<std::size_t> find(std::string_view column) const;
  std::size_t at(std::string_view column) const;
  Csv csv_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  mutable std::vector<char> asked_;
};

/// The choices of genx_settings.yml: lines of `name: value`.
class GenxSettings {
 public:
  GenxSettings() = default;
  explicit GenxSettings(const std::filesystem::path& path);
  bool is_there() const { return there_; }
  /// A number, or `otherwise` where the file has none of that name.
  int number(const std::string& name, int otherwise) const;
  double decimal(const std::string& name, double otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::vector<std::string> unused() const;

 private:
  bool there_ = false;
  std::string file_;
  std::map<std::string, std::pair<std::string, std::size_t>> values_;  ///< and their line
  mutable std::map<std::string, bool> asked_;
};

/// A folder of GenX inputs: flat, or with system, policies and resources apart. File names count in any case of
/// letters, packed
/// (.gz) or not.
class GenxFolder {
 public:
  explicit GenxFolder(const std::filesystem::path& folder);
  const GenxSettings& settings() const { return settings_; }
  /// The first of these tables that is there.
  std::optional<std::filesystem::path> find(std::initializer_list<std::string> names) const;
  std::filesystem::path need(std::initializer_list<std::string> names) const;
  /// Tables of the folder of resources (not of its subfolders), by name.
  std::vector<std::filesystem::path> resource_tables() const;
  std::vector<std::string> unused() const;  ///< CSV files nobody asked for
  const std::string& name() const { return name_; }
  std::vector<std::string> notes;

 private:
  void add(const std::filesystem::path& folder, bool resources = false);
  std::string name_;
  GenxSettings settings_;
  std::map<std::string, std::filesystem::path> files_;  ///< by name in small letters, without .csv or .csv.gz
  std::vector<std::filesystem::path> resources_;
  mutable std::map<std::string, bool> asked_;
};

}  // namespace stargate::exchange
