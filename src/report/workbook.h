#pragma once
#include <filesystem>
#include <map>

#include "capital/measures.h"
#include "report/workbook_read.h"

namespace stargate::report {

/// Writes the finances of a plan as a workbook (xlsx) of live formulas: what happens stands on the sheet "Data" (one
/// row a company and line); statements of the programme, each layer, each site and the holding company, sources and
/// uses, debt cover, returns and identities are formulas on it, so that a changed figure carries through.
///
/// Amounts are in USD. `with_results` stores each formula's value beside it, for viewers that do not calculate.
/// The file appears under its name only when it is complete. InputError if it cannot be written.
void write_workbook(const std::filesystem::path& path, const capital::FinanceInput& input,
                    const capital::FinanceResult& result, const capital::FinanceMeasures& measures,
                    bool with_results = true);

/// The figures of a workbook that write_workbook wrote, found by the labels of their rows and calculated from their
/// formulas, in USD by quarter.
class WorkbookFigures {
 public:
  /// InputError if the file is no workbook or lacks the sheets of a plan's finances.
  explicit WorkbookFigures(const std::filesystem::path& file);
  double programme(capital::Item item, std::size_t t) { return at("Programme", capital::name_of(item).label, t); }
  double source_or_use(std::string_view name, std::size_t t) { return at("Sources and uses", name, t); }

 private:
  double at(const std::string& sheet, std::string_view label, std::size_t t);
  CalculatedWorkbook book_;
  std::map<std::string, std::map<std::string, std::size_t, std::less<>>> rows_;  ///< by sheet and label
};

}  // namespace stargate::report
