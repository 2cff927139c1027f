#pragma once
#include <string>
#include <vector>

#include "base/record.h"

namespace stargate::impact {

/// A square matrix by rows.
using Matrix = std::vector<std::vector<double>>;

/// One cell of an input-output table: what `to` buys of `from` per USD of its output.
struct Requirement : Row {
  std::string from, to, source;
  double per_usd = 0;
};
const Table<Requirement>& requirement_table();

struct InputOutput {
  std::vector<std::string> sectors;
  Matrix direct;  ///< A: direct requirements
};
/// Sectors in the order in which they first sell. InputError for a pair that stands twice or a sector that only buys.
InputOutput input_output(const std::vector<Requirement>& requirements);

/// L = (I - A)^-1 (Leontief 1936): output of the row sector per USD of final demand for the column sector. Gauss-Jordan
/// with row pivots, O(n^3). InputError if A does not leave a net output (the matrix is singular, or an entry of L is
/// negative).
Matrix total_requirements(const Matrix& direct);

/// Column sums of L: output in all sectors per USD of final demand (simple, or type I, multipliers).
std::vector<double> output_multipliers(const Matrix& total);

/// A with households as one more sector: `income` is what each sector pays them per USD of output, `consumption` what
/// they buy of each sector per USD of income, `own` what they buy of themselves. Total requirements of it give type II
/// multipliers.
Matrix with_households(const Matrix& direct, const std::vector<double>& income, const std::vector<double>& consumption,
                       double own);

}  // namespace stargate::impact
