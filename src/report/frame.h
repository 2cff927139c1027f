#pragma once
#include <nlohmann/json.hpp>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::report {

/// What every part of the report is made from: the programme, the plan, and the quarters that the page shows.
struct Frame {
  const Programme& programme;
  const Plan& plan;
  Quarter first;
  int quarters = 0;

  Frame(const Programme& programme, const Plan& plan);

  /// Place of a quarter on the page's time axis; nothing if it lies outside.
  std::optional<std::size_t> index(Quarter quarter) const;
  std::vector<double> zeros() const { return std::vector<double>(static_cast<std::size_t>(quarters)); }
  /// Adds to the series where the quarter lies inside.
  void add(std::vector<double>& series, Quarter quarter, double amount) const;
  /// Adds to every quarter from `from` on, and before `until` where that is given.
  void add_from(std::vector<double>& series, Quarter from, double amount, std::optional<Quarter> until = {}) const;
  /// Where a quarter lies for the page: its index, which may be negative or beyond the end.
  int offset(Quarter quarter) const { return quarter - first; }
};

/// Rounded to `digits` decimals, for a page that carries no digits that nobody reads. Not finite: null.
nlohmann::json rounded(double value, int digits = 1);
nlohmann::json rounded(const std::vector<double>& values, int digits = 1);
std::vector<double> running_sum(std::vector<double> values);

/// The row whose id is `id`, or nullptr. O(rows).
template <class Record>
const Record* find_id(const std::vector<Record>& rows, std::string_view id) {
  const auto found = std::ranges::find(rows, id, &Record::id);
  return found == rows.end() ? nullptr : &*found;
}
/// Its name for readers; the id itself where the programme does not know it.
template <class Record>
std::string name_of(const std::vector<Record>& rows, const std::string& id) {
  const Record* row = find_id(rows, id);
  return row == nullptr ? id : row->name;
}

// The parts of the page's data, each a pure function. What they hold is read by web/report/*.js.
nlohmann::json about_data(const Frame& frame);
nlohmann::json sites_data(const Frame& frame);
nlohmann::json grid_data(const Frame& frame);  ///< zones and ties, for the map
nlohmann::json power_data(const Frame& frame);
nlohmann::json dispatch_data(const Frame& frame);
nlohmann::json compute_data(const Frame& frame);
nlohmann::json supply_data(const Frame& frame);
nlohmann::json money_data(const Frame& frame);
nlohmann::json jobs_data(const Frame& frame);
nlohmann::json reasons_data(const Frame& frame);  ///< what binds, and the alternatives
nlohmann::json inputs_data(const Frame& frame);   ///< where the figures come from

}  // namespace stargate::report
