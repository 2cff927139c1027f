#include "exchange/msproject_form.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <sstream>

#include "base/text.h"

namespace stargate::exchange {

pugi::xml_document parse_project(const std::string& file, std::string_view text) {
  pugi::xml_document document;
  const auto result = document.load_buffer(text.data(), text.size(),
                                           pugi::parse_default | pugi::parse_declaration | pugi::parse_comments);
  if (!result) {
    const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, result.offset));
    const auto line = static_cast<std::size_t>(std::ranges::count(text.substr(0, std::min(at, text.size())), '\n')) + 1;
    throw InputError({file, line, 0}, std::format("this is no XML: {}", result.description()));
  }
  if (std::string_view(document.document_element().name()) != "Project")
    throw InputError({file, line_of(text, document.document_element()), 0},
                     std::format("the root is <{}>", document.document_element().name()),
                     "<Project>, as Microsoft Project writes it");
  return document;
}

std::string project_text(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

std::size_t line_of(std::string_view text, const pugi::xml_node& node) {
  const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, node.offset_debug()));
  return static_cast<std::size_t>(std::ranges::count(text.substr(0, std::min(at, text.size())), '\n')) + 1;
}

std::optional<double> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return {};
  double minutes = 0;
  std::string digits;
  bool time = false;
  for (const char c : text.substr(1)) {
    if (c == 'T') {
      time = true;
    } else if ((c >= '0' && c <= '9') || c == '.') {
      digits += c;
    } else {
      const auto value = parse_number(digits);
      if (!value) return {};
      digits.clear();
      switch (c) {
        case 'H':
          minutes += *value * 60;
          break;
        case 'M':
          if (!time) return {};  // months have no length
          minutes += *value;
          break;
        case 'S':
          minutes += *value / 60;
          break;
        case 'D':
          minutes += *value * construction::minutes_a_day;
          break;
        default:
          return {};
      }
    }
  }
  constexpr double longest = 1e9;  // minutes: nineteen centuries
  return digits.empty() && minutes <= longest ? std::optional(minutes) : std::nullopt;
}

std::string duration_text(construction::Minutes minutes) {
  return std::format("PT{}H{}M0S", minutes / 60, minutes % 60);
}

std::optional<construction::Instant> parse_project_time(std::string_view text) {
  text = trim(text);
  const auto day = parse_date(text.substr(0, 10));
  if (!day) return {};
  if (text.size() < 16) return construction::midnight_of(*day);
  const auto hour = parse_integer(text.substr(11, 2)), minute = parse_integer(text.substr(14, 2));
  if (!hour || !minute || *hour < 0 || *hour > 24 || *minute < 0 || *minute > 59) return {};
  return construction::midnight_of(*day) + *hour * 60 + *minute;
}
std::string project_time(construction::Instant at) {
  std::string text = construction::to_text(at) + ":00";
  text[text.find(' ')] = 'T';
  return text;
}

// Formats count 3 minutes, 5 hours, 7 days, 9 weeks, 11 months; the next even number is the same, elapsed; 32 more is
// the same, estimated.
bool is_elapsed(int format) {
  const int plain = format >= 35 ? format - 32 : format;
  return plain >= 4 && plain <= 12 && plain % 2 == 0;
}
bool is_percent(int format) {
  const int plain = format >= 35 ? format - 32 : format;
  return plain == 19 || plain == 20;
}

ProjectTasks tasks_of(const pugi::xml_node& project) {
  const auto level_of = [](const pugi::xml_node& task) {
    return std::clamp(task.child("OutlineLevel").text().as_int(1), 0, 1000);
  };
  std::vector<pugi::xml_node> all;
  for (const auto& task : project.child("Tasks").children("Task"))
    if (!task.child("IsNull").text().as_bool()) all.push_back(task);
  ProjectTasks result;
  std::vector<pugi::xml_node> above;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const int level = level_of(all[i]);
    while (!above.empty() && level_of(above.back()) >= level) above.pop_back();
    const bool deeper = i + 1 < all.size() && level_of(all[i + 1]) > level;
    if (level == 0 || all[i].child("UID").text().as_int(-1) == 0) continue;
    if (deeper || (all[i].child("Summary").text().as_bool() && !all[i].child("ExternalTask").text().as_bool())) {
      above.push_back(all[i]);
    } else if (!all[i].child("Active").text().as_bool(true)) {
      ++result.inactive;
    } else {
      result.activities.push_back(all[i]);
      result.summaries.push_back(above);
    }
  }
  return result;
}

void set_task_dates(pugi::xml_node task, const construction::Activity& activity, const construction::Dates& d) {
  const auto put = [&](const char* name, const std::string& value) {
    auto child = task.child(name);
    if (!child) child = task.append_child(name);
    child.text().set(value.c_str());
  };
  put("Start", project_time(d.start));
  put("Finish", project_time(d.finish));
  put("EarlyStart", project_time(d.early_start));
  put("EarlyFinish", project_time(d.early_finish));
  put("LateStart", project_time(d.late_start));
  put("LateFinish", project_time(d.late_finish));
  put("TotalSlack", std::to_string(activity.done() ? 0 : d.total_float * 10));
  put("FreeSlack", std::to_string(activity.done() ? 0 : d.free_float * 10));
  put("Critical", d.critical ? "1" : "0");
}

}  // namespace stargate::exchange
