#pragma once
#include <filesystem>

#include "base/csv.h"

namespace stargate::exchange {

/// Reads a CSV file of another tool (also .csv.gz): a first column without a name is called 'index', as pandas and R leave
/// it. InputError for whatever base/csv.h finds wrong, and for files too large to be read as text.
Csv read_csv_file(const std::filesystem::path& path);

/// A number as other tools write it: also inf, -inf, NaN or nothing (not a number), true and false. False if it is none.
bool parse_csv_number(std::string_view text, double& value);
/// The number in a cell, or InputError naming file, line and column.
double csv_number(const Csv& csv, const CsvRow& row, std::size_t column);

}  // namespace stargate::exchange
