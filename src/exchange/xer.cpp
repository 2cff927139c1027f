#include "exchange/xer.h"

#include <algorithm>
#include <format>

#include "base/text.h"

namespace stargate::exchange {

std::size_t XerTable::field(std::string_view field_name) const {
  const auto at = std::ranges::find(fields, field_name);
  return at == fields.end() ? npos : static_cast<std::size_t>(at - fields.begin());
}

const std::string& XerTable::text(const Record& record, std::string_view field_name) const {
  static const std::string none;
  const std::size_t i = field(field_name);
  return i == npos ? none : record.values[i];
}

const XerTable* XerFile::table(std::string_view name) const {
  const auto at = std::ranges::find(tables, name, &XerTable::name);
  return at == tables.end() ? nullptr : &*at;
}

XerTable* XerFile::table(std::string_view name) { return const_cast<XerTable*>(std::as_const(*this).table(name)); }

XerFile parse_xer(std::string file, std::string_view text) {
  XerFile xer{std::move(file), {}, {}};
  Diagnostics diagnostics;
  std::size_t line = 0;
  bool ended = false;
  while (!text.empty() && !ended) {
    const std::size_t end = text.find('\n');
    std::string_view row = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    ++line;
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (row.empty()) continue;
    const auto cells = split(row, '\t');
    const auto rest = [&] { return std::vector<std::string>(cells.begin() + 1, cells.end()); };
    if (cells[0] == "ERMHDR") {
      xer.header = rest();
    } else if (cells[0] == "%E") {
      ended = true;
    } else if (xer.header.empty()) {
      diagnostics.error({xer.file, line, 1},
                        std::format("a P6 XER file begins with ERMHDR, found '{}'", row.substr(0, 40)));
      break;
    } else if (cells[0] == "%T") {
      xer.tables.push_back({cells.size() > 1 ? std::string(cells[1]) : "", {}, {}});
    } else if (cells[0] == "%F" && !xer.tables.empty()) {
      xer.tables.back().fields = rest();
    } else if (cells[0] == "%R" && !xer.tables.empty() && !xer.tables.back().fields.empty()) {
      auto values = rest();
      XerTable& table = xer.tables.back();
      if (values.size() > table.fields.size())
        diagnostics.error({xer.file, line, 1}, std::format("a row of {} has {} values for {} fields", table.name,
                                                           values.size(), table.fields.size()));
      values.resize(table.fields.size());
      table.records.push_back({line, std::move(values)});
    } else {
      diagnostics.error({xer.file, line, 1}, std::format("'{}' has no place here", cells[0]),
                        "%T, then %F, then %R rows, then %E");
    }
  }
  if (xer.header.empty() && !diagnostics.has_errors())
    diagnostics.error({xer.file, 0, 0}, "a P6 XER file begins with ERMHDR, and this has none");
  if (!ended && !diagnostics.has_errors())
    diagnostics.error({xer.file, line, 0}, "the file ends before %E", "is it cut off?");
  diagnostics.throw_if_errors();
  return xer;
}

std::string write_xer(const XerFile& xer) {
  std::string out = "ERMHDR";
  const auto cells = [&](const std::vector<std::string>& values) {
    for (const auto& v : values) {
      out += '\t';
      // Tabs and line ends would break the row; XER has no way to write them.
      for (const char c : v) out += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    }
    out += "\r\n";
  };
  cells(xer.header);
  for (const XerTable& table : xer.tables) {
    out += "%T\t" + table.name + "\r\n%F";
    cells(table.fields);
    for (const auto& record : table.records) {
      out += "%R";
      cells(record.values);
    }
  }
  return out + "%E\r\n";
}

}  // namespace stargate::exchange
