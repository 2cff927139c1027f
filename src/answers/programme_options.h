#pragma once
#include <string>
#include <vector>

#include "base/record.h"
#include "programme/load.h"

namespace stargate {

/// What every command takes that reads a programme: the folder and what is changed in it for this one run.
struct ProgrammeOptions : Row {
  std::string dir;  ///< empty: the embedded default programme
  std::vector<std::string> set, scale, forbid, force;
  bool prune = false;
};

/// The fields of ProgrammeOptions as fields of Options, which derives from it; then the command's own.
template <class Options>
std::vector<Field<Options>> programme_fields(std::vector<Field<Options>> own) {
  using P = ProgrammeOptions;
  std::vector<Field<Options>> fields{
      field_of<Options>("dir", &P::dir, "programme folder (default: the embedded programme)").optional().as_argument(),
      field_of<Options>("set", &P::set,
                        "TABLE.ID.COLUMN=VALUE, or SETTING=VALUE as in programme.toml: one value for this run")
          .optional(),
      field_of<Options>("scale", &P::scale, "TABLE.ID.COLUMN=FACTOR; * stands for any id or column").optional(),
      field_of<Options>("forbid", &P::forbid, "site=ID or state=XX: sites that may not be taken").optional(),
      field_of<Options>("force", &P::force, "site=ID: sites that must be taken").optional(),
      field_of<Options>("prune", &P::prune, "leave out rows that refer to what is not there, with a note").optional()};
  for (auto& f : own) fields.push_back(std::move(f));
  return fields;
}

/// A programme as its files (edits applied), and as a value; notes say what was left out.
struct LoadedProgramme {
  ProgrammeFiles files;
  Programme programme;
  std::vector<std::string> notes;
};

/// InputError with everything wrong: a name that is not there gets the nearest one.
LoadedProgramme load(const ProgrammeOptions& options);

}  // namespace stargate
