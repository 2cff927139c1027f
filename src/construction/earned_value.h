#pragma once
#include <optional>
#include <string>
#include <vector>

namespace stargate::construction {

/// One activity as planned and as it went. Days count from the start of the schedule; `complete` is the share done by
/// the day of the report, whatever it has cost.
struct ActivityProgress {
  std::string id;
  double budget_usd = 0;
  int planned_start = 0, planned_finish = 0;
  std::optional<int> actual_start, actual_finish;
  double complete = 0;
  double actual_cost_usd = 0;
};

/// Earned value by ANSI/EIA-748 terms, and earned schedule (Lipke 2003). A ratio is empty where its divisor is 0.
struct EarnedValue {
  double budget_at_completion_usd = 0;
  double planned_value_usd = 0, earned_value_usd = 0, actual_cost_usd = 0;
  double schedule_variance_usd = 0, cost_variance_usd = 0;
  std::optional<double> schedule_performance, cost_performance;
  std::optional<double> estimate_at_completion_usd, estimate_to_complete_usd;  ///< budget at completion / CPI
  double earned_schedule_days = 0;  ///< days from the first planned start in which this much was planned
  std::optional<double> schedule_performance_time;  ///< earned schedule / days gone since that start
  std::optional<double> forecast_finish_day;        ///< planned finish / SPI(t)
};

/// Budget planned to be earned by `day`, each activity evenly over its planned span.
double planned_value(const std::vector<ActivityProgress>& activities, double day);

/// InputError for a share outside [0, 1] or a finish before its start. O(activities x log days).
EarnedValue earned_value(const std::vector<ActivityProgress>& activities, int day);

}  // namespace stargate::construction
