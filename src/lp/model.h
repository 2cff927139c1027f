#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace stargate::lp {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// One coefficient of a row: value * x[column].
struct Term {
  int column;
  double value;
};

/// minimise  offset + cost' x + 1/2 x' diag(quadratic) x
/// subject to  row_lower <= A x <= row_upper,  lower <= x <= upper,  x[j] whole where integer[j].
/// Columns come first; rows are streamed, each once, so the matrix is never copied while it is built.
class Model {
 public:
  double offset = 0;
  std::vector<double> cost, lower, upper;
  std::vector<double> quadratic;  ///< empty, or one a column (convex: >= 0)
  std::vector<std::uint8_t> integer;
  std::vector<double> row_lower, row_upper;
  std::vector<int> row_start{0};  ///< row r holds entries row_start[r] .. row_start[r+1]
  std::vector<int> entry_column;
  std::vector<double> entry_value;

  int columns() const { return static_cast<int>(cost.size()); }
  int rows() const { return static_cast<int>(row_lower.size()); }
  std::size_t entries() const { return entry_column.size(); }
  bool has_integers() const;

  /// Index of the new column.
  int add_column(double lowest, double highest, double unit_cost = 0, bool whole = false);

  /// Adds an entry to the row that is being built; zeros are left out. A column may come up several times in a row.
  void term(int column, double value) {
    if (value == 0) return;
    entry_column.push_back(column);
    entry_value.push_back(value);
  }
  /// Ends the row being built. Entries of one column are added up. Index of the new row.
  int end_row(double lowest, double highest);
  /// Takes the entries of the row being built back.
  void discard_row();
  int add_row(double lowest, double highest, std::span<const Term> terms);

  std::span<const int> row_columns(int row) const;
  std::span<const double> row_values(int row) const;

 private:
  std::vector<int> last_seen_;  ///< position of a column in the row being built, to add up repeats
};

}  // namespace stargate::lp
