#pragma once
#include <filesystem>

#include <string>
#include <vector>

#include "base/csv.h"

namespace stargate::exchange {

/// Reads a CSV file of another tool (also .csv.gz): a first column without a name is called 'index', as pandas and R leave
/// it. InputError for whatever base/csv.h finds wrong, for cells separated by anything but a comma (but with `any_separator`
/// tabs, semicolons and bars separate them where the header has no comma), and for files too large to be read as text.
Csv read_csv_file(const std::filesystem::path& path, bool any_separator = false);

/// A table of numbers: an index of one or more columns, then a column a member. Values by row.
struct CsvNumbers {
  std::string file;
  std::vector<std::string> names;
  std::vector<double> values;
  std::size_t rows = 0;
};
/// Reads a table of numbers without keeping its cells: memory is that of the file and its values. The index is 'period'
/// and what follows it, else the first column. InputError as above, and where a cell holds no number.
CsvNumbers read_csv_numbers(const std::filesystem::path& path);

/// A number as other tools write it: also inf, -inf, NaN or nothing (not a number), true and false. False if it is none.
bool parse_csv_number(std::string_view text, double& value);
/// The number in a cell, or InputError naming file, line and column.
double csv_number(const Csv& csv, const CsvRow& row, std::size_t column);

}  // namespace stargate::exchange
