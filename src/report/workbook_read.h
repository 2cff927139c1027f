#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace stargate::report {

/// A workbook (Office Open XML, ECMA-376) as it stands in a file, with its formulas calculated here and not taken from
/// the results stored beside them. It knows what the sheets of a plan's finances are made of: cells, ranges, sheets,
/// + - * / ^, comparisons, SUM, ROUND, MIN, MAX and IF. Sheets are read when they are first asked for.
class CalculatedWorkbook {
 public:
  /// InputError if the file is not there or is no workbook.
  explicit CalculatedWorkbook(std::filesystem::path file);
  ~CalculatedWorkbook();

  std::vector<std::string> sheets() const;
  /// Rows of a sheet that hold anything, counted from 0.
  std::size_t rows(const std::string& sheet);
  /// Text of a cell; empty where it is a number or holds nothing. Rows and columns count from 0.
  std::string text(const std::string& sheet, std::size_t row, std::size_t column);
  /// Number of a cell, calculated; 0 where it holds nothing. InputError for a formula that is not understood or that
  /// needs its own result. O(formulas that it rests on), each once.
  double number(const std::string& sheet, std::size_t row, std::size_t column);

  struct Book;  ///< its sheets and how they are calculated

 private:
  std::unique_ptr<Book> book_;
};

}  // namespace stargate::report
