#pragma once
#include <filesystem>

#include "programme/load.h"
#include "programme/tables.h"

namespace stargate {

/// How far a figure of another table may turn out otherwise (docs/risk.md): a row of uncertainty.csv, which a programme may
/// leave out. `measure` says what the points are: the value itself, a factor on it, or days added to a date.
struct Uncertainty : Sourced {
  std::string in_table, row, column;
  std::string kind;     // lognormal | triangular | event | reference_class | empirical
  std::string measure;  // value | factor | days
  std::optional<double> p10, p50, p90, probability;
  std::optional<Date> window_from, window_to;
  std::string reference_class;
  std::vector<std::string> sample;
  std::string factor;
  double loading = 0;
};

template <>
const Table<Uncertainty>& table<Uncertainty>();

/// What the files say of it; empty without the table. Everything wrong goes to `diagnostics`.
std::vector<Uncertainty> parse_uncertainty(const ProgrammeFiles& files, const std::string& shown_as, Diagnostics& diagnostics);

/// Of a programme's folder, or of the default programme if `folder` is empty. InputError with everything wrong.
std::vector<Uncertainty> load_uncertainty(const std::filesystem::path& folder = {});

}  // namespace stargate
