#include "exchange/xer.h"

#include <algorithm>
#include <array>
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

namespace {

/// Characters of the Windows code page 1252 from 0x80 to 0x9f; what it leaves undefined stands for itself.
constexpr std::array<char16_t, 32> windows_1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned code = byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

/// The inverse, of valid UTF-8; what the code page has not becomes '?'.
std::string to_windows(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    unsigned code = length == 1 ? byte : byte & (0xFF >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    i += length;
    if (code < 0x80 || (code >= 0xA0 && code < 0x100)) {
      out += static_cast<char>(code);
    } else {
      const auto at = std::ranges::find(windows_1252, static_cast<char16_t>(code));
      out += at != windows_1252.end() && code < 0x10000 ? static_cast<char>(0x80 + (at - windows_1252.begin())) : '?';
    }
  }
  return out;
}

class Parser {
 public:
  explicit Parser(std::string file) { xer_.file = std::move(file); }

  XerFile parse(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    std::string decoded;
    if (find_invalid_utf8(text) != std::string_view::npos && text.find('\0') == std::string_view::npos) {
      decoded = from_windows(text);
      text = decoded;
      xer_.windows = true;
    }
    while (!text.empty() && !ended_ && !stopped_) {
      const std::size_t end = text.find('\n');
      std::string_view row = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
      ++line_;
      if (row.ends_with('\r')) row.remove_suffix(1);
      read_line(row);
    }
    finish_record();
    if (xer_.header.empty() && !diagnostics_.has_errors())
      diagnostics_.error({xer_.file, 0, 0}, "a P6 XER file begins with ERMHDR, and this has none");
    if (!ended_ && !diagnostics_.has_errors())
      diagnostics_.error({xer_.file, line_, 0}, "the file ends before %E", "is it cut off?");
    diagnostics_.throw_if_errors();
    return std::move(xer_);
  }

 private:
  void read_line(std::string_view row) {
    const std::string_view mark = row.substr(0, row.find('\t'));
    if (open_ && mark != "%T" && mark != "%F" && mark != "%R" && mark != "%E") {
      record_ += '\n';  // the text of the row before goes on
      record_ += row;
      return;
    }
    if (row.empty()) return;
    finish_record();
    const auto rest = [&] {
      const auto cells = split(row, '\t');
      return std::vector<std::string>(cells.begin() + 1, cells.end());
    };
    if (mark == "ERMHDR") {
      xer_.header = rest();
    } else if (mark == "%E") {
      ended_ = true;
    } else if (xer_.header.empty()) {
      diagnostics_.error({xer_.file, line_, 1},
                         std::format("a P6 XER file begins with ERMHDR, found '{}'", printable(row.substr(0, 40))));
      stopped_ = true;
    } else if (mark == "%T") {
      const auto names = rest();
      xer_.tables.push_back({names.empty() ? "" : names.front(), {}, {}});
    } else if (mark == "%F" && !xer_.tables.empty()) {
      xer_.tables.back().fields = rest();
    } else if (mark == "%R" && !xer_.tables.empty() && !xer_.tables.back().fields.empty()) {
      open_ = true;
      record_line_ = line_;
      record_ = row.size() > mark.size() ? row.substr(mark.size() + 1) : std::string_view{};
    } else {
      diagnostics_.error({xer_.file, line_, 1}, std::format("'{}' has no place here", printable(mark.substr(0, 40))),
                         "%T, then %F, then %R rows, then %E");
    }
  }

  void finish_record() {
    if (!open_) return;
    open_ = false;
    XerTable& table = xer_.tables.back();
    const auto cells = split(record_, '\t');
    std::vector<std::string> values(cells.begin(), cells.end());
    while (values.size() > table.fields.size() && values.back().empty()) values.pop_back();
    if (values.size() > table.fields.size())
      diagnostics_.error({xer_.file, record_line_, 1}, std::format("a row of {} has {} values for {} fields",
                                                                   table.name, values.size(), table.fields.size()));
    values.resize(table.fields.size());
    table.records.push_back({record_line_, std::move(values)});
  }

  static std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return out;
  }

  XerFile xer_;
  Diagnostics diagnostics_;
  std::string record_;  ///< of the row that may go on
  std::size_t line_ = 0, record_line_ = 0;
  bool open_ = false, ended_ = false, stopped_ = false;
};

}  // namespace

XerFile parse_xer(std::string file, std::string_view text) { return Parser(std::move(file)).parse(text); }

std::string write_xer(const XerFile& xer) {
  std::string out = "ERMHDR";
  const auto cells = [&](const std::vector<std::string>& values) {
    for (const auto& v : values) {
      out += '\t';
      // A tab would break the row; XER has no way to write it.
      for (const char c : v) out += c == '\t' || c == '\r' ? ' ' : c;
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
  out += "%E\r\n";
  return xer.windows ? to_windows(out) : out;
}

}  // namespace stargate::exchange
