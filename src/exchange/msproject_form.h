#pragma once
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

// The small forms inside Microsoft Project XML, shared by reading and writing.

/// FieldID of a task's Text1, which carries the activity's id.
inline constexpr std::string_view text1_field = "188743731";

/// Parses, or InputError with the line; the root must be <Project>.
pugi::xml_document parse_project(const std::string& file, std::string_view text);
std::string project_text(const pugi::xml_document& document);
/// Line of the node in the text it was parsed from.
std::size_t line_of(std::string_view text, const pugi::xml_node& node);

/// "PT80H0M0S" in minutes.
std::optional<double> parse_duration(std::string_view text);
std::string duration_text(construction::Minutes minutes);
std::optional<construction::Instant> parse_project_time(std::string_view text);
std::string project_time(construction::Instant at);
/// A DurationFormat or LagFormat that counts every hour, worked or not.
bool is_elapsed(int format);
/// A LagFormat in per cent of the predecessor's duration.
bool is_percent(int format);

/// The tasks that are scheduled, as the file has them: not blank, not the project itself, not inactive, not a summary.
/// A task with deeper ones behind it is a summary, whatever it says of itself.
struct ProjectTasks {
  std::vector<pugi::xml_node> activities;
  std::vector<std::vector<pugi::xml_node>> summaries;  ///< above each activity, from the top
  std::size_t inactive = 0;
};
ProjectTasks tasks_of(const pugi::xml_node& project);

/// The hours and exceptions of a calendar; of those it is based on where it says nothing itself.
std::shared_ptr<const construction::WorkCalendar> read_project_calendar(const pugi::xml_node& project,
                                                                        const pugi::xml_node& calendar,
                                                                        double hours_a_day);

/// Writes early and late dates, start, finish and slack into a <Task>; makes elements that are missing.
void set_task_dates(pugi::xml_node task, const construction::Activity& activity, const construction::Dates& dates);

}  // namespace stargate::exchange
