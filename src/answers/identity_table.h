#pragma once
#include <string>
#include <vector>

#include "base/identity.h"
#include "base/record.h"

namespace stargate {

/// An identity as a row of an answer.
struct IdentityRow : Row {
  std::string name, left, right, unit, breaks_at;
  double left_total = 0, right_total = 0, largest_difference = 0;
  std::int64_t compared = 0;
  bool holds = false;
};
const Table<IdentityRow>& identity_table();
std::vector<IdentityRow> identity_rows(const std::vector<Identity>& sheet);

}  // namespace stargate
