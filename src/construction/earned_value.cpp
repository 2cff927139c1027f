#include "construction/earned_value.h"

#include <algorithm>
#include <format>

#include "base/diagnostics.h"

namespace stargate::construction {

double planned_value(const std::vector<ActivityProgress>& activities, double day) {
  double value = 0;
  for (const ActivityProgress& a : activities) {
    const double span = a.planned_finish - a.planned_start;
    value += a.budget_usd * (span > 0 ? std::clamp((day - a.planned_start) / span, 0.0, 1.0) : day >= a.planned_finish);
  }
  return value;
}

EarnedValue earned_value(const std::vector<ActivityProgress>& activities, int day) {
  EarnedValue ev;
  int first = activities.empty() ? 0 : activities.front().planned_start, last = first;
  for (const ActivityProgress& a : activities) {
    if (!(a.complete >= 0 && a.complete <= 1))
      throw InputError({}, std::format("activity '{}' is {} complete", a.id, a.complete), "0 to 1");
    if (a.planned_finish < a.planned_start || (a.actual_start && a.actual_finish && *a.actual_finish < *a.actual_start))
      throw InputError({}, std::format("activity '{}' finishes before it starts", a.id));
    ev.budget_at_completion_usd += a.budget_usd;
    ev.earned_value_usd += a.budget_usd * a.complete;
    ev.actual_cost_usd += a.actual_cost_usd;
    first = std::min(first, a.planned_start);
    last = std::max(last, a.planned_finish);
  }
  const auto ratio = [](double a, double b) { return b > 0 ? std::optional(a / b) : std::nullopt; };
  ev.planned_value_usd = planned_value(activities, day);
  ev.schedule_variance_usd = ev.earned_value_usd - ev.planned_value_usd;
  ev.cost_variance_usd = ev.earned_value_usd - ev.actual_cost_usd;
  ev.schedule_performance = ratio(ev.earned_value_usd, ev.planned_value_usd);
  ev.cost_performance = ratio(ev.earned_value_usd, ev.actual_cost_usd);
  if (ev.cost_performance && *ev.cost_performance > 0) {
    ev.estimate_at_completion_usd = ev.budget_at_completion_usd / *ev.cost_performance;
    ev.estimate_to_complete_usd = *ev.estimate_at_completion_usd - ev.actual_cost_usd;
  }
  // The planned curve never falls: bisect for the day at which it reached what is earned.
  double low = first, high = last;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (planned_value(activities, middle) < ev.earned_value_usd * (1 - 1e-12) ? low : high) = middle;
  }
  ev.earned_schedule_days = high - first;
  ev.schedule_performance_time = ratio(ev.earned_schedule_days, day - first);
  if (ev.schedule_performance_time && *ev.schedule_performance_time > 0)
    ev.forecast_finish_day = first + (last - first) / *ev.schedule_performance_time;
  return ev;
}

}  // namespace stargate::construction
