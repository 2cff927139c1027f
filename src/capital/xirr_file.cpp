#include "capital/xirr_file.h"

#include <algorithm>
#include <format>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::capital {

namespace {

std::string_view unquoted(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = trim(cell.substr(1, cell.size() - 2));
  return cell;
}

}  // namespace

std::vector<DatedFlow> read_dated_flows(const std::string& file, std::string_view text) {
  std::vector<DatedFlow> flows;
  Diagnostics diagnostics;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::size_t line = 0;
  for (const auto row : split(text, '\n')) {
    ++line;
    if (trim(row).empty() || trim(row).front() == '#') continue;
    const auto cells = split(trim(row), ',');
    if (cells.size() != 2) {
      diagnostics.error({file, line, 0}, std::format("{} cells", cells.size()),
                        "each line is a date and an amount: 2026-01-31,-1000");
      continue;
    }
    const auto date = parse_date(unquoted(cells[0]));
    const auto amount = parse_number(unquoted(cells[1]));
    const bool header = flows.empty() && !diagnostics.has_errors() && !date && !amount && line == 1;
    if (header) continue;
    if (!date)
      diagnostics.error({file, line, 1}, std::format("'{}' is no date", unquoted(cells[0])),
                        "dates are written 2026-01-31");
    if (!amount)
      diagnostics.error({file, line, cells[0].size() + 2}, std::format("'{}' is no amount", unquoted(cells[1])),
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
