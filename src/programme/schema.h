#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace stargate {

/// JSON Schema (2020-12) of a programme: programme.toml and each table as an array of rows.
nlohmann::json programme_schema();

/// The reference page: every section, table and column with unit, limits and meaning, as Markdown.
std::string programme_reference();

}  // namespace stargate
