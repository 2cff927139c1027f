#include "programme/settings_file.h"

#include <format>
#include <sstream>

#include "base/text.h"
#include "programme/tables.h"
#include "programme/toml_text.h"

namespace stargate {

namespace {

/// A TOML value as the text of a cell, so that the same field table reads both. What a cell cannot hold is reported.
template <class Record>
std::optional<Cell> cell_of(const toml::value& value, const std::string& file, const Field<Record>* field,
                            Diagnostics& diagnostics) {
  const auto at = value.location();
  Cell cell{{}, at.first_column_number(), at.first_line_number()};
  const Place place{file, cell.line, cell.column};
  if (value.is_integer())
    cell.text = std::to_string(value.as_integer());
  else if (value.is_floating())
    cell.text = std::isfinite(value.as_floating()) ? shortest(value.as_floating()) : "not a finite number";
  else if (value.is_boolean())
    cell.text = value.as_boolean() ? "true" : "false";
  else if (value.is_string())
    cell.text = value.as_string();
  else {
    diagnostics.error(place, "found a list, table or time",
                      "a single number, text in quotes, true or false is expected");
    return std::nullopt;
  }
  if (field) {
    const bool wants_text = kind_of<Record>(field->member).json_type == "string";
    if (wants_text != value.is_string()) {
      diagnostics.error(
          place, std::format("found {} '{}'", value.is_string() ? "text" : "a bare value", cell.text.substr(0, 80)),
          std::format("{} must be {}", field->name,
                      wants_text ? "text in quotes" : "a bare " + kind_of<Record>(field->member).name));
      return std::nullopt;
    }
  }
  return cell;
}

template <class Record>
const Field<Record>* find_field(const Table<Record>& table, const std::string& name) {
  const auto found = std::ranges::find(table.fields, name, [](const auto& f) { return f.name; });
  return found == table.fields.end() ? nullptr : &*found;
}

/// [section] key = value, all of them as one row of a table whose columns are "section.key".
std::vector<Settings> read_sections(const std::string& file, const toml::value& root, Diagnostics& diagnostics) {
  const auto& fields = table<Settings>();
  Csv csv{file, {1, {}}, {{1, {}}}};
  std::vector<std::string> sections;
  for (const auto& f : fields.fields) sections.push_back(f.name.substr(0, f.name.find('.')));
  for (const auto* list : {"tranche", "target", "site_weight"}) sections.push_back(list);
  for (const auto& [section, content] : root.as_table()) {
    const Place place{file, content.location().first_line_number(), content.location().first_column_number()};
    if (std::ranges::find(sections, section) == sections.end()) {
      diagnostics.error(place, std::format("section '{}' is not known", section), name_hint(section, sections));
      continue;
    }
    if (!content.is_table()) continue;  // the lists are read by themselves
    for (const auto& [key, value] : content.as_table()) {
      const auto name = section + "." + key;
      if (const auto cell = cell_of(value, file, find_field(fields, name), diagnostics)) {
        csv.header.cells.push_back({name, cell->column, cell->line});
        csv.rows[0].cells.push_back(*cell);
      } else {
        csv.header.cells.push_back({name, 0, 0});  // reported already: not missing as well
        csv.rows[0].cells.push_back({"", 0, 0});
      }
    }
  }
  return read_table(fields, csv, diagnostics);
}

/// [[name]]: each element is a row.
template <class Record>
std::vector<Record> read_list(const std::string& file, const toml::value& root, const Table<Record>& fields,
                              Diagnostics& diagnostics) {
  if (!root.contains(fields.name)) return {};
  const auto& list = root.at(fields.name);
  if (!list.is_array()) {
    diagnostics.error({file, list.location().first_line_number(), 1}, std::format("'{}' is not a list", fields.name),
                      std::format("write each as [[{}]]", fields.name));
    return {};
  }
  Csv csv{file, {1, {}}, {}};
  for (const auto& f : fields.fields) csv.header.cells.push_back({f.name, 0, 0});
  for (const auto& element : list.as_array()) {
    const auto line = element.location().first_line_number();
    if (!element.is_table()) {
      diagnostics.error({file, line, 1}, std::format("an element of '{}' is not a table", fields.name),
                        std::format("write it as [[{}]]", fields.name));
      continue;
    }
    CsvRow row{line, std::vector<Cell>(csv.header.cells.size())};
    for (const auto& [key, value] : element.as_table()) {
      const auto column = csv.column(key);
      if (column == Csv::npos)
        diagnostics.error({file, value.location().first_line_number(), value.location().first_column_number()},
                          std::format("'{}' is not known in [[{}]]", key, fields.name),
                          name_hint(key, fields.header()));
      else if (const auto cell = cell_of(value, file, find_field(fields, key), diagnostics))
        row.cells[column] = *cell;
    }
    csv.rows.push_back(std::move(row));
  }
  return read_table(fields, csv, diagnostics);
}

}  // namespace

void read_settings(const std::string& file, std::string_view text, Programme& programme, Diagnostics& diagnostics) {
  const auto parsed = parse_toml(file, text, diagnostics);
  if (!parsed) return;
  const auto& root = *parsed;
  if (auto settings = read_sections(file, root, diagnostics); !settings.empty())
    programme.settings = std::move(settings.front());
  for_each_list(programme, [&](const auto& fields, auto& rows) { rows = read_list(file, root, fields, diagnostics); });
}

}  // namespace stargate
