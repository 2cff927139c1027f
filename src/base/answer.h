#pragma once
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/record.h"
#include "base/termination.h"

namespace stargate {

// The answer of a command is named tables, each told once as a Table<Record> (base/record.h). From that one list come
// the text for a person, JSON, a folder of CSV files, the JSON Schema, the reference page and the columns that Python
// sees.

struct ColumnSpec : FieldSpec {
  FieldKind kind;
};

/// What a table of an answer holds, without its rows.
struct TableSpec {
  std::string name;  ///< its key in JSON and its file, NAME.csv
  std::string about;
  std::vector<ColumnSpec> columns;
  bool single = false;  ///< one row: in JSON its columns stand at the top
};

/// Values of one column. Dates, quarters and lists are text as in CSV; a number that is not known is NaN (null in JSON,
/// an empty cell in CSV); a truth is 0 or 1.
using ColumnValues = std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::uint8_t>,
                                  std::vector<std::string>>;

struct AnswerTable {
  TableSpec spec;
  std::vector<ColumnValues> columns;  ///< one a column of the spec, each with `rows` values
  std::size_t rows = 0;
  bool shown = true;  ///< in the text for a person

  /// The column's values; std::out_of_range for another name.
  const ColumnValues& column(std::string_view name) const;
};

template <class Record>
TableSpec table_spec(const Table<Record>& table, bool single = false) {
  TableSpec spec{table.name, table.about, {}, single};
  for (const auto& f : table.fields) spec.columns.push_back({f, kind_of<Record>(f.member)});
  return spec;
}

/// Columns of records, by the table's members. O(rows * fields).
template <class Record>
AnswerTable answer_table(const Table<Record>& table, std::span<const Record> records, bool single = false) {
  AnswerTable out{table_spec(table, single), {}, records.size()};
  for (const auto& f : table.fields)
    out.columns.push_back(std::visit(
        [&]<class T>(T Record::*member) -> ColumnValues {
          const auto filled = [&]<class Value>(std::vector<Value> values, auto&& of) -> ColumnValues {
            values.reserve(records.size());
            for (const auto& r : records) values.push_back(of(r.*member));
            return values;
          };
          if constexpr (std::same_as<T, double>)
            return filled(std::vector<double>{}, [](double v) { return v; });
          else if constexpr (std::same_as<T, std::optional<double>>)
            return filled(std::vector<double>{},
                          [](const auto& v) { return v.value_or(std::numeric_limits<double>::quiet_NaN()); });
          else if constexpr (std::same_as<T, std::int64_t>)
            return filled(std::vector<std::int64_t>{}, [](std::int64_t v) { return v; });
          else if constexpr (std::same_as<T, bool>)
            return filled(std::vector<std::uint8_t>{}, [](bool v) { return static_cast<std::uint8_t>(v); });
          else
            return filled(std::vector<std::string>{}, [](const auto& v) { return cell_text(v); });
        },
        f.member));
  return out;
}

enum class Shown { yes, no };

/// What a command answers.
struct Answer {
  std::string heading;                 ///< one line above the tables of the text
  std::vector<AnswerTable> tables;     ///< in the order in which a person reads them
  std::vector<std::string> sentences;  ///< below the tables: what they say, in plain words
  std::vector<std::string> notes;      ///< what the reader has to know about the input and what was made of it
  std::string page;                    ///< text written for a person, in place of tables and sentences; or empty
  std::vector<std::pair<std::string, std::string>> files;  ///< pictures and the like for the folder: name, bytes
  Termination termination;

  template <class Record>
  void add(const Table<Record>& table, const std::vector<Record>& records, Shown shown = Shown::yes) {
    tables.push_back(answer_table(table, std::span<const Record>(records)));
    tables.back().shown = shown == Shown::yes;
  }
  /// A table of one row, whose columns stand at the top of the JSON.
  template <class Record>
  void add_single(const Table<Record>& table, const Record& record, Shown shown = Shown::yes) {
    tables.push_back(answer_table(table, std::span<const Record>(&record, 1), true));
    tables.back().shown = shown == Shown::yes;
  }
  /// std::out_of_range for another name.
  const AnswerTable& table(std::string_view name) const;
};

/// For a person: heading, shown tables (at most `most_rows` of each), sentences, notes.
std::string text(const Answer& answer, std::size_t most_rows = 60);
std::string text(const AnswerTable& table, std::size_t most_rows = 60);
std::string csv(const AnswerTable& table);
nlohmann::json to_json(const AnswerTable& table);
/// {single columns..., table: [rows]..., "notes": [...], "termination": {...}}
nlohmann::json to_json(const Answer& answer);
nlohmann::json to_json(const Termination& termination);
/// The files of an answer's folder: a CSV a table, answer.json, and what the answer itself brings.
std::vector<std::pair<std::string, std::string>> answer_files(const Answer& answer);

}  // namespace stargate
