#include "programme/edits.h"

#include <format>
#include <set>

#include "base/text.h"
#include "programme/tables.h"

namespace stargate {

namespace {

/// A table's columns without its record type.
struct Shape {
  std::vector<FieldSpec> fields;
  std::vector<std::string> kinds;  ///< json_type, one a field
};

std::map<std::string, Shape, std::less<>> shapes() {
  std::map<std::string, Shape, std::less<>> out;
  Programme any;
  for_each_table(any, [&]<class Record>(const Table<Record>& table, const auto&) {
    auto& shape = out[table.name];
    shape.fields = table.specs();
    for (const auto& f : table.fields) shape.kinds.push_back(kind_of<Record>(f.member).json_type);
  });
  return out;
}

/// "accelerators.rubin_nvl72.rack_usd_m" as table, row and column; the column may be missing.
struct Target {
  std::string table, row, column;
};

class Editor {
 public:
  Editor(ProgrammeFiles files, Diagnostics& diagnostics, std::vector<std::string>& notes)
      : files_(std::move(files)), diagnostics_(diagnostics), notes_(notes) {}

  void set(const std::string& edit) {
    const auto equals = edit.find('=');
    if (equals == std::string::npos) return refuse("--set", edit, "no '=' in it", "TABLE.ID.COLUMN=VALUE or SECTION.KEY=VALUE");
    const auto name = edit.substr(0, equals), value = edit.substr(equals + 1);
    if (const auto file = files_.find("programme.toml"); file != files_.end() && set_setting(file->second, name, value)) return;
    if (const auto target = find("--set", edit, name)) {
      if (target->column.empty())
        return refuse("--set", edit, "it names no column", name_hint("", columns_of(target->table)));
      change("--set", edit, *target, target->column, [&](const std::string&) { return value; });
    }
  }

  void scale(const std::string& edit) {
    const auto equals = edit.rfind('=');
    const auto factor = equals == std::string::npos ? std::nullopt : parse_number(edit.substr(equals + 1));
    if (!factor) return refuse("--scale", edit, "no factor behind '='", "TABLE.ID.COLUMN=FACTOR, as in fuel_prices.*=1.3");
    const auto target = find("--scale", edit, edit.substr(0, equals));
    if (!target) return;
    const auto column = target->column.empty() ? only_amount(edit, target->table) : target->column;
    if (column.empty()) return;
    // The range that a source gives moves with the value.
    for (const auto* ending : {"", "_low", "_high"}) {
      const auto name = column + ending;
      if (*ending && !has_column(target->table, name)) continue;
      change("--scale", edit, *target, name, [&](const std::string& text) {
        if (text.empty()) return text;
        const auto number = parse_number(text);
        if (!number) {
          refuse("--scale", edit, std::format("{} is '{}', which is no number", name, text), "numbers can be scaled");
          return text;
        }
        return shortest(*number * *factor);
      });
    }
  }

  void choose(std::string_view option, const std::string& edit, const std::string& choice) {
    const auto equals = edit.find('=');
    const auto column = edit.substr(0, equals == std::string::npos ? 0 : equals);
    if (column != "site" && column != "state") return refuse(option, edit, "it begins with neither site= nor state=", "site=ID or state=XX");
    auto* csv = open("sites");
    if (!csv) return;
    const auto by = csv->column(column == "site" ? "id" : "state"), at = csv->column("choice");
    if (by == Csv::npos || at == Csv::npos) return;  // the table itself is wrong and says so when it is read
    std::vector<std::string> known;
    std::size_t changed = 0;
    for (auto& row : csv->rows) {
      known.push_back(row.cells[by].text);
      if (row.cells[by].text != edit.substr(equals + 1)) continue;
      row.cells[at].text = choice;
      ++changed;
    }
    if (changed == 0)
      refuse(option, edit, std::format("no site has {} '{}'", column, edit.substr(equals + 1)),
             name_hint(edit.substr(equals + 1), known));
    changed_.insert("sites");
  }

  /// Rows that refer to rows which are not there are left out, until no more are.
  void prune() {
    std::map<std::pair<std::string, std::string>, std::size_t> left_out;
    for (bool again = true; again;) {
      again = false;
      for (const auto& [name, shape] : shapes_) {
        auto* csv = open(name);
        if (!csv) continue;
        for (const auto& field : shape.fields) {
          const auto column = csv->column(field.name);
          auto* other = field.refers_to.empty() ? nullptr : open(field.refers_to);
          if (column == Csv::npos || !other || other->column("id") == Csv::npos) continue;
          std::set<std::string> ids;
          for (const auto& row : other->rows) ids.insert(row.cells[other->column("id")].text);
          const auto gone = std::erase_if(csv->rows, [&](const CsvRow& row) {
            return !row.cells[column].text.empty() && !ids.contains(row.cells[column].text);
          });
          if (gone == 0) continue;
          left_out[{name, field.refers_to}] += gone;
          changed_.insert(name);
          again = true;
        }
      }
    }
    for (const auto& [tables, rows] : left_out)
      notes_.push_back(std::format("{} rows of {}.csv refer to {} that are not there and are left out", rows,
                                   tables.first, tables.second));
  }

  ProgrammeFiles finish() && {
    for (const auto& name : changed_) {
      auto& bytes = files_[name + ".csv"];
      bytes = rewritten(*open_.at(name), bytes);
    }
    return std::move(files_);
  }

 private:
  void refuse(std::string_view option, const std::string& edit, std::string what, std::string hint) {
    diagnostics_.error({std::format("{} {}", option, edit), 0, 0}, std::move(what), std::move(hint));
  }

  std::vector<std::string> columns_of(const std::string& table) const {
    std::vector<std::string> names;
    for (const auto& f : shapes_.at(table).fields) names.push_back(f.name);
    return names;
  }
  bool has_column(const std::string& table, const std::string& name) const {
    const auto names = columns_of(table);
    return std::ranges::find(names, name) != names.end();
  }

  /// The table read once; null where it is missing or cannot be read (which the loader reports).
  Csv* open(const std::string& name) {
    if (const auto known = open_.find(name); known != open_.end()) return known->second ? &*known->second : nullptr;
    auto& slot = open_[name];
    const auto file = files_.find(name + ".csv");
    if (file == files_.end()) return nullptr;
    Diagnostics ignored;
    auto csv = parse_csv(name + ".csv", file->second, ignored);
    if (ignored.has_errors()) return nullptr;
    slot = std::move(csv);
    return &*slot;
  }

  std::optional<Target> find(std::string_view option, const std::string& edit, const std::string& name) {
    const auto parts = split(name, '.');
    if (const auto t = shapes_.find(parts.front()); t == shapes_.end()) {
      std::vector<std::string> names;
      for (const auto& [table, shape] : shapes_) names.push_back(table);
      if (parts.size() == 2)
        for (const auto& f : table<Settings>().fields) names.push_back(f.name);
      const auto sought = parts.size() == 2 ? name : std::string(parts.front());
      refuse(option, edit, std::format("'{}' is neither a table nor a setting", sought), name_hint(sought, names));
      return std::nullopt;
    }
    Target target{std::string(parts[0]), parts.size() > 1 ? std::string(parts[1]) : "*",
                  parts.size() > 2 ? std::string(parts[2]) : ""};
    // An id may hold a point: what lies between the first and the last name is the row.
    for (std::size_t i = 2; i + 1 < parts.size(); ++i) target.row += "." + std::string(parts[i]);
    if (parts.size() > 3) target.column = std::string(parts.back());
    if (!target.column.empty() && target.column != "*" && !has_column(target.table, target.column)) {
      refuse(option, edit, std::format("{} has no column '{}'", target.table, target.column),
             name_hint(target.column, columns_of(target.table)));
      return std::nullopt;
    }
    if (target.column == "*") target.column.clear();
    return target;
  }

  /// The one column of amounts that a table holds beside its keys and ranges; empty (and refused) where it is not one.
  std::string only_amount(const std::string& edit, const std::string& table) {
    const auto& shape = shapes_.at(table);
    std::vector<std::string> amounts;
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      const auto& f = shape.fields[i];
      if (shape.kinds[i] == "number" && !f.key && !f.name.ends_with("_low") && !f.name.ends_with("_high"))
        amounts.push_back(f.name);
    }
    if (amounts.size() == 1) return amounts.front();
    refuse("--scale", edit, "it names no column, and the table holds several numbers", name_hint("", amounts));
    return {};
  }

  template <class New>
  void change(std::string_view option, const std::string& edit, const Target& target, const std::string& column, New&& of) {
    auto* csv = open(target.table);
    if (!csv) return refuse(option, edit, target.table + ".csv cannot be read", "stargate check says why");
    auto at = csv->column(column);
    if (at == Csv::npos) {  // a column that may be left out, and was
      at = csv->header.cells.size();
      csv->header.cells.push_back({column, 0, 0});
      for (auto& row : csv->rows) row.cells.push_back({"", 0, 0});
    }
    std::vector<std::size_t> keys;
    for (const auto& f : shapes_.at(target.table).fields)
      if (const auto k = csv->column(f.name); f.key && k != Csv::npos) keys.push_back(k);
    if (keys.empty()) keys.push_back(0);
    std::size_t changed = 0;
    std::vector<std::string> known;
    for (auto& row : csv->rows) {
      std::string whole;
      for (const auto k : keys) whole += (whole.empty() ? "" : "/") + row.cells[k].text;
      const auto& first = row.cells[keys.front()].text;
      known.push_back(keys.size() > 1 ? whole : first);
      if (target.row != "*" && target.row != whole && target.row != first) continue;
      row.cells[at].text = of(row.cells[at].text);
      ++changed;
    }
    if (changed == 0)
      refuse(option, edit, std::format("{} has no row '{}'", target.table, target.row), name_hint(target.row, known));
    changed_.insert(target.table);
  }

  ProgrammeFiles files_;
  Diagnostics& diagnostics_;
  std::vector<std::string>& notes_;
  std::map<std::string, Shape, std::less<>> shapes_ = shapes();
  std::map<std::string, std::optional<Csv>> open_;
  std::set<std::string> changed_;
};

/// The line "key = ..." of [section], or a new one at its end; a new section at the end of the file. Lists of tables
/// stand behind the sections, so a section ends where the next line begins with '['.
void replace_key(std::string& toml, const std::string& section, const std::string& key, const std::string& value) {
  std::string out, current;
  bool done = false;
  const auto line_for = [&] { return key + " = " + value + "\n"; };
  for (auto line : split(toml, '\n')) {
    const auto bare = trim(line);
    if (!done && current == section && bare.starts_with('[')) out += line_for(), done = true;
    if (bare.starts_with('[')) current = std::string(bare.substr(1, bare.find(']') - 1));
    const auto equals = bare.find('=');
    if (!done && current == section && equals != std::string_view::npos && trim(bare.substr(0, equals)) == key)
      out += line_for(), done = true;
    else
      out += std::string(line) + "\n";
  }
  out.pop_back();
  if (!done) out += (current == section ? "" : "\n[" + section + "]\n") + line_for();
  toml = std::move(out);
}

}  // namespace

std::string rewritten(const Csv& csv, std::string_view before) {
  std::vector<std::string> header;
  for (const auto& cell : csv.header.cells) header.push_back(cell.text);
  CsvWriter out(header);
  for (const auto& row : csv.rows)
    for (const auto& cell : row.cells) out << std::string_view(cell.text);
  std::size_t comments = 0;  // those above the header say where the table comes from
  while (comments < before.size() && before[comments] == '#')
    comments = std::min(before.find('\n', comments), before.size() - 1) + 1;
  return std::string(before.substr(0, comments)) + out.text();
}

bool set_setting(std::string& toml, const std::string& name, const std::string& value) {
  const auto& fields = table<Settings>().fields;
  const auto field = std::ranges::find(fields, name, [](const auto& f) { return f.name; });
  if (field == fields.end()) return false;
  std::string written = value;
  if (kind_of<Settings>(field->member).json_type == "string") {
    written.clear();
    for (const char c : value) written += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
    written = '"' + written + '"';
  }
  const auto point = name.find('.');
  replace_key(toml, name.substr(0, point), name.substr(point + 1), written);
  return true;
}

ProgrammeFiles edited(ProgrammeFiles files, const Edits& edits, Diagnostics& diagnostics,
                      std::vector<std::string>& notes) {
  if (edits.empty()) return files;
  Editor editor(std::move(files), diagnostics, notes);
  for (const auto& e : edits.set) editor.set(e);
  for (const auto& e : edits.scale) editor.scale(e);
  for (const auto& e : edits.forbid) editor.choose("--forbid", e, "forbidden");
  for (const auto& e : edits.force) editor.choose("--force", e, "forced");
  if (edits.prune) editor.prune();
  return std::move(editor).finish();
}

}  // namespace stargate
