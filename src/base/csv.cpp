#include "base/csv.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <set>

#include "base/text.h"

namespace stargate {

std::size_t Csv::column(std::string_view name) const {
  for (std::size_t i = 0; i < header.cells.size(); ++i)
    if (header.cells[i].text == name) return i;
  return npos;
}

namespace {

constexpr std::size_t most_csv_cells = 50'000'000;  // that are read of one table; each takes some fifty bytes

/// Would a spreadsheet take this text for a formula: does it begin with = + - @ and is no number? Such a cell is written
/// with an apostrophe before it, which is taken off where it is read.
bool starts_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) return false;
  double value = 0;  // "-5", "+1e3" and "-inf" are numbers, as other tools write them too
  const auto number = text.front() == '+' ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error != std::errc{} || end != number.data() + number.size();
}

/// Walks the text once; a row may span lines where a quoted cell does.
class Reader {
 public:
  Reader(Csv& csv, std::string_view text, Diagnostics& diagnostics)
      : csv_(csv), text_(text), diagnostics_(diagnostics) {}

  void read() {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))
      return fail(1, 1, "the file is UTF-16", "save it as UTF-8");
    if (!check_lines()) return;
    bool have_header = false;
    std::size_t cells = 0;
    while (at_ < text_.size()) {
      if (text_[at_] == '#' || blank_line()) {
        skip_line();
        continue;
      }
      CsvRow row;
      if (!read_row(row)) return;
      if (is_blank(row)) continue;
      if (!have_header) {
        if (row.cells.size() > 1 && row.cells.front().text.starts_with('#') &&
          std::all_of(row.cells.begin() + 1, row.cells.end(), [](const Cell& c) { return c.text.empty(); }))
        continue;  // a comment that a spreadsheet has quoted and filled up
        have_header = true;
        if (!separated_by_commas(row)) return;
        take_header(std::move(row));
      } else if (row.cells.size() != csv_.header.cells.size()) {
        fail(row.line, 1, std::format("found {} cells, the header has {}", row.cells.size(), csv_.header.cells.size()),
             "put a cell that holds a comma in quotes");
      } else {
        if ((cells += row.cells.size()) > most_csv_cells)
          return fail(row.line, 1, "the table is too large", std::format("at most {} cells are read", most_csv_cells));
        csv_.rows.push_back(std::move(row));
      }
    }
    if (!have_header) fail(0, 0, "the file is empty", "the first line must name the columns");
  }

 private:
  void fail(std::size_t line, std::size_t column, std::string message, std::string hint = {}) {
    diagnostics_.error({csv_.file, line, column}, std::move(message), std::move(hint));
  }

  bool check_lines() {
    std::size_t line = 1;
    for (std::size_t start = 0; start <= text_.size(); ++line) {
      const std::size_t end = std::min(text_.find('\n', start), text_.size());
      const auto content = text_.substr(start, end - start);
      if (content.size() > longest_csv_line)
        return fail(line, 1, std::format("the line is {} bytes long", content.size()),
                    std::format("at most {} are read", longest_csv_line)),
               false;
      if (const auto bad = find_invalid_utf8(content); bad != std::string_view::npos)
        return fail(line, bad + 1,
                    std::format("byte 0x{:02x} is not valid UTF-8", static_cast<unsigned char>(content[bad])),
                    "save the file as UTF-8"),
               false;
      start = end + 1;
    }
    return true;
  }

  bool blank_line() const {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    return trim(text_.substr(at_, end - at_)).empty();
  }

  void skip_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  bool read_row(CsvRow& row) {
    row.line = line_;
    std::size_t line_start = at_;
    while (true) {
      Cell cell{{}, at_ - line_start + 1};
      if (at_ < text_.size() && text_[at_] == '"') {
        if (!read_quoted(cell.text, row.line, cell.column, line_start)) return false;
      } else {
        const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
        cell.text = trim(text_.substr(at_, end - at_));
        at_ = end;
      }
      if (cell.text.size() > 1 && cell.text[0] == '\'' && starts_formula(std::string_view(cell.text).substr(1)))
        cell.text.erase(0, 1);
      row.cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == '\r') ++at_;
      if (at_ >= text_.size() || text_[at_] == '\n') {
        if (at_ < text_.size()) ++at_;
        ++line_;
        return true;
      }
      if (text_[at_] != ',')
        return fail(line_, at_ - line_start + 1, std::format("found '{}' after a closing quote", text_[at_]),
                    "a comma or the end of the line must follow; write a quote inside quotes twice"),
               false;
      ++at_;
    }
  }

  bool read_quoted(std::string& out, std::size_t line, std::size_t column, std::size_t& line_start) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          out += '"';
          ++at_;
          continue;
        }
        ++at_;
        return true;
      }
      if (c == '\n') {
        ++line_;
        line_start = at_ + 1;
      }
      if (c != '\r') out += c;
    }
    fail(line, column, "a quote is opened here and never closed");
    return false;
  }

  /// Commas alone, as spreadsheets write rows that were cleared.
  static bool is_blank(const CsvRow& row) {
    return std::ranges::all_of(row.cells, [](const Cell& cell) { return cell.text.empty(); });
  }

  bool separated_by_commas(const CsvRow& header) {
    if (header.cells.size() > 1) return true;
    const auto& cell = header.cells.front();
    for (const auto& [mark, name] : {std::pair{';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}})
      if (const auto at = cell.text.find(mark); at != std::string::npos)
        return fail(header.line, cell.column + at, std::format("columns are separated by {}", name),
                    "columns are separated by commas and decimals written with a point; in a spreadsheet: save as 'CSV "
                    "UTF-8 (comma delimited)'"),
               false;
    return true;
  }

  void take_header(CsvRow row) {
    std::set<std::string_view> seen;
    for (const auto& cell : row.cells) {
      if (cell.text.empty()) fail(row.line, cell.column, "a column has no name");
      if (!seen.insert(cell.text).second)
        fail(row.line, cell.column, std::format("column '{}' stands twice", cell.text));
    }
    csv_.header = std::move(row);
  }

  Csv& csv_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

Csv parse_csv(std::string file, std::string_view text, Diagnostics& diagnostics) {
  Csv csv;
  csv.file = std::move(file);
  Reader(csv, text, diagnostics).read();
  return csv;
}

CsvWriter::CsvWriter(const std::vector<std::string>& header) : width_(header.size()) {
  for (const auto& name : header) *this << name;
}

void CsvWriter::next_cell() {
  if (at_ == width_) {
    text_ += '\n';
    at_ = 0;
  }
  if (at_++ > 0) text_ += ',';
}

CsvWriter& CsvWriter::operator<<(std::string_view text) {
  if (starts_formula(text)) return *this << std::string_view("'" + std::string(text));
  next_cell();
  const bool plain = text.find_first_of(",\"\n\r") == std::string_view::npos && !text.starts_with('#') &&
                     trim(text).size() == text.size();
  if (plain) {
    text_ += text;
    return *this;
  }
  text_ += '"';
  for (const char c : text) text_ += c == '"' ? std::string("\"\"") : std::string(1, c);
  text_ += '"';
  return *this;
}

CsvWriter& CsvWriter::operator<<(double value) {
  next_cell();
  text_ += shortest(value);
  return *this;
}

CsvWriter& CsvWriter::operator<<(long long value) {
  next_cell();
  text_ += std::to_string(value);
  return *this;
}

std::string CsvWriter::text() const {
  if (at_ != width_) throw std::logic_error("a CSV row was left incomplete");
  return text_ + '\n';
}

}  // namespace stargate
