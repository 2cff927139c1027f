#include "exchange/csv_file.h"

#include <charconv>
#include <cmath>
#include <format>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"

namespace stargate::exchange {

namespace {
// Cells of a table take some ten times their text; numbers alone at most four times.
constexpr std::uintmax_t largest_table_bytes = std::uintmax_t{1} << 28, largest_numbers_bytes = std::uintmax_t{1} << 30;

/// The same table with commas between its cells; what holds a comma goes into quotes.
std::string with_commas(std::string_view text, char separator) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    if (text[at] == '"') {
      end = std::min(text.find('"', at + 1), text.size() - 1) + 1;
      out += text.substr(at, end - at);
    } else {
      end = std::min(text.find_first_of(std::string{separator, '\r', '\n'}, at), text.size());
      const auto cell = text.substr(at, end - at);
      if (cell.find(',') == std::string_view::npos) out += cell;
      else out += '"' + std::string(cell) + '"';
    }
    if (end < text.size()) out += text[end] == separator ? ',' : text[end];
    at = end + 1;
  }
  return out;
}

/// The text, without byte-order mark and with a name for the index that pandas leaves without one.
std::string read_text(const std::filesystem::path& path, std::uintmax_t most, bool any_separator = false) {
  std::error_code error;
  if (const auto size = std::filesystem::file_size(path, error); !error && size > most)
    throw InputError({path.string()}, std::format("the file holds {} bytes, more than the {} that are read from CSV", size, most),
                     "netCDF holds such series in a fraction");
  std::string text = read_file(path, most);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto first = std::string_view(text).substr(0, text.find_first_of("\r\n"));
  for (const char other : {';', '\t', '|'}) {
    if (first.find(',') != std::string_view::npos || first.find(other) == std::string_view::npos) continue;
    if (!any_separator)
      throw InputError({path.string(), 1, first.find(other) + 1}, std::format("cells are separated by '{}'", other == '\t' ? "\\t" : std::string(1, other)),
                       "allowed: commas, with a point in numbers");
    text = with_commas(text, other);
    break;
  }
  if (text.starts_with(',')) text.insert(0, "index");
  if (text.starts_with("\"\",")) text.replace(0, 2, "index");
  return text;
}

std::size_t index_columns(const CsvRow& header) {
  return header.cells.size() > 1 && header.cells[0].text == "period" && (header.cells[1].text == "timestep" || header.cells[1].text == "snapshot") ? 2 : 1;
}
}  // namespace

Csv read_csv_file(const std::filesystem::path& path, bool any_separator) {
  Diagnostics diagnostics;
  Csv csv = parse_csv(path.string(), read_text(path, largest_table_bytes, any_separator), diagnostics);
  diagnostics.throw_if_errors();
  return csv;
}

CsvNumbers read_csv_numbers(const std::filesystem::path& path) {
  const std::string text = read_text(path, largest_numbers_bytes);
  const std::size_t header_end = std::min(text.find('\n'), text.size());
  Diagnostics diagnostics;
  const Csv head = parse_csv(path.string(), std::string_view(text).substr(0, header_end), diagnostics);
  diagnostics.throw_if_errors();
  CsvNumbers out{path.string(), {}, {}, 0};
  const std::size_t index = index_columns(head.header), width = head.header.cells.size();
  for (std::size_t c = index; c < width; ++c) out.names.push_back(head.header.cells[c].text);
  for (std::size_t at = header_end + 1, line = 2; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto row = trim(std::string_view(text).substr(at, end - at));
    if (row.size() > longest_csv_line) throw InputError({out.file, line}, std::format("the line is {} bytes long", row.size()), std::format("at most {} are read", longest_csv_line));
    const bool blank = row.find_first_not_of(", \t\"") == std::string_view::npos;  // as spreadsheets leave rows
    if (!blank && row.front() != '#') {
      std::size_t c = 0;
      for (std::size_t from = 0; from <= row.size(); ++c) {
        std::size_t to = row.find(',', from);
        if (row.substr(from).starts_with('"')) {  // a label may hold a comma
          const auto closing = row.find('"', from + 1);
          if (closing == std::string_view::npos) throw InputError({out.file, line, from + 1}, "a quote is opened here and never closed");
          to = row.find(',', closing);
        }
        to = std::min(to, row.size());
        if (c >= index && c < width) {
          auto cell = trim(row.substr(from, to - from));
          if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
          double value = 0;
          if (!parse_csv_number(cell, value))
            throw InputError({out.file, line, from + 1}, std::format("'{}' of '{}' is no number", cell, out.names[c - index]), "allowed: a number, inf, -inf or nothing");
          out.values.push_back(value);
        }
        from = to + 1;
      }
      if (c != width) throw InputError({out.file, line, 1}, std::format("found {} cells, the header has {}", c, width), "put a cell that holds a comma in quotes");
      ++out.rows;
    }
    at = end + 1;
  }
  return out;
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
