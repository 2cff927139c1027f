#include "capital/xirr_file.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::capital {

namespace {

/// Cells of a line; what stands in double quotes may hold the separator.
std::vector<std::string> cells_of(std::string_view line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == separator && !quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  for (auto& cell : cells) cell = std::string(trim(cell));
  return cells;
}

/// The first of these that stands in the line outside of quotes; a comma where none does.
char separator_of(std::string_view line) {
  for (const char c : {';', '\t', ','})
    if (cells_of(line, c).size() > 1) return c;
  return ',';
}

/// The three numbers of a date, as they stand, and whether the year comes first. Nothing where it is no date.
struct Numbers {
  std::array<int, 3> part{};
  bool year_first = true;
};
std::optional<Numbers> numbers_of(std::string_view text) {
  text = text.substr(0, text.find_first_of("T "));  // a time of day does not count
  std::array<std::string_view, 3> parts;
  if (text.size() == 8 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    parts = {text.substr(0, 4), text.substr(4, 2), text.substr(6, 2)};
  } else {
    const auto mark = text.find_first_of("-/.");
    if (mark == std::string_view::npos) return std::nullopt;
    const auto pieces = split(text, text[mark]);
    if (pieces.size() != 3) return std::nullopt;
    std::ranges::copy(pieces, parts.begin());
  }
  Numbers numbers;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = parse_integer(parts[i]);
    if (!value || *value < 1 || *value > 9999) return std::nullopt;
    numbers.part[i] = static_cast<int>(*value);
  }
  numbers.year_first = parts[0].size() == 4;
  if (!numbers.year_first && parts[2].size() != 4) return std::nullopt;  // a year of two digits may be any
  return numbers;
}

std::optional<Date> date_of(const Numbers& n, bool day_first) {
  const auto& p = n.part;
  const auto [year, month, day] = n.year_first ? std::array{p[0], p[1], p[2]}
                                  : day_first  ? std::array{p[2], p[1], p[0]}
                                               : std::array{p[2], p[0], p[1]};
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

/// What an amount says of the mark of its decimals: a mark that is followed by other than three digits, or stands behind
/// the other one, is the decimals'; one that stands twice groups thousands. 0 where it says nothing.
char decimal_mark_of(std::string_view text) {
  const auto last = text.find_last_of(".,");
  if (last == std::string_view::npos) return 0;
  const char mark = text[last], other = mark == ',' ? '.' : ',';
  if (text.find(mark) != last) return other;
  if (text.find(other) != std::string_view::npos) return mark;
  std::size_t digits = 0;
  while (last + 1 + digits < text.size() && text[last + 1 + digits] >= '0' && text[last + 1 + digits] <= '9') ++digits;
  return digits == 3 ? 0 : mark;
}

/// 1234.5, -1,234.50, $1,234, (1,234.50) and 1.2e3; with a comma for decimals 1234,5, -1.234,50 and so on.
std::optional<double> amount_of(std::string text, char decimals = '.') {
  const bool negative = text.starts_with('(') && text.ends_with(')');
  if (negative) text = text.substr(1, text.size() - 2);
  const char thousands = decimals == '.' ? ',' : '.';
  for (auto at = text.find(thousands); at != std::string::npos; at = text.find(thousands, at + 1)) {
    const auto digits = std::min(text.find_first_not_of("0123456789", at + 1), text.size()) - at - 1;
    if (digits != 3) return std::nullopt;  // thousands are groups of three
  }
  std::erase_if(text, [&](char c) { return c == thousands || c == '$' || c == ' '; });
  if (decimals == ',') std::ranges::replace(text, ',', '.');
  if (text.starts_with('+')) text.erase(0, 1);
  const auto value = parse_number(text);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

struct Line {
  std::size_t number;
  std::vector<std::string> cells;
};

}  // namespace

std::vector<DatedFlow> read_dated_flows(const std::string& file, std::string_view text) {
  Diagnostics diagnostics;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Line> lines;
  std::size_t number = 0;
  char separator = 0;
  for (const auto row : split(text, '\n')) {
    ++number;
    if (trim(row).empty() || trim(row).front() == '#') continue;
    if (separator == 0) separator = separator_of(row);
    lines.push_back({number, cells_of(trim(row), separator)});
  }
  // The first line is a header where none of its cells is a date.
  std::size_t date_column = 0, amount_column = 1, width = 2;
  if (!lines.empty()) {
    const auto& first = lines.front().cells;
    const auto is_date = [](const std::string& cell) { return numbers_of(cell).has_value(); };
    const bool header = std::ranges::none_of(first, is_date) &&
                        std::ranges::none_of(first, [](const auto& c) { return amount_of(c) || amount_of(c, ','); });
    if (header) {
      for (std::size_t c = 0; c < first.size(); ++c) {
        const std::string name = lower(first[c]);
        if (name.starts_with("date") || name == "when") date_column = c;
        if (name.starts_with("amount") || name.starts_with("cash") || name.starts_with("flow") || name == "value")
          amount_column = c;
      }
      if (date_column == amount_column) amount_column = date_column == 0 ? 1 : 0;
      width = std::max<std::size_t>(first.size(), 2);
      lines.erase(lines.begin());
    } else if (first.size() == 2 && !is_date(first[0]) && is_date(first[1])) {
      std::swap(date_column, amount_column);
    }
  }
  // Which of day and month stands first: a number above 12 says so; where none does, the month, as in the US.
  bool day_first = false, month_first = false;
  for (const Line& line : lines)
    if (line.cells.size() == width)
      if (const auto n = numbers_of(line.cells[date_column]); n && !n->year_first)
        day_first |= n->part[0] > 12, month_first |= n->part[1] > 12;

  // How decimals are marked: one way in all of a file. What could be read either way ("1,234") is read as the rest is;
  // alone it is grouped thousands beside commas and decimals beside semicolons and dates such as 31.01.2026.
  std::array<std::size_t, 2> told{};  // first line that says point, comma
  std::size_t either = 0;
  bool dotted = false;
  for (const Line& line : lines) {
    if (line.cells.size() != width) continue;
    const std::string& amount = line.cells[amount_column];
    dotted |= line.cells[date_column].find('.') != std::string::npos;
    if (const char mark = decimal_mark_of(amount); mark != 0) {
      auto& first = told[mark == ',' ? 1 : 0];
      if (first == 0) first = line.number;
    } else if (amount.find(',') != std::string::npos && either == 0) {
      either = line.number;
    }
  }
  if (told[0] != 0 && told[1] != 0)
    diagnostics.error({file, std::max(told[0], told[1]), amount_column + 1},
                      std::format("decimals are written with a {} here, with a {} in line {}",
                                  told[0] > told[1] ? "point" : "comma", told[0] > told[1] ? "comma" : "point",
                                  std::min(told[0], told[1])),
                      "one way in all of a file");
  const bool semicolons = separator == ';' || separator == '\t';
  if (told[0] == 0 && told[1] == 0 && either != 0 && semicolons && !dotted)
    diagnostics.error({file, either, amount_column + 1}, "this may be thousands or a fraction",
                      "write 1234.00 or 1.234");
  const char decimals = told[1] != 0 || (told[0] == 0 && semicolons && dotted) ? ',' : '.';

  std::vector<DatedFlow> flows;
  for (const auto& [at, cells] : lines) {
    if (cells.size() != width) {
      diagnostics.error(
          {file, at, 0}, std::format("{} cells", cells.size()),
          width == 2 ? "each line is a date and an amount: 2026-01-31,-1000" : std::format("the header has {}", width));
      continue;
    }
    const auto numbers = numbers_of(cells[date_column]);
    const auto date = numbers ? date_of(*numbers, day_first && !month_first) : std::nullopt;
    const auto amount = amount_of(cells[amount_column], decimals);
    if (!date)
      diagnostics.error({file, at, date_column + 1}, std::format("'{}' is no date", cells[date_column]),
                        "dates are written 2026-01-31, 2026/01/31, 20260131, 01/31/2026 or 31.01.2026, all of a file "
                        "in the same way");
    if (!amount)
      diagnostics.error({file, at, amount_column + 1}, std::format("'{}' is no amount", cells[amount_column]),
                        "a finite number is needed");
    if (date && amount) flows.push_back({*date, *amount});
  }
  if (flows.empty() && !diagnostics.has_errors())
    diagnostics.error({file, 0, 0}, "there are no flows in it", "each line is a date and an amount");
  diagnostics.throw_if_errors();
  return flows;
}

std::vector<Flow> flows_of(const std::vector<DatedFlow>& dated) {
  const Date first = std::ranges::min_element(dated, {}, &DatedFlow::date)->date;
  std::vector<Flow> flows;
  for (const auto& [date, amount] : dated)
    flows.push_back({static_cast<double>((date - first).count()) / 365.0, amount});
  return flows;
}

}  // namespace stargate::capital
