#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"

namespace stargate::construction {

/// One line of a Gantt chart.
struct GanttBar {
  std::string group, label;
  Date start{}, finish{};           ///< [start, finish); the same day is a milestone
  std::optional<Date> late_finish;  ///< float is drawn up to here
  std::optional<Date> actual_start, actual_finish;
  bool critical = false;
};

/// A picture of its own (SVG 1.1, no scripts, no fonts to load): bars by group, critical ones in red, float as a thin
/// line, what really happened underneath, quarters as ticks, `today` as a line. Every bar has its dates as a title.
std::string gantt_svg(const std::string& title, const std::vector<GanttBar>& bars, std::optional<Date> today = {});

}  // namespace stargate::construction
