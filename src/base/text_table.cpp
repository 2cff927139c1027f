#include "base/text_table.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace stargate {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TextTable::TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void TextTable::row(std::vector<std::string> cells) {
  if (cells.size() != rows_.front().size())
    throw std::logic_error("a table row has another number of cells than the header");
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> width(columns, 0);
  std::vector<bool> numeric(columns, rows_.size() > 1);
  for (std::size_t r = 0; r < rows_.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const auto& cell = rows_[r][c];
      width[c] = std::max(width[c], display_width(cell));
      if (r > 0 && !cell.empty() && std::string_view("0123456789-+.<").find(cell[0]) == std::string_view::npos)
        numeric[c] = false;
    }
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string space(width[c] - display_width(rows_[r][c]), ' ');
      line += (c ? "  " : "") + (numeric[c] ? space + rows_[r][c] : rows_[r][c] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
    if (r == 0) {
      for (std::size_t c = 0; c < columns; ++c) out += (c ? "  " : "") + std::string(width[c], '-');
      out += '\n';
    }
  }
  return out;
}

}  // namespace stargate
