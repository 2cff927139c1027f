#include "impact/leontief.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "base/diagnostics.h"

namespace stargate::impact {

const Table<Requirement>& requirement_table() {
  using R = Requirement;
  static const Table<R> table{
      "input_output",
      "direct requirements by pair of sectors",
      {field("from", &R::from, "sector that sells").as_key(), field("to", &R::to, "sector that buys").as_key(),
       field("per_usd", &R::per_usd, "bought per USD of the buyer's output").range(0, 1),
       field("source", &R::source, "who says so")}};
  return table;
}

InputOutput input_output(const std::vector<Requirement>& requirements) {
  InputOutput io;
  for (const auto& r : requirements)
    if (std::ranges::find(io.sectors, r.from) == io.sectors.end()) io.sectors.push_back(r.from);
  const std::size_t n = io.sectors.size();
  io.direct.assign(n, std::vector<double>(n));
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& r : requirements) {
    const auto to = std::ranges::find(io.sectors, r.to);
    if (to == io.sectors.end() || !seen.emplace(r.from, r.to).second)
      throw InputError({requirement_table().name + ".csv", r.line, 0},
                       std::format("'{}' to '{}' stands twice, or '{}' sells nothing", r.from, r.to, r.to));
    const auto from = std::ranges::find(io.sectors, r.from) - io.sectors.begin();
    io.direct[static_cast<std::size_t>(from)][static_cast<std::size_t>(to - io.sectors.begin())] = r.per_usd;
  }
  return io;
}

Matrix total_requirements(const Matrix& direct) {
  const std::size_t n = direct.size();
  Matrix left(n, std::vector<double>(n)), inverse(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    inverse[i][i] = 1;
    for (std::size_t j = 0; j < n; ++j) left[i][j] = (i == j) - direct[i][j];
  }
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < n; ++r)
      if (std::abs(left[r][c]) > std::abs(left[pivot][c])) pivot = r;
    if (std::abs(left[pivot][c]) < 1e-12)
      throw InputError({}, "the input-output table has no inverse: some sectors use up all they make");
    std::swap(left[c], left[pivot]);
    std::swap(inverse[c], inverse[pivot]);
    const double scale = 1 / left[c][c];
    for (std::size_t j = 0; j < n; ++j) left[c][j] *= scale, inverse[c][j] *= scale;
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      const double factor = left[r][c];
      for (std::size_t j = 0; j < n; ++j) left[r][j] -= factor * left[c][j], inverse[r][j] -= factor * inverse[c][j];
    }
  }
  for (const auto& row : inverse)
    if (std::ranges::any_of(row, [](double v) { return v < -1e-9; }))
      throw InputError({}, "the input-output table is not productive: its total requirements are negative",
                       "what a sector buys per USD adds up to less than 1");
  return inverse;
}

std::vector<double> output_multipliers(const Matrix& total) {
  std::vector<double> sums(total.size());
  for (const auto& row : total)
    for (std::size_t j = 0; j < row.size(); ++j) sums[j] += row[j];
  return sums;
}

Matrix with_households(const Matrix& direct, const std::vector<double>& income, const std::vector<double>& consumption,
                       double own) {
  Matrix closed = direct;
  for (std::size_t i = 0; i < direct.size(); ++i) closed[i].push_back(consumption[i]);
  closed.push_back(income);
  closed.back().push_back(own);
  return closed;
}

}  // namespace stargate::impact
