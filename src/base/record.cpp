#include "base/record.h"

#include <cmath>
#include <format>

#include "base/text.h"

namespace stargate {

std::string cell_text(const std::string& value) { return value; }
std::string cell_text(double value) { return shortest(value); }
std::string cell_text(const std::optional<double>& value) { return value ? shortest(*value) : ""; }
std::string cell_text(std::int64_t value) { return std::to_string(value); }
std::string cell_text(bool value) { return value ? "true" : "false"; }
std::string cell_text(Date value) { return to_string(value); }
std::string cell_text(const std::optional<Date>& value) { return value ? to_string(*value) : ""; }
std::string cell_text(Quarter value) { return to_string(value); }
std::string cell_text(const std::optional<Quarter>& value) { return value ? to_string(*value) : ""; }
std::string cell_text(const std::vector<std::string>& value) {
  std::string text;
  for (const auto& item : value) text += (text.empty() ? "" : ";") + item;
  return text;
}

namespace {

/// What is asked of the value, for the hint.
std::string allowed(const FieldSpec& field, std::string_view kind) {
  std::string text = std::format("{} must be {}", field.name, kind);
  if (field.lowest && field.highest)
    text += std::format(" from {} to {}", shortest(*field.lowest), shortest(*field.highest));
  else if (field.lowest)
    text += std::format(", at least {}", shortest(*field.lowest));
  else if (field.highest)
    text += std::format(", at most {}", shortest(*field.highest));
  if (!field.unit.empty()) text += std::format(" {}", field.unit);
  return text;
}

bool refuse(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
            std::string_view kind) {
  diagnostics.error(place, std::format("found '{}'", text.substr(0, 80)), allowed(field, kind));
  return false;
}

template <class Number>
bool read_bounded(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
                  std::optional<Number> value, std::string_view kind, Number& out) {
  if (!value) return refuse(field, text, place, diagnostics, kind);
  const auto number = static_cast<double>(*value);
  // What has no limit of its own is still a quantity of this world: sums and products of it stay finite.
  constexpr double largest = 1e18;
  if (!field.highest && std::is_floating_point_v<Number> && std::abs(number) > largest) {
    diagnostics.error(place, std::format("found '{}'", text.substr(0, 80)),
                      std::format("{} must be at most 1e18 in size", field.name));
    return false;
  }
  if ((field.lowest && number < *field.lowest) || (field.highest && number > *field.highest))
    return refuse(field, text, place, diagnostics, kind);
  out = *value;
  return true;
}

}  // namespace

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::string& out) {
  if (!field.choices.empty() && std::ranges::find(field.choices, text) == field.choices.end()) {
    diagnostics.error(place, std::format("'{}' is not a known {}", text.substr(0, 80), field.name),
                      name_hint(text, field.choices));
    return false;
  }
  out = text;
  return true;
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               double& out) {
  return read_bounded(field, text, place, diagnostics, parse_number(text), "a finite number", out);
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::int64_t& out) {
  return read_bounded(field, text, place, diagnostics, parse_integer(text), "a whole number", out);
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics, bool& out) {
  if (text != "true" && text != "false") return refuse(field, text, place, diagnostics, "true or false");
  out = text == "true";
  return true;
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics, Date& out) {
  const auto date = parse_date(text);
  if (!date) return refuse(field, text, place, diagnostics, "a day of the calendar as 2025-01-31");
  out = *date;
  return true;
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               Quarter& out) {
  const auto quarter = parse_quarter(text);
  if (!quarter) return refuse(field, text, place, diagnostics, "a quarter as 2025-Q1");
  out = *quarter;
  return true;
}

bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::vector<std::string>& out) {
  out.clear();
  for (const auto part : split(text, ';')) {
    std::string item;
    if (trim(part).empty() || !read_cell(field, trim(part), place, diagnostics, item)) {
      if (trim(part).empty()) refuse(field, text, place, diagnostics, "names separated by single semicolons");
      return false;
    }
    out.push_back(std::move(item));
  }
  return true;
}

std::vector<std::size_t> match_columns(const Csv& csv, const std::vector<FieldSpec>& fields, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  std::vector<std::size_t> columns;
  for (const auto& field : fields) {
    names.push_back(field.name);
    columns.push_back(csv.column(field.name));
    if (columns.back() == Csv::npos && field.required && !csv.header.cells.empty())
      diagnostics.error({csv.file, csv.header.line, 0}, std::format("column '{}' is missing", field.name), field.about);
  }
  for (const auto& cell : csv.header.cells)
    if (std::ranges::find(names, cell.text) == names.end())
      diagnostics.error(csv.place(csv.header, cell), std::format("column '{}' is not known", cell.text),
                        name_hint(cell.text, names));
  return columns;
}

bool has_value(const FieldSpec& field, const Cell& cell, const Place& place, Diagnostics& diagnostics) {
  if (!cell.text.empty()) return true;
  if (field.required) diagnostics.error(place, std::format("{} is empty", field.name), field.about);
  return false;
}

}  // namespace stargate
