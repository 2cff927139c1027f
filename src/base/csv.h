#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace stargate {

/// A cell and where it begins; line 0 means the line of its row.
struct Cell {
  std::string text;
  std::size_t column = 0;
  std::size_t line = 0;
};

struct CsvRow {
  std::size_t line = 0;
  std::vector<Cell> cells;
};

/// A CSV file in memory: RFC 4180 with either line ending, an optional byte-order mark, and lines that begin with '#'
/// passed over as comments.
struct Csv {
  std::string file;
  CsvRow header;
  std::vector<CsvRow> rows;

  Place place(const CsvRow& row, const Cell& cell) const {
    return {file, cell.line ? cell.line : row.line, cell.column};
  }
  /// Index of the column, or npos.
  std::size_t column(std::string_view name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Longest line that is read; a longer one is a diagnostic, not an attempt.
inline constexpr std::size_t longest_csv_line = std::size_t{1} << 24;

/// Reads all of it; what is wrong (no header, a name twice, rows of another width, an open quote, bytes that are not
/// UTF-8, a line too long) goes to `diagnostics`, and the rows that were right are returned. O(n) time and memory.
Csv parse_csv(std::string file, std::string_view text, Diagnostics& diagnostics);

/// Builds CSV text: cells are quoted where they must be, numbers are written so that they read back the same.
class CsvWriter {
 public:
  explicit CsvWriter(const std::vector<std::string>& header);
  CsvWriter& operator<<(std::string_view text);
  CsvWriter& operator<<(double value);
  CsvWriter& operator<<(long long value);
  CsvWriter& operator<<(int value) { return *this << static_cast<long long>(value); }
  CsvWriter& operator<<(std::size_t value) { return *this << static_cast<long long>(value); }
  /// The text so far; std::logic_error if the last row is not complete.
  std::string text() const;

 private:
  void next_cell();
  std::string text_;
  std::size_t width_, at_ = 0;
};

}  // namespace stargate
