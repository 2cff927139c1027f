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
          minutes += *value * minutes_a_day;
          break;
        default:
          return {};
      }
    }
  }
  constexpr double longest = 1e9;  // minutes: nineteen centuries
  return digits.empty() && minutes <= longest ? std::optional(minutes) : std::nullopt;
}

std::string duration_text_minutes(double minutes) {
  const auto whole = static_cast<long long>(std::llround(minutes));
  return std::format("PT{}H{}M0S", whole / 60, whole % 60);
}

std::optional<Date> parse_date_time(std::string_view text) { return parse_date(trim(text).substr(0, 10)); }
std::string start_text(Date day) { return to_string(day) + "T08:00:00"; }
std::string finish_text(Date last_day) { return to_string(last_day) + "T17:00:00"; }

bool is_activity(const pugi::xml_node& task) {
  return !task.child("IsNull").text().as_bool() && !task.child("Summary").text().as_bool() &&
         (task.child("OutlineLevel").empty() || task.child("OutlineLevel").text().as_int() > 0) &&
         task.child("UID").text().as_int() != 0;
}

void set_task_dates(pugi::xml_node task, const construction::Network& network, const construction::Dates& d,
                    double day_minutes) {
  const auto put = [&](const char* name, const std::string& value) {
    auto child = task.child(name);
    if (!child) child = task.append_child(name);
    child.text().set(value.c_str());
  };
  const auto last = [&](int start, int finish) { return finish_text(network.date(std::max(start, finish - 1))); };
  put("Start", start_text(network.date(d.early_start)));
  put("Finish", last(d.early_start, d.early_finish));
  put("EarlyStart", start_text(network.date(d.early_start)));
  put("EarlyFinish", last(d.early_start, d.early_finish));
  put("LateStart", start_text(network.date(d.late_start)));
  put("LateFinish", last(d.late_start, d.late_finish));
  put("TotalSlack", std::to_string(std::llround(d.total_float * day_minutes * 10)));
  put("FreeSlack", std::to_string(std::llround(d.free_float * day_minutes * 10)));
  put("Critical", d.critical ? "1" : "0");
}

}  // namespace stargate::exchange
