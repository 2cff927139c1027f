#pragma once
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace stargate::exchange {

/// The text of a MATPOWER case of version 2, before it means anything: matrices of numbers by name.
struct MatrixRow {
  std::size_t line;
  std::vector<double> cells;
};
struct MatpowerCase {
  std::string path;
  double base_mva = 0;
  std::map<std::string, std::vector<MatrixRow>> matrices;
  std::vector<std::string> not_understood;
};

/// Reads the assignments 'mpc.NAME = [ rows ];' and 'mpc.NAME = number;'. Cells of text are passed over. InputError with
/// file and line for anything that is no such assignment. O(bytes).
MatpowerCase parse_matpower(const std::string& path);

}  // namespace stargate::exchange
