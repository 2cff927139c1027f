#pragma once
#include <string>
#include <vector>

#include "lp/model.h"

namespace stargate::lp {

/// Names of columns and rows; empty: x0, x1, ... and r0, r1, ...
struct ModelNames {
  std::vector<std::string> columns, rows;
};

/// Writes the programme so that another solver can read it: CPLEX's LP format where the name ends in .lp, free MPS where it ends in
/// .mps; written under another name and renamed when whole. Numbers are written in full. A name is made fit for both formats
/// (letters, digits, '_', '.'), cut to 200 letters and told apart by its number where it stands a second time. InputError for another ending,
/// or a file that cannot be written. O(entries).
void write_model(const Model& model, const ModelNames& names, const std::string& path);

}  // namespace stargate::lp
