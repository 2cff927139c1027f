#include "studio/tables.h"

#include <algorithm>
#include <format>

#include "base/text.h"
#include "programme/edits.h"
#include "programme/tables.h"

namespace stargate::studio {

using nlohmann::json;

namespace {

json column_json(const FieldSpec& f, const FieldKind& kind) {
  json out{{"name", f.name}, {"unit", f.unit}, {"about", f.about}, {"kind", kind.name}, {"key", f.key},
           {"required", f.required}, {"choices", f.choices}, {"refers_to", f.refers_to}};
  out["lowest"] = f.lowest ? json(*f.lowest) : json();
  out["highest"] = f.highest ? json(*f.highest) : json();
  return out;
}

template <class Record>
json columns_json(const Table<Record>& table) {
  json out = json::array();
  for (const auto& f : table.fields) out.push_back(column_json(f, kind_of<Record>(f.member)));
  return out;
}

/// "sites.csv" of "default programme/sites.csv".
std::string file_of(const std::string& shown) { return shown.substr(shown.find_last_of('/') + 1); }

Csv read_rows(const ProgrammeFiles& files, const std::string& table) {
  Diagnostics ignored;  // what is wrong is told by problems()
  const auto file = files.find(table + ".csv");
  return parse_csv(table + ".csv", file == files.end() ? std::string_view() : std::string_view(file->second), ignored);
}

/// Where a diagnostic stands, as table, row (from 0) and column.
void locate(json& problem, const Diagnostic& d, std::map<std::string, Csv>& read, const ProgrammeFiles& files) {
  const auto name = file_of(d.place.file);
  if (!name.ends_with(".csv")) return;
  const auto table = name.substr(0, name.size() - 4);
  problem["table"] = table;
  if (!read.contains(table)) read.emplace(table, read_rows(files, table));
  const auto& csv = read.at(table);
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    if (csv.rows[r].line != d.place.line) continue;
    problem["row"] = r;
    for (std::size_t c = 0; c < csv.rows[r].cells.size() && c < csv.header.cells.size(); ++c)
      if (csv.rows[r].cells[c].column == d.place.column && d.place.column > 0) problem["column"] = csv.header.cells[c].text;
  }
}

/// Calls visit(table) for the table of that name; InputError with the nearest name if there is none.
template <class Visit>
void with_table(const std::string& name, Visit&& visit) {
  Programme shape;
  bool found = false;
  std::vector<std::string> names;
  for_each_table(shape, [&](const auto& table, const auto&) {
    names.push_back(table.name);
    if (table.name == name) found = true, visit(table);
  });
  if (!found) throw InputError({"tables", 0, 0}, std::format("there is no table '{}'", name.substr(0, 80)), name_hint(name, names));
}

}  // namespace

json problems(const ProgrammeFiles& files) {
  Diagnostics diagnostics;
  parse_programme(files, "", diagnostics);
  std::map<std::string, Csv> read;
  json out = json::array();
  for (const auto& d : diagnostics.all()) {
    if (out.size() == 500) break;  // what a page can show
    json one{{"file", file_of(d.place.file)}, {"line", d.place.line}, {"message", d.message}, {"hint", d.hint},
             {"warning", d.warning}};
    locate(one, d, read, files);
    out.push_back(std::move(one));
  }
  return out;
}

json overview(const ProgrammeFiles& files) {
  json tables = json::array();
  Programme shape;
  for_each_table(shape, [&](const auto& table, const auto&) {
    tables.push_back({{"name", table.name}, {"about", table.about}, {"rows", read_rows(files, table.name).rows.size()}});
  });
  Diagnostics ignored;
  const auto programme = parse_programme(files, "", ignored);
  json settings = json::array();
  for (const auto& f : table<Settings>().fields) {
    auto setting = column_json(f, kind_of<Settings>(f.member));
    setting["value"] = std::visit([&](auto member) { return cell_text(programme.settings.*member); }, f.member);
    settings.push_back(std::move(setting));
  }
  return {{"name", programme.settings.name}, {"tables", tables}, {"settings", settings}, {"problems", problems(files)}};
}

json table_of(const ProgrammeFiles& files, const std::string& name) {
  json out;
  with_table(name, [&](const auto& table) {
    out = {{"name", table.name}, {"about", table.about}, {"columns", columns_json(table)}, {"rows", json::array()}};
    const auto csv = read_rows(files, name);
    std::vector<std::size_t> at;
    for (const auto& f : table.fields) at.push_back(csv.column(f.name));
    for (const auto& row : csv.rows) {
      json cells = json::array();
      for (const auto c : at) cells.push_back(c < row.cells.size() ? row.cells[c].text : std::string());
      out["rows"].push_back(std::move(cells));
    }
  });
  return out;
}

std::vector<Change> read_changes(const json& body) {
  const auto refuse = [](const char* what) -> InputError {
    return {{"changes", 0, 0}, what, "a list of {table, row, column, value}, {table, row, insert: true} or {table, row, remove: true}"};
  };
  if (!body.is_array() || body.empty() || body.size() > 20'000) throw refuse("no list of 1 to 20,000 changes");
  std::vector<Change> out;
  for (const auto& b : body) {
    if (!b.is_object()) throw refuse("a change is no object");
    Change c;
    if (b.value("insert", json()) == true) c.kind = Change::Kind::insert;
    if (b.value("remove", json()) == true) c.kind = Change::Kind::remove;
    const auto text = [&](const char* key) {
      const auto found = b.find(key);
      if (found == b.end()) return std::string();
      if (!found->is_string() || found->template get_ref<const std::string&>().size() > 65'536) throw refuse("a name or value is no text");
      return found->template get<std::string>();
    };
    c.table = text("table"), c.column = text("column"), c.value = text("value");
    if (const auto row = b.find("row"); row != b.end()) {
      if (!row->is_number_unsigned()) throw refuse("a row is no whole number from 0");
      c.row = row->get<std::size_t>();
    }
    out.push_back(std::move(c));
  }
  return out;
}

ProgrammeFiles changed(ProgrammeFiles files, const std::vector<Change>& changes) {
  std::map<std::string, Csv> open;
  for (const auto& c : changes) {
    if (c.table.empty()) {
      if (!set_setting(files["programme.toml"], c.column, c.value))
        throw InputError({"settings", 0, 0}, std::format("there is no setting '{}'", c.column.substr(0, 80)));
      continue;
    }
    with_table(c.table, [&](const auto& table) {
      if (!open.contains(c.table)) open.emplace(c.table, read_rows(files, c.table));
      auto& csv = open.at(c.table);
      if (csv.header.cells.empty())
        for (const auto& name : table.header()) csv.header.cells.push_back({name, 0, 0});
      const auto limit = csv.rows.size() + (c.kind == Change::Kind::insert ? 1 : 0);
      if (c.row >= limit)
        throw InputError({c.table, 0, 0}, std::format("there is no row {}", c.row + 1), std::format("it has {}", csv.rows.size()));
      const auto at = csv.rows.begin() + static_cast<std::ptrdiff_t>(c.row);
      if (c.kind == Change::Kind::insert) {
        csv.rows.insert(at, CsvRow{0, std::vector<Cell>(csv.header.cells.size())});
      } else if (c.kind == Change::Kind::remove) {
        csv.rows.erase(at);
      } else {
        const auto names = table.header();
        if (std::ranges::find(names, c.column) == names.end())
          throw InputError({c.table, 0, 0}, std::format("there is no column '{}'", c.column.substr(0, 80)), name_hint(c.column, names));
        auto column = csv.column(c.column);
        if (column == Csv::npos) {  // one that may be left out, and was
          column = csv.header.cells.size();
          csv.header.cells.push_back({c.column, 0, 0});
          for (auto& row : csv.rows) row.cells.push_back({"", 0, 0});
        }
        csv.rows[c.row].cells[column].text = c.value;
      }
    });
  }
  for (const auto& [name, csv] : open) files[name + ".csv"] = rewritten(csv, files[name + ".csv"]);
  return files;
}

}  // namespace stargate::studio
