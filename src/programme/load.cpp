#include "programme/load.h"

#include <format>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "embedded.h"
#include "programme/settings_file.h"
#include "programme/tables.h"
#include "programme/uncertainty.h"

namespace stargate {
namespace fs = std::filesystem;

ProgrammeFiles read_programme_files(const fs::path& folder) {
  ProgrammeFiles files;
  if (folder.empty()) {
    for (const auto& [name, bytes] : embedded_programme()) files.emplace(name, bytes);
    return files;
  }
  if (!fs::is_directory(folder))
    throw InputError({folder.string(), 0, 0}, "this is not a folder",
                     "a programme is a folder; stargate init DIR writes one");
  std::vector<std::string> names{"programme.toml"};
  Programme shape;
  for_each_table(shape, [&](const auto& table, const auto&) { names.push_back(table.name + ".csv"); });
  names.push_back(table<Uncertainty>().name + ".csv");
  for (const auto& name : names)
    if (fs::exists(folder / name)) files.emplace(name, read_file(folder / name));
  return files;
}

std::string digest_of(const ProgrammeFiles& files) {
  std::string all;
  for (const auto& [name, bytes] : files) all += std::format("{} {} {}\n", name, bytes.size(), sha256(bytes));
  return sha256(all);
}

namespace {

/// Ids of every table that was read whole, for references: what one broken table hides is not reported again elsewhere.
std::map<std::string, std::set<std::string>> collect_ids(const std::map<std::string, Csv>& tables,
                                                         const std::set<std::string>& broken) {
  std::map<std::string, std::set<std::string>> ids;
  for (const auto& [name, csv] : tables) {
    if (broken.contains(name)) continue;
    auto& own = ids[name];
    if (const auto column = csv.column("id"); column != Csv::npos)
      for (const auto& row : csv.rows) own.insert(row.cells[column].text);
  }
  return ids;
}

void check_references(const Csv& csv, const std::vector<FieldSpec>& fields,
                      const std::map<std::string, std::set<std::string>>& ids, Diagnostics& diagnostics) {
  for (const auto& field : fields) {
    const auto column = csv.column(field.name);
    if (field.refers_to.empty() || column == Csv::npos || !ids.contains(field.refers_to)) continue;
    const auto& known = ids.at(field.refers_to);
    for (const auto& row : csv.rows) {
      const auto& cell = row.cells[column];
      if (cell.text.empty() || known.contains(cell.text)) continue;
      diagnostics.error(csv.place(row, cell),
                        std::format("{} '{}' is not in {}.csv", field.name, cell.text.substr(0, 80), field.refers_to),
                        name_hint(cell.text, {known.begin(), known.end()}));
    }
  }
}

/// X_low <= X <= X_high wherever a table has such columns.
template <class Record>
void check_ranges(const Table<Record>& table, const std::vector<Record>& rows, const std::string& file,
                  Diagnostics& diagnostics) {
  const auto number = [](const Record& row, const Field<Record>& f) -> std::optional<double> {
    if (const auto* plain = std::get_if<double Record::*>(&f.member)) return row.**plain;
    if (const auto* maybe = std::get_if<std::optional<double> Record::*>(&f.member)) return row.**maybe;
    return std::nullopt;
  };
  for (const auto& f : table.fields) {
    const bool low = f.name.ends_with("_low"), high = f.name.ends_with("_high");
    if (!low && !high) continue;
    const auto stem = f.name.substr(0, f.name.rfind('_'));
    const auto base = std::ranges::find(table.fields, stem, [](const auto& g) { return g.name; });
    if (base == table.fields.end()) continue;
    for (const auto& row : rows) {
      const auto end = number(row, f), middle = number(row, *base);
      if (end && middle && (low ? *end > *middle : *end < *middle))
        diagnostics.error({file, row.line, 0},
                          std::format("{} is {}, {} is {}", f.name, shortest(*end), stem, shortest(*middle)),
                          low ? "the low end may not be above the value" : "the high end may not be below the value");
    }
  }
}

}  // namespace

Programme parse_programme(const ProgrammeFiles& files, const std::string& shown_as, Diagnostics& diagnostics) {
  const auto shown = [&](const std::string& name) { return shown_as.empty() ? name : shown_as + "/" + name; };
  Programme programme;
  programme.folder = shown_as;
  programme.digest = digest_of(files);

  if (const auto settings = files.find("programme.toml"); settings != files.end())
    read_settings(shown("programme.toml"), settings->second, programme, diagnostics);
  else
    diagnostics.error({shown("programme.toml"), 0, 0}, "the file is missing",
                      "stargate init DIR writes a complete programme to edit");

  std::map<std::string, Csv> tables;
  std::set<std::string> broken;
  for_each_table(programme, [&](const auto& table, const auto&) {
    const auto name = table.name + ".csv";
    auto& csv = tables[table.name];
    csv.file = shown(name);
    const auto errors = diagnostics.errors();
    if (const auto file = files.find(name); file != files.end())
      csv = parse_csv(csv.file, file->second, diagnostics);
    else
      diagnostics.error({csv.file, 0, 0}, "the table is missing", table.about);
    if (diagnostics.errors() > errors) broken.insert(table.name);
  });
  const auto ids = collect_ids(tables, broken);
  for_each_table(programme, [&](const auto& table, auto& rows) {
    const auto& csv = tables.at(table.name);
    rows = read_table(table, csv, diagnostics);
    check_references(csv, table.specs(), ids, diagnostics);
    check_ranges(table, rows, csv.file, diagnostics);
  });
  parse_uncertainty(files, shown_as, diagnostics);  // read by who asks for it; checked with the rest
  if (!diagnostics.has_errors()) check_programme(programme, diagnostics);
  return programme;
}

Programme load_programme(const fs::path& folder) {
  Diagnostics diagnostics;
  auto programme = parse_programme(read_programme_files(folder), folder.empty() ? "default programme" : folder.string(),
                                   diagnostics);
  diagnostics.throw_if_errors();
  return programme;
}

}  // namespace stargate
