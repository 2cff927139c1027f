#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/record.h"
#include "base/run.h"
#include "construction/dcma.h"
#include "construction/durations.h"
#include "construction/earned_value.h"
#include "construction/plan_schedule.h"

namespace stargate {

// The schedule of a plan or of a file, worked out once; schedule.cpp says it as tables, schedule_text.cpp to a person.

struct ScheduleOptions : Row {
  std::string input, programme, out, actuals;
  std::optional<Date> on;
  std::optional<double> crews;
  std::int64_t samples = 1000, seed = 1, placements = 60000;
  bool no_level = false, dcma = false;
  double correlation = 0.3;
};

/// A schedule and everything that is worked out from it.
struct ScheduleCase {
  construction::Network network;
  construction::CriticalPath cpm;
  std::vector<construction::LogNormal> durations;
  std::vector<construction::PlannedBlock> blocks;
  construction::Network detailed;                  ///< of a plan: what is handed to P6 and Microsoft Project
  std::vector<construction::WeekCost> week_costs;  ///< as the blocks
  std::optional<construction::Levelled> levelled;
  construction::ScheduleRisk risk;
  std::string source_text;  ///< of a file that was read, to be written back
  std::optional<Date> on_day;
  std::optional<construction::EarnedValue> earned;
  std::optional<construction::CriticalPath> forecast;  ///< with progress built in
  std::vector<std::string> notes;                      ///< what was not understood or not done
  bool parts_left_out = false;                         ///< and changes dates

  bool of_plan() const { return !blocks.empty(); }
  /// The building that is ready last.
  std::size_t last_block() const;
  /// The critical path of the schedule; for a plan that of its last building, not of a power plant or a grid connection
  /// behind it.
  std::vector<std::size_t> shown_path() const;
  /// Share of futures in which the building is ready by the first day of its planned quarter.
  double on_time_share(std::size_t block) const;

  // First and last worked day of an activity's span, and minutes in days of its calendar.
  std::string first(std::size_t activity, construction::Instant start) const;
  std::string last(std::size_t activity, construction::Instant start, construction::Instant finish) const;
  double days(std::size_t activity, construction::Minutes minutes) const;
};

/// How the plan's dates and the schedule's stand to one another.
struct PlanAgreement {
  std::size_t agree = 0, moved = 0;
  int latest_days = 0;
};
PlanAgreement agreement(const ScheduleCase& s);

/// Reads, schedules, levels and draws; InputError for what cannot be read.
ScheduleCase make_schedule(const ScheduleOptions& o, Run& run);
/// The fourteen points of the schedule, or of the plan in the detail in which it is handed out.
std::vector<construction::DcmaCheck> dcma_of(const ScheduleCase& s);
/// Gantt charts and the files of P6 and Microsoft Project: name and bytes.
std::vector<std::pair<std::string, std::string>> schedule_files(const ScheduleOptions& o, const ScheduleCase& s);

/// For a person.
std::string schedule_page(const ScheduleCase& s);
std::string dcma_page(const std::vector<construction::DcmaCheck>& checks);

inline std::string day_text(construction::Instant at) { return to_string(construction::day_of(at)); }

}  // namespace stargate
