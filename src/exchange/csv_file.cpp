#include "exchange/csv_file.h"

#include <charconv>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"

namespace stargate::exchange {

namespace {
constexpr std::uintmax_t largest_csv_bytes = std::uintmax_t{1} << 30;
}

Csv read_csv_file(const std::filesystem::path& path) {
  std::error_code error;
  if (const auto size = std::filesystem::file_size(path, error); !error && size > largest_csv_bytes)
    throw InputError({path.string()}, std::format("the file holds {} bytes, more than the {} that are read from CSV", size, largest_csv_bytes),
                     "netCDF holds such series in a fraction");
  Diagnostics diagnostics;
  std::string text = read_file(path);
  if (text.starts_with(',')) text.insert(0, "index");
  Csv csv = parse_csv(path.string(), text, diagnostics);
  diagnostics.throw_if_errors();
  return csv;
}

bool parse_csv_number(std::string_view text, double& value) {
  if (text.empty() || lower(text) == "nan") return value = std::nan(""), true;
  if (text == "inf" || text == "Inf") return value = INFINITY, true;
  if (text == "-inf" || text == "-Inf") return value = -INFINITY, true;
  if (text == "True" || text == "true") return value = 1, true;
  if (text == "False" || text == "false") return value = 0, true;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size();
}

double csv_number(const Csv& csv, const CsvRow& row, std::size_t column) {
  double value = 0;
  const Cell& cell = row.cells[column];
  if (!parse_csv_number(cell.text, value))
    throw InputError({csv.file, row.line, cell.column}, std::format("'{}' is no number", cell.text), "allowed: a number, inf, -inf or nothing");
  return value;
}

}  // namespace stargate::exchange
