#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "programme/load.h"

namespace stargate::studio {

// A programme's tables as the page edits them: columns with unit, limits and meaning; rows as the text of their cells.

/// {"tables": [{"name", "about", "rows", "errors"}], "settings": [...], "problems": [...]}: the list of tables, the
/// settings of programme.toml with their values, and all that check says.
nlohmann::json overview(const ProgrammeFiles& files);

/// {"name", "about", "columns": [{name, unit, about, kind, key, required, lowest, highest, choices, refers_to}],
///  "rows": [[text]], "problems": [...]}. InputError for a table that is not there.
nlohmann::json table_of(const ProgrammeFiles& files, const std::string& name);

/// One change: a cell ("value"), a row added ("insert") or taken out ("remove"), or a setting of programme.toml.
struct Change {
  std::string table;  ///< empty: a setting, whose name stands in `column`
  std::size_t row = 0;
  std::string column, value;
  enum class Kind { cell, insert, remove } kind = Kind::cell;
};
/// InputError for a body that is none, with what is allowed.
std::vector<Change> read_changes(const nlohmann::json& body);
/// The files with all changes made. InputError where one names what is not there.
ProgrammeFiles changed(ProgrammeFiles files, const std::vector<Change>& changes);

/// All that check says of the files, each with table, row and column where it has them.
nlohmann::json problems(const ProgrammeFiles& files);

}  // namespace stargate::studio
