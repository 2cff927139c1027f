#pragma once
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "construction/network.h"

namespace stargate::exchange {

// The small forms inside Microsoft Project XML, shared by reading and writing.

inline constexpr double minutes_a_day = 480;
/// FieldID of a task's Text1, which carries the activity's id.
inline constexpr std::string_view text1_field = "188743731";

/// Parses, or InputError with the line; the root must be <Project>.
pugi::xml_document parse_project(const std::string& file, std::string_view text);
std::string project_text(const pugi::xml_document& document);
/// Line of the node in the text it was parsed from.
std::size_t line_of(std::string_view text, const pugi::xml_node& node);

/// "PT80H0M0S" in minutes.
std::optional<double> parse_duration(std::string_view text);
std::string duration_text_minutes(double minutes);
std::optional<Date> parse_date_time(std::string_view text);
std::string start_text(Date day);
std::string finish_text(Date last_day);

/// True if the task is a real one: not blank, not the project itself, not a summary.
bool is_activity(const pugi::xml_node& task);

/// Writes early and late dates, start, finish and slack into a <Task>; makes elements that are missing.
void set_task_dates(pugi::xml_node task, const construction::Network& network, const construction::Dates& dates,
                    double day_minutes);

}  // namespace stargate::exchange
