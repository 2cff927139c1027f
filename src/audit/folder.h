#pragma once
#include <filesystem>

#include "audit/audit.h"

namespace stargate::audit {

struct FolderReport {
  Report report;               ///< rules of the tables, of plan.json and of the manifest
  bool inputs_as_planned = true;
  bool has_manifest = false;   ///< without one nothing holds the pages, worths, alternatives and prices
  std::string programme;       ///< its name
};

/// The whole folder of a plan: every rule of `audit`, the figures of plan.json beside the tables, every file beside the
/// manifest, and the inputs beside those it was planned with. InputError if tables or programme cannot be read, or the
/// writing of the folder was cut short.
FolderReport audit_folder(const std::filesystem::path& folder, double tolerance);

}  // namespace stargate::audit
