#pragma once
#include <filesystem>

#include "capital/measures.h"

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

}  // namespace stargate::report
