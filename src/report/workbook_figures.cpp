#include <format>

#include "base/diagnostics.h"
#include "report/workbook.h"

namespace stargate::report {

WorkbookFigures::WorkbookFigures(const std::filesystem::path& file) : book_(file) {
  for (const std::string sheet : {"Programme", "Sources and uses"}) {
    auto& rows = rows_[sheet];
    for (std::size_t r = 0; r < book_.rows(sheet); ++r)
      if (auto label = book_.text(sheet, r, 0); !label.empty()) rows.emplace(std::move(label), r);
  }
}

double WorkbookFigures::at(const std::string& sheet, std::string_view label, std::size_t t) {
  const auto& rows = rows_.at(sheet);
  const auto row = rows.find(label);
  if (row == rows.end()) throw InputError({}, std::format("the workbook's sheet '{}' has no row '{}'", sheet, label));
  return book_.number(sheet, row->second, t + 1);
}

}  // namespace stargate::report
