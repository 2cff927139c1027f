#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/files.h"
#include "base/record.h"
#include "embedded.h"

namespace stargate {

/// A table of facts (shipments, dated phases, multipliers): NAME.csv of `folder`, or of the facts that travel inside
/// the program if `folder` is empty or has no such file. InputError with everything wrong.
template <class Record>
std::vector<Record> read_facts(const Table<Record>& table, const std::filesystem::path& folder = {}) {
  const std::string file = table.name + ".csv";
  const auto path = folder / file;
  const bool own = !folder.empty() && std::filesystem::exists(path);
  Diagnostics diagnostics;
  const Csv csv = own ? parse_csv(path.string(), read_file(path), diagnostics)
                      : parse_csv("(facts)/" + file, embedded_facts().at(file), diagnostics);
  auto rows = read_table(table, csv, diagnostics);
  diagnostics.throw_if_errors();
  return rows;
}

}  // namespace stargate
