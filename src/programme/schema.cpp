#include "programme/schema.h"

#include <format>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "programme/tables.h"
#include "programme/uncertainty.h"

namespace stargate {

namespace {

using Json = nlohmann::json;

template <class Record>
Json field_schema(const Field<Record>& f) {
  Json json{{"description", f.about}, {"type", kind_of<Record>(f.member).json_type}};
  if (!f.unit.empty()) json["x-unit"] = f.unit;
  if (f.lowest) json["minimum"] = *f.lowest;
  if (f.highest) json["maximum"] = *f.highest;
  if (!f.choices.empty()) json["enum"] = f.choices;
  if (!f.refers_to.empty()) json["x-refers-to"] = f.refers_to;
  if (f.key) json["x-key"] = true;
  const auto kind = kind_of<Record>(f.member).name;
  if (kind == "date") json["format"] = "date";
  if (kind == "quarter") json["pattern"] = "^[0-9]{4}-Q[1-4]$";
  if (kind.starts_with("list")) {
    if (json.contains("enum")) json.erase("enum");
    json["x-list-separator"] = ";";
  }
  return json;
}

template <class Record>
Json row_schema(const Table<Record>& table) {
  Json properties = Json::object(), required = Json::array();
  for (const auto& f : table.fields) {
    properties[f.name] = field_schema(f);
    if (f.required) required.push_back(f.name);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
}

/// Settings have names "section.key": one object a section.
Json settings_schema() {
  Json sections = Json::object();
  for (const auto& f : table<Settings>().fields) {
    const auto point = f.name.find('.');
    auto& section = sections[f.name.substr(0, point)];
    section["type"] = "object";
    section["additionalProperties"] = false;
    section["properties"][f.name.substr(point + 1)] = field_schema(f);
    if (f.required) section["required"].push_back(f.name.substr(point + 1));
  }
  return sections;
}

template <class Record>
std::string allowed_text(const Field<Record>& f) {
  std::string text;
  if (!f.choices.empty())
    for (const auto& choice : f.choices) text += (text.empty() ? "" : ", ") + choice;
  else if (!f.refers_to.empty())
    text = "id in " + f.refers_to;
  else if (f.lowest && f.highest)
    text = shortest(*f.lowest) + " to " + shortest(*f.highest);
  else if (f.lowest)
    text = ">= " + shortest(*f.lowest);
  else if (f.highest)
    text = "<= " + shortest(*f.highest);
  return text;
}

template <class Record>
std::string table_reference(const Table<Record>& table) {
  std::string out = "| column | kind | allowed | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& f : table.fields)
    out += std::format("| {}`{}`{} | {}{} | {} | {} |\n", f.key ? "**" : "", f.name, f.key ? "**" : "",
                       kind_of<Record>(f.member).name, f.unit.empty() ? "" : ", " + f.unit, allowed_text(f),
                       f.about + (f.required ? "" : " *(may be empty)*"));
  return out;
}

}  // namespace

nlohmann::json programme_schema() {
  Json properties = settings_schema(), required = Json::array();
  Programme shape;
  for_each_list(shape, [&](const auto& table, const auto&) {
    properties[table.name] = {{"type", "array"}, {"description", table.about}, {"items", row_schema(table)}};
  });
  for_each_table(shape, [&](const auto& table, const auto&) {
    properties[table.name] = {
        {"type", "array"}, {"description", table.about}, {"x-file", table.name + ".csv"}, {"items", row_schema(table)}};
    required.push_back(table.name);
  });
  const auto& optional = table<Uncertainty>();
  properties[optional.name] = {{"type", "array"}, {"description", optional.about}, {"x-file", optional.name + ".csv"}, {"items", row_schema(optional)}};
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "Stargate programme"},
          {"description", "A programme folder: programme.toml and one CSV file a table."},
          {"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

std::string programme_reference() {
  std::string out =
      "# Reference: the programme folder\n\n"
      "Made by `stargate schema --markdown`. Columns in **bold** together name a row. Lists are separated by "
      "semicolons; "
      "lines that begin with # are comments.\n\n## programme.toml\n\n" +
      table<Settings>().about + "\n\n" + table_reference(table<Settings>());
  Programme shape;
  const auto section = [&](const std::string& title, const auto& table) {
    out += std::format("\n## {}\n\n{}\n\n{}", title, table.about, table_reference(table));
  };
  for_each_list(shape,
                [&](const auto& table, const auto&) { section("programme.toml [[" + table.name + "]]", table); });
  for_each_table(shape, [&](const auto& table, const auto&) { section(table.name + ".csv", table); });
  section("uncertainty.csv", table<Uncertainty>());
  return out;
}

}  // namespace stargate
