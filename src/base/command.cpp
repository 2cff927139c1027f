#include "base/command.h"

#include <algorithm>
#include <format>
#include <stdexcept>

#include "base/text_table.h"

namespace stargate {

namespace {

using Json = nlohmann::json;

/// Type and meaning of a column; what is not known is null.
Json column_schema(const ColumnSpec& c) {
  const std::string type = c.kind.json_type;
  Json json{{"description", c.about}};
  json["type"] = type == "number" ? Json{"number", "null"} : Json(type);
  if (!c.unit.empty()) json["x-unit"] = c.unit;
  if (!c.choices.empty()) json["enum"] = c.choices;
  return json;
}

Json row_schema(const TableSpec& table) {
  Json properties = Json::object(), required = Json::array();
  for (const auto& c : table.columns) {
    properties[c.name] = column_schema(c);
    required.push_back(c.name);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
}

Json termination_schema() {
  Json reasons = Json::array();
  for (int e = 0; e <= static_cast<int>(Ending::failed); ++e) reasons.push_back(to_string(static_cast<Ending>(e)));
  const Json maybe{{"type", {"number", "null"}}};
  return {{"type", "object"},
          {"properties",
           {{"reason", {{"enum", reasons}}},
            {"limit", {{"type", "string"}}},
            {"objective", maybe},
            {"bound", maybe},
            {"gap", maybe},
            {"gap_asked", maybe},
            {"parts_left_out", {{"type", "boolean"}}},
            {"sentence", {{"type", "string"}}},
            {"exit_code", {{"type", "integer"}}}}},
          {"required", {"reason", "exit_code", "sentence"}},
          {"additionalProperties", false}};
}

std::string option_usage(const OptionSpec& o) {
  if (o.positional) {
    std::string name = option_name(o);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return o.required ? name : "[" + name + "]";
  }
  std::string text = o.letter ? std::format("-{},--{}", o.letter, option_name(o)) : "--" + option_name(o);
  if (!o.is_flag()) text += " " + (o.unit.empty() ? o.kind.name.starts_with("list") ? "TEXT" : o.kind.name : o.unit);
  return text;
}

std::string option_meaning(const OptionSpec& o) {
  std::string text = o.about;
  if (!o.choices.empty()) {
    text += " (";
    for (const auto& c : o.choices) text += (c == o.choices.front() ? "" : ", ") + c;
    text += ")";
  }
  if (o.repeats) text += "; may be given several times";
  if (o.required && !o.positional) text += "; required";
  if (!o.standard.empty() && !o.is_flag()) text += std::format(" [{}]", o.standard);
  return text;
}

}  // namespace

std::string option_name(const FieldSpec& field) {
  if (!field.spelled.empty()) return field.spelled;
  std::string name = field.name;
  std::ranges::replace(name, '_', '-');
  return name;
}

bool Command::writes_by_itself() const {
  return std::ranges::any_of(options, [](const OptionSpec& o) { return option_name(o) == "out"; });
}

void check_arguments(const std::vector<OptionSpec>& options, const Arguments& arguments, const std::string& shown_as,
                     Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& o : options) names.push_back(option_name(o));
  for (const auto& [name, values] : arguments)
    if (std::ranges::find(names, name) == names.end())
      diagnostics.error({shown_as, 0, 0}, std::format("there is no option '{}'", name), name_hint(name, names));
  for (const auto& o : options)
    if (o.required && !arguments.contains(option_name(o)))
      diagnostics.error({shown_as, 0, 0}, std::format("{} is missing", option_usage(o)), o.about);
}

void check_declared(const Answer& answer, const std::vector<TableSpec>& tables) {
  for (const auto& table : answer.tables) {
    const auto declared = std::ranges::find(tables, table.spec.name, &TableSpec::name);
    if (declared == tables.end() || declared->single != table.spec.single ||
        !std::ranges::equal(declared->columns, table.spec.columns, {}, &ColumnSpec::name, &ColumnSpec::name))
      throw std::logic_error(std::format("table {} of an answer is not as its command declares it", table.spec.name));
  }
}

nlohmann::json answer_schema(const Command& command) {
  Json properties = Json::object(), required = Json::array({"notes", "termination"});
  for (const auto& table : command.tables)
    if (table.single)
      for (const auto& c : table.columns) properties[c.name] = column_schema(c);
    else
      properties[table.name] = {{"type", "array"}, {"description", table.about}, {"items", row_schema(table)}};
  properties["notes"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  properties["termination"] = termination_schema();
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "stargate " + command.name},
          {"description", command.about},
          {"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

std::string answer_reference(const Command& command) {
  std::string out = std::format("\n## stargate {}\n\n{}\n", command.name, command.about);
  for (const auto& e : command.examples) out += std::format("\n    {}   # {}\n", e.line, e.says);
  out += "\n| option | meaning |\n| --- | --- |\n";
  for (const auto& o : command.options) out += std::format("| `{}` | {} |\n", option_usage(o), option_meaning(o));
  for (const auto& table : command.tables) {
    out += std::format("\n**{}**{}: {}\n\n| column | kind | meaning |\n| --- | --- | --- |\n", table.name,
                       table.single ? " (at the top of the JSON)" : "", table.about);
    for (const auto& c : table.columns)
      out += std::format("| `{}` | {}{} | {} |\n", c.name, c.kind.name, c.unit.empty() ? "" : ", " + c.unit, c.about);
  }
  return out;
}

std::string help_text(const Command& command) {
  std::string usage = "stargate " + command.name;
  for (const auto& o : command.options)
    if (o.positional || o.required) usage += " " + option_usage(o);
  std::string out = std::format("{}\n\nusage: {} [options]\n\n", command.about, usage);
  std::size_t widest = 0;
  for (const auto& o : command.options) widest = std::max(widest, display_width(option_usage(o)));
  widest = std::min<std::size_t>(widest, 34);
  for (const auto& o : command.options) {
    const auto name = option_usage(o);
    out += "  " + name + (display_width(name) <= widest ? std::string(widest - display_width(name) + 2, ' ')
                                                         : "\n" + std::string(widest + 4, ' ')) +
           option_meaning(o) + "\n";
  }
  for (const auto& e : command.examples) out += std::format("\nexample: {}\n         {}\n", e.line, e.says);
  return out;
}

}  // namespace stargate
