#include "lp/model.h"

#include <algorithm>

namespace stargate::lp {

bool Model::has_integers() const {
  return std::ranges::any_of(integer, [](std::uint8_t i) { return i != 0; });
}

int Model::add_column(double lowest, double highest, double unit_cost, bool whole) {
  cost.push_back(unit_cost);
  lower.push_back(lowest);
  upper.push_back(highest);
  integer.push_back(whole ? 1 : 0);
  if (!quadratic.empty()) quadratic.push_back(0);
  return columns() - 1;
}

int Model::end_row(double lowest, double highest) {
  const auto begin = static_cast<std::size_t>(row_start.back());
  last_seen_.resize(cost.size(), -1);
  auto keep = begin;
  for (auto e = begin; e < entry_column.size(); ++e) {
    const auto column = static_cast<std::size_t>(entry_column[e]);
    const int at = last_seen_[column];
    if (at >= static_cast<int>(begin) && at < static_cast<int>(keep) &&
        entry_column[static_cast<std::size_t>(at)] == entry_column[e]) {
      entry_value[static_cast<std::size_t>(at)] += entry_value[e];
      continue;
    }
    last_seen_[column] = static_cast<int>(keep);
    entry_column[keep] = entry_column[e];
    entry_value[keep] = entry_value[e];
    ++keep;
  }
  entry_column.resize(keep);
  entry_value.resize(keep);
  row_start.push_back(static_cast<int>(keep));
  row_lower.push_back(lowest);
  row_upper.push_back(highest);
  return rows() - 1;
}

void Model::discard_row() {
  entry_column.resize(static_cast<std::size_t>(row_start.back()));
  entry_value.resize(static_cast<std::size_t>(row_start.back()));
}

int Model::add_row(double lowest, double highest, std::span<const Term> terms) {
  for (const auto& t : terms) term(t.column, t.value);
  return end_row(lowest, highest);
}

std::span<const int> Model::row_columns(int row) const {
  const auto r = static_cast<std::size_t>(row);
  return {entry_column.data() + row_start[r], entry_column.data() + row_start[r + 1]};
}

std::span<const double> Model::row_values(int row) const {
  const auto r = static_cast<std::size_t>(row);
  return {entry_value.data() + row_start[r], entry_value.data() + row_start[r + 1]};
}

}  // namespace stargate::lp
