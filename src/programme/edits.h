#pragma once
#include <string>
#include <vector>

#include "programme/load.h"

namespace stargate {

/// Changes to a programme's files for one run, as a user writes them:
///   set     "programme.discount_rate=0.1", "accelerators.rubin_nvl72.rack_usd_m=7"
///   scale   "fuel_prices.*=1.3" (every price column), "fuel_prices.gas.usd_per_mmbtu=1.3"
///   forbid  "site=temple", "state=TX"
///   force   "site=temple"
struct Edits {
  std::vector<std::string> set, scale, forbid, force;
  bool prune = false;  ///< rows that refer to rows which are not there are left out
  bool empty() const { return set.empty() && scale.empty() && forbid.empty() && force.empty() && !prune; }
};

/// The files with the edits made, so that everything after (checks, digest, the copy kept with a plan) sees one
/// programme. What is wrong in an edit goes to `diagnostics` with the nearest name; notes say what was left out.
/// O(bytes of the tables that change).
ProgrammeFiles edited(ProgrammeFiles files, const Edits& edits, Diagnostics& diagnostics,
                      std::vector<std::string>& notes);

/// A table's file with the cells of `csv`, the comments above the header kept from `before`.
std::string rewritten(const Csv& csv, std::string_view before);

/// The file programme.toml with "section.key" set to the value's text; false if there is no such setting.
bool set_setting(std::string& toml, const std::string& name, const std::string& value);

}  // namespace stargate
