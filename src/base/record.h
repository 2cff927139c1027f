#pragma once
#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/calendar.h"
#include "base/csv.h"

namespace stargate {

/// What one column of a table holds, told once: the loader, the checks, the JSON Schema and the reference page are all
/// made from it. Units are part of the column's name (power_mw, capex_usd_per_kw) and are told again in `unit`.
struct FieldSpec {
  std::string name;
  std::string unit;
  std::string about;
  bool required = true;  ///< the column must be there and no cell may be empty
  bool key = false;      ///< the key fields of a row, taken together, must be unique in the table
  std::optional<double> lowest, highest;
  std::vector<std::string> choices;
  std::string refers_to;  ///< "sites": the text must be the id of a row of that table

  // How a person sees it.
  std::string label;     ///< above a column in text; the name where empty
  int digits = -1;       ///< decimals in text; -1: as the value's size asks
  bool percent = false;  ///< a share that text shows in percent
  // As an option of a command.
  bool positional = false;  ///< given by its place: DIR, not --dir
  char letter = 0;          ///< -o
  std::string spelled;      ///< "output": the option's name where it is not the field's
};

template <class Record>
using Member = std::variant<std::string Record::*, double Record::*, std::optional<double> Record::*,
                            std::int64_t Record::*, bool Record::*, Date Record::*, std::optional<Date> Record::*,
                            Quarter Record::*, std::optional<Quarter> Record::*, std::vector<std::string> Record::*>;

template <class Record>
struct Field : FieldSpec {
  Member<Record> member;

  // A table reads as one line a column: field("id", &Site::id, "short name").as_key()
  Field&& as_key() && { return key = true, std::move(*this); }
  Field&& optional() && { return required = false, std::move(*this); }
  Field&& in(std::string u) && { return unit = std::move(u), std::move(*this); }
  Field&& from(double low) && { return lowest = low, std::move(*this); }
  Field&& range(double low, double high) && { return lowest = low, highest = high, std::move(*this); }
  Field&& one_of(std::vector<std::string> names) && { return choices = std::move(names), std::move(*this); }
  Field&& id_of(std::string table) && { return refers_to = std::move(table), std::move(*this); }
  Field&& shown_as(std::string above) && { return label = std::move(above), std::move(*this); }
  Field&& with_digits(int n) && { return digits = n, std::move(*this); }
  Field&& in_percent() && { return percent = true, std::move(*this); }
  Field&& as_argument() && { return positional = true, std::move(*this); }
  Field&& as_letter(char c) && { return letter = c, std::move(*this); }
  Field&& as_option(std::string word) && { return spelled = std::move(word), std::move(*this); }
};

/// Text of `member` as it stands in a CSV cell; lists are separated by semicolons.
std::string cell_text(const std::string& value);
std::string cell_text(double value);
std::string cell_text(const std::optional<double>& value);
std::string cell_text(std::int64_t value);
std::string cell_text(bool value);
std::string cell_text(Date value);
std::string cell_text(const std::optional<Date>& value);
std::string cell_text(Quarter value);
std::string cell_text(const std::optional<Quarter>& value);
std::string cell_text(const std::vector<std::string>& value);

/// Reads a cell into a value; on failure says what was found and what is allowed.
/// Each takes the field for its limits and returns false after reporting.
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::string& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               double& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::int64_t& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics, bool& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics, Date& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               Quarter& out);
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::vector<std::string>& out);
template <class T>
bool read_cell(const FieldSpec& field, std::string_view text, const Place& place, Diagnostics& diagnostics,
               std::optional<T>& out) {
  return read_cell(field, text, place, diagnostics, out.emplace());
}

/// "number", "text", ... for the reference page and the JSON Schema.
struct FieldKind {
  std::string name;
  std::string json_type;
};
template <class Record>
FieldKind kind_of(const Member<Record>& member) {
  return std::visit(
      []<class T>(T Record::*) -> FieldKind {
        if constexpr (std::same_as<T, std::string>)
          return {"text", "string"};
        else if constexpr (std::same_as<T, double> || std::same_as<T, std::optional<double>>)
          return {"number", "number"};
        else if constexpr (std::same_as<T, std::int64_t>)
          return {"whole number", "integer"};
        else if constexpr (std::same_as<T, bool>)
          return {"true or false", "boolean"};
        else if constexpr (std::same_as<T, Date> || std::same_as<T, std::optional<Date>>)
          return {"date", "string"};
        else if constexpr (std::same_as<T, Quarter> || std::same_as<T, std::optional<Quarter>>)
          return {"quarter", "string"};
        else
          return {"list of text, separated by ;", "string"};
      },
      member);
}

/// A row knows where it came from.
struct Row {
  std::size_t line = 0;
};

/// One table: its file is NAME.csv. Record derives from Row and is default-constructible.
template <class Record>
struct Table {
  std::string name;
  std::string about;
  std::vector<Field<Record>> fields;

  std::vector<std::string> header() const {
    std::vector<std::string> names;
    for (const auto& f : fields) names.push_back(f.name);
    return names;
  }
  std::vector<FieldSpec> specs() const { return {fields.begin(), fields.end()}; }
};

template <class Record, class T>
Field<Record> field(std::string name, T Record::*member, std::string about) {
  Field<Record> f;
  f.name = std::move(name);
  f.about = std::move(about);
  f.member = member;
  return f;
}
template <class Record, class Base, class T>
  requires std::derived_from<Record, Base> && (!std::same_as<Record, Base>)
Field<Record> field_of(std::string name, T Base::*member, std::string about) {
  return field<Record, T>(std::move(name), static_cast<T Record::*>(member), std::move(about));
}

/// Checks the header against the fields: unknown and missing columns. Returns for each field its column, or npos.
std::vector<std::size_t> match_columns(const Csv& csv, const std::vector<FieldSpec>& fields, Diagnostics& diagnostics);
/// Reports an empty cell where one is required; true if there is something to read.
bool has_value(const FieldSpec& field, const Cell& cell, const Place& place, Diagnostics& diagnostics);

/// Rows of the CSV as records. Everything wrong goes to `diagnostics`; a wrong row is still returned, with defaults in
/// its wrong cells, so that later checks can go on. O(cells).
template <class Record>
std::vector<Record> read_table(const Table<Record>& table, const Csv& csv, Diagnostics& diagnostics) {
  const auto specs = table.specs();
  const auto columns = match_columns(csv, specs, diagnostics);
  std::vector<Record> records;
  records.reserve(csv.rows.size());
  std::map<std::string, std::size_t> seen;
  for (const auto& row : csv.rows) {
    Record record;
    record.line = row.line;
    std::string key;
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
      if (columns[i] == Csv::npos) continue;
      const auto& f = table.fields[i];
      const Cell& cell = row.cells[columns[i]];
      const Place place = csv.place(row, cell);
      if (f.key) key += (key.empty() ? "" : ", ") + cell.text;
      if (!has_value(f, cell, place, diagnostics)) continue;
      std::visit([&](auto member) { read_cell(f, cell.text, place, diagnostics, record.*member); }, f.member);
    }
    if (!key.empty()) {
      const auto [first, added] = seen.emplace(key, row.line);
      if (!added)
        diagnostics.error({csv.file, row.line, 1}, "'" + key + "' stands a second time",
                          "the first is in line " + std::to_string(first->second));
    }
    records.push_back(std::move(record));
  }
  return records;
}

template <class Record>
std::string write_table(const Table<Record>& table, const std::vector<Record>& records) {
  CsvWriter csv(table.header());
  for (const auto& record : records)
    for (const auto& f : table.fields)
      std::visit([&](auto member) { csv << std::string_view(cell_text(record.*member)); }, f.member);
  return csv.text();
}

}  // namespace stargate
