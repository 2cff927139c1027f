#pragma once
#include <map>
#include <string>

#include "stochastic/smps_lines.h"
#include "stochastic/programme.h"

namespace stargate::stochastic {

/// The core while it is read: what its names mean to the other two files.
struct SmpsCore {
  StochasticProgramme programme;
  std::string objective;
  std::map<std::string, int> column, row;  ///< without the objective and rows that are left out
  std::vector<std::string> right_hand_sides, bound_sets;

  /// Index of a column or row; refused with the nearest name.
  int column_of(const SmpsText& text, const SmpsLine& line, const std::string& name) const;
  int row_of(const SmpsText& text, const SmpsLine& line, const std::string& name) const;
};

SmpsCore read_core(const std::filesystem::path& path);
/// Stages of all rows and columns.
void read_time(const std::filesystem::path& path, SmpsCore& core);
/// Blocks or paths.
void read_outcomes(const std::filesystem::path& path, SmpsCore& core);

}  // namespace stargate::stochastic
